"""Files written whole or not at all, and read only when they are of a reasonable size."""

from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import tempfile
from typing import Final

from .errors import CannotWriteError

_MODE: Final = 0o644
_ASIDE: Final = (".corrupt", ".corrupt.2", ".corrupt.3")


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files under other names first, then rename them, so that nobody reads half of one.

    When any of them cannot be written, all old ones are left alone. Raises CannotWriteError.
    """
    ready: dict[Path, str] = {}
    path = Path()
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(None, "it is a folder")
            descriptor, ready[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, _MODE)
                file.write(content)
        for path in contents:
            Path(ready[path]).replace(path)
            del ready[path]
    except OSError as err:
        raise CannotWriteError(f"{path} cannot be written: {err.strerror}.") from err
    finally:
        for temporary in ready.values():
            with suppress(OSError):
                Path(temporary).unlink()


def read_limited(path: Path, limit: int) -> bytes:
    """Return what is in a file. Raises OSError, also when that is more than `limit` bytes."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"{path} is larger than {limit} bytes")
    return data


def name_aside(path: Path) -> Path:
    """Return a name beside a file for what is damaged of it; what was put aside before stays.

    Of more than three the last is replaced.
    """
    names = [path.with_name(f"{path.name}{ending}") for ending in _ASIDE]
    return next((name for name in names if not name.exists()), names[-1])


def delete_aside(path: Path) -> None:
    """Delete whatever was put aside of a file. Raises OSError."""
    for aside in path.parent.glob(f"{path.name}.corrupt*"):
        aside.unlink(missing_ok=True)
