"""An HDHomeRun tuner, as far as Plex, Emby and Jellyfin need one; off unless the user wants it.

None of them can log in, and Plex appends a query to whatever address it is given: the feed token
is in the path, and no address in an answer has a query. Source for the format:
https://info.hdhomerun.com/info/http_api
"""

from abc import abstractmethod
import re
from typing import Any, Final, override
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape
import zlib

from aiohttp import web
from homeassistant.helpers.json import json_bytes

from ..const import NAME, REPOSITORY
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.formats.m3u import Links, render_m3u
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Publication
from .base import JSON_TYPE, TokenView, not_found, record_request, respond_once
from .feed import PLAYLIST_TYPE
from .health import version
from .origin import client_origin
from .paths import tuner_path
from .stream import transport_stream

_BASE: Final = tuner_path("{feed_token}")
_XML_TYPE: Final = "application/xml; charset=utf-8"
_ERROR: Final = "X-HDHomeRun-Error"
# The models that transcode have a "T" in their name, and players ask those to.
_MODEL: Final = "HDHR5-4US"
_DEVICE_XML: Final = """<?xml version="1.0" encoding="UTF-8"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
  <specVersion><major>1</major><minor>0</minor></specVersion>
  <URLBase>{base}</URLBase>
  <device>
    <deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType>
    <friendlyName>{name}</friendlyName>
    <manufacturer>Silicondust</manufacturer>
    <manufacturerURL>{manufacturer}</manufacturerURL>
    <modelName>{model}</modelName>
    <modelNumber>{model}</modelNumber>
    <serialNumber>{device}</serialNumber>
    <UDN>uuid:{uuid}</UDN>
  </device>
</root>
"""


class TunerView(TokenView):
    """A view of the tuner: there only while the user wants it."""

    kind = RequestKind.TUNER

    @override
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        coordinator = self._context.coordinator
        if coordinator and not coordinator.settings.hdhomerun:
            return not_found()
        return await super().get(request)


class TunerJsonView(TunerView):
    """A view of the tuner that answers with JSON."""

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        record_request(coordinator, request, self.kind, Outcome.OK)
        content = self.content(_base_url(request, coordinator), coordinator, publication)
        return respond_once(json_bytes(content), JSON_TYPE)

    @abstractmethod
    def content(self, base: str, coordinator: DownlinkCoordinator, publication: Publication) -> Any:
        """Return what to answer; `base` is the tuner's absolute address."""


class DiscoverView(TunerJsonView):
    """What the tuner is."""

    url = f"{_BASE}/discover.json"
    name = "toonami_downlink:hdhr_discover"

    @override
    def content(self, base: str, coordinator: DownlinkCoordinator, publication: Publication) -> Any:
        return {
            "FriendlyName": NAME,
            "Manufacturer": "Silicondust",
            "ManufacturerURL": REPOSITORY,
            "ModelNumber": _MODEL,
            "FirmwareName": "hdhomerun5_atsc",
            "FirmwareVersion": version(coordinator.hass),
            "DeviceID": _device_id(coordinator),
            "DeviceAuth": "",
            "BaseURL": base,
            "LineupURL": f"{base}/lineup.json",
            "TunerCount": coordinator.settings.max_channels,
        }


class LineupView(TunerJsonView):
    """The channels."""

    url = f"{_BASE}/lineup.json"
    name = "toonami_downlink:hdhr_lineup"

    @override
    def content(self, base: str, coordinator: DownlinkCoordinator, publication: Publication) -> Any:
        return _lineup(base, publication)


class LineupXmlView(TunerView):
    """The channels as XML, for what asks an older tuner."""

    url = f"{_BASE}/lineup.xml"
    name = "toonami_downlink:hdhr_lineup_xml"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        record_request(coordinator, request, self.kind, Outcome.OK)
        programs = "".join(
            "<Program>"
            + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in channel.items())
            + "</Program>"
            for channel in _lineup(_base_url(request, coordinator), publication)
        )
        document = f'<?xml version="1.0" encoding="UTF-8"?>\n<Lineup>{programs}</Lineup>\n'
        return respond_once(document.encode(), _XML_TYPE)


