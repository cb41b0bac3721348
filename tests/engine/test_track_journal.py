"""What is written down of a track, and read from whatever is found in its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import re

from hypothesis import given, strategies as st
import m3u8  # type: ignore[import-untyped]  # it has no types
import pytest

from downlink.limits import MAX_SEGMENT_BYTES, MAX_TRACK_SEGMENTS
from downlink.recording import journal
from downlink.recording.journal import (
    END,
    HEADER,
    MAX_JOURNAL_BYTES,
    Entry,
    gaps_between,
    playlist,
    read_journal,
    record_of,
    segment_name,
    write_journal,
)
from downlink.recording.model import Gap

T = datetime(2026, 11, 26, 21, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def entry(number: int = 1, start: float = 0.0, duration: float = 10.0) -> Entry:
    return Entry(segment_name(number), at(start), duration, 1000 + number, discontinuity=False)


ENTRIES = st.builds(
    Entry,
    st.integers(1, 999_999).map(segment_name),
    st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 60_000_000).map(lambda ticks: ticks / 1_000_000),
    st.integers(1, MAX_SEGMENT_BYTES),
    st.booleans(),
)


@given(st.lists(ENTRIES, unique_by=lambda one: one.name), st.booleans())
def test_what_is_written_is_read(entries: list[Entry], is_over: bool) -> None:
    content = write_journal(entries, is_over=is_over)
    assert list(read_journal(content)) == entries
    assert content.endswith(END) == is_over


@given(
    st.lists(ENTRIES, max_size=3, unique_by=lambda one: one.name), st.binary(max_size=99), st.data()
)
def test_garbage_costs_what_it_hits(
    entries: list[Entry], garbage: bytes, data: st.DataObject
) -> None:
    content = write_journal(entries, is_over=False)
    place = data.draw(st.integers(0, len(content)))
    found = list(read_journal(content[:place] + garbage + content[place:]))
    assert [one.name for one in entries if one in found] == [
        one.name for one in found if one in entries
    ]
    assert len(set(found) & set(entries)) >= len(entries) - 2, "what it hit, and what is after it"
    assert {one.name for one in found} - {one.name for one in entries} == set()


def record(**changes: str) -> bytes:
    """A record with other words in it."""
    words = {
        "date": "2026-11-26T21:00:00.000000Z",
        "size": "1001",
        "duration": "10.000000",
        "name": "000001.ts",
        "eol": "\n",
    } | changes
    lines = (
        f"#EXT-X-PROGRAM-DATE-TIME:{words['date']}",
        f"#SIZE:{words['size']}",
        f"#EXTINF:{words['duration']},",
        words["name"],
    )
    return "".join(f"{line}{words['eol']}" for line in lines).encode()


def test_a_record_that_is_right() -> None:
    assert list(read_journal(record())) == [entry()]
    assert record_of(entry()) == record()


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "../../../secret.ts"},
        {"name": "/etc/passwd"},
        {"name": "000001.ts/../000001.ts"},
        {"name": "000000.ts"},
        {"name": "1000000.ts"},
        {"name": "00001.ts"},
        {"name": "\u0660\u0660\u0660\u0660\u0660\u0661.ts"},
        {"name": "http://127.0.0.1/000001.ts"},
        {"size": "0"},
        {"size": "-1"},
        {"size": str(MAX_SEGMENT_BYTES + 1)},
        {"size": "9" * 10},
        {"size": "9" * 5000},
        {"size": "1e3"},
        {"duration": "0.000000"},
        {"duration": "60.000001"},
        {"duration": "999.000000"},
        {"duration": "-1.000000"},
        {"duration": "nan"},
        {"duration": "inf"},
        {"duration": "10"},
        {"date": "2026-13-26T21:00:00.000000Z"},
        {"date": "2026-11-26T24:00:01.000000Z"},
        {"date": "2026-11-26T21:00:60.000000Z"},
        {"date": "0000-11-26T21:00:00.000000Z"},
        {"date": "9999-12-31T23:59:59.000000Z"},
        {"date": "2026-11-26T21:00:00.000000+01:00"},
        {"date": "2026-11-26T21:00:00.000000"},
        {"eol": "\r\n"},
        {"eol": "\0"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_passed_over(bad: dict[str, str]) -> None:
    after = entry(2)
    content = HEADER + record(**bad) + b"\n" + record_of(after)
    assert list(read_journal(content)) == [replace(after, discontinuity=True)]


@pytest.mark.parametrize(
    "good",
    [{"size": str(MAX_SEGMENT_BYTES)}, {"duration": "60.000000"}, {"name": "999999.ts"}],
    ids=str,
)
def test_limits_are_still_right(good: dict[str, str]) -> None:
    assert len(list(read_journal(record(**good)))) == 1


def test_a_name_counts_once() -> None:
    content = record_of(entry(1)) + record_of(entry(1, 50.0)) + record_of(entry(2))
    assert list(read_journal(content)) == [entry(1), entry(2)]


@pytest.mark.parametrize("more", [0, 1])
def test_so_many_segments_are_read(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    monkeypatch.setattr(journal, "MAX_TRACK_SEGMENTS", 10)
    content = b"".join(record_of(entry(number)) for number in range(1, 11 + more))
    assert len(list(read_journal(content))) == 10


def test_the_longest_journal_is_still_read() -> None:
    """The limit on the file leaves room for as many segments as there may be."""
    longest = Entry("999999.ts", at(0), 59.999999, MAX_SEGMENT_BYTES, discontinuity=True)
    assert MAX_TRACK_SEGMENTS * len(record_of(longest)) + len(HEADER + END) < MAX_JOURNAL_BYTES


def test_any_length_is_read_in_one_go() -> None:
    """Much that is nearly a record takes no more than one pass."""
    content = b"#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-26T21:00:00.0000\n" * 50_000
    assert [one.name for one in read_journal(content + record())] == ["000001.ts"]


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        pytest.param([], [(0, 100)], id="nothing"),
        pytest.param([(0, 50), (50, 50)], [], id="all"),
        pytest.param([(-50, 60), (10, 200)], [], id="more than all"),
        pytest.param([(1, 99)], [(0, 1)], id="a second at the start"),
        pytest.param([(0.999, 99)], [], id="less at the start"),
        pytest.param([(0, 99)], [(99, 100)], id="a second at the end"),
        pytest.param([(0, 99.001)], [], id="less at the end"),
        pytest.param([(0, 40), (41, 59)], [(40, 41)], id="a second between"),
        pytest.param([(0, 40), (40.999, 59.001)], [], id="less between"),
        pytest.param([(0, 40), (30, 70)], [], id="dated before the end of the last one"),
        pytest.param([(0, 60), (10, 10), (60, 40)], [], id="one within another"),
        pytest.param([(50, 50), (0, 50)], [], id="clock set back"),
        pytest.param([(0, 10), (90, 10), (10, 10)], [(20, 90)], id="clock was ahead"),
        pytest.param([(0, 10), (500, 10)], [(10, 100)], id="after the stop"),
        pytest.param([(-500, 10)], [(0, 100)], id="before the start"),
        pytest.param([(20, 10), (50, 10)], [(0, 20), (30, 50), (60, 100)], id="three"),
    ],
)
def test_gaps(spans: list[tuple[float, float]], gaps: list[tuple[float, float]]) -> None:
    entries = [entry(number, *span) for number, span in enumerate(spans, 1)]
    found = gaps_between(entries, at(0), at(100))
    assert found == tuple(Gap(at(start), at(stop)) for start, stop in gaps)


def test_no_gap_is_in_no_time() -> None:
    assert gaps_between([entry()], at(5), at(5)) == ()
    assert gaps_between([], at(5), at(0)) == ()


def test_a_playlist_for_players() -> None:
    entries = (entry(1, 0.0), Entry("000002.ts", at(10.5), 12.5, 9, discontinuity=True))
    content = playlist(entries, lambda one: f"segments/{one.name}", is_over=False)
    assert content.decode() == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:3\n"
        "#EXT-X-TARGETDURATION:13\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-MEDIA-SEQUENCE:1\n"
        "#EXT-X-START:TIME-OFFSET=0\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T21:00:00.000Z\n"
        "#EXTINF:10.000,\n"
        "segments/000001.ts\n"
        "#EXT-X-DISCONTINUITY\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T21:00:10.500Z\n"
        "#EXTINF:12.500,\n"
        "segments/000002.ts\n"
    )
    over = playlist(entries, lambda one: one.name, is_over=True).decode()
    assert "#EXT-X-PLAYLIST-TYPE:VOD\n" in over
    assert over.endswith("\n#EXT-X-ENDLIST\n")


@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_playlist_is_read_by_others(count: int, is_over: bool) -> None:
    entries = [entry(number, 10.0 * number) for number in range(1, count + 1)]
    found = m3u8.loads(playlist(entries, lambda one: one.name, is_over=is_over).decode())
    assert [segment.uri for segment in found.segments] == [one.name for one in entries]
    assert [segment.program_date_time for segment in found.segments] == [
        one.start for one in entries
    ]
    assert found.is_endlist == is_over
    journal_too = m3u8.loads(write_journal(entries, is_over=is_over).decode())
    assert [segment.uri for segment in journal_too.segments] == [one.name for one in entries]
    assert re.search(rb"^#EXT-X-TARGETDURATION:[1-9]\d*$", HEADER, re.MULTILINE)
