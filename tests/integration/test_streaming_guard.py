"""Where the relay goes for a channel: to what the user chose, and never further into the house."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
import socket
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_API_URL,
    CONF_PROVIDER,
    CONF_STREAM_LINKS,
    DOMAIN,
    LINKS_RELAY,
    PROVIDER_BUNDLED,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause, Feed
from custom_components.toonami_downlink.engine.downlink.relay import pull, source
from custom_components.toonami_downlink.engine.downlink.relay.errors import Reason
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.settings import Settings
from custom_components.toonami_downlink.streaming.addresses import StreamAddresses
from custom_components.toonami_downlink.streaming.manager import Watcher
from tests.night import by_night

from .factories import MIDNIGHT, make_entry, make_feed, write_provider_files
from .harness import Harness, publish_feed, setup_integration, start_harness
from .stream_harness import wait_until
from .upstream import PACKET, Upstream

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the slate come at once."""
    monkeypatch.setattr(source, "_MOST_SILENCE", 0.5)
    monkeypatch.setattr(pull, "_LONGEST_PAUSE", 0.05)


class Trap:
    """A listener that must not be asked: even a connection without a word counts."""

    def __init__(self, host: str) -> None:
        self.socket = socket.create_server((host, 0))
        self.socket.setblocking(False)
        self.url = f"http://{host}:{self.socket.getsockname()[1]}/"

    def was_asked(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
async def trap(socket_enabled: None) -> AsyncIterator[Trap]:
    trap = Trap("127.0.0.1")
    yield trap
    trap.socket.close()


async def open_relayed(
    hass: HomeAssistant, make_client: ClientSessionGenerator, feed: Feed
) -> Harness:
    return await start_harness(hass, make_client, feed, {CONF_STREAM_LINKS: LINKS_RELAY})


async def refused(harness: Harness) -> str | None:
    """Watch the first channel until its slate; return why it is shown."""
    streams = harness.coordinator.streams
    await streams.async_touch(harness.publication.feed.channels[0], Watcher("127.0.0.1", "VLC"))
    await wait_until(lambda: streams.health["toonami_east"].slate_since)
    health = streams.health["toonami_east"]
    await streams.async_stop_all()
    return health.reason


async def test_a_loopback_address_that_the_user_chose(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> None:
    harness = await open_relayed(hass, hass_client_no_auth, upstream.bring(make_feed(MIDNIGHT)))
    async with harness.client.get(f"{harness.base}/stream/1.ts") as answer:
        assert (await answer.content.readexactly(PACKET))[0] == 0x47
    assert upstream.count(".ts")
    await harness.coordinator.streams.async_stop_all()


ELSEWHERE = (
    "http://10.1.2.3/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.1.1/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://3232235777/",
    "http://0xc0a80101/",
    "http://[::ffff:192.168.1.1]/",
    "http://0.0.0.0/",
    "file:///etc/",
)


@pytest.mark.parametrize(
    ("how", "address"),
    by_night(
        [
            *(("segments", address) for address in ELSEWHERE),
            *(("redirect", address) for address in ELSEWHERE[:3]),
        ],
        keep=[
            ("segments", "http://169.254.169.254/latest/meta-data/"),
            ("segments", "file:///etc/"),
            ("redirect", "http://192.168.1.1/"),
        ],
    ),
)
async def test_what_it_leads_to_is_not_the_users_choice(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    address: str,
) -> None:
    opened: set[str] = set()
    if how == "redirect":
        upstream.leads_to = f"{address}playlist.m3u8"
    else:
        upstream.segments_at = address
    harness = await open_relayed(hass, hass_client_no_auth, upstream.bring(make_feed(MIDNIGHT)))
    loop = harness.hass.loop
    connect_really = loop.sock_connect

    async def note(sock: socket.socket, where: Any) -> None:
        opened.add(where[0])
        await connect_really(sock, where)

    monkeypatch.setattr(loop, "sock_connect", note)
    assert await refused(harness) in {Reason.INTERNAL_ADDRESS, Reason.BAD_ADDRESS}
    assert opened == {"127.0.0.1"}
    assert not upstream.count(".ts")


async def open_bundled(
    hass: HomeAssistant, make_client: ClientSessionGenerator, api_url: str, stream_url: str
) -> Harness:
    """Load an entry with our own provider, and a feed in which all channels are at one address."""
    feed = make_feed(MIDNIGHT)
    channels = tuple(replace(channel, stream_url=stream_url) for channel in feed.channels)
    feed = replace(feed, channels=channels, made=dt_util.utcnow())
    await hass.async_add_executor_job(publish_feed, hass, feed)
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={CONF_PROVIDER: PROVIDER_BUNDLED, CONF_API_URL: api_url},
        options={CONF_STREAM_LINKS: LINKS_RELAY},
        minor_version=2,
    )
    coordinator = await setup_integration(hass, entry)
    return Harness(hass, entry, coordinator, await make_client())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
async def test_a_public_upstream_leads_nobody_into_the_house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    trap: Trap,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    address = f"{trap.url.replace('127.0.0.1', host)}playlist.m3u8"

    async def lies(*_: object, **__: object) -> Any:
        class Address:
            url = address

        return Address

    monkeypatch.setattr(
        "custom_components.toonami_downlink.streaming.addresses.resolve_stream", lies
    )
    monkeypatch.setattr(
        "custom_components.toonami_downlink.streaming.addresses.mirror_url", lambda *_: address
    )
    harness = await open_bundled(hass, hass_client_no_auth, "https://192.0.2.1", address)
    assert await refused(harness) in {Reason.INTERNAL_ADDRESS, Reason.BAD_ADDRESS}
    assert not trap.was_asked()


async def test_an_upstream_in_the_house_is_the_users_choice(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harness = await open_bundled(hass, hass_client_no_auth, upstream.url, upstream.address())

    async def resolved(*_: object) -> str:
        return upstream.address()

    monkeypatch.setattr(StreamAddresses, "async_resolve", resolved)
    async with harness.client.get(f"{harness.base}/stream/1.ts") as answer:
        assert (await answer.content.readexactly(PACKET))[0] == 0x47
    await wait_until(lambda: upstream.count(".ts"))
    await harness.coordinator.streams.async_stop_all()


@pytest.mark.parametrize(
    ("provider", "trusted"),
    [("bundled", "api"), ("command", "stored"), ("folder", "stored")],
)
def test_whom_the_user_chose(
    hass: HomeAssistant, tmp_path: Path, provider: str, trusted: str
) -> None:
    settings = Settings.from_mappings({"provider": provider, "api_url": "https://api"}, {})
    addresses = StreamAddresses(hass, settings, data_folder(hass) / "links.pem")
    channel = replace(make_feed(MIDNIGHT).channels[0], stream_url="https://stored")
    assert addresses.trusted_origin(channel) == f"https://{trusted}"


async def test_a_new_address_is_for_those_who_watch_already(
    hass: HomeAssistant, tmp_path: Path, upstream: Upstream
) -> None:
    feed = make_feed(dt_util.utcnow().replace(minute=0, second=0, microsecond=0))
    folder = tmp_path / "provider"
    write_provider_files(folder, upstream.bring(feed))
    entry = make_entry(folder, **{CONF_STREAM_LINKS: LINKS_RELAY})
    coordinator = await setup_integration(hass, entry)
    streams, data = coordinator.streams, coordinator.data
    assert data
    async with Upstream() as other:
        async with streams.async_watch(data.feed.channels[0], Watcher("127.0.0.1", "Plex")):
            await wait_until(lambda: upstream.count(".ts"))
            write_provider_files(folder, other.bring(feed))
            await coordinator.async_refresh_feed(Cause.BUTTON)
            upstream.is_broken = True
            await wait_until(lambda: other.count(".ts"))
        await streams.async_stop_all()
