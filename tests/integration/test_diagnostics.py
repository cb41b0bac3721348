"""Diagnostics: enough to find a fault, and nothing that is nobody else's business."""

from datetime import timedelta
from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.diagnostics import async_get_device_diagnostics
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.streaming.manager import Watcher

from .factories import NOON, make_entry
from .harness import set_provider_command, setup_integration

CLIENT_ID = "ss3iB2"
PERSONAL = (
    f"https://n4.toonamiaftermath.com:443/livehttporigin/est/{CLIENT_ID}-2bJn5J-playlist.m3u8"
)


class Downloads:
    """Download diagnostics as the dialogs do, with one client for all."""

    def __init__(self, make_client: ClientSessionGenerator) -> None:
        self._make_client = make_client
        self._client: TestClient[Any, Any] | None = None

    async def of_entry(self) -> dict[str, Any]:
        return await self._get("/api/diagnostics/config_entry/home")

    async def of_device(self, device: dr.DeviceEntry) -> dict[str, Any]:
        return await self._get(f"/api/diagnostics/config_entry/home/device/{device.id}")

    async def _get(self, path: str) -> dict[str, Any]:
        self._client = self._client or await self._make_client()
        response = await self._client.get(path)
        assert response.status == HTTPStatus.OK
        data: dict[str, Any] = (await response.json())["data"]
        return data


@pytest.fixture
async def downloads(
    hass: HomeAssistant, folder: Path, hass_client: ClientSessionGenerator
) -> Downloads:
    assert await async_setup_component(hass, "diagnostics", {})
    return Downloads(hass_client)


def device_named(hass: HomeAssistant, name: str) -> dr.DeviceEntry:
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), "home")
    return next(device for device in devices if device.name == name)


@pytest.mark.usefixtures("coordinator")
async def test_entry(
    hass: HomeAssistant,
    downloads: Downloads,
    snapshot: SnapshotAssertion,
) -> None:
    diagnostics = await downloads.of_entry()
    assert set(diagnostics["history"][0].pop("stages")) == {"provider", "check", "publish"}
    # They depend on the release and on how the files are written.
    assert diagnostics == snapshot(exclude=props("version", "artifacts"))


@pytest.mark.usefixtures("coordinator")
async def test_channel(
    hass: HomeAssistant,
    downloads: Downloads,
    snapshot: SnapshotAssertion,
) -> None:
    device = device_named(hass, "Snickelodeon West")
    assert await downloads.of_device(device) == snapshot


@pytest.mark.usefixtures("coordinator")
async def test_service_device_tells_everything(hass: HomeAssistant, downloads: Downloads) -> None:
    device = device_named(hass, "Toonami Downlink")
    of_device = await downloads.of_device(device)
    assert of_device == await downloads.of_entry()


async def test_channel_that_is_gone(
    hass: HomeAssistant,
    downloads: Downloads,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    gone = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "other_gone")}
    )
    assert await downloads.of_device(gone) == {"channel": None}


