#!/usr/bin/env python3
"""A provider command that copies the files that a test wrote, and fails while there are none.

To Home Assistant it is ``PYTHON file_provider.py FOLDER run --m3u-output …``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import shlex
import shutil
import sys
from typing import Final
from xml.sax.saxutils import escape, quoteattr

EAST: Final = "Toonami Aftermath East"
FAILURE: Final = "no signal from the dish"
_NOWHERE: Final = "http://127.0.0.1:9/playlist.m3u8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A programme; the times are aware, and count in whole seconds."""

    start: datetime
    stop: datetime
    title: str
    episode: str = ""
    description: str = ""
    image: str = ""
    marks: str = ""
    """Further elements, as they are written."""


class FileProvider:
    """The folder that the provider command copies from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    @property
    def command(self) -> str:
        """The command line for the config entry."""
        return shlex.join([sys.executable, __file__, str(self._folder)])

    def publish(
        self, shows: Mapping[str, Iterable[Show]], streams: Mapping[str, str] | None = None
    ) -> None:
        """Write the files with these programmes and stream addresses, both by channel name."""
        guide = ["<tv>"]
        playlist = ["#EXTM3U"]
        for name, of_channel in shows.items():
            guide.append(f"<channel id={quoteattr(name)}></channel>")
            guide += [_programme(name, show) for show in of_channel]
            playlist.append(f'#EXTINF:-1 tvg-id="{name}",{name}')
            playlist.append((streams or {}).get(name, _NOWHERE))
        (self._folder / "index.xml").write_text("\n".join([*guide, "</tv>"]), "utf-8")
        (self._folder / "index.m3u").write_text("\n".join([*playlist, ""]), "utf-8")

    def fail(self) -> None:
        """Let the command fail until the next `publish`."""
        (self._folder / "index.m3u").unlink()


def _programme(channel: str, show: Show) -> str:
    times = f'start="{_time(show.start)}" stop="{_time(show.stop)}"'
    picture = f"<icon src={quoteattr(show.image)}/>" if show.image else ""
    return (
        f"<programme {times} channel={quoteattr(channel)}><title>{escape(show.title)}</title>"
        f"<sub-title>{escape(show.episode)}</sub-title><desc>{escape(show.description)}</desc>"
        f"{picture}{show.marks}</programme>"
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S} +0000"


def main(arguments: list[str]) -> int:
    """Copy the folder's two files to where they are wanted."""
    folder, *rest = arguments
    if "run" not in rest:
        print("provider 1.0")
        return 0
    for file, flag in (("index.m3u", "--m3u-output"), ("index.xml", "--xmltv-output")):
        try:
            shutil.copy(Path(folder) / file, rest[rest.index(flag) + 1])
        except FileNotFoundError:
            print(FAILURE, file=sys.stderr)
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
