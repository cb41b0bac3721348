"""Which programmes of a guide belong to which channel."""

from collections import Counter
from datetime import timedelta

import pytest

from downlink.errors import FeedError
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.ingest.channel_matching import (
    asks_for,
    match_programmes,
)
from downlink.models import Fix

from ..samples import NOON, Airing, Listing, guide, playlist
from .matching import EAST, MOVIES, WEST, last_feed, matched

SHOW = (Airing(0, 30),)


def programmes(
    playlist_data: bytes, guide_data: bytes
) -> tuple[dict[str, list[str]], dict[Fix, int]]:
    members, _, _ = matched(playlist_data)
    fixes: Counter[Fix] = Counter()
    found = match_programmes(parse_xmltv(guide_data), members, fixes)
    return {key: [one.title for one in of_key] for key, of_key in found.items()}, dict(+fixes)


def titled(*titles: str) -> list[Airing]:
    return [Airing(30 * n, 30 * n + 30, title) for n, title in enumerate(titles)]


def test_names_decide_not_positions() -> None:
    found, fixes = programmes(
        playlist(EAST, WEST, MOVIES),
        guide(Listing(MOVIES, titled("m")), Listing("Toonami Aftermath EST", titled("e"))),
    )
    assert found == {"movies": ["m"], "toonami_east": ["e"]}
    assert fixes == {}


@pytest.mark.parametrize(
    ("data", "guide_data"),
    [
        pytest.param(
            playlist("Waves"), guide(Listing("WAVES!", titled("w"))), id="a name nobody knows"
        ),
        pytest.param(
            b'#EXTM3U\n#EXTINF:0 tvg-name="Waves",Other\nhttp://a/',
            guide(Listing("Waves", titled("w"))),
            id="tvg-name",
        ),
        pytest.param(
            b'#EXTM3U\n#EXTINF:0 tvg-id="Waves.Example",Waves\nhttp://a/',
            b'<tv><channel id="waves.example"><display-name>Surf</display-name></channel>'
            b'<programme start="20261014120000" channel="waves.example"><title>w</title>'
            b"</programme></tv>",
            id="id",
        ),
        pytest.param(
            b'#EXTM3U\n#EXTINF:0 channel-id="7",Waves\nhttp://a/',
            b'<tv><programme start="20261014120000" channel="7"><title>w</title></programme></tv>',
            id="a number without a name",
        ),
        pytest.param(
            b"#EXTM3U\n#EXTINF:0,Waves\nhttp://a/",
            b'<tv><programme start="20261014120000" channel="Waves"><title>w</title>'
            b"</programme></tv>",
            id="a name for an id",
        ),
    ],
)
def test_matched_somehow(data: bytes, guide_data: bytes) -> None:
    found, fixes = programmes(data, guide_data)
    assert list(found.values()) == [["w"]]
    assert fixes == {}


@pytest.mark.parametrize(
    ("guide_data", "fixes"),
    [
        pytest.param(guide(Listing("Waves", SHOW * 3)), {Fix.ORPHAN: 3}, id="position and name"),
        pytest.param(
            b'<tv><programme start="20261014120000" channel="waves.example"/></tv>',
            {Fix.ORPHAN: 1},
            id="nothing but an id",
        ),
        pytest.param(guide(Listing("Waves")), {}, id="nothing lost"),
        pytest.param(guide(Listing("Live Code", SHOW)), {}, id="ignored"),
        pytest.param(guide(Listing(MOVIES, SHOW)), {Fix.ORPHAN: 1}, id="not in the playlist"),
    ],
)
def test_orphans(guide_data: bytes, fixes: dict[Fix, int]) -> None:
    assert programmes(playlist(EAST), guide_data) == ({}, fixes)


def test_an_id_does_not_overrule_a_name() -> None:
    data = b'#EXTM3U\n#EXTINF:0 tvg-id="east",Toonami East\nhttp://a/'
    guide_data = (
        b'<tv><channel id="x"><display-name>Toonami Aftermath East</display-name></channel>'
        b'<programme start="20261014120000" channel="x"><title>right</title></programme>'
        b'<programme start="20261014120000" channel="east"><title>wrong</title></programme></tv>'
    )
    assert programmes(data, guide_data) == ({"toonami_east": ["right"]}, {Fix.ORPHAN: 1})


def test_two_guides_of_one_channel_are_one() -> None:
    found, fixes = programmes(
        playlist(EAST),
        guide(Listing(EAST, titled("a")), Listing("Toonami East", titled("b")), Listing(EAST)),
    )
    assert found == {"toonami_east": ["a", "b"]}
    assert fixes == {Fix.DUPLICATE_CHANNEL: 1}


def test_a_vanished_channel_still_gets_its_guide() -> None:
    members, _, _ = matched(playlist(EAST), last_feed(EAST, MOVIES))
    found = match_programmes(parse_xmltv(guide(Listing(MOVIES, SHOW))), members, Counter())
    assert list(found) == ["movies"]


