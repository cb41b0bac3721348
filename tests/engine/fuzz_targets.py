"""The readers of what comes from outside, for scripts/fuzz."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast, override

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from downlink.errors import FeedError, UpstreamNonsenseError
from downlink.formats.m3u import parse_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.lineup import KNOWN
from downlink.provider import aia
from downlink.provider.api import DEFAULT_TIMEOUTS, Upstream
from downlink.provider.fields import Ignored
from downlink.provider.imdb import detail_of, essence_of_detail
from downlink.provider.items import essence_of_playlist, programmes_of_playlist
from downlink.provider.media import MediaList
from downlink.provider.streams import fetch_stream
from downlink.provider.tls import CertificateVerifier
from downlink.relay.errors import RelayError
from downlink.relay.playlist import read_playlist
from downlink.relay.segment import new_join, read_media
from downlink.relay.segment_error import SegmentError
from scripts.lib.fuzz.target import CORPUS, Target

from .relay_ts.writer import PACKET, crc32

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""When the certificates of the corpus are good."""
URL: Final = "https://up.example"
_runner: Final = asyncio.Runner()


class _Told(Upstream):
    """An upstream that answers every question with the same text."""

    def __init__(self, text: str) -> None:
        super().__init__(
            cast("aiohttp.ClientSession", None),
            URL,
            verifier=CertificateVerifier(verify=False),
            timeouts=DEFAULT_TIMEOUTS,
        )
        self._text = text

    @override
    async def fetch_text(self, path: str, query: Mapping[str, str]) -> str:
        return self._text


def _now[T](work: Coroutine[Any, Any, T]) -> T:
    """Return the outcome of what has nothing to wait for; a loop would take most of the time."""
    try:
        work.send(None)
    except StopIteration as done:
        outcome: T = done.value
        return outcome
    raise AssertionError("it waits")


def read_json(data: bytes) -> None:
    """Read an answer as each of those that it could be; what is kept of it says the same."""
    upstream = _Told(data.decode("utf-8", "replace"))
    ignored: Ignored = Counter()
    _now(fetch_stream(upstream, KNOWN[0]))
    answer = _now(upstream.fetch_json("/playlist", {}))
    _now(MediaList(upstream, "East", ignored).fetch(NOW, NOW + timedelta(days=1)))
    programmes = programmes_of_playlist(answer, ignored)
    assert programmes_of_playlist(essence_of_playlist(answer), ignored) == programmes
    if detail := detail_of(answer, ignored):
        assert detail_of(essence_of_detail(answer), ignored) == detail


def read_segment(data: bytes) -> None:
    """Read a segment as it is, and with its tables' sums put right; the good ones are joined."""
    join = new_join()
    for segment in (data, _summed(data)):
        try:
            media = read_media(segment)
            join(media.data, False, media.info)
            join(media.data, True, media.info)
        except RelayError, SegmentError:
            pass


def _summed(data: bytes) -> bytes:
    """Put right the sums of tables: no change to them would be looked at otherwise."""
    mended = bytearray(data)
    for at in range(0, min(len(data), 16 * PACKET) - PACKET + 1, PACKET):
        start = at + 5 + data[at + 4] if data[at + 1] & 0x40 and data[at + 3] & 0x30 == 0x10 else 0
        if not at < start < at + PACKET - 3:
            continue
        end = start + 3 + ((data[start + 1] & 15) << 8 | data[start + 2])
        if data[start] in (0, 2) and start + 7 < end <= at + PACKET:
            mended[end - 4 : end] = crc32(data[start : end - 4]).to_bytes(4)
    return bytes(mended)


class _Authority:
    """What a certificate names as its issuer's address, and one answer for all of them."""

    status = 200

    def __init__(self, body: bytes) -> None:
        self.content = self
        self._body = body

    @asynccontextmanager
    async def get(self, url: str, **options: Any) -> AsyncIterator[_Authority]:
        yield self

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        yield self._body

    def close(self) -> None:
        pass


def _known(name: str) -> bytes:
    data = (CORPUS / "certificates" / name).read_bytes()
    return x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER)


_LEAF: Final = _known("leaf.pem")
_ROOTS: Final = (_known("root.pem"),)


