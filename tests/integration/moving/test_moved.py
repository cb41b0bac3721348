"""Everything moves, and what a crash leaves is finished."""

from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.house_file import seal, unseal
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.moving.content import LOG
from custom_components.toonami_downlink.recording.manager import async_recordings
from custom_components.toonami_downlink.storage import aired_store
from custom_components.toonami_downlink.storage.followed import FollowStore
from custom_components.toonami_downlink.storage.recorded import RecordingStore
from custom_components.toonami_downlink.storage.state import State
from custom_components.toonami_downlink.storage.versioned_store import VersionedStore

from ..harness import Harness
from ..test_storage_recorded import HOLED, RULE
from .house import (
    OPTIONS,
    PHRASE,
    WAITING,
    Client,
    edited,
    export,
    kept,
    move,
    place,
    refused,
    seen,
    send,
)


async def test_everything_moves(hass: HomeAssistant, old: Harness, admin: Client) -> None:
    before = old.coordinator.credentials
    players = await seen(old.client, before)
    assert {status for status, _ in players.values()} == {HTTPStatus.OK}
    follows = async_follows(hass)
    assert follows
    items = follows.items
    aired = await old.coordinator.aired.async_all()
    assert sum(one.channel == "other_late" for one in aired) == 96
    file = await export(admin)

    entry = await move(hass)
    assert len(await entry.runtime_data.aired.async_all()) < len(aired)
    assert {status for status, _ in (await seen(old.client, before)).values()} != {HTTPStatus.OK}
    status, body = await send(admin, "replace", passphrase=PHRASE, file=file)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert (status, json.loads(body)) == (HTTPStatus.OK, {"loaded": True})
    assert await seen(old.client, before) == players
    now = entry.runtime_data
    assert [one.name for one in now.passes.items] == ["The kids", "The guest"]
    assert now.passes.items[0].channels == ("toonami_west",)
    assert {key: entry.options[key] for key in OPTIONS} == OPTIONS
    moved = async_follows(hass)
    assert moved
    assert moved.items == items
    recorded = await RecordingStore(hass).async_load()
    assert (recorded.rules, recorded.recordings, recorded.next_number) == ((RULE,), (HOLED,), 7)
    assert (await State.async_load(hass)).lineup.assigned == {"other_late": 12}
    assert sorted(await now.aired.async_all(), key=place) == sorted(aired, key=place)
    # It moves on from there, and is still the same to the players.
    assert unseal(await export(admin), PHRASE) == unseal(file, PHRASE)


