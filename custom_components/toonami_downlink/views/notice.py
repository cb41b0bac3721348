"""What a device gets in place of a channel that it may not watch now: half a minute of notice.

It ends by itself: a player that begins again then gets the channel if it may watch, and else asks
twice a minute. Nothing is fetched from upstream for it, and nobody counts as watching.
"""

import asyncio
from typing import Final

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..engine.downlink.client_log import RequestKind
from ..engine.downlink.models import Channel
from ..engine.downlink.relay.hls import MIME_TYPE, render_segments
from ..engine.downlink.relay.ring import NumberedSegment, first_sequence
from ..engine.downlink.relay.segment import Segment
from ..engine.downlink.relay.slate import notice
from .base import not_found
from .guest import Guest

TS_TYPE: Final = "video/mp2t"
_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_AT_ONCE: Final = 3
"""Segments that a player of endless TS gets without a wait, to begin with."""
_READ_SECONDS: Final = 30.0


async def notice_playlist(guest: Guest, channel: Channel) -> web.Response:
    """Answer with the notice as HLS that has an end.

    Its numbers are above all that the channel ever had: a player that watches goes on with it.
    """
    pieces, seconds = await _notice(guest, channel)
    guest.record(RequestKind.STREAM)
    first = first_sequence(dt_util.utcnow())
    segments = [
        NumberedSegment(
            first + index, 1, Segment(data=b"", duration=seconds, discontinuity=not index)
        )
        for index in range(len(pieces))
    ]
    body = render_segments(
        segments,
        target=round(seconds),
        address=lambda one: f"{channel.number}/notice{one.sequence - first}.ts",
        is_over=True,
    )
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: MIME_TYPE, **_NO_STORE})


async def notice_segment(guest: Guest, channel: Channel, number: int) -> web.Response:
    """Answer with a segment of the notice."""
    pieces, _ = await _notice(guest, channel)
    if number >= len(pieces):
        return not_found()
    return web.Response(body=pieces[number], headers={hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE})


async def send_notice(guest: Guest, channel: Channel, kind: RequestKind) -> web.StreamResponse:
    """Answer with the notice as MPEG-TS, as fast as it is played."""
    pieces, seconds = await _notice(guest, channel)
    guest.record(kind)
    response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE})
    await response.prepare(guest.request)
    try:
        for number, data in enumerate(pieces):
            if number >= _AT_ONCE:
                await asyncio.sleep(seconds)
            async with asyncio.timeout(_READ_SECONDS):
                await response.write(data)
        await response.write_eof()
    except TimeoutError:
        # Nobody reads it.
        if guest.request.transport:
            guest.request.transport.abort()
    except ConnectionError:
        pass
    return response


async def _notice(guest: Guest, channel: Channel) -> tuple[tuple[bytes, ...], float]:
    return await guest.coordinator.hass.async_add_executor_job(notice, channel.radio)