def read_certificates(data: bytes) -> None:
    """Take an input for what is remembered, for what a server sends, and for what AIA brings."""
    links = aia.load(data)
    for link in aia.proven(links, [], _ROOTS, NOW):
        assert link in aia.usable(links, NOW)
        assert link.public_bytes(Encoding.DER) not in _ROOTS
    session = cast("aiohttp.ClientSession", _Authority(data))
    for sent in ([_LEAF], [_LEAF, data], [data]):
        with suppress(ValueError):
            _runner.run(aia.complete(session, "127.0.0.1", sent, links, _ROOTS, NOW))


TARGETS: Final[Mapping[str, Target]] = {
    "m3u": Target(
        parse_m3u,
        (FeedError,),
        (
            *(b"#EXTM3U\n", b"#EXTINF:-1 ", b'tvg-id="', b'tvg-name="', b"tvg-shift="),
            *(b"group-title", b'="data:', b'"', b"'", b",", b"=", b"\r\n", b"\x1f\x8b"),
            *(b"\xff\xfe", b"|", b"http://"),
        ),
    ),
    "xmltv": Target(
        parse_xmltv,
        (FeedError,),
        (
            *(b"<tv>", b"</tv>", b"<programme ", b"</programme>", b"<channel ", b"</channel>"),
            *(b'start="', b'stop="', b'channel="', b'id="', b"20261126120000 +0000"),
            *(b"<title>", b"<episode-num ", b'system="onscreen">', b"xmltv_ns", b"S01E02"),
            *(b"1.2.0/1", b"&#x", b"&nbsp;", b"<![CDATA[", b"]]>", b"<!--", b"-->"),
            *(b"<!DOCTYPE ", b"<!ENTITY ", b"<?xml ", b"encoding=", b"<date>", b"<rating>"),
            *(b"<value>", b"<icon ", b'src="', b'lang="', b"&amp;amp;", b"  "),
        ),
    ),
    "hls": Target(
        lambda data: read_playlist(data, f"{URL}/live/index.m3u8?a=b"),
        (RelayError,),
        (
            *(b"#EXTM3U\n", b"#EXTINF:", b"#EXT-X-STREAM-INF:", b"BANDWIDTH=", b"RESOLUTION="),
            *(b'CODECS="', b"#EXT-X-TARGETDURATION:", b"#EXT-X-MEDIA-SEQUENCE:"),
            *(b"#EXT-X-DISCONTINUITY\n", b"#EXT-X-DISCONTINUITY-SEQUENCE:"),
            *(b"#EXT-X-PROGRAM-DATE-TIME:", b"#EXT-X-ENDLIST\n", b"#EXT-X-KEY:METHOD="),
            *(b"#EXT-X-MAP:", b"#EXT-X-BYTERANGE:", b"#EXT-X-MEDIA:TYPE=AUDIO,"),
            *(b"#EXT-X-GAP\n", b"2026-11-26T12:00:00.000Z", b"http://[", b"//", b"://", b"?"),
            *(b"@", b"\n"),
        ),
    ),
    "segment": Target(
        read_segment,
        (),
        (*(b"G@\x00\x10", b"\x00\x00\x01\xe0", b"ID3", b"\xff\xf1"),),
    ),
    "json": Target(
        read_json,
        (UpstreamNonsenseError,),
        (
            *(b'{"playlist":{"blocks":[', b'"mediaList":[', b'"startDate":', b'"endDate":'),
            *(b'"info":{', b'"2026-11-26T12:00:00Z"', b'"fullname":', b'"name":'),
            *(b'"episode":', b'"year":', b'"image":', b'"blockName":', b'"mediaType":"movie"'),
            *(b'"episodeNumber":', b'"season":', b'"epNum":', b'"summary":', b'"rating":'),
            *(b'"genres":[', b'"creators":[', b'"release":', b'"airDate":', b"null", b"true"),
            *(b"1e999", b"-0", b"\\ud800", b"https://", b"[", b"]", b"{", b"}", b","),
        ),
    ),
    "certificates": Target(
        read_certificates,
        (),
        (
            *(b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"0\x82"),
            *(b"\x06\x03U\x1d",),
        ),
    ),
}
