"""Players go on over every upgrade: what they were told opens the same channels."""

from contextlib import closing
import json
import logging
from pathlib import Path
import sqlite3
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.recording.model import RuleKind, State
from custom_components.toonami_downlink.recording.manager import async_recordings

from .released import LAYOUTS, NOW, aired_file, restore

HOME = ("F" * 43, "toonamiabc123", "P" * 20)
TABLET = ("T" * 43, "toonamitab123", "Q" * 20)
CHANNELS = {
    "toonami_east": (1, "toonami-east.toonamiaftermath.com"),
    "toonami_west": (2, "toonami-west.toonamiaftermath.com"),
    "other_night_owl": (101, "night-owl.toonamiaftermath.com"),
}
EVERY_LAYOUT = pytest.mark.parametrize(
    "layout", [pytest.param(path, id=path.name) for path in sorted(LAYOUTS.iterdir())]
)

type Client = TestClient[Any, Any]


async def seen(client: Client, token: str, username: str, password: str) -> set[tuple[Any, ...]]:
    """Return number and guide id of each channel, when playlist, Xtream and tuner agree on them."""
    playlist = await (await client.get(f"/api/toonami_downlink/{token}/playlist.m3u")).text()
    login = f"username={username}&password={password}"
    answer = await client.get(f"/player_api.php?{login}&action=get_live_streams")
    streams = {(one["stream_id"], one["epg_channel_id"]) for one in await answer.json()}
    answer = await client.get(f"/api/toonami_downlink/hdhr/{token}/lineup.json")
    tuned = {int(one["GuideNumber"]) for one in await answer.json(content_type=None)}
    assert {number for number, _ in streams} == tuned
    for number, guide_id in streams:
        assert f'tvg-id="{guide_id}"' in playlist
        assert f'tvg-chno="{number}"' in playlist
    assert playlist.count("#EXTINF") == len(streams)
    return streams


@EVERY_LAYOUT
async def test_players_go_on(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    layout: Path,
) -> None:
    freezer.move_to(NOW)
    entry = restore(hass, layout, hass_storage)
    assert await hass.config_entries.async_setup(entry.entry_id)
    client = await hass_client_no_auth()

    assert await seen(client, *HOME) == set(CHANNELS.values())
    if int(layout.name) >= 5:
        # In an order of its own, counted from 1.
        west, owl = CHANNELS["toonami_west"], CHANNELS["other_night_owl"]
        assert await seen(client, *TABLET) == {(1, owl[1]), (2, west[1])}
        playlist = await client.get(f"/api/toonami_downlink/{HOME[0]}/playlist.m3u")
        short = await client.get("/tv/acdefghj")
        assert await short.read() == await playlist.read()


def switch_recordings_on(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, "recordings": True})


async def test_what_was_recorded_and_was_on(hass: HomeAssistant, newest: MockConfigEntry) -> None:
    switch_recordings_on(hass, newest)
    assert await hass.config_entries.async_setup(newest.entry_id)
    recordings = async_recordings(hass)
    assert recordings
    assert [(one.kind, one.text) for one in recordings.rules] == [(RuleKind.SHOW, "Show 1-1")]
    states = {one.number: one.state for one in recordings.items}
    assert states.items() >= {1: State.COMPLETE, 2: State.CANCELLED}.items()
    coordinator: DownlinkCoordinator = newest.runtime_data
    found = await coordinator.aired.async_search("long ago", 5)
    assert [one.programme.title for one in found] == ["Long Ago"]


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
async def test_recordings_of_a_newer_version_are_left_alone(
    hass: HomeAssistant, newest: MockConfigEntry, hass_storage: dict[str, Any], is_on: bool
) -> None:
    """Where nothing is recorded, nobody needs them."""
    stored = hass_storage["toonami_downlink.recordings"]
    stored["version"] = 2
    before = json.dumps(stored)
    if is_on:
        switch_recordings_on(hass, newest)

    assert await hass.config_entries.async_setup(newest.entry_id) is not is_on
    await hass.async_block_till_done()

    assert newest.state is (ConfigEntryState.SETUP_ERROR if is_on else ConfigEntryState.LOADED)
    assert newest.error_reason_translation_key == ("newer_version" if is_on else None)
    assert json.dumps(hass_storage["toonami_downlink.recordings"]) == before


async def test_an_aired_log_of_a_newer_version_is_left_alone(
    hass: HomeAssistant, newest: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing else depends on it: the rest works, and one line says what is not known."""
    path = aired_file(hass)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")
    before = path.read_bytes()

    assert await hass.config_entries.async_setup(newest.entry_id)
    await newest.runtime_data.async_freeze()
    assert await hass.config_entries.async_unload(newest.entry_id)

    assert newest.state is ConfigEntryState.NOT_LOADED
    assert path.read_bytes() == before
    assert list(path.parent.glob(f"{path.name}?*")) == []
    said = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    (text,) = (text for text in said if path.name in text)
    assert "not remembered" in text
    assert "layout 2" in text
