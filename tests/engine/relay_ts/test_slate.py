"""The slate: what it is made of, and that it can be repeated."""

import json

import pytest

from downlink.relay.joiner import Joiner
from downlink.relay.slate import NOTICE_SEGMENTS, notice, slate_segment
from downlink.relay.tables import Codec
from downlink.relay.transport_stream import inspect

from .judge import judge, steps
from .nodes import complaints, run

SECONDS = 1.92


@pytest.mark.parametrize("radio", [False, True])
def test_is_small_and_whole(radio: bool) -> None:
    data, seconds = slate_segment(radio)
    assert len(data) < (20_000 if radio else 150_000)
    assert seconds == SECONDS
    info = inspect(data)
    assert info.video is (None if radio else Codec.H264)
    assert info.audio is Codec.AAC
    assert info.keyframe is not radio


@pytest.mark.parametrize("radio", [False, True])
def test_is_read_once(radio: bool) -> None:
    assert slate_segment(radio)[0] is slate_segment(radio)[0]


@pytest.mark.parametrize("radio", [False, True])
def test_joins_on_to_itself(radio: bool) -> None:
    joiner = Joiner()
    data = slate_segment(radio)[0]
    out = b"".join(joiner.join(data, discontinuity=True) for _ in range(20))
    verdict = judge(out)
    assert verdict.wrong == []
    assert complaints(out) == ""
    for times in verdict.dts.values():
        assert times[-1] - times[0] > 19 * SECONDS * 90_000
        ends = [times[at] for at in range(0, len(times), len(times) // 20)]
        assert set(steps(ends)) == {round(SECONDS * 90_000)}


def test_is_of_the_same_kind_as_upstream() -> None:
    command = ("ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_streams", "-")
    out, _ = run(*command, data=slate_segment(radio=False)[0])
    video, audio = json.loads(out)["streams"]
    assert (video["codec_name"], video["profile"], video["level"]) == ("h264", "Main", 31)
    assert (video["width"], video["height"], video["r_frame_rate"]) == (640, 480, "25/1")
    assert (video["has_b_frames"], video["nb_read_frames"]) == (0, "48")
    assert (audio["codec_name"], audio["profile"], audio["sample_rate"]) == ("aac", "LC", "48000")
    assert (audio["channels"], audio["nb_read_frames"]) == (2, "90")


def test_says_something() -> None:
    """Bright words on a dark ground, inside of what a television shows, and a light that moves."""
    command = ("ffmpeg", "-v", "error", "-i", "-", "-map", "0:v", "-pix_fmt", "gray")
    pictures, _ = run(*command, "-f", "rawvideo", "-", data=slate_segment(radio=False)[0])
    size = 640 * 480
    first, later = pictures[:size], pictures[20 * size : 21 * size]
    rows = [sum(byte > 150 for byte in first[at : at + 640]) for at in range(0, size, 640)]
    assert max(rows[250:320]) > 150, "headline"
    assert max(rows[370:415]) > 80, "line below it"
    assert not any(rows[:24]), "rim above"
    assert not any(rows[456:]), "rim below"
    assert sum(abs(one - two) > 40 for one, two in zip(first, later, strict=True)) > 500


@pytest.mark.parametrize("radio", [False, True])
def test_notice_is_one_stream(radio: bool) -> None:
    pieces, seconds = notice(radio)
    assert (len(pieces), seconds) == (NOTICE_SEGMENTS, SECONDS)
    assert 25 < len(pieces) * seconds < 35
    assert sum(map(len, pieces)) < 2_000_000
    out = b"".join(pieces)
    verdict = judge(out)
    assert verdict.wrong == []
    assert complaints(out) == ""
    for times in verdict.dts.values():
        assert times[-1] - times[0] > (NOTICE_SEGMENTS - 1) * SECONDS * 90_000
    assert notice(radio) is notice(radio)


def test_notice_says_something_else() -> None:
    command = ("ffmpeg", "-v", "error", "-i", "-", "-map", "0:v", "-pix_fmt", "gray")
    pictures, _ = run(*command, "-f", "rawvideo", "-", data=notice(radio=False)[0][0])
    lost, _ = run(*command, "-f", "rawvideo", "-", data=slate_segment(radio=False)[0])
    size = 640 * 480
    first = pictures[:size]
    rows = [sum(byte > 150 for byte in first[at : at + 640]) for at in range(0, size, 640)]
    assert max(rows[250:320]) > 100, "headline"
    assert max(rows[370:415]) > 80, "line below it"
    assert not any(rows[:24]), "rim above"
    assert not any(rows[456:]), "rim below"
    words = slice(250 * 640, 320 * 640)
    differing = sum(abs(a - b) > 60 for a, b in zip(first[words], lost[:size][words], strict=True))
    assert differing > 2000
