"""Television: HLS and continuous MPEG-TS from the relay, or a redirection to upstream."""

from abc import ABC
import asyncio
from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import replace
from http import HTTPStatus
import re
import socket
from typing import Final, override

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..const import LINKS_RELAY
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.models import Channel
from ..engine.downlink.relay.continuous import Span
from ..engine.downlink.relay.errors import RingClosedError
from ..engine.downlink.relay.hls import MIME_TYPE, render_playlist
from ..engine.downlink.relay.ring import NumberedSegment, Ring
from ..engine.downlink.relay.viewer import Viewer
from ..storage.credentials import CredentialStore
from ..streaming.manager import BusyError, ViewerEndedError
from .base import TokenView, not_found, unavailable
from .guest import Guest
from .notice import TS_TYPE, notice_playlist, notice_segment, send_notice
from .paths import segment_path, stream_path, watch_path, watch_segment_path

_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_FOR_EVER: Final = {hdrs.CACHE_CONTROL: "private, max-age=3600, immutable"}
_NAME: Final = re.compile(r"([0-9]{1,9})(?:\.(m3u8|ts))?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_SEGMENT: Final = re.compile(r"([0-9]{1,9})/(notice)?([0-9]{1,12})\.ts", re.ASCII)
_READ_SECONDS: Final = 30.0
"""A viewer that takes nothing for so long has gone, or holds a connection for nothing."""
_MAX_DURATION: Final = 86_400
"""Seconds of a stream that somebody asked a certain length of."""
_CHUNK: Final = 256 * 1024
"""Bytes of a stream that are written at once: a segment of upstream's rate in one go."""
_UNREAD_BYTES: Final = 256 * 1024
"""Two seconds of a picture that is as good as upstream's can be."""


class StreamView(TokenView):
    """A channel: ``1.m3u8`` or ``1.ts``."""

    url = stream_path("{feed_token}", "{number}", "{extension:m3u8|ts}")
    name = "toonami_downlink:stream"
    kind = RequestKind.STREAM

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        match = guest.request.match_info
        return await stream(guest, f"{match['number']}.{match['extension']}")


class SegmentView(TokenView):
    """A segment of a channel that is being watched: ``1/4711.ts``, as its playlist names it."""

    url = segment_path("{feed_token}", "{number}", "{sequence}")
    name = "toonami_downlink:segment"
    kind = RequestKind.STREAM

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        match = guest.request.match_info
        return await segment(guest, f"{match['number']}/{match['sequence']}.ts")


class _WatchTokenView(TokenView, ABC):
    """A view below the token of a user of Home Assistant."""

    kind = RequestKind.STREAM

    @override
    def find(self, credentials: CredentialStore, token: str) -> str | None:
        return credentials.find_watch_token(token, dt_util.utcnow())


class WatchView(_WatchTokenView):
    """A channel's HLS for a user of Home Assistant, always from the relay.

    DELETE says that the client has stopped to watch: upstream is let go soon after it.
    """

    url = watch_path("{feed_token}", "{number}")
    name = "toonami_downlink:watch"

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        number = guest.request.match_info["number"]
        channel = guest.channel(int(number)) if _NUMBER.fullmatch(number) else None
        if channel is None:
            return not_found()
        if guest.request.method == hdrs.METH_DELETE:
            guest.coordinator.streams.async_leave(channel, guest.watcher)
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=_NO_STORE)
        return await playlist(guest, channel)

    async def delete(self, request: web.Request, **_: str) -> web.StreamResponse:
        """Answer DELETE."""
        return await self.get(request)


class WatchSegmentView(_WatchTokenView, SegmentView):
    """A segment of that."""

    url = watch_segment_path("{feed_token}", "{number}", "{sequence}")
    name = "toonami_downlink:watch_segment"


STREAM_VIEWS: Final = (SegmentView, StreamView)
WATCH_VIEWS: Final = (WatchView, WatchSegmentView)


async def stream(guest: Guest, name: str) -> web.StreamResponse:
    """Answer with the stream of that name: a number and ``.m3u8``, ``.ts`` or nothing."""
    match = _NAME.fullmatch(name)
    channel = guest.channel(int(match[1])) if match else None
    if match is None or channel is None:
        guest.record(RequestKind.STREAM, Outcome.NOT_FOUND)
        return not_found()
    if match[2] != "m3u8":
        return await transport_stream(guest, channel, RequestKind.STREAM)
    if guest.stream_links != LINKS_RELAY and guest.may_watch(channel):
        guest.record(RequestKind.STREAM)
        return await redirect(guest.coordinator, channel)
    return await playlist(guest, channel)


async def redirect(coordinator: DownlinkCoordinator, channel: Channel) -> web.Response:
    """Send a player to the address where upstream has the channel right now."""
    return web.Response(
        status=HTTPStatus.FOUND,
        headers={
            hdrs.LOCATION: await coordinator.stream_addresses.async_get(channel),
            hdrs.CONTENT_TYPE: MIME_TYPE,
            **_NO_STORE,
        },
    )


async def playlist(guest: Guest, channel: Channel) -> web.StreamResponse:
    """Answer with the relay's own HLS playlist; the first one waits for the first segments."""
    headers = {hdrs.CONTENT_TYPE: MIME_TYPE, **_NO_STORE}
    try:
        if guest.request.method == hdrs.METH_HEAD:
            # Asked for what it is, and not to be watched: nobody has to fetch anything for that.
            guest.record(RequestKind.STREAM)
            return web.Response(headers=headers)
        if not guest.may_watch(channel):
            return await notice_playlist(guest, channel)
        viewer = await guest.coordinator.streams.async_touch(channel, guest.watcher)
        viewer.span = None
        await _wait_for_first(viewer)
    except BusyError:
        guest.record(RequestKind.STREAM, Outcome.BUSY)
        return unavailable()
    except ViewerEndedError:
        return ended()
    except RingClosedError:
        guest.record(RequestKind.STREAM, Outcome.FAILED)
        return unavailable()
    body = _render(guest, channel, viewer.ring)
    if body is None:
        return await notice_playlist(guest, channel)
    guest.record(RequestKind.STREAM)
    viewer.sent += len(body)
    return web.Response(body=body, headers=headers)


