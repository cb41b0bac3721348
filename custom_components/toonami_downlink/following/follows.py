"""The follows of the loaded entry: saved when they change, and looked for in each new feed."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.errors import DownlinkError, FollowError
from ..engine.downlink.follows import (
    Follow,
    FollowKind,
    Mark,
    Matcher,
    Showing,
    find_showings,
    make_follow,
    marks_of,
)
from ..engine.downlink.limits import MAX_FOLLOWS, MAX_SEEN, MAX_TITLE_CHARS
from ..engine.downlink.publish.publication import Publication
from ..storage.followed import Followed, FollowStore

_LOGGER = logging.getLogger(__name__)
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

type _ByFollow = dict[str, tuple[Showing, ...]]
type _Found = tuple[tuple[Showing, ...], _ByFollow, tuple[Mark, ...]]


class Follows:
    """What the house follows, and its showings in the published feed.

    The follows belong to the house: everybody who may use Home Assistant may change them.
    """

    def __init__(self, hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
        """Begin empty; `async_start` does the rest."""
        self._hass = hass
        self._coordinator = coordinator
        self._store = FollowStore(hass)
        self._followed = Followed()
        self._seen: frozenset[str] = frozenset()
        self._showings: tuple[Showing, ...] = ()
        self._of_follow: _ByFollow = {}
        self._publication: Publication | None = None
        self._lock = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []

    @property
    def items(self) -> tuple[Follow, ...]:
        """The follows, in the order in which they were begun."""
        return self._followed.follows

    @property
    def showings(self) -> tuple[Showing, ...]:
        """All showings in the published feed, by their first airing."""
        return self._showings

    @property
    def seen(self) -> frozenset[str]:
        """Identities of the showings that somebody has seen, and wants to hear no more of."""
        return self._seen

    @property
    def publication(self) -> Publication | None:
        """What `showings` were found in; a moment after a refresh, it is the one before."""
        return self._publication

    def showings_of(self, identity: str) -> tuple[Showing, ...]:
        """Return the showings of a follow, with no other airings than it matches itself."""
        return self._of_follow.get(identity, ())

    def next_of(self, identity: str, at: datetime) -> tuple[Showing, Airing] | None:
        """Return the airing of a follow that is on at that time, or the next one.

        Showings that were seen do not count.
        """
        found = (
            (showing, airing)
            for showing in self.showings_of(identity)
            if showing.identity not in self.seen and (airing := _to_come(showing, at))
        )
        return min(found, key=lambda one: one[1].start, default=None)

    def next_showing(self, at: datetime) -> Showing | None:
        """Return the first showing that begins after that time, of those that were not seen."""
        return next(
            (
                showing
                for showing in self._showings
                if showing.airing.start > at and showing.identity not in self.seen
            ),
            None,
        )

    async def async_start(self) -> None:
        """Load what is followed, look for it, and again with each feed; see `async_setup_follows`.

        Raises as `FollowStore.async_load`.
        """
        self._take(await self._store.async_load())
        async with self._lock:
            await self._async_find()

    @callback
    def async_feed_changed(self) -> None:
        """Look for what is followed in another feed."""
        if self._coordinator.data is not self._publication:
            self._coordinator.config_entry.async_create_background_task(
                self._hass, self._async_follow_feed(), f"{DOMAIN} follows"
            )

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the follows, their showings or what was seen change."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_add(self, kind: FollowKind, text: str, channel: str | None = None) -> Follow:
        """Follow something, and wait until it is saved and its showings are known.

        What is followed already stays as it is. `channel` is a key. Raises ServiceValidationError
        for what cannot be followed, and HomeAssistantError when it cannot be saved.
        """
        follow = self._make(kind, text, channel)
        async with self._lock:
            for known in self.items:
                if known.identity == follow.identity:
                    return known
            if len(self.items) >= MAX_FOLLOWS:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="too_many_follows",
                    translation_placeholders={"limit": str(MAX_FOLLOWS)},
                )
            await self._async_change(follows=(*self.items, follow))
        return follow

    async def async_remove(self, *identities: str) -> bool:
        """Follow something no more; whether any of it was followed.

        Raises HomeAssistantError when that cannot be saved.
        """
        async with self._lock:
            kept = tuple(one for one in self.items if one.identity not in identities)
            is_known = len(kept) < len(self.items)
            if is_known:
                await self._async_change(follows=kept)
        return is_known

    async def async_see(self, showing: str) -> None:
        """Put a showing aside: `next_of` and `next_showing` go on to what comes after it.

        Raises HomeAssistantError when that cannot be saved.
        """
        async with self._lock:
            if showing not in self.seen:
                await self._async_change(seen=(*self._followed.seen, showing)[-MAX_SEEN:])

    async def async_preview(
        self, kind: FollowKind, text: str, channel: str | None = None
    ) -> tuple[Showing, ...]:
        """Return the showings that are on or to come of something, followed or not.

        Raises ServiceValidationError for what cannot be followed.
        """
        follow = self._make(kind, text, channel)
        publication = self._coordinator.data
        if publication is None:
            return ()
        now = dt_util.utcnow()
        return await self._hass.async_add_executor_job(
            find_showings, publication.feed, (follow,), now, _ALWAYS[1], self._followed.marks
        )

    def _make(self, kind: FollowKind, text: str, channel: str | None) -> Follow:
        publication = self._coordinator.data
        channels = publication.feed.channels if publication else ()
        if channel is not None and channel not in {one.key for one in channels}:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unknown_channel",
                translation_placeholders={"channel": channel[:MAX_TITLE_CHARS]},
            )
        try:
            return make_follow(kind, text, channel, dt_util.utcnow())
        except FollowError:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="cannot_follow",
                translation_placeholders={"limit": str(MAX_TITLE_CHARS)},
            ) from None

    async def _async_change(
        self, *, follows: tuple[Follow, ...] | None = None, seen: tuple[str, ...] | None = None
    ) -> None:
        """Save a change, then show it. Raises HomeAssistantError; then nothing has changed."""
        known = self._followed
        changed = replace(
            known,
            follows=known.follows if follows is None else follows,
            seen=known.seen if seen is None else seen,
        )
        try:
            await self._store.async_save(changed)
        except DownlinkError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="follows_not_saved",
                translation_placeholders={"message": str(err)},
            ) from err
        self._take(changed)
        if follows is not None:
            await self._async_find()
        self._tell()

    async def _async_follow_feed(self) -> None:
        async with self._lock:
            if self._coordinator.data is not self._publication:
                await self._async_find()
                self._tell()

    async def _async_find(self) -> None:
        """Find the showings, and keep what they are called for the next time."""
        publication = self._coordinator.data
        self._showings, self._of_follow, marks = await self._hass.async_add_executor_job(
            _find, publication, self.items, self._followed.marks, dt_util.utcnow()
        )
        self._publication = publication
        if marks != self._followed.marks:
            self._take(replace(self._followed, marks=marks))
            try:
                await self._store.async_save(self._followed)
            except DownlinkError as err:
                # The showings are called the same again, as long as this feed is published.
                _LOGGER.warning("What was found of the follows could not be saved: %s", err)

    @callback
    def _take(self, followed: Followed) -> None:
        self._followed = followed
        self._seen = frozenset(followed.seen)

    @callback
    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _to_come(showing: Showing, at: datetime) -> Airing | None:
    airings = showing.airing, *showing.others
    return next((airing for airing in airings if airing.stop > at), None)


def _find(
    publication: Publication | None,
    follows: tuple[Follow, ...],
    marks: tuple[Mark, ...],
    now: datetime,
) -> _Found:
    """Look for follows in a feed, with the marks of the time before; return the showings' marks."""
    found: tuple[Showing, ...] = ()
    if publication and follows:
        found = find_showings(publication.feed, follows, *_ALWAYS, marks)
    return found, _by_follow(found, follows), marks_of(found, marks, now)


