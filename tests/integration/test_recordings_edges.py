"""Recordings at their limits: when is looked, what begins, what is said once, what stays."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
import logging
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.recording.conflicts import Conflict, Span
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    Recording,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.planner import Plan
from custom_components.toonami_downlink.engine.downlink.recording.recorder import Outcome
from custom_components.toonami_downlink.engine.downlink.recording.source import Finished
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.recording import library, scheduler
from custom_components.toonami_downlink.recording.catalogue import Catalogue
from custom_components.toonami_downlink.recording.folder import Place
from custom_components.toonami_downlink.recording.keeper import Keeper
from custom_components.toonami_downlink.recording.library import Found, Library, Trouble
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.refreshing.issues import RECORDINGS_DISK
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from .factories import NOON, SLOT, make_entry
from .harness import NOW, limit_platforms, setup_integration
from .recorded import EAST, MINUTE, SECOND, make_recording

pytestmark = pytest.mark.nightly

NOBODY: Final = "0" * 16
START: Final = NOON + 2 * SLOT
PLANNED: Final = make_recording(state=State.PLANNED, start=NOW + 10 * MINUTE)
RUNNING: Final = make_recording(state=State.RECORDING, start=NOON)
SPAN: Final = Span(PLANNED.start - MINUTE, PLANNED.stop + MINUTE)
WAKE: Final = RecordingScheduler.async_wake


@dataclass(slots=True)
class Desk:
    """Recordings of which a test takes each look, on a clock that stands still; nothing begins."""

    clock: FrozenDateTimeFactory
    folder: Path
    coordinator: DownlinkCoordinator = field(init=False)
    recordings: Recordings = field(init=False)
    woken: list[object] = field(default_factory=list)
    begun: list[tuple[Any, ...]] = field(default_factory=list)
    looks: list[bool] = field(default_factory=list)
    """Of each look at the folder, whether it was written to."""

    @property
    def scheduler(self) -> RecordingScheduler:
        return self.recordings._scheduler  # noqa: SLF001

    @property
    def catalogue(self) -> Catalogue:
        return self.recordings._catalogue  # noqa: SLF001

    @property
    def due(self) -> datetime | None:
        """When the next look is to be taken."""
        return self.scheduler._timer.at  # noqa: SLF001

    async def look(self, *known: Recording, after: float = 0) -> None:
        """Let so many seconds pass, and these recordings be known; then look."""
        self.clock.tick(timedelta(seconds=after))
        if known:
            await self.catalogue.async_change(*known)
        await self.scheduler.async_work()


@pytest.fixture
async def desk(
    hass: HomeAssistant,
    folder: Path,
    tmp_path: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """Load an entry that records, ten minutes into a programme; no look is taken yet."""
    desk = Desk(freezer, tmp_path / "media" / "Toonami")
    (desk.folder / TRACKS).mkdir(parents=True)
    look = Library.async_look

    async def noted(one: Library, files: Mapping[str, str], *, probe: bool = False) -> Found:
        desk.looks.append(probe)
        return await look(one, files, probe=probe)

    def woken(one: RecordingScheduler) -> None:
        desk.woken.append(one)

    monkeypatch.setattr(library, "MIN_FREE", 0)
    monkeypatch.setattr(Library, "async_look", noted)
    monkeypatch.setattr(RecordingScheduler, "async_wake", woken)
    monkeypatch.setattr(
        Keeper, "async_begin", lambda _, one, *how: desk.begun.append((one.identity, *how))
    )
    limit_platforms(monkeypatch, ())
    freezer.move_to(NOW)
    options: dict[str, Any] = {"padding_before": 2, "padding_after": 5, "pause_minutes": 240}
    entry = make_entry(folder, recordings=True, recordings_folder=str(desk.folder), **options)
    desk.coordinator = await setup_integration(hass, entry)
    found = async_recordings(hass)
    assert found
    desk.recordings = found
    return desk


def let_plan(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Let the guide and the rules leave what is known as it is."""
    usual: dict[str, Any] = {"conflicts": (), "spans": {}, "next_number": 1}

    def plan(*asked: Any, **_: object) -> Plan:
        return Plan(recordings=tuple(asked[3]), **(usual | values))

    monkeypatch.setattr(scheduler, "plan", plan)


# When is looked


async def test_many_wakes_are_one_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []

    async def look(one: RecordingScheduler) -> None:
        looks.append(one)

    monkeypatch.setattr(RecordingScheduler, "async_work", look)
    for _ in range(3):
        WAKE(desk.scheduler)
    assert looks == [desk.scheduler]
    desk.scheduler._is_woken = False  # noqa: SLF001  # as after a look
    await desk.scheduler.async_stop()
    WAKE(desk.scheduler)
    assert looks == [desk.scheduler]


