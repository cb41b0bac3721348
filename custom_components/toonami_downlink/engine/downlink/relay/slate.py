"""What viewers see instead of a channel: "signal lost, trying again", or "not now".

Made by scripts/artwork. The formats are upstream's: H.264 Main 640x480 and AAC-LC at 48 kHz.
"""

from functools import cache
from pathlib import Path
from typing import Final

from ..files import read_limited
from .joiner import Joiner
from .transport_stream import inspect

_FOLDER: Final = Path(__file__).parent
_MAX_BYTES: Final = 150_000
NOTICE_SEGMENTS: Final = 16
"""Of a notice: long enough to be read, and for a player that begins again and again to be quiet."""


@cache
def slate_segment(radio: bool) -> tuple[bytes, float]:
    """Return a segment and how many seconds it lasts; for the radio one without a picture.

    It fits target durations from 2 s on, and joins on to itself without a gap. The first call
    reads a file: not for the event loop.
    """
    data = _read("slate_radio.ts" if radio else "slate.ts")
    return data, inspect(data).seconds


@cache
def notice(radio: bool) -> tuple[tuple[bytes, ...], float]:
    """Return half a minute of "not now, on this device": segments, and the seconds of each.

    They follow on each other without a gap. For the radio they have the sound of its slate. The
    first call reads a file: not for the event loop.
    """
    data = _read("slate_radio.ts" if radio else "slate_closed.ts")
    joiner = Joiner()
    joined = (joiner.join(data, discontinuity=True) for _ in range(NOTICE_SEGMENTS))
    return tuple(joined), inspect(data).seconds


def _read(name: str) -> bytes:
    return read_limited(_FOLDER / name, _MAX_BYTES)
