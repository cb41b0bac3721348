"""The limits of channels and of the relay, each from both sides, and who is told what."""

import asyncio
from datetime import timedelta

import pytest

from downlink.relay.barred import MAX_BARRED, Barred
from downlink.relay.channel import MAX_VISITORS, Events, Settings
from downlink.relay.errors import BusyError, Reason, ViewerEndedError
from downlink.relay.relay import Relay
from downlink.relay.segment import Segment

from .house import record
from .station import BEGINNING, wall_clock
from .test_channel_source import Script, at

FAST_TIME = True


def test_patience_of_channels() -> None:
    settings = Settings()
    assert (settings.linger, settings.linger_after_leave) == (30.0, 5.0)
    assert (settings.pause, settings.pause_with_store, settings.open_store()) == (None,) * 3


@pytest.mark.parametrize(("target", "seconds"), [(1, 10.0), (3, 10.0), (4, 12.0)])
async def test_how_long_a_request_counts(target: int, seconds: float) -> None:
    relay = Relay(Script().open)
    relay.touch("east", "tv", "TV").ring.raise_target(target)
    tv = relay.touch("east", "tv", "TV")
    assert tv.until
    assert tv.until - tv.asked == pytest.approx(seconds)
    await relay.close()


@pytest.mark.parametrize("count", [MAX_VISITORS, MAX_VISITORS + 1, 300])
async def test_of_too_many_who_come_and_go_the_first_is_forgotten(count: int) -> None:
    relay = Relay(Script().open)
    for number in range(count):
        relay.touch("east", f"tv {number}", "TV")
    first = max(0, count - MAX_VISITORS)
    assert [one.key for _, one in relay.viewers] == [f"tv {n}" for n in range(first, count)]
    await relay.close()


async def test_who_asks_again_is_not_forgotten() -> None:
    relay = Relay(Script().open)
    tv = relay.touch("east", "tv", "TV")
    for number in range(300):
        relay.touch("east", f"tv {number}", "TV")
        assert relay.touch("east", "tv", "TV") is tv
    await relay.close()


@pytest.mark.parametrize(("seconds", "is_several"), [(0.01, True), (0.49, True), (0.51, False)])
async def test_how_fast_nobody_switches(
    seconds: float, is_several: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(Script().open, max_channels=2)
    began = asyncio.get_running_loop().time()
    east = relay.touch("east", "tv", "TV")
    east.ring.raise_target(10)
    with monkeypatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "time", lambda: began + 1)
        relay.touch("west", "tv", "TV")
        patch.setattr(asyncio.get_running_loop(), "time", lambda: began + 1 + seconds)
        if is_several:
            with pytest.raises(BusyError):
                relay.touch("movies", "tv", "TV")
        else:
            relay.touch("movies", "tv", "TV")
    assert east.ring.is_closed is not is_several
    await relay.close()


async def test_who_was_ended_is_refused_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = Relay(Script().open)
    channel_of = relay.channels
    relay.touch("east", "other", "TV")
    channel_of["east"].end(relay.touch("east", "tv", "TV"))
    began = asyncio.get_running_loop().time()
    with monkeypatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "time", lambda: began + 59.9)
        with pytest.raises(ViewerEndedError):
            channel_of["east"].touch("tv", "TV")
        patch.setattr(asyncio.get_running_loop(), "time", lambda: began + 60.1)
        assert channel_of["east"].touch("tv", "TV").key == "tv"
    await relay.close()


async def test_who_was_ended_begins_with_no_other_channel_and_takes_nobodys_place() -> None:
    relay = Relay(Script().open, max_channels=2)
    four_up = [relay.touch(key, "tv", "TV") for key in ("east", "west")]
    relay.channels["east"].end(four_up[0])
    for key in ("east", "movies"):
        with pytest.raises(ViewerEndedError):
            relay.touch(key, "tv", "TV")
        with pytest.raises(ViewerEndedError):
            async with relay.watch(key, "tv", "TV"):
                pass
    assert {key: channel.is_running for key, channel in relay.channels.items()} == {
        "east": True,
        "west": True,
    }
    assert relay.touch("west", "tv", "TV") is four_up[1]
    assert relay.touch("east", "other", "TV").key == "other"
    await relay.close()


@pytest.mark.parametrize(("others", "is_refused"), [(MAX_BARRED - 1, True), (MAX_BARRED, False)])
async def test_of_too_many_who_were_ended_the_first_comes_again(
    others: int, is_refused: bool
) -> None:
    barred = Barred()
    for number in (0, *range(others + 1)):
        barred.add(f"tv {number}")
    assert ("tv 0" in barred) is is_refused
    assert f"tv {others}" in barred


async def test_who_may_return_does() -> None:
    relay = Relay(Script().open)
    tv = relay.touch("east", "tv", "TV")
    relay.channels["east"].end(tv, may_return=True)
    assert relay.viewers == []
    assert relay.touch("east", "tv", "TV") is not tv
    await relay.close()


@pytest.mark.parametrize(("waited", "is_needed"), [(None, True), (4.9, True), (5.1, False)])
async def test_who_does_not_read_keeps_no_place(waited: float | None, is_needed: bool) -> None:
    relay = Relay(Script().open)
    async with relay.watch("east", "tv", "TV") as tv:
        tv.waited_for = waited and asyncio.get_running_loop().time() - waited
        assert relay.channels["east"].is_needed is is_needed
    assert not relay.channels["east"].is_needed
    await relay.close()


