"""What a day of the integration's states adds to Home Assistant's database."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
import json
from math import ceil
from pathlib import Path
import sqlite3

from lxml import etree
import pytest

from scripts.lib.develop.feed import Access, fetch, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.waiting import wait_for
from tests.e2e.automations import TIMEOUT, arrange
from tests.e2e.file_provider import FileProvider, Show

pytestmark = pytest.mark.nightly
LIMIT = 1_000_000
"""Bytes a day."""
EACH = 3
"""Programmes of each channel that start while the database is watched."""
DAY = timedelta(days=1)
STATISTICS = 12 * 24
"""Short-term statistics of one sensor in a day."""
LAST = "sensor.toonami_aftermath_radio_now_playing"
OF_CHANNELS = ("sensor.*_now_playing", "sensor.*_up_next", "calendar.*_guide")
OURS = (
    *OF_CHANNELS,
    "calendar.toonami_downlink_followed",
    "event.toonami_downlink_followed",
    "sensor.toonami_downlink_next_followed",
    "todo.toonami_downlink_follow",
)
ROWS = """
SELECT states.{column} FROM states JOIN states_meta USING (metadata_id)
WHERE last_updated_ts BETWEEN ? AND ? AND ({which})
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Programmes that started between two times."""

    since: float
    until: float
    programmes: int

    def of(
        self, database: sqlite3.Connection, column: str, entities: tuple[str, ...] = OURS
    ) -> list[int]:
        """Return a column of the rows of these entities in that time."""
        which = " OR ".join("states_meta.entity_id GLOB ?" for _ in entities)
        query = ROWS.format(column=column, which=which)
        rows = database.execute(query, (self.since, self.until, *entities))
        return [row[0] for row in rows]


def published(guide: bytes) -> dict[str, list[Show]]:
    """Read the programmes of a guide, filler and all, by the names of the channels."""
    root = etree.fromstring(guide)
    names = {one.get("id"): one.findtext("display-name") or "" for one in root.iter("channel")}
    found: dict[str, list[Show]] = {name: [] for name in names.values()}
    for one in root.iter("programme"):
        icon = one.find("icon")
        show = Show(
            start=time(one, "start"),
            stop=time(one, "stop"),
            title=one.findtext("title") or "",
            episode=one.findtext("sub-title") or "",
            description=one.findtext("desc") or "",
            image=(icon.get("src") or "") if icon is not None else "",
        )
        found[names[one.get("channel")]].append(show)
    return found


def time(programme: etree._Element, name: str) -> datetime:
    return datetime.strptime(programme.get(name) or "", "%Y%m%d%H%M%S %z")


def squeezed(day: Mapping[str, Iterable[Show]], start: datetime) -> dict[str, list[Show]]:
    """Let one channel after the other begin a programme, with a second between them.

    The first of each has begun long ago, and the last goes on for long.
    """
    step = timedelta(seconds=len(day))
    broadcast = {}
    for place, (name, shows) in enumerate(day.items()):
        first = start + timedelta(seconds=place)
        starts = [first + step * (number - 1) for number in range(EACH + 1)]
        stops = [*starts[1:], starts[-1] + timedelta(hours=1)]
        starts[0] -= timedelta(hours=1)
        broadcast[name] = [
            Show(
                start=begin,
                stop=end,
                title=show.title,
                episode=show.episode,
                description=show.description,
                image=show.image,
            )
            for show, begin, end in zip(islice(shows, EACH + 1), starts, stops, strict=True)
        ]
    return broadcast


def watch(home: Home, day: Mapping[str, list[Show]]) -> Sample:
    """Run Home Assistant while programmes start one after the other, all of them followed."""
    provider = FileProvider(home.folder.with_name("provider"))
    provider.publish(day)
    home.start()
    set_up(home.client, "command", {"provider_command": provider.command})
    wait_for_feed(home.client)
    for title in {show.title for shows in day.values() for show in islice(shows, EACH + 1)}:
        home.client.command("toonami_downlink/follows/add", kind="show", text=title)

    def announce(at: datetime) -> None:
        provider.publish(squeezed(day, at))
        assert home.client.command("toonami_downlink/refresh")["error"] is None

    since = arrange(announce)
    end = max(shows[-1].start for shows in squeezed(day, since).values())
    wait_for(lambda: datetime.now(UTC) > end, "Time stands still", 120)
    wait_for(
        lambda: datetime.fromisoformat(home.entities()[LAST]["last_updated"]) >= end,
        "The last programme did not start",
        TIMEOUT,
    )
    until = datetime.now(UTC)
    home.stop()
    return Sample(since.timestamp(), until.timestamp(), EACH * len(day))


def recorded(database: sqlite3.Connection, sample: Sample) -> set[str]:
    """Return the names of the channels' attributes that were written."""
    query = "SELECT shared_attrs FROM state_attributes WHERE attributes_id = ?"
    rows = (
        database.execute(query, (one,)).fetchone()
        for one in sample.of(database, "attributes_id", OF_CHANNELS)
    )
    return {name for row in rows for name in json.loads(row[0])}


