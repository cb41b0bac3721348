"""One run of the bundled provider: channels, stream addresses, guide and details."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
import logging
from pathlib import Path
from typing import Final, NamedTuple

import aiohttp

from ..errors import CannotWriteError, DownlinkError, TimedOutError, UpstreamNonsenseError
from ..lineup import KNOWN, KnownChannel, Lineup, find, is_ignored, normalise
from ..models import Channel, Feed, Programme, Progress, Source, Stage
from ..network import may_lead_to
from .api import DEFAULT_TIMEOUTS, USER_AGENT, NoConnectionError, Timeouts, Upstream
from .cache import Cache
from .details import DetailReader, query_for
from .enrich import enrich
from .fields import Ignored, objects
from .guide import Span, TvGuideReader
from .items import programme_of
from .streams import fetch_stream, mirror_url
from .tls import CertificateVerifier

_LOGGER = logging.getLogger(__name__)
_BEFORE: Final = timedelta(hours=30)
"""How far back the guide goes: over the start of today in any time zone, West's delay included."""
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_LONGEST: Final = timedelta(hours=3)
"""Of a programme whose end is not known."""

type OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """The configuration of a run."""

    api_url: str
    guide_days: int
    verify_tls: bool = True
    cache_file: Path | None = None
    """What was learnt is kept there and in a file beside it (`links_file`)."""
    user_agent: str = USER_AGENT
    timeouts: Timeouts = DEFAULT_TIMEOUTS


def links_file(cache_file: Path) -> Path:
    """Where links of certificate chains are kept that were found in a run with that cache file."""
    return cache_file.with_suffix(".certificates.pem")


async def fetch(
    config: ProviderConfig, on_progress: OnProgress, now: datetime | None = None
) -> Feed:
    """Fetch everything and return it as it is: checking and repairing is the ingest's work.

    `now` is aware. Raises an UpstreamUnreachableError, UpstreamNonsenseError or TimedOutError when
    nothing came of it that is worth to be published.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    verifier = CertificateVerifier(
        verify=config.verify_tls,
        remembered=links_file(config.cache_file) if config.cache_file else None,
    )
    cache = await asyncio.to_thread(Cache, config.cache_file, config.api_url, now)
    async with aiohttp.ClientSession() as session:
        upstream = Upstream(
            session,
            config.api_url,
            verifier=verifier,
            timeouts=config.timeouts,
            user_agent=config.user_agent,
        )
        feed = await ProviderRun(upstream, cache, on_progress, now).feed(config.guide_days)
    try:
        await asyncio.to_thread(cache.save)
    except CannotWriteError as err:
        _LOGGER.warning("%s", err)
    return feed


class Listed(NamedTuple):
    """The channels by name with their next ten programmes, and why they are not upstream's own."""

    names: Mapping[str, Sequence[Programme]]
    trouble: DownlinkError | None


