"""XMLTV as players get it."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

from hypothesis import given, settings
import pytest

from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.models import Credit, Feed, Programme, Role, Source

from .. import validators
from ..samples import CHANNEL, FULL, NOON, feed_of, no_logo
from ..strategies import feeds


@settings(max_examples=50)
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
        '    <title>Tom &amp; Jerry &lt;"1940"&gt;</title>\n'
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
        '    <episode-num system="original-air-date">1940-02-10</episode-num>\n'
        '    <previously-shown start="19400210"/>\n'
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
    numbered = replace(FULL, season=season, episode=episode, first_shown=None)
    data = render_xmltv(feed_of(numbered), no_logo)
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


def test_validators_have_nothing_to_say() -> None:
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
    validators.check(render_xmltv(feed_of(*programmes), no_logo))