async def test_a_look_is_due_every_minute(hass: HomeAssistant, desk: Desk) -> None:
    desk.woken.clear()
    for passed, count in ((59, 0), (1, 1)):
        desk.clock.tick(timedelta(seconds=passed))
        async_fire_time_changed(hass)
        assert len(desk.woken) == count


async def test_what_makes_a_look_due(hass: HomeAssistant, desk: Desk) -> None:
    planned = await desk.recordings.async_record(EAST, START)
    await desk.catalogue.async_change(replace(RUNNING, number=9))
    follows = async_follows(hass)
    assert follows
    outcome = Outcome(gaps=(), reason=None, size=5)
    asks: tuple[Callable[[], Awaitable[object]], ...] = (
        partial(desk.recordings.async_cancel, planned.identity),
        partial(desk.recordings.async_delete, planned.identity),
        partial(desk.scheduler.async_ended, RUNNING.identity, outcome),
        partial(follows.async_add, FollowKind.SHOW, "Show 1-30"),
    )
    for ask in asks:
        desk.woken.clear()
        await ask()
        assert desk.woken, ask


async def test_when_the_next_look_is_due(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    let_plan(monkeypatch)
    await desk.look()
    assert desk.due == NOW + 60 * MINUTE
    await desk.look(PLANNED)
    assert desk.due == PLANNED.start - 2 * MINUTE
    desk.clock.move_to(PLANNED.start - 2 * MINUTE)
    await desk.look()
    assert desk.due == PLANNED.stop


async def test_the_folder_is_looked_at_once_an_hour(desk: Desk) -> None:
    space = desk.recordings.space
    assert (desk.recordings.trouble, space.free, space.warning) == (None, 0, None)
    assert desk.coordinator.streams.reach == 7200, "nobody knows yet what place that is"
    for passed, count in ((0, 1), (3599, 1), (1, 2), (60, 2)):
        await desk.look(after=passed)
        assert desk.looks == count * [False]


async def test_trouble_is_looked_at_once_a_minute_and_said_once(
    hass: HomeAssistant, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told: list[Trouble | None] = []
    desk.recordings.async_add_listener(lambda: told.append(desk.recordings.trouble))
    (desk.folder / TRACKS).rmdir()
    for passed in (0, 59, 1):
        await desk.look(after=passed)
    assert (desk.looks, desk.due) == ([False, True], NOW + 2 * MINUTE)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, RECORDINGS_DISK)
    assert issue
    assert (issue.is_fixable, issue.severity) == (False, ir.IssueSeverity.ERROR)
    (desk.folder / TRACKS).mkdir()
    await desk.look(after=60)
    assert desk.looks == [False, True, True]
    assert told == [Trouble.ABSENT, Trouble.ABSENT, None]
    said = [one.levelname for one in caplog.records if one.name == scheduler.__name__]
    assert said == ["WARNING", "INFO"]


@pytest.mark.parametrize(("free", "reach"), [(1, 14_400), (0, 7200)])
async def test_a_full_disk_keeps_nothing_to_go_back_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, free: int, reach: int
) -> None:
    place = Place(free=free, in_backups=False, beside_configuration=False, on_card=False)
    monkeypatch.setattr(library, "look", lambda *_: place)
    monkeypatch.setattr(library, "MIN_FREE", 1)
    await desk.look()
    assert desk.coordinator.streams.reach == reach


# What begins


async def test_the_disk_is_tried_before_something_begins(desk: Desk) -> None:
    await desk.look()
    made = await desk.recordings.async_record(EAST)
    assert desk.looks == [False, True]
    assert [one[0] for one in desk.begun] == [made.identity]


@pytest.mark.parametrize(
    ("moment", "is_begun"),
    [
        (SPAN.start - SECOND, False),
        (SPAN.start, True),
        (PLANNED.stop - SECOND, True),
        (PLANNED.stop, False),
    ],
)
async def test_when_a_recording_begins(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: datetime, is_begun: bool
) -> None:
    let_plan(monkeypatch, spans={PLANNED.identity: SPAN})
    desk.clock.move_to(moment)
    await desk.look(PLANNED)
    assert desk.begun == [(PLANNED.identity, SPAN, None)] * is_begun


@pytest.mark.parametrize(("before", "late_for"), [(0, None), (1, Reason.DISK)])
async def test_nothing_begins_before_the_folder_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, before: int, late_for: Reason | None
) -> None:
    let_plan(monkeypatch)
    (desk.folder / TRACKS).rmdir()
    await desk.look(make_recording(identity=NOBODY, number=9))
    assert desk.begun == []
    (desk.folder / TRACKS).mkdir()
    span = Span(NOW + MINUTE - before * SECOND, PLANNED.stop)
    let_plan(monkeypatch, spans={PLANNED.identity: span})
    await desk.look(PLANNED, after=60)
    assert [one[0] for one in desk.begun] == [NOBODY, PLANNED.identity]
    assert desk.begun[-1] == (PLANNED.identity, span, late_for)


