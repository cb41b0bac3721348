"""A house in which one device has hours, one an age rating, and one neither."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_STREAM_LINKS, DOMAIN, LINKS_RELAY
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.passes.limits import async_end_what_is_over

from .factories import MIDNIGHT, NOON, SLOT, make_feed
from .harness import Harness, start_harness
from .relayed import listed
from .test_passes import secrets, subentry
from .upstream import Upstream

ZONE: Final = "Europe/Berlin"
BEDTIME: Final = MIDNIGHT + timedelta(hours=19, minutes=30)
"""Half past eight in the evening there."""
MORNING: Final = MIDNIGHT + timedelta(days=1, hours=5)
SECOND: Final = timedelta(seconds=1)
ADULT: Final = NOON + SLOT
"""When East shows something that is not for all."""
KIDS, TEEN, GUEST = "kids", "teen", "guest"


def feed_with_something_for_adults(upstream: Upstream) -> Feed:
    feed = make_feed(MIDNIGHT)
    guide = dict(feed.guide)
    guide["toonami_east"] = tuple(
        replace(one, title="Not for you", rating="TV-MA") if one.start == ADULT else one
        for one in guide["toonami_east"]
    )
    return upstream.bring(replace(feed, guide=guide))


async def open_limited(
    hass: HomeAssistant, make_client: ClientSessionGenerator, upstream: Upstream
) -> Harness:
    """Start a house in Berlin with the relay: one device has hours, one a ceiling, one neither."""
    await hass.config.async_set_time_zone(ZONE)
    options: dict[str, Any] = {CONF_STREAM_LINKS: LINKS_RELAY, "hdhomerun": True}
    passes = [
        subentry(KIDS, allowed_from="06:00", allowed_until="20:30"),
        subentry(TEEN, max_age=7),
        subentry(GUEST),
    ]
    feed = feed_with_something_for_adults(upstream)
    return await start_harness(hass, make_client, feed, options, passes)


def playlists(house: Harness, identity: str, number: int = 1) -> list[str]:
    one = secrets(house, identity)
    user = f"{one.username}/{one.password}"
    return [
        f"/api/{DOMAIN}/{one.feed_token}/stream/{number}.m3u8",
        f"/live/{user}/{number}.m3u8",
        f"/{user}/{number}.m3u8",
        f"/api/{DOMAIN}/xtream/live/{user}/{number}.m3u8",
    ]


def endless(house: Harness, identity: str, number: int = 1) -> list[str]:
    one = secrets(house, identity)
    user = f"{one.username}/{one.password}"
    return [
        f"/api/{DOMAIN}/{one.feed_token}/stream/{number}.ts",
        f"/api/{DOMAIN}/hdhr/{one.feed_token}/auto/v{number}",
        f"/api/{DOMAIN}/hdhr/{one.feed_token}/tuner1/v{number}",
        f"/live/{user}/{number}",
        f"/{user}/{number}.ts",
    ]


async def get(house: Harness, path: str) -> tuple[int, str]:
    answer = await house.client.get(path, allow_redirects=False)
    return answer.status, (await answer.read()).decode("utf-8", "replace")


async def is_closed(house: Harness, path: str) -> bool:
    """Whether a channel's playlist is the notice, and nothing but that."""
    status, text = await get(house, path)
    assert status == HTTPStatus.OK
    names = [name.startswith("1/notice") for name in listed(text)]
    assert all(names) == any(names)
    return all(names)


def go_on(house: Harness, clock: FrozenDateTimeFactory, to: datetime) -> None:
    """Let it be that time, and look at the clock, as each minute does."""
    clock.move_to(to)
    async_end_what_is_over(house.coordinator)
