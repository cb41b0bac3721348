"""What the tests of entities, actions and the rest share: a home at noon, and a clock to move."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shlex
import sys
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink.const import (
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    DOMAIN,
    PROVIDER_COMMAND,
)
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme

from .factories import copying_command, make_feed

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
FAIL = shlex.join([sys.executable, "-c", "import sys; sys.exit('no signal from the dish')"])


def home_entry(folder: Path, **options: Any) -> MockConfigEntry:
    """Make an entry that is the same each time, with a provider that copies from a folder."""
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id="home",
        title="Toonami Downlink",
        data={CONF_PROVIDER: PROVIDER_COMMAND, CONF_PROVIDER_COMMAND: copying_command(folder)},
        options=options,
    )


def only(monkeypatch: pytest.MonkeyPatch, platforms: Iterable[Platform]) -> None:
    """Let the integration set up no other platforms."""
    monkeypatch.setattr(integration, "PLATFORMS", tuple(platforms))


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that has one."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def move(hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: datetime) -> None:
    """Let the clock stand at that time, and wait for all that this sets off."""
    freezer.move_to(to)
    async_fire_time_changed(hass, to)
    await hass.async_block_till_done(wait_background_tasks=True)


def use_command(hass: HomeAssistant, coordinator: DownlinkCoordinator, command: str) -> None:
    """Let the next refreshes use another provider command, without a reload."""
    entry = coordinator.config_entry
    hass.config_entries.async_update_entry(
        entry, data={CONF_PROVIDER: PROVIDER_COMMAND, CONF_PROVIDER_COMMAND: command}
    )
    coordinator.settings = type(coordinator.settings).from_entry(entry)


def feed_of(*shown: tuple[str, timedelta]) -> Feed:
    """Make a feed with these titles on the first channel, an hour each."""
    feed = make_feed(MIDNIGHT)
    programmes = tuple(
        Programme(start=NOON + start, stop=NOON + start + timedelta(hours=1), title=title)
        for title, start in shown
    )
    return Feed(
        made=feed.made, channels=feed.channels, guide={**feed.guide, "toonami_east": programmes}
    )