async def test_passes_that_are_here_go_or_stay(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    """What is here and in the file keeps its device; what is not in it goes."""
    file = await export(admin)
    entries = hass.config_entries
    entries.async_remove_subentry(old.entry, "kids")
    entries.async_update_subentry(old.entry, old.entry.subentries["guest"], title="Somebody")
    await hass.async_block_till_done()
    sections = [one for one in unseal(file, PHRASE) if one[0] != "passes"]
    with_one = [("passes", [{"id": "guest", "title": "Aunt", "data": {"is_enabled": False}}])]
    data = dict(sections)["secrets"]
    for part in ("passes", "codes"):
        del data["passes"][part]["kids"]
    status, _ = await send(
        admin, "replace", passphrase=PHRASE, file=seal([*sections, *with_one], PHRASE)
    )
    assert status == HTTPStatus.OK
    assert [one.title for one in old.entry.subentries.values()] == ["Aunt"]
    status, _ = await send(admin, "replace", passphrase=PHRASE, file=file)
    assert status == HTTPStatus.OK
    assert [one.title for one in old.entry.subentries.values()] == ["The guest", "The kids"]


async def test_a_crash_in_the_middle(
    hass: HomeAssistant, old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has begun, it is finished: with the next start, if not with this one."""
    players = await seen(old.client, old.coordinator.credentials)
    credentials = old.coordinator.credentials
    file = await export(admin)
    entry = await move(hass)

    async def fail(*_: object) -> None:
        raise StoreError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FollowStore, "async_save", fail)
        status, body = await send(admin, "replace", passphrase=PHRASE, file=file)
        assert (status, json.loads(body)) == (HTTPStatus.OK, {"loaded": False})
        assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await hass.config_entries.async_reload("fresh")
    assert await seen(old.client, credentials) == players


async def test_an_entry_that_was_not_saved(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    """Home Assistant saves it a second later: what was lost until then is put back."""
    file = await export(admin)
    entry = await move(hass)
    await send(admin, "replace", passphrase=PHRASE, file=file)
    assert WAITING in hass_storage
    assert await hass.config_entries.async_unload("fresh")
    # As it was on the disk.
    for identity in ("kids", "guest"):
        hass.config_entries.async_remove_subentry(entry, identity)
    object.__setattr__(entry, "modified_at", dt_util.utc_from_timestamp(0))
    assert await hass.config_entries.async_setup("fresh")
    assert [*entry.subentries] == ["kids", "guest"]
    token = entry.runtime_data.credentials.of("kids").feed_token
    assert (await old.client.get(f"/api/{DOMAIN}/{token}/playlist.m3u")).status == HTTPStatus.OK


async def test_what_is_changed_later_stays(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    await send(admin, "replace", passphrase=PHRASE, file=await export(admin))
    hass.config_entries.async_update_entry(old.entry, options={"guide_days": 5})
    hass.config_entries.async_remove_subentry(old.entry, "kids")
    assert await hass.config_entries.async_reload("home")
    assert old.entry.options == {"guide_days": 5}
    assert [*old.entry.subentries] == ["guest"]
    assert WAITING not in hass_storage


async def test_what_waits_and_is_damaged(
    hass: HomeAssistant,
    old: Harness,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = kept(hass, hass_storage)
    await VersionedStore(hass, WAITING, private=True).async_save({"sections": [["house", {}]]})
    assert await hass.config_entries.async_reload("home")
    assert "is damaged, and was not imported" in caplog.text
    assert kept(hass, hass_storage) == before


async def test_removed_with_the_entry(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    await send(admin, "replace", passphrase=PHRASE, file=await export(admin))
    assert WAITING in hass_storage
    await hass.config_entries.async_remove("home")
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


async def test_recordings_go_on_in_a_folder_that_is_allowed(
    hass: HomeAssistant, old: Harness, admin: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    change = edited(
        options=lambda options: {**options, "recordings": True, "recordings_folder": str(folder)}
    )
    file = change(await export(admin))
    assert await refused(admin, file) == "folder"
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    assert (await send(admin, "replace", passphrase=PHRASE, file=file))[0] == HTTPStatus.OK
    await hass.async_block_till_done(wait_background_tasks=True)
    recordings = async_recordings(hass)
    assert recordings
    assert recordings.is_on
    assert recordings.rules == (RULE,)
    # It is made when somebody chooses it: a disk may be missing there.
    assert not folder.exists()


async def test_a_house_without_a_past(hass: HomeAssistant, old: Harness, admin: Client) -> None:
    """What is known here of what was on stays, when a file knows nothing of it."""
    aired = await old.coordinator.aired.async_all()
    sections = [one for one in unseal(await export(admin), PHRASE) if one[0] not in LOG]
    status, _ = await send(admin, "replace", passphrase=PHRASE, file=seal(sections, PHRASE))
    assert status == HTTPStatus.OK
    now = await old.entry.runtime_data.aired.async_all()
    assert sorted(now, key=place) == sorted(aired, key=place)


async def test_the_same_passes_change_nothing_twice(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    file = await export(admin)
    for _ in range(2):
        assert (await send(admin, "replace", passphrase=PHRASE, file=file))[0] == HTTPStatus.OK
    assert [one.subentry_id for one in old.entry.subentries.values()] == ["kids", "guest"]
    assert unseal(await export(admin), PHRASE) == unseal(file, PHRASE)


async def test_what_cannot_be_cleared_away_does_not_keep_the_house_from_starting(
    hass: HomeAssistant, old: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(aired_store, "delete_file", fail)
    assert await hass.config_entries.async_reload(old.coordinator.config_entry.entry_id)
