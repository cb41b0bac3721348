"""What is held of a recording, and which recording has what was on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from downlink.models import Programme, Source
from downlink.policy import SLACK
from downlink.recording.archive import Found, archived, find_recordings, is_of
from downlink.recording.file_index import FileIndex, Fragment
from downlink.recording.holding import Holding, entries_of_file, file_playlist
from downlink.recording.journal import Entry
from downlink.recording.model import Gap, Recording, State

AT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
LATER = timedelta(hours=3)
SECOND = timedelta(seconds=1)
EAST, WEST, SNICK = "toonami_east", "toonami_west", "snick_east"


def programme(start: datetime = AT, title: str = "Comet", **values: Any) -> Programme:
    return Programme(start=start, stop=start + HALF, title=title, **values)


def recording(
    number: int = 1, channel: str = EAST, start: datetime = AT, **values: Any
) -> Recording:
    values.setdefault("state", State.COMPLETE)
    return Recording(
        identity=f"{number:016}",
        number=number,
        channel=channel,
        start=start,
        stop=start + HALF,
        programme=values.pop("programme", programme(start)),
        since=AT,
        **values,
    )


# What is held


def entries(*starts: float, duration: float = 10.0) -> tuple[Entry, ...]:
    return tuple(
        Entry(f"{number:06}.ts", AT + timedelta(seconds=start), duration, 100 + number, False)
        for number, start in enumerate(starts, 1)
    )


def holding(*starts: float, **values: Any) -> Holding:
    return Holding(recording(), Path("track"), entries(*starts), is_over=True, **values)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0, 30, [0, 10, 20]),
        (9.9, 10.1, [0, 10]),
        (10, 20, [10]),
        (5, 500, [0, 10, 20, 60]),
        (35, 55, []),
        (-9, 0, []),
        (70, 90, []),
    ],
)
def test_between(start: float, stop: float, expected: list[float]) -> None:
    held = holding(0, 10, 20, 60)
    chosen = held.between(AT + start * SECOND, AT + stop * SECOND)
    found = held.entries[chosen]
    assert [(one.start - AT).total_seconds() for one in found] == expected


@pytest.mark.parametrize(
    ("start", "reaches"),
    [(0, True), (29, True), (30, False), (-15, True), (-16, False), (45, True), (44, False)],
)
def test_reaches(start: float, reaches: bool) -> None:
    assert SLACK.total_seconds() == 15
    assert holding(0, 10, 20, 60).reaches(AT + start * SECOND) is reaches


INDEX = FileIndex(50, tuple(Fragment(50 + 10 * n, 10, 6.0 * n, 6.0) for n in range(4)), AT)


@pytest.mark.parametrize(
    ("start", "reaches"), [(0, True), (-15, True), (-16, False), (1799, True), (1800, False)]
)
def test_a_file_that_has_no_parts_reaches_what_it_is_of(start: float, reaches: bool) -> None:
    assert holding().reaches(AT + start * SECOND) is reaches
    assert holding().between(AT, AT + HALF) == slice(0)


def seconds(found: tuple[Entry, ...]) -> list[float]:
    return [(one.start - AT).total_seconds() for one in found]


def test_of_a_folder_no_size_is_said() -> None:
    held = holding(0)
    assert (held.size, held.head, held.first) == (0, 0, 0)


def test_file_without_gaps() -> None:
    found = entries_of_file(INDEX, (), AT + HALF)
    assert seconds(found) == [0, 6, 12, 18]
    assert {(one.duration, one.size, one.name) for one in found} == {(6.0, 10, "")}


def test_file_that_does_not_say_when() -> None:
    unknown = FileIndex(50, INDEX.fragments, None)
    assert seconds(entries_of_file(unknown, (), AT + SECOND)) == [1, 7, 13, 19]


def test_gaps_are_jumped_over() -> None:
    gaps = [
        Gap(AT + 12.4 * SECOND, AT + 100 * SECOND),
        Gap(AT - 60 * SECOND, AT),
        Gap(AT + 105 * SECOND, AT + 200 * SECOND),
        Gap(AT + 300 * SECOND, AT + 400 * SECOND),
    ]
    assert seconds(entries_of_file(INDEX, gaps, AT)) == [0, 6, 100, 200]


@pytest.mark.parametrize(("at", "later"), [(7, 100), (7.001, 12)])
def test_a_gap_is_where_it_rounds_to(at: float, later: int) -> None:
    """At the end of a part, and a second later at most."""
    gap = Gap(AT + at * SECOND, AT + 100 * SECOND)
    assert seconds(entries_of_file(INDEX, [gap], AT))[:2] == [0, 6 if later == 12 else later]


@pytest.mark.parametrize(("after", "begins"), [(1, 0), (1.001, 0), (7, 0)])
def test_what_is_missing_at_the_start_was_never_in_the_file(after: float, begins: int) -> None:
    found = entries_of_file(INDEX, [Gap(AT + after * SECOND, AT + 100 * SECOND)], AT)
    assert seconds(found)[0] == begins


def test_playlist_of_a_file() -> None:
    made = recording(7, file="Comet/Comet.mp4")
    held = Holding(
        made, Path("f"), entries_of_file(INDEX, (), AT), is_over=True, size=90, head=40, first=50
    )
    assert held.is_file
    assert held.offsets == (50, 60, 70, 80, 90)
    lines = file_playlist(held, slice(1, 3), "7.mp4").decode().splitlines()
    assert lines == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="7.mp4",BYTERANGE="40@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:06.000Z",
        "#EXTINF:6.000000,",
        "#EXT-X-BYTERANGE:10@60",
        "7.mp4",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:12.000Z",
        "#EXTINF:6.000000,",
        "#EXT-X-BYTERANGE:10@70",
        "7.mp4",
        "#EXT-X-ENDLIST",
    ]


# Which recording


GUIDE = {
    EAST: (programme(), programme(AT + HALF, "News")),
    WEST: (
        programme(AT + LATER - HALF, "News"),
        programme(AT + LATER),
        programme(AT + LATER + HALF, "Else", source=Source.FILLER),
    ),
    SNICK: (programme(),),
}


def found(channel: str, start: datetime, *items: Recording) -> list[Found]:
    return find_recordings(items, GUIDE, channel, start)


def test_of_the_channel_itself() -> None:
    one, planned, gone = (
        recording(),
        recording(2, state=State.PLANNED),
        recording(3, state=State.GONE),
    )
    assert found(EAST, AT + SECOND, one, planned, gone) == [Found(one, timedelta())]
    assert found(SNICK, AT + SECOND, one) == []
    for start in (AT - timedelta(minutes=16), AT + HALF + timedelta(minutes=15)):
        assert found(EAST, start, one) == []
    for start in (AT - timedelta(minutes=15), AT + HALF + timedelta(minutes=14)):
        assert found(EAST, start, one)


def test_what_west_shows_east_has_shown() -> None:
    one, west = recording(), recording(2, WEST, AT + LATER)
    assert found(WEST, AT + LATER + SECOND, one) == [Found(one, LATER)]
    assert [one.recording.number for one in found(WEST, AT + LATER, one, west)] == [2, 1]
    assert found(WEST, AT + LATER - SECOND, one) == []
    assert found(WEST, AT + LATER + HALF, one) == []
    assert found(EAST, AT, west) == [Found(west, -LATER)]


def test_each_channel_has_its_own_before_the_others() -> None:
    own, west = recording(), recording(2, WEST, AT + LATER)
    assert [one.recording.number for one in found(EAST, AT, west, own)] == [1, 2]


def test_the_programme_of_another_channel_comes_before_the_own_padding() -> None:
    start = AT + LATER - HALF
    east, before = recording(), recording(3, WEST, start, programme=programme(start, "News"))
    assert [one.recording.number for one in found(WEST, AT + LATER, before, east)] == [1, 3]
    times = [one.is_programme(AT + LATER) for one in found(WEST, AT + LATER, before, east)]
    assert times == [True, False]


def test_the_one_with_the_fewest_gaps_first() -> None:
    broken = recording(1, gaps=(Gap(AT, AT + SECOND),))
    assert [one.recording.number for one in found(EAST, AT, broken, recording(2))] == [2, 1]


def test_what_is_padding_of_one_is_the_other() -> None:
    """Also where the one whose padding it is has nothing missing."""
    news = programme(AT + HALF, "News")
    gap = Gap(AT + HALF, AT + HALF + SECOND)
    first, second = recording(), recording(2, start=AT + HALF, programme=news, gaps=(gap,))
    for start, numbers in ((AT + HALF - SECOND, [1, 2]), (AT + HALF, [2, 1])):
        assert [one.recording.number for one in found(EAST, start, first, second)] == numbers


def test_is_of() -> None:
    near = programme(AT + timedelta(minutes=15))
    far = programme(AT + timedelta(minutes=15, seconds=1))
    assert is_of(recording(), EAST, near)
    assert not is_of(recording(), EAST, far)
    assert not is_of(recording(state=State.FAILED), EAST, near)
    assert not is_of(recording(), EAST, programme(source=Source.FILLER))
    assert not is_of(recording(), SNICK, programme())
    assert is_of(recording(), WEST, programme(AT + LATER))
    assert not is_of(recording(), WEST, programme(AT + LATER, "News"))
    short = replace(recording(), stop=AT + SECOND)
    for channel, at in ((EAST, AT), (WEST, AT + LATER)):
        assert is_of(short, channel, programme(at + SECOND / 2))
        assert not is_of(short, channel, programme(at + SECOND))


def test_what_is_over_before_a_recording_begins_is_not_of_it() -> None:
    """However short it is: of it there is the padding at most."""
    quarter = timedelta(minutes=15)
    before = replace(programme(AT - quarter, "News"), stop=AT)
    assert not is_of(recording(), EAST, before)
    assert is_of(recording(), EAST, replace(before, stop=AT + SECOND))
    later = replace(programme(AT + LATER - quarter), stop=AT + LATER)
    assert not is_of(recording(), WEST, later)
    assert archived([recording()], {EAST: (before, programme())}) == {(EAST, AT)}


def test_archived() -> None:
    assert archived([recording()], GUIDE) == {(EAST, AT), (WEST, AT + LATER)}
    assert archived([recording(state=State.PLANNED)], GUIDE) == frozenset()
    assert archived([recording(channel="unknown")], GUIDE) == frozenset()


BOTH = frozenset({(EAST, AT), (WEST, AT + LATER)})
NOTHING = frozenset[tuple[str, datetime]]()
LATE = AT + SLACK + SECOND


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"state": State.RECORDING, "since": LATE}, NOTHING),
        ({"state": State.RECORDING, "since": AT + SLACK}, BOTH),
        ({"since": LATE}, BOTH),
        ({"gaps": (Gap(AT, LATE),)}, NOTHING),
        ({"gaps": (Gap(AT, AT + SLACK),)}, BOTH),
        ({"gaps": (Gap(AT + SECOND, LATE),)}, BOTH),
        ({"gaps": (Gap(AT + HALF - SECOND, AT + HALF),)}, BOTH),
        ({"start": AT + SLACK, "gaps": (Gap(AT + SLACK, AT + HALF / 2),)}, NOTHING),
    ],
)
def test_what_lacks_its_beginning_is_not_offered(
    values: dict[str, Any], expected: frozenset[tuple[str, datetime]]
) -> None:
    """Players ask for the beginning, and would be told that it is not there."""
    one = replace(recording(), **values)
    assert archived([one], GUIDE) == expected
    assert archived([one, recording(2)], GUIDE) == BOTH
