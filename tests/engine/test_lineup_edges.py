"""The line-up at its edges: what a channel is called that nobody knew, and its number."""

import zlib

import pytest

from downlink.lineup import GUIDE_DOMAIN, KNOWN, KnownChannel, Lineup, find

RADIO = next(one for one in KNOWN if one.radio)
EAST = KNOWN[0]


@pytest.mark.parametrize(
    ("known", "said", "expected"),
    [(EAST, False, False), (EAST, True, True), (RADIO, False, True), (RADIO, True, True)],
)
def test_radio_is_what_we_or_the_provider_say_is_radio(
    known: KnownChannel, said: bool, expected: bool
) -> None:
    assert known.channel("http://a/", radio=said).radio is expected


def test_a_channel_has_missed_nothing_if_nothing_is_said() -> None:
    channel = EAST.channel("http://a/")
    assert (channel.missed, channel.radio, channel.stream_url) == (0, False, "http://a/")
    assert (channel.key, channel.number, channel.guide_id) == (EAST.key, 1, EAST.guide_id)
    assert EAST.channel("http://a/", missed=2).missed == 2


def test_only_one_of_each_pair_runs_behind() -> None:
    assert {one.key: one.delay for one in KNOWN if one.delay} == {
        "toonami_west": 180,
        "snick_west": 180,
    }
    assert [one.number for one in KNOWN] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("length", [59, 60, 61])
def test_a_long_name_is_cut_where_it_becomes_an_id(length: int) -> None:
    channel, lineup = Lineup().admit("x" * length)
    kept = "x" * min(length, 60)
    assert (channel.key, channel.name) == (f"other_{kept}", "x" * length)
    assert channel.guide_id == f"{kept}.other.{GUIDE_DOMAIN}"
    assert lineup.assigned == {f"other_{kept}": 8}
    assert channel.channel("http://a/").radio is False


def test_a_name_without_an_id_is_told_by_its_bytes() -> None:
    channel, _ = Lineup().admit("日本")
    assert channel.key == f"other_channel_{zlib.crc32('日本'.encode())}"


@pytest.mark.parametrize(
    ("one", "other", "start"),
    [("Канал 1", "Первый 1", "other_1_"), ("日本 HD", "中国 HD", "other_hd_")],
)
def test_names_that_differ_in_other_letters_only_are_told_apart(
    one: str, other: str, start: str
) -> None:
    first, lineup = Lineup().admit(one)
    second, lineup = lineup.admit(other)
    again, same = lineup.admit(one.lower())
    assert (first.number, second.number) == (8, 9)
    assert first.key.startswith(start)
    assert second.key.startswith(start)
    assert (again.key, same) == (first.key, lineup)


def test_blanks_and_signs_become_one_hyphen() -> None:
    channel, _ = Lineup().admit("My  Channel (2)!")
    assert channel.key == "other_my_channel_2"
    assert channel.guide_id.startswith("my-channel-2.other.")


@pytest.mark.parametrize(
    ("assigned", "number"),
    [({}, 8), ({"other_a": 8}, 9), ({"other_a": 50, "other_b": 9}, 51), ({"other_a": 3}, 8)],
)
def test_a_new_channel_has_the_number_after_the_highest(
    assigned: dict[str, int], number: int
) -> None:
    channel, lineup = Lineup(assigned).admit("New")
    assert channel.number == number
    assert lineup.assigned == {**assigned, "other_new": number}
    again, same = lineup.admit("NEW")
    assert (again.number, same) == (number, lineup)


@pytest.mark.parametrize("line", ["240p", "360p", "480i", "540p", "576i", "720p", "1080i", "2160p"])
def test_every_picture_is_a_label(line: str) -> None:
    assert find(f"MTV97 ({line})") is find("MTV97")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Toonami Aftermath EST+180", "toonami_west"),
        ("Toonami Aftermath Pacific Time", "toonami_west"),
        ("Toonami Aftermath Eastern Time", "toonami_east"),
        ("Snickelodeon PDT [Not 24/7]", "snick_west"),
        ("Snickelodeon ET 24/7 HD", "snick_east"),
    ],
)
def test_a_place_may_be_said_in_several_words(name: str, key: str) -> None:
    found = find(name)
    assert found is not None
    assert found.key == key


def test_the_first_of_several_names_that_is_known_counts() -> None:
    assert find() is None
    assert find("", "MTV97", "Movies") is find("mtv97")
    assert find("MTV97 HD", "Movies") is find("Movies")


def test_a_name_that_was_admitted_before_keeps_its_key() -> None:
    channel, lineup = Lineup({"other_tv_stfold": 8}).admit("TV Østfold", "other_tv_stfold")
    assert (channel.key, channel.number) == ("other_tv_stfold", 8)
    assert lineup.assigned == {"other_tv_stfold": 8}


def test_a_key_that_is_anothers_is_not_taken_for_its_own() -> None:
    channel, lineup = Lineup({"other_tv_stfold": 8}).admit("TV Østfold")
    assert channel.key.startswith("other_tv_stfold_")
    assert lineup.assigned == {"other_tv_stfold": 8, channel.key: 9}
