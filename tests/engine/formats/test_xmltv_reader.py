"""XMLTV as providers write it: channels, programmes and their fields."""

from datetime import UTC, datetime, timedelta

import pytest

from downlink.formats.xmltv_reader import parse_xmltv
from downlink.models import Credit, Fix, Role, Source

from ..samples import NAMES, NOON, Listing, back_to_back, guide
from .reading import START, parse, programme


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
        assert parsed.flaws == {Fix.BAD_TIME: 1}
    else:
        (found,) = parsed.programmes["1"]
        assert found.start == found.stop == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        assert parsed.flaws == {}


@pytest.mark.parametrize(
    ("clump", "start", "stop"),
    [
        pytest.param("0/1", 0, 1800, id="alone"),
        pytest.param("0/2", 0, 900, id="first half"),
        pytest.param(" 1 / 2 ", 900, 1800, id="second half"),
        pytest.param("1/7", 257, 514, id="whole seconds"),
        pytest.param("6/7", 1542, 1800, id="the last one takes the rest"),
        pytest.param("2/2", 0, 1800, id="beyond the last"),
        pytest.param("0/0", 0, 1800, id="of none"),
        pytest.param("1", 0, 1800, id="no share"),
        pytest.param("0/100", 0, 1800, id="too many"),
    ],
)
def test_programmes_that_share_a_slot(clump: str, start: int, stop: int) -> None:
    (found,) = parse(START.replace(">", f' clumpidx="{clump}"/>')).programmes["1"]
    seconds = [(one - NOON).total_seconds() for one in (found.start, found.stop)]
    assert seconds == [start, stop]


def test_a_slot_too_short_to_be_shared() -> None:
    slot = 'start="20261014120000" stop="202610141200{:02}" clumpidx="0/2"'
    for seconds in (2, 1):
        (found,) = parse(f'<programme channel="1" {slot.format(seconds)}/>').programmes["1"]
        assert (found.start, found.stop) == (NOON, NOON + timedelta(seconds=1))


@pytest.mark.parametrize("attributes", ['start="20261014120000"', 'start="1" channel=" "'])
def test_programme_of_no_channel(attributes: str) -> None:
    assert parse(f"<programme {attributes}/>").flaws == {Fix.ORPHAN: 1}


def test_no_start() -> None:
    assert parse('<programme channel="1"/>').flaws == {Fix.BAD_TIME: 1}


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
        pytest.param(
            '<sub-title>Episode 22</sub-title><episode-num system="xmltv_ns">1.21.</episode-num>',
            {"episode_title": None, "episode": 22},
            id="sub-title that is the number",
        ),
        pytest.param(
            "<sub-title>Episode 22</sub-title><episode-num>E21</episode-num>",
            {"episode_title": "Episode 22"},
            id="sub-title that is another number",
        ),
        pytest.param(
            "<sub-title>Episode None</sub-title>", {"episode_title": "Episode None"}, id="no number"
        ),
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
        pytest.param("<premiere/>", {"is_premiere": True, "is_new": False}, id="premiere"),
        pytest.param("<premiere>At last</premiere>", {"is_premiere": True}, id="premiere in words"),
        pytest.param("<new/>", {"is_new": True, "is_rerun": False}, id="new"),
        pytest.param("<news/>", {"is_new": False}, id="something else"),
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
        pytest.param([("onscreen", "S00E05")], (None, 5), id="specials"),
        pytest.param([("onscreen", "S05E00")], (5, None), id="episode 0"),
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
    ("inner", "is_rerun", "first_shown"),
    [
        pytest.param('<previously-shown start="19990417"/>', True, "19990417", id="day"),
        pytest.param(
            '<previously-shown start="19990417183000 -0500" channel="x"/>',
            True,
            "19990417",
            id="time",
        ),
        pytest.param('<previously-shown start="1999-04-17"/>', True, "19990417", id="hyphens"),
        pytest.param("<previously-shown/>", True, None, id="bare"),
        pytest.param("<previously-shown></previously-shown>", True, None, id="bare and long"),
        pytest.param('<previously-shown start=""/>', True, None, id="empty"),
        pytest.param('<previously-shown start="199904"/>', True, None, id="month"),
        pytest.param('<previously-shown start="1999"/>', True, None, id="year"),
        pytest.param('<previously-shown start="19990431"/>', True, None, id="no such day"),
        pytest.param('<previously-shown start="last year"/>', True, None, id="words"),
        pytest.param(
            '<episode-num system="original-air-date">1999-04-17</episode-num>',
            False,
            "19990417",
            id="air date",
        ),
        pytest.param(
            '<episode-num system="original-air-date">1999-04-17 02:05:00</episode-num>',
            False,
            "19990417",
            id="air date with a time",
        ),
        pytest.param(
            '<episode-num system="original-air-date">1999</episode-num>', False, None, id="air year"
        ),
        pytest.param(
            '<episode-num system="original-air-date">1998-01-02</episode-num>'
            '<previously-shown start="19990417"/>',
            True,
            "19990417",
            id="two days",
        ),
        pytest.param(
            '<episode-num system="original-air-date">1999-04-17</episode-num><previously-shown/>',
            True,
            "19990417",
            id="bare, and an air date",
        ),
    ],
)
def test_first_showing(inner: str, is_rerun: bool, first_shown: str | None) -> None:
    found = programme(inner)
    assert (found.is_rerun, found.first_shown) == (is_rerun, first_shown)


@pytest.mark.parametrize(
    ("day", "numbers", "expected"),
    [
        pytest.param("2019-10-12 02:05:00", "2018.1011.", (None, None), id="that day"),
        pytest.param("2019-10-13", "2018.1011.", (2019, 1012), id="another day"),
        pytest.param("", "2018.1011.", (2019, 1012), id="no day"),
        pytest.param("2019-10-12", "4.11.", (5, 12), id="real numbers"),
    ],
)
def test_a_day_is_no_episode(
    day: str, numbers: str, expected: tuple[int | None, int | None]
) -> None:
    found = programme(
        f'<episode-num system="xmltv_ns">{numbers}</episode-num>'
        f'<episode-num system="original-air-date">{day}</episode-num>'
    )
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
