"""The limits of playlists from upstream, each from both sides, and what goes from line to line."""

from datetime import UTC, datetime

import pytest

from downlink.limits import MAX_BANDWIDTH, MAX_VARIANTS, MIN_SEGMENT_SECONDS
from downlink.relay.errors import Reason, UpstreamError
from downlink.relay.playlist import MediaPlaylist, Variant, read_playlist

from .test_playlist import HEAD, ONE, master, media

URL = "https://n4.example/live/a.m3u8"
VARIANT = "#EXT-X-STREAM-INF:BANDWIDTH=900"


def refused(text: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        read_playlist(text.encode(), URL)
    assert caught.value.reason is Reason.BAD_PLAYLIST


@pytest.mark.parametrize(("count", "is_whole"), [(MAX_VARIANTS, False), (MAX_VARIANTS + 1, True)])
def test_limit_of_groups_with_playlists_of_their_own(count: int, is_whole: bool) -> None:
    """What goes beyond is forgotten, so that it cannot grow."""
    groups = "".join(
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{number}",URI="{number}.m3u8"\n'
        for number in range(count)
    )
    text = f'#EXTM3U\n{groups}{VARIANT},AUDIO="{count - 1}"\na.m3u8\n'
    assert [one.is_whole for one in master(text).variants] == [is_whole]


@pytest.mark.parametrize(
    ("track", "uses", "is_whole"),
    [
        ('TYPE=AUDIO,GROUP-ID="a",URI="x"', 'AUDIO="a"', False),
        ('TYPE=VIDEO,GROUP-ID="a",URI="x"', 'VIDEO="a"', False),
        ('TYPE=VIDEO,GROUP-ID="a",URI="x"', 'AUDIO="b",VIDEO="a"', False),
        ('TYPE=VIDEO,GROUP-ID="a",URI="x"', 'AUDIO="a"', True),
        ('TYPE=AUDIO,GROUP-ID="a",URI="x"', 'AUDIO="b"', True),
        ('TYPE=AUDIO,GROUP-ID="a"', 'AUDIO="a"', True),
        ('TYPE=AUDIO,URI="x"', "B=1", False),
        ('GROUP-ID="a",URI="x"', 'AUDIO="a"', True),
    ],
)
def test_variant_whose_tracks_are_elsewhere(track: str, uses: str, is_whole: bool) -> None:
    playlist = master(f"#EXTM3U\n#EXT-X-MEDIA:{track}\n{VARIANT},{uses}\na.m3u8\n")
    assert playlist.variants == (Variant("https://n4.example:443/live/est/a.m3u8", 900, is_whole),)


@pytest.mark.parametrize(
    ("tracks", "is_whole"),
    [
        (['TYPE=AUDIO,GROUP-ID="a"', 'TYPE=AUDIO,GROUP-ID="a",URI="x"'], True),
        (['TYPE=AUDIO,GROUP-ID="a",URI="x"', 'TYPE=AUDIO,GROUP-ID="a"'], True),
        (['TYPE=AUDIO,GROUP-ID="a",URI="x"', 'TYPE=AUDIO,GROUP-ID="a",URI="y"'], False),
        (['TYPE=AUDIO,GROUP-ID="a",URI="x"', 'TYPE=AUDIO,GROUP-ID="b"'], False),
        (['TYPE=AUDIO,GROUP-ID="a",URI="x"', 'TYPE=VIDEO,GROUP-ID="a"'], False),
    ],
)
def test_variant_of_which_a_further_language_is_elsewhere(
    tracks: list[str], is_whole: bool
) -> None:
    group = "".join(f"#EXT-X-MEDIA:{track}\n" for track in tracks)
    playlist = master(f'#EXTM3U\n{group}{VARIANT},AUDIO="a"\na.m3u8\n')
    assert [one.is_whole for one in playlist.variants] == [is_whole]


@pytest.mark.parametrize(("count", "is_whole"), [(MAX_VARIANTS, True), (MAX_VARIANTS + 1, False)])
def test_limit_of_groups_within_the_variants(count: int, is_whole: bool) -> None:
    groups = "".join(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{number}"\n' for number in range(count))
    last = f'TYPE=AUDIO,GROUP-ID="{count - 1}",URI="x"'
    text = f'#EXTM3U\n{groups}#EXT-X-MEDIA:{last}\n{VARIANT},AUDIO="{count - 1}"\na.m3u8\n'
    assert [one.is_whole for one in master(text).variants] == [is_whole]


@pytest.mark.parametrize(
    ("track", "is_left_out"),
    [
        ("TYPE=AUDIO,URI=x", False),
        ("TYPE=VIDEO,URI=x", False),
        ("TYPE=SUBTITLES,URI=x", True),
        ("TYPE=SUBTITLES", False),
        ("URI=x", True),
    ],
)
def test_only_tracks_that_nobody_shows_are_left_out(track: str, is_left_out: bool) -> None:
    playlist = master(f"#EXTM3U\n#EXT-X-MEDIA:{track}\n{VARIANT}\na.m3u8\n")
    assert playlist.left_out == ({"#EXT-X-MEDIA"} if is_left_out else set())


def test_first_of_equal_variants_is_chosen() -> None:
    for bandwidth in (900, MAX_BANDWIDTH + 1):
        one = f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth}\n"
        assert master(f"#EXTM3U\n{one}a.m3u8\n{one}b.m3u8\n").choose().url.endswith("/a.m3u8")


def test_smallest_of_those_that_are_too_much_has_all_of_the_channel() -> None:
    playlist = master(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="x"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\na.m3u8\n'
        f"#EXT-X-STREAM-INF:BANDWIDTH={MAX_BANDWIDTH + 2}\nb.m3u8\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={MAX_BANDWIDTH + 1}\nc.m3u8\n"
    )
    assert playlist.choose().url.endswith("/c.m3u8")


@pytest.mark.parametrize(
    ("text", "target"),
    [("0", 1), ("0.4", 1), ("1", 1), ("1.6", 2), ("3.4", 3), ("3.6", 4), (" 60 ", 60)],
)
def test_target(text: str, target: int) -> None:
    assert media(f"#EXTM3U\n#EXT-X-TARGETDURATION:{text}\n").target == target


def test_shortest_segments() -> None:
    """On average: one of them may be shorter."""
    short = f"#EXTINF:{MIN_SEGMENT_SECONDS},\na.ts\n"
    assert len(media(HEAD + short * 3).segments) == 3
    assert len(media(HEAD + "#EXTINF:0,\na.ts\n" + "#EXTINF:0.5,\na.ts\n").segments) == 2
    refused(HEAD + short * 3 + "#EXTINF:0.249,\na.ts\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"#EXTM3U\n{ONE}{VARIANT}\nb.m3u8\n", id="segments and variants"),
        pytest.param(f"{HEAD}{VARIANT}\nb.m3u8\n", id="target and variants"),
        pytest.param(f"{HEAD}#EXTINF:4,\na.ts\nb.ts\n", id="one duration for two"),
        pytest.param(f"#EXTM3U\n{VARIANT}\na.m3u8\nb.m3u8\n", id="one form for two"),
        pytest.param(HEAD + "#EXT-X-MEDIA-SEQUENCE:0\n" * 2, id="nothing twice"),
        pytest.param(HEAD + "#EXTINF:0000000004,\na.ts\n", id="ten digits"),
        pytest.param(HEAD + f"#EXTINF:4.{'0' * 21},\na.ts\n", id="21 decimals"),
        pytest.param(HEAD + "#EXTINF:4.,\na.ts\n", id="no decimals"),
    ],
)
def test_broken(text: str) -> None:
    refused(text)


