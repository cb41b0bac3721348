"""What people do while faults last, and how often."""

from collections.abc import Callable
from random import Random
import time
from typing import Final

from .environment import Environment


def _refresh(environment: Environment, random: Random) -> None:
    environment.start_refresh()
    time.sleep(random.random())


def _rotate(environment: Environment, random: Random) -> None:
    environment.start_rotation()
    time.sleep(random.random() / 2)


def _options(environment: Environment, random: Random) -> None:
    environment.change_options(random)


def _reload(environment: Environment, random: Random) -> None:
    environment.reload()


def _reader(environment: Environment, random: Random) -> None:
    environment.try_as_reader()


ACTIONS: Final[dict[str, tuple[int, Callable[[Environment, Random], None]]]] = {
    "refresh": (10, _refresh),
    "reload": (2, _reload),
    "options": (2, _options),
    "rotation": (2, _rotate),
    "reader": (1, _reader),
}
"""Name to weight and action."""
