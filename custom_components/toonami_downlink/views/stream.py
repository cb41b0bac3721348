"""Television: HLS by redirection, continuous MPEG-TS by ffmpeg."""

from http import HTTPStatus
import re
from typing import Final, override

from aiohttp import hdrs, web

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.models import Channel, Feed
from ..engine.downlink.publish.publication import Publication
from ..streaming.ffmpeg import StreamFailedError
from ..streaming.manager import StreamsBusyError
from .base import TokenView, not_found, record_request, unavailable
from .paths import stream_path

HLS_TYPE: Final = "application/vnd.apple.mpegurl"
TS_TYPE: Final = "video/mp2t"
_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_NAME: Final = re.compile(r"([0-9]{1,9})(?:\.(m3u8|ts))?", re.ASCII)


class StreamView(TokenView):
    """A channel: ``1.m3u8`` or ``1.ts``."""

    url = stream_path("{feed_token}", "{number}", "{extension:m3u8|ts}")
    name = "toonami_downlink:stream"
    kind = RequestKind.STREAM

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        number, extension = request.match_info["number"], request.match_info["extension"]
        return await stream(request, coordinator, publication.feed, f"{number}.{extension}")


async def stream(
    request: web.Request, coordinator: DownlinkCoordinator, feed: Feed, name: str
) -> web.StreamResponse:
    """Answer with the stream of that name: a number and ``.m3u8``, ``.ts`` or nothing."""
    match = _NAME.fullmatch(name)
    channel = feed.channel(int(match[1])) if match else None
    if match is None or channel is None:
        record_request(coordinator, request, RequestKind.STREAM, Outcome.NOT_FOUND)
        return not_found()
    if match[2] == "m3u8":
        record_request(coordinator, request, RequestKind.STREAM, Outcome.OK)
        return await redirect(coordinator, channel)
    return await transport_stream(request, coordinator, channel, RequestKind.STREAM)


async def redirect(coordinator: DownlinkCoordinator, channel: Channel) -> web.Response:
    """Send a player to the address where upstream has the channel right now."""
    return web.Response(
        status=HTTPStatus.FOUND,
        headers={
            hdrs.LOCATION: await coordinator.async_stream_url(channel),
            hdrs.CONTENT_TYPE: HLS_TYPE,
            **_NO_STORE,
        },
    )


async def transport_stream(
    request: web.Request,
    coordinator: DownlinkCoordinator,
    channel: Channel,
    kind: RequestKind,
    *,
    duration: int | None = None,
    busy_headers: dict[str, str] | None = None,
) -> web.StreamResponse:
    """Answer with continuous MPEG-TS; without ffmpeg, send the player to the HLS.

    VLC, mpv, Kodi and FFmpeg cope with the latter under any name.
    """
    if await coordinator.streams.async_find_ffmpeg() is None:
        record_request(coordinator, request, kind, Outcome.OK)
        return await redirect(coordinator, channel)
    if request.method == hdrs.METH_HEAD:
        record_request(coordinator, request, kind, Outcome.OK)
        return web.Response(headers={hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE})
    try:
        return await _watch(request, coordinator, channel, kind, duration)
    except StreamsBusyError:
        record_request(coordinator, request, kind, Outcome.BUSY)
        return unavailable(busy_headers)
    except StreamFailedError:
        record_request(coordinator, request, kind, Outcome.FAILED)
        return web.Response(status=HTTPStatus.BAD_GATEWAY, headers=_NO_STORE)


async def _watch(
    request: web.Request,
    coordinator: DownlinkCoordinator,
    channel: Channel,
    kind: RequestKind,
    duration: int | None,
) -> web.StreamResponse:
    url = await coordinator.async_stream_url(channel)
    async with coordinator.streams.async_open(channel.name, url, duration) as remux:
        record_request(coordinator, request, kind, Outcome.OK)
        remux.viewer = request.transport
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE})
        # The viewer may leave at any time; that is how television is watched.
        try:
            await response.prepare(request)
            while data := await remux.async_read():
                await response.write(data)
            await response.write_eof()
        except ConnectionError:
            pass
        return response
