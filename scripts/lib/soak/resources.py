"""Measure what Home Assistant holds: memory, descriptors, threads, child processes, tasks."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Any, Final

from ..develop.client import request
from ..develop.home import Home
from ..develop.waiting import wait_for

PROBE: Final = "soak_probe"
_NUMBERED: Final = re.compile(r"\d+")
_POOL: Final = "SyncWorker"
"""Begins the names of Home Assistant's own worker threads: it keeps as many as it ever needed."""
_REST_TIMEOUT: Final = 120.0
_STILL: Final = 5
"""How many measurements in a row have to be equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What Home Assistant holds at one moment."""

    rss: float
    """MiB."""
    allocated: float
    """MiB of that by jemalloc; the rest are Python's small objects, code and what lies idle."""
    files: Counter[str]
    """Descriptors by what they are of, with ``#`` for numbers."""
    threads: int
    """Home Assistant's pool of workers aside."""
    workers: int
    children: int
    tasks: Counter[str]
    """By name, with ``#`` for numbers."""
    blocks: int = 0
    """Python's small objects at a rest; 0 where not counted."""
    objects: Counter[str] = field(default_factory=Counter)
    """Tracked by Python's garbage collector, after a collection, by type; empty: not counted."""

    @property
    def all_files(self) -> int:
        """How many descriptors are open."""
        return self.files.total()

    @property
    def all_objects(self) -> int:
        """How many objects there are."""
        return self.objects.total()

    @property
    def all_tasks(self) -> int:
        """How many tasks there are."""
        return self.tasks.total()


def install_probe(home: Home) -> None:
    """Add the probe to a Home Assistant that has not been started."""
    home.write_configuration()
    link = home.folder / "custom_components" / PROBE
    link.symlink_to(Path(__file__).parent / "probe", target_is_directory=True)
    (home.folder / "packages" / f"{PROBE}.yaml").write_text(f"{PROBE}:\n", "utf-8")


def memory(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def measure(home: Home, *, objects: bool = False) -> Resources:
    """Measure once; with `objects` after a garbage collection."""
    probed: dict[str, Any] = request(
        "GET", f"{home.base_url}/api/{PROBE}{'?objects=1' if objects else ''}"
    ).json()
    process = Path(f"/proc/{home.pid}")
    children = (process / "task" / str(home.pid) / "children").read_text()
    workers = sum(name.startswith(_POOL) for name in probed["threads"])
    return Resources(
        rss=memory(home.pid),
        allocated=probed["allocated"] / 2**20,
        files=Counter(_descriptors(process / "fd")),
        threads=len(list((process / "task").iterdir())) - workers,
        workers=workers,
        children=len(children.split()),
        tasks=Counter(_NUMBERED.sub("#", name) for name in probed["tasks"]),
        blocks=probed.get("blocks", 0),
        objects=Counter(probed.get("objects", {})),
    )


def _descriptors(folder: Path) -> Iterator[str]:
    for link in list(folder.iterdir()):
        with suppress(FileNotFoundError):
            yield _NUMBERED.sub("#", str(link.readlink()))


def measure_at_rest(home: Home) -> Resources:
    """Wait until no stream is fetched and nothing changes any more, then measure."""
    seen: list[tuple[Counter[str], int, int, Counter[str]]] = []

    def is_still() -> bool:
        now = measure(home)
        seen.append((now.files, now.threads, now.children, now.tasks))
        last = seen[-_STILL:]
        return len(last) == _STILL and all(one == last[0] for one in last)

    wait_for(lambda: not _fetched(home), "Streams are fetched for nobody", _REST_TIMEOUT)
    wait_for(is_still, "Home Assistant did not come to rest", _REST_TIMEOUT, lambda: str(seen[-2:]))
    return measure(home, objects=True)


def _fetched(home: Home) -> int:
    """Return how many streams come from upstream: for half a minute also those nobody watches."""
    streams: dict[str, Any] = home.client.get("/api/toonami_downlink/status")["streams"]
    return int(streams["upstream"])