def copy_rows(database: sqlite3.Connection, table: str, key: str, ids: list[int]) -> None:
    """Write rows again, as new ones; their times and hashes go on from those there are."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] != key]
    values = [
        f"{name} + {len(ids)}" if name.endswith(("_ts", "hash")) else name for name in columns
    ]
    database.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  # the names are the schema's
        f"SELECT {', '.join(values)} FROM {table} WHERE {key} = ?",
        [(one,) for one in ids],
    )


def size(database: sqlite3.Connection) -> int:
    """Return how much of the database's file is in use."""
    pages, free, length = (
        int(database.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * length


def growth(path: Path, sample: Sample, programmes: int) -> tuple[int, int]:
    """Write a day's states, and a day's statistics of two sensors; return what each took."""
    with closing(sqlite3.connect(path)) as database:
        states = sample.of(database, "state_id")
        attributes = sorted(set(sample.of(database, "attributes_id")))
        before = size(database)
        times = ceil(programmes / sample.programmes)
        for _ in range(times):
            copy_rows(database, "state_attributes", "attributes_id", attributes)
            copy_rows(database, "states", "state_id", states)
        database.commit()
        after = size(database)
        rows = [(number * 300.0, 7.0, 7.0, 7.0) for number in range(2 * STATISTICS)]
        database.executemany(
            "INSERT INTO statistics_short_term (created_ts, start_ts, mean, min, max, metadata_id) "
            "VALUES (?1, ?1, ?2, ?3, ?4, 1)",
            rows,
        )
        database.commit()
        of_states = (after - before) * programmes // (times * sample.programmes)
        return of_states, size(database) - after


@pytest.mark.waits
def test_a_day_adds_little_to_the_database(
    access: Access, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    guide = published(fetch(access.guide_url).body)
    day = {
        name: [show for show in shows if now <= show.start < now + DAY]
        for name, shows in guide.items()
    }
    programmes = sum(map(len, day.values()))
    home = Home(tmp_path / "home")
    try:
        sample = watch(home, day)
    finally:
        home.stop()
    path = home.folder / "home-assistant_v2.db"
    with closing(sqlite3.connect(path)) as database:
        rows = len(sample.of(database, "state_id"))
        names = recorded(database, sample)
    states, statistics = growth(path, sample, programmes)
    with capsys.disabled():
        print(
            f"\n{len(day)} channels, {programmes} programmes a day: {rows} rows for "
            f"{sample.programmes} programmes; states {states} and statistics {statistics} "
            "bytes a day"
        )

    assert len(day) == 7
    assert programmes > 100
    # The sensors and the calendar of each channel; calendar, sensor and event of what is followed.
    assert sample.programmes < rows <= 6 * sample.programmes
    assert names.isdisjoint({"description", "image", "category", "start", "stop"})
    assert states + statistics < LIMIT
