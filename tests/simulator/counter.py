"""The counter in the simulated picture and sound: drawn here, and read back here.

Each picture of the loop (ten a second, six thousand in all) has its own number in it, three times:
as digits, as a row of black and white blocks for machines, and roughly as a bar that wanders. The
blocks are 16 bits of the number and 8 of a checksum, most significant first; a second row below has
the same blocks inverted, so that neither brightness nor contrast matters, and two pictures that
were mixed are refused. The sound has a tone for each segment, another one for 32 in a row.

From a test: ``positions(url, "-t", "4")`` for all that ffmpeg decodes, ``read_image(png)`` for a
screenshot of a player or a browser, ``steps(positions)`` for what a viewer has seen. By hand:
``python -m tests.simulator --read FILE_OR_URL``.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
import math
import subprocess
from typing import Final

PICTURES_A_SECOND: Final = 10
LOOP_SECONDS: Final = 600
PICTURES: Final = PICTURES_A_SECOND * LOOP_SECONDS
COLUMNS: Final = 80
ROWS: Final = 60
SCALE: Final = 8
"""Each of the cells is so many pixels wide and high in the stream."""
TONES: Final = 32
TONE_SECONDS: Final = 2
RATE: Final = 48000
"""Samples a second, as the tones are made."""
READ_RATE: Final = 8000
"""Samples a second, as `read_tone` wants them."""
_LOWEST: Final = 400
_STEP: Final = 25
_LOUDNESS: Final = 9000
_BITS: Final = 24
_BLOCK: Final = 3
_LEFT: Final = (COLUMNS - _BITS * _BLOCK) // 2
_UPPER: Final = 25
_LOWER: Final = 31
_BLOCK_ROWS: Final = 6
_BLACK, _WHITE, _GROUND, _INK, _BAR = 16, 235, 80, 220, 160
_DARK: Final = 40
"""At most this bright is the black around a picture; its own ground is brighter."""
_CONTRAST: Final = 40
_FONT: Final = {
    "0": (7, 5, 5, 5, 7),
    "1": (2, 6, 2, 2, 7),
    "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7),
    "7": (7, 1, 2, 2, 2),
    "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7),
    ":": (0, 2, 0, 2, 0),
    ".": (0, 0, 0, 0, 2),
}
_TEXT_TOP: Final = 8
_BAR_TOP: Final = 44
_READ_SIZE: Final = (320, 240)
_TIMEOUT: Final = 60.0

type Box = tuple[int, int, int, int]
"""Left, top, width and height."""


def _checksum(number: int) -> int:
    """CRC-8 of 16 bits (polynomial 0x07, begun with 0xff so that nothing but zeros is wrong)."""
    rest = 0xFF
    for byte in number.to_bytes(2):
        rest ^= byte
        for _ in range(8):
            rest = (rest << 1 ^ 0x07) & 0xFF if rest & 0x80 else rest << 1
    return rest


def word(number: int) -> int:
    """Return the bits that the blocks of a picture stand for."""
    return number << 8 | _checksum(number)


def label(position: float) -> str:
    """Return what a picture says to people: minutes, seconds and tenths."""
    seconds, tenth = divmod(round(position * PICTURES_A_SECOND), PICTURES_A_SECOND)
    return f"{seconds // 60:02}:{seconds % 60:02}.{tenth}"


def picture(number: int) -> bytes:
    """Draw a picture (yuv420p, `COLUMNS` by `ROWS`), to be made larger by `SCALE`."""
    rows = [bytes((_GROUND,)) * COLUMNS for _ in range(ROWS)]
    _write(rows, label(number / PICTURES_A_SECOND))
    blocks = [bool(word(number) >> (_BITS - 1 - place) & 1) for place in range(_BITS)]
    for top, inverted in ((_UPPER, False), (_LOWER, True)):
        row = b"".join(bytes((_WHITE if bit ^ inverted else _BLACK,)) * _BLOCK for bit in blocks)
        edge = bytes((_GROUND,)) * _LEFT
        rows[top : top + _BLOCK_ROWS] = [edge + row + edge] * _BLOCK_ROWS
    bar = bytearray(rows[_BAR_TOP])
    left = number % (COLUMNS - 8)
    bar[left : left + 8] = bytes((_BAR,)) * 8
    rows[_BAR_TOP : _BAR_TOP + 8] = [bytes(bar)] * 8
    quarter = COLUMNS * ROWS // 4
    return b"".join(rows) + bytes((150,)) * quarter + bytes((115,)) * quarter


def _write(rows: list[bytes], text: str) -> None:
    """Write over the rows, each dot of the font two cells wide and high."""
    for line in range(5):
        cells = "".join(f"{_FONT[sign][line]:03b}0" for sign in text)
        row = b"".join(bytes((_INK if cell == "1" else _GROUND,)) * 2 for cell in cells)
        edge = (COLUMNS - len(row)) // 2
        left = bytes((_GROUND,)) * edge
        whole = left + row + bytes((_GROUND,)) * (COLUMNS - len(row) - edge)
        rows[_TEXT_TOP + 2 * line : _TEXT_TOP + 2 * line + 2] = [whole] * 2


def sound() -> bytes:
    """Return all tones once (16 bits, little-endian, mono, `RATE`): 64 seconds."""
    period = RATE // _STEP  # after this long each of them is where it began
    parts = []
    for tone in range(TONES):
        turn = 2 * math.pi * (_LOWEST + _STEP * tone) / RATE
        wave = (round(_LOUDNESS * math.sin(turn * sample)) for sample in range(period))
        once = b"".join(value.to_bytes(2, "little", signed=True) for value in wave)
        parts.append(once * (TONE_SECONDS * _STEP))
    return b"".join(parts)


def read(gray: bytes, width: int, height: int, box: Box | None = None) -> int | None:
    """Return the number of a picture (one byte a pixel); None where there is none to be read.

    Black bars around it do not matter. `box` is where the picture is, if there is more around it.
    """
    left, top, wide, high = box or (0, 0, width, height)
    rows = [gray[y * width + left : y * width + left + wide] for y in range(top, top + high)]
    found = _read_rows(rows)
    return found if found is not None else _read_rows(_without_bars(rows))


def read_centres(gray: bytes, width: int, height: int) -> int | None:
    """Return what `read` does, of a picture without bars, by one pixel of each block."""
    down, across = height / ROWS, width / COLUMNS
    rows = [int((top + _BLOCK_ROWS / 2) * down) * width for top in (_UPPER, _LOWER)]
    found = 0
    for place in range(_BITS):
        column = int((_LEFT + (place + 0.5) * _BLOCK) * across)
        upper, lower = (gray[row + column] for row in rows)
        if abs(upper - lower) < _CONTRAST:
            return None
        found = found << 1 | (upper > lower)
    number = found >> 8
    return number if number < PICTURES and found == word(number) else None


def _without_bars(rows: list[bytes]) -> list[bytes]:
    lit = [number for number, row in enumerate(rows) if max(row, default=0) > _DARK]
    if not lit:
        return []
    rows = rows[lit[0] : lit[-1] + 1]
    columns = [x for x in range(len(rows[0])) if max(row[x] for row in rows) > _DARK]
    return [row[columns[0] : columns[-1] + 1] for row in rows]


def _read_rows(rows: list[bytes]) -> int | None:
    if len(rows) < ROWS or len(rows[0]) < COLUMNS:
        return None
    found = 0
    for place in range(_BITS):
        upper = _brightness(rows, _LEFT + place * _BLOCK, _UPPER)
        lower = _brightness(rows, _LEFT + place * _BLOCK, _LOWER)
        if abs(upper - lower) < _CONTRAST:
            return None
        found = found << 1 | (upper > lower)
    number = found >> 8
    return number if number < PICTURES and found == word(number) else None


def _brightness(rows: list[bytes], column: int, row: int) -> float:
    """Return how bright the middle of a block is."""
    down, across = len(rows) / ROWS, len(rows[0]) / COLUMNS
    top, bottom = int((row + 2) * down), max(int((row + 4) * down), int((row + 2) * down) + 1)
    left = int((column + 1) * across)
    right = max(int((column + 2) * across), left + 1)
    part = b"".join(line[left:right] for line in rows[top:bottom])
    return sum(part) / len(part)


def read_image(data: bytes) -> float | None:
    """Return the position that a picture file (PNG, JPEG …) shows, in seconds of the loop."""
    found = all_positions("pipe:0", data=data)
    return found[0] if found else None


def positions(source: str, *options: str, data: bytes | None = None) -> list[float]:
    """Return what `all_positions` does, without the pictures that have no counter."""
    found = all_positions(source, *options, data=data)
    return [position for position in found if position is not None]


def all_positions(source: str, *options: str, data: bytes | None = None) -> list[float | None]:
    """Decode a file or an address with ffmpeg; return the position of each picture, in seconds.

    `options` come before the input, `data` is what it reads from ``pipe:0``. Pictures without a
    counter are None. Raises RuntimeError.
    """
    width, height = _READ_SIZE
    output = ("-an", "-vf", f"scale={width}:{height}:flags=area", "-pix_fmt", "gray")
    frames = _ffmpeg(source, options, (*output, "-fps_mode", "passthrough"), data)
    size = width * height
    numbers = (
        read(frames[at : at + size], width, height) for at in range(0, len(frames) - size + 1, size)
    )
    return [None if number is None else number / PICTURES_A_SECOND for number in numbers]


def tones(source: str, *options: str, data: bytes | None = None) -> list[int]:
    """Decode the sound of a file or an address; return the tone of each half second."""
    output = ("-vn", "-ac", "1", "-ar", str(READ_RATE))
    samples = _ffmpeg(source, options, output, data, "s16le")
    part = READ_RATE  # half a second of two bytes each
    heard = (read_tone(samples[at : at + part]) for at in range(0, len(samples) - part + 1, part))
    return [tone for tone in heard if tone is not None]


def read_tone(samples: bytes) -> int | None:
    """Return which tone this is (16 bits, little-endian, mono, `READ_RATE`); None for none.

    It is the number of the segment, modulo `TONES`, counted from the beginning of the loop.
    """
    values = memoryview(samples).cast("h")
    powers = [_power(values, _LOWEST + _STEP * tone) for tone in range(TONES)]
    best = max(range(TONES), key=powers.__getitem__)
    rest = sum(value * value for value in values) * len(values) / 2
    return best if rest and powers[best] > rest / 2 else None


def _power(values: Sequence[int], frequency: int) -> float:
    """How much of a frequency there is (Goertzel); a pure tone has the energy times n/2."""
    factor = 2 * math.cos(2 * math.pi * frequency / READ_RATE)
    before = last = 0.0
    for value in values:
        before, last = last, value + factor * last - before
    return before * before + last * last - factor * before * last


def _ffmpeg(
    source: str,
    options: Sequence[str],
    output: Sequence[str],
    data: bytes | None,
    kind: str = "rawvideo",
) -> bytes:
    words = ("ffmpeg", "-v", "error", *(() if data is not None else ("-nostdin",)))
    command = [*words, *options, "-i", source, *output, "-f", kind, "pipe:1"]
    done = subprocess.run(  # noqa: S603  # a test's own words
        command, input=data, capture_output=True, timeout=_TIMEOUT, check=False
    )
    if done.returncode and not done.stdout:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout


def forward(before: float, after: float) -> float:
    """Return how far it is from one position to another, in seconds; backwards is negative."""
    way = (after - before) % LOOP_SECONDS
    return round(way if way <= LOOP_SECONDS / 2 else way - LOOP_SECONDS, 3)


def steps(seen: Iterable[float]) -> Iterator[float]:
    """Yield what lies between each position and the next: 0.1 is smooth, 2 more a segment lost."""
    return (forward(before, after) for before, after in pairwise(seen))
