"""The playlist and the guide."""

import asyncio
from typing import ClassVar, Final, override

from aiohttp import web
from homeassistant.core import HomeAssistant

from ..const import LINKS_HOME_ASSISTANT
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.m3u import Links
from ..engine.downlink.models import Channel
from ..engine.downlink.publication import Body, Publication
from ..paths import guide_path, playlist_path, stream_path
from ..players import Asked, Result
from .base import TokenView, note, respond, respond_gzip_file
from .bodies import Bodies
from .guard import LoginGuard
from .origin import client_origin

PLAYLIST_TYPE: Final = "audio/x-mpegurl; charset=utf-8"
GUIDE_TYPE: Final = "application/xml; charset=utf-8"


class Guides:
    """The guide for each origin, made in a thread, by one request for all that wait for it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Make guides in Home Assistant's threads."""
        self._hass = hass
        self._lock = asyncio.Lock()

    async def async_get(self, publication: Publication, origin: str) -> Body:
        """Return the guide for the clients of that origin."""
        if body := publication.cached_guide(origin):
            return body
        async with self._lock:
            if body := publication.cached_guide(origin):
                return body
            return await self._hass.async_add_executor_job(publication.guide, origin)


class PlaylistView(TokenView):
    """The M3U playlist."""

    url = playlist_path("{feed_token}")
    name = "toonami_downlink:playlist"
    asked = Asked.PLAYLIST

    def __init__(self, guard: LoginGuard) -> None:
        """Remember the playlists of the published feed."""
        super().__init__(guard)
        self._bodies = Bodies()

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        origin = str(client_origin(request))
        token = coordinator.credentials.feed_token
        is_direct = coordinator.settings.stream_links != LINKS_HOME_ASSISTANT

        def stream(channel: Channel) -> str:
            if is_direct:
                return channel.stream_url
            return f"{origin}{stream_path(token, channel.number, 'm3u8')}"

        body = self._bodies.get(
            publication,
            (origin, token, is_direct),
            lambda: publication.playlist(
                Links(
                    guide=f"{origin}{guide_path(token)}",
                    logo=lambda channel: f"{origin}{logo_path(channel.key)}",
                    stream=stream,
                )
            ),
        )
        note(coordinator, request, self.asked, Result.OK)
        return respond(request, body, PLAYLIST_TYPE)


class GuideView(TokenView):
    """The XMLTV guide."""

    url = guide_path("{feed_token}")
    name = "toonami_downlink:guide"
    asked = Asked.GUIDE
    is_file: ClassVar = False

    def __init__(self, guard: LoginGuard, guides: Guides) -> None:
        """Take the guides from where the Xtream Codes API does."""
        super().__init__(guard)
        self._guides = guides

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        body = await self._guides.async_get(publication, str(client_origin(request)))
        note(coordinator, request, self.asked, Result.OK)
        return (
            respond_gzip_file(request, body) if self.is_file else respond(request, body, GUIDE_TYPE)
        )


class GuideFileView(GuideView):
    """The XMLTV guide as a compressed file."""

    url = f"{guide_path('{feed_token}')}.gz"
    name = "toonami_downlink:guide_gz"
    is_file = True
