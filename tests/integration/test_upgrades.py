"""What earlier versions wrote is still read; what later ones wrote is refused and left alone.

`layouts` has one folder for each layout that was ever released: whoever changes a layout adds the
next, as that version writes it, and leaves the others as they are.
"""

from collections.abc import Callable
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import storage
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.config_flow import DownlinkConfigFlow
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.models import Cause, Source
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.publish import store
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.announced import AnnouncedStore
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.storage.followed import FollowStore
from custom_components.toonami_downlink.storage.recorded import RecordingStore
from custom_components.toonami_downlink.storage.state import State
from custom_components.toonami_downlink.storage.versioned_store import Data

from .released import LAYOUTS, NOW, restore

CREDENTIALS = f"{DOMAIN}.credentials"
STATE = f"{DOMAIN}.state"
FOLLOWS = f"{DOMAIN}.follows"
PASSES = f"{DOMAIN}.passes"
ANNOUNCED = f"{DOMAIN}.announced"
RECORDINGS = f"{DOMAIN}.recordings"
FILES = (CREDENTIALS, STATE, FOLLOWS, PASSES, ANNOUNCED, RECORDINGS)
OURS = "The provider ended with exit code 1."
REAL = {name: getattr(storage.Store, name) for name in ("_async_load", "_async_write_data")}
"""Before the test plugin puts something in memory in their place."""
EVERY_LAYOUT = pytest.mark.parametrize(
    "layout", [pytest.param(path, id=path.name) for path in sorted(LAYOUTS.iterdir())]
)


def ours(hass_storage: dict[str, Any], *files: str) -> str:
    """Write what is stored of ours as a text, to be compared later."""
    return json.dumps({key: hass_storage.get(key) for key in files or FILES}, sort_keys=True)


