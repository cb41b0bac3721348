"""The channels in the media browser, with what is on now, for any player in the house."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, override

from homeassistant.auth.models import User
from homeassistant.components.frontend.storage import async_user_store
from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.components.media_player import (
    BrowseError,
    MediaClass,
    MediaType,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.components.websocket_api import current_connection
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.http import current_request
from homeassistant.util import dt as dt_util

from .assist.matching import MAX_QUERY_CHARS, fold, guess_channel, showings
from .const import DOMAIN, LINKS_RELAY, NAME, WATCH_TOKEN_TTL
from .coordinator import DownlinkCoordinator, async_loaded_coordinator
from .engine.downlink.lineup import logo_path
from .engine.downlink.models import Channel, Feed
from .engine.downlink.passes import HOME
from .engine.downlink.publish.publication import Publication
from .engine.downlink.recording.xtream import extension
from .engine.downlink.timeline import on_air, upcoming
from .recording.media import Shows, find, media_type
from .views.paths import watch_path, watch_recording_path

HLS: Final = "application/vnd.apple.mpegurl"
"""The registered type, RFC 8216 § 4."""
HLS_IN_BROWSER: Final = "application/x-mpegURL"
"""The only spelling that Home Assistant's own player in the browser takes for HLS."""
TWELVE_HOURS: Final = "%I:%M %p"
TWENTY_FOUR_HOURS: Final = "%H:%M"
HLS_AUDIO: Final = "audio/x-mpegurl"
"""How the radio is listed: players for sound show only what begins with ``audio/``."""


async def async_get_media_source(hass: HomeAssistant) -> DownlinkMediaSource:
    """Return the media source."""
    return DownlinkMediaSource(hass)


class DownlinkMediaSource(MediaSource):
    """The channels of the feed and the recordings; a channel's identifier is its number."""

    name = NAME

    def __init__(self, hass: HomeAssistant) -> None:
        """Look for the loaded entry at each request."""
        super().__init__(DOMAIN)
        self._hass = hass

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        coordinator, publication = self._published(Unresolvable)
        passes, user = coordinator.passes, _asking()
        identity = passes.of_user(user) if user else HOME
        token, one = passes.watch_token(identity, WATCH_TOKEN_TTL), passes.get(identity)
        if recording := find(self._hass, item.identifier):
            if not token or not one or not one.sees_recordings:
                raise _unknown(item)
            if not one.may_see_of(recording.channel, recording.programme):
                raise _unknown(item)
            name = f"{recording.number}.{extension(recording)}"
            kind = media_type(recording)
            if kind == HLS and not item.target_media_player:
                kind = HLS_IN_BROWSER
            return PlayMedia(watch_recording_path(token, name), kind)
        channel = _channel(publication.feed, item.identifier)
        if channel is None or token is None:
            raise _unknown(item)
        if identity != HOME or coordinator.settings.stream_links == LINKS_RELAY:
            number = passes.number_for(publication, identity, channel.number)
            if number is None:
                raise _unknown(item)
            url = watch_path(token, number)
        else:
            # Upstream moves its streams between servers: an address is asked for each time.
            url = await coordinator.stream_addresses.async_get(channel)
        return PlayMedia(url, HLS if item.target_media_player else HLS_IN_BROWSER)

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        feed = self._published(BrowseError)[1].feed
        listing = await Listing.async_create(self._hass, feed)
        shows = Shows(self._hass, await _async_clock(self._hass))
        if item.identifier:
            if found := shows.browse(item.identifier):
                return found
            channel = _channel(feed, item.identifier)
            if channel is None:
                raise BrowseError(
                    translation_domain=DOMAIN,
                    translation_key="unknown_channel",
                    translation_placeholders={"channel": item.identifier},
                )
            return listing.item(channel)
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=None,
            media_class=MediaClass.DIRECTORY,
            media_content_type=MediaType.CHANNELS,
            title=NAME,
            can_play=False,
            can_expand=True,
            can_search=True,
            # The front end makes a list of these, and cards of channels: too narrow for the titles.
            children_media_class=MediaClass.MUSIC,
            children=[
                *(listing.item(channel) for channel in feed.channels),
                *filter(None, [shows.folder()]),
            ],
        )

    @override
    async def async_search_media(
        self, item: MediaSourceItem, query: SearchMediaQuery
    ) -> SearchMedia:
        """Find channels by their names, and by what they show: now, or else next."""
        feed = self._published(BrowseError)[1].feed
        found = (await Listing.async_create(self._hass, feed)).search(query.search_query)
        if len(query.search_query) <= MAX_QUERY_CHARS and (wanted := fold(query.search_query)):
            found += Shows(self._hass, await _async_clock(self._hass)).search(wanted)
        if classes := query.media_filter_classes:
            found = [item for item in found if item.media_class in classes]
        return SearchMedia(result=found)

    def _published(
        self, error: type[HomeAssistantError]
    ) -> tuple[DownlinkCoordinator, Publication]:
        coordinator = async_loaded_coordinator(self._hass)
        if coordinator is None or coordinator.data is None:
            raise error(translation_domain=DOMAIN, translation_key="no_feed")
        return coordinator, coordinator.data


