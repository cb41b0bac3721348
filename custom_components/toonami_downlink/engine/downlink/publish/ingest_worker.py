"""The ingest in a process of its own: files in a folder to a generation in that folder.

Run as ``python -I engine ingest FOLDER`` by `ingest_process`, which made the folder. Whatever a
provider's files do to this process, Home Assistant's does not hang with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from pathlib import Path
import sys
from typing import Any, Final, Self

from ..errors import CannotWriteError, DownlinkError, FeedError
from ..formats.m3u import Links, render_m3u
from ..formats.xmltv_writer import render_xmltv
from ..ingest import ingest
from ..ingest.gap_filling import Window
from ..ingest.past import AiredByChannel, with_past
from ..limits import MAX_FILE_BYTES, MAX_MEMORY_BYTES, MIB
from ..lineup import Lineup, logo_path
from ..models import Channel, Feed
from .programme_json import programme_from_json, programme_to_json
from .publication import ORIGIN_PLACEHOLDER
from .store import read_generation, write_generation

PLAYLIST: Final = "playlist"
GUIDE: Final = "guide"
REQUEST: Final = "request.json"
PREVIOUS: Final = "previous"
"""The last generation, if there is one."""
AIRED: Final = "aired.json"
RESULT: Final = "result"
"""The new generation."""
ANSWER: Final = "answer.json"
REFUSED: Final = 7
"""The exit code of files that cannot become a feed; `ANSWER` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the ingest needs to know beside the files."""

    now: datetime
    window: Window
    past: Window
    """The days before `window` of which the guide says what was on."""
    lineup: Lineup
    language: str

    def to_json(self) -> str:
        """Write it down; times are ISO 8601."""
        return json.dumps(
            {
                "now": self.now.isoformat(),
                "window": _window_to_json(self.window),
                "past": _window_to_json(self.past),
                "assigned": dict(self.lineup.assigned),
                "language": self.language,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(
            now=datetime.fromisoformat(data["now"]),
            window=_window_from_json(data["window"]),
            past=_window_from_json(data["past"]),
            lineup=Lineup(data["assigned"]),
            language=data["language"],
        )


def _window_to_json(window: Window) -> list[str]:
    return [moment.isoformat() for moment in (window.start, window.stop, *window.blocks)]


def _window_from_json(data: list[str]) -> Window:
    start, stop, *blocks = map(datetime.fromisoformat, data)
    return Window(start, stop, blocks)


def aired_to_json(aired: AiredByChannel) -> str:
    """Write down what was on, for the process; times are seconds since 1970."""
    return json.dumps(
        {
            channel: [
                (int(one.start.timestamp()), int(one.stop.timestamp()), programme_to_json(one))
                for one in programmes
            ]
            for channel, programmes in aired.items()
        }
    )


def aired_from_json(text: str | bytes) -> AiredByChannel:
    """Read what `aired_to_json` wrote."""
    return {
        channel: [
            programme_from_json(
                detail, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(stop, UTC)
            )
            for start, stop, detail in programmes
        ]
        for channel, programmes in json.loads(text).items()
    }


def main(folder: Path) -> int:
    """Make the generation; return the exit code of the process.

    That of CannotWriteError says nothing against the files: it is the disk that fails.
    """
    try:
        code, answer = _try(folder)
        (folder / ANSWER).write_text(json.dumps(answer))
    except OSError as err:
        sys.stderr.write(f"{err.strerror}\n")
        return CannotWriteError.exit_code
    return code


def _try(folder: Path) -> tuple[int, Mapping[str, Any]]:
    """Return the exit code and the answer. Raises OSError."""
    try:
        return 0, _work(folder)
    except FeedError as err:
        return REFUSED, {"file": err.file, "why": err.why, "line": err.line}
    except DownlinkError as err:
        return REFUSED, {"file": GUIDE, "why": str(err), "line": None}
    except MemoryError:
        why = f"reading it takes more than {MAX_MEMORY_BYTES // MIB} MiB of memory"
        return REFUSED, {"file": GUIDE, "why": why, "line": None}


def _work(folder: Path) -> Mapping[str, Any]:
    request = Request.from_json((folder / REQUEST).read_text())
    previous: Feed | None = None
    if (folder / PREVIOUS).is_dir():
        previous = read_generation(folder / PREVIOUS).feed
    aired = aired_from_json((folder / AIRED).read_bytes())
    playlist = (folder / PLAYLIST).read_bytes()
    source: bytes | FeedError = (folder / GUIDE).read_bytes()
    while True:
        feed, report, lineup = ingest(
            playlist,
            source,
            now=request.now,
            window=request.window,
            lineup=request.lineup,
            previous=previous,
            language=request.language,
        )
        feed = with_past(feed, aired, request.past, request.window)
        guide = render_xmltv(feed, logo_url)
        if len(guide) <= MAX_FILE_BYTES or (not aired and isinstance(source, FeedError)):
            break
        if aired:
            aired = {}
        else:
            why = f"it would be published with more than {MAX_FILE_BYTES} bytes"
            source = FeedError(GUIDE, why)
    links = Links(guide="", logo=logo_url, stream=lambda channel: channel.stream_url)
    (folder / RESULT).mkdir()
    write_generation(folder / RESULT, feed, report, render_m3u(feed.channels, links), guide)
    return {"assigned": dict(lineup.assigned)}


def logo_url(channel: Channel) -> str:
    """Return the address of a channel's artwork, with `ORIGIN_PLACEHOLDER` for the origin."""
    return f"{ORIGIN_PLACEHOLDER}{logo_path(channel.key)}"
