"""A VLC that opens one address and ends; as somebody else, because it does not run for root."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import tempfile
from typing import Final

from tests.e2e.clients.programs import run

_WITHOUT_A_SCREEN: Final = ("--intf", "dummy", "--vout", "dummy", "--aout", "dummy")


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that everybody may read and write, for as long as it lasts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


def watch(url: str, *options: object, seconds: int = 2) -> str:
    """Let VLC play an address; return all that it says about it."""
    drop = ("runuser", "-u", "nobody", "--") if os.geteuid() == 0 else ()
    words = (*_WITHOUT_A_SCREEN, *options, f"--run-time={seconds}", url, "vlc://quit")
    return run(*drop, "cvlc", "-vv", *words).stderr
