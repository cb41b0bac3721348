"""Run the integration in Home Assistant: load it, move its clock, reach it as a player does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink.const import (
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    DOMAIN,
    PROVIDER_COMMAND,
)
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Feed, IngestReport
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.publish.refresh import logo_url
from custom_components.toonami_downlink.engine.downlink.publish.store import Store
from custom_components.toonami_downlink.refreshing.refresh import data_folder

from .factories import MISSING_COMMAND, NOON, make_entry, make_feed, render_feed

NOW = NOON + timedelta(minutes=10)
"""Ten minutes into a programme."""


@dataclass(slots=True)
class Harness:
    """A loaded entry, and an HTTP client that is not logged in, as players are."""

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


def publish_feed(hass: HomeAssistant, feed: Feed) -> None:
    """Put a feed on disk, as a refresh does."""
    report = IngestReport(
        channels=len(feed.channels),
        programmes=sum(len(programmes) for programmes in feed.guide.values()),
        filler=0,
        guide_until=None,
    )
    Store(data_folder(hass)).publish(feed, report, *render_feed(feed, logo_url))


async def setup_integration(hass: HomeAssistant, entry: MockConfigEntry) -> DownlinkCoordinator:
    """Load the entry and wait for what its start sets off."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    return coordinator


async def start_harness(
    hass: HomeAssistant,
    make_client: ClientSessionGenerator,
    feed: Feed | None = None,
    options: Mapping[str, Any] | None = None,
    subentries: Iterable[ConfigSubentryDataWithId] = (),
) -> Harness:
    """Publish a feed and load the entry."""
    published = replace(feed or make_feed(), made=dt_util.utcnow())
    await hass.async_add_executor_job(publish_feed, hass, published)
    entry = make_entry("provider {m3u} {xmltv}", subentries, **(options or {}))
    return Harness(hass, entry, await setup_integration(hass, entry), await make_client())


async def start_without_feed(hass: HomeAssistant, make_client: ClientSessionGenerator) -> Harness:
    """Load an entry whose provider is not there."""
    entry = make_entry(MISSING_COMMAND)
    return Harness(hass, entry, await setup_integration(hass, entry), await make_client())


def limit_platforms(monkeypatch: pytest.MonkeyPatch, platforms: Iterable[Platform]) -> None:
    """Let the integration set up no other platforms."""
    monkeypatch.setattr(integration, "PLATFORMS", tuple(platforms))


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that has one."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def move_clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: datetime) -> None:
    """Move the stopped clock to that time, and wait for all that this sets off."""
    freezer.move_to(to)
    async_fire_time_changed(hass, to)
    await hass.async_block_till_done(wait_background_tasks=True)


def set_provider_command(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, command: str
) -> None:
    """Let the next refreshes use another provider command, without a reload."""
    entry = coordinator.config_entry
    hass.config_entries.async_update_entry(
        entry, data={CONF_PROVIDER: PROVIDER_COMMAND, CONF_PROVIDER_COMMAND: command}
    )
    coordinator.settings = type(coordinator.settings).from_entry(entry)