def entry(name: str, identity: str, shift: str = "") -> str:
    return f'#EXTINF:-1 tvg-id="{identity}" tvg-shift="{shift}",{name}\nhttp://a/{name[:3]}\n'


@pytest.mark.parametrize(
    ("shift", "hours"),
    [
        ("3", 3),
        ("+3", 3),
        ("-3", -3),
        ("1.5", 1.5),
        ("0", 0),
        ("24", 24),
        ("25", 0),
        ("", 0),
        ("three", 0),
        ("3" * 300, 0),
    ],
)
def test_shift(shift: str, hours: float) -> None:
    data = "#EXTM3U\n" + entry(EAST, "toon") + entry(WEST, "toon", shift)
    members, _, _ = matched(data.encode())
    listed = guide(Listing("x", SHOW)).replace(b'="1"', b'="toon"').replace(b">x<", b"><")
    found = match_programmes(parse_xmltv(listed), members, Counter())
    assert [one.start for one in found["toonami_east"]] == [NOON]
    assert [one.start for one in found["toonami_west"]] == [NOON + timedelta(hours=hours)]
    assert [one.stop - one.start for one in found["toonami_west"]] == [timedelta(minutes=30)]


def test_a_guide_that_a_name_found_goes_to_its_namesakes_by_id() -> None:
    data = "#EXTM3U\n" + entry(EAST, "toon", "0") + entry(WEST, "toon", "3")
    members, _, _ = matched(data.encode())
    listed = guide(Listing(EAST, SHOW)).replace(b'="1"', b'="toon"')
    found = match_programmes(parse_xmltv(listed), members, Counter())
    assert {key: one[0].start for key, one in found.items()} == {
        "toonami_east": NOON,
        "toonami_west": NOON + timedelta(hours=3),
    }


def test_who_has_a_guide_of_its_own_keeps_it() -> None:
    data = "#EXTM3U\n" + entry(EAST, "1") + entry(WEST, "1")
    found, _ = programmes(
        data.encode(), guide(Listing(EAST, titled("E")), Listing(WEST, titled("W")))
    )
    assert found == {"toonami_east": ["E"], "toonami_west": ["W"]}


def test_shared_programmes_count_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("#EXTM3U\n" + entry(EAST, "toon") + entry(WEST, "toon")).encode()
    members, _, _ = matched(data)
    listed = guide(Listing("", titled("A", "B"))).replace(b'="1"', b'="toon"')
    monkeypatch.setattr("downlink.ingest.channel_matching.MAX_PROGRAMMES", 4)
    found = match_programmes(parse_xmltv(listed), members, Counter())
    assert sum(map(len, found.values())) == 4
    monkeypatch.setattr("downlink.ingest.channel_matching.MAX_PROGRAMMES", 3)
    with pytest.raises(FeedError, match="more than 3 programmes"):
        match_programmes(parse_xmltv(listed), members, Counter())


def test_a_country_of_channels_when_the_playlist_wants_one() -> None:
    members, _, _ = matched(playlist(EAST))
    others = [Listing(f"Channel {n}", titled("x", "y")) for n in range(300)]
    listed = guide(*others, Listing(EAST, titled("Ours")), Listing("Live Code", titled("z")))
    parsed = parse_xmltv(listed, wanted=asks_for(members))
    assert len(parsed.channels) == 2
    assert parsed.flaws == {Fix.ORPHAN: 600}
    found = match_programmes(parsed, members, Counter())
    assert [one.title for one in found["toonami_east"]] == ["Ours"]
    # The same comes out when all of it is read.
    assert match_programmes(parse_xmltv(listed), members, Counter()) == found


def test_programmes_that_nobody_wants_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    members, _, _ = matched(playlist(EAST))
    monkeypatch.setattr("downlink.formats.xmltv_reader.MAX_PROGRAMMES", 1)
    listed = guide(Listing("Other", titled("x", "y")), Listing(EAST, titled("Ours")))
    assert parse_xmltv(listed, wanted=asks_for(members)).programmes["2"][0].title == "Ours"
    with pytest.raises(FeedError, match="more than 1 programmes"):
        parse_xmltv(listed)


def test_a_later_name_of_the_same_number_counts_as_well() -> None:
    members, _, _ = matched(("#EXTM3U\n" + entry(EAST, "1")).encode())
    nameless = guide(Listing("", titled("Ours")))
    parsed = parse_xmltv(nameless, wanted=asks_for(members))
    assert "toonami_east" in match_programmes(parsed, members, Counter())
    named = b"<channel id='1'><display-name>Another</display-name></channel></tv>"
    listed = nameless.replace(b"</tv>", named)
    parsed = parse_xmltv(listed, wanted=asks_for(members))
    assert parsed.channels == {"1": ("Another",)}
    fixes = Counter(parsed.flaws)
    assert match_programmes(parsed, members, fixes) == {}
    assert +fixes == {Fix.ORPHAN: 1}
