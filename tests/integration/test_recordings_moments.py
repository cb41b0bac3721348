"""Recordings that somebody changes in the moment that they begin, end, or are planned no more."""

import asyncio
from dataclasses import replace
import errno

from homeassistant.components.websocket_api import current_connection
import pytest

from custom_components.toonami_downlink.engine.downlink.follows import FollowKind, make_follow
from custom_components.toonami_downlink.engine.downlink.recording.folder import Folder
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Gap,
    Reason,
    Recording,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.recorder import Outcome
from custom_components.toonami_downlink.engine.downlink.recording.rules import make_rule
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.recording import library
from custom_components.toonami_downlink.recording.keeper import Keeper
from custom_components.toonami_downlink.recording.library import Library
from custom_components.toonami_downlink.recording.outcomes import ended_with
from custom_components.toonami_downlink.recording.unfollowed import Unfollowed
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, House, make_recording, programmes
from .stream_harness import wait_until
from .test_recordings_edges import PLANNED, RUNNING, Desk, desk  # noqa: F401  # a fixture
from .users import asked_by_a_child

TURNS = 2000
"""Of the event loop: a look would be over by then."""


@pytest.mark.parametrize(
    ("begins", "reason"), [(0, Reason.LATE), (9, Reason.LATE), (10, Reason.ABSENT)]
)
def test_what_was_asked_for_late_was_not_absent(begins: int, reason: Reason) -> None:
    late = make_recording(state=State.RECORDING, since=RUNNING.start + 10 * MINUTE)
    late = replace(late, start=RUNNING.start, stop=RUNNING.start + 30 * MINUTE)
    hole = Gap(late.start + begins * MINUTE, late.start + (begins + 5) * MINUTE)
    short = Gap(late.start + 20 * MINUTE, late.start + 21 * MINUTE)
    outcome = Outcome(gaps=(hole, short), reason=None, size=1)
    ended = ended_with(late, outcome, late.stop, by_hand=False)
    assert (ended.state, ended.reason) == (State.INTERRUPTED, reason)


async def test_what_is_stopped_is_not_begun_again(
    desk: Desk,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await desk.catalogue.async_change(RUNNING)
    begun: list[State] = []
    looks: list[asyncio.Task[None]] = []

    async def outcome(_library: Library, _one: Recording) -> Outcome:
        looks.append(asyncio.create_task(desk.scheduler.async_work()))
        for _ in range(TURNS):
            if looks[0].done():
                break
            await asyncio.sleep(0)
        return Outcome(gaps=(), reason=None, size=5)

    monkeypatch.setattr(Keeper, "async_begin", lambda _, one, *how: begun.append(one.state))
    monkeypatch.setattr(Library, "async_outcome", outcome)
    await desk.recordings.async_cancel(RUNNING.identity)
    await looks[0]
    # What is there of it is made into a file.
    assert begun == [State.COMPLETE]


async def test_what_will_not_be_recorded_is_not_next(desk: Desk) -> None:  # noqa: F811
    later = replace(PLANNED, identity="1" * 16, number=2, start=PLANNED.start + MINUTE)
    await desk.catalogue.async_change(PLANNED, later)
    assert desk.recordings.next == PLANNED
    for reason in (Reason.LEFT_GUIDE, Reason.BUSY):
        await desk.catalogue.async_change(replace(PLANNED, reason=reason))
        assert desk.recordings.next == later


@pytest.mark.parametrize("action", ["async_cancel", "async_delete"])
async def test_what_somebody_does_not_want_in_the_moment_that_it_begins(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
) -> None:
    begins, goes_on, save = asyncio.Event(), asyncio.Event(), RecordingStore.async_save

    async def slow(store: RecordingStore, recorded: Recorded) -> None:
        if any(one.state is State.RECORDING for one in recorded.recordings):
            begins.set()
            await goes_on.wait()
        await save(store, recorded)

    monkeypatch.setattr(RecordingStore, "async_save", slow)
    await house.start(*programmes(MINUTE, MINUTE))
    record = asyncio.create_task(house.recordings.async_record(EAST))
    await begins.wait()
    identity = house.only.identity
    undo = asyncio.create_task(getattr(house.recordings, action)(identity))
    await asyncio.sleep(0)
    goes_on.set()
    await asyncio.gather(record, undo)
    keeper = house.scheduler._keeper  # noqa: SLF001
    await wait_until(lambda: not keeper.is_busy(identity))
    assert house.only.is_tombstone or house.only.state in {State.INTERRUPTED, State.CANCELLED}


async def test_what_was_there_before_a_restart_is_not_given_up(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk is back, but nothing can be written to it."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    await house.start(*programmes(5 * MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    await house.stop()
    monkeypatch.setattr(library, "write_probe", refuse)
    monkeypatch.setattr(Folder, "open_to_append", refuse)
    await house.restart()
    await wait_until(lambda: house.recordings.trouble is not None, 20)
    assert house.only.state is State.RECORDING
    assert house.only.size > 0


async def test_what_is_followed_no_more_is_not_recorded(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE, MINUTE, MINUTE))
    follows = async_follows(house.hass)
    assert follows
    for number in (1, 2, 3):
        await follows.async_add(FollowKind.SHOW, f"Show {number}")
    words = await follows.async_add(FollowKind.WORDS, "show 3", EAST)
    await house.recordings.async_add_rule(RuleKind.FOLLOWED, "")
    await house.recordings.async_add_rule(RuleKind.SHOW, "Show 9")
    first, second, _ = house.recordings.items
    await house.recordings.async_keep(second.identity, True)
    for follow in follows.items:
        if follow.identity != words.identity:
            await follows.async_remove(follow.identity)
    await house.settle()
    # What is kept by hand stays, and what is followed in another way.
    assert [one.programme.title for one in house.recordings.items] == ["Show 2", "Show 3"]
    assert first not in house.recordings.items


def test_what_took_its_way_out_is_not_followed_either() -> None:
    follow = make_follow(FollowKind.SHOW, "Outlaw Star", EAST, NOW)
    rule = make_rule(RuleKind.FOLLOWED, "", None, NOW)
    moved = make_recording(channel="toonami_west", state=State.PLANNED, rule=rule.identity)
    looks = Unfollowed()
    assert looks.look((follow,), (rule,), (moved,)) == frozenset()
    assert looks.look((), (rule,), (moved,)) == {moved.identity}
    assert looks.look((), (rule,), (moved,)) == frozenset()


async def test_a_rule_with_other_days_plans_anew(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    add = house.recordings.async_add_rule
    await add(RuleKind.SHOW, "Show 1")
    today = house.only.start.weekday()
    await add(RuleKind.SHOW, "Show 1", days=frozenset(range(7)) - {today})
    assert house.recordings.items == ()
    await add(RuleKind.SHOW, "Show 1", days=frozenset({today}))
    planned = house.only
    # Nothing that was planned is lost by what is the same.
    await add(RuleKind.SHOW, "Show 1", days=frozenset({today}), keep_last=2)
    assert house.only == planned


async def test_what_a_child_asks_for_goes_on_for_the_house(house: House) -> None:
    """What its end sets off plays with the pass of whoever is connected."""
    await house.start(*programmes(LONG, MINUTE))
    heard: list[object] = []
    house.recordings.async_add_listener(lambda *_: heard.append(current_connection.get()))
    asking = house.recordings.async_record(EAST)
    await asyncio.create_task(asking, context=asked_by_a_child())
    heard.clear()
    await house.until(State.COMPLETE, State.INTERRUPTED)
    assert set(heard) == {None}
