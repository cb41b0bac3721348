"""Payloads of the panel and the card, as JSON values. Times are seconds since 1970."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
import hashlib
from ipaddress import ip_address, ip_network
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.package import is_docker_env
from yarl import URL

from ..const import CONF_HDHOMERUN, DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.description import programme_values
from ..engine.downlink.lineup import logo_path, normalise
from ..engine.downlink.models import Channel, Feed, Programme
from ..engine.downlink.passes import HOME
from ..engine.downlink.timeline import on_air, upcoming
from ..storage.secret_sets import Credentials
from ..views.health import health_of, version
from ..views.paths import XTREAM_PREFIX, guide_path, playlist_path, short_path, tuner_path

ASSETS: Final[HassKey[str]] = HassKey(f"{DOMAIN}_frontend")
"""The path below which this run of Home Assistant serves the files of the panel and the card."""
_CONTAINERS: Final = ip_network("172.16.0.0/12")
"""What Docker takes its networks from, beginning with 172.17.0.0/16."""
MAX_ROWS: Final = 20_000
"""The most programmes in one answer: ten times what a day of a hundred channels has."""

_DETAILS: Final = (
    *("title", "episode_title", "description", "season", "episode"),
    *("year", "block", "rating", "image"),
)

type Row = tuple[int, int, str, str | None, int | None, int | None, int]
"""A programme in a grid: start, stop, title, episode title, season, episode, 1 for filler."""


def seconds(time: datetime) -> int:
    """Return a time as whole seconds since 1970."""
    return int(time.timestamp())


def moment(timestamp: int) -> datetime:
    """Return the time that is so many seconds after 1970."""
    return datetime.fromtimestamp(timestamp, UTC)


def overview(coordinator: DownlinkCoordinator) -> dict[str, Any]:
    """Say how things are and what is on, for every user."""
    health, reason = health_of(coordinator)
    feed = coordinator.data.feed if coordinator.data else None
    last = coordinator.last_record
    due = coordinator.next_refresh
    return {
        "loaded": True,
        "version": version(coordinator.hass),
        "assets": coordinator.hass.data.get(ASSETS),
        "health": {"status": health, "reason": reason},
        "refreshing": coordinator.is_refreshing,
        "error": last.error if last else None,
        "next_refresh": seconds(due) if due else None,
        "generation": coordinator.data.generation if coordinator.data else None,
        "made": seconds(feed.made) if feed else None,
        "guide": _extent(feed, coordinator.aired.begins) if feed else None,
        "channels": [_channel(feed, channel) for channel in feed.channels] if feed else [],
        "lost": _lost(coordinator, feed) if feed else [],
        "users_may_watch": coordinator.settings.users_may_watch,
    }


def _lost(coordinator: DownlinkCoordinator, feed: Feed) -> list[int]:
    """Return the numbers of the channels whose viewers see the notice of a lost signal."""
    health = coordinator.streams.health
    return [
        channel.number
        for channel in feed.channels
        if (state := health.get(channel.key)) and state.slate_since
    ]


def _extent(feed: Feed, begins: datetime | None) -> dict[str, int] | None:
    """Say from when until when there is a guide, and since when it is remembered."""
    guides = [guide for guide in feed.guide.values() if guide]
    if not guides:
        return None
    start = min(guide[0].start for guide in guides)
    return {
        "since": seconds(min(start, begins or start)),
        "from": seconds(start),
        "until": seconds(max(guide[-1].stop for guide in guides)),
    }


def _channel(feed: Feed, channel: Channel) -> dict[str, Any]:
    guide = feed.guide.get(channel.key, ())
    now = dt_util.utcnow()
    current = on_air(guide, now)
    following = upcoming(guide, now)
    return {
        "number": channel.number,
        "key": channel.key,
        "name": channel.name,
        "radio": channel.radio,
        "logo": logo_path(channel.key),
        "now": details(current) if current else None,
        "next": details(following[0]) if following else None,
    }


def details(programme: Programme) -> dict[str, Any]:
    """Return everything that is known about a programme."""
    values = programme_values(programme)
    return {
        **{name: values[name] for name in _DETAILS},
        "start": seconds(programme.start),
        "stop": seconds(programme.stop),
        "categories": programme.categories,
        "stars": programme.stars,
        "credits": [{"role": item.role, "name": item.name} for item in programme.credits],
        "filler": programme.is_filler,
    }


def row(programme: Programme) -> Row:
    """Return a programme as it is in a grid."""
    return (
        seconds(programme.start),
        seconds(programme.stop),
        programme.title,
        programme.episode_title,
        programme.season,
        programme.episode,
        int(programme.is_filler),
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of a guide.

    `title`: leave out programmes with another title; `by_title`: only the nearest showing of each
    title, whatever its case; `offset` and `limit`: which of what is found to return.
    """

    query: str
    limit: int
    offset: int = 0
    title: str | None = None
    by_title: bool = False


