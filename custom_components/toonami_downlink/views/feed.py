"""The playlist and the guide."""

import re
from typing import Final, override

from aiohttp import web

from ..const import LINKS_HOME_ASSISTANT
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.m3u import Links
from ..engine.downlink.models import Channel
from ..engine.downlink.publication import Publication
from ..paths import GUIDE, PLAYLIST, feed_path, guide_path, stream_path
from ..players import Asked, Result
from .base import GZIP_TYPE, TokenView, note, respond
from .origin import client_origin

PLAYLIST_TYPE: Final = "audio/x-mpegurl; charset=utf-8"
GUIDE_TYPE: Final = "application/xml; charset=utf-8"


class FeedView(TokenView):
    """The M3U playlist, the XMLTV guide, and the guide as a compressed file.

    One view for all three: Home Assistant tries its routes one after the other.
    """

    url = feed_path("{feed_token}", rf"{{file:{re.escape(PLAYLIST)}|{re.escape(GUIDE)}(?:\.gz)?}}")
    name = "toonami_downlink:feed"

    @override
    def asked_by(self, request: web.Request) -> Asked:
        return Asked.PLAYLIST if request.match_info["file"] == PLAYLIST else Asked.GUIDE

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        origin, file = client_origin(request).url, request.match_info["file"]
        if file == PLAYLIST:
            note(coordinator, request, Asked.PLAYLIST, Result.OK)
            token, links = coordinator.credentials.feed_token, coordinator.settings.stream_links
            body = self._shared.bodies.get(publication, _playlist, origin, token, links)
            return respond(request, body, PLAYLIST_TYPE)
        note(coordinator, request, Asked.GUIDE, Result.OK)
        body = await self._shared.guides.async_get(publication, origin)
        return respond(request, body, GUIDE_TYPE if file == GUIDE else GZIP_TYPE)


def _playlist(publication: Publication, origin: str, token: str, stream_links: str) -> bytes:
    def logo(channel: Channel) -> str:
        return f"{origin}{logo_path(channel.key)}"

    def stream(channel: Channel) -> str:
        if stream_links != LINKS_HOME_ASSISTANT:
            return channel.stream_url
        return f"{origin}{stream_path(token, channel.number, 'm3u8')}"

    return publication.playlist(
        Links(guide=f"{origin}{guide_path(token)}", logo=logo, stream=stream)
    )