def test_longest_numbers() -> None:
    playlist = media(
        f"{HEAD}#EXT-X-MEDIA-SEQUENCE:{'9' * 18}\n"
        f"#EXTINF:000000004,\na.ts\n#EXTINF: 4.{'0' * 19}1 ,\na.ts\n"
    )
    assert [one.sequence for one in playlist.segments] == [10**18 - 1, 10**18]
    assert [one.duration for one in playlist.segments] == [4.0, 4.0]


def test_what_is_said_of_one_segment_goes_for_that_one() -> None:
    playlist = media(
        f"{HEAD}{ONE}#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n"
        f"#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:00:00Z\n{ONE}{ONE}{ONE}"
        f"#EXT-X-DISCONTINUITY\n{ONE}"
    )
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert [(one.is_discontinuity, one.is_gap) for one in playlist.segments] == [
        (False, False),
        (True, True),
        (False, False),
        (False, False),
        (True, False),
    ]
    dates = [None, noon, noon.replace(second=4), noon.replace(second=8), None]
    assert [one.date for one in playlist.segments] == dates
    assert [one.end for one in playlist.segments[:2]] == [None, noon.replace(second=4)]
    assert [one.sequence for one in playlist.segments] == [0, 1, 2, 3, 4]
    assert not playlist.is_ended