class ProviderRun:
    """One run: what it knows of upstream, and what it found on the way."""

    def __init__(
        self, upstream: Upstream, cache: Cache, on_progress: OnProgress, now: datetime
    ) -> None:
        """Prepare a run; `now` is UTC."""
        self._upstream = upstream
        self._cache = cache
        self._on_progress = on_progress
        self._now = now
        self._ignored: Ignored = Counter()

    async def feed(self, days: int) -> Feed:
        """Fetch it all. Raises as `fetch` does."""
        details = DetailReader(self._upstream, self._cache, self._ignored, self._now)
        fetching = asyncio.create_task(self._fetch_guides(days, details.begin))
        try:
            listed = await self._fetch_channels()
            channels, answers = await self._fetch_streams(list(listed.names))
            guides = await fetching
            guide = {
                channel.key: self._guide_of(channel, guides, listed.names) for channel in channels
            }
            if not answers and not any(guide.values()):
                raise listed.trouble or UpstreamNonsenseError(
                    "Upstream answers with neither stream addresses nor a guide. Try again later."
                )
            guide = await self._with_details(guide, details)
        finally:
            fetching.cancel()
            details.stop()
        self._report(channels, guide)
        return Feed(made=self._now, channels=channels, guide=guide)

    async def _fetch_channels(self) -> Listed:
        """Return what upstream lists, or in case of need the channels that it always had."""
        self._on_progress(Progress(Stage.CHANNELS))
        names: dict[str, list[Programme]] = {}
        trouble: DownlinkError | None = None
        try:
            answer = await self._upstream.fetch_json("/channelsCurrentMedia", {}, tries=2)
        except NoConnectionError, TimedOutError:
            raise
        except DownlinkError as err:
            trouble = err
        else:
            for entry in objects(answer, self._ignored):
                if (name := entry.text("name")) and not is_ignored(name):
                    items = entry.children("media")
                    found = [programme_of(item, Source.CURRENT) for item in items]
                    names[name] = [programme for programme in found if programme]
        if not any(_is_known(name) for name in names):
            trouble = trouble or UpstreamNonsenseError("Upstream lists no channels.")
            _LOGGER.warning("%s Going on with the usual channels.", trouble)
            names = {known.name: [] for known in KNOWN}
        return Listed(names, trouble)

    async def _fetch_streams(self, names: Sequence[str]) -> tuple[tuple[Channel, ...], int]:
        """Return the channels that can be played, and how many addresses upstream gave."""
        done = answers = 0

        async def fetch(name: str) -> Channel | None:
            nonlocal done, answers
            known = _known(name)
            url: str | None = None
            with suppress(NoConnectionError, TimedOutError):
                url = await fetch_stream(self._upstream, known)
            answers += url is not None
            done += 1
            self._on_progress(Progress(Stage.STREAMS, done, len(names)))
            if not url and _is_known(name):
                url = mirror_url(self._upstream.url, known)
                _LOGGER.warning("No stream address for %s: taking %s", name, url)
            return known.channel(url) if url else None

        found = await asyncio.gather(*(fetch(name) for name in names))
        return tuple(channel for channel in found if channel), answers

    async def _fetch_guides(
        self, days: int, on_day: Callable[[list[Programme]], None]
    ) -> Mapping[str, list[Programme]]:
        span = Span(self._now - _BEFORE, self._now + timedelta(days=days))
        done = total = 0

        def on_step(finished: int, more: int) -> None:
            nonlocal done, total
            done, total = done + finished, total + more
            self._on_progress(Progress(Stage.GUIDE, done, total))

        schedules = sorted({known.schedule for known in KNOWN if known.schedule})
        readers = [
            TvGuideReader(self._upstream, self._cache, schedule, self._ignored, on_step, on_day)
            for schedule in schedules
        ]
        found = await asyncio.gather(*(reader.fetch(span, self._now) for reader in readers))
        return dict(zip(schedules, found, strict=True))

    def _guide_of(
        self,
        channel: Channel,
        guides: Mapping[str, Sequence[Programme]],
        current: Mapping[str, Sequence[Programme]],
    ) -> tuple[Programme, ...]:
        known = _known(channel.name)
        delay = timedelta(minutes=known.delay)
        programmes = [
            replace(one, start=one.start + delay, stop=one.stop + delay)
            for one in guides.get(known.schedule or "", ())
        ]
        if any(_covers(one, self._now) for one in programmes):
            return tuple(programmes)
        # First, because of two that begin together the later one stays, which knows its end.
        next_ten = next((ten for name, ten in current.items() if _known(name) == known), ())
        return (*next_ten, *programmes)

    async def _with_details(
        self, guide: Mapping[str, tuple[Programme, ...]], details: DetailReader
    ) -> dict[str, tuple[Programme, ...]]:
        def on_step(done: int, total: int) -> None:
            self._on_progress(Progress(Stage.DETAILS, done, total))

        found = await details.fetch(chain.from_iterable(guide.values()), on_step)

        def fuller(programme: Programme) -> Programme:
            query = query_for(programme)
            detail = found.get(query) if query else None
            return self._presentable(enrich(programme, detail) if detail else programme)

        return {key: tuple(map(fuller, programmes)) for key, programmes in guide.items()}

    def _presentable(self, programme: Programme) -> Programme:
        """Leave out a picture that is in somebody's house, where whoever sees the guide is."""
        if not programme.image or may_lead_to(programme.image, self._upstream.url):
            return programme
        self._ignored["image"] += 1
        return replace(programme, image=None)

    def _report(
        self, channels: Sequence[Channel], guide: Mapping[str, Sequence[Programme]]
    ) -> None:
        for channel in channels:
            _LOGGER.info(
                "%s: %d programmes, %s", channel.name, len(guide[channel.key]), channel.stream_url
            )
        if self._ignored:
            _LOGGER.warning("Fields of no use: %s", dict(self._ignored))
        _LOGGER.info("%d requests", self._upstream.requests)


def _covers(programme: Programme, moment: datetime) -> bool:
    """Whether a programme, with the pause after it, is on."""
    start, stop = programme.start, programme.stop
    return start <= moment < (stop + _LONGEST_PAUSE if stop > start else start + _LONGEST)


def _is_known(name: str) -> bool:
    return find(name) is not None


def _known(name: str) -> KnownChannel:
    """Return the channel of that name; an unknown one is made from its name."""
    known, _ = Lineup().admit(name)
    return known if known.slug else replace(known, slug=normalise(name).replace(" ", "-"))
