"""What the streams show: ten minutes made once by ffmpeg and kept, cut into segments."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
import hashlib
import os
from pathlib import Path
import shutil
import tempfile
from typing import Final

from . import counter

SEGMENT_SECONDS: Final = 2
LOOP_SEGMENTS: Final = counter.LOOP_SECONDS // SEGMENT_SECONDS
PACKET: Final = 188
KILOBITS: Final = 900
"""The rate of upstream's television (its master playlist says 908743 bits a second)."""
_PICTURE_PID: Final = 0x100
"""What ffmpeg gives to the picture."""
_TONES: Final = "tones.aac"
_TONE_TURNS: Final = counter.LOOP_SECONDS // (counter.TONES * counter.TONE_SECONDS) + 1
_SOUND: Final = (
    *("-f", "s16le", "-ar", str(counter.RATE), "-ac", "1", "-i", "pipe:0"),
    *("-c:a", "aac", "-b:a", "96k", "-f", "adts", "pipe:1"),
)
_SIZE: Final = f"{counter.COLUMNS * counter.SCALE}:{counter.ROWS * counter.SCALE}"
_LENGTH: Final = ("-t", str(counter.LOOP_SECONDS))
_PICTURES: Final = (
    *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{counter.COLUMNS}x{counter.ROWS}"),
    *("-r", str(counter.PICTURES_A_SECOND), "-i", "pipe:0", "-i", _TONES),
    *("-vf", f"scale={_SIZE}:flags=neighbor"),
    # With pictures that are sent in another order than shown, as upstream's are.
    *("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-level", "3.1"),
    *("-bf", "2", "-x264-params", "cabac=1:b-adapt=0", "-crf", "24"),
    *("-g", str(SEGMENT_SECONDS * counter.PICTURES_A_SECOND), "-sc_threshold", "0"),
)
_HLS: Final = (
    *("-c:a", "copy", *_LENGTH),
    *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0"),
    *("-hls_segment_filename", "%03d.ts", "index.m3u8"),
)


class HlsUnavailableError(Exception):
    """There is no ffmpeg, or it could not make the loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """One kind of stream: how it is made, and how a master playlist describes it."""

    name: str
    describes: str
    arguments: tuple[str, ...]
    has_picture: bool


VIDEO: Final = Loop(
    "video",
    'BANDWIDTH=908743,CODECS="avc1.4D401F,mp4a.40.2",RESOLUTION=640x480',
    (*_PICTURES, *_HLS),
    has_picture=True,
)
RADIO: Final = Loop(
    "radio", 'BANDWIDTH=128000,CODECS="mp4a.40.2"', ("-i", _TONES, *_HLS), has_picture=False
)


def default_cache() -> Path:
    """Return the folder that keeps the segments from one run to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "toonami-downlink" / "simulator"


class Segments:
    """The loops' segments; they are made when the first one is asked for.

    Those with a picture are stuffed up to `kilobits` a second with packets of the picture that
    carry none of it: on disk there is only what players look at. 0 leaves them as they are.
    """

    def __init__(self, cache: Path, kilobits: int = KILOBITS) -> None:
        self._cache = cache
        self._bytes = kilobits * 1000 // 8 * SEGMENT_SECONDS
        self._lock = asyncio.Lock()

    async def read(self, loop: Loop, number: int) -> bytes:
        """Return a segment by its live number. Raises HlsUnavailableError."""
        folder = await self.prepare(loop)
        file = folder / f"{number % LOOP_SEGMENTS:03}.ts"
        return _stuffed(file, self._bytes if loop.has_picture else 0)

    async def prepare(self, loop: Loop) -> Path:
        """Return the folder of a loop, made by ffmpeg if it is not there yet."""
        folder = self._cache / f"{loop.name}-{_digest(loop)}"
        async with self._lock:
            if not folder.is_dir():
                await self._make(loop, folder)
        return folder

    async def _make(self, loop: Loop, folder: Path) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache) as name:
            made = Path(name) / "made"
            made.mkdir()
            (made / _TONES).write_bytes(await _endless_tones(made))
            pictures = _pictures() if loop.has_picture else b""
            await _run(loop.arguments, made, pictures)
            if len(list(made.glob("*.ts"))) < LOOP_SEGMENTS:
                raise HlsUnavailableError("ffmpeg made too few segments")
            (made / _TONES).unlink()
            with suppress(OSError):  # another simulator was faster
                made.rename(folder)


@cache
def _digest(loop: Loop) -> str:
    """Return another name for whatever is made otherwise."""
    recipe = " ".join((*loop.arguments, *_SOUND, str(_TONE_TURNS))).encode()
    return hashlib.sha256(recipe + counter.picture(1234) + counter.sound()).hexdigest()[:12]


def _pictures() -> bytes:
    return b"".join(counter.picture(number) for number in range(counter.PICTURES))


async def _endless_tones(folder: Path) -> bytes:
    """Return all tones as AAC, again and again for as long as the loop is.

    They are encoded once: the first frame holds only what the encoder needs to get going, and
    without it there is a whole number of frames, so the copies join.
    """
    once = await _run(_SOUND, folder, counter.sound())
    size = (once[3] & 3) << 11 | once[4] << 3 | once[5] >> 5  # of the first frame: ADTS's own form
    return once[size:] * _TONE_TURNS


async def _run(arguments: Sequence[str], folder: Path, data: bytes) -> bytes:
    """Run ffmpeg in a folder, let it read data, return what it writes."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise HlsUnavailableError("ffmpeg is not installed")
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg, "-v", "error", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    try:
        made, problem = await process.communicate(data)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise HlsUnavailableError(problem.decode(errors="replace").strip())
    return made


@lru_cache(64)
def _stuffed(file: Path, size: int) -> bytes:
    """Read a segment, and spread stuffing among its packets until it is so large."""
    data = file.read_bytes()
    packets = [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
    spare = (size - len(data)) // PACKET
    if spare <= 0:
        return data
    counters = [packet[3] & 15 for packet in packets if _has_picture(packet)]
    counter = (counters[0] - 1) & 15
    parts = []
    for number, packet in enumerate(packets):
        if _has_picture(packet):
            counter = packet[3] & 15
        parts.append(packet)
        count = spare * (number + 1) // len(packets) - spare * number // len(packets)
        parts.append(_stuffing(counter) * count)
    return b"".join(parts)


def _has_picture(packet: bytes) -> bool:
    """Whether there is a part of the picture in a packet."""
    return int.from_bytes(packet[1:3]) & 0x1FFF == _PICTURE_PID and bool(packet[3] & 0x10)


def _stuffing(counter: int) -> bytes:
    """Return a packet with nothing in it, which repeats the counter (ISO 13818-1 § 2.4.3.3)."""
    return bytes(
        (0x47, _PICTURE_PID >> 8, _PICTURE_PID & 0xFF, 0x20 | counter, PACKET - 5, 0)
    ).ljust(PACKET, b"\xff")