class LineupM3uView(TunerView):
    """The channels as a playlist of the tuner's own streams."""

    url = f"{_BASE}/lineup.m3u"
    name = "toonami_downlink:hdhr_lineup_m3u"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        record_request(coordinator, request, self.kind, Outcome.OK)
        base, origin = _base_url(request, coordinator), client_origin(request).url
        links = Links(
            guide="",
            logo=lambda channel: f"{origin}{logo_path(channel.key)}",
            stream=lambda channel: _stream_url(base, channel),
        )
        return respond_once(render_m3u(publication.feed.channels, links), PLAYLIST_TYPE)


class LineupStatusView(TunerJsonView):
    """Whether channels are being searched: never."""

    url = f"{_BASE}/lineup_status.json"
    name = "toonami_downlink:hdhr_lineup_status"

    @override
    def content(self, base: str, coordinator: DownlinkCoordinator, publication: Publication) -> Any:
        return {
            "ScanInProgress": 0,
            "ScanPossible": 1,
            "Source": "Cable",
            "SourceList": ["Cable"],
        }


class LineupPostView(TunerView):
    """Where Plex asks for a search; the channels are known anyway."""

    url = f"{_BASE}/lineup.post"
    name = "toonami_downlink:hdhr_lineup_post"

    async def post(self, request: web.Request, **_: str) -> web.StreamResponse:
        """Answer POST."""
        return await self.get(request)

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        record_request(coordinator, request, self.kind, Outcome.OK)
        return respond_once(b"", "text/plain")


class DeviceView(TunerView):
    """The tuner as a UPnP device."""

    url = f"{_BASE}/device.xml"
    name = "toonami_downlink:hdhr_device"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        record_request(coordinator, request, self.kind, Outcome.OK)
        document = _DEVICE_XML.format(
            base=escape(_base_url(request, coordinator)),
            name=NAME,
            manufacturer=REPOSITORY,
            model=_MODEL,
            device=_device_id(coordinator),
            uuid=uuid5(NAMESPACE_URL, f"{REPOSITORY}/{coordinator.config_entry.entry_id}"),
        )
        return respond_once(document.encode(), _XML_TYPE)


class BaseView(DeviceView):
    """The same where the tuner begins."""

    url = _BASE
    extra_urls = [f"{_BASE}/"]  # noqa: RUF012  # Home Assistant declares it so
    name = "toonami_downlink:hdhr_base"


class TunerStreamView(TunerView):
    """A channel as continuous MPEG-TS, from any tuner or a certain one: they are all the same."""

    url = f"{_BASE}/{{tuner:auto|tuner[0-9]{{1,2}}}}/v{{number:[0-9]{{1,9}}}}"
    name = "toonami_downlink:hdhr_stream"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        tuner = request.match_info["tuner"].removeprefix("tuner")
        if tuner != "auto" and int(tuner) >= coordinator.settings.max_channels:
            record_request(coordinator, request, self.kind, Outcome.NOT_FOUND)
            return not_found()
        channel = publication.feed.channel(int(request.match_info["number"]))
        if channel is None:
            record_request(coordinator, request, self.kind, Outcome.NOT_FOUND)
            response = not_found()
            response.headers[_ERROR] = "801 Unknown Channel"
            return response
        duration = re.fullmatch("[0-9]{1,6}", request.query.get("duration", ""))
        return await transport_stream(
            request,
            coordinator,
            channel,
            self.kind,
            duration=int(duration[0]) if duration else None,
            busy_headers={_ERROR: "805 All Tuners In Use"},
        )


TUNER_VIEWS: Final = (
    DiscoverView,
    LineupView,
    LineupXmlView,
    LineupM3uView,
    LineupStatusView,
    LineupPostView,
    DeviceView,
    BaseView,
    TunerStreamView,
)


def _base_url(request: web.Request, coordinator: DownlinkCoordinator) -> str:
    return f"{client_origin(request)}{tuner_path(coordinator.credentials.feed_token)}"


def _stream_url(base: str, channel: Channel) -> str:
    return f"{base}/auto/v{channel.number}"


def _lineup(base: str, publication: Publication) -> list[dict[str, str]]:
    return [
        {
            "GuideNumber": str(channel.number),
            "GuideName": channel.name,
            "URL": _stream_url(base, channel),
        }
        for channel in publication.feed.channels
    ]


def _device_id(coordinator: DownlinkCoordinator) -> str:
    """Return eight hexadecimal digits that stay the same for the life of the entry."""
    return f"{zlib.crc32(coordinator.config_entry.entry_id.encode()):08X}"
