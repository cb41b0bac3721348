"""What is there to play of the past at a moment, as the playlist and the Xtream lists tell it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..coordinator import async_loaded_coordinator
from ..engine.downlink.airings import LONGEST_DELAY
from ..engine.downlink.passes import MAX_PASSES
from ..engine.downlink.publish.publication import Offer, Publication
from ..engine.downlink.recording.archive import archived
from ..engine.downlink.recording.model import Recording
from ..engine.downlink.recording.xtream import is_film
from ..engine.downlink.relay.past import begun_in, extent
from ..engine.downlink.timeline import between
from ..recording.manager import async_recordings
from ..streaming.manager import StreamManager

_DAY: Final = timedelta(days=1)

type _Starts = frozenset[tuple[str, datetime]]


@dataclass(frozen=True, eq=False)
class Held:
    """One of these is the same as long as nothing changes; it is told from others by what it is."""

    recordings: tuple[Recording, ...] = ()
    """All that can be played."""
    archived: _Starts = frozenset()
    """The channel's key and the start of each programme of the guide that can be seen again."""
    days: Mapping[str, int] = field(default_factory=dict)
    """How far back that goes, by the keys of the channels that have any."""

    @property
    def films(self) -> tuple[Recording, ...]:
        """What is listed as films."""
        return tuple(one for one in self.recordings if is_film(one))

    @property
    def episodes(self) -> tuple[Recording, ...]:
        """All others."""
        return tuple(one for one in self.recordings if not is_film(one))


NOTHING: Final = Held()


class HeldCache:
    """Looks again each hour, and when recordings, the feed or what can be started over has changed.

    A segment that comes or goes changes nothing as long as it is no programme's first one.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a look."""
        self._hass = hass
        self._publication: Publication | None = None
        self._known: dict[Offer, _Look] = {}

    def get(self, offer: Offer) -> Held:
        """Return what is held of the channels that are offered."""
        recordings = async_recordings(self._hass)
        items = recordings.items if recordings and recordings.is_on else ()
        items = items if offer.owner.sees_recordings else ()
        coordinator = async_loaded_coordinator(self._hass)
        begun = frozenset(_begun(coordinator.streams, offer) if coordinator else ())
        if not items and not begun:
            return NOTHING
        if offer.publication is not self._publication:
            self._publication = offer.publication
            self._known.clear()
        # How many days ago something was changes by itself.
        hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
        look = self._known.get(offer)
        if look is None or look.items is not items or look.begun != begun or look.hour != hour:
            if len(self._known) > MAX_PASSES:
                self._known.clear()
            look = self._known[offer] = _Look(items, begun, hour, _look(items, offer, begun))
        return look.held


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found, and what it was found in."""

    items: tuple[Recording, ...]
    begun: _Starts
    hour: datetime
    held: Held


def _begun(streams: StreamManager, offer: Offer) -> Iterator[tuple[str, datetime]]:
    """Yield the programmes whose beginning is held for those who watch their channel."""
    for channel in offer.feed.channels:
        if window := streams.async_window(channel):
            programmes = between(offer.listed.get(channel.key, ()), *extent(window))
            for start in begun_in(window, (one.start for one in programmes)):
                yield channel.key, start


def _look(items: tuple[Recording, ...], offer: Offer, begun: _Starts) -> Held:
    guide = offer.listed
    owner = offer.owner
    held = tuple(
        one for one in items if one.has_picture and owner.may_see_of(one.channel, one.programme)
    )
    begins = min((listed[0].start for listed in guide.values() if listed), default=None)
    recent = [one for one in held if begins and one.stop > begins - LONGEST_DELAY]
    found = archived(recent, guide) | begun
    now = dt_util.utcnow()
    oldest: dict[str, datetime] = {}
    for key, start in found:
        oldest[key] = min(start, oldest.get(key, start))
    days = {key: max(1, -((start - now) // _DAY)) for key, start in oldest.items()}
    return Held(held, found, days)
