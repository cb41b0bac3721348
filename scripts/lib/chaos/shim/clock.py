"""Inside Home Assistant's process: a clock that is set from outside.

Only the time of day changes: timers run by the monotonic clock, as when a real clock is set.
"""

import datetime as module
from datetime import UTC, datetime as real, timedelta, tzinfo
import os
import time
from typing import Any, Final

FILE: Final = os.environ.get("CHAOS_CLOCK", "")
_LOOK_EVERY: Final = 0.1
_KEPT: Final = (
    "fromisoformat",
    "fromtimestamp",
    "utcfromtimestamp",
    "fromordinal",
    "fromisocalendar",
    "combine",
    "strptime",
)
"""Methods that make times without reading the clock."""

_real_time: Final = time.time
_real_time_ns: Final = time.time_ns
_offset = 0
_looked = 0.0


def _read_offset() -> int:
    """Return how many seconds the clock is ahead."""
    global _looked, _offset  # noqa: PLW0603  # one clock a process
    now = time.monotonic()
    if now - _looked > _LOOK_EVERY:
        _looked = now
        try:
            # Not by `open`: Home Assistant watches that for blocking calls.
            descriptor = os.open(FILE, os.O_RDONLY)
            _offset = int(os.read(descriptor, 20))
            os.close(descriptor)
        except OSError, ValueError:
            _offset = 0
    return _offset


def _now(tz: tzinfo | None = None) -> real:
    return real.now(tz) + timedelta(seconds=_read_offset())


class _Kind(type):
    """Let real times be instances of the class as well."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, real)


def _make_class() -> type:
    """Return a subclass of datetime whose clock is this one; its instances are real datetimes."""
    members: dict[str, Any] = {name: getattr(real, name) for name in _KEPT}
    members |= {
        "__module__": "datetime",
        # It passes on what it is given, time zone and all.
        "__new__": lambda cls, *args, **named: real(*args, **named),  # noqa: DTZ001  # as called
        "now": classmethod(lambda cls, tz=None: _now(tz)),
        "utcnow": classmethod(lambda cls: _now(UTC).replace(tzinfo=None)),
        "today": classmethod(lambda cls: _now()),
    }
    return _Kind("datetime", (real,), members)


def install() -> None:
    """Replace the real clock, before any module has imported it."""
    time.time = lambda: _real_time() + _read_offset()
    time.time_ns = lambda: _real_time_ns() + _read_offset() * 1_000_000_000
    vars(module)["datetime"] = _make_class()
