"""Two encoders that show the same channel, each in its own way, and players to judge it by."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import json
from pathlib import Path
import subprocess

WIDTH, HEIGHT = 64, 48
"""Of the picture as it is read back: eight columns for eight bits, and two rows."""
COLUMN = WIDTH // 8
_COUNTER = f"255*mod(floor(if(lt(Y,{HEIGHT // 2}),%d,N)/pow(2,floor(X/{COLUMN}))),2)"
_HLS = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "0", "-hls_segment_filename", "%03d.ts")


@dataclass(frozen=True)
class Node:
    """One encoder: its number is in the upper half of each picture, the picture's in the lower."""

    number: int
    offset: float
    """Seconds at which its timestamps begin."""
    options: tuple[str, ...]
    format: str

    def make(self, folder: Path, seconds: int = 6) -> list[bytes]:
        """Return segments of a second each, of 25 pictures."""
        folder.mkdir()
        counter = f"color=s={WIDTH}x{HEIGHT}:r=25:d={seconds},format=gray"
        picture = f"{counter},geq=lum='{_COUNTER % self.number}',scale=640:480:flags=neighbor"
        sound = f"sine=frequency={self.number * 220}:sample_rate=48000:duration={seconds}"
        run(
            *("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", picture),
            *("-f", "lavfi", "-i", sound, "-pix_fmt", "yuv420p", "-c:v", "libx264"),
            *("-profile:v", "main", "-level", "3.1", "-preset", "veryfast", "-g", "25"),
            *("-keyint_min", "25", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "96k"),
            *(*self.options, "-output_ts_offset", str(self.offset)),
            *(*_HLS, "-hls_ts_options", self.format, "index.m3u8"),
            folder=folder,
        )
        return [path.read_bytes() for path in sorted(folder.glob("*.ts"))]


EAST = Node(1, 1234.5, ("-bf", "2", "-ac", "2"), "mpegts_start_pid=0x100")
WEST = Node(
    2,
    95443.7 - 3.3,  # the 33 bits are full in its third second
    ("-bf", "0", "-ac", "2"),
    "mpegts_start_pid=0x222:mpegts_pmt_start_pid=0x777:mpegts_flags=+initial_discontinuity",
)


def run(*command: str, data: bytes = b"", folder: Path | None = None) -> tuple[bytes, str]:
    """Run a program; return what it wrote, and what it had to say."""
    done = subprocess.run(  # noqa: S603
        command, input=data, capture_output=True, check=True, cwd=folder, timeout=100
    )
    return done.stdout, done.stderr.decode()


def complaints(data: bytes) -> str:
    """Everything that ffmpeg warns of while it decodes a stream from a pipe."""
    return run("ffmpeg", "-v", "warning", "-i", "-", "-f", "null", "-", data=data)[1]


def counters(data: bytes) -> list[tuple[int, int]]:
    """The numbers of the node and of the picture, for each picture as it is shown."""
    raw, _ = run(
        *("ffmpeg", "-v", "error", "-i", "-", "-map", "0:v", "-fps_mode", "passthrough"),
        *("-vf", f"scale={WIDTH}:{HEIGHT}:flags=area", "-pix_fmt", "gray", "-f", "rawvideo", "-"),
        data=data,
    )
    size = WIDTH * HEIGHT
    pictures = [raw[at : at + size] for at in range(0, len(raw), size)]
    rows = (HEIGHT // 4, 3 * HEIGHT // 4)
    return [(_number(one, rows[0]), _number(one, rows[1])) for one in pictures]


def _number(picture: bytes, row: int) -> int:
    middles = range(row * WIDTH + COLUMN // 2, (row + 1) * WIDTH, COLUMN)
    return sum(1 << bit for bit, at in enumerate(middles) if picture[at] > 127)


def packets(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """DTS and PTS of every packet by ``video`` and ``audio``, as ffprobe reads them."""
    text, _ = run(
        *("ffprobe", "-v", "error", "-of", "json", "-show_entries"),
        *("stream=codec_type:program=program_id:packet=codec_type,pts,dts,flags", "-"),
        data=data,
    )
    found = json.loads(text)
    assert len(found["programs"]) == 1
    assert sorted(one["codec_type"] for one in found["streams"]) == ["audio", "video"]
    times: dict[str, list[tuple[int, int]]] = {"video": [], "audio": []}
    for packet in found["packets"]:
        assert "C" not in packet["flags"], "corrupt"
        times[packet["codec_type"]].append((packet["dts"], packet["pts"]))
    return times


def gaps(times: Sequence[int], step: int) -> dict[int, int]:
    """How many ticks are too many between neighbours, by position, where it is a step or more."""
    return {
        number: later - earlier - step
        for number, (earlier, later) in enumerate(pairwise(times))
        if later - earlier >= 2 * step
    }
