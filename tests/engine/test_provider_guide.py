"""The guide of a schedule, from playlists, from the media list, and from both."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
import pytest

from downlink.models import Programme, Source
from downlink.provider.cache import Cache, Kind
from downlink.provider.guide import Day, Span, TvGuideReader, _good_for
from downlink.provider.media import MediaList
from tests.simulator import Simulator
from tests.simulator.catalogue import SNICK, TOONAMI
from tests.simulator.schedule import Schedule

from .upstream import HASTY, NOW, QUICK, asking, serving, simulator

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WEEK = Span(NOW - 30 * HOUR, NOW + 7 * DAY)
SUNDAY = datetime.fromisoformat("2026-10-18T09:00Z")


class Reading:
    """Readings of the guide against one simulator, with one cache."""

    def __init__(self, sim: Simulator, cache_file: Path | None = None) -> None:
        self.sim = sim
        self.cache_file = cache_file
        self.steps: list[tuple[int, int]] = []
        self.days: list[list[Programme]] = []

    async def read(
        self,
        schedule: str = TOONAMI,
        span: Span = WEEK,
        now: datetime = NOW,
        *,
        is_hasty: bool = False,
    ) -> list[Programme]:
        cache = Cache(self.cache_file, self.sim.url, now)
        async with asking(self.sim.url, HASTY if is_hasty else QUICK) as upstream:
            reader = TvGuideReader(upstream, cache, schedule, Counter(), self._step, self._day)
            programmes = await reader.fetch(span, now)
        cache.save()
        return programmes

    def _step(self, done: int, more: int) -> None:
        self.steps.append((done, more))

    def _day(self, programmes: list[Programme]) -> None:
        self.days.append(programmes)


def planned(span: Span, schedule: str = TOONAMI, now: datetime = NOW) -> list[tuple[Any, ...]]:
    """Start, stop and episode of what the simulator plays then, in its order."""
    plan = Schedule(lambda: now, 1997)
    first = (span.start - 2 * DAY).date()
    days = [first + DAY * offset for offset in range((span.stop - span.start).days + 5)]
    lists = [one for day in days if (one := plan.playlist(schedule, day))]
    return [
        (item.start.replace(microsecond=0), item.end.replace(microsecond=0), item.episode)
        for one in lists
        if one.start < span.stop and one.end > span.start
        for item in one.items
        if item.start < span.stop
        and max(item.end, item.start + timedelta(minutes=30)) > span.start + SECOND
    ]


def shape(programmes: Sequence[Programme]) -> list[tuple[Any, ...]]:
    return [(one.start, one.stop, one.episode) for one in programmes]


@pytest.mark.parametrize("schedule", [TOONAMI, SNICK])
async def test_whole_week(schedule: str) -> None:
    async with simulator() as sim:
        reading = Reading(sim)
        programmes = await reading.read(schedule)
    assert shape(programmes) == planned(WEEK, schedule)
    assert {one.source for one in programmes} == {Source.GUIDE}
    assert programmes[0].start <= WEEK.start
    assert max(one.stop for one in programmes) >= WEEK.stop - HOUR
    done, total = (sum(column) for column in zip(*reading.steps, strict=True))
    assert done == total == sim.count("playlist")
    assert sum(map(len, reading.days)) == len(programmes)
    assert sim.count("playlists") <= 3
    assert sim.count("media") == 0


@pytest.mark.parametrize("days", [1, 14])
async def test_other_lengths(days: int) -> None:
    span = Span(WEEK.start, NOW + days * DAY)
    async with simulator() as sim:
        assert shape(await Reading(sim).read(span=span)) == planned(span)


async def test_a_day_that_ends_when_the_guide_begins_is_not_asked_for() -> None:
    plan = Schedule(lambda: NOW, 1997)
    days = [WEEK.start.date() + DAY * offset for offset in range(4)]
    lists = [one for day in days if (one := plan.playlist(TOONAMI, day))]
    ends = [one.end.replace(microsecond=0) for one in lists]
    span = Span(ends[1], ends[1] + HOUR)
    async with simulator() as sim:
        await Reading(sim).read(span=span)
        assert sim.count("playlist") == sum(
            one.start < span.stop and end > span.start for one, end in zip(lists, ends, strict=True)
        )


@pytest.mark.parametrize("start", ["2026-10-31T12:00Z", "2026-03-07T12:00Z"])
async def test_days_with_a_change_of_the_clock(start: str) -> None:
    now = datetime.fromisoformat(start)
    span = Span(now - 30 * HOUR, now + 7 * DAY)
    async with simulator(now) as sim:
        assert shape(await Reading(sim).read(span=span, now=now)) == planned(span, now=now)


async def test_second_reading_asks_for_nothing_but_the_lists(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        first = await reading.read()
        sim.clear_log()
        assert await reading.read(now=NOW + 2 * HOUR) == first
        assert sim.count("playlist") == 0


@pytest.mark.parametrize(
    ("later", "asked"),
    [
        pytest.param(timedelta(hours=4), 2, id="what is soon"),
        pytest.param(timedelta(hours=73), 4, id="all that is not over"),
    ],
)
async def test_days_go_stale(tmp_path: Path, later: timedelta, asked: int) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        await reading.read()
        sim.clear_log()
        await reading.read(now=NOW + later)
        assert sim.count("playlist") == asked


async def test_stale_day_is_better_than_none(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        first = await reading.read()
        sim.set_faults({"rules": [{"endpoint": "playlist", "kind": "html502"}]})
        assert await reading.read(now=NOW + 73 * HOUR) == first
        assert sim.count("media") == 0


def rule(endpoint: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "kind": kind, **more}


@pytest.mark.parametrize(
    "kind", ["html502", "html200", "empty", "null", "list", "object", "truncated", "reset"]
)
async def test_one_day_from_the_media_list(kind: str) -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [rule("playlist", kind, query={"id": _third_day(sim)})]})
        found = await Reading(sim).read()
    by_source = Counter(one.source for one in found)
    assert set(by_source) == {Source.GUIDE, Source.MEDIA}
    assert by_source[Source.MEDIA] > 40
    expected = planned(WEEK)
    assert [one.start for one in found] == [start for start, _, _ in expected]
    assert all(one.stop == one.start for one in found if one.source is Source.MEDIA)


def _third_day(sim: Simulator) -> str:
    day = sim.upstream.schedule.playlist(TOONAMI, (NOW + DAY).date())
    assert day
    return day.id


@pytest.mark.parametrize(
    ("faults", "pages"),
    [
        pytest.param({"rules": [rule("playlists", "html502")]}, 3, id="no lists"),
        pytest.param({"rules": [rule("playlist", "empty")]}, 3, id="no days"),
        pytest.param({"rules": [rule("playlists", "list")]}, 3, id="empty lists"),
        pytest.param(
            {"rules": [rule("playlists", "null")], "count_limit": 75}, 6, id="small count"
        ),
    ],
)
async def test_whole_week_from_the_media_list(faults: dict[str, Any], pages: int) -> None:
    span = Span(NOW - 3 * HOUR, NOW + 7 * DAY)
    async with simulator() as sim:
        sim.set_faults(faults)
        found = await Reading(sim).read(span=span)
        assert pages <= sim.count("media") <= pages + 3
    assert {one.source for one in found} == {Source.MEDIA}
    starts = {one.start for one in found}
    for start, stop, _ in planned(span):
        if stop > span.start and start < span.stop:
            assert start in starts


async def test_week_that_fails_leaves_the_other() -> None:
    async with simulator() as sim:
        week = {"startDate": "2026-10-21T12:00:00.000Z"}
        sim.set_faults({"rules": [rule("playlists", "html502", query=week)]})
        found = await Reading(sim).read()
    sources = [one.source for one in found]
    assert sources == sorted(sources)
    assert set(sources) == {Source.GUIDE, Source.MEDIA}


@pytest.mark.parametrize("kind", ["html502", "empty", "wrong_types"])
async def test_nothing_at_all(kind: str) -> None:
    async with simulator() as sim:
        rules = [rule(endpoint, kind) for endpoint in ("playlists", "playlist", "media")]
        sim.set_faults({"rules": rules})
        assert await Reading(sim).read() == []


async def test_silence_everywhere() -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [rule("playlist", "silence"), rule("media", "silence")]})
        assert await Reading(sim).read(is_hasty=True) == []
        assert sim.count("media") == 1


async def test_overrun_of_a_weekend_stays_in_upstreams_order() -> None:
    span = Span(SUNDAY - 6 * HOUR, SUNDAY + 6 * HOUR)
    async with simulator(SUNDAY) as sim:
        found = await Reading(sim).read(span=span, now=SUNDAY)
    starts = [one.start for one in found]
    assert starts != sorted(starts)
    assert shape(found) == planned(span, now=SUNDAY)


async def test_programming_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: TvGuideReader, _answer: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(TvGuideReader, "_days", broken)
    async with simulator() as sim:
        with pytest.raises(ZeroDivisionError):
            await Reading(sim).read()


@pytest.mark.parametrize(
    ("limit", "asked"),
    [
        pytest.param(None, 1, id="200 is fine"),
        pytest.param(150, 2, id="150"),
        pytest.param(75, 3, id="75"),
        pytest.param(25, 5, id="25"),
        pytest.param(10, 5, id="too few"),
    ],
)
async def test_count_is_halved(limit: int | None, asked: int) -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"count_limit": limit})
        media = MediaList(upstream, TOONAMI, Counter())
        found = await media.fetch(NOW, NOW + HOUR)
        assert sim.count("media") == asked
        assert bool(found) is (limit != 10)
        await media.fetch(NOW, NOW + HOUR)
        assert sim.count("media") <= asked + 1


@pytest.mark.parametrize(
    ("start", "stop", "hours"),
    [
        pytest.param(-24 * HOUR, timedelta(), None, id="over"),
        pytest.param(-24 * HOUR, SECOND, 3, id="not quite"),
        pytest.param(36 * HOUR - SECOND, 60 * HOUR, 3, id="soon"),
        pytest.param(36 * HOUR, 60 * HOUR, 72, id="later"),
    ],
)
def test_how_long_a_day_is_good(start: timedelta, stop: timedelta, hours: int | None) -> None:
    good = _good_for(Day("1", Span(NOW + start, NOW + stop)), NOW)
    assert good == (timedelta.max if hours is None else hours * HOUR)


@pytest.mark.parametrize(
    ("changed", "is_day"),
    [
        pytest.param({}, True, id="whole"),
        pytest.param({"_id": ""}, False, id="no id"),
        pytest.param({"startDate": None}, False, id="no start"),
        pytest.param({"endDate": None}, False, id="no end"),
        pytest.param({"endDate": NOW.isoformat()}, False, id="no length"),
    ],
)
async def test_what_is_a_day(tmp_path: Path, changed: dict[str, Any], is_day: bool) -> None:
    entry = {"_id": "1", "startDate": NOW.isoformat(), "endDate": (NOW + DAY).isoformat()}
    async with simulator() as sim, asking(sim.url) as upstream:
        cache = Cache(tmp_path / "cache.json", sim.url, NOW)
        reader = TvGuideReader(upstream, cache, TOONAMI, Counter(), lambda *_: None, lambda _: None)
        found = list(reader._days([entry | changed]))  # noqa: SLF001
    assert found == [Day("1", Span(NOW, NOW + DAY))] * is_day


async def test_counts_that_are_tried() -> None:
    counts: list[str] = []

    async def nothing(request: web.Request) -> web.Response:
        counts.append(request.query["count"])
        return web.json_response([])

    async with serving(web.get("/media", nothing)) as url, asking(url) as upstream:
        assert await MediaList(upstream, TOONAMI, Counter()).fetch(NOW, NOW + HOUR) == []
    assert counts == ["200", "100", "75", "50", "25"]


async def test_media_list_of_one_item_a_page() -> None:
    asked: list[datetime] = []

    async def one(request: web.Request) -> web.Response:
        asked.append(datetime.fromisoformat(request.query["dateString"]) + SECOND)
        return web.json_response([{"name": "Show", "startDate": asked[-1].isoformat()}])

    async with serving(web.get("/media", one)) as url, asking(url) as upstream:
        found = await MediaList(upstream, TOONAMI, Counter()).fetch(NOW, NOW + HOUR)
    assert [programme.start for programme in found] == asked
    assert len(asked) == 60


async def test_media_list_whose_pages_end_where_two_days_overlap() -> None:
    half = HOUR / 2
    begins = {"Saturday": NOW, "Sunday": NOW + 2 * HOUR}
    plan = [(f"{day} {n}", at + n * half) for day, at in begins.items() for n in range(10)]

    async def twelve(request: web.Request) -> web.Response:
        at = datetime.fromisoformat(request.query["dateString"])
        left = [(title, start) for title, start in plan if start + half > at]
        items = [{"name": title, "startDate": start.isoformat()} for title, start in left[:12]]
        return web.json_response(items)

    async with serving(web.get("/media", twelve)) as url, asking(url) as upstream:
        found = await MediaList(upstream, TOONAMI, Counter()).fetch(NOW, NOW + 7 * HOUR)
    assert [(one.title, one.start) for one in found] == plan


async def test_media_list_that_stays_the_same() -> None:
    asked: list[str] = []

    async def same(request: web.Request) -> web.Response:
        asked.append(request.query["dateString"][11:16])
        starts = (NOW, NOW + 5 * HOUR)
        return web.json_response([{"name": "Show", "startDate": one.isoformat()} for one in starts])

    async with serving(web.get("/media", same)) as url, asking(url) as upstream:
        found = await MediaList(upstream, TOONAMI, Counter()).fetch(NOW, NOW + DAY)
    assert [one.start - NOW for one in found] == [timedelta(), 5 * HOUR]
    assert asked == ["15:30", "17:30", "20:30"]


async def test_media_list_that_never_gets_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        monkeypatch.setattr("downlink.provider.media._MAX_PAGES", 2)
        found = await MediaList(upstream, TOONAMI, Counter()).fetch(NOW, NOW + 28 * DAY)
        assert sim.count("media") == 2
        assert len(found) > 300


async def test_end_of_the_plan() -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        found = await MediaList(upstream, SNICK, Counter()).fetch(NOW + 28 * DAY, NOW + 40 * DAY)
    assert found
    assert max(one.start for one in found) < NOW + 31 * DAY


async def test_cache_of_a_day_that_is_damaged(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        first = await reading.read()
        cache = Cache(reading.cache_file, sim.url, NOW)
        cache.remember(Kind.PLAYLIST, _third_day(sim), {"playlist": "garbage"})
        cache.save()
        sim.clear_log()
        assert await reading.read() == first
        assert sim.count("playlist") == 1
