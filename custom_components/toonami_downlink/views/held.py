"""What is there to play of recordings at a moment, as the playlist and the Xtream lists tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..engine.downlink.publish.publication import Publication
from ..engine.downlink.recording.archive import archived
from ..engine.downlink.recording.model import Recording
from ..engine.downlink.recording.xtream import is_film
from ..recording.manager import async_recordings

_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Held:
    """One of these is the same as long as nothing changes; it is told from others by what it is."""

    recordings: tuple[Recording, ...] = ()
    """All that can be played."""
    archived: frozenset[tuple[str, datetime]] = frozenset()
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


NOTHING = Held()


class HeldCache:
    """Looks again when recordings or the feed have changed."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a look."""
        self._hass = hass
        self._seen: tuple[tuple[Recording, ...], Publication] | None = None
        self._held = NOTHING

    def get(self, publication: Publication) -> Held:
        """Return what is held, for the published feed."""
        recordings = async_recordings(self._hass)
        if recordings is None or not recordings.is_on:
            return NOTHING
        items = recordings.items
        if self._seen is None or self._seen[0] is not items or self._seen[1] is not publication:
            self._seen = items, publication
            self._held = _look(items, publication)
        return self._held


def _look(items: tuple[Recording, ...], publication: Publication) -> Held:
    held = tuple(one for one in items if one.has_picture)
    guide = publication.listed
    begins = min((listed[0].start for listed in guide.values() if listed), default=None)
    recent = [one for one in held if begins and one.stop > begins]
    found = archived(recent, guide)
    now = dt_util.utcnow()
    oldest: dict[str, datetime] = {}
    for key, start in found:
        oldest[key] = min(start, oldest.get(key, start))
    days = {key: max(1, -((start - now) // _DAY)) for key, start in oldest.items()}
    return Held(held, found, days)
