"""An HDHomeRun tuner, as far as Plex, Emby and Jellyfin need one; off unless the user wants it.

None of them can log in, and Plex appends a query to whatever address it is given: the feed token
is in the path, and no address in an answer has a query. Source for the format:
https://info.hdhomerun.com/info/http_api
"""

from abc import abstractmethod
import re
from typing import Any, ClassVar, Final, NamedTuple, override
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape
import zlib

from aiohttp import web
from homeassistant.helpers.json import json_bytes

from ..const import NAME, REPOSITORY
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.formats.m3u import Links, render_m3u
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.models import Channel
from ..engine.downlink.passes import HOME
from .base import JSON_TYPE, TokenView, not_found, respond_once
from .feed import PLAYLIST_TYPE
from .guest import Guest
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


class Asked(NamedTuple):
    """What an answer of the tuner is made of."""

    origin: str
    base: str
    """The absolute address of the tuner."""
    guest: Guest


class TunerDocumentView(TunerView):
    """A view of the tuner that answers with a document."""

    content_type: ClassVar[str]

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        guest.record(self.kind)
        origin = client_origin(guest.request).url
        base = f"{origin}{tuner_path(guest.credentials.feed_token)}"
        document = self.document(Asked(origin, base, guest))
        return respond_once(document, self.content_type)

    @abstractmethod
    def document(self, asked: Asked) -> bytes:
        """Return what to answer."""


class TunerJsonView(TunerDocumentView):
    """A view of the tuner that answers with JSON."""

    content_type = JSON_TYPE

    @override
    def document(self, asked: Asked) -> bytes:
        return json_bytes(self.content(asked))

    @abstractmethod
    def content(self, asked: Asked) -> Any:
        """Return what to answer."""


class DiscoverView(TunerJsonView):
    """Describe the tuner (``discover.json``)."""

    url = f"{_BASE}/discover.json"
    name = "toonami_downlink:hdhr_discover"

    @override
    def content(self, asked: Asked) -> Any:
        return {
            "FriendlyName": _name(asked.guest),
            "Manufacturer": "Silicondust",
            "ManufacturerURL": REPOSITORY,
            "ModelNumber": _MODEL,
            "FirmwareName": "hdhomerun5_atsc",
            "FirmwareVersion": version(asked.guest.coordinator.hass),
            "DeviceID": _device_id(asked.guest),
            "DeviceAuth": "",
            "BaseURL": asked.base,
            "LineupURL": f"{asked.base}/lineup.json",
            "TunerCount": asked.guest.coordinator.settings.max_channels,
        }


class LineupView(TunerJsonView):
    """The channels."""

    url = f"{_BASE}/lineup.json"
    name = "toonami_downlink:hdhr_lineup"

    @override
    def content(self, asked: Asked) -> Any:
        return _lineup(asked)


class LineupXmlView(TunerDocumentView):
    """The channels as XML, for what asks an older tuner."""

    url = f"{_BASE}/lineup.xml"
    name = "toonami_downlink:hdhr_lineup_xml"
    content_type = _XML_TYPE

    @override
    def document(self, asked: Asked) -> bytes:
        programs = "".join(
            "<Program>"
            + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in channel.items())
            + "</Program>"
            for channel in _lineup(asked)
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>'
        return f"{head}\n<Lineup>{programs}</Lineup>\n".encode()


class LineupM3uView(TunerDocumentView):
    """The channels as a playlist of the tuner's own streams."""

    url = f"{_BASE}/lineup.m3u"
    name = "toonami_downlink:hdhr_lineup_m3u"
    content_type = PLAYLIST_TYPE

    @override
    def document(self, asked: Asked) -> bytes:
        links = Links(
            guide="",
            logo=lambda channel: f"{asked.origin}{logo_path(channel.key)}",
            stream=lambda channel: _stream_url(asked.base, channel),
        )
        return render_m3u(asked.guest.offer.feed.channels, links)


class LineupStatusView(TunerJsonView):
    """Answer that no search for channels is running (``lineup_status.json``)."""

    url = f"{_BASE}/lineup_status.json"
    name = "toonami_downlink:hdhr_lineup_status"

    @override
    def content(self, asked: Asked) -> Any:
        return {
            "ScanInProgress": 0,
            "ScanPossible": 1,
            "Source": "Cable",
            "SourceList": ["Cable"],
        }


class LineupPostView(TunerDocumentView):
    """Accept the search for channels that Plex asks for; they are known anyway."""

    url = f"{_BASE}/lineup.post"
    name = "toonami_downlink:hdhr_lineup_post"
    content_type = "text/plain"

    async def post(self, request: web.Request, **_: str) -> web.StreamResponse:
        """Answer POST."""
        return await self.get(request)

    @override
    def document(self, asked: Asked) -> bytes:
        return b""


class DeviceView(TunerDocumentView):
    """The tuner as a UPnP device."""

    url = f"{_BASE}/device.xml"
    name = "toonami_downlink:hdhr_device"
    content_type = _XML_TYPE

    @override
    def document(self, asked: Asked) -> bytes:
        return _DEVICE_XML.format(
            base=escape(asked.base),
            name=escape(_name(asked.guest)),
            manufacturer=REPOSITORY,
            model=_MODEL,
            device=_device_id(asked.guest),
            uuid=uuid5(NAMESPACE_URL, f"{REPOSITORY}/{_identity(asked.guest)}"),
        ).encode()


class BaseView(DeviceView):
    """The same document at the tuner's base address."""

    url = _BASE
    extra_urls = [f"{_BASE}/"]  # noqa: RUF012  # as the base class has it
    name = "toonami_downlink:hdhr_base"


class TunerStreamView(TunerView):
    """A channel as continuous MPEG-TS, from any tuner or a certain one: they are all the same."""

    url = f"{_BASE}/{{tuner:auto|tuner[0-9]{{1,2}}}}/v{{number:[0-9]{{1,9}}}}"
    name = "toonami_downlink:hdhr_stream"

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        request = guest.request
        tuner = request.match_info["tuner"].removeprefix("tuner")
        if tuner != "auto" and int(tuner) >= guest.coordinator.settings.max_channels:
            guest.record(self.kind, Outcome.NOT_FOUND)
            return not_found()
        channel = guest.channel(int(request.match_info["number"]))
        if channel is None:
            guest.record(self.kind, Outcome.NOT_FOUND)
            response = not_found()
            response.headers[_ERROR] = "801 Unknown Channel"
            return response
        duration = re.fullmatch("[0-9]{1,6}", request.query.get("duration", ""))
        return await transport_stream(
            guest,
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


def _stream_url(base: str, channel: Channel) -> str:
    return f"{base}/auto/v{channel.number}"


def _lineup(asked: Asked) -> list[dict[str, str]]:
    return [
        {
            "GuideNumber": str(channel.number),
            "GuideName": channel.name,
            "URL": _stream_url(asked.base, channel),
        }
        for channel in asked.guest.offer.feed.channels
    ]


def _name(guest: Guest) -> str:
    """Return what the tuner is called: with several, each after its pass."""
    return NAME if guest.identity == HOME else f"{NAME} ({guest.offer.owner.name})"


def _identity(guest: Guest) -> str:
    """Return what stays the same for the life of a pass, also when the house moves."""
    coordinator = guest.coordinator
    house = coordinator.credentials.tuner or coordinator.config_entry.entry_id
    return house if guest.identity == HOME else f"{house}/{guest.identity}"


def _device_id(guest: Guest) -> str:
    """Return eight hexadecimal digits that stay the same as long as the pass."""
    return f"{zlib.crc32(_identity(guest).encode()):08X}"
