"""What viewers see while upstream is away: "signal lost, trying again", to be repeated.

Made by scripts/artwork. The formats are upstream's: H.264 Main 640x480 and AAC-LC at 48 kHz.
"""

from functools import cache
from pathlib import Path
from typing import Final

from ..files import read_limited
from .transport_stream import inspect

_FOLDER: Final = Path(__file__).parent
_MAX_BYTES: Final = 150_000


@cache
def slate_segment(radio: bool) -> tuple[bytes, float]:
    """Return a segment and how many seconds it lasts; for the radio one without a picture.

    It fits target durations from 2 s on, and joins on to itself without a gap. The first call
    reads a file: not for the event loop.
    """
    data = read_limited(_FOLDER / ("slate_radio.ts" if radio else "slate.ts"), _MAX_BYTES)
    return data, inspect(data).seconds