def _asking() -> User | None:
    """Return the user who asks, over the websocket or by REST; None: the house does it itself."""
    if connection := current_connection.get():
        return connection.user
    request = current_request.get()
    user: User | None = request.get(KEY_HASS_USER) if request else None
    return user


def _unknown(item: MediaSourceItem) -> Unresolvable:
    return Unresolvable(
        translation_domain=DOMAIN,
        translation_key="unknown_channel",
        translation_placeholders={"channel": item.identifier},
    )


def _channel(feed: Feed, identifier: str) -> Channel | None:
    is_number = identifier.isascii() and identifier.isdigit() and len(identifier) < 10
    number = int(identifier) if is_number else 0
    return feed.channel(number)


class Listing:
    """The channels at one moment, with the times written as one user reads them."""

    def __init__(self, feed: Feed, now: datetime, clock: str) -> None:
        """Write times in a format of `strftime`; use `async_create`."""
        self._feed = feed
        self._now = now
        self._clock = clock

    @classmethod
    async def async_create(cls, hass: HomeAssistant, feed: Feed) -> Listing:
        """List what is on now, for the user who asks."""
        return cls(feed, dt_util.utcnow(), await _async_clock(hass))

    def search(self, text: str) -> list[BrowseMediaSource]:
        """Find channels by their names, and by what they show: now, or else next."""
        wanted = fold(text) if len(text) <= MAX_QUERY_CHARS else ""
        if not wanted:
            return []
        channels = self._feed.channels
        named = [channel for channel in channels if wanted in fold(channel.name)]
        if not named and (guessed := guess_channel(channels, text)):
            named = [guessed]
        found = [self.item(channel) for channel in named]
        shown: set[str] = set()
        for programme, channel in showings(self._feed, channels, text, self._now):
            if channel.key in shown:
                continue
            shown.add(channel.key)
            when = "" if programme.start <= self._now else f" ({self._time(programme.start)})"
            found.append(self.item(channel, title=f"{programme.title}{when} · {channel.name}"))
        return found

    def item(self, channel: Channel, *, title: str | None = None) -> BrowseMediaSource:
        """Describe a channel; its title says what is on now and next."""
        guide = self._feed.guide.get(channel.key, ())
        current = on_air(guide, self._now)
        both = (current, *upcoming(guide, self._now))
        titles = [
            item.title if item is current else f"{self._time(item.start)} {item.title}"
            for item in both
            if item and not item.is_filler
        ]
        image = current.image if current and not current.is_filler else None
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=str(channel.number),
            media_class=MediaClass.MUSIC if channel.radio else MediaClass.CHANNEL,
            media_content_type=HLS_AUDIO if channel.radio else HLS,
            title=title or _join(channel.name, titles),
            can_play=True,
            can_expand=False,
            thumbnail=image or logo_path(channel.key),
        )

    def _time(self, at: datetime) -> str:
        shown = f"{dt_util.as_local(at):{self._clock}}"
        return shown.removeprefix("0") if self._clock == TWELVE_HOURS else shown


async def _async_clock(hass: HomeAssistant) -> str:
    """Return how the user reads the clock, as far as the profile says; else as the language does.

    The zone is always Home Assistant's: it does not know that of a browser.
    """
    profile: Any = None
    if user := _asking():
        profile = (await async_user_store(hass, user.id)).data.get("language")
    chosen = profile if isinstance(profile, Mapping) else {}
    clock = {"12": TWELVE_HOURS, "24": TWENTY_FOUR_HOURS}.get(str(chosen.get("time_format")))
    language = chosen.get("language") or hass.config.language
    return clock or (TWELVE_HOURS if language == "en" else TWENTY_FOUR_HOURS)


def _join(name: str, titles: Iterable[str]) -> str:
    """Write ``Channel: what is on · 20:30 what is next``."""
    shown = " · ".join(titles)
    return f"{name}: {shown}" if shown else name
