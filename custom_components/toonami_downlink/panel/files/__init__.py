"""The files of the panel and the card, as they are served. Nothing here needs Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass
import gzip
import hashlib
from pathlib import Path
from typing import Final

from .modules import parse_all, put_together
from .texts import share_out

_SOURCES: Final = (".js", ".css", ".json")


@dataclass(frozen=True)
class File:
    """A file as it is served."""

    content: bytes
    gzipped: bytes | None
    """None where that is not shorter."""
    content_type: str


type Files = Mapping[str, File]
"""What is served, by its path."""


def read_files(folder: Path) -> Files:
    """Return everything that the panel and the card consist of, made from a folder. Blocks.

    Raises ModuleError, and OSError.
    """
    sources = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in _SOURCES
    }
    modules = parse_all(sources)
    served = {**put_together(modules, sources), **share_out(modules, sources)}
    return {path: _file(path, content) for path, content in served.items()}


def _file(path: str, content: bytes) -> File:
    # Some systems know another type for modules, which browsers do not take.
    content_type = "text/javascript" if path.endswith(".js") else "application/json"
    gzipped = gzip.compress(content, mtime=0)
    return File(content, gzipped if len(gzipped) < len(content) else None, content_type)


def digest(files: Files) -> str:
    """Return a short digest of the files and their names."""
    found = hashlib.sha256()
    for path, file in files.items():
        found.update(path.encode())
        found.update(file.content)
    return found.hexdigest()[:8]
