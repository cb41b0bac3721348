"""Playlists: what providers write, what players get."""

from collections.abc import Callable
import contextlib
from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from downlink.errors import FeedError
from downlink.formats.m3u import Links, PlaylistEntry, RecordingEntry, parse_m3u, render_m3u
from downlink.limits import MAX_CHANNELS, MAX_FILE_BYTES, MAX_LINE_CHARS, MAX_URL_CHARS, MIB
from downlink.lineup import KNOWN
from downlink.models import Channel

from ..samples import NAMES, playlist, seconds_of, url_of
from ..strategies import lines


def one(*after_header: str) -> PlaylistEntry:
    (entry,) = parse_m3u("\n".join(["#EXTM3U", *after_header]).encode())
    return entry


def channel(name: str = "Movies", **changes: object) -> Channel:
    fields = {
        "key": "movies",
        "name": name,
        "number": 6,
        "guide_id": "movies.example.com",
        "stream_url": "https://n1.example.com/m.m3u8",
    }
    return Channel(**(fields | changes))  # type: ignore[arg-type]


LINKS = Links(
    guide="http://tv.local:8123/guide.xml",
    logo=lambda one: f"http://tv.local:8123/{one.key}.png",
    stream=lambda one: one.stream_url,
)


def test_reads_what_the_go_program_writes() -> None:
    entries = parse_m3u(playlist(*NAMES))
    assert [entry.name for entry in entries] == list(NAMES)
    assert [entry.url for entry in entries] == [url_of(name) for name in NAMES]
    assert [entry.line for entry in entries] == [2, 4, 6, 8, 10, 12, 14]
    assert entries[1].attributes == {
        "channel-id": "2",
        "group-title": "Toonami Aftermath",
        "tvg-country": "us",
        "tvg-id": "Toonami Aftermath West",
        "tvg-language": "en",
        "tvg-name": "Toonami Aftermath West",
    }


@pytest.mark.parametrize(
    ("extinf", "name"),
    [
        pytest.param("#EXTINF:-1,Movies", "Movies", id="bare"),
        pytest.param(
            '#EXTINF:-1 tvg-id="a,b",MTV 97, The "Best"', 'MTV 97, The "Best"', id="commas"
        ),
        pytest.param('#EXTINF:0 tvg-name="A" ,  Movies  ', "Movies", id="blanks"),
        pytest.param("#extinf:-1.5,Movies", "Movies", id="lower case"),
        pytest.param('#EXTINF:-1 tvg-name="Named",', "Named", id="no title"),
        pytest.param('#EXTINF:-1 tvg-name="Named"', "Named", id="no comma"),
        pytest.param('#EXTINF:-1 tvg-id="Id" tvg-name=" ",', "Id", id="nothing but an id"),
        pytest.param("#EXTINF:-1,", "", id="nothing at all"),
        pytest.param("#EXTINF:-1,a\x07b\tc", "ab c", id="control characters"),
        pytest.param('#EXTINF:-1 tvg-name="open, Movies', "Movies", id="quote left open"),
        pytest.param('#EXTINF:-1,x tvg-name="y"', 'x tvg-name="y"', id="attribute in the title"),
        pytest.param("  #EXTINF: -1 ,Movies", "Movies", id="indented"),
    ],
)
def test_name(extinf: str, name: str) -> None:
    assert one(extinf, "http://a/").name == name


@pytest.mark.parametrize(
    ("below", "url"),
    [
        pytest.param(["http://a/b"], "http://a/b", id="plain"),
        pytest.param(['  "http://a/b" '], "http://a/b", id="quoted"),
        pytest.param(["", " ", "http://a/b"], "http://a/b", id="empty lines before it"),
        pytest.param(["#EXTGRP:x", "#EXTVLCOPT:y", "http://a/b"], "http://a/b", id="options"),
        pytest.param([], "", id="missing at the end"),
        pytest.param(["<html>", "<body>Bad gateway", "http://no/"], "<html>", id="a web page"),
    ],
)
def test_url(below: list[str], url: str) -> None:
    assert one("#EXTINF:0,Movies", *below).url == url


def test_an_entry_without_address_takes_none_from_the_next() -> None:
    first, second = parse_m3u(b"#EXTM3U\n#EXTINF:0,A\n\n#EXTINF:0,B\nhttp://b/\n")
    assert (first.name, first.url) == ("A", "")
    assert (second.name, second.url) == ("B", "http://b/")


@pytest.mark.parametrize(
    "convert",
    [
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="byte order mark"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda data: data.replace(b"\n", b"\r"), id="CR"),
        pytest.param(lambda data: data.rstrip(), id="no line end at the end"),
        pytest.param(lambda data: b"\n \n" + data.replace(b"#EXTM3U", b"#extm3u x=1"), id="header"),
    ],
)
def test_spelling_of_the_file(convert: Callable[[bytes], bytes]) -> None:
    entries = parse_m3u(convert(playlist("Movies", "MTV97")))
    assert [(entry.name, entry.url) for entry in entries] == [
        ("Movies", url_of("Movies")),
        ("MTV97", url_of("MTV97")),
    ]


