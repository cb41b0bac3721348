"""Which segments fit together in one file, and where something is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from downlink.recording.journal import Entry, segment_name
from downlink.recording.source import Part, Streams, breaks_of, usable

T = datetime(2026, 11, 26, 21, tzinfo=UTC)
BOTH: Streams = (("video", "h264"), ("audio", "aac"))
OTHER: Streams = (("video", "hevc"), ("audio", "aac"))
SOUND: Streams = (("audio", "aac"),)
MP3: Streams = (("audio", "mp3"),)
PICTURE: Streams = (("video", "h264"),)
KINDS: Mapping[str, Streams] = {
    "b": BOTH,
    "o": OTHER,
    "s": SOUND,
    "m": MP3,
    "p": PICTURE,
}


def parts(kinds: str, seconds: float = 1.0) -> list[Part]:
    return [
        Part(
            Entry(
                segment_name(number),
                T + timedelta(seconds=number),
                seconds,
                1,
                discontinuity=False,
            ),
            seconds,
            KINDS[kind],
        )
        for number, kind in enumerate(kinds, 1)
    ]


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("bbb", "bbb", id="all alike"),
        pytest.param("sss", "sss", id="radio"),
        pytest.param("ppp", "ppp", id="silent"),
        pytest.param("sbbsbp", "bbsbp", id="begins where all is there"),
        pytest.param("bbobb", "bbbb", id="another picture"),
        pytest.param("bobooo", "oooo", id="another picture for most of it"),
        pytest.param("bbmbb", "bbbb", id="another sound"),
        pytest.param("bbsss", "bbsss", id="picture and sound count for more than sound"),
        pytest.param("bsss", "sss", id="but not for all"),
        pytest.param("smms", "ss", id="the first of as many"),
    ],
)
def test_what_fits_together(kinds: str, kept: str) -> None:
    found = usable(parts(kinds))
    names = {streams: name for name, streams in KINDS.items()}
    assert "".join(names[part.streams] for part in found) == kept
    assert sorted(part.entry.name for part in found) == [part.entry.name for part in found]


def test_breaks() -> None:
    whole = parts("bbbbbb")
    assert list(breaks_of(whole)) == []
    assert list(breaks_of(whole[:2] + whole[3:5])) == [2.0]
    assert list(breaks_of([])) == []
    assert list(breaks_of(parts("bbb", 0.1))) == []
    assert list(breaks_of([whole[3], whole[0], whole[5]])) == [2.0], "a clock that was set back"
