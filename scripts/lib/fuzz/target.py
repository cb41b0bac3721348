"""What can be fuzzed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
ENGINE: Final = ROOT / "custom_components" / "toonami_downlink" / "engine"
CORPUS: Final = ROOT / "tests" / "fuzz" / "corpus"
MODULE: Final = "tests.engine.fuzz_targets"
"""Where the targets are that have a name without a colon."""


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, what it may raise, and words of its language."""

    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    tokens: tuple[bytes, ...] = ()


def place_of(name: str) -> tuple[str, str]:
    """Return the module and the key in its TARGETS of a target; ``MODULE:KEY`` names another's."""
    module, colon, key = name.rpartition(":")
    return (module if colon else MODULE), key


def load(name: str) -> Target:
    """Return a target. Raises LookupError for one that there is not."""
    module, key = place_of(name)
    target: Target = import_module(module).TARGETS[key]
    return target
