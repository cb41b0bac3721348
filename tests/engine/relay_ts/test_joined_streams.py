"""Streams of real encoders, joined, as ffmpeg and ffprobe see them."""

from itertools import pairwise

import pytest

from downlink.relay.joiner import Joiner, resume
from downlink.relay.slate import slate_segment
from downlink.relay.transport_stream import inspect

from .judge import judge
from .nodes import complaints, counters, gaps, packets

PICTURE, SOUND = 3600, 1920
"""Ticks of a picture at 25 Hz, and of an AAC frame at 48 kHz."""
REORDERED = 2 * PICTURE
"""How much longer the first node holds pictures back than the second one and the slate do."""


@pytest.fixture(scope="module")
def parts(east: list[bytes], west: list[bytes]) -> list[bytes]:
    """Two segments of one node, three of another one, the slate four times, the first node."""
    slate, _ = slate_segment(radio=False)
    order = [*east[:2], *west[1:4], slate, slate, slate, slate, *east[4:]]
    breaks = {2, 5, 6, 7, 8, 9}
    joiner = Joiner()
    return [joiner.join(one, discontinuity=number in breaks) for number, one in enumerate(order)]


def test_nobody_complains(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert judge(data).wrong == []
    assert complaints(data) == ""


def test_the_complaints_are_heard(east: list[bytes], west: list[bytes]) -> None:
    """The same without joining."""
    assert complaints(east[0] + west[1])
    assert judge(east[0] + west[1]).wrong
    assert complaints(east[0] + east[2])


def test_every_picture_is_shown_once(parts: list[bytes]) -> None:
    shown = counters(b"".join(parts))
    assert shown[:50] == [(1, number) for number in range(50)]
    assert shown[50:125] == [(2, number) for number in range(25, 100)]
    assert shown[-50:] == [(1, number) for number in range(100, 150)]
    assert len(shown) == 50 + 75 + 4 * 48 + 50


def test_times_go_on(parts: list[bytes]) -> None:
    """What is missing at a change is what one node holds back longer than the other one."""
    times = packets(b"".join(parts))
    for stream in times.values():
        decoded = [dts for dts, _ in stream]
        assert all(earlier < later for earlier, later in pairwise(decoded))
    assert gaps([dts for dts, _ in times["video"]], PICTURE) == {49: REORDERED}
    shown = sorted(pts for _, pts in times["video"])
    assert gaps(shown, PICTURE) == {49 + 75 + 4 * 48: REORDERED}
    missing = gaps([dts for dts, _ in times["audio"]], SOUND)
    assert len(missing) <= 2
    assert max(missing.values()) < REORDERED + SOUND


def test_a_viewer_that_skips(parts: list[bytes]) -> None:
    assert "corrupt" in complaints(parts[0] + parts[4])
    assert complaints(parts[0] + resume(parts[4]) + parts[4]) == ""


def test_a_viewer_that_comes_later(parts: list[bytes]) -> None:
    for number, part in enumerate(parts):
        assert complaints(part) == "", number
        assert judge(part).wrong == []


def test_loop_of_a_simulator(east: list[bytes]) -> None:
    joiner = Joiner()
    data = b"".join(joiner.join(east[at % 6], discontinuity=at % 6 == 0) for at in range(18))
    assert complaints(data) == ""
    assert [number for _, number in counters(data)] == list(range(150)) * 3
    times = packets(data)
    assert gaps([dts for dts, _ in times["video"]], PICTURE) == {}


def test_what_ffmpeg_writes_is_understood(east: list[bytes], west: list[bytes]) -> None:
    for part in east + west:
        info = inspect(part)
        assert (info.video, info.audio) == ("h264", "aac")
        assert info.seconds == 1
        assert info.keyframe
        assert info.pcr_seconds == pytest.approx(0.96)
        assert 0.9 < (info.last_pts - info.first_pts) / 90_000 < 1.1
