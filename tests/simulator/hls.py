"""A live HLS stream that really plays: a minute made once by ffmpeg, shown as an endless loop."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
import hashlib
import os
from pathlib import Path
import shutil
import tempfile
import time
from typing import Final

SEGMENT_SECONDS: Final = 2
LOOP_SECONDS: Final = 60
LOOP_SEGMENTS: Final = LOOP_SECONDS // SEGMENT_SECONDS
WINDOW_SEGMENTS: Final = 6
_AUDIO: Final = (
    *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={LOOP_SECONDS}"),
    *("-c:a", "aac", "-b:a", "96k"),
)
_PICTURE: Final = (
    *("-f", "lavfi", "-i", f"testsrc2=size=640x480:rate=25:duration={LOOP_SECONDS}"),
)
_H264: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-level", "3.1"),
    *("-pix_fmt", "yuv420p", "-b:v", "700k", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0"),
)
_HLS: Final = ("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0")


class HlsUnavailableError(Exception):
    """There is no ffmpeg, or it could not make the loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """One kind of stream: where its segments are, and how a master playlist describes it."""

    name: str
    describes: str
    arguments: tuple[str, ...]


VIDEO: Final = Loop(
    "video",
    'BANDWIDTH=908743,CODECS="avc1.4D401F,mp4a.40.2",RESOLUTION=640x480',
    (*_PICTURE, *_AUDIO[:4], *_H264, *_AUDIO[4:]),
)
RADIO: Final = Loop("radio", 'BANDWIDTH=128000,CODECS="mp4a.40.2"', _AUDIO)


def default_cache() -> Path:
    """Return the folder that keeps the segments from one run to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "toonami-downlink" / "simulator"


def master(loop: Loop, chunklist_url: str) -> str:
    """Write a master playlist with its one rendition, as upstream does."""
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:{loop.describes}\n{chunklist_url}\n"


def chunklist(segment_prefix: str, *, seconds: float | None = None) -> str:
    """Write the media playlist of this moment (Unix time); segments are relative addresses."""
    last = int((time.time() if seconds is None else seconds) / SEGMENT_SECONDS)
    first = last - WINDOW_SEGMENTS + 1
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS + 1}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{(first - 1) // LOOP_SEGMENTS}",
    ]
    for number in range(first, last + 1):
        if number % LOOP_SEGMENTS == 0:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [f"#EXTINF:{SEGMENT_SECONDS}.0,", f"{segment_prefix}-media-{number}.ts"]
    return "\n".join(lines) + "\n"


class Segments:
    """The loops' segments; they are made when the first one is asked for."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = asyncio.Lock()

    async def read(self, loop: Loop, number: int) -> bytes:
        """Return a segment by its live number. Raises HlsUnavailableError."""
        folder = await self.prepare(loop)
        return (folder / f"{number % LOOP_SEGMENTS:03}.ts").read_bytes()

    async def prepare(self, loop: Loop) -> Path:
        """Return the folder of a loop, made by ffmpeg if it is not there yet."""
        recipe = " ".join((*loop.arguments, *_HLS))
        digest = hashlib.sha256(recipe.encode()).hexdigest()
        folder = self._cache / f"{loop.name}-{digest[:12]}"
        async with self._lock:
            if not folder.is_dir():
                await self._make(loop, folder)
        return folder

    async def _make(self, loop: Loop, folder: Path) -> None:
        ffmpeg = shutil.which("ffmpeg")
        if ffmpeg is None:
            raise HlsUnavailableError("ffmpeg is not installed")
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache) as name:
            made = Path(name) / "made"
            made.mkdir()
            names = ("-hls_segment_filename", str(made / "%03d.ts"), str(made / "index.m3u8"))
            process = await asyncio.create_subprocess_exec(
                *(ffmpeg, "-v", "error", "-nostdin", *loop.arguments, *_HLS, *names),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                _, problem = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
            if process.returncode or len(list(made.glob("*.ts"))) < LOOP_SEGMENTS:
                raise HlsUnavailableError(problem.decode(errors="replace").strip())
            with suppress(OSError):  # another simulator was faster
                made.rename(folder)
