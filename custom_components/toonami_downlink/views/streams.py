"""Television: HLS by redirection, continuous MPEG-TS by ffmpeg."""

from http import HTTPStatus
import re
from typing import Final, override

from aiohttp import hdrs, web

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.models import Channel, Feed
from ..engine.downlink.publication import Publication
from ..paths import stream_path
from ..players import Asked, Result
from ..remux import StreamFailedError
from ..streams import StreamsBusyError
from .base import TokenView, not_found, note, unavailable

HLS_TYPE: Final = "application/vnd.apple.mpegurl"
TS_TYPE: Final = "video/mp2t"
_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_NAME: Final = re.compile(r"([0-9]{1,9})(?:\.(m3u8|ts))?", re.ASCII)


class StreamView(TokenView):
    """A channel: ``1.m3u8`` or ``1.ts``."""

    url = stream_path("{feed_token}", "{number}", "{extension:m3u8|ts}")
    name = "toonami_downlink:stream"
    asked = Asked.STREAM

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
        note(coordinator, request, Asked.STREAM, Result.NOT_FOUND)
        return not_found()
    if match[2] == "m3u8":
        note(coordinator, request, Asked.STREAM, Result.OK)
        return await redirect(coordinator, channel)
    return await transport_stream(request, coordinator, channel, Asked.STREAM)


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
    asked: Asked,
    *,
    duration: int | None = None,
    busy_headers: dict[str, str] | None = None,
) -> web.StreamResponse:
    """Answer with continuous MPEG-TS; without ffmpeg, send the player to the HLS.

    VLC, mpv, Kodi and FFmpeg cope with the latter under any name.
    """
    if await coordinator.streams.async_find_ffmpeg() is None:
        note(coordinator, request, asked, Result.OK)
        return await redirect(coordinator, channel)
    if request.method == hdrs.METH_HEAD:
        note(coordinator, request, asked, Result.OK)
        return web.Response(headers={hdrs.CONTENT_TYPE: TS_TYPE, **_NO_STORE})
    try:
        return await _watch(request, coordinator, channel, asked, duration)
    except StreamsBusyError:
        note(coordinator, request, asked, Result.BUSY)
        return unavailable(busy_headers)
    except StreamFailedError:
        note(coordinator, request, asked, Result.FAILED)
        return web.Response(status=HTTPStatus.BAD_GATEWAY, headers=_NO_STORE)


async def _watch(
    request: web.Request,
    coordinator: DownlinkCoordinator,
    channel: Channel,
    asked: Asked,
    duration: int | None,
) -> web.StreamResponse:
    url = await coordinator.async_stream_url(channel)
    async with coordinator.streams.async_open(channel.name, url, duration) as remux:
        note(coordinator, request, asked, Result.OK)
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
