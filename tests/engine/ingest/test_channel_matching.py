"""Who is in the feed: channels matched by name, to the line-up and to the last feed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from downlink.errors import FeedError
from downlink.lineup import KNOWN, Lineup, normalise
from downlink.models import Channel, Feed, Fix
from downlink.policy import (
    CHANNEL_GONE_AFTER_MISSES,
    LAST_FEED_TRUSTED_FOR,
    NEW_CHANNELS_PER_REFRESH,
    NUMBERS_GIVEN_AT_MOST,
    UNKNOWN_CHANNELS_AT_ONCE,
)

from ..samples import NAMES, NOON, playlist, url_of
from .matching import (
    EAST,
    EMPTY,
    MOVIES,
    MTV,
    SNICK_EAST,
    WEST,
    channels,
    feed_with,
    last_feed,
    matched,
)


def test_the_line_up() -> None:
    members, fixes, lineup = matched(playlist(*NAMES))
    assert [member.channel for member in members.values()] == [
        Channel(
            key=known.key,
            name=known.name,
            number=known.number,
            guide_id=known.guide_id,
            stream_url=url_of(known.name),
            radio=known.radio,
        )
        for known in KNOWN
    ]
    assert [member.filler for member in members.values()] == [known.filler for known in KNOWN]
    assert fixes == {}
    assert lineup == Lineup()


def test_the_order_of_the_playlist_does_not_matter() -> None:
    assert channels(playlist(*reversed(NAMES))) == channels(playlist(*NAMES))


def test_other_spellings() -> None:
    members, fixes, _ = matched(playlist("Toonami Aftermath PST", "Snick East", "mtv97"))
    assert [(key, member.channel.name) for key, member in members.items()] == [
        ("toonami_west", WEST),
        ("snick_east", SNICK_EAST),
        ("mtv97", MTV),
    ]
    assert fixes == {Fix.RENAMED: 3}


@pytest.mark.parametrize("key", ["tvg-name", "tvg-id"])
def test_a_title_that_says_less_than_the_attributes(key: str) -> None:
    data = f'#EXTM3U\n#EXTINF:0 {key}="Toonami Aftermath East",East HD\nhttp://a/\n'.encode()
    members, fixes, lineup = matched(data)
    assert list(members) == ["toonami_east"]
    assert fixes == {Fix.RENAMED: 1}
    assert lineup == EMPTY


def test_ignored_and_nameless_channels() -> None:
    members, fixes, _ = matched(playlist("Live Code", MOVIES) + b"#EXTINF:0,\nhttp://a/\n")
    assert list(members) == ["movies"]
    assert fixes == {Fix.NO_TITLE: 1}


def test_unknown_channels() -> None:
    data = playlist("Midnight Run", EAST) + b'#EXTINF:0 radio="true",Waves\nhttp://a/\n'
    members, fixes, lineup = matched(data)
    assert [member.channel.number for member in members.values()] == [1, 8, 9]
    assert members["other_waves"].channel.radio
    assert not members["other_midnight_run"].channel.radio
    assert fixes == {Fix.UNKNOWN_CHANNEL: 2}
    assert lineup.assigned == {"other_midnight_run": 8, "other_waves": 9}
    again, _, same = matched(playlist("Waves"), lineup=lineup)
    assert again["other_waves"].channel.number == 9
    assert same == lineup


def test_numbers_outlive_a_lost_line_up() -> None:
    previous = last_feed("Midnight Run", "Waves", EAST)
    _, _, lineup = matched(playlist("Brand New", "Waves", EAST, "Midnight Run"), previous)
    assert lineup.assigned == {"other_midnight_run": 8, "other_waves": 9, "other_brand_new": 10}


def test_a_number_of_the_last_feed_that_is_anothers_by_now() -> None:
    previous = last_feed("Brand New", EAST)
    names = playlist("Brand New", "Midnight Run", EAST)
    _, _, lineup = matched(names, previous, Lineup({"other_midnight_run": 8}))
    assert lineup.assigned == {"other_midnight_run": 8, "other_brand_new": 9}


def test_duplicates_share_the_first_address_that_works() -> None:
    data = playlist((EAST, "<html>"), (EAST.upper(), "http://a/1"), (EAST, "http://a/2"))
    (member,) = matched(data)[0].values()
    assert member.channel.stream_url == "http://a/1"
    assert matched(data)[1] == {Fix.DUPLICATE_CHANNEL: 2}


@pytest.mark.parametrize("url", ["", "<html>", "ftp://a/", "http://user@a/", "not a url"])
def test_bad_address(url: str) -> None:
    data = playlist((EAST, url), MOVIES)
    members, fixes, _ = matched(data)
    assert list(members) == ["movies"]
    assert fixes == {Fix.BAD_URL: 1}
    members, fixes, _ = matched(data, last_feed(EAST, MOVIES))
    assert members["toonami_east"].channel.stream_url == "http://old.example.com/1"
    assert members["toonami_east"].channel.missed == 0
    assert fixes == {Fix.BAD_URL: 1}


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        pytest.param(playlist(), "no channel", None, id="none"),
        pytest.param(playlist("Live Code"), "no channel", None, id="none for viewers"),
        pytest.param(
            playlist((EAST, ""), (WEST, "<html>")), "no channel has an address", 2, id="urls"
        ),
    ],
)
@pytest.mark.parametrize("previous", [None, last_feed(EAST, WEST)], ids=["first", "later"])
def test_refused(data: bytes, why: str, line: int | None, previous: Feed | None) -> None:
    with pytest.raises(FeedError, match=why) as raised:
        matched(data, previous)
    assert (raised.value.file, raised.value.line) == ("playlist", line)


@pytest.mark.parametrize(
    ("brought", "is_refused"),
    [
        pytest.param(NAMES[:3], True, id="three of seven"),
        pytest.param(NAMES[:4], False, id="four of seven"),
        pytest.param([*NAMES[:3], "A", "B", "C", "D"], True, id="others do not count"),
    ],
)
def test_less_than_half_of_the_last_feed(brought: list[str], is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(FeedError, match="only 3 of the last feed's 7 channels"):
            matched(playlist(*brought), last_feed(*NAMES))
    else:
        assert len(channels(playlist(*brought), last_feed(*NAMES))) == 7


def test_an_old_feed_does_not_refuse_what_there_is_now() -> None:
    few, previous = playlist(*NAMES[:3]), last_feed(*NAMES)
    with pytest.raises(FeedError, match="only 3"):
        matched(few, previous, now=NOON + LAST_FEED_TRUSTED_FOR - timedelta(seconds=1))
    members, fixes, _ = matched(few, previous, now=NOON + LAST_FEED_TRUSTED_FOR)
    assert len(members) == 7
    assert fixes[Fix.VANISHED_CHANNEL] == 4


def test_what_has_been_missing_already_does_not_count() -> None:
    gone = last_feed(*NAMES[2:], missed=1).channels
    previous = Feed(made=NOON, channels=(*last_feed(EAST, WEST).channels, *gone))
    assert len(channels(playlist(EAST), previous)) == 7


def test_a_vanished_channel_stays_for_a_while() -> None:
    previous: Feed | None = last_feed(EAST, MOVIES, "Midnight Run")
    for missed in range(1, CHANNEL_GONE_AFTER_MISSES):
        members, fixes, lineup = matched(playlist(EAST, MOVIES), previous)
        channel = members["other_midnight_run"].channel
        assert (channel.missed, channel.number) == (missed, 8)
        assert channel.stream_url == "http://old.example.com/8"
        assert fixes == {Fix.VANISHED_CHANNEL: 1}
        previous = Feed(made=NOON, channels=tuple(one.channel for one in members.values()))
    members, fixes, lineup = matched(playlist(EAST, MOVIES), previous)
    assert list(members) == ["toonami_east", "movies"]
    assert fixes == {}
    assert lineup.assigned == {"other_midnight_run": 8}


def test_a_channel_that_comes_back_is_not_missed() -> None:
    previous = last_feed(EAST, MOVIES, missed=2)
    assert [one.missed for one in channels(playlist(EAST, MOVIES), previous)] == [0, 0]


def test_a_channel_that_has_become_known_since() -> None:
    before = replace(last_feed("X").channels[0], name=MOVIES, radio=True)
    previous = Feed(made=NOON, channels=(before,), guide={before.key: ()})
    (channel,) = channels(playlist(MOVIES), previous)
    assert (channel.key, channel.number, channel.missed) == ("movies", 6, 0)
    vanished = channels(
        playlist(EAST, MTV), Feed(made=NOON, channels=(*last_feed(EAST).channels, before))
    )
    assert [one.key for one in vanished] == ["toonami_east", "mtv97", "movies"]
    assert vanished[-1].radio


# Names in other letters

LATIN, ARABIC, NORSE = "France 24", "France 24 عربي", "TV Østfold"
BOTH = ((LATIN, "http://a/1"), (ARABIC, "http://a/2"))


@pytest.mark.parametrize("both", [BOTH, BOTH[::-1]])
def test_two_that_only_other_letters_tell_apart(both: Sequence[tuple[str, str]]) -> None:
    first, _, lineup = matched(playlist(*both))
    assert [member.channel.name for member in first.values()] == [name for name, _ in both]
    again, _, same = matched(playlist(*both), feed_with(first), lineup)
    assert [member.channel for member in again.values()] == [
        member.channel for member in first.values()
    ]
    assert same == lineup


@pytest.mark.parametrize("both", [BOTH, BOTH[::-1]])
def test_two_that_were_taken_for_one(both: Sequence[tuple[str, str]]) -> None:
    (one,) = last_feed(LATIN).channels
    previous = Feed(made=NOON, channels=(replace(one, name=both[0][0]),))
    members, _, lineup = matched(playlist(*both), previous, Lineup({one.key: one.number}))
    assert {member.channel.name: member.channel.number for member in members.values()} == {
        LATIN: 8,
        ARABIC: 9,
    }
    assert matched(playlist(*both), feed_with(members), lineup)[2] == lineup


def test_a_key_from_when_other_letters_did_not_count() -> None:
    old = replace(last_feed(NORSE).channels[0], key="other_tv_stfold")
    previous = Feed(made=NOON, channels=(*last_feed(EAST).channels, old))
    for names, missed in (((EAST, NORSE), 0), ((EAST,), 1)):
        members, _, lineup = matched(playlist(*names), previous, Lineup({old.key: 8}))
        assert members[old.key].channel.missed == missed
        assert lineup.assigned == {old.key: 8}


# Too many


def strangers(count: int, first: int = 0) -> list[str]:
    return [f"Stranger {n}" for n in range(first, first + count)]


def test_new_channels_are_let_in_up_to_a_number() -> None:
    members, fixes, lineup = matched(playlist(EAST, *strangers(NEW_CHANNELS_PER_REFRESH)))
    assert len(members) == 1 + NEW_CHANNELS_PER_REFRESH
    assert Fix.TOO_MANY_CHANNELS not in fixes
    assert len(lineup.assigned) == NEW_CHANNELS_PER_REFRESH
    members, fixes, lineup = matched(playlist(EAST, *strangers(NEW_CHANNELS_PER_REFRESH + 3)))
    assert len(members) == 1 + NEW_CHANNELS_PER_REFRESH
    assert fixes[Fix.TOO_MANY_CHANNELS] == 3
    assert len(lineup.assigned) == NEW_CHANNELS_PER_REFRESH


def test_of_a_flood_every_day_a_bounded_part_stays() -> None:
    lineup, previous = EMPTY, None
    for day in range(30):
        names = [*NAMES, *strangers(193, day * 193)]
        members, _, lineup = matched(playlist(*names), previous, lineup)
        found = [member.channel for member in members.values()]
        previous = Feed(made=NOON, channels=tuple(found))
        assert {one.key for one in found} >= {known.key for known in KNOWN}
        assert len(found) <= len(KNOWN) + UNKNOWN_CHANNELS_AT_ONCE
        assert len(lineup.assigned) <= NUMBERS_GIVEN_AT_MOST
    assert len(lineup.assigned) == NUMBERS_GIVEN_AT_MOST


@pytest.mark.parametrize(("there", "more"), [(40, 20), (41, 19), (59, 1), (60, 0)])
def test_of_strangers_there_are_so_many_at_once(there: int, more: int) -> None:
    had = strangers(there)
    members, fixes, _ = matched(playlist(EAST, *had, *strangers(20, 100)), last_feed(EAST, *had))
    assert len(members) == 1 + there + more
    assert fixes.get(Fix.TOO_MANY_CHANNELS, 0) == 20 - more


def test_channels_that_were_there_keep_their_place() -> None:
    names = strangers(NEW_CHANNELS_PER_REFRESH)
    flood = strangers(100, 1000)
    members, fixes, _ = matched(playlist(EAST, *flood, *names), last_feed(EAST, *names))
    kept = {name for member in members.values() for name in member.names}
    assert {normalise(name) for name in names} <= kept
    assert fixes[Fix.TOO_MANY_CHANNELS] == 100 - NEW_CHANNELS_PER_REFRESH


# Programmes


# One guide for several
