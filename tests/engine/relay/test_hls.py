"""Our own playlists, read by somebody else's library."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import m3u8  # type: ignore[import-untyped]  # it has no types
import pytest

from downlink.relay.hls import render_playlist
from downlink.relay.playlist import MediaPlaylist, read_playlist
from downlink.relay.ring import Capacity, NumberedSegment, Ring, first_sequence
from downlink.relay.segment import Segment, TsTools
from downlink.relay.transport_stream import inspect

from ..relay_ts.judge import judge
from ..relay_ts.writer import FRAME, SPS, segment as ts_segment
from .house import house, record
from .station import Station, nodes

FAST_TIME = True
NOW = datetime(2026, 11, 26, 12, 30, 15, 250_000, tzinfo=UTC)


def address(numbered: NumberedSegment) -> str:
    return f"1/{numbered.sequence}.ts"


def filled(count: int, *, duration: float = 2.0, breaks: tuple[int, ...] = (0,)) -> Ring:
    ring = Ring(first_sequence(NOW), Capacity(count=30))
    ring.raise_target(3)
    for number in range(count):
        date = NOW + timedelta(seconds=number * duration)
        ring.append(
            Segment(
                data=b"G", duration=duration, discontinuity=number in breaks, date=date, node="n4"
            )
        )
    return ring


def read(ring: Ring) -> Any:
    return m3u8.loads(render_playlist(ring.window(), address).decode())


def test_bytes() -> None:
    body = render_playlist(filled(2, breaks=(1,)).window(), address)
    first = first_sequence(NOW)
    assert body.decode().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:3",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first % 65536}",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:30:15.250Z",
        "#EXTINF:2.000,",
        f"1/{first}.ts",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:30:17.250Z",
        "#EXTINF:2.000,",
        f"1/{first + 1}.ts",
    ]
    assert body.endswith(b".ts\n")


def test_another_reader_finds_what_was_written() -> None:
    ring = filled(40, breaks=(0, 20, 33))
    playlist = read(ring)
    window = ring.window().segments[-15:]
    assert not playlist.is_variant
    assert not playlist.is_endlist
    assert playlist.target_duration == 3
    assert playlist.media_sequence == window[0].sequence
    assert [one.uri for one in playlist.segments] == [address(one) for one in window]
    assert {one.duration for one in playlist.segments} == {2.0}
    assert [one.discontinuity for one in playlist.segments] == [
        one.segment.discontinuity for one in window
    ]
    assert [one.program_date_time for one in playlist.segments] == [
        one.segment.date for one in window
    ]
    assert playlist.start.time_offset == -9.0


@pytest.mark.parametrize(
    ("count", "start"), [pytest.param(4, None), pytest.param(5, -9.0), pytest.param(15, -9.0)]
)
def test_start_is_given_as_soon_as_there_is_enough_behind_it(
    count: int, start: float | None
) -> None:
    playlist = read(filled(count))
    assert (playlist.start.time_offset if playlist.start else None) == start


@pytest.mark.parametrize(
    ("duration", "listed"),
    [pytest.param(1.0, 30), pytest.param(2.0, 15), pytest.param(10.0, 6), pytest.param(0.5, 32)],
)
def test_listed(duration: float, listed: int) -> None:
    """Half a minute or six segments; at least three target durations."""
    ring = Ring(0, Capacity(seconds=1e9))
    for _ in range(40):
        ring.append(Segment(data=b"G", duration=duration))
    assert len(read(ring).segments) == listed


def test_own_reader_reads_it() -> None:
    playlist = read_playlist(
        render_playlist(filled(40).window(), address), "http://house.example/a/1.m3u8"
    )
    assert isinstance(playlist, MediaPlaylist)
    assert playlist.left_out == frozenset()
    assert playlist.segments[-1].url.startswith("http://house.example/a/1/")


def test_discontinuity_sequence_counts_what_is_gone() -> None:
    """What RFC 8216 § 6.2.2 asks for: a segment keeps its discontinuity number for ever."""
    ring = Ring(100, Capacity(count=30))
    known: dict[int, int] = {}
    sequences = []
    for number in range(200):
        ring.append(Segment(data=b"G", duration=2.0, discontinuity=number % 7 == 3))
        playlist = read(ring)
        count = playlist.discontinuity_sequence
        sequences.append(count)
        for index, one in enumerate(playlist.segments):
            count += one.discontinuity
            assert known.setdefault(playlist.media_sequence + index, count) == count
    assert sequences == sorted(sequences)
    assert sequences[0] == 100
    assert sequences[-1] > 120


def test_nothing_goes_back_over_a_restart() -> None:
    ring = filled(300)
    later = NOW + timedelta(seconds=600)
    other = Ring(first_sequence(later), Capacity())
    other.append(Segment(data=b"G", duration=2.0, discontinuity=True))
    before, after = read(ring), read(other)
    assert after.media_sequence > before.media_sequence + len(before.segments)
    assert after.discontinuity_sequence > before.discontinuity_sequence


def film(began: int, **how: Any) -> list[bytes]:
    """Segments of two seconds, the first of them from `began` on, as one encoder makes them."""
    return [ts_segment(began + number * 47 * FRAME, frames=47, **how) for number in range(140)]


@pytest.mark.parametrize(
    ("other", "breaks"),
    [
        pytest.param(film(1 << 32, parameters=SPS, delay=2 * FRAME), 0, id="same encoding"),
        pytest.param(film(1 << 32, parameters=SPS[:-1] + b"\x1e"), 1, id="other encoding"),
        pytest.param(film(1 << 32), 1, id="no parameters"),
        pytest.param(film(1 << 32, parameters=SPS, sounds=False), 1, id="no sound"),
    ],
)
async def test_another_node_is_one_stream_with_the_first(other: list[bytes], breaks: int) -> None:
    """Real segments of two nodes, whose times have nothing to do with each other."""
    station = Station()
    async with nodes(2, station) as (one, two), house(one, two) as home:
        one.bodies, two.bodies = film(900_000, parameters=SPS), other
        home.tools = TsTools()
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 8)
            await one.vanish()
            await record(tv.ring, 8)
            window = tv.ring.window()
    assert home.events == []
    change = [one.segment.node for one in window.segments].index(two.server)
    playlist = m3u8.loads(render_playlist(window, address).decode())
    marked = [index for index, one in enumerate(playlist.segments) if one.discontinuity]
    assert len(playlist.segments) == len(window.segments) > change > 2
    assert marked == [0, change][: 1 + breaks]
    # What RFC 8216 § 4.3.2.3 says must be the same without a mark: times, and streams with names.
    joined = b"".join(one.segment.data for one in window.segments)
    assert judge(joined).wrong == []
    ends = [inspect(one.segment.data).tracks["video"] for one in window.segments]
    assert {after.first - before.end for before, after in pairwise(ends)} <= {0, 2 * FRAME}
