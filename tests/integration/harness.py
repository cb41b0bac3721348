"""A station on the air: a loaded entry with a published feed, and a client as players are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.formats.m3u import Links, render_m3u
from custom_components.toonami_downlink.engine.downlink.formats.xmltv_writer import render_xmltv
from custom_components.toonami_downlink.engine.downlink.models import Feed, IngestReport
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.publish.refresh import logo_url
from custom_components.toonami_downlink.engine.downlink.publish.store import Store
from custom_components.toonami_downlink.refreshing.refresh import data_folder

from .factories import make_entry, make_feed, set_up

NOON = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
"""Ten minutes into a programme."""
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(slots=True)
class Station:
    """What a test needs to watch."""

    hass: HomeAssistant
    entry: MockConfigEntry
    coordinator: DownlinkCoordinator
    client: TestClient[Any, Any]

    @property
    def publication(self) -> Publication:
        """The published feed."""
        assert self.coordinator.data is not None
        return self.coordinator.data

    @property
    def base(self) -> str:
        """The path of everything below the feed token."""
        return f"/api/{DOMAIN}/{self.coordinator.credentials.feed_token}"

    @property
    def tuner(self) -> str:
        """The path of the HDHomeRun emulation."""
        return f"/api/{DOMAIN}/hdhr/{self.coordinator.credentials.feed_token}"

    @property
    def login(self) -> dict[str, str]:
        """The Xtream user name and password as a query."""
        credentials = self.coordinator.credentials
        return {"username": credentials.username, "password": credentials.password}

    @property
    def live(self) -> str:
        """The user name and password as the path of a stream."""
        return "/{username}/{password}".format(**self.login)

    @property
    def origin(self) -> str:
        """The address that the client reaches us at."""
        return str(self.client.make_url("/").origin())


def publish(hass: HomeAssistant, feed: Feed) -> None:
    """Put a feed on disk, as a refresh does."""
    links = Links(guide="", logo=logo_url, stream=lambda channel: channel.stream_url)
    report = IngestReport(
        channels=len(feed.channels),
        programmes=sum(len(programmes) for programmes in feed.guide.values()),
        filler=0,
        guide_until=None,
    )
    Store(data_folder(hass)).publish(
        feed, report, render_m3u(feed.channels, links), render_xmltv(feed, logo_url)
    )


async def open_station(
    hass: HomeAssistant,
    make_client: ClientSessionGenerator,
    feed: Feed | None = None,
    options: Mapping[str, Any] | None = None,
) -> Station:
    """Publish a feed and load the entry."""
    published = replace(feed or make_feed(MIDNIGHT), made=dt_util.utcnow())
    await hass.async_add_executor_job(publish, hass, published)
    entry = make_entry("provider {m3u} {xmltv}", **(options or {}))
    coordinator = await set_up(hass, entry)
    return Station(hass, entry, coordinator, await make_client())
