"""What ``/mediaInfo`` knows of the programmes in a guide: asked once each, for a limited time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
import logging
import time
from typing import Final, NamedTuple
from urllib.parse import urlencode

from ..errors import DownlinkError
from ..models import Programme
from .api import MAX_CONCURRENT, Upstream
from .cache import Cache, Kind
from .fields import Ignored
from .imdb import Detail, detail_of, essence_of_detail
from .items import MOVIE

_LOGGER = logging.getLogger(__name__)
_PATH: Final = "/mediaInfo"
_MISSES: Final = 2
"""So many episodes of a title unknown and none known, and upstream does not have the title."""
_MISSES_OF_AN_OUTAGE: Final = 10
_FAILURES: Final = 5
"""So many failures in a row, and nothing more is asked."""


class Query(NamedTuple):
    """What to look a programme up by; an empty text is nothing."""

    name: str
    year: str
    episode: str

    @property
    def title(self) -> str:
        """The key of the title, whatever the episode."""
        return urlencode({"name": self.name, "year": self.year})

    @property
    def key(self) -> str:
        """The key of the query in the cache."""
        return urlencode(self._asdict())

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the request."""
        return {key: value for key, value in self._asdict().items() if value}


def query_for(programme: Programme) -> Query | None:
    """Return how to look up a programme that upstream's guide brought; None for not at all.

    A bare title, unless it is a film's, finds the wrong things too often.
    """
    year, episode = programme.aired or "", str(programme.episode or "")
    if programme.title and (year or episode or MOVIE in programme.categories):
        return Query(programme.title, year, episode)
    return None


class DetailReader:
    """Look up the details of programmes, each query once, those that are on soonest first."""

    def __init__(
        self,
        upstream: Upstream,
        cache: Cache,
        ignored: Ignored,
        on_step: Callable[[int, int], None],
    ) -> None:
        """Look up at `upstream`; `on_step` gets how many queries are done, of how many."""
        self._upstream = upstream
        self._cache = cache
        self._ignored = ignored
        self._on_step = on_step
        self._found: dict[Query, Detail | None] = {}
        self._known_titles: set[str] = set()
        self._misses: Counter[str] = Counter()
        self._new_misses: list[tuple[Kind, str]] = []
        self._failures = 0

    async def fetch(
        self, programmes: Iterable[Programme], now: datetime
    ) -> Mapping[Query, Detail | None]:
        """Return what is known of programmes; None for nothing.

        Of those that are over only what earlier runs learnt. When the time is up or upstream does
        not answer, the rest is missing. Nothing is raised.
        """
        wanted: dict[Query, None] = {}
        for programme in sorted(programmes, key=lambda one: one.start):
            if query := query_for(programme):
                if max(programme.start, programme.stop) >= now:
                    wanted[query] = None
                elif query not in self._found:
                    self._remembered(query)
        queries = [query for query in wanted if query not in self._found]
        waiting = iter([query for query in queries if not self._remembered(query)])
        total = len(self._found.keys() | wanted)
        self._on_step(len(self._found), total)
        ends = time.monotonic() + self._upstream.patience.details
        await asyncio.gather(*(self._work(waiting, ends, total) for _ in range(MAX_CONCURRENT)))
        self._remember_misses()
        if left := total - len(self._found):
            _LOGGER.warning("%d of %d details are left for another time", left, total)
        return self._found

    def _remembered(self, query: Query) -> bool:
        """Take what an earlier run learnt."""
        if known := self._cache.find(Kind.DETAIL, query.key):
            self._take(query, detail_of(known.answer, self._ignored))
            return True
        if self._cache.find(Kind.TITLE, query.title):
            self._found[query] = None
            return True
        return False

    def _take(self, query: Query, detail: Detail | None) -> None:
        self._found[query] = detail
        if detail:
            self._known_titles.add(query.title)
        else:
            self._misses[query.title] += 1

    def _is_unknown_title(self, query: Query) -> bool:
        title = query.title
        return self._misses[title] >= _MISSES and title not in self._known_titles

    async def _work(self, waiting: Iterator[Query], ends: float, total: int) -> None:
        for query in waiting:
            if self._is_unknown_title(query):
                self._found[query] = None
                self._new_misses.append((Kind.TITLE, query.title))
            elif time.monotonic() >= ends or self._failures >= _FAILURES:
                return
            else:
                await self._ask(query, ends)
            self._on_step(len(self._found), total)

    async def _ask(self, query: Query, ends: float) -> None:
        try:
            async with asyncio.timeout(ends - time.monotonic()):
                answer = await self._upstream.fetch_json(_PATH, query.parameters)
        except (TimeoutError, DownlinkError) as err:
            _LOGGER.debug("No details for %s: %s", query.parameters, err)
            self._failures += 1
            return
        detail = detail_of(answer, self._ignored)
        if detail:
            self._cache.remember(Kind.DETAIL, query.key, essence_of_detail(answer))
        elif answer is None:
            self._new_misses.append((Kind.DETAIL, query.key))
        else:
            self._failures += 1
            return
        self._failures = 0
        self._take(query, detail)

    def _remember_misses(self) -> None:
        """Remember what upstream does not have, unless it suddenly seems to have nothing at all."""
        if self._known_titles or len(self._new_misses) < _MISSES_OF_AN_OUTAGE:
            for kind, key in self._new_misses:
                self._cache.remember(kind, key, None)
