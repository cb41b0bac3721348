"""Recordings that are there: files and tracks in a folder, and what is stored of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
import struct
from typing import Any

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Recording,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.track import Track
from custom_components.toonami_downlink.storage.recorded import _recording_to_json

from .factories import NOON, SLOT

STORE = f"{DOMAIN}.recordings"
EAST, WEST = "toonami_east", "toonami_west"
SECONDS = 10
"""Of a segment and of a part of a file."""
HEAD = 64
PART = 1000
"""Bytes of each."""


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def file_of(parts: int, made: datetime) -> bytes:
    """Return a file that has the layout of a finished recording, and no picture.

    Each part is full of its number.
    """
    seconds = int((made - datetime.fromisoformat("1904-01-01T00:00:00+00:00")).total_seconds())
    mvhd = box(b"mvhd", struct.pack(">B3xIIII", 0, seconds, seconds, 1000, 0))
    moov = box(b"moov", mvhd + box(b"free", bytes(HEAD - 8 - len(mvhd) - 8)))
    rows = b"".join(struct.pack(">III", PART, SECONDS * 1000, 0) for _ in range(parts))
    head = struct.pack(">B3xII", 0, 1, 1000) + struct.pack(">II2xH", 0, 0, parts)
    return moov + box(b"sidx", head + rows) + b"".join(bytes([n]) * PART for n in range(parts))


def stored(*recordings: Recording) -> dict[str, Any]:
    """Return what Home Assistant's storage has of them."""
    data = {
        "rules": [],
        "recordings": [_recording_to_json(one) for one in recordings],
        "next_number": max((one.number for one in recordings), default=0) + 1,
    }
    return {"version": 1, "minor_version": 1, "key": STORE, "data": data}


def make(number: int, start: datetime = NOON - timedelta(hours=1), **values: Any) -> Recording:
    """Make a recording of something on East; complete, if nothing else is said."""
    title, categories = values.pop("title", "Outlaw Star"), values.pop("categories", ("Series",))
    stop = start + SLOT
    usual: dict[str, Any] = {
        "identity": f"{number:016x}",
        "number": number,
        "channel": EAST,
        "start": start,
        "stop": stop,
        "programme": Programme(
            start=start, stop=stop, title=title, season=1, episode=number, categories=categories
        ),
        "state": State.COMPLETE,
        "since": NOON - timedelta(days=1),
    }
    return Recording(**(usual | values))


def put_file(folder: Path, recording: Recording, parts: int) -> bytes:
    """Put the file of a recording where it belongs, and return what is in it."""
    assert recording.file
    path = folder / recording.file
    path.parent.mkdir(parents=True, exist_ok=True)
    data = file_of(parts, recording.start)
    path.write_bytes(data)
    return data


def put_track(folder: Path, recording: Recording, numbers: Iterable[int]) -> None:
    """Put segments where those of a recording belong, each full of its number."""
    folder.mkdir(exist_ok=True)
    track = Track.open(folder / TRACKS / recording.track_name)
    for number in numbers:
        at = recording.start + timedelta(seconds=number * SECONDS)
        track.append(bytes([number]) * PART, at, SECONDS, discontinuity=False)
    track.release()
