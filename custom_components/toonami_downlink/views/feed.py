"""The playlist and the guide."""

from collections.abc import Iterator
import re
from typing import Final, override

from aiohttp import web

from ..const import LINKS_DIRECT
from ..engine.downlink.client_log import RequestKind
from ..engine.downlink.formats.m3u import Links, RecordingEntry
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Body, Offer
from ..engine.downlink.recording.xtream import extension
from .base import GZIP_TYPE, TokenView, is_kodi, respond, unavailable
from .context import ViewContext
from .guest import Guest
from .held import Held
from .origin import client_origin, is_own_address
from .paths import (
    GUIDE,
    feed_path,
    guide_path,
    playlist_path,
    recording_path,
    stream_path,
    timeshift_path,
)

PLAYLIST_TYPE: Final = "audio/x-mpegurl; charset=utf-8"
GUIDE_TYPE: Final = "application/xml; charset=utf-8"


class PlaylistView(TokenView):
    """The M3U playlist."""

    url = playlist_path("{feed_token}")
    name = "toonami_downlink:playlist"
    kind = RequestKind.PLAYLIST

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        guest.record(self.kind)
        return respond(guest.request, playlist_for(self._context, guest), PLAYLIST_TYPE)


class GuideView(TokenView):
    """The XMLTV guide, as it is and as a compressed file."""

    url = feed_path("{feed_token}", rf"{{file:{re.escape(GUIDE)}(?:\.gz)?}}")
    name = "toonami_downlink:guide"
    kind = RequestKind.GUIDE

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        guest.record(self.kind)
        is_packed = guest.request.match_info["file"] != GUIDE
        return await guide_for(self._context, guest, is_packed=is_packed)


def playlist_for(context: ViewContext, guest: Guest) -> Body:
    """Return the playlist of a guest."""
    origin, token = client_origin(guest.request).url, guest.credentials.feed_token
    held = context.held.get(guest.offer)
    # Only Kodi knows such entries; all others would show them as channels.
    for_kodi = is_kodi(guest.request) and bool(held.recordings)
    links = guest.stream_links
    return context.cache.get(guest.offer, _playlist, origin, token, links, held, for_kodi)


async def guide_for(context: ViewContext, guest: Guest, *, is_packed: bool) -> web.StreamResponse:
    """Answer with the guide of a guest, as it is or as a compressed file."""
    request, guides = guest.request, context.guides
    origin = client_origin(request)
    body = guides.get(guest.offer, origin.url) or await guides.async_get(
        guest.offer, origin.url, is_own=is_own_address(request, origin)
    )
    if body is None:
        return unavailable()
    return respond(request, body, GZIP_TYPE if is_packed else GUIDE_TYPE)


def _playlist(
    offer: Offer,
    origin: str,
    token: str,
    stream_links: str,
    held: Held,
    with_recordings: bool,
) -> bytes:
    def logo(channel: Channel) -> str:
        return f"{origin}{logo_path(channel.key)}"

    def stream(channel: Channel) -> str:
        if stream_links == LINKS_DIRECT:
            return channel.stream_url
        return f"{origin}{stream_path(token, channel.number, 'm3u8')}"

    def past(channel: Channel) -> str:
        path = timeshift_path(token, channel.number, "{utc}", "{duration}", "m3u8")
        return f"{origin}{path}"

    return offer.playlist(
        Links(
            guide=f"{origin}{guide_path(token)}",
            logo=logo,
            stream=stream,
            past=past,
            days=held.days,
            recordings=tuple(_entries(held, origin, token)) if with_recordings else (),
        )
    )


def _entries(held: Held, origin: str, token: str) -> Iterator[RecordingEntry]:
    for one in held.recordings:
        programme = one.programme
        parts = (programme.title, programme.episode_code, programme.episode_title)
        path = recording_path(token, f"{one.number}.{extension(one)}")
        yield RecordingEntry(
            name=" ".join(part for part in parts if part),
            address=f"{origin}{path}",
            logo=programme.image or f"{origin}{logo_path(one.channel)}",
            seconds=int((one.stop - one.start).total_seconds()),
        )
