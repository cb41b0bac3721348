"""The second choice for a guide: ``/media``, a list of items from some time on, without ends."""

from datetime import UTC, datetime, timedelta
from typing import Final

from ..models import Programme, Source
from .api import Upstream
from .fields import Ignored, objects
from .items import programme_of

_COUNTS: Final = (200, 100, 75, 50, 25)
"""Above a limit that moves, upstream answers with nothing at all (upstream.md 1.3)."""
_MAX_PAGES: Final = 60
_OVERRUN: Final = timedelta(hours=3)
"""How far a day may run into the next one, which is listed behind all of it (upstream.md 1.3)."""


class MediaList:
    """The items of one schedule."""

    def __init__(self, upstream: Upstream, schedule: str, ignored: Ignored) -> None:
        """Ask for one schedule; what count upstream accepts is learnt on the way."""
        self._upstream = upstream
        self._schedule = schedule
        self._ignored = ignored
        self._counts = list(_COUNTS)

    async def fetch(self, start: datetime, stop: datetime) -> list[Programme]:
        """Return what is on from `start` until `stop`, as it follows each other there.

        What begins before `start` and is still on then comes first. Fewer than that, or none, when
        upstream has no more. Raises a DownlinkError when there is no answer at all.
        """
        found: dict[tuple[datetime, str], Programme] = {}
        position = start
        for _ in range(_MAX_PAGES):
            page = await self._page(position)
            found.update({(one.start, one.title): one for one in page if one.start < stop})
            latest = max((one.start for one in page), default=stop)
            if not position < latest < stop:
                break
            # Of a day that begins before `latest`, the page may have shown nothing yet.
            behind = latest - _OVERRUN
            position = behind if behind - position >= _OVERRUN / 2 else latest
        return list(found.values())

    async def _page(self, position: datetime) -> list[Programme]:
        while self._counts:
            query = {
                "scheduleName": self._schedule,
                "dateString": position.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "count": str(self._counts[0]),
            }
            answer = await self._upstream.fetch_json("/media", query, tries=2)
            page = [
                programme
                for item in objects(answer, self._ignored)
                if (programme := programme_of(item, Source.MEDIA))
            ]
            if page:
                return page
            del self._counts[0]
        return []
