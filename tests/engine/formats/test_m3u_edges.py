"""Playlists at the limits of what is read, and what stands last in them."""

import pytest

from downlink.errors import FeedError
from downlink.formats.m3u import parse_m3u
from downlink.limits import MAX_LINE_CHARS

HEADER = '#EXTM3U tvg-shift="2" x="'


def test_the_header_is_a_line_like_others() -> None:
    longest = HEADER.ljust(MAX_LINE_CHARS - 1, "x")
    below = '"\n#EXTINF:-1,Movies\nhttp://a/\n'
    (entry,) = parse_m3u(f"{longest}{below}".encode())
    assert entry.attributes == {"tvg-shift": "2"}
    with pytest.raises(FeedError, match="longer than") as raised:
        parse_m3u(f"{longest}x{below}".encode())
    assert raised.value.line == 1


def test_what_is_wrong_with_the_header_is_told_of_its_own_line() -> None:
    with pytest.raises(FeedError, match="does not begin with #EXTM3U") as raised:
        parse_m3u(b"\r\n \n#EXTINF:-1,Movies\n")
    assert raised.value.line == 3
    with pytest.raises(FeedError, match="longer than") as raised:
        parse_m3u(f"\n\t\n{HEADER.ljust(MAX_LINE_CHARS + 1, 'x')}".encode())
    assert raised.value.line == 3
    with pytest.raises(FeedError, match="is empty") as raised:
        parse_m3u(b"\n\n")
    assert raised.value.line == 1


def test_pictures_in_a_line_do_not_count() -> None:
    picture = f'tvg-logo="data:image/png;base64,{"x" * MAX_LINE_CHARS}"'
    text = f'#EXTM3U\n#EXTINF:-1 {picture} logo="data:{"y" * 9}" tvg-id="7",Movies\nhttp://a/\n'
    (entry,) = parse_m3u(text.encode())
    assert entry.attributes == {"tvg-logo": "", "logo": "", "tvg-id": "7"}
    assert (entry.name, entry.line) == ("Movies", 2)


def test_a_picture_that_does_not_end_is_part_of_its_line() -> None:
    line = f'#EXTINF:-1 tvg-logo="data:{"x" * MAX_LINE_CHARS}'
    with pytest.raises(FeedError, match="longer than") as raised:
        parse_m3u(f"#EXTM3U\n{line}\n".encode())
    assert raised.value.line == 2


@pytest.mark.parametrize(
    ("extinf", "attributes", "name"),
    [
        ("-1 tvg-id='a' tvg-name=\"b\",C", {"tvg-id": "a", "tvg-name": "b"}, "C"),
        ("-1 tvg-id=\"a\" tvg-name='b',C", {"tvg-id": "a", "tvg-name": "b"}, "C"),
        ('-1 tvg-name="a", b" tvg-id="c",D', {"tvg-name": 'a", b', "tvg-id": "c"}, "D"),
        ("-1 tvg-name='a', b' tvg-id='c',D", {"tvg-name": "a', b", "tvg-id": "c"}, "D"),
        ('-1 tvg-id="a",B "C" x="D"', {"tvg-id": "a"}, 'B "C" x="D"'),
        ('-1,tvg-id="a",B', {"tvg-id": "a"}, "B"),
        ('-1,radio="true",B', {"radio": "true"}, "B"),
        ("-1,B=C", {}, "B=C"),
        ("-1,-b=C", {}, "-b=C"),
        ("-1 tvg-id=a,B", {"tvg-id": "a"}, "B"),
        ("-1 tvg-id=a", {"tvg-id": "a"}, "a"),
        ('-1 tvg-id="a', {"tvg-id": "a"}, "a"),
        ('-1 tvg-id="a,B', {"tvg-id": "a"}, "B"),
        ('-1 tvg-id="",B', {"tvg-id": ""}, "B"),
        ('-1 tvg-id="a" tvg-id="b",C', {"tvg-id": "a"}, "C"),
        ('-1 TVG-ID = " a " ,C', {"tvg-id": "a"}, "C"),
    ],
)
def test_where_attributes_end(extinf: str, attributes: dict[str, str], name: str) -> None:
    (entry,) = parse_m3u(f"#EXTM3U\n#EXTINF:{extinf}\nhttp://a/\n".encode())
    assert (entry.attributes, entry.name) == (attributes, name)


def test_what_the_header_says_goes_for_those_that_say_nothing() -> None:
    text = '#EXTM3U tvg-shift="2" tvg-id="x"\n#EXTINF:-1 tvg-shift="3",A\n#EXTINF:-1,B\n'
    first, second = parse_m3u(text.encode())
    assert (first.attributes, second.attributes) == ({"tvg-shift": "3"}, {"tvg-shift": "2"})
