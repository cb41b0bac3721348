"""One run of the bundled provider: channels, stream addresses and guide, all at the same time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from ..errors import DownlinkError, UpstreamNonsenseError
from ..lineup import KNOWN, KnownChannel, Lineup, is_ignored
from ..models import Channel, Feed, Programme, Progress, Source, Stage
from .api import Upstream
from .guide import fetch_days, fetch_programmes
from .items import line_of, programme_of
from .streams import fetch_stream, mirror_url

_BEFORE: Final = timedelta(hours=30)
"""How far back the guide goes: over the start of today in any time zone, West's delay included."""

type OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to fetch."""

    api_url: str
    guide_days: int


async def build(request: Request, session: aiohttp.ClientSession, on_progress: OnProgress) -> Feed:
    """Fetch everything and return it as it is: checking and repairing is the ingest's work.

    Raises a DownlinkError when there is no channel.
    """
    upstream = Upstream(session, request.api_url)
    on_progress(Progress(Stage.CHANNELS))
    names, current = await _fetch_channels(upstream)
    now = datetime.now(UTC)
    async with asyncio.TaskGroup() as group:
        streams = group.create_task(_fetch_streams(upstream, request, names, on_progress))
        guides = group.create_task(_fetch_guides(upstream, request, now, on_progress))
    channels = streams.result()
    guide = {}
    for channel in channels:
        known = _known(channel.name)
        programmes = guides.result().get(known.schedule or "", [])
        delay = timedelta(minutes=known.delay)
        guide[channel.key] = tuple(
            replace(one, start=one.start + delay, stop=one.stop + delay) for one in programmes
        ) or tuple(current.get(channel.name, ()))
    return Feed(made=now, channels=channels, guide=guide)


async def _fetch_channels(upstream: Upstream) -> tuple[list[str], dict[str, list[Programme]]]:
    """Return the names of the channels, and the next ten programmes of each."""
    answer = await upstream.fetch_json("/channelsCurrentMedia", {})
    names: dict[str, list[Programme]] = {}
    for entry in answer if isinstance(answer, list) else ():
        name = line_of(entry.get("name")) if isinstance(entry, dict) else None
        if name and not is_ignored(name):
            media = entry.get("media")
            found = [
                programme_of(item, None, Source.CURRENT)
                for item in (media if isinstance(media, list) else ())
            ]
            names[name] = [one for one in found if one]
    if not names:
        raise UpstreamNonsenseError("Upstream lists no channels.")
    return list(names), names


async def _fetch_streams(
    upstream: Upstream, request: Request, names: Sequence[str], on_progress: OnProgress
) -> tuple[Channel, ...]:
    done = 0

    async def fetch(name: str) -> Channel | None:
        nonlocal done
        known = _known(name)
        url = await fetch_stream(upstream, known) if known.slug else None
        if not url and known.slug:
            url = mirror_url(request.api_url, known)
        done += 1
        on_progress(Progress(Stage.STREAMS, done, len(names)))
        return _channel(known, url) if url else None

    found = await asyncio.gather(*(fetch(name) for name in names))
    return tuple(channel for channel in found if channel)


async def _fetch_guides(
    upstream: Upstream, request: Request, now: datetime, on_progress: OnProgress
) -> dict[str, list[Programme]]:
    start, stop = now - _BEFORE, now + timedelta(days=request.guide_days + 1)
    schedules = sorted({known.schedule for known in KNOWN if known.schedule})
    done = total = 0

    def on_day() -> None:
        nonlocal done
        done += 1
        on_progress(Progress(Stage.GUIDE, done, total))

    async def fetch(schedule: str) -> list[Programme]:
        nonlocal total
        try:
            days = await fetch_days(upstream, schedule, start, stop)
            total += len(days)
            return await fetch_programmes(upstream, days, on_day)
        except DownlinkError:
            return []

    found = await asyncio.gather(*(fetch(schedule) for schedule in schedules))
    return dict(zip(schedules, found, strict=True))


def _known(name: str) -> KnownChannel:
    known, _ = Lineup().admit(name)
    return known


def _channel(known: KnownChannel, url: str) -> Channel:
    return Channel(
        key=known.key,
        name=known.name,
        number=known.number,
        guide_id=known.guide_id,
        stream_url=url,
        radio=known.radio,
    )