@pytest.mark.parametrize(
    ("year", "is_usable"), [(1999, False), (2000, True), (2199, True), (2200, False)]
)
def test_years(year: int, is_usable: bool) -> None:
    text = f"{HEAD}#EXT-X-PROGRAM-DATE-TIME: {year}-06-01T00:00:00Z\n{ONE}"
    date = datetime(year, 6, 1, tzinfo=UTC) if is_usable else None
    assert media(text).segments[0].date == date


@pytest.mark.parametrize(
    "tag",
    [
        *("M3U", "-X-VERSION:3", "-X-ALLOW-CACHE:NO", "-X-INDEPENDENT-SEGMENTS", "-X-START:A=1"),
        *("-X-PLAYLIST-TYPE:EVENT", "-X-BITRATE:9", "-X-DATERANGE:ID=1", "-X-SESSION-DATA:A=1"),
        *("-X-I-FRAME-STREAM-INF:A=1", "-X-CONTENT-STEERING:A=1", "-X-SERVER-CONTROL:A=1"),
        *("-X-PART-INF:A=1", "-X-PART:A=1", "-X-PRELOAD-HINT:A=1", "-X-RENDITION-REPORT:A=1"),
        *("-X-KEY:METHOD=NONE", "-X-SESSION-KEY:METHOD=NONE", "-X-DISCONTINUITY-SEQUENCE:9"),
    ],
)
def test_tags_that_change_nothing(tag: str) -> None:
    assert media(f"{HEAD}#EXT{tag}\n{ONE}") == media(HEAD + ONE)


def test_tags_that_are_not_known_are_named_in_both_kinds() -> None:
    for text in (f"{HEAD}#EXT-X-NEW:1\n{ONE}", f"#EXTM3U\n#EXT-X-NEW\n{VARIANT}\na.m3u8\n"):
        assert read_playlist(text.encode(), URL).left_out == {"#EXT-X-NEW"}
    assert media(f"{HEAD}#EX-NEW\n{ONE}").left_out == frozenset()


def test_attributes() -> None:
    playlist = master(
        '#EXTM3U\n#EXT-X-STREAM-INF: CODECS="a,b=c" , BANDWIDTH=7,\na.m3u8\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=8,BANDWIDTH=9\nb.m3u8\n"
    )
    assert [one.bandwidth for one in playlist.variants] == [7, 9]


def test_mark_of_unicode_is_taken_off_once() -> None:
    body = b"\xef\xbb\xbf" + HEAD.encode()
    assert isinstance(read_playlist(body, URL), MediaPlaylist)
    with pytest.raises(UpstreamError):
        read_playlist(b"\xef\xbb\xbf" + body, URL)
