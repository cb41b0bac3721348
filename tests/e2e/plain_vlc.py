"""A VLC that plays one address; as somebody else, because it does not run for root."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import tempfile
from typing import Final

from scripts.lib.develop.processes import Child
from scripts.lib.develop.waiting import wait_for

PATIENCE: Final = 60.0
PLAYS: Final = "using audio decoder module"
REFUSES: Final = "Your input can't be opened"
_WITHOUT_A_SCREEN: Final = ("--intf", "dummy", "--vout", "dummy", "--aout", "dummy")


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that everybody may read and write, for as long as it lasts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@contextmanager
def playing(folder: Path, url: str, *options: str) -> Iterator[Child]:
    """A VLC that plays until the end of the context; what it says is in its log."""
    drop = ("runuser", "-u", "nobody", "--") if os.geteuid() == 0 else ()
    words = (*drop, "cvlc", "-vv", *_WITHOUT_A_SCREEN, *options, url)
    with Child("VLC", words, log=folder / "vlc.log", cwd=folder) as vlc:
        yield vlc


def verdict(folder: Path, url: str, *options: str) -> str:
    """Let VLC open an address; return what it has said once it plays it, or refuses to."""
    with playing(folder, url, *options) as vlc:

        def judged() -> str | None:
            vlc.check()
            said = vlc.log.read_text("utf-8", "replace")
            return said if PLAYS in said or REFUSES in said else None

        return wait_for(judged, "VLC said nothing", PATIENCE, vlc.tail)