def test_attributes() -> None:
    entry = one('#EXTINF:-1 TVG-ID="a" tvg-id="b" x="" radio="true",N', "http://a/")
    assert entry.attributes == {"tvg-id": "a", "x": "", "radio": "true"}


def test_bad_bytes_are_replaced() -> None:
    assert parse_m3u(b"#EXTM3U\n#EXTINF:0,Caf\xe9\nhttp://a/")[0].name == "Caf\ufffd"


def test_no_channel_is_for_others_to_judge() -> None:
    assert parse_m3u(b"#EXTM3U\n") == ()


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        pytest.param(b"", "the file is empty", 1, id="empty"),
        pytest.param(b" \r\n\t", "the file is empty", 1, id="white space"),
        pytest.param(b"<!DOCTYPE html><p>502", "a web page", 1, id="web page"),
        pytest.param(b"\n<html lang='en'>", "a web page", 2, id="web page without type"),
        pytest.param(b"<?xml version='1.0'?><tv/>", "other markup", 1, id="a guide"),
        pytest.param(b"http://a/b", "does not begin with #EXTM3U", 1, id="list of addresses"),
        pytest.param(b"\x00\x01\xff", "does not begin with #EXTM3U", 1, id="bytes"),
        pytest.param(
            b"#EXTM3U\n#EXTINF:0,a\n" + b"x" * (MAX_LINE_CHARS + 1),
            "a line longer",
            3,
            id="long line",
        ),
        pytest.param(
            b"#EXTM3U\n" + b"#EXTINF:0,a\nhttp://a/\n" * (MAX_CHANNELS + 1),
            f"more than {MAX_CHANNELS} channels",
            2 + 2 * MAX_CHANNELS,
            id="too many",
        ),
        pytest.param(b"#EXTM3U\n" + b"\n" * MAX_FILE_BYTES, "larger than", None, id="too large"),
    ],
)
def test_refused(data: bytes, why: str, line: int | None) -> None:
    with pytest.raises(FeedError, match=why) as raised:
        parse_m3u(data)
    assert (raised.value.file, raised.value.line) == ("playlist", line)


def test_at_the_limits() -> None:
    assert len(parse_m3u(b"#EXTM3U\n" + b"#EXTINF:0,a\nhttp://a/\n" * MAX_CHANNELS)) == MAX_CHANNELS
    assert len(one("#EXTINF:0,a", "x" * MAX_LINE_CHARS).url) == MAX_LINE_CHARS


