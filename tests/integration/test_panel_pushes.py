"""What the panel's subscriptions push by themselves."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.relay.channel import Health
from custom_components.toonami_downlink.engine.downlink.relay.errors import Reason
from custom_components.toonami_downlink.panel import payloads
from custom_components.toonami_downlink.streaming.manager import StreamManager, Watcher

from .harness import NOW
from .panel_client import ask, event


async def test_players_are_pushed_as_they_come(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    await ask(socket, "connect/subscribe")
    first = await event(socket)
    revision = (await ask(socket, "connect"))["result"]["revision"]
    assert first == {"loaded": True, "players": [], "revision": revision}

    panel_coordinator.clients.record("192.168.1.7", "TiviMate/5", RequestKind.PLAYLIST, Outcome.OK)
    for _ in range(2):
        freezer.tick(1.1)
        async_fire_time_changed(panel_coordinator.hass)
        await panel_coordinator.hass.async_block_till_done()

    assert [seen["player"] for seen in (await event(socket))["players"]] == ["TiviMate"]
    assert (await ask(socket, "connect"))["type"] == "result", "nothing is pushed twice"


@pytest.mark.parametrize(
    ("is_container", "local_ip", "internal_url", "origins"),
    [
        pytest.param(True, "172.17.0.2", None, [], id="a container's own"),
        pytest.param(True, "172.30.33.5", None, [], id="of another network of Docker's"),
        pytest.param(
            True, "192.168.1.4", None, ["http://192.168.1.4:8123"], id="a container in the house"
        ),
        pytest.param(
            False, "172.17.0.2", None, ["http://172.17.0.2:8123"], id="a house with such addresses"
        ),
        pytest.param(
            True,
            "172.17.0.2",
            "http://172.17.0.9:8123",
            ["http://172.17.0.9:8123"],
            id="what the user says",
        ),
        pytest.param(True, "172.17.0.2", "http://tv.lan:8123", ["http://tv.lan:8123"], id="a name"),
    ],
)
async def test_no_address_of_a_container(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    monkeypatch: pytest.MonkeyPatch,
    is_container: bool,
    local_ip: str,
    internal_url: str | None,
    origins: list[str],
) -> None:
    assert panel_coordinator.hass.config.api
    panel_coordinator.hass.config.api.local_ip = local_ip
    await panel_coordinator.hass.config.async_update(internal_url=internal_url)
    monkeypatch.setattr(payloads, "is_docker_env", lambda: is_container)
    assert (await ask(socket, "connect"))["result"]["origins"] == origins


async def test_a_rotation_made_elsewhere_is_pushed(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    await ask(socket, "connect/subscribe")
    before = (await event(socket))["revision"]
    await panel_coordinator.async_rotate_credentials()
    freezer.tick(1.1)
    async_fire_time_changed(panel_coordinator.hass)
    await panel_coordinator.hass.async_block_till_done()

    after = (await event(socket))["revision"]

    assert after == (await ask(socket, "connect"))["result"]["revision"] != before
    assert after not in panel_coordinator.credentials.feed_token


async def test_a_lost_signal_and_who_sees_it_are_pushed(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert panel_coordinator.data
    lost = Health(
        is_running=True,
        viewers=1,
        last_segment=None,
        node="n3",
        node_changes=2,
        slate_since=NOW,
        reason=Reason.SILENT,
    )
    await ask(socket, "overview/subscribe")
    assert (await event(socket))["lost"] == []

    monkeypatch.setattr(StreamManager, "health", {"toonami_east": lost})
    await panel_coordinator.streams.async_touch(
        panel_coordinator.data.feed.channels[0], Watcher("192.168.1.9", "VLC")
    )

    assert (await event(socket))["lost"] == [1]
    await ask(socket, "status/subscribe")
    (session,) = (await event(socket))["status"]["streams"]["sessions"]
    assert (session["address"], session["player"], session["kind"]) == ("192.168.1.9", "VLC", "hls")
    freezer.tick(2.1)
    async_fire_time_changed(panel_coordinator.hass)
    await panel_coordinator.hass.async_block_till_done()
    (channel,) = (await event(socket))["streams"]["channels"]
    assert channel["slate_since"] == NOW.isoformat()
    assert channel["reason"] == "silent"
