"""The table of faults, and how often each is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
import shutil
from typing import Final

from tests.engine.campaign.table import ROWS
from tests.fakes.bad_cli import MODES

from .disk import DAMAGES, damage
from .environment import Environment

HOUR: Final = 3600
_ERRORS: Final = ("ENOSPC", "EROFS", "EIO", "EDQUOT", "EACCES")
_OPERATIONS: Final = 40
"""More file operations than a refresh has."""
_UPSTREAM: Final = tuple(row for row in ROWS if row.faults() != {"rules": []})
_FILES: Final = ("playlist.m3u", "guide.xml", "manifest.json")
_STORES: Final = ("toonami_downlink.state", "toonami_downlink.credentials")


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. `inject` returns in words what exactly it does."""

    name: str
    weight: int
    inject: Callable[[Environment, Random], str]
    provider: str = ""
    """The kind of provider that it needs; empty for any."""
    needs_stop: bool = False
    """Whether Home Assistant is killed before, and started after."""
    is_possible: Callable[[Environment], bool] = lambda environment: True


def _upstream(environment: Environment, random: Random) -> str:
    row = random.choice(_UPSTREAM)
    environment.upstream.set_faults(row.faults())
    return row.name


def _provider(environment: Environment, random: Random) -> str:
    mode = random.choice(sorted(MODES))
    environment.set_mode(mode)
    return mode


def _values(environment: Environment, random: Random) -> str:
    environment.set_mode("values")
    return ""


def _poisoned_links(environment: Environment, random: Random) -> str:
    """Put a root of somebody else's, or nonsense, where links of certificates are remembered."""
    kind = random.choice((random.choice(("a root", "many roots")), random.choice(sorted(DAMAGES))))
    path = environment.links
    if kind in DAMAGES:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        damage(path, kind, random)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(environment.foreign_root * (1 if kind == "a root" else 1_000))
    return kind


def _hanging_mount(environment: Environment, random: Random) -> str:
    environment.injector.hang()
    return ""


def _kill(environment: Environment, random: Random) -> str:
    after = random.randrange(_OPERATIONS)
    environment.injector.inject("kill", after)
    return f"after {after} operations"


def _power_cut(environment: Environment, random: Random) -> str:
    after, kept = random.randrange(_OPERATIONS), random.choice((0, 50, 90))
    environment.injector.inject("power cut", after, kept)
    return f"after {after} operations, {kept} % of what was not synced is left"


def _failing_disk(environment: Environment, random: Random) -> str:
    error, after = random.choice(_ERRORS), random.randrange(_OPERATIONS)
    environment.injector.inject(error, after)
    return f"{error} after {after} operations"


def _full_disk(environment: Environment, random: Random) -> str:
    left = random.choice((0, 10_000, 500_000, 1_500_000, 3_000_000))
    environment.disk.fill(left)
    return f"{left} bytes left"


def _read_only(environment: Environment, random: Random) -> str:
    environment.disk.make_read_only()
    return ""


def _damaged_generation(environment: Environment, random: Random) -> str:
    """Damage the newest generations, but not the last one where there are more."""
    numbers = [
        number for number in environment.disk.generations() if number not in environment.damaged
    ]
    told = []
    for number in numbers[::-1][: random.randint(1, max(len(numbers) - 1, 1))]:
        name, kind = random.choice(_FILES), random.choice(sorted(DAMAGES))
        damage(environment.disk.generation(number) / name, kind, random)
        environment.damaged.add(number)
        told.append(f"{name} of {number}: {kind}")
    return "; ".join(told)


def _lost_generations(environment: Environment, random: Random) -> str:
    shutil.rmtree(environment.disk.folder / "generations", ignore_errors=True)
    return "all"


def _damaged_cache(environment: Environment, random: Random) -> str:
    kind = random.choice(sorted(DAMAGES))
    path = environment.disk.folder / "provider" / "cache.json"
    # A power cut may have come before the first run has made the folder.
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    damage(path, kind, random)
    return kind


def _damaged_storage(environment: Environment, random: Random) -> str:
    """Damage what Home Assistant keeps for us: nothing but the secrets may be lost by that.

    Pipes and devices there would stop Home Assistant itself.
    """
    name = random.choice(_STORES)
    kind = random.choice(sorted(set(DAMAGES) - {"a pipe", "a link to a device", "a folder"}))
    damage(environment.home.folder / ".storage" / name, kind, random)
    if name.endswith("credentials"):
        environment.may_have_new_secrets = True
    return f"{name}: {kind}"


def _litter(environment: Environment, random: Random) -> str:
    """Add files such as a killed run leaves behind, and worse."""
    run = environment.disk.folder / "staging" / "run-old"
    run.mkdir(parents=True, exist_ok=True)
    (run / "index.m3u").write_bytes(b"#EXTM3U\n")
    (run / "link").symlink_to("/")
    half = environment.disk.folder / "generations" / ".half"
    half.mkdir(parents=True, exist_ok=True)
    (half / "guide.xml").write_bytes(b"<tv>")
    return ""


def _clock(environment: Environment, random: Random) -> str:
    offset = random.choice((-20, -5, -1, 1, 3, 12, 49, 24 * 10)) * HOUR + random.randrange(HOUR)
    environment.injector.set_clock(offset)
    return f"{offset / HOUR:+.1f} hours"


def _nothing(environment: Environment, random: Random) -> str:
    return ""


NOTHING: Final = Fault("nothing", 2, _nothing)
FAULTS: Final = (
    Fault("upstream", 24, _upstream, provider="bundled"),
    Fault("provider command", 24, _provider, provider="command"),
    Fault("hostile values", 6, _values, provider="command"),
    Fault("poisoned links", 5, _poisoned_links, provider="bundled"),
    Fault("poisoned links at start", 3, _poisoned_links, provider="bundled", needs_stop=True),
    Fault("hanging mount", 24, _hanging_mount, provider="folder"),
    Fault("hanging mount at start", 6, _hanging_mount, provider="folder", needs_stop=True),
    Fault("kill", 14, _kill),
    Fault("power cut", 8, _power_cut),
    Fault("failing disk", 12, _failing_disk),
    Fault("full disk", 8, _full_disk, is_possible=lambda environment: environment.disk.is_own),
    Fault("read-only disk", 4, _read_only, is_possible=lambda environment: environment.disk.is_own),
    Fault("damaged generation", 4, _damaged_generation),
    Fault("damaged generation at start", 6, _damaged_generation, needs_stop=True),
    Fault("lost generations at start", 1, _lost_generations, needs_stop=True),
    Fault("damaged cache", 6, _damaged_cache),
    Fault("damaged storage at start", 5, _damaged_storage, needs_stop=True),
    Fault("litter at start", 2, _litter, needs_stop=True),
    Fault("clock", 10, _clock),
    NOTHING,
)
