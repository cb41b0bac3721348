"""How players ask for what was on: start and length in the forms that they use. Source: media.md.

The panel that they were written for wants the start in its own time zone; ours says that this is
UTC, so the start is in UTC, wherever the player is.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import re
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""No player asks for more at once, and no recording lasts longer."""
_WRITTEN: Final = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})[:_ T-]?(\d{2})[-:_]?(\d{2})(?:[-:_]?(\d{2}))?Z?", re.ASCII
)
_SECONDS: Final = re.compile(r"\d{9,10}", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{13}", re.ASCII)
_LENGTH: Final = re.compile(r"\d{1,6}(?:\.\d{1,6})?", re.ASCII)


def read_start(text: str) -> datetime | None:
    """Return a start in UTC; None for what is none.

    Forms: ``2026-11-26:20-30``, ``2026-11-26_20-30``, ``2026-11-26:20:30``, with seconds or
    without, ``202611262030``, and seconds or milliseconds since 1970.
    """
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        if _MILLISECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        if match := _WRITTEN.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError, OverflowError:
        return None
    return None


def read_length(text: str, unit: Callable[[float], timedelta]) -> timedelta | None:
    """Return a length of at most `LONGEST`; `unit` makes one of a number. None for what is none."""
    length = unit(float(text)) if _LENGTH.fullmatch(text) else timedelta()
    return min(length, LONGEST) if length else None
