"""A house with a feed that Assist is asked about."""

from dataclasses import replace
from datetime import timedelta
import importlib.util
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
import pytest

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme
from custom_components.toonami_downlink.intent import async_setup_intents

from .factories import NOON, make_entry, make_feed, write_provider_files
from .harness import setup_integration

HOUR = timedelta(hours=1)

needs_conversation = pytest.mark.skipif(
    importlib.util.find_spec("hassil") is None, reason="the parts of Assist are not installed"
)


def programme(hour: int, title: str, **values: Any) -> Programme:
    start = NOON + HOUR * hour
    return Programme(start=start, stop=start + HOUR, title=title, **values)


def a_feed(*east: Programme, **channels: tuple[Programme, ...]) -> Feed:
    feed = make_feed(NOON + timedelta(days=3))
    guide = {**dict.fromkeys(feed.guide, ()), "toonami_east": east, **channels}
    return replace(feed, guide=guide)


async def set_up(hass: HomeAssistant, folder: Path, feed: Feed) -> DownlinkCoordinator:
    write_provider_files(folder, feed)
    assert await async_setup_component(hass, "homeassistant", {})
    coordinator = await setup_integration(hass, make_entry(folder))
    await async_setup_intents(hass)
    return coordinator


async def handle(hass: HomeAssistant, kind: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """Handle an intent of Assist; return what is said, and the values."""
    where = {name: values.pop(name) for name in ("device_id", "context") if name in values}
    response = await intent.async_handle(
        hass,
        "test",
        f"ToonamiDownlink{kind}",
        {name: {"value": value} for name, value in values.items()},
        language="en",
        assistant="conversation",
        **where,
    )
    plain = response.speech["plain"]
    is_done = response.response_type is intent.IntentResponseType.ACTION_DONE
    return plain["speech"], {**(plain["extra_data"] or {}), "done": is_done}