def search(feed: Feed, asked: Search, now: datetime) -> dict[str, Any]:
    """Find programmes by their title, episode and block; accents and case do not count.

    Those that are on or to come are first, the soonest first; then those that are over, the
    latest first. By title, each result begins with the number of the title's showings. It reads the
    whole guide: call it in an executor.
    """
    words = normalise(asked.query).split()
    found = [hit for hit in _hits(feed, words) if not hit[1].is_filler] if words else []
    if asked.title is not None:
        title = asked.title.casefold()
        found = [hit for hit in found if hit[1].title.casefold() == title]
    found.sort(key=lambda hit: _nearness(hit[1], now))
    results: list[tuple[Any, ...]] = [(number, *row(programme)) for number, programme in found]
    if asked.by_title:
        results = _by_title(found)
    return {
        "total": len(results),
        "results": results[asked.offset : asked.offset + asked.limit],
    }


def _by_title(found: list[tuple[int, Programme]]) -> list[tuple[Any, ...]]:
    counts = Counter(programme.title.casefold() for _, programme in found)
    first = {hit[1].title.casefold(): hit for hit in reversed(found)}
    return [(count, first[title][0], *row(first[title][1])) for title, count in counts.items()]


def _hits(feed: Feed, words: list[str]) -> Iterator[tuple[int, Programme]]:
    # The same few titles and episodes come again and again.
    answers: dict[tuple[str | None, ...], bool] = {}
    for channel in feed.channels:
        for programme in feed.guide.get(channel.key, ()):
            texts = (programme.title, programme.episode_title, programme.block)
            if texts not in answers:
                text = normalise(" ".join(filter(None, texts)))
                answers[texts] = all(word in text for word in words)
            if answers[texts]:
                yield channel.number, programme


def _nearness(programme: Programme, now: datetime) -> tuple[bool, float]:
    is_over = programme.stop <= now
    start = programme.start.timestamp()
    return is_over, -start if is_over else start


def connect(coordinator: DownlinkCoordinator, identity: str = HOME) -> dict[str, Any]:
    """Return what players have to be told, secrets included: for administrators only.

    What belongs to *Home* is told where there is no such pass, or none that opens anything.
    """
    hass, store = coordinator.hass, coordinator.credentials
    identity = identity if coordinator.passes.get(identity) and store.of(identity) else HOME
    credentials = store.of(identity) or store.home
    token = credentials.feed_token
    return {
        "device": identity,
        "version": version(hass),
        "origins": _origins(hass),
        "username": credentials.username,
        "password": credentials.password,
        "short_url": short_path(store.code(identity) or ""),
        "playlist": playlist_path(token),
        "guide": guide_path(token),
        "xtream": XTREAM_PREFIX,
        CONF_HDHOMERUN: tuner_path(token) if coordinator.settings.hdhomerun else None,
        "has_feed": coordinator.data is not None,
        **connected(coordinator),
    }


def _devices(coordinator: DownlinkCoordinator) -> list[dict[str, str]]:
    """Return the house and the devices with a pass, each with a name for its secrets.

    That tells nothing of them, and is another one when they are replaced.
    """
    store, passes = coordinator.credentials, coordinator.passes
    found = ((one.identity, one.name) for one in passes.items if one.is_enabled)
    return [
        {"id": identity, "name": name, "revision": _revision(credentials)}
        for identity, name in ((HOME, ""), *found)
        if (credentials := store.of(identity))
    ]


def _revision(credentials: Credentials) -> str:
    return hashlib.sha256(credentials.feed_token.encode()).hexdigest()[:8]


def _origins(hass: HomeAssistant) -> list[str]:
    """Return the addresses that Home Assistant knows of itself, that of the house first.

    Without one of its own choice, the user gets what Home Assistant guesses: in a container that
    can be the container's own address, which nobody else reaches.
    """
    found: list[str] = []
    for kind in ({"allow_external": False}, {"allow_internal": False}):
        try:
            url = get_url(hass, **kind)
        except NoURLAvailableError:
            continue
        is_guess = "allow_external" in kind and hass.config.internal_url is None
        if url not in found and not (is_guess and is_docker_env() and _is_of_a_container(url)):
            found.append(url)
    return found


def _is_of_a_container(url: str) -> bool:
    """Whether an address is one of those that Docker gives to containers."""
    try:
        return ip_address(URL(url).host or "") in _CONTAINERS
    except ValueError:
        return False


def connected(coordinator: DownlinkCoordinator) -> dict[str, Any]:
    """Return who came lately, and with which secrets one comes now."""
    return {"players": players(coordinator), "devices": _devices(coordinator)}


def players(coordinator: DownlinkCoordinator) -> list[dict[str, Any]]:
    """Return the log of clients, the newest first."""
    return [
        {**record.as_dict(), "when": seconds(record.when)} for record in coordinator.clients.records
    ]
