"""What the panel's subscriptions push by themselves."""

from dataclasses import replace

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause, Progress, Stage
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.relay.channel import Health
from custom_components.toonami_downlink.engine.downlink.relay.errors import Reason
from custom_components.toonami_downlink.panel import payloads
from custom_components.toonami_downlink.panel.websocket import STREAMS_INTERVAL
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
    devices = (await ask(socket, "connect"))["result"]["devices"]
    assert first == {"loaded": True, "players": [], "devices": devices}

    panel_coordinator.clients.record("192.168.1.7", "TiviMate/5", RequestKind.PLAYLIST, Outcome.OK)
    for _ in range(2):
        freezer.tick(1.1)
        async_fire_time_changed(panel_coordinator.hass)
        await panel_coordinator.hass.async_block_till_done()

    assert [seen["player"] for seen in (await event(socket))["players"]] == ["TiviMate"]
    assert (await ask(socket, "connect"))["type"] == "result", "nothing is pushed twice"


async def test_progress_in_between_makes_no_new_overview(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[dict[str, object]] = []
    make = payloads.overview

    def overview(coordinator: DownlinkCoordinator) -> dict[str, object]:
        made.append(make(coordinator))
        return made[-1]

    monkeypatch.setattr(payloads, "overview", overview)
    await ask(socket, "overview/subscribe")
    await event(socket)
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    assert [one["refreshing"] for one in made[:2]] == [False, True]
    assert made[-1]["generation"] == 2
    count = len(made)
    for number in range(100):
        panel_coordinator._set_progress(Progress(Stage.DETAILS, number, 100))  # noqa: SLF001
    assert len(made) == count


async def test_streams_are_pushed_by_the_second_only_while_somebody_watches(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    async def two_seconds() -> None:
        freezer.tick(STREAMS_INTERVAL)
        async_fire_time_changed(panel_coordinator.hass)
        await panel_coordinator.hass.async_block_till_done()

    assert panel_coordinator.data
    await ask(socket, "status/subscribe")
    await event(socket)
    await two_seconds()
    assert (await ask(socket, "connect"))["type"] == "result", "nothing was pushed"
    watcher = Watcher("192.168.1.9", "VLC")
    await panel_coordinator.streams.async_touch(panel_coordinator.data.feed.channels[0], watcher)
    assert "status" in await event(socket)
    await two_seconds()
    assert (await event(socket))["streams"]["viewers"] == 1


async def test_a_feed_without_any_guide(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    assert panel_coordinator.generation
    feed = replace(panel_coordinator.generation.feed, guide={})
    generation = replace(panel_coordinator.generation, feed=feed)
    panel_coordinator.data = Publication(generation)
    await ask(socket, "overview/subscribe")
    overview = await event(socket)
    assert overview["guide"] is None
    assert len(overview["channels"]) == 7


async def test_a_name_is_no_address_of_a_container(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(payloads, "is_docker_env", lambda: True)
    # As for an installation with a certificate, whose names are those that it knows of itself.
    monkeypatch.setattr(payloads, "get_url", lambda *_, **__: "https://tv.lan:8123")
    answer = await ask(socket, "connect")
    assert answer["result"]["origins"] == ["https://tv.lan:8123"]


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
    before = (await event(socket))["devices"]
    await panel_coordinator.async_rotate_credentials()
    freezer.tick(1.1)
    async_fire_time_changed(panel_coordinator.hass)
    await panel_coordinator.hass.async_block_till_done()

    after = (await event(socket))["devices"]

    assert after == (await ask(socket, "connect"))["result"]["devices"] != before
    assert after[0]["revision"] not in panel_coordinator.credentials.feed_token


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
    assert session["device"] is None
    freezer.tick(2.1)
    async_fire_time_changed(panel_coordinator.hass)
    await panel_coordinator.hass.async_block_till_done()
    (channel,) = (await event(socket))["streams"]["channels"]
    assert channel["slate_since"] == NOW.isoformat()
    assert channel["reason"] == "silent"
