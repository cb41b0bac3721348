"""What is deleted to make room, and what stays though it was about to go."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import (
    Recording,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.rules import make_rule
from custom_components.toonami_downlink.recording.library import Library

from .factories import NOON
from .harness import NOW
from .recorded import MINUTE, make_recording
from .test_recordings_edges import Desk, desk, let_plan  # noqa: F401  # a fixture

RULE = make_rule(RuleKind.SHOW, "Outlaw Star", None, NOW, keep_last=2)


def make_whole(number: int, desk: Desk) -> Recording:  # noqa: F811  # what the fixture gives
    """Make one of the rule with a file; the higher its number, the later it was on."""
    file = f"{number}.mp4"
    (desk.folder / file).write_text("12345")
    start = NOON - 10 * 60 * MINUTE + number * 60 * MINUTE
    return make_recording(
        identity=f"{number:016x}", number=number, start=start, rule=RULE.identity, file=file, size=5
    )


def states(desk: Desk) -> list[State]:  # noqa: F811  # what the fixture gives
    return [one.state for one in desk.recordings.items]


@pytest.mark.parametrize("is_by_rule", [True, False])
async def test_what_a_whole_one_replaces_takes_no_other_with_it(
    desk: Desk,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
    is_by_rule: bool,
) -> None:
    let_plan(monkeypatch)
    first, holed, again = (make_whole(number, desk) for number in (1, 2, 3))
    holed = replace(holed, state=State.INTERRUPTED)
    again = replace(again, replaces=holed.identity)
    desk.scheduler.quota = 100 if is_by_rule else 10
    await desk.catalogue.async_change(rules=(RULE,) if is_by_rule else ())
    await desk.look(first, holed, again)
    assert states(desk) == [State.COMPLETE, State.DELETED, State.COMPLETE]


async def test_what_somebody_keeps_while_room_is_made_stays(
    desk: Desk,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_plan(monkeypatch)
    first, second = (make_whole(number, desk) for number in (1, 2))
    keeping: list[asyncio.Task[None]] = []
    delete = Library.async_delete

    async def slow(library: Library, one: Recording) -> None:
        keep = desk.recordings.async_keep(second.identity, True)
        keeping.append(asyncio.create_task(keep))
        await asyncio.sleep(0)
        await delete(library, one)

    monkeypatch.setattr(Library, "async_delete", slow)
    desk.scheduler.quota = 0
    await desk.look(first, second)
    await asyncio.gather(*keeping)
    assert states(desk) == [State.DELETED, State.COMPLETE]
    assert (desk.folder / "2.mp4").exists()
    await desk.recordings.async_delete(second.identity)
    assert states(desk) == [State.DELETED, State.DELETED], "whoever deletes it means it"
