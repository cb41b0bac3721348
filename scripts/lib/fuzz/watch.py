"""Read one input after another, and notice what is wrong: errors, slowness, growth."""

from collections.abc import Callable
import gc
from pathlib import Path
from random import Random
import re
import sys
import time
import traceback
from typing import Final

from .target import Target

MAX_SECONDS: Final = 1.0
"""Of the processor, for one input; what else runs on the machine does not count."""
MAX_GROWTH: Final = 100_000
"""Blocks of memory that Python may hold more of than after the first quarter of a run: what fills
up caches that have a limit is less, and one more with each input is more."""
LONGEST: Final = (32 * 1024, 32 * 1024, 32 * 1024, 256 * 1024)
"""Bytes of something repeated, one as often as the other; what is quadratic shows in few."""
_SMALL: Final = (b" ", b"\t", b"\n", b"0", b"a", b".", b",", b'"', b"<", b"&", b"[", b"\0", b"\xff")
"""What is repeated beside what is in the input."""
_JOINT: Final = re.compile(rb"\b|(?<=\W)")
"""Where something may begin or end."""
_WORTH_A_LOOK: Final = 0.05
"""Seconds; how less of them grow is noise."""
_MOST: Final = 8.0
"""Times as long for four times the input: half-way between what is in proportion and quadratic."""
_STRETCHING: Final = 0.5
"""Of the time that the others take goes into inputs with something repeated."""
_LOOK_EVERY: Final = 2.0


class Wrong(Exception):  # noqa: N818  # it is not the fuzzer's error
    """Something is wrong with a reader; the text says what."""

    def __init__(self, why: str, data: bytes) -> None:
        """Keep the input beside it."""
        super().__init__(why)
        self.data = data


def read(target: Target, data: bytes) -> float:
    """Return the seconds that reading takes. Raises Wrong for too many, and for odd errors."""
    seconds = _seconds(target, data)
    if seconds > MAX_SECONDS:
        # Once may have been the collection of everybody else's garbage.
        seconds = min(seconds, _seconds(target, data))
    if seconds > MAX_SECONDS:
        raise Wrong(f"{len(data)} bytes take {seconds:.1f} s", data)
    return seconds


def _seconds(target: Target, data: bytes) -> float:
    started = time.thread_time()
    try:
        target.read(data)
    except target.refusals:
        pass
    except Exception as err:
        traceback.print_exc()
        raise Wrong(f"{type(err).__name__}: {err}"[:300], data) from err
    return time.thread_time() - started


class Watch:
    """The inputs of one run of so many seconds."""

    def __init__(self, target: Target, seconds: float, seed: int, current: Path) -> None:
        """`current` is a file for the input that is being read, where that may take for ever."""
        self._target = target
        self._random = Random(seed)  # noqa: S311  # it has to be repeatable
        self._current = current
        self._started = self._looked = time.monotonic()
        self._warm = self._started + seconds / 4
        self._first: int | None = None
        self._plain = self._stretched = 0.0

    def try_all(self, data: bytes, keep: Callable[[bytes], object]) -> None:
        """Read an input, and now and then longer forms of it; call `keep` for a bad one's bytes."""
        try:
            self._plain += read(self._target, data)
            if self._stretched < self._plain * _STRETCHING and data:
                self._stretch(data)
            if time.monotonic() > self._looked + _LOOK_EVERY:
                self._look(data)
        except Wrong as err:
            print(f"WRONG: {err}", file=sys.stderr)
            keep(err.data)

    def _stretch(self, data: bytes) -> None:
        """Repeat something in an input twice as often each time: work must not grow faster."""
        at = self._random.choice([found.end() for found in _JOINT.finditer(data)] or [0])
        parts = (data[at : at + self._random.choice((1, 2, 4, 16, 64))], *self._target.tokens)
        part = self._random.choice((parts[0], *_SMALL, self._random.choice(parts))) or b" "
        before: list[tuple[bytes, float]] = []
        times = 64
        longest = self._random.choice(LONGEST)
        while len(part) * times < longest:
            longer = data[:at] + part * times + data[at:]
            self._current.write_bytes(longer)
            seconds = read(self._target, longer)
            self._stretched += seconds
            before.append((longer, seconds))
            if seconds > _WORTH_A_LOOK and seconds > _MOST * before[-3:][0][1]:
                self._check_growth(before[-3:][0][0], longer)
            times *= 2
        self._current.unlink(missing_ok=True)

    def _check_growth(self, shorter: bytes, longer: bytes) -> None:
        """Measure again; a quarter of a text that takes a sixteenth of the time is quadratic."""
        short = min(read(self._target, shorter) for _ in range(3))
        long = min(read(self._target, longer) for _ in range(3))
        if long > _MOST * short:
            raise Wrong(
                f"{len(shorter)} bytes take {short:.3f} s, {len(longer)} take {long:.3f} s", longer
            )

    def _look(self, data: bytes) -> None:
        """See whether Python holds more memory than after the first quarter."""
        self._looked = time.monotonic()
        if self._looked < self._warm:
            return
        gc.collect()
        held = sys.getallocatedblocks()
        self._first = self._first or held
        print(f"GROWN: {held - self._first}", file=sys.stderr)
        if held - self._first > MAX_GROWTH:
            raise Wrong(f"{held - self._first} blocks of memory are not given back", data)
