"""Playlists from upstream: honest ones, odd ones, and those made to do harm."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given, strategies as st
import m3u8  # type: ignore[import-untyped]  # it has no types
import pytest

from downlink.limits import (
    MAX_LINE_CHARS,
    MAX_PLAYLIST_LINES,
    MAX_SEGMENT_SECONDS,
    MAX_SEGMENTS,
    MAX_URL_CHARS,
    MAX_VARIANTS,
)
from downlink.relay.errors import (
    AddressRefusedError,
    Reason,
    RelayError,
    UnsupportedFormatError,
    UpstreamError,
)
from downlink.relay.playlist import (
    ListedSegment,
    MasterPlaylist,
    MediaPlaylist,
    read_playlist,
)

URL = "https://n4.example:443/live/est/a-playlist.m3u8?streamDelay=180"
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
ONE = "#EXTINF:4,\na.ts\n"


def media(text: str) -> MediaPlaylist:
    playlist = read_playlist(text.encode(), URL)
    assert isinstance(playlist, MediaPlaylist)
    return playlist


def master(text: str) -> MasterPlaylist:
    playlist = read_playlist(text.encode(), URL)
    assert isinstance(playlist, MasterPlaylist)
    return playlist


def test_master_as_upstream_has_it() -> None:
    playlist = master(
        "#EXTM3U\n#EXT-X-VERSION:3\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=908743,CODECS="avc1.100.31,mp4a.40.2",RESOLUTION=640x480\n'
        "http://asp6.example:1934/livehttporigin/est/RFOtAl-JE0AiF-chunklist.m3u8\n"
    )
    assert playlist.choose().url.endswith("RFOtAl-JE0AiF-chunklist.m3u8")
    assert playlist.choose().bandwidth == 908_743
    assert playlist.left_out == frozenset()


def test_media_with_everything() -> None:
    playlist = media(
        "\ufeff#EXTM3U\r\n#EXT-X-VERSION:3\r\n#EXT-X-TARGETDURATION:4\r\n"
        "#EXT-X-MEDIA-SEQUENCE:77\r\n#EXT-X-DISCONTINUITY-SEQUENCE:3\r\n"
        "# a comment\r\n#EXT-X-KEY:METHOD=NONE\r\n\r\n"
        "#EXTINF:4.004,a title, with a comma\r\nb/1.ts?x=1\r\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T07:00:00.500-05:00\r\n#EXTINF:3\r\n/2.ts\r\n"
        "#EXT-X-GAP\r\n#EXTINF:4,\r\n//cdn.example/3.ts\r\n"
        "#EXT-X-DISCONTINUITY\r\n#EXTINF:4,\r\nhttp://other.example/4.ts\r\n"
        "#EXT-X-SOMETHING-NEW:1\r\n#EXT-X-ENDLIST"
    )
    noon = datetime(2026, 11, 26, 12, 0, 0, 500_000, tzinfo=UTC)
    assert playlist.segments == (
        ListedSegment("https://n4.example:443/live/est/b/1.ts?x=1", 77, 4.004, False, False, None),
        ListedSegment("https://n4.example:443/2.ts", 78, 3.0, False, False, noon),
        ListedSegment("https://cdn.example/3.ts", 79, 4.0, False, True, noon.replace(second=3)),
        ListedSegment("http://other.example/4.ts", 80, 4.0, True, False, None),
    )
    assert playlist.target == 4
    assert playlist.is_ended
    assert playlist.left_out == {"#EXT-X-SOMETHING-NEW"}


@pytest.mark.parametrize(
    ("bandwidths", "chosen"),
    [
        ([100, 8_000_000, 900], 8_000_000),
        ([100, 8_000_001, 900], 900),
        ([9_000_000, 8_000_001], 8_000_001),
    ],
)
def test_choice_of_a_variant(bandwidths: list[int], chosen: int) -> None:
    lines = "".join(f"#EXT-X-STREAM-INF:BANDWIDTH={one}\n{one}.m3u8\n" for one in bandwidths)
    assert master("#EXTM3U\n" + lines).choose().bandwidth == chosen


def test_tracks_of_their_own() -> None:
    playlist = master(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="far",NAME="en",URI="audio.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="near",NAME="en"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="en",URI="text.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=900,AUDIO="far"\nfar.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=800,AUDIO="near",SUBTITLES="text"\nnear.m3u8\n'
    )
    assert playlist.choose().url.endswith("near.m3u8")
    assert playlist.left_out == {"#EXT-X-MEDIA"}
    with pytest.raises(UnsupportedFormatError) as caught:
        MasterPlaylist(playlist.variants[:1]).choose()
    assert caught.value.reason is Reason.SEPARATE_TRACKS


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-26T12:00:00Z", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T12:00:00+0000", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T12:00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, date: datetime | None) -> None:
    playlist = media(f"{HEAD}#EXT-X-PROGRAM-DATE-TIME:{text}\n{ONE}")
    assert playlist.segments[0].date == date


NOT_UPSTREAM = [
    pytest.param(b"", Reason.EMPTY, id="nothing"),
    pytest.param(b"\n\n", Reason.NOT_A_PLAYLIST, id="blank"),
    pytest.param(b" <!DOCTYPE html><html></html>", Reason.WEB_PAGE, id="page"),
    pytest.param(b'{"error": 1}', Reason.JSON, id="JSON"),
    pytest.param(b"\x89PNG\r\n\x1a\n", Reason.IMAGE, id="image"),
    pytest.param(b"\x47" * 188, Reason.NOT_A_PLAYLIST, id="segment"),
    pytest.param(b"#EXTINF:4,\na.ts\n", Reason.NOT_A_PLAYLIST, id="no first line"),
    pytest.param(b"#EXTM3U8\n", Reason.NOT_A_PLAYLIST, id="other first line"),
    pytest.param(b"#EXTM3U\n", Reason.BAD_PLAYLIST, id="first line alone"),
    pytest.param(b"#EXTM3U\n#EXTINF:0,East\nhttp://a/1.m3u8\n", Reason.BAD_PLAYLIST, id="M3U"),
]
BROKEN = [
    pytest.param(HEAD + "a.ts\n", id="address alone"),
    pytest.param(HEAD + "#EXTINF:nan,\na.ts\n", id="nan"),
    pytest.param(HEAD + "#EXTINF:inf,\na.ts\n", id="inf"),
    pytest.param(HEAD + "#EXTINF:-4,\na.ts\n", id="negative"),
    pytest.param(HEAD + "#EXTINF:1e3,\na.ts\n", id="exponent"),
    pytest.param(HEAD + "#EXTINF:1_0,\na.ts\n", id="underscore"),
    pytest.param(HEAD + "#EXTINF:٤,\na.ts\n", id="other digits"),
    pytest.param(HEAD + "#EXTINF:,\na.ts\n", id="no duration"),
    pytest.param(HEAD + "#EXT-X-MEDIA-SEQUENCE:-1\n", id="negative number"),
    pytest.param(HEAD + "#EXT-X-MEDIA-SEQUENCE:" + "9" * 19 + "\n", id="long number"),
    pytest.param(HEAD + ONE + "#EXT-X-MEDIA-SEQUENCE:1\n", id="late number"),
    pytest.param(HEAD + "#EXT-X-MEDIA-SEQUENCE:1\n" * 2, id="two numbers"),
    pytest.param("#EXTM3U\n#EXT-X-TARGETDURATION:four\n", id="target"),
    pytest.param("#EXTM3U\n" + ONE, id="no target"),
    pytest.param(HEAD + "#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n", id="both kinds"),
    pytest.param("#EXTM3U\n#EXT-X-STREAM-INF:\nb.m3u8\n", id="no bandwidth"),
    pytest.param("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=much\nb.m3u8\n", id="bandwidth"),
    pytest.param('#EXTM3U\n#EXT-X-STREAM-INF:A="b\nb.m3u8\n', id="open quote"),
    pytest.param("#EXTM3U\n#EXT-X-STREAM-INF:,,,\nb.m3u8\n", id="commas"),
    pytest.param(HEAD + "#EXTINF:0.2,\na.ts\n" * 5, id="too short"),
]
REFUSED = [
    pytest.param('#EXT-X-KEY:METHOD=AES-128,URI="k"', Reason.ENCRYPTED, id="AES-128"),
    pytest.param('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"', Reason.ENCRYPTED, id="SAMPLE-AES"),
    pytest.param("#EXT-X-KEY:", Reason.ENCRYPTED, id="key without a method"),
    pytest.param('#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"', Reason.ENCRYPTED, id="session key"),
    pytest.param("#EXT-X-BYTERANGE:100@0", Reason.BYTE_RANGES, id="byte range"),
    pytest.param('#EXT-X-MAP:URI="init.mp4"', Reason.FRAGMENTED_MP4, id="fMP4"),
    pytest.param("#EXT-X-I-FRAMES-ONLY", Reason.I_FRAMES_ONLY, id="I-frames"),
    pytest.param("#EXT-X-SKIP:SKIPPED-SEGMENTS=3", Reason.DELTA_UPDATES, id="delta"),
    pytest.param('#EXT-X-DEFINE:NAME="a",VALUE="b"', Reason.VARIABLES, id="variables"),
]
ADDRESSES = [
    pytest.param("file:///etc/passwd", id="file"),
    pytest.param("ftp://a.example/b.ts", id="ftp"),
    pytest.param("data:video/mp2t;base64,Rw==", id="data"),
    pytest.param("concat:/etc/passwd|b.ts", id="concat"),
    pytest.param("javascript:alert(1)", id="script"),
    pytest.param("http://user:secret@a.example/b.ts", id="user"),
    pytest.param("http://a.example\\@b.example/b.ts", id="backslash"),
    pytest.param("http:///b.ts", id="no host"),
    pytest.param("http://[::", id="half a host"),
    pytest.param("http://[fe80::1%25eth0]/b.ts", id="zone"),
    pytest.param("http://a.example:65536/b.ts", id="port"),
    pytest.param("a b.ts", id="space"),
    pytest.param("a\x00b.ts", id="NUL"),
]


@pytest.mark.parametrize(("body", "reason"), NOT_UPSTREAM)
def test_what_is_no_playlist(body: bytes, reason: Reason) -> None:
    with pytest.raises(UpstreamError) as caught:
        read_playlist(body, URL)
    assert caught.value.reason is reason


@pytest.mark.parametrize("text", BROKEN)
def test_broken(text: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        read_playlist(text.encode(), URL)
    assert caught.value.reason is Reason.BAD_PLAYLIST


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_refused_by_name(line: str, reason: Reason) -> None:
    for text in (f"{HEAD}{line}\n{ONE}", f"{HEAD}{ONE}{line}\n"):
        with pytest.raises(UnsupportedFormatError) as caught:
            read_playlist(text.encode(), URL)
        assert caught.value.reason is reason


@pytest.mark.parametrize("where", ["segment", "variant"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses(address: str, where: str) -> None:
    before = HEAD + "#EXTINF:4,\n" if where == "segment" else "#EXTM3U\n#EXT-X-STREAM-INF:A=1\n"
    with pytest.raises(AddressRefusedError) as caught:
        read_playlist(f"{before}{address}\n".encode(), URL)
    assert caught.value.reason is Reason.BAD_ADDRESS
    assert address not in str(caught.value)


LIMITS = [
    pytest.param("\n" * (MAX_PLAYLIST_LINES - 4) + ONE, "\n", Reason.TOO_MANY, id="lines"),
    pytest.param(ONE * MAX_SEGMENTS, ONE, Reason.TOO_MANY, id="segments"),
    pytest.param("#" + "x" * (MAX_LINE_CHARS - 1), "x", Reason.TOO_LARGE, id="line"),
    pytest.param(
        f"#EXTINF:4,\nhttp://a/{'x' * (MAX_URL_CHARS - 9)}", "x", Reason.BAD_ADDRESS, id="address"
    ),
    pytest.param(f"#EXTINF:{MAX_SEGMENT_SECONDS}", ".1", Reason.BAD_PLAYLIST, id="seconds"),
]


@pytest.mark.parametrize(("most", "more", "reason"), LIMITS)
def test_limits(most: str, more: str, reason: Reason) -> None:
    read_playlist((HEAD + most).encode(), URL)
    with pytest.raises(RelayError) as caught:
        read_playlist((HEAD + most + more).encode(), URL)
    assert caught.value.reason is reason


def test_limit_of_variants() -> None:
    one = "#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"
    assert len(master("#EXTM3U\n" + one * MAX_VARIANTS).variants) == MAX_VARIANTS
    with pytest.raises(UpstreamError) as caught:
        master("#EXTM3U\n" + one * (MAX_VARIANTS + 1))
    assert caught.value.reason is Reason.TOO_MANY


def test_what_is_left_out_does_not_grow() -> None:
    text = HEAD + "".join(f"#EXT-X-{number}{'x' * 99}\n" for number in range(100))
    playlist = media(text)
    assert len(playlist.left_out) == 10
    assert max(map(len, playlist.left_out)) == 64


@given(st.binary(max_size=300))
def test_any_bytes_end_as_stated(tail: bytes) -> None:
    for head in (b"", b"#EXTM3U\n", HEAD.encode()):
        with suppress(RelayError):
            read_playlist(head + tail, URL)


@given(
    st.lists(
        st.sampled_from(
            [line for text in (*map(str, range(3)), HEAD, ONE) for line in text.split("\n")]
            + ["#EXT-X-DISCONTINUITY", "#EXT-X-GAP", "#EXT-X-MEDIA-SEQUENCE:7", "#EXTINF:2.5,x"]
        ),
        max_size=30,
    )
)
def test_agrees_with_another_reader(lines: list[str]) -> None:
    """Where both find something to play, it is the same."""
    text = "\n".join(("#EXTM3U", "#EXT-X-TARGETDURATION:4", *lines))
    try:
        ours = media(text)
    except RelayError:
        return
    theirs = m3u8.loads(text)
    assert ours.target == theirs.target_duration
    listed = [one for one in theirs.segments if one.uri]
    assert [one.url for one in ours.segments] == [
        f"https://n4.example:443/live/est/{one.uri}" for one in listed
    ]
    assert [one.duration for one in ours.segments] == [one.duration for one in listed]
    assert [one.is_discontinuity for one in ours.segments] == [one.discontinuity for one in listed]
    if ours.segments:
        assert ours.segments[0].sequence == (theirs.media_sequence or 0)
