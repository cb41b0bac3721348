"""What is written into a finished file beside picture and sound: its tags and chapters.

As an ffmetadata file (https://ffmpeg.org/ffmpeg-formats.html#Metadata-1); the names of tags are
those that ffmpeg's MP4 writer knows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
import re
from typing import Final

from ..limits import MAX_TEXT_CHARS
from ..text import clean_text

MAX_CHAPTERS: Final = 100
_SPECIAL: Final = re.compile(r"[=;#\\\n]")
_TV_SHOW: Final = "10"
"""In the tag that says what kind of video a file is (iTunes' ``stik``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a file says of itself; what is empty is left out."""

    title: str
    """Of the episode, or of the film."""
    show: str = ""
    season: int | None = None
    episode: int | None = None
    description: str = ""
    date: date | None = None
    """When it was on air, where people live who watch it."""
    channel: str = ""
    chapter: str = "Part {number}"
    """What the parts between gaps are called; ``{number}`` counts them from 1."""


def write_metadata(tags: Tags, breaks: Sequence[float], seconds: float) -> bytes:
    """Return the ffmetadata file of a recording of so many `seconds`.

    `breaks`: where in it (seconds, ascending) something is missing. Each begins a chapter, the
    start too; without any there are none, and beyond `MAX_CHAPTERS` the last one is longer.
    """
    lines = [";FFMETADATA1", *_lines(_values(tags))]
    starts = [0.0, *(at for at in breaks if 0 < at < seconds)][:MAX_CHAPTERS]
    if len(starts) > 1:
        for number, (start, stop) in enumerate(pairwise((*starts, seconds)), 1):
            title = tags.chapter.replace("{number}", str(number))
            lines += ["[CHAPTER]", "TIMEBASE=1/1000"]
            lines += [f"START={round(start * 1000)}", f"END={round(stop * 1000)}"]
            lines += _lines((("title", title),))
    return "\n".join((*lines, "")).encode()


def _values(tags: Tags) -> Iterator[tuple[str, str]]:
    yield "title", tags.title
    yield "show", tags.show
    yield "season_number", "" if tags.season is None else str(tags.season)
    yield "episode_sort", "" if tags.episode is None else str(tags.episode)
    yield "description", tags.description
    yield "synopsis", tags.description
    yield "date", tags.date.isoformat() if tags.date else ""
    yield "network", tags.channel
    yield "media_type", _TV_SHOW if tags.show else ""


def _lines(values: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in values:
        if text := clean_text(value, MAX_TEXT_CHARS)[0]:
            # ffmpeg takes a line end after a backslash for a part of the value, whatever the
            # backslash belongs to.
            end = " " if text.endswith("\\") else ""
            yield f"{name}={_SPECIAL.sub(lambda found: f'\\{found[0]}', text)}{end}"