@pytest.mark.parametrize(
    ("second", "expected"),
    [(at(-28), 2.0), (at(-28.001), -28.001), (at(32), 2.0), (at(32.001), 32.001)],
)
async def test_dates_that_are_half_a_minute_off(second: Segment, expected: float) -> None:
    relay = Relay(Script((0, at(0)), (0, second)).open, now=wall_clock)
    async with relay.watch("east", "tv", "TV") as tv:
        found = await record(tv.ring, 1)
    await relay.close()
    assert found[1].segment.date == BEGINNING + timedelta(seconds=expected)
    # Only the first of a run is one that nothing goes before.
    assert [one.segment.discontinuity for one in found] == [True, False]


async def test_every_change_is_told_once() -> None:
    told: list[str] = []
    relay = Relay(Script().open, events=Events(on_change=lambda: told.append("change")))
    counts = []
    relay.touch("east", "tv", "TV")
    counts.append(len(told))
    relay.touch("east", "tv", "TV")
    counts.append(len(told))
    async with relay.watch("east", "other", "TV"):
        counts.append(len(told))
    counts.append(len(told))
    relay.leave("east", "nobody")
    relay.leave("west", "tv")
    counts.append(len(told))
    relay.leave("east", "tv")
    counts.append(len(told))
    assert counts == [1, 1, 2, 3, 3, 4]
    await relay.close()
    assert len(told) == 5


async def test_health_of_a_channel() -> None:
    slate = Segment(data=b"G", duration=2.0, is_slate=True, node="slate")
    script = Script((1, slate), (1, Segment(data=b"G", duration=2.0, node="a")))
    events: list[tuple[str, ...]] = []
    relay = Relay(
        script.open,
        now=wall_clock,
        events=Events(
            on_broken=lambda key, reason: events.append((key, reason)),
            on_healed=lambda key: events.append((key,)),
        ),
    )
    async with relay.watch("east", "tv", "TV"):
        channel = relay.channels["east"]
        await asyncio.sleep(1.5)
        health = channel.health
        assert (health.last_segment, health.node, health.viewers) == (None, "", 1)
        assert script.listener
        script.listener.on_broken(Reason.SILENT)
        assert (channel.health.reason, channel.health.is_running) == (Reason.SILENT, True)
        assert channel.health.slate_since
        script.listener.on_healed()
        health = channel.health
        assert health.reason is None
        assert health.slate_since is None
        await asyncio.sleep(1)
        assert channel.health.last_segment
        assert (channel.health.node, channel.health.node_changes) == ("a", 0)
        script.listener.on_broken(Reason.SILENT)
    await relay.close()
    health = channel.health
    assert (health.is_running, health.viewers, health.reason) == (False, 0, None)
    assert health.slate_since is None
    assert health.last_segment
    assert events == [("east", "silent"), ("east",), ("east", "silent")]


async def test_relay_has_four_channels_and_closes_once() -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("closed")

    relay = Relay(Script((0, at(0))).open, on_close=close)
    for key in "abcd":
        relay.touch(key, f"tv {key}", "TV")
    with pytest.raises(BusyError, match="4"):
        relay.touch("e", "tv e", "TV")
    assert [(key, one.key) for key, one in relay.viewers] == [(key, f"tv {key}") for key in "abcd"]
    assert relay.running == 4
    await asyncio.sleep(1)
    assert relay.held > 0
    # A channel that runs already takes more of them.
    relay.touch("a", "tv e", "TV")
    assert closed == []
    await relay.close()
    assert closed == ["closed"]
    assert (relay.running, relay.held, relay.viewers) == (0, 0, [])
    assert set(relay.channels) == set("abcd")
    with pytest.raises(BusyError, match="closed"):
        relay.touch("a", "tv", "TV")


@pytest.mark.parametrize(("target", "seconds"), [(3, 5.0), (4, 5.0), (5, 6.0), (10, 11.0)])
async def test_how_long_it_goes_on_after_one_who_has_left(target: int, seconds: float) -> None:
    """Another tab of the same browser may watch, which asks once in a target duration."""
    relay = Relay(Script().open)
    ring = relay.touch("east", "browser", "Browser").ring
    ring.raise_target(target)
    relay.leave("east", "browser")
    await asyncio.sleep(seconds - 0.5)
    assert relay.touch("east", "browser", "Browser").ring is ring
    relay.leave("east", "browser")
    await asyncio.sleep(seconds + 0.5)
    assert relay.running == 0
    await relay.close()


@pytest.mark.parametrize("back", [0, 1])
async def test_longest_viewer_is_the_first(back: int) -> None:
    """Also when the clock is set back meanwhile, as it is each autumn."""
    hours = 0
    relay = Relay(Script().open, now=lambda: wall_clock() - timedelta(hours=hours))
    relay.touch("east", "visitor", "TV")
    await asyncio.sleep(1)
    hours = back
    async with relay.watch("east", "second", "TV"):
        await asyncio.sleep(1)
        relay.touch("east", "third", "TV")
        assert [one.key for one in relay.channels["east"].viewers] == ["visitor", "second", "third"]
    await relay.close()