def _render(guest: Guest, channel: Channel, ring: Ring) -> bytes | None:
    """Write the playlist of what is held; None when nothing of it is for who asks.

    Before what is not for it there is nothing, either: nobody is to wind back past that.
    """

    def address(numbered: NumberedSegment) -> str:
        return f"{channel.number}/{numbered.sequence}.ts"

    if guest.offer.owner.ceiling is None:
        return ring.rendered(channel.number, lambda window: render_playlist(window, address))
    window = ring.window()
    refused = [
        index
        for index, numbered in enumerate(window.segments, 1)
        if not guest.may_have(channel, numbered.segment.date)
    ]
    seen = window.segments[max(refused, default=0) :]
    return render_playlist(replace(window, segments=seen), address) if seen else None


async def _wait_for_first(viewer: Viewer) -> None:
    """Wait until there is enough to begin with. Raises RingClosedError."""
    await viewer.ready()
    if viewer.ring.is_closed:
        # In the very moment in which the wait for more was over.
        raise RingClosedError("The channel has stopped.")


async def segment(guest: Guest, name: str) -> web.StreamResponse:
    """Answer with a segment of that name: the channel's number, a slash, its own and ``.ts``."""
    match = _SEGMENT.fullmatch(name)
    channel = guest.channel(int(match[1])) if match else None
    if match is None or channel is None:
        return not_found()
    if match[2]:
        return await notice_segment(guest, channel, int(match[3]))
    numbered = guest.coordinator.streams.async_segment(channel, int(match[3]))
    if numbered is None or not guest.may_have(channel, numbered.segment.date):
        return not_found()
    headers = {hdrs.CONTENT_TYPE: TS_TYPE, **_FOR_EVER}
    try:
        viewer = await guest.coordinator.streams.async_touch(channel, guest.watcher)
    except ViewerEndedError:
        return ended()
    if not viewer.sent and viewer.span is None:
        # It goes on after a pause, with a playlist that it does not ask for again.
        viewer.span = Span(numbered.sequence, dt_util.utcnow())
    if guest.request.method == hdrs.METH_HEAD:
        return web.Response(headers={hdrs.CONTENT_LENGTH: str(numbered.segment.size), **headers})
    data = await viewer.ring.read(numbered)
    if data is None:
        return not_found()
    viewer.sent += len(data)
    return web.Response(body=data, headers=headers)


async def transport_stream(
    guest: Guest,
    channel: Channel,
    kind: RequestKind,
    *,
    duration: int | None = None,
    span: Span | None = None,
    busy_headers: dict[str, str] | None = None,
) -> web.StreamResponse:
    """Answer with continuous MPEG-TS, for `duration` seconds or as long as the player stays.

    `span`: what of the channel, if it is not what is on now.
    """
    request, streams = guest.request, guest.coordinator.streams
    headers = {hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE}
    if request.method == hdrs.METH_HEAD:
        guest.record(kind)
        return web.Response(headers=headers)
    if span is None and not guest.may_watch(channel):
        return await send_notice(guest, channel, kind)
    response = web.StreamResponse(headers=headers)
    try:
        async with streams.async_watch(channel, guest.watcher, span) as viewer:
            guest.record(kind)
            await _send(request, response, viewer, duration)
    except BusyError:
        guest.record(kind, Outcome.BUSY)
        return unavailable(busy_headers)
    except ViewerEndedError:
        if not response.prepared:
            return ended()
        _cut(request)
    return response


async def _send(
    request: web.Request, response: web.StreamResponse, viewer: Viewer, duration: int | None
) -> None:
    """Send the channel. The viewer may leave at any time; that is how television is watched."""
    whole = asyncio.timeout(min(duration, _MAX_DURATION) if duration else None)
    try:
        await response.prepare(request)
        _limit_unread(request)
        try:
            async with whole, aclosing(viewer.stream()) as pieces:
                async for data in pieces:
                    view = memoryview(data)
                    for start in range(0, len(view), _CHUNK):
                        await _taken(viewer, response.write(view[start : start + _CHUNK]))
        except TimeoutError:
            if not whole.expired():
                raise
            await _taken(viewer, response.write_eof())
        else:
            if not viewer.ring.is_closed:
                await _taken(viewer, response.write_eof())
                return
            # The channel has stopped, but television is not over: without the mark of a whole
            # answer, players that can connect again do so.
            _cut(request)
    except TimeoutError:
        _cut(request)
    except ConnectionError:
        return


async def _taken(viewer: Viewer, writing: Awaitable[None]) -> None:
    """Wait until there is place for what is written. Raises TimeoutError if nobody reads."""
    viewer.waited_for = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(_READ_SECONDS):
            await writing
    finally:
        viewer.waited_for = None


def _limit_unread(request: web.Request) -> None:
    """Let the system keep little for a viewer: what is kept hides that nobody reads any more."""
    connection = request.transport and request.transport.get_extra_info("socket")
    if connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)


def _cut(request: web.Request) -> None:
    """End a connection whose other side may not be reading."""
    if request.transport:
        request.transport.abort()


def ended() -> web.Response:
    """Refuse a client whose session has just been ended."""
    return web.Response(status=HTTPStatus.FORBIDDEN, headers=_NO_STORE)