@pytest.mark.parametrize(
    ("passed", "is_tried"), [(0, False), (3599, False), (3600, True), (-1, True)]
)
async def test_a_file_that_could_not_be_made_is_tried_an_hour_later(
    desk: Desk, passed: int, is_tried: bool
) -> None:
    made = make_recording()
    await desk.catalogue.async_change(made)
    await desk.scheduler.async_unfinished(made.identity, None)
    await desk.look(after=passed)
    padded = Span(made.start - 2 * MINUTE, made.stop + 5 * MINUTE)
    assert desk.begun == [(made.identity, padded, None)] * is_tried
    assert desk.recordings.items == (made,)


async def test_what_begins_next_has_nothing_to_play(desk: Desk) -> None:
    await desk.recordings.async_record(EAST, START + 2 * SLOT)
    following = await desk.recordings.async_record(EAST, START)
    assert desk.recordings.next == following
    (desk.folder / TRACKS / following.track_name).mkdir()
    for identity in (following.identity, NOBODY):
        assert desk.recordings.source_of(identity) is None


# What is told, saved and left alone


async def test_who_listens_is_told_of_other_conflicts_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.look()
    told: list[int] = []
    desk.recordings.async_add_listener(lambda: told.append(len(desk.recordings.conflicts)))
    let_plan(monkeypatch, conflicts=(Conflict(NOBODY, (), None),))
    for _ in range(2):
        await desk.look()
    assert told == [1]


async def test_what_could_not_be_saved_is_with_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    saved: list[Recorded] = []
    made, is_full = make_recording(), True

    async def save(_: RecordingStore, recorded: Recorded) -> None:
        if is_full:
            raise StoreError("the disk is full")
        saved.append(recorded)

    monkeypatch.setattr(RecordingStore, "async_save", save)
    for _ in range(2):
        assert not await desk.catalogue.async_note(made)
    assert caplog.text.count("could not be saved") == 1
    is_full = False
    for _ in range(2):
        await desk.look()
        assert [one.recordings for one in saved] == [(made,)]
    await desk.recordings.async_record(EAST, START)
    assert len(saved) == 2


async def test_numbers_go_on_from_the_highest(desk: Desk) -> None:
    await desk.catalogue.async_change(rules=())
    assert desk.catalogue.next_number == 1
    await desk.catalogue.async_change(
        *(make_recording(identity=f"{number:016x}", number=number) for number in (7, 3))
    )
    assert desk.catalogue.next_number == 8


async def test_what_is_not_known_any_more_is_left_alone(desk: Desk) -> None:
    deleted, asked = make_recording(state=State.DELETED), desk.scheduler
    await desk.catalogue.async_change(deleted)
    finished = Finished(path=Path("/x/a.mp4"), size=5, duration=1.0, entries=())
    for identity in (deleted.identity, NOBODY):
        await asked.async_end(identity)
        await asked.async_ended(identity, Outcome(gaps=(), reason=None, size=5))
        assert not await asked.async_finished(identity, "a.mp4", finished)
        await asked.async_delete(make_recording(identity=identity))
    asked.async_grew(NOBODY, 5)
    await asked.async_unfinished(NOBODY, Reason.NO_SIGNAL)
    asked._keeper.async_realign(make_recording(identity=NOBODY), NOW)  # noqa: SLF001  # nobody else calls it
    async with desk.catalogue.lock:
        # Whoever holds it is about to save something else.
        asked.async_grew(deleted.identity, 5)
    assert desk.recordings.items == (deleted,)


async def test_what_a_file_says_of_itself(desk: Desk) -> None:
    programme = RUNNING.programme
    episode = replace(programme, episode_title="Part 3", description="Ships.")
    film = replace(episode, title="Akira", season=None, episode=None, categories=("Movie",))
    said = [
        desk.scheduler._keeper._tags(replace(RUNNING, programme=one))  # noqa: SLF001
        for one in (episode, programme, film)
    ]
    assert [(one.title, one.show, one.description) for one in said] == [
        ("Part 3", "Outlaw Star", "Ships."),
        ("Outlaw Star", "Outlaw Star", ""),
        ("Akira", "", "Ships."),
    ]
    where_and_when = ("Toonami Aftermath East", date(2026, 11, 24), "Part {number}")
    assert {(one.channel, one.date, one.chapter) for one in said} == {where_and_when}