def everything(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@EVERY_LAYOUT
async def test_every_layout_is_loaded(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    layout: Path,
) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    entry = restore(hass, layout, hass_storage)

    assert await hass.config_entries.async_setup(entry.entry_id)

    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.credentials.feed_token == "F" * 43
    assert coordinator.credentials.find_login("toonamiabc123", "P" * 20) == HOME
    assert coordinator.data
    assert [channel.number for channel in coordinator.data.feed.channels] == [1, 2, 101]
    assert coordinator.data.feed.channels[2].missed == 1
    shown = coordinator.data.feed.guide["toonami_west"][1]
    assert (shown.title, shown.episode_title, shown.season) == ("Show 2-1", "Part 1", 2)
    assert coordinator.data.report.sources == {Source.GUIDE: 6}
    assert [record.cause for record in coordinator.history] == [Cause.RETRY, Cause.SCHEDULE]
    assert coordinator.failures == 0
    assert coordinator.next_refresh == datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert not coordinator.is_refreshing
    settings = coordinator.settings
    assert (settings.api_url, settings.verify_tls) == ("https://api.example.com", False)
    assert (settings.guide_days, settings.stream_links) == (5, "home_assistant")
    assert (settings.max_channels, settings.hdhomerun) == (2, True)
    assert (settings.provider_timeout, settings.stale_hours) == (600, 72)
    state = await State.async_load(hass)
    assert state.lineup.assigned == {"other_night_owl": 101}
    assert state.done_until == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert hass_storage[STATE]["version"] == 3
    messages = [record.message for record in coordinator.history]
    # Until then, messages could have a provider's last words in them.
    assert messages == [OURS if int(layout.name) >= 3 else None, None]
    assert state.is_relay_declined == (int(layout.name) >= 3)
    assert (entry.version, entry.minor_version) == (1, 2)
    assert "max_streams" not in entry.options
    follows = async_follows(hass)
    assert follows
    if int(layout.name) >= 4:
        texts = [(one.kind, one.text, one.channel) for one in follows.items]
        assert texts == [
            (FollowKind.SHOW, "Show 1-1", None),
            (FollowKind.BLOCK, "Toonami", "toonami_east"),
            (FollowKind.WORDS, "big o", None),
        ]
        assert follows.seen == {"0123456789abcdef"}
    else:
        assert follows.items == ()


def test_the_newest_layout_is_todays() -> None:
    """A changed layout without a folder of its own here would not be noticed otherwise."""
    layout = max(LAYOUTS.iterdir())
    entry = json.loads((layout / "config_entry.json").read_text())
    manifest = json.loads(next(layout.rglob(store.MANIFEST)).read_text())
    files = {path.name: json.loads(path.read_text()) for path in (layout / "storage").iterdir()}

    assert (entry["version"], entry["minor_version"]) == (
        DownlinkConfigFlow.VERSION,
        DownlinkConfigFlow.MINOR_VERSION,
    )
    assert manifest["format"] == store._FORMAT  # noqa: SLF001  # there is no other way to know
    assert {name: file["version"] for name, file in files.items()} == {
        CREDENTIALS: 1,
        STATE: 3,
        FOLLOWS: 1,
        PASSES: 1,
        ANNOUNCED: 1,
        RECORDINGS: 1,
    }


async def test_what_is_saved_has_the_newest_layout(
    hass: HomeAssistant, newest: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    before = ours(hass_storage)

    state = await State.async_load(hass)
    await state.async_save(hass)
    follows, announced, recordings = FollowStore(hass), AnnouncedStore(hass), RecordingStore(hass)
    await follows.async_save(await follows.async_load())
    await announced.async_save(await announced.async_load())
    await recordings.async_save(await recordings.async_load())
    hass_storage[CREDENTIALS]["data"]["current"]["password"] = "damaged"
    await CredentialStore.async_load(hass)
    hass_storage[CREDENTIALS]["data"]["current"]["password"] = "P" * 20

    assert ours(hass_storage) == before


def newer_credentials(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[CREDENTIALS]["version"] = 2


def newer_state(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[STATE]["version"] = 4


def newer_follows(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[FOLLOWS]["version"] = 2


def newer_passes(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[PASSES]["version"] = 2


def newer_announced(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[ANNOUNCED]["version"] = 2


def newer_generation(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Put a generation in front that this version cannot know."""
    generations = data_folder(hass) / "generations"
    shutil.copytree(generations / "00000001", generations / "00000002")
    path = generations / "00000002" / store.MANIFEST
    manifest = {**json.loads(path.read_text()), "format": 2, "more": ["things"]}
    manifest["sha256"] = store._seal(manifest)  # noqa: SLF001  # as the newer version does
    path.write_text(json.dumps(manifest))


Newer = Callable[[HomeAssistant, dict[str, Any]], None]
NEWER = pytest.mark.parametrize(
    "write",
    [
        *(newer_credentials, newer_passes, newer_state, newer_follows, newer_announced),
        newer_generation,
    ],
)


@NEWER
async def test_a_downgrade_is_refused_and_loses_nothing(
    hass: HomeAssistant,
    newest: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    write: Newer,
) -> None:
    write(hass, hass_storage)
    stored, before = ours(hass_storage), ours(hass_storage, ANNOUNCED)
    files = everything(data_folder(hass))

    assert not await hass.config_entries.async_setup(newest.entry_id)
    await hass.async_block_till_done()

    assert newest.state is ConfigEntryState.SETUP_ERROR
    assert newest.error_reason_translation_key == "newer_version"
    assert "A newer version of Toonami Downlink has been used here" in caplog.text
    if write is not newer_announced:
        # What is followed can be read, and is looked for before.
        assert ours(hass_storage) == stored
    assert ours(hass_storage, ANNOUNCED) == before
    assert everything(data_folder(hass)) == files


@NEWER
async def test_the_dialog_does_not_get_around_it(
    hass: HomeAssistant, newest: MockConfigEntry, hass_storage: dict[str, Any], write: Newer
) -> None:
    write(hass, hass_storage)
    await hass.config_entries.async_setup(newest.entry_id)
    stored = ours(hass_storage)
    files = everything(data_folder(hass))

    flow = await newest.start_reconfigure_flow(hass)
    steps = hass.config_entries.flow
    entered = {"provider": "command", "provider_command": "true"}
    flow = await steps.async_configure(flow["flow_id"], {"advanced": entered})
    await hass.async_block_till_done()
    flow = await steps.async_configure(flow["flow_id"])

    assert flow["type"] is FlowResultType.FORM
    if write not in {newer_state, newer_generation}:
        # The provider is run before the entry is loaded; that much can be tried.
        assert flow["errors"] == {"base": "provider_output"}
    else:
        assert flow["errors"] == {"base": "newer_version"}
    assert ours(hass_storage) == stored
    assert everything(data_folder(hass)) == files


@pytest.mark.parametrize(
    ("version", "state"),
    [
        pytest.param((2, 1), ConfigEntryState.MIGRATION_ERROR, id="major"),
        pytest.param((1, 3), ConfigEntryState.LOADED, id="minor"),
    ],
)
async def test_an_entry_of_a_newer_version(
    hass: HomeAssistant,
    newest: MockConfigEntry,
    version: tuple[int, int],
    state: ConfigEntryState,
) -> None:
    """By Home Assistant's rule, older versions can read what has another minor version only."""
    major, minor = version
    hass.config_entries.async_update_entry(newest, version=major, minor_version=minor)
    data, options = dict(newest.data), dict(newest.options)
    files = everything(data_folder(hass))

    await hass.config_entries.async_setup(newest.entry_id)

    assert newest.state is state
    assert (newest.version, newest.minor_version) == version
    assert (dict(newest.data), dict(newest.options)) == (data, options)
    assert everything(data_folder(hass)) == files


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"max_streams": 7}, {"max_channels": 7}),
        (
            {"max_streams": 1, "stream_links": "direct"},
            {"max_channels": 1, "stream_links": "direct"},
        ),
        ({"guide_days": 3}, {"guide_days": 3}),
        ({}, {}),
    ],
)
async def test_the_number_of_streams_becomes_that_of_channels(
    hass: HomeAssistant,
    newest: MockConfigEntry,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    hass.config_entries.async_update_entry(newest, options=before, minor_version=1)

    assert await hass.config_entries.async_setup(newest.entry_id)

    assert dict(newest.options) == after
    assert (newest.version, newest.minor_version) == (1, 2)
    home: DownlinkCoordinator = newest.runtime_data
    assert home.settings.max_channels == after.get("max_channels", 4)


@pytest.mark.parametrize("key", [file for file in FILES if file != RECORDINGS])
async def test_storage_that_cannot_be_read_is_tried_again(
    hass: HomeAssistant, newest: MockConfigEntry, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """A disk with errors must not cost the players their credentials."""
    load = storage.Store.async_load

    async def fail(store: storage.Store[Data]) -> Data | None:
        if store.key == key:
            raise HomeAssistantError("Error loading: input/output error")
        return await load(store)

    with monkeypatch.context() as patch:
        patch.setattr(storage.Store, "async_load", fail)
        assert not await hass.config_entries.async_setup(newest.entry_id)

    assert newest.state is ConfigEntryState.SETUP_RETRY
    assert newest.error_reason_translation_key == "cannot_store"
    assert await hass.config_entries.async_reload(newest.entry_id)
    assert newest.runtime_data.credentials.feed_token == "F" * 43


async def test_a_folder_that_cannot_be_read_is_tried_again(
    hass: HomeAssistant, newest: MockConfigEntry
) -> None:
    generations = data_folder(hass) / "generations"
    shutil.rmtree(generations)
    generations.write_text("a file is in the way")

    assert not await hass.config_entries.async_setup(newest.entry_id)

    assert newest.state is ConfigEntryState.SETUP_RETRY
    assert newest.error_reason_translation_key == "cannot_store"