async def test_passes(
    hass: HomeAssistant, downloads: Downloads, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """How devices are set up, but neither whose they are nor what opens something."""
    data = {"channels": ["toonami_east", "gone"], "stream_links": "direct", "is_enabled": False}
    subentries = [
        ConfigSubentryDataWithId(
            data=values, subentry_id=name, subentry_type="pass", title=name, unique_id=None
        )
        for name, values in {"Granny": {}, "Uncle Bob": data}.items()
    ]
    coordinator = await setup_integration(hass, make_entry(folder, subentries))
    coordinator.passes.note("Granny")
    usual: dict[str, Any] = {
        "channels": None,
        "is_renumbered": False,
        "stream_links": "house",
        "recordings": True,
    }
    usual |= {"has_hours": False, "max_age": None, "users": 0}
    granny = usual | {"is_enabled": True, "last_seen": NOON.isoformat(), "watching": 0}
    uncle = granny | data | {"channels": 2, "last_seen": None}
    everything = await downloads.of_entry()
    assert everything["passes"] == [granny, uncle]
    assert await downloads.of_device(device_named(hass, "Uncle Bob")) == {"pass": uncle}
    for identity in ("Granny", "Uncle Bob"):
        credentials = coordinator.credentials.of(identity)
        assert credentials
        secrets = {identity, credentials.feed_token, credentials.username, credentials.password}
        written = json.dumps(everything)
        secrets.add(coordinator.credentials.code(identity) or "")
        assert {text for text in secrets if text in written} == set()


async def test_channel_after_the_end_of_the_guide(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to(NOON + timedelta(days=30))
    device = device_named(hass, "Movies")
    shown = (await async_get_device_diagnostics(hass, entry, device))["channel"]
    assert (shown["on_air"], shown["next_change"]) == (None, None)


async def test_no_feed_yet(hass: HomeAssistant, downloads: Downloads, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    diagnostics = await downloads.of_entry()
    assert diagnostics["health"] == {"status": "error", "reason": "no_feed"}
    assert diagnostics["feed"] is None
    assert diagnostics["channels"] == []
    assert diagnostics["history"][0]["error"] == "provider_failed"


async def test_issues(downloads: Downloads, hass: HomeAssistant, entry: MockConfigEntry) -> None:
    coordinator = await setup_integration(hass, entry)
    assert (await downloads.of_entry())["issues"] == ["use_the_relay"]
    set_provider_command(hass, coordinator, "/nowhere/at/all")
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert (await downloads.of_entry())["issues"] == [
        "provider_command_missing",
        "use_the_relay",
    ]


async def test_no_secret_gets_out(hass: HomeAssistant, downloads: Downloads, folder: Path) -> None:
    playlist = (folder / "index.m3u").read_text()
    stored = "https://n1.example.com/est/0/playlist.m3u8"
    assert stored in playlist
    (folder / "index.m3u").write_text(playlist.replace(stored, PERSONAL))
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    old = coordinator.credentials.feed_token, coordinator.credentials.password
    await coordinator.credentials.async_rotate()
    coordinator.clients.record(
        "192.168.178.21", "TiviMate/4.7.0", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
    )
    coordinator.clients.record("fd00::21", "Kodi/21", RequestKind.STREAM, Outcome.OK)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "api_url": "https://me:hunter2@mirror.lan/api"}
    )
    coordinator.settings = type(coordinator.settings).from_entry(entry)
    set_provider_command(
        hass, coordinator, "/opt/private/provider --key=hunter2 --to http://192.168.178.5/"
    )
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert coordinator.last_record is not None
    assert "/opt/private/provider" in (coordinator.last_record.message or "")
    east = coordinator.data.feed.channels[0] if coordinator.data else None
    assert east
    await coordinator.streams.async_touch(east, Watcher("192.168.178.22", "Kodi"))
    relayed = coordinator.streams._relay.channels[east.key]  # noqa: SLF001
    relayed._node = "n1.example.com:8443"  # noqa: SLF001  # as if it had been there
    written = [json.dumps(await downloads.of_entry())]
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        of_device = await downloads.of_device(device)
        written.append(json.dumps(of_device))
    everything = "\n".join(written)
    assert "n4.toonamiaftermath.com" in everything
    assert "TiviMate" in everything
    assert '"player": "Kodi", "kind": "hls"' in everything
    await coordinator.streams.async_stop_all()
    secrets = {
        *old,
        coordinator.credentials.feed_token,
        coordinator.credentials.username,
        coordinator.credentials.password,
        CLIENT_ID,
        "livehttporigin",
        "n1.example.com",
        "hunter2",
        "mirror.lan",
        "192.168.178",
        "fd00::21",
        "/opt/private",
        str(folder),
    }
    assert {secret for secret in secrets if secret in everything} == set()


@pytest.mark.parametrize("broken", [False, True], ids=["unloaded", "cannot be loaded"])
async def test_entry_that_is_not_loaded(
    hass: HomeAssistant,
    downloads: Downloads,
    folder: Path,
    hass_storage: dict[str, Any],
    broken: bool,
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)
    if broken:
        hass_storage["toonami_downlink.state"]["version"] = 99
        assert not await hass.config_entries.async_setup(entry.entry_id)
    of_entry = await downloads.of_entry()
    assert (of_entry["state"], of_entry["reason"]) == (
        ("setup_error", "newer_version") if broken else ("not_loaded", None)
    )
    assert of_entry["settings"]["provider"] == "command"
    assert str(folder) not in json.dumps(of_entry)
    assert [await downloads.of_device(device) for device in devices] == [of_entry] * len(devices)


async def test_long_history_is_cut(
    hass: HomeAssistant,
    downloads: Downloads,
    coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.toonami_downlink.diagnostics._HISTORY", 3)
    for _ in range(3):
        await coordinator.async_refresh_feed(Cause.PANEL)
    assert len(coordinator.history) == 4
    history = (await downloads.of_entry())["history"]
    assert [record["cause"] for record in history] == ["panel"] * 3
