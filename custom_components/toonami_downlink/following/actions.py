"""What the actions about follows do and answer. Times in answers are in Home Assistant's zone."""

from datetime import datetime
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.errors import FollowError
from ..engine.downlink.follows import Follow, FollowKind, make_follow
from ..engine.downlink.limits import MAX_TITLE_CHARS
from .follows import Follows
from .titles import async_find_title

MAX_SHOWINGS: Final = 20
"""Showings in one answer."""


async def async_follow_title(
    coordinator: DownlinkCoordinator, follows: Follows, title: str, channel: str | None
) -> Follow:
    """Follow a show by a title that the guide or the aired log knows, as they spell it.

    Raises ServiceValidationError for any other title, and names those that are near to it; beside
    that as `Follows.async_add`.
    """
    if not title.strip():
        return await follows.async_add(FollowKind.SHOW, title, channel)  # which says what is wrong
    found = await async_find_title(coordinator, title)
    said = title[:MAX_TITLE_CHARS]
    if found.title is None and not found.nearest:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_title",
            translation_placeholders={"title": said},
        )
    if found.title is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_title_near",
            translation_placeholders={"title": said, "nearest": " · ".join(found.nearest)},
        )
    return await follows.async_add(FollowKind.SHOW, found.title, channel)


async def async_unfollow(
    follows: Follows, text: str, channel: str | None, *, is_title: bool
) -> None:
    """Unfollow a title or words: on one channel, or without one wherever they are followed.

    Raises ServiceValidationError when there is no such follow, and HomeAssistantError when that
    cannot be saved.
    """
    kinds = (FollowKind.SHOW, FollowKind.BLOCK) if is_title else (FollowKind.WORDS,)
    try:
        key = make_follow(kinds[0], text, None, dt_util.utcnow()).key
    except FollowError:
        key = ""
    found = [
        follow.identity
        for follow in follows.items
        if follow.kind in kinds and follow.key == key and channel in {None, follow.channel}
    ]
    if not await follows.async_remove(*found):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_followed",
            translation_placeholders={"title": text[:MAX_TITLE_CHARS]},
        )


def describe_new(
    coordinator: DownlinkCoordinator, follows: Follows, follow: Follow
) -> dict[str, Any]:
    """Describe a follow, with what it matches from now on.

    ``showings`` are the first ones of ``showing_count``, each with its airings.
    """
    now = dt_util.utcnow()
    to_come = [
        airings
        for showing in follows.showings_of(follow.identity)
        if (airings := [one for one in (showing.airing, *showing.others) if one.stop > now])
    ]
    to_come.sort(key=lambda airings: airings[0].start)
    return {
        **describe(coordinator, follows, follow),
        "showing_count": len(to_come),
        "showings": [
            {"airings": [_describe(airing) for airing in airings[:MAX_SHOWINGS]]}
            for airings in to_come[:MAX_SHOWINGS]
        ],
    }


def describe(coordinator: DownlinkCoordinator, follows: Follows, follow: Follow) -> dict[str, Any]:
    """Describe a follow: what it goes by, and the next airing, or None."""
    found = follows.next_of(follow.identity, dt_util.utcnow())
    channels = coordinator.data.feed.channels if coordinator.data else ()
    names = {channel.key: channel.name for channel in channels}
    return {
        "id": follow.identity,
        "kind": follow.kind.value,
        "title": follow.text,
        "channel": names.get(follow.channel, follow.channel) if follow.channel else None,
        "since": _iso(follow.since),
        "next": _describe(found[1]) if found else None,
    }


def _describe(airing: Airing) -> dict[str, Any]:
    programme = airing.programme
    values = {
        "title": programme.title,
        "episode_title": programme.episode_title,
        "season": programme.season,
        "episode": programme.episode,
    }
    return {
        "channel": airing.channel.name,
        "start": _iso(airing.start),
        "stop": _iso(airing.stop),
        **{name: value for name, value in values.items() if value is not None},
    }


def _iso(at: datetime) -> str:
    return dt_util.as_local(at).isoformat()
