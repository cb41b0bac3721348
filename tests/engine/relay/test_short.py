"""Segments that end between two packets, but too soon: nothing but their length gives them away."""

import pytest

from downlink.relay.errors import Reason, RelayError
from downlink.relay.position import Position
from downlink.relay.pull import Pull
from downlink.relay.segment import read_media

from ..relay_ts.writer import segment as ts_segment
from .hostile import Upstream, downloader, upstream
from .station import wall_clock

FAST_TIME = True
FRAMES_A_SECOND = 25


def listing(seconds: float) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:{seconds:.3f},\na.ts\n"


def of_length(seconds: float) -> bytes:
    return ts_segment(900_000, frames=round(seconds * FRAMES_A_SECOND))


async def attempt(server: Upstream, position: Position) -> Reason | None:
    """The reason why a node is given up at its first segment, None when that is passed on."""
    async with downloader() as client:
        segments = Pull(
            client, f"{server.url}/p", position, now=wall_clock, read=read_media
        ).segments()
        try:
            await anext(segments)
        except RelayError as err:
            return err.reason
        else:
            return None
        finally:
            await segments.aclose()


@pytest.mark.parametrize(
    ("says", "lasts", "expected"),
    [
        pytest.param(2.0, 2.0, None, id="right"),
        pytest.param(2.0, 4.0, None, id="longer"),
        pytest.param(2.0, 1.6, None, id="a quarter of two seconds, nearly"),
        pytest.param(2.0, 1.4, Reason.CORRUPT, id="more than a quarter of two seconds"),
        pytest.param(4.0, 3.1, None, id="a quarter of four seconds, nearly"),
        pytest.param(4.0, 2.8, Reason.CORRUPT, id="more than a quarter of four seconds"),
        pytest.param(1.0, 0.6, None, id="half of one second, nearly"),
        pytest.param(1.0, 0.4, Reason.CORRUPT, id="more than half of one second"),
    ],
)
async def test_what_is_too_short(says: float, lasts: float, expected: Reason | None) -> None:
    async with upstream({"/p": listing(says), "/a.ts": of_length(lasts)}) as server:
        assert await attempt(server, Position()) is expected
    assert server.asked.count("/a.ts") == (2 if expected else 1)


async def test_durations_that_are_wrong_everywhere() -> None:
    """When two nodes say so of what they send, it is true of none: the third one is believed."""
    position = Position()
    async with upstream({"/p": listing(4), "/a.ts": of_length(1)}) as server:
        found = [await attempt(server, position) for _ in range(3)]
    assert found == [Reason.CORRUPT, Reason.CORRUPT, None]
    assert server.asked.count("/a.ts") == 5


async def test_one_that_is_whole_ends_the_doubt() -> None:
    position = Position()
    async with upstream({"/p": listing(4), "/a.ts": of_length(1)}) as server:
        found = [await attempt(server, position)]
        server.answers["/a.ts"] = of_length(4)
        found.append(await attempt(server, position))
        server.answers["/a.ts"] = of_length(1)
        found += [await attempt(server, position) for _ in range(3)]
    assert found == [Reason.CORRUPT, None, Reason.CORRUPT, Reason.CORRUPT, None]
