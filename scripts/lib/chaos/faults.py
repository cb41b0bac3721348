"""The table of troubles: what can go wrong in a round, and how often that is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
import shutil
from typing import Final

from tests.engine.campaign.table import ROWS
from tests.fakes.bad_cli import MODES

from .disk import DAMAGES, damage
from .environment import Arena

HOUR: Final = 3600
_ERRORS: Final = ("ENOSPC", "EROFS", "EIO", "EDQUOT", "EACCES")
_OPERATIONS: Final = 40
"""More file operations than a refresh has."""
_UPSTREAM: Final = tuple(row for row in ROWS if row.faults() != {"rules": []})
_FILES: Final = ("playlist.m3u", "guide.xml", "manifest.json")
_STORES: Final = ("toonami_downlink.state", "toonami_downlink.credentials")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble. `begin` returns in words what exactly it does."""

    name: str
    weight: int
    begin: Callable[[Arena, Random], str]
    provider: str = ""
    """Which one it is about; any, if empty."""
    is_off: bool = False
    """Whether Home Assistant has to be killed before, and started after."""
    can_do: Callable[[Arena], bool] = lambda arena: True


def _upstream(arena: Arena, random: Random) -> str:
    row = random.choice(_UPSTREAM)
    arena.upstream.set_faults(row.faults())
    return row.name


def _provider(arena: Arena, random: Random) -> str:
    mode = random.choice(sorted(MODES))
    arena.set_mode(mode)
    return mode


def _kill(arena: Arena, random: Random) -> str:
    after = random.randrange(_OPERATIONS)
    arena.orders.give("kill", after)
    return f"after {after} operations"


def _power_cut(arena: Arena, random: Random) -> str:
    after, kept = random.randrange(_OPERATIONS), random.choice((0, 50, 90))
    arena.orders.give("power cut", after, kept)
    return f"after {after} operations, {kept} % of what was not synced is left"


def _failing_disk(arena: Arena, random: Random) -> str:
    error, after = random.choice(_ERRORS), random.randrange(_OPERATIONS)
    arena.orders.give(error, after)
    return f"{error} after {after} operations"


def _full_disk(arena: Arena, random: Random) -> str:
    left = random.choice((0, 10_000, 500_000, 1_500_000, 3_000_000))
    arena.disk.fill(left)
    return f"{left} bytes left"


def _read_only(arena: Arena, random: Random) -> str:
    arena.disk.make_read_only()
    return ""


def _damaged_generation(arena: Arena, random: Random) -> str:
    """Damage the newest ones, but not so many that none is left."""
    numbers = [number for number in arena.disk.generations() if number not in arena.damaged]
    told = []
    for number in numbers[::-1][: random.randint(1, max(len(numbers) - 1, 1))]:
        name, kind = random.choice(_FILES), random.choice(sorted(DAMAGES))
        damage(arena.disk.generation(number) / name, kind, random)
        arena.damaged.add(number)
        told.append(f"{name} of {number}: {kind}")
    return "; ".join(told)


def _lost_generations(arena: Arena, random: Random) -> str:
    shutil.rmtree(arena.disk.folder / "generations", ignore_errors=True)
    return "all"


def _damaged_cache(arena: Arena, random: Random) -> str:
    kind = random.choice(sorted(DAMAGES))
    path = arena.disk.folder / "provider" / "cache.json"
    if path.is_dir():
        shutil.rmtree(path)
    damage(path, kind, random)
    return kind


def _damaged_storage(arena: Arena, random: Random) -> str:
    """Damage what Home Assistant keeps for us: the secrets may be lost by that, and nothing else.

    Pipes and devices there would stop Home Assistant itself.
    """
    name = random.choice(_STORES)
    kind = random.choice(sorted(set(DAMAGES) - {"a pipe", "a link to a device", "a folder"}))
    damage(arena.home.folder / ".storage" / name, kind, random)
    if name.endswith("credentials"):
        arena.may_have_new_secrets = True
    return f"{name}: {kind}"


def _litter(arena: Arena, random: Random) -> str:
    """Leave what a killed run leaves behind, and worse."""
    run = arena.disk.folder / "staging" / "run-old"
    run.mkdir(parents=True, exist_ok=True)
    (run / "index.m3u").write_bytes(b"#EXTM3U\n")
    (run / "link").symlink_to("/")
    half = arena.disk.folder / "generations" / ".half"
    half.mkdir(parents=True, exist_ok=True)
    (half / "guide.xml").write_bytes(b"<tv>")
    return ""


def _clock(arena: Arena, random: Random) -> str:
    offset = random.choice((-20, -5, -1, 1, 3, 12, 49, 24 * 10)) * HOUR + random.randrange(HOUR)
    arena.orders.set_clock(offset)
    return f"{offset / HOUR:+.1f} hours"


def _nothing(arena: Arena, random: Random) -> str:
    return ""


TROUBLES: Final = (
    Trouble("upstream", 24, _upstream, provider="bundled"),
    Trouble("provider command", 24, _provider, provider="command"),
    Trouble("kill", 14, _kill),
    Trouble("power cut", 8, _power_cut),
    Trouble("failing disk", 12, _failing_disk),
    Trouble("full disk", 8, _full_disk, can_do=lambda arena: arena.disk.is_own),
    Trouble("read-only disk", 4, _read_only, can_do=lambda arena: arena.disk.is_own),
    Trouble("damaged generation", 4, _damaged_generation),
    Trouble("damaged generation at start", 6, _damaged_generation, is_off=True),
    Trouble("lost generations at start", 1, _lost_generations, is_off=True),
    Trouble("damaged cache", 6, _damaged_cache),
    Trouble("damaged storage at start", 5, _damaged_storage, is_off=True),
    Trouble("litter at start", 2, _litter, is_off=True),
    Trouble("clock", 10, _clock),
    Trouble("nothing", 2, _nothing),
)
