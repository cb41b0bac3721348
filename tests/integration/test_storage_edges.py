"""The edges of what is stored: the last that still goes, the first that does not, and the usual."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
import json
import logging
from pathlib import Path
import re
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir, storage
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.limits import MAX_TITLE_CHARS
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
    IngestReport,
    Programme,
    RefreshRecord,
)
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import Aired, AiredLog
from custom_components.toonami_downlink.engine.downlink.publish.history import record_to_json
from custom_components.toonami_downlink.storage.aired_store import AiredStore, History
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.storage.followed import read_followed
from custom_components.toonami_downlink.storage.log_filter import SecretFilter
from custom_components.toonami_downlink.storage.recorded import (
    Recorded,
    read_recorded,
    recorded_to_json,
)
from custom_components.toonami_downlink.storage.secret_sets import digest_of
from custom_components.toonami_downlink.storage.settings import Settings
from custom_components.toonami_downlink.storage.state import State, read_numbers
from custom_components.toonami_downlink.storage.versioned_store import VersionedStore

from .factories import MIDNIGHT, NOON, SLOT, make_feed
from .released import aired_file
from .test_storage_damage import rename
from .test_storage_recorded import HOLED

pytestmark = pytest.mark.nightly

EAST, WEST = "toonami_east", "toonami_west"
CREDENTIALS, STATE = f"{DOMAIN}.credentials", f"{DOMAIN}.state"
DAY = timedelta(days=1)
REAL = {name: getattr(storage.Store, name) for name in ("_async_load", "_async_write_data")}
"""Before the test plugin puts something in memory in their place."""
TRIGUN = Aired(EAST, Programme(start=NOON, stop=NOON + SLOT, title="Trigun"), is_planned=True)


@pytest.fixture
def disk(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let Home Assistant's storage write real files; return their folder."""
    with monkeypatch.context() as patch:
        for name, method in REAL.items():
            patch.setattr(storage.Store, name, method)
        yield Path(hass.config.path(storage.STORAGE_DIR))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


# The aired log


async def test_guides_that_begin_at_different_times(coordinator: DownlinkCoordinator) -> None:
    """Before each the log says what was on, and none of it is there twice."""
    feed = make_feed()
    begun = {EAST: feed.guide[EAST][24:], WEST: feed.guide[WEST][12:]}
    feed = replace(feed, guide={**feed.guide, **begun})
    found = await coordinator.aired.async_guide(feed, (EAST, WEST), MIDNIGHT, NOON)
    assert {key: [one.title for one in shown] for key, shown in found.items()} == {
        EAST: [f"Show 1-{number}" for number in range(24)],
        WEST: [f"Show 2-{number}" for number in range(24)],
    }


async def test_when_a_show_was_on_last(coordinator: DownlinkCoordinator) -> None:
    found = await coordinator.aired.async_last("Show 1-3", NOON, 5)
    assert [one.programme.title for one in found] == ["Show 1-3"]


async def test_nothing_is_known_of_a_programme_without_a_log(hass: HomeAssistant) -> None:
    store = AiredStore(hass)
    history = await store.async_history(TRIGUN.programme, MIDNIGHT, NOON)
    assert history == History(last=None, times=0, last_of_show=None, times_of_show=0)


