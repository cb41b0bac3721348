"""What the tests of the joiner share."""

from collections.abc import Iterator

from downlink.relay.joiner import PIDS, Joiner

from .judge import Verdict, judge
from .writer import (
    AUDIO,
    FRAME,
    PACKET,
    VIDEO,
    Writer,
    segment,
)

PICTURE, TONE = PIDS["video"], PIDS["audio"]
LENGTH = 10 * FRAME
"""Of a segment that `segment` writes."""


def joined(*parts: bytes, breaks: tuple[int, ...] = ()) -> bytes:
    joiner = Joiner()
    return b"".join(
        joiner.join(part, discontinuity=number in breaks) for number, part in enumerate(parts)
    )


def good(data: bytes) -> Verdict:
    verdict = judge(data)
    assert verdict.wrong == []
    return verdict


def live(
    at: int, count: int, *, lead: int = 9000, pids: tuple[int, int] = (VIDEO, AUDIO)
) -> Iterator[bytes]:
    """Segments of one encoder, whose counters run on."""
    writer = Writer()
    for number in range(count):
        writer.packets.clear()
        video, audio = pids
        yield segment(at + number * LENGTH, lead=lead, video=video, audio=audio, writer=writer)


def packets(data: bytes) -> list[bytes]:
    return [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