HOSTILE = [
    pytest.param(b"\n" * MIB, id="empty lines"),
    pytest.param(b"a\n" * (MIB // 2), id="short lines"),
    pytest.param((b" " * 16_000 + b"\n") * 64, id="blank lines"),
    pytest.param(b"#EXTINF:0" + b' a="b"' * 2700 + b"\n" + b"#\n" * 500_000, id="attributes"),
    pytest.param(b"#EXTINF:0 \n" + b"\n " * (MIB // 2), id="no address"),
    pytest.param((b'#EXTINF:0 a="' + b"\xff" * 5000 + b'"\n') * 200, id="bad bytes"),
]


HONEST = (
    b"#EXTM3U\n" + b'#EXTINF:-1 tvg-id="a" group-title="b",Name\nhttp://a/1.ts\n' * MAX_CHANNELS
)


@pytest.mark.parametrize("tail", HOSTILE)
def test_hostile_input_is_cheap(tail: bytes) -> None:
    """It takes no longer than an honest playlist as long as one may be, by its size."""
    honest = seconds_of(lambda: parse_m3u(HONEST)) * len(tail) / len(HONEST)
    assert seconds_of(lambda: parse_m3u(b"#EXTM3U\n" + tail)) < 3 * honest


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: f"#EXTM3U{text}".encode(errors="replace"))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        entries = parse_m3u(data)
    except FeedError:
        return
    for entry in entries:
        assert entry.line >= 1
        assert "\n" not in entry.name + entry.url


@given(data=st.data())
def test_damaged_playlists_are_read_or_refused(data: st.DataObject) -> None:
    whole = playlist("Movies", ("MTV97", ""), "Live Code")
    cut, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    with contextlib.suppress(FeedError):
        parse_m3u(whole[:cut] + data.draw(st.binary(max_size=10)) + whole[end:])


def test_rendered_as_players_want_it() -> None:
    radio = channel(
        "Toonami Radio", key="radio", number=7, guide_id="radio.example.com", radio=True
    )
    assert render_m3u([channel(), radio], LINKS).decode() == (
        '#EXTM3U url-tvg="http://tv.local:8123/guide.xml"'
        ' x-tvg-url="http://tv.local:8123/guide.xml"\n'
        '#EXTINF:-1 channel-id="movies.example.com" tvg-id="movies.example.com" tvg-name="Movies"'
        ' tvg-chno="6" tvg-logo="http://tv.local:8123/movies.png"'
        ' group-title="Toonami Aftermath",Movies\n'
        "https://n1.example.com/m.m3u8\n"
        '#EXTINF:-1 channel-id="radio.example.com" tvg-id="radio.example.com"'
        ' tvg-name="Toonami Radio" tvg-chno="7" tvg-logo="http://tv.local:8123/radio.png"'
        ' group-title="Toonami Aftermath" radio="true",Toonami Radio\n'
        "https://n1.example.com/m.m3u8\n"
    )


def test_what_was_on_is_offered_where_there_is_any() -> None:
    past = replace(LINKS, past=lambda one: f"http://a/{one.number}/{{utc}}", days={"other": 2})
    one, other = channel(), replace(channel(), key="other", number=2)
    first, second = parse_m3u(render_m3u([one, other], past))
    assert not any(key.startswith("catchup") for key in first.attributes)
    assert {key: value for key, value in second.attributes.items() if "catchup" in key} == {
        "catchup": "default",
        "catchup-days": "2",
        "catchup-source": "http://a/2/{utc}",
    }
    assert b"catchup" not in render_m3u([one, other], replace(past, past=None))


def test_recordings() -> None:
    made = RecordingEntry(
        name='Comet, "1"', address="http://a/recordings/1.mp4", logo="http://a/1.png", seconds=1800
    )
    written = render_m3u([], replace(LINKS, guide="", recordings=(made,))).decode()
    assert written.splitlines()[1:] == [
        '#EXTINF:1800 media="true" tvg-logo="http://a/1.png" group-title="Recordings",Comet \'1\'',
        "http://a/recordings/1.mp4",
    ]


def test_addresses_are_not_cut_where_names_are() -> None:
    logo = "http://a/".ljust(MAX_URL_CHARS, "x")
    made = RecordingEntry(name="y" * 600, address="http://a/1.mp4", logo=logo, seconds=1)
    links = Links(
        guide=logo,
        logo=lambda _: logo,
        stream=LINKS.stream,
        past=lambda _: logo,
        days={"movies": 1},
        recordings=(made,),
    )
    written = render_m3u([channel()], links)
    movies, recording = parse_m3u(written)
    assert written.decode().startswith(f'#EXTM3U url-tvg="{logo}" x-tvg-url="{logo}"\n')
    assert movies.attributes["tvg-logo"] == movies.attributes["catchup-source"] == logo
    assert recording.attributes["tvg-logo"] == logo
    assert recording.name == "y" * 499 + "…"


def test_no_guide_no_address_of_one() -> None:
    links = Links(guide="", logo=LINKS.logo, stream=LINKS.stream)
    assert render_m3u([], links) == b"#EXTM3U\n"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param('The "Best"', "The 'Best'", id="quotes"),
        pytest.param("Cartoons, Anime,Films", "Cartoons Anime Films", id="commas"),
        pytest.param("Two\r\nlines", "Two lines", id="line end"),
        pytest.param("A\x00\ud800B", "AB", id="what cannot be written"),
    ],
)
def test_rendered_names(name: str, written: str) -> None:
    (entry,) = parse_m3u(render_m3u([channel(name)], LINKS))
    assert entry.name == written
    assert entry.attributes["tvg-name"] == written


@given(names=st.lists(lines(), max_size=5), urls=st.lists(st.just("http://a/b"), max_size=5))
def test_what_is_rendered_is_read_back(names: list[str], urls: list[str]) -> None:
    channels = [
        channel(name, number=number, stream_url=url)
        for number, (name, url) in enumerate(zip(names, urls, strict=False), 1)
    ]
    entries = parse_m3u(render_m3u(channels, LINKS))
    assert [entry.url for entry in entries] == [one.stream_url for one in channels]
    assert [entry.attributes["tvg-chno"] for entry in entries] == [
        str(one.number) for one in channels
    ]
    for entry, made in zip(entries, channels, strict=True):
        assert entry.name == " ".join(made.name.replace('"', "'").replace(",", " ").split())


def test_the_whole_line_up_is_read_back() -> None:
    channels = [
        channel(known.name, key=known.key, number=known.number, guide_id=known.guide_id)
        for known in KNOWN
    ]
    entries = parse_m3u(render_m3u(channels, LINKS))
    assert [entry.attributes["tvg-id"] for entry in entries] == [one.guide_id for one in KNOWN]


def test_many_pictures_in_one_line_are_read_in_one_go() -> None:
    line = "#EXTINF:-1 tvg-logo" + '="data:' * (8 * MIB // 7) + '",One'
    with pytest.raises(FeedError, match="line 2: a line longer"):
        parse_m3u(f"#EXTM3U\n{line}\nhttp://x.example/1.m3u8\n".encode())
