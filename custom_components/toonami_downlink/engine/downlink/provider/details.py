"""Fetch the details of programmes from ``/mediaInfo``, once each and for a limited time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
import logging
import time
from typing import Final, NamedTuple
from urllib.parse import urlencode

from ..errors import DownlinkError
from ..models import MOVIE, Programme
from .api import MAX_CONCURRENT, Upstream
from .cache import Cache, Kind
from .fields import Ignored
from .imdb import Detail, detail_of, essence_of_detail

_LOGGER = logging.getLogger(__name__)
_PATH: Final = "/mediaInfo"
_MISSES: Final = 2
"""So many episodes of a title unknown and none known, and upstream does not have the title."""
_MISSES_OF_AN_OUTAGE: Final = 10
_FAILURES: Final = 5
"""So many failures in a row, and nothing more is asked."""


type OnStep = Callable[[int, int], None]


class Query(NamedTuple):
    """The query for a programme's details; empty texts are left out."""

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

    def __init__(self, upstream: Upstream, cache: Cache, ignored: Ignored, now: datetime) -> None:
        """Look up at `upstream`; the time for it begins now."""
        self._upstream = upstream
        self._cache = cache
        self._ignored = ignored
        self._now = now
        self._ends = time.monotonic() + upstream.timeouts.details
        self._on_step: OnStep | None = None
        self._wanted: set[Query] = set()
        self._waiting: asyncio.PriorityQueue[tuple[datetime, int, Query]] = asyncio.PriorityQueue()
        self._workers: list[asyncio.Task[None]] = []
        self._found: dict[Query, Detail | None] = {}
        self._known_titles: set[str] = set()
        self._misses: Counter[str] = Counter()
        self._new_misses: list[tuple[Kind, str]] = []
        self._failures = 0
        self._has_answered = False

    def begin(self, programmes: Iterable[Programme]) -> None:
        """Look these up in the background, while the rest of the guide is still on its way.

        Of those that are over only what earlier runs learnt is taken.
        """
        for programme in programmes:
            query = query_for(programme)
            if not query or query in self._wanted:
                continue
            if max(programme.start, programme.stop) >= self._now:
                self._wanted.add(query)
                if query not in self._found and not self._remembered(query):
                    self._waiting.put_nowait((programme.start, len(self._wanted), query))
            elif query not in self._found:
                self._remembered(query)
        if not self._workers:
            self._workers = [asyncio.create_task(self._work()) for _ in range(MAX_CONCURRENT)]

    def stop(self) -> None:
        """Look no further."""
        for worker in self._workers:
            worker.cancel()

    async def fetch(
        self, programmes: Iterable[Programme], on_step: OnStep
    ) -> Mapping[Query, Detail | None]:
        """Return what is known of programmes, and of those it began with; None for nothing.

        `on_step` gets how many queries are done, of how many. When the time is up or upstream does
        not answer, the rest is missing. Nothing is raised.
        """
        self.begin(programmes)
        self._on_step = on_step
        self._tell()
        self._waiting.shutdown()
        await asyncio.gather(*self._workers)
        self._remember_misses()
        if left := self._total - len(self._found):
            _LOGGER.warning("%d of %d details are left for another time", left, self._total)
        return self._found

    @property
    def _total(self) -> int:
        return len(self._found.keys() | self._wanted)

    def _tell(self) -> None:
        if self._on_step:
            self._on_step(len(self._found), self._total)

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

    async def _work(self) -> None:
        while True:
            try:
                _, _, query = await self._waiting.get()
            except asyncio.QueueShutDown:
                return
            if self._is_unknown_title(query):
                self._found[query] = None
                self._new_misses.append((Kind.TITLE, query.title))
            elif time.monotonic() >= self._ends or self._failures >= _FAILURES:
                return
            else:
                await self._ask(query)
            self._tell()

    async def _ask(self, query: Query) -> None:
        try:
            async with asyncio.timeout(self._ends - time.monotonic()):
                answer = await self._upstream.fetch_json(_PATH, query.parameters)
        except (TimeoutError, DownlinkError) as err:
            _LOGGER.debug("No details for %s: %s", query.parameters, err)
            self._failures += 1
            return
        detail = detail_of(answer, self._ignored)
        if detail:
            self._has_answered = True
            self._cache.remember(Kind.DETAIL, query.key, essence_of_detail(answer))
        elif answer is None:
            self._new_misses.append((Kind.DETAIL, query.key))
        else:
            self._failures += 1
            return
        self._failures = 0
        self._take(query, detail)

    def _remember_misses(self) -> None:
        """Remember what upstream does not have, unless it suddenly seems to have nothing at all.

        What earlier runs found says nothing of that; and a title counts once, however many of its
        episodes were not asked for.
        """
        misses = dict.fromkeys(self._new_misses)
        if self._has_answered or len(misses) < _MISSES_OF_AN_OUTAGE:
            for kind, key in misses:
                self._cache.remember(kind, key, None)