async def test_the_last_write_of_home_assistant_closes_the_log(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    store = coordinator.aired
    log = store._log  # noqa: SLF001  # nothing else shows whether the file is closed
    assert log
    assert (await store.async_size())[0] == 4 * 24
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert await store.async_size() == (0, 0)
    with pytest.raises(StoreError):
        log.size()
    # Nor is it opened again for what ends after that.
    await coordinator.async_freeze()
    assert await store.async_size() == (0, 0)


async def test_what_is_prepared_again_is_there_once(hass: HomeAssistant) -> None:
    """What was prepared before goes, and with the log what SQLite has beside it."""
    for _ in range(2):
        await AiredStore.async_prepare(hass, [TRIGUN])
    log = aired_file(hass)
    journal = log.with_name(f"{log.name}-journal")
    put(journal, "of the log that goes")
    await AiredStore.async_take(hass)
    assert not journal.exists()
    store = AiredStore(hass)
    await store.async_open()
    assert await store.async_all() == [TRIGUN]
    await store.async_close()


async def test_what_is_prepared_is_closed(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, closed = AiredLog.close, list[AiredLog]()

    def note(log: AiredLog) -> None:
        closed.append(log)
        close(log)

    monkeypatch.setattr(AiredLog, "close", note)
    await AiredStore.async_prepare(hass, [])
    assert len(closed) == 1


# The secrets


async def test_of_many_that_were_replaced_the_last_ten_are_read(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    await CredentialStore.async_load(hass)
    old = [f"secret {number}" for number in range(11)]
    hass_storage[CREDENTIALS]["data"]["previous"] = [digest_of(secret) for secret in old]
    credentials = await CredentialStore.async_load(hass)
    assert [secret for secret in old if credentials.is_previous(secret)] == old[1:]


async def test_what_opens_streams_for_a_while_has_42_digits(hass: HomeAssistant) -> None:
    credentials = await CredentialStore.async_load(hass)
    assert re.fullmatch(r"[0-9a-f]{42}", credentials.watch_token(NOON))


@pytest.mark.parametrize(
    ("typed", "logged"),
    [
        ("a" * 7, "a" * 7),
        ("a" * 8, "**REDACTED**"),
        ("%41" * 32, "**REDACTED**"),
        ("a" * 96, "**REDACTED**"),
        ("a" * 97, "**REDACTED**a"),
    ],
)
async def test_what_is_typed_is_crossed_out_as_long_as_it_can_be_a_code(
    hass: HomeAssistant, typed: str, logged: str
) -> None:
    secret_filter = SecretFilter()
    secret_filter.credentials = await CredentialStore.async_load(hass)
    record = logging.LogRecord("aiohttp.access", logging.INFO, "", 1, f"/tv/{typed}", (), None)
    assert secret_filter.filter(record) is True
    assert record.getMessage() == f"/tv/{logged}"


# The state and the settings


def refresh(number: int) -> RefreshRecord:
    at = NOON + timedelta(minutes=number)
    return RefreshRecord(started=at, finished=at, cause=Cause.SCHEDULE)


def test_the_last_sixty_refreshes_are_remembered() -> None:
    state = State()
    for number in range(61):
        state.remember(refresh(number))
    assert state.history == tuple(refresh(number) for number in range(1, 61))


def test_the_last_guide_is_remembered_however_many_were_refused() -> None:
    report = IngestReport(channels=7, programmes=1, filler=0, guide_until=None)
    refused = replace(report, guide_error="no guide")
    first, second = (replace(refresh(number), report=report) for number in range(2))
    state = State()
    for record in (first, second):
        state.remember(record)
    for number in range(2, 102):
        state.remember(replace(refresh(number), report=refused if number % 2 else None))
    assert (len(state.history), state.history[0]) == (60, second)
    assert state.history[1].started == refresh(43).started
    made = NOON + DAY
    assert state.guide_made(made, refused) == second.finished
    assert state.guide_made(made, report) == made
    assert State().guide_made(made, refused) == made, "there never was one"
    assert state.guide_made(None, None) is None
    state.remember(replace(refresh(102), report=report))
    assert (len(state.history), state.history[0].started) == (60, refresh(43).started)


async def test_of_many_refreshes_the_last_sixty_are_read(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    history = [record_to_json(refresh(number)) for number in range(61)]
    data: dict[str, Any] = {"numbers": {}, "history": history}
    hass_storage[STATE] = {"version": 3, "minor_version": 1, "key": STATE, "data": data}
    state = await State.async_load(hass)
    assert state.history == tuple(refresh(number) for number in range(1, 61))


def test_a_state_of_which_nothing_is_known() -> None:
    state = State()
    assert (state.failures, state.users, state.is_relay_declined) == (0, 0, False)
    # Who uses it, and whether it is being refreshed, is not part of what is remembered.
    assert state == State(users=1)


def test_the_least_number_of_a_channel() -> None:
    assert read_numbers({"other_first": 1, "other_none": 0}) == {"other_first": 1}


def test_the_settings_of_an_entry_that_says_nothing() -> None:
    assert Settings.from_mappings({}, {}) == Settings(
        provider="bundled",
        api_url="https://api.toonamiaftermath.com",
        verify_tls=True,
        provider_command="",
        provider_folder="",
        cron="0 3 * * *",
        guide_days=7,
        past_days=1,
        stream_links="direct",
        provider_timeout=300,
        max_channels=4,
        pause_minutes=10,
        hdhomerun=False,
        stale_hours=48,
        users_may_watch=True,
        lead_minutes=10,
        notify=(),
        watch_on=None,
        recordings=False,
        recordings_folder="",
        recordings_gb=50,
        recordings_days=0,
        padding_before=1,
        padding_after=3,
    )


# What is recorded and followed


def recorded(**values: Any) -> dict[str, Any]:
    """Return what is stored of one recording, with these values in it."""
    data = recorded_to_json(Recorded(recordings=(HOLED,), next_number=7))
    data["recordings"] = [data["recordings"][0] | values]
    return data


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", 2**31 - 1),
        ("channel", "x" * MAX_TITLE_CHARS),
        ("file", "x" * 1024),
        ("size", 2**63),
    ],
    ids=["number", "channel", "file", "size"],
)
def test_the_most_that_a_recording_may_have(field: str, value: Any) -> None:
    found = read_recorded(recorded(**{field: value}))
    assert [getattr(one, field) for one in found.recordings] == [value]
    assert not found.is_partial


def test_a_recording_without_a_length_is_none() -> None:
    found = read_recorded(recorded(stop=HOLED.start.isoformat()))
    assert (found.recordings, found.is_partial) == ((), True)


@pytest.mark.parametrize(("stored", "read"), [(2**31 - 1, 2**31 - 1), (2**31, 2), (0, 2), (2, 2)])
def test_the_next_number(stored: int, read: int) -> None:
    assert Recorded().next_number == 1
    data = recorded() | {"next_number": stored}
    assert read_recorded(data).next_number == read


def test_a_mark_needs_all_its_names() -> None:
    names = ["0" * 16, "1" * 16, "2" * 16]
    wrong = [[*names[:place], "x", *names[place + 1 :], NOON.isoformat()] for place in range(3)]
    right = [*names, NOON.isoformat()]
    followed, _ = read_followed({"follows": [], "marks": [*wrong, right]})
    assert [(mark.identity, mark.start) for mark in followed.marks] == [("0" * 16, NOON)]


# Files


@pytest.mark.parametrize(
    ("options", "mode"), [({}, 0o644), ({"private": True}, 0o600)], ids=["usual", "private"]
)
async def test_who_may_read_a_file_and_its_copies(
    hass: HomeAssistant, disk: Path, options: dict[str, Any], mode: int
) -> None:
    store = VersionedStore(hass, "key", **options)
    await store.async_save({"a": 1})
    # What was kept once is not kept again.
    assert [await store.async_keep_copy() for _ in range(2)] == ["key.corrupt"] * 2
    assert {mode_of(disk / name) for name in ("key", "key.corrupt")} == {mode}


async def test_a_file_is_on_the_disk_before_it_takes_the_place_of_another(
    hass: HomeAssistant, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("After a crash, there may be nothing in it")

    monkeypatch.setattr(storage, "write_utf8_file", fail)
    store = VersionedStore(hass, "key")
    await store.async_save({"a": 1})
    assert await VersionedStore(hass, "key").async_load() == {"a": 1}
    assert (disk / "key").is_file()


async def test_the_layout_before_stays_beside_the_file(hass: HomeAssistant, disk: Path) -> None:
    before = json.dumps({"version": 1, "minor_version": 1, "key": "key", "data": {"old": 4}})
    put(disk / "key", before)
    assert await VersionedStore(hass, "key", (rename,)).async_load() == {"fresh": 4}
    assert (disk / "key.v1").read_text() == before
    assert json.loads((disk / "key").read_text())["version"] == 2


async def test_what_repairs_says_of_a_damaged_file(hass: HomeAssistant, disk: Path) -> None:
    put(disk / "key", '{"version": 1, "minor_version": 1, "data": {}}')
    assert await VersionedStore(hass, "key").async_load() == {}
    (issue,) = (one for one in ir.async_get(hass).issues.values() if "_key_" in one.issue_id)
    # Home Assistant has a dialog for it, and it is there after a restart.
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    assert (issue.issue_domain, issue.severity) == (DOMAIN, ir.IssueSeverity.CRITICAL)
    assert issue.translation_placeholders == {
        "storage_key": "key",
        "original_path": str(disk / "key"),
        "corrupt_path": str(disk / "key.corrupt"),
        "error": repr(ValueError("there is nothing in it")),
    }
