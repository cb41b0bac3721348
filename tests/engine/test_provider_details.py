"""Details of episodes: who is asked about, how often, and when no more."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from downlink.models import Programme
from downlink.provider.api import MAX_CONCURRENT, Timeouts
from downlink.provider.cache import Cache, Kind
from downlink.provider.details import DetailReader, Query, query_for
from tests.simulator import Simulator
from tests.simulator.catalogue import SHOWS, Show

from .upstream import NOW, QUICK, asking, simulator

HOUR = timedelta(hours=1)
KNOWN_SHOWS = [show for show in SHOWS if show.described and not show.is_film]
RANGERS = next(show for show in SHOWS if show.name == "Starfall Rangers")
UNKNOWN = next(show for show in SHOWS if show.name == "Neon Harbour")


def on_air(show: Show, episode: int, hours: float = 0) -> Programme:
    start = NOW + hours * HOUR
    return Programme(
        start=start,
        stop=start + HOUR / 2,
        title=show.title,
        episode=episode,
        aired=str(show.year) if show.year else None,
        categories=("Series",),
    )


class Reading:
    def __init__(self, sim: Simulator, cache_file: Path | None = None) -> None:
        self.sim = sim
        self.cache_file = cache_file
        self.steps: list[tuple[int, int]] = []

    async def read(
        self, *programmes: Programme, days: int = 0, timeouts: Timeouts = QUICK
    ) -> dict[str, bool]:
        """Look up, and return for each episode asked about whether anything was found."""
        now = NOW + timedelta(days=days)
        cache = Cache(self.cache_file, self.sim.url, now)
        async with asking(self.sim.url, timeouts) as upstream:
            reader = DetailReader(upstream, cache, Counter(), now)
            moved = [self._at(programme, days) for programme in programmes]
            found = await reader.fetch(moved, self._step)
        cache.save()
        return {f"{query.name} {query.episode}": bool(detail) for query, detail in found.items()}

    @staticmethod
    def _at(programme: Programme, days: int) -> Programme:
        shift = timedelta(days=days)
        return Programme(
            start=programme.start + shift,
            stop=programme.stop + shift,
            title=programme.title,
            episode=programme.episode,
            aired=programme.aired,
            categories=programme.categories,
        )

    def _step(self, done: int, total: int) -> None:
        self.steps.append((done, total))

    @property
    def asked(self) -> int:
        return self.sim.count("mediainfo")


@pytest.mark.parametrize(
    ("programme", "query"),
    [
        pytest.param({"episode": 7}, Query("Show", "", "7"), id="episode"),
        pytest.param({"aired": "1994"}, Query("Show", "1994", ""), id="year"),
        pytest.param({"categories": ("Movie",)}, Query("Show", "", ""), id="film"),
        pytest.param({"categories": ("Series",)}, None, id="neither"),
        pytest.param({"title": "", "episode": 7}, None, id="no title"),
    ],
)
def test_who_is_asked_about(programme: dict[str, Any], query: Query | None) -> None:
    values = {"start": NOW, "stop": NOW, "title": "Show", **programme}
    assert query_for(Programme(**values)) == query


def test_parameters_without_what_is_not_known() -> None:
    assert Query("A & b", "", "7").parameters == {"name": "A & b", "episode": "7"}


async def test_each_query_once() -> None:
    async with simulator() as sim:
        reading = Reading(sim)
        episodes = [on_air(RANGERS, 1), on_air(RANGERS, 2, 1), on_air(RANGERS, 1, 3)]
        assert await reading.read(*episodes, *episodes) == {
            "Starfall Rangers 1": True,
            "Starfall Rangers 2": True,
        }
        assert reading.asked == 2
        assert reading.steps == [(0, 2), (1, 2), (2, 2)]


async def test_soonest_first() -> None:
    async with simulator() as sim:
        await Reading(sim).read(*(on_air(RANGERS, 40 - hour, hour) for hour in range(40)))
        asked = [int(request.query["episode"]) for request in sim.requests]
    # Six at a time: the order within six is nobody's business.
    assert all(abs(place - (40 - episode)) < 6 for place, episode in enumerate(asked))


async def test_what_is_over_is_not_asked_about_but_remembered(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        over = [on_air(RANGERS, 1, -5), on_air(RANGERS, 1, -3), on_air(RANGERS, 2, -2)]
        assert await reading.read(*over, on_air(RANGERS, 3)) == {"Starfall Rangers 3": True}
        assert await reading.read(on_air(RANGERS, 1)) == {"Starfall Rangers 1": True}
        assert reading.asked == 2
        found = await reading.read(*over, on_air(RANGERS, 3))
        assert found == {"Starfall Rangers 1": True, "Starfall Rangers 3": True}
        assert reading.asked == 2


@pytest.mark.parametrize(("hours", "asked"), [(-0.4, 1), (-0.5, 1), (-0.6, 0)])
async def test_what_is_on_now_is_asked_about(hours: float, asked: int) -> None:
    async with simulator() as sim:
        reading = Reading(sim)
        await reading.read(on_air(RANGERS, 1, hours))
        assert reading.asked == asked


async def test_found_is_remembered_for_ever_and_missed_for_a_week(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        both = (on_air(RANGERS, 1), on_air(UNKNOWN, 1))
        expected = {"Starfall Rangers 1": True, "Neon Harbour 1": False}
        for days, asked in ((0, 2), (6, 2), (8, 3), (9, 3)):
            assert await reading.read(*both, days=days) == expected
            assert reading.asked == asked


async def test_unknown_title_is_not_asked_about_again_and_again(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        first = [on_air(UNKNOWN, episode, episode) for episode in range(1, 14)]
        found = await reading.read(*first, on_air(RANGERS, 1))
        assert [name for name, is_known in found.items() if is_known] == ["Starfall Rangers 1"]
        assert reading.asked <= 2 + 6
        sim.clear_log()
        others = [on_air(UNKNOWN, episode, episode) for episode in range(20, 30)]
        assert not any((await reading.read(*others)).values())
        assert reading.asked == 0


async def test_unknown_episodes_of_a_known_title() -> None:
    async with simulator() as sim:
        missing = [
            {"endpoint": "mediainfo", "kind": "empty", "query": {"episode": str(number)}}
            for number in (2, 3, 4, 5)
        ]
        sim.set_faults({"rules": missing})
        found = await Reading(sim).read(
            *(on_air(RANGERS, number, number) for number in range(1, 9))
        )
    assert [number for number in range(1, 9) if not found[f"Starfall Rangers {number}"]] == [
        2,
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(("misses", "is_outage"), [(9, False), (10, True)])
async def test_outage_is_not_remembered(tmp_path: Path, misses: int, is_outage: bool) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        sim.set_faults({"rules": [{"endpoint": "mediainfo", "kind": "empty"}]})
        shows = [on_air(show, 1, number) for number, show in enumerate(KNOWN_SHOWS[:misses])]
        assert not any((await reading.read(*shows)).values())
        sim.set_faults({})
        assert set((await reading.read(*shows)).values()) == {is_outage}


@pytest.mark.parametrize("is_known_before", [True, False])
async def test_an_answer_of_this_run_tells_misses_from_an_outage(
    tmp_path: Path, is_known_before: bool
) -> None:
    others = [show for show in KNOWN_SHOWS if show is not RANGERS][:10]
    shows = [on_air(RANGERS, 2), *(on_air(show, 1, hour) for hour, show in enumerate(others))]
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        if is_known_before:
            await reading.read(on_air(RANGERS, 2))
        first = {"endpoint": "mediainfo", "kind": "empty", "query": {"episode": "1"}}
        sim.set_faults({"rules": [first]})
        assert sum((await reading.read(*shows)).values()) == 1
        sim.set_faults({})
        assert sum((await reading.read(*shows)).values()) == (11 if is_known_before else 1)


async def test_many_episodes_of_an_unknown_title_are_no_outage(tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        shows = [on_air(UNKNOWN, episode, episode) for episode in range(1, 14)]
        assert not any((await reading.read(*shows)).values())
        sim.clear_log()
        assert not any((await reading.read(*shows)).values())
        assert reading.asked == 0


@pytest.mark.parametrize(
    "kind", ["html502", "html200", "truncated", "list", "object", "not_utf8", "wrong_types"]
)
async def test_failures_in_a_row_end_it(kind: str, tmp_path: Path) -> None:
    async with simulator() as sim:
        reading = Reading(sim, tmp_path / "cache.json")
        shows = [on_air(RANGERS, number, number) for number in range(1, 41)]
        sim.set_faults({"rules": [{"endpoint": "mediainfo", "kind": kind}]})
        found = await reading.read(*shows)
        assert not any(found.values())
        assert 5 <= reading.asked <= 11
        sim.set_faults({})
        assert all((await reading.read(*shows)).values())


async def test_single_failure_costs_one_detail() -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [{"endpoint": "mediainfo", "kind": "html502", "nth": [3]}]})
        shows = [on_air(RANGERS, number, number) for number in range(1, 21)]
        assert sum((await Reading(sim).read(*shows)).values()) == 19


async def test_time_is_limited(caplog: pytest.LogCaptureFixture) -> None:
    async with simulator() as sim:
        sim.set_faults({"latency": 0.05})
        shows = [on_air(RANGERS, number, number) for number in range(1, 41)]
        found = await Reading(sim).read(*shows, timeouts=Timeouts(answer=5, details=0.2))
    assert 0 < sum(found.values()) < 40
    assert "details are left for another time" in caplog.text


async def test_no_time_at_all(caplog: pytest.LogCaptureFixture) -> None:
    async with simulator() as sim:
        for timeouts in (Timeouts(details=0), Timeouts(run=0)):
            assert await Reading(sim).read(on_air(RANGERS, 1), timeouts=timeouts) == {}
        assert sim.requests == []


async def test_nothing_to_ask() -> None:
    async with simulator() as sim:
        reading = Reading(sim)
        assert await reading.read() == {}
        assert reading.steps == [(0, 0)]


async def test_odd_values_are_counted() -> None:
    ignored: Counter[str] = Counter()
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"rules": [{"endpoint": "mediainfo", "kind": "text_episode_number"}]})
        reader = DetailReader(upstream, Cache(None, "", NOW), ignored, NOW)
        found = await reader.fetch([on_air(RANGERS, 20)], lambda *_: None)
    (detail,) = found.values()
    assert detail
    assert detail.episode
    assert (detail.episode.season, detail.episode.number) == (2, 7)
    assert not ignored


async def test_begins_while_the_guide_is_on_its_way() -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        reader = DetailReader(upstream, Cache(None, "", NOW), Counter(), NOW)
        reader.begin([on_air(RANGERS, 20), on_air(RANGERS, 21, hours=-3)])
        while not sim.count("mediainfo"):  # noqa: ASYNC110  # the simulator's log has no event
            await asyncio.sleep(0)
        # What was over in East is still on in West, and the first is not asked for again.
        found = await reader.fetch([on_air(RANGERS, 20), on_air(RANGERS, 21)], lambda *_: None)
        assert len(found) == sim.count("mediainfo") == 2


async def test_stops_when_nobody_wants_to_know() -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"rules": [{"endpoint": "mediainfo", "kind": "silence"}]})
        reader = DetailReader(upstream, Cache(None, "", NOW), Counter(), NOW)
        reader.begin([on_air(RANGERS, episode) for episode in range(1, 20)])
        while sim.count("mediainfo") < MAX_CONCURRENT:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
        reader.stop()
        workers = [one for one in asyncio.all_tasks() if "DetailReader" in str(one.get_coro())]
        await asyncio.wait(workers)
        assert sim.count("mediainfo") == MAX_CONCURRENT


def test_keys_of_the_cache_tell_queries_apart() -> None:
    queries: Sequence[Query] = [
        Query("a", "1", ""),
        Query("a", "", "1"),
        Query("a1", "", ""),
        Query("a&year=1", "", ""),
    ]
    assert len({query.key for query in queries}) == len(queries)
    assert Query("a", "1", "2").title == Query("a", "1", "3").title
    assert str(Kind.TITLE) != str(Kind.DETAIL)
