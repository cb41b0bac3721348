"""XMLTV: what providers write, what players get."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
import time
import tracemalloc
from xml.etree import ElementTree as ET

from hypothesis import example, given, strategies as st
import pytest

from downlink.errors import FeedError
from downlink.limits import (
    MAX_CHANNELS,
    MAX_FILE_BYTES,
    MAX_LIST_ITEMS,
    MAX_PROGRAMMES,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    MAX_XML_DEPTH,
    MIB,
)
from downlink.models import Channel, Credit, Feed, Programme, Repair, Role, Source
from downlink.xmltv import ParsedGuide, parse_xmltv, render_xmltv

from . import validators
from .samples import NAMES, NOON, Listing, back_to_back, guide
from .strategies import feeds

START = '<programme start="20261014120000 +0000" stop="20261014123000 +0000" channel="1">'


def parse(inner: str, *, head: str = "") -> ParsedGuide:
    return parse_xmltv(f"{head}<tv>{inner}</tv>".encode())


def programme(inner: str) -> Programme:
    (found,) = parse(f"{START}{inner}</programme>").programmes["1"]
    return found


def no_logo(_: Channel) -> str:
    return "http://downlink.invalid/logo.png"


FULL = Programme(
    start=NOON,
    stop=NOON + timedelta(minutes=30),
    title='Tom & Jerry <"1940">',
    episode_title="Puss Gets the Boot",
    description="A cat.\n\nA mouse.",
    season=2,
    episode=5,
    aired="19400210",
    categories=("Animation", "Series"),
    block="Toonami",
    rating="TV-Y7",
    stars=7.9,
    image="https://example.com/a.gif?b=1&c=2",
    credits=(
        Credit(Role.DIRECTOR, "William Hanna"),
        Credit(Role.ACTOR, "Clarence Nash"),
        Credit(Role.GUEST, "Joe & Co"),
    ),
    source=Source.MEDIA,
)
CHANNEL = Channel(
    key="snick_east", name="S & E", number=3, guide_id="snick.example.com", stream_url="http://a/"
)


def feed_of(*programmes: Programme) -> Feed:
    return Feed(made=NOON, channels=(CHANNEL,), guide={"snick_east": programmes})


# Reading


def test_reads_what_the_go_program_writes() -> None:
    shows = back_to_back(0, 30, 2)
    parsed = parse_xmltv(guide(*(Listing(name, shows, offset=-3) for name in NAMES)))
    assert parsed.channels == {str(n): (name,) for n, name in enumerate(NAMES, 1)}
    assert parsed.flaws == {}
    assert [(one.start, one.stop, one.title) for one in parsed.programmes["2"]] == [
        (NOON, NOON + timedelta(minutes=30), "Show 1"),
        (NOON + timedelta(minutes=30), NOON + timedelta(minutes=60), "Show 2"),
    ]
    assert parsed.programmes["1"][0].start.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("20261010062907 +0000", "2026-10-10 06:29:07", id="UTC"),
        pytest.param("20261010062907 -0300", "2026-10-10 09:29:07", id="West"),
        pytest.param("20261010062907 +05:30", "2026-10-10 00:59:07", id="colon"),
        pytest.param("20261010062907", "2026-10-10 06:29:07", id="no zone"),
        pytest.param("20261010062907Z", "2026-10-10 06:29:07", id="Z"),
        pytest.param("20261010062907 UTC", "2026-10-10 06:29:07", id="named zone"),
        pytest.param(" 202610100629  +0000 ", "2026-10-10 06:29:00", id="no seconds"),
        pytest.param("20261010062907.123 +0000", "2026-10-10 06:29:07", id="fraction"),
        pytest.param("20240229000000 +0000", "2024-02-29 00:00:00", id="leap day"),
        pytest.param("", None, id="empty"),
        pytest.param("20261010", None, id="no time of day"),
        pytest.param("2026-10-10T06:29:07Z", None, id="another format"),
        pytest.param("20261310062907 +0000", None, id="month 13"),
        pytest.param("20260229062907 +0000", None, id="no leap year"),
        pytest.param("20261010242907 +0000", None, id="hour 24"),
        pytest.param("20261010062960 +0000", None, id="second 60"),
        pytest.param("20261010062907 +2500", None, id="offset over a day"),
        pytest.param("20261010062907 EST", None, id="zone that nobody can be sure of"),
        pytest.param("00010101000000 +1400", None, id="before all time"),
        pytest.param("99991231235959 -1400", None, id="after all time"),
        pytest.param("\u0662\u0660261010062907 +0000", None, id="other digits"),
    ],
)
def test_times(text: str, expected: str | None) -> None:
    parsed = parse(f'<programme start="{text}" channel="1"/>')
    if expected is None:
        assert parsed.programmes == {}
        assert parsed.flaws == {Repair.BAD_TIME: 1}
    else:
        (found,) = parsed.programmes["1"]
        assert found.start == found.stop == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        assert parsed.flaws == {}


@pytest.mark.parametrize("attributes", ['start="20261014120000"', 'start="1" channel=" "'])
def test_programme_of_no_channel(attributes: str) -> None:
    assert parse(f"<programme {attributes}/>").flaws == {Repair.ORPHAN: 1}


def test_no_start() -> None:
    assert parse('<programme channel="1"/>').flaws == {Repair.BAD_TIME: 1}


def test_unreadable_stop_is_an_unknown_end() -> None:
    (found,) = parse('<programme start="20261014120000" stop="soon" channel="1"/>').programmes["1"]
    assert found.stop == found.start


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param("", {"title": ""}, id="nothing"),
        pytest.param("<title>A</title><title>B</title>", {"title": "A"}, id="two titles"),
        pytest.param("<title/><title>B</title>", {"title": "B"}, id="the first is empty"),
        pytest.param("<title> a\n b </title>", {"title": "a b"}, id="line end in a title"),
        pytest.param("<title>a<b>x</b>c</title>", {"title": "ac"}, id="element in a title"),
        pytest.param("<title><![CDATA[A & <B>]]></title>", {"title": "A & <B>"}, id="CDATA"),
        pytest.param("<title>&#34;A&#39;s&#x22;</title>", {"title": '"A\'s"'}, id="references"),
        pytest.param("<sub-title></sub-title>", {"episode_title": None}, id="empty sub-title"),
        pytest.param("<sub-title>S</sub-title>", {"episode_title": "S"}, id="sub-title"),
        pytest.param("<desc>a&#xA;  b</desc>", {"description": "a\nb"}, id="line end in a plot"),
        pytest.param("<desc> </desc><desc>b</desc>", {"description": "b"}, id="second plot"),
        pytest.param(
            "<category>A</category><category/><category>B</category><category>A</category>",
            {"categories": ("A", "B")},
            id="categories",
        ),
        pytest.param("<keyword>Toonami</keyword>", {"block": "Toonami"}, id="block"),
        pytest.param("<rating><value>TV-14</value></rating>", {"rating": "TV-14"}, id="rating"),
        pytest.param("<rating><value/></rating>", {"rating": None}, id="empty rating"),
        pytest.param("<value>TV-14</value>", {"rating": None}, id="value of nothing"),
        pytest.param(
            "<credits><director>D</director><actor>A</actor><actor>A</actor><key-grip>K</key-grip>"
            "<director>E</director><actor/></credits>",
            {
                "credits": (
                    Credit(Role.DIRECTOR, "D"),
                    Credit(Role.DIRECTOR, "E"),
                    Credit(Role.ACTOR, "A"),
                )
            },
            id="credits",
        ),
        pytest.param("<actor>A</actor>", {"credits": ()}, id="actor outside the credits"),
        pytest.param(
            '<icon src=" "></icon><icon src="http://a/i.png"/><image>http://a/j.png</image>',
            {"image": "http://a/i.png"},
            id="icon",
        ),
        pytest.param(
            "<icon/><image>ftp://a/i</image><image> http://a/j.png\n</image>",
            {"image": "http://a/j.png"},
            id="image",
        ),
        pytest.param('<icon src="javascript:x"/>', {"image": None}, id="no image"),
        pytest.param(
            '<url>http://a/</url><url system="toonami-downlink">guide:media</url>',
            {"source": Source.MEDIA},
            id="source",
        ),
        pytest.param('<url system="x">guide:media</url>', {"source": Source.GUIDE}, id="not ours"),
        pytest.param(
            '<url system="toonami-downlink">guide:nowhere</url>',
            {"source": Source.GUIDE},
            id="unknown source",
        ),
    ],
)
def test_fields(inner: str, expected: dict[str, object]) -> None:
    found = programme(inner)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("date", "aired"),
    [
        ("1999", "1999"),
        ("199904", "199904"),
        ("19990417", "19990417"),
        ("1999-04-17", "19990417"),
        ("19990417120000 +0000", "19990417"),
        ("1999-04-17T12:00:00Z", "19990417"),
        ("19990431", "199904"),
        ("19991301", "1999"),
        ("199900", "1999"),
        ("0999", None),
        ("17 Apr. 1999", None),
        ("", None),
    ],
)
def test_date(date: str, aired: str | None) -> None:
    assert programme(f"<date>{date}</date>").aired == aired


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param([("xmltv_ns", "3.9.0/1")], (4, 10), id="as the Go program writes it"),
        pytest.param([("xmltv_ns", " 3 . 9 . ")], (4, 10), id="blanks"),
        pytest.param([("xmltv_ns", "3/8.9/26.0/1")], (4, 10), id="totals"),
        pytest.param([("xmltv_ns", ".9.")], (None, 10), id="no season"),
        pytest.param([("xmltv_ns", "3..")], (4, None), id="no episode"),
        pytest.param([("xmltv_ns", "3.9")], (4, 10), id="two fields"),
        pytest.param([("xmltv_ns", "-1.9.")], (None, None), id="negative"),
        pytest.param([("xmltv_ns", "..")], (None, None), id="nothing"),
        pytest.param([("xmltv_ns", "1.2.3.4")], (None, None), id="four fields"),
        pytest.param([("onscreen", "S04E10")], (4, 10), id="onscreen"),
        pytest.param([("onscreen", "s4 e10")], (4, 10), id="onscreen with blanks"),
        pytest.param([("onscreen", "E10")], (None, 10), id="onscreen without season"),
        pytest.param([("onscreen", "S00E00")], (None, None), id="zeros"),
        pytest.param([("onscreen", "Special")], (None, None), id="words"),
        pytest.param([(None, "S01E02")], (1, 2), id="no system means onscreen"),
        pytest.param([("dd_progid", "EP01.2")], (None, None), id="another system"),
        pytest.param([("onscreen", "S01E02"), ("xmltv_ns", "3.9.")], (4, 10), id="the exact one"),
        pytest.param(
            [("onscreen", "S01E02"), ("xmltv_ns", "")], (1, 2), id="the exact one is empty"
        ),
        pytest.param([("xmltv_ns", "0.0."), ("xmltv_ns", "3.9.")], (1, 1), id="the first"),
        pytest.param([("xmltv_ns", "999999.1.")], (None, None), id="absurd"),
    ],
)
def test_episode(
    numbers: list[tuple[str | None, str]], expected: tuple[int | None, int | None]
) -> None:
    elements = "".join(
        f"<episode-num{f' system="{system}"' if system else ''}>{text}</episode-num>"
        for system, text in numbers
    )
    found = programme(elements)
    assert (found.season, found.episode) == expected


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        ("7.9/10", 7.9),
        ("8/10", 8.0),
        ("4/5", 8.0),
        (" 1 / 3 ", 3.3),
        ("0/10", 0.0),
        ("10/10", 10.0),
        ("11/10", None),
        ("1/0", None),
        ("7.9", None),
        ("1e3/1e4", None),
        ("", None),
    ],
)
def test_stars(value: str, stars: float | None) -> None:
    assert programme(f"<star-rating><value>{value}</value></star-rating>").stars == stars


def test_second_rating_counts_when_the_first_says_nothing() -> None:
    ratings = "".join(f"<star-rating><value>{v}</value></star-rating>" for v in ("N/A", "5/10"))
    assert programme(ratings).stars == 5.0


def test_channels() -> None:
    parsed = parse(
        '<channel id=" 1 "><display-name>A</display-name><display-name/><icon src="x"/>'
        "<display-name>1</display-name></channel><channel><display-name>No id</display-name>"
        '</channel><channel id="1"><display-name>B</display-name></channel>'
        "<other><display-name>X</display-name></other>"
    )
    assert parsed.channels == {"1": ("A", "1", "B"), "": ("No id",)}


def test_programmes_may_come_before_channels() -> None:
    parsed = parse(f'{START}<title>A</title></programme><channel id="1"/>')
    assert parsed.channels == {"1": ()}
    assert len(parsed.programmes["1"]) == 1


def test_texts_over_their_limits_are_cut() -> None:
    people = "".join(f"<actor>{n}</actor>" for n in range(MAX_LIST_ITEMS + 1))
    genres = "".join(f"<category>{n}</category>" for n in range(MAX_LIST_ITEMS + 1))
    parsed = parse(
        f"{START}<title>{'t' * 501}</title><desc>{'d' * 5001}</desc><credits>{people}</credits>"
        f"{genres}</programme>"
    )
    (found,) = parsed.programmes["1"]
    assert len(found.title) == MAX_TITLE_CHARS
    assert found.description
    assert len(found.description) == MAX_TEXT_CHARS
    assert len(found.credits) == len(found.categories) == MAX_LIST_ITEMS
    assert parsed.flaws == {Repair.TEXT_CUT: 2}


def test_elements_over_all_measure_are_not_read() -> None:
    found = programme("<category>x</category>" * 400 + "<title>late</title>")
    assert found.categories == ("x",)
    assert found.title == ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(b"a\x01b", "ab", id="control"),
        pytest.param(b"a&#1;b", "ab", id="decimal reference"),
        pytest.param(b"a&#x0b;b", "ab", id="hexadecimal reference"),
        pytest.param(b"a&#xD83D;b", "ab", id="reference to a surrogate"),
        pytest.param(b"a&#57343;b", "ab", id="decimal reference to a surrogate"),
        pytest.param(b"a&#xFFFE;b", "ab", id="reference to a non-character"),
        pytest.param(b"a\xed\xa0\xbdb", "a\ufffd\ufffd\ufffdb", id="surrogate"),
        pytest.param(b"a\xef\xbf\xbeb", "ab", id="non-character"),
        pytest.param(b"a\xc2\x9fb", "ab", id="C1 control"),
        pytest.param(b"Caf\xe9", "Caf\ufffd", id="not UTF-8"),
    ],
)
def test_what_cannot_be_published_is_dropped(text: bytes, title: str) -> None:
    parsed = parse_xmltv(f"<tv>{START}<title>".encode() + text + b"</title></programme></tv>")
    assert parsed.programmes["1"][0].title == title
    assert parsed.flaws[Repair.TEXT_CUT] >= 1


@pytest.mark.parametrize(
    "reference", ["&#9;", "&#x20;", "&#32;", "&#xD7FF;", "&#xE000;", "&#x10FFFD;"]
)
def test_allowed_references_stay(reference: str) -> None:
    parsed = parse(f"{START}<title>a{reference}b</title></programme>")
    assert parsed.flaws == {}
    assert len(parsed.programmes["1"][0].title) == 3


def test_the_replacement_character_is_a_character() -> None:
    parsed = parse(f"{START}<title>a\ufffdb</title></programme>")
    assert parsed.programmes["1"][0].title == "a\ufffdb"
    assert parsed.flaws == {}


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


def test_text_at_the_seams_of_the_pieces_is_whole() -> None:
    shows = "".join(f"{START}<title>é&#39;{n}</title></programme>\n" for n in range(9000))
    parsed = parse(shows)
    assert [one.title for one in parsed.programmes["1"]] == [f"é'{n}" for n in range(9000)]
    assert parsed.flaws == {}
    long = "é" * 300_000
    assert parse(f"{START}<desc>{long}</desc></programme>").flaws == {Repair.TEXT_CUT: 1}


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
        pytest.param(b"\x1f\x8b\x08\x00", "not well-formed", 1, id="gzip"),
        pytest.param(b"<rss></rss>", "not XMLTV: it begins with <rss>", 1, id="other XML"),
        pytest.param(b"<tv>\n<channel id='1'>\n", "no element found", 3, id="truncated"),
        pytest.param(b"<tv>\n<programme sta", "unclosed token", 2, id="truncated in a tag"),
        pytest.param(b"<tv>\n</tv>\n<tv/>", "junk after", 3, id="two documents"),
        pytest.param(b"<tv>\n<a></b></tv>", "mismatched tag", 2, id="tags that do not match"),
        pytest.param(b"<tv>\n&eacute;</tv>", "undefined entity", 2, id="HTML's entities"),
        pytest.param(b"<tv>&#x110000;</tv>", "invalid character number", 1, id="no such character"),
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
            b"<tv>" + b"".join(b"\n<channel id='%d'/>" % n for n in range(MAX_CHANNELS + 1)),
            "more than 200 channels",
            MAX_CHANNELS + 2,
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


def test_at_the_depth_limit() -> None:
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


@pytest.mark.parametrize("inner", HOSTILE)
def test_hostile_input_is_cheap(inner: bytes) -> None:
    data = b"<tv>" + inner + b"</tv>"
    started = time.process_time()
    parse_xmltv(data)
    assert time.process_time() - started < 0.2


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


# Writing


@given(feeds())
def test_what_is_rendered_is_read_back(feed: Feed) -> None:
    parsed = parse_xmltv(render_xmltv(feed, no_logo))
    assert parsed.flaws == {}
    assert parsed.channels == {one.guide_id: (one.name, str(one.number)) for one in feed.channels}
    assert {
        one.key: tuple(parsed.programmes.get(one.guide_id, ())) for one in feed.channels
    } == feed.guide


def test_rendered_as_players_want_it() -> None:
    assert render_xmltv(feed_of(FULL), no_logo).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tv date="20261014120000 +0000" source-info-name="Toonami Aftermath"'
        ' source-info-url="https://www.toonamiaftermath.com/"'
        ' generator-info-name="Toonami Downlink">\n'
        '  <channel id="snick.example.com">\n'
        "    <display-name>S &amp; E</display-name>\n"
        "    <display-name>3</display-name>\n"
        '    <icon src="http://downlink.invalid/logo.png"/>\n'
        "  </channel>\n"
        '  <programme start="20261014120000 +0000" stop="20261014123000 +0000"'
        ' channel="snick.example.com">\n'
        "    <title>Tom &amp; Jerry &lt;&quot;1940&quot;&gt;</title>\n"
        "    <sub-title>Puss Gets the Boot</sub-title>\n"
        "    <desc>A cat.\n\nA mouse.</desc>\n"
        "    <credits>\n"
        "      <director>William Hanna</director>\n"
        "      <actor>Clarence Nash</actor>\n"
        "      <guest>Joe &amp; Co</guest>\n"
        "    </credits>\n"
        "    <date>19400210</date>\n"
        "    <category>Animation</category>\n"
        "    <category>Series</category>\n"
        "    <keyword>Toonami</keyword>\n"
        '    <icon src="https://example.com/a.gif?b=1&amp;c=2"/>\n'
        '    <url system="toonami-downlink">guide:media</url>\n'
        '    <episode-num system="xmltv_ns">1.4.</episode-num>\n'
        '    <episode-num system="onscreen">S02E05</episode-num>\n'
        '    <rating system="VCHIP">\n'
        "      <value>TV-Y7</value>\n"
        "    </rating>\n"
        "    <star-rating>\n"
        "      <value>7.9/10</value>\n"
        "    </star-rating>\n"
        "  </programme>\n"
        "</tv>\n"
    )


@pytest.mark.parametrize(
    ("season", "episode", "expected"),
    [
        (None, None, []),
        (2, 5, ["1.4.", "S02E05"]),
        (None, 127, [".126.", "E127"]),
        (3, None, ["2..", "S03"]),
    ],
)
def test_episode_numbers(season: int | None, episode: int | None, expected: list[str]) -> None:
    data = render_xmltv(feed_of(replace(FULL, season=season, episode=episode)), no_logo)
    assert [one.text for one in ET.fromstring(data).iter("episode-num")] == expected  # noqa: S314 # ours


def test_nothing_absent_is_written() -> None:
    bare = Programme(start=NOON, stop=NOON + timedelta(hours=1), title="Bare")
    (element,) = ET.fromstring(render_xmltv(feed_of(bare), no_logo)).iter("programme")  # noqa: S314 # ours
    assert [child.tag for child in element] == ["title"]


def test_credits_are_written_in_the_order_of_the_dtd() -> None:
    people = tuple(Credit(role, role.value) for role in reversed(Role))
    data = render_xmltv(feed_of(replace(FULL, credits=people)), no_logo)
    (found,) = ET.fromstring(data).iter("credits")  # noqa: S314 # ours
    assert [child.tag for child in found] == [role.value for role in Role]


def test_unclean_text_cannot_break_the_document() -> None:
    dirty = replace(FULL, title="a\x00b\ud800c\ufffed\re", image='http://a/"><x/>')
    (found,) = parse_xmltv(render_xmltv(feed_of(dirty), no_logo)).programmes[CHANNEL.guide_id]
    assert found.title == "abcde"


def test_channel_without_programmes() -> None:
    feed = Feed(made=NOON, channels=(CHANNEL,))
    assert parse_xmltv(render_xmltv(feed, no_logo)).programmes == {}


@validators.needed
def test_validators_have_nothing_to_say(tmp_path: Path) -> None:
    programmes = [
        replace(
            FULL,
            start=NOON + timedelta(hours=n),
            stop=NOON + timedelta(hours=n + 1),
            season=n or None,
            episode=None if n == 1 else 3,
            source=source,
        )
        for n, source in enumerate(Source)
    ]
    file = tmp_path / "guide.xml"
    file.write_bytes(render_xmltv(feed_of(*programmes), no_logo))
    validators.check(file)
