"""XMLTV that is damaged, oversized or meant to do harm, and its encodings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
import gzip
import tracemalloc

from hypothesis import example, given, strategies as st
import pytest

from downlink.errors import FeedError
from downlink.formats.xmltv_reader import ParsedGuide, parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.limits import MAX_FILE_BYTES, MAX_GUIDE_CHANNELS, MAX_PROGRAMMES, MAX_XML_DEPTH, MIB
from downlink.models import Fix

from ..samples import FULL, feed_of, no_logo, seconds_of

START = '<programme start="20261014120000 +0000" stop="20261014123000 +0000" channel="1">'


def parse(inner: str, *, head: str = "") -> ParsedGuide:
    return parse_xmltv(f"{head}<tv>{inner}</tv>".encode())


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(str.encode, id="UTF-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16-be"),
            id="UTF-16 without mark",
        ),
        pytest.param(lambda text: text.encode("utf-16-le"), id="UTF-16, little end first"),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode(),
            id="UTF-16, it says",
        ),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode(), id="declared"
        ),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="us-ascii"?>{text}'.encode(),
            id="ASCII, it says",
        ),
        pytest.param(
            lambda text: f"<?xml version='1.0' encoding='ISO-8859-1'?>{text}".encode("latin-1"),
            id="Latin-1",
        ),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="windows-1252"?>{text}'.encode("cp1252"),
            id="Windows",
        ),
        pytest.param(
            lambda text: f'<!DOCTYPE tv SYSTEM "xmltv.dtd">{text}'.encode(), id="document type"
        ),
    ],
)
def test_encodings(encode: Callable[[str], bytes]) -> None:
    parsed = parse_xmltv(encode(f"<tv>{START}<title>Café</title></programme></tv>"))
    assert parsed.programmes["1"][0].title == "Café"
    assert parsed.flaws == {}


@pytest.mark.parametrize(
    ("said", "meant", "title"),
    [
        ("ISO-8859-1", "cp1252", "Dexter\u2019s \u2013 Café"),
        ("latin1", "cp1252", "Dexter\u2019s \u2013 Café"),
        ("ISO-8859-9", "cp1254", "Ağaç\u2019\u0131n \u2013 Şark\u0131"),
        ("ISO-8859-11", "cp874", "“การ์ตูน” \u2013 ก"),
    ],
)
def test_what_windows_has_and_the_standard_has_not(said: str, meant: str, title: str) -> None:
    text = f"<tv>{START}<title>{title}</title></programme></tv>"
    parsed = parse_xmltv(f'<?xml version="1.0" encoding="{said}"?>{text}'.encode(meant))
    assert parsed.programmes["1"][0].title == title
    assert parsed.flaws == {}


def test_bytes_that_windows_has_not_either_are_no_reason_to_refuse() -> None:
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?><tv>{START}<title>A'.encode()
    parsed = parse_xmltv(text + b"\x81B</title></programme></tv>")
    assert parsed.programmes["1"][0].title == "A\ufffdB"


@pytest.mark.parametrize("offset", [0, 1])
def test_text_at_the_seams_of_the_pieces_is_whole(offset: int) -> None:
    # A piece is 256 KiB, so one of the two offsets has a seam inside a character.
    plot = "é" * 100
    parsed = parse("\n" * offset + f"{START}<desc>{plot}</desc></programme>\n" * 3000)
    assert {one.description for one in parsed.programmes["1"]} == {plot}
    assert parsed.flaws == {}


def test_a_text_longer_than_a_piece_is_whole() -> None:
    assert parse(f"{START}<desc>{'é' * 300_000}</desc></programme>").flaws == {Fix.TEXT_CUT: 1}


BOMB = (
    '<!DOCTYPE tv [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        pytest.param(b"", "empty", None, id="empty"),
        pytest.param(b" \n", "empty", None, id="white space"),
        pytest.param(b"\n<!DOCTYPE html>\n<html>", "a web page", 1, id="web page"),
        pytest.param(b"<HTML><body>502", "a web page", 1, id="old web page"),
        pytest.param(b"#EXTM3U\n", "not well-formed", 1, id="playlist"),
        pytest.param(b'{"error": 1}', "not well-formed", 1, id="JSON"),
        pytest.param(b"\x1f\x8b\x08\x00", "cut off", None, id="gzip"),
        pytest.param(b"\x1f\x8b\x08\x00\xff" * 9, "damaged", None, id="damaged gzip"),
        pytest.param(
            gzip.compress(b"<tv>" + b" " * MAX_FILE_BYTES), "unpacked", None, id="gzip bomb"
        ),
        pytest.param(gzip.compress(b" \n"), "empty", None, id="empty gzip"),
        pytest.param(b"<rss></rss>", "not XMLTV: it begins with <rss>", 1, id="other XML"),
        pytest.param(b"<tv>\n<channel id='1'>\n", "no element found", 3, id="truncated"),
        pytest.param(b"<tv>\n<programme sta", "unclosed token", 2, id="truncated in a tag"),
        pytest.param(b"<tv>\n<a></b></tv>", "mismatched tag", 2, id="tags that do not match"),
        pytest.param(f"{BOMB}<tv>&c;</tv>".encode(), "document type", 1, id="entity bomb"),
        pytest.param(
            b'<!DOCTYPE tv [<!ENTITY x SYSTEM "file:///etc/passwd">]><tv>&x;</tv>',
            "document type",
            1,
            id="external entity",
        ),
        pytest.param(
            b'<!DOCTYPE tv [<!ENTITY % x SYSTEM "http://a/">%x;]><tv/>',
            "document type",
            1,
            id="parameter entity",
        ),
        pytest.param(
            b'<!DOCTYPE tv [\n<!ATTLIST tv a CDATA "x">]><tv/>', "document type", 1, id="defaults"
        ),
        pytest.param(
            f"{BOMB}<tv>&c;</tv>".encode("utf-16"), "document type", 1, id="bomb in UTF-16"
        ),
        pytest.param(
            b"<tv>" + b"\n<a>" * MAX_XML_DEPTH, "nested more than", MAX_XML_DEPTH + 1, id="too deep"
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='x'?><tv/>", "the encoding x is not", 1, id="encoding"
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='ISO-8859-12'?><tv/>", "not supported", 1, id="no codec"
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='unicode_escape'?><tv/>",
            "not supported",
            1,
            id="Python's",
        ),
        pytest.param(
            b"<tv>" + b"".join(b"\n<channel id='%d'/>" % n for n in range(MAX_GUIDE_CHANNELS + 1)),
            "more than 20000 channels",
            MAX_GUIDE_CHANNELS + 2,
            id="channels",
        ),
        pytest.param(
            b"<tv>" + b"<programme/>" * (MAX_PROGRAMMES + 1), "programmes", 1, id="programmes"
        ),
        pytest.param(b"<tv>" + b" " * MAX_FILE_BYTES, "larger than", None, id="too large"),
    ],
)
def test_refused(data: bytes, why: str, line: int | None) -> None:
    with pytest.raises(FeedError, match=why) as raised:
        parse_xmltv(data)
    assert (raised.value.file, raised.value.line) == ("guide", line)


def test_at_the_limits() -> None:
    assert parse("<programme/>" * MAX_PROGRAMMES).flaws == {Fix.ORPHAN: MAX_PROGRAMMES}
    several = "".join(f"<channel id='{n}'/>" for n in range(MAX_GUIDE_CHANNELS))
    assert len(parse(several + "<channel id='0'/>").channels) == MAX_GUIDE_CHANNELS
    deep = MAX_XML_DEPTH - 1
    assert parse("<a>" * deep + "</a>" * deep).programmes == {}


BARE = b'<programme start="20261014120000" channel="1">'
HOSTILE = [
    pytest.param(b"<a/>" * (MIB // 4), id="elements"),
    pytest.param(b"<a/>x" * (MIB // 5), id="elements and text"),
    pytest.param(b"<programme>" + b"<a/>" * (MIB // 4) + b"</programme>", id="elements inside"),
    pytest.param(b"<programme/>" * (MIB // 12), id="empty programmes"),
    pytest.param((BARE + b"</programme>") * (MIB // 60), id="bare programmes"),
    pytest.param(BARE + b"<desc/>" * (MIB // 7) + b"</programme>", id="fields"),
    pytest.param(
        BARE + b"<title>" + b"&lt;" * (MIB // 4) + b"</title></programme>", id="references"
    ),
    pytest.param(b"&#1;" * (MIB // 4), id="references to nothing"),
    pytest.param(b"\xff" * MIB, id="bad bytes"),
    pytest.param(b"<!--" + b"-a" * (MIB // 2) + b"-->", id="comment"),
    pytest.param(b"<a b='" + b"x" * MIB + b"'/>", id="attribute"),
    pytest.param(
        b"<a " + b" ".join(b"a%d=''" % n for n in range(MIB // 10)) + b"/>", id="attributes"
    ),
]


HONEST = f"{START}<title>Naruto</title><desc>{'A tale. ' * 20}</desc></programme>".encode()


@pytest.mark.parametrize("inner", HOSTILE)
def test_hostile_input_is_cheap(inner: bytes) -> None:
    """It takes no longer than a few honest guides of its size."""
    honest = b"<tv>" + HONEST * (len(inner) // len(HONEST)) + b"</tv>"
    data = b"<tv>" + inner + b"</tv>"
    assert seconds_of(lambda: parse_xmltv(data)) < 3 * seconds_of(lambda: parse_xmltv(honest))


VALUES = [
    pytest.param("<episode-num system='onscreen'>{}x</episode-num>", id="onscreen"),
    pytest.param("<episode-num system='onscreen'>S1{}E1{}x</episode-num>", id="whole onscreen"),
    pytest.param("<episode-num system='xmltv_ns'>1{}/{}.{}x</episode-num>", id="xmltv_ns"),
    pytest.param("<star-rating><value>1{}/{}1x</value></star-rating>", id="stars"),
    pytest.param("<date>1999{}x</date>", id="date"),
    pytest.param("<title>{}&amp;{}x</title>", id="title"),
    pytest.param("<desc>{}\n\n{}x</desc>", id="plot"),
    pytest.param("<icon src='http://{}x/'/>", id="picture"),
    pytest.param(
        "</programme><programme channel='1' start='20261014{}' clumpidx='{}1/2'>", id="time"
    ),
]


@pytest.mark.parametrize("filling", [" ", "0", "E1", "a.", "&#32;"])
@pytest.mark.parametrize("value", VALUES)
def test_a_value_of_any_length_takes_time_as_it_is_long(value: str, filling: str) -> None:
    def seconds(count: int) -> float:
        data = f"<tv>{START}{value.replace('{}', filling * count)}</programme></tv>".encode()
        return seconds_of(lambda: parse_xmltv(data))

    # A cubic reader would take 512 times as long, a quadratic one 64 times.
    assert seconds(16_000) < 8 * 3 * max(seconds(2_000), 0.001)


@pytest.mark.parametrize("inner", HOSTILE)
def test_hostile_input_takes_little_memory(inner: bytes) -> None:
    data = b"<tv>" + inner + b"</tv>"
    tracemalloc.start()
    try:
        parse_xmltv(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * MIB


def read_or_refused(data: bytes) -> None:
    try:
        parsed = parse_xmltv(data)
    except FeedError:
        return
    for programmes in parsed.programmes.values():
        for one in programmes:
            assert one.start.tzinfo is UTC
            assert "" not in (one.episode_title, one.description, one.block, one.rating)


@given(st.binary(max_size=300))
@example(b"\xff\xfe<\x00")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)
    read_or_refused(b"<tv>" + data + b"</tv>")


WHOLE = render_xmltv(feed_of(FULL, replace(FULL, title="Two")), no_logo)


@given(
    cut=st.integers(0, len(WHOLE)),
    length=st.integers(0, 40),
    put=st.binary(max_size=10)
    | st.sampled_from(
        [b"<title>", b"</programme>", b"&#", b"]]>", b"<!--", b"<![CDATA[", b'"', b"\0"]
    ),
)
def test_damaged_guides_are_read_or_refused(cut: int, length: int, put: bytes) -> None:
    read_or_refused(WHOLE[:cut] + put + WHOLE[cut + length :])