def _by_follow(showings: Iterable[Showing], follows: tuple[Follow, ...]) -> _ByFollow:
    """Return the showings of each follow, without the airings that only other follows match."""
    matcher = Matcher(follows)
    found: dict[str, list[Showing]] = {}
    for showing in showings:
        matched: dict[str, list[Airing]] = {}
        for airing in (showing.airing, *showing.others):
            for identity in matcher.of(airing.channel.key, airing.programme):
                matched.setdefault(identity, []).append(airing)
        for identity, (first, *others) in matched.items():
            own = Showing(showing.identity, showing.follows, first, tuple(others))
            found.setdefault(identity, []).append(own)
    return {identity: tuple(of_one) for identity, of_one in found.items()}


async def async_setup_follows(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> Follows:
    """Load the follows of the entry that is being set up; they go when it is unloaded.

    Raises as `FollowStore.async_load`.
    """
    follows = Follows(hass, coordinator)
    await follows.async_start()
    hass.data[_LOADED] = follows
    entry = coordinator.config_entry

    @callback
    def forget() -> None:
        hass.data.pop(_LOADED, None)

    entry.async_on_unload(forget)
    entry.async_on_unload(coordinator.async_add_listener(follows.async_feed_changed))
    return follows


@callback
def async_follows(hass: HomeAssistant) -> Follows | None:
    """Return the follows, while the entry is loaded."""
    return hass.data.get(_LOADED)


_LOADED: Final[HassKey[Follows]] = HassKey(f"{DOMAIN}_follows")
