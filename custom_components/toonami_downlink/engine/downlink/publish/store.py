"""Published feeds on disk: whole generations, of which the newest is the current one.

A generation is a directory that appears under its number by one rename, so there is no moment at
which a half-written one could be taken for whole. Everything here blocks: call it in an executor.
"""

from collections.abc import Iterator, Mapping
import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
import hashlib
import json
import os
from pathlib import Path
import re
import shutil
import stat
import tempfile
from threading import Lock
from typing import Any, Final

from ..errors import DownlinkError, NewerVersionError, StoreError
from ..formats.xmltv_reader import parse_xmltv
from ..limits import MAX_CHANNELS, MAX_FILE_BYTES, MAX_PROGRAMMES
from ..models import Channel, Feed, IngestReport, Programme
from ..policy import GENERATIONS_KEPT
from .history import report_from_json, report_to_json

PLAYLIST: Final = "playlist.m3u"
GUIDE: Final = "guide.xml"
MANIFEST: Final = "manifest.json"

_FORMAT: Final = 1
_NUMBER: Final = re.compile(r"[0-9]{8,}", re.ASCII)
_TEMPORARY: Final = "."
"""Begins the names of directories that are being written or removed."""
_publishing: Final = Lock()
"""A dialog may try a provider while the schedule refreshes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One published feed, with its two files as they are on disk."""

    number: int
    feed: Feed
    report: IngestReport
    playlist: bytes
    guide: bytes
    digests: Mapping[str, str]
    """File name to the sha256 of what is in it, in hexadecimal."""


class Store:
    """The generations in one data folder."""

    def __init__(self, folder: Path) -> None:
        """Use ``generations`` in `folder`; nothing is touched before the first call."""
        self._root = folder / "generations"
        self.damaged: list[str] = []
        """Why the last `load` skipped generations, the newest first."""

    def path(self, number: int) -> Path:
        """The directory of that generation."""
        return self._root / f"{number:08}"

    def publish(
        self, feed: Feed, report: IngestReport, playlist: bytes, guide: bytes
    ) -> Generation:
        """Make a new generation the current one.

        `guide` is the XMLTV document from which `load` reads the programmes of `feed` back.
        Raises StoreError; then the generation that was current before still is.
        """
        temporary: Path | None = None
        with _publishing:
            try:
                self._clean_up()
                temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=self._root))
                write_generation(temporary, feed, report, playlist, guide)
                return self._adopt(temporary)
            except OSError as err:
                raise self._not_written(err) from err
            finally:
                if temporary:
                    shutil.rmtree(temporary, ignore_errors=True)

    def adopt(self, path: Path) -> Generation:
        """Make what `write_generation` wrote into a directory the current generation.

        The directory is on the same file system, and is moved. It is read as `load` would read it
        first: what is published can be loaded again. Raises StoreError; then the generation that
        was current before still is.
        """
        with _publishing:
            try:
                self._clean_up()
            except OSError as err:
                raise self._not_written(err) from err
            return self._adopt(path)

    def _adopt(self, path: Path) -> Generation:
        generation = read_generation(path)
        try:
            number = max(self._numbers(), default=0) + 1
            path.rename(self.path(number))
        except OSError as err:
            raise self._not_written(err) from err
        # From here on the new generation is the current one, whatever happens.
        _sync_directory(self._root)
        with contextlib.suppress(OSError):
            for old in sorted(self._numbers())[:-GENERATIONS_KEPT]:
                self._remove(self.path(old))
        return replace(generation, number=number)

    def _not_written(self, err: OSError) -> StoreError:
        return StoreError(f"The feed cannot be written to {self._root}: {err}.")

    def load(self) -> Generation | None:
        """The newest generation that is whole, or None.

        Raises StoreError when the data folder cannot be read at all, and NewerVersionError when
        a newer version has written to it: publishing would push that out.
        """
        self.damaged = []
        try:
            numbers = sorted(self._numbers(), reverse=True)
        except FileNotFoundError:
            return None
        except OSError as err:
            raise StoreError(f"The data folder {self._root} cannot be read: {err}.") from err
        for number in numbers:
            try:
                return _read_generation(self.path(number), number)
            except _DamagedError as err:
                self.damaged.append(f"generation {number}: {err}")
        return None

    def clear(self) -> None:
        """Remove every generation. Raises StoreError."""
        try:
            shutil.rmtree(self._root)
        except FileNotFoundError:
            return
        except OSError as err:
            raise StoreError(f"The data folder {self._root} cannot be emptied: {err}.") from err

    def _numbers(self) -> Iterator[int]:
        return (int(path.name) for path in self._root.iterdir() if _NUMBER.fullmatch(path.name))

    def _clean_up(self) -> None:
        """Make the folder, without what a publish or a removal that was killed left behind."""
        self._root.mkdir(parents=True, exist_ok=True)
        for path in self._root.iterdir():
            if path.name.startswith(_TEMPORARY):
                shutil.rmtree(path, ignore_errors=True)

    def _remove(self, path: Path) -> None:
        # Under a hidden name first, so that no half-removed generation is ever looked at.
        hidden = path.with_name(f"{_TEMPORARY}{path.name}")
        path.rename(hidden)
        shutil.rmtree(hidden)


class _DamagedError(Exception):
    """Why a generation cannot be used."""


def write_generation(
    path: Path, feed: Feed, report: IngestReport, playlist: bytes, guide: bytes
) -> None:
    """Write a generation into a directory. Raises OSError, and StoreError over a limit."""
    files = {PLAYLIST: playlist, GUIDE: guide}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files[MANIFEST] = _write_manifest(feed, report, files, digests)
    try:
        _check_size(feed, files)
    except _DamagedError as err:
        raise StoreError(f"The feed cannot be stored: {err}.") from err
    for name, data in files.items():
        _write(path / name, data)
    _sync_directory(path)


def read_generation(path: Path) -> Generation:
    """Read what `write_generation` wrote; its number is 0. Raises StoreError for anything else."""
    try:
        return _read_generation(path, 0)
    except _DamagedError as err:
        raise StoreError(f"The feed cannot be loaded again: {err}.") from err


def _check_size(feed: Feed, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        if len(data) > MAX_FILE_BYTES:
            raise _DamagedError(f"{name} is larger than {MAX_FILE_BYTES} bytes")
    if len(feed.channels) > MAX_CHANNELS:
        raise _DamagedError(f"it has more than {MAX_CHANNELS} channels")
    if sum(map(len, feed.guide.values())) > MAX_PROGRAMMES:
        raise _DamagedError(f"it has more than {MAX_PROGRAMMES} programmes")


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    # Network and FAT file systems refuse this; there the rename is as durable as it gets.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_manifest(
    feed: Feed, report: IngestReport, files: Mapping[str, bytes], digests: Mapping[str, str]
) -> bytes:
    content: dict[str, Any] = {
        "format": _FORMAT,
        "made": feed.made.isoformat(),
        "channels": [
            {
                "key": channel.key,
                "name": channel.name,
                "number": channel.number,
                "guide_id": channel.guide_id,
                "stream_url": channel.stream_url,
                "radio": channel.radio,
                "missed": channel.missed,
            }
            for channel in feed.channels
        ],
        "report": report_to_json(report),
        "files": {
            name: {"size": len(data), "sha256": digests[name]} for name, data in files.items()
        },
    }
    content["sha256"] = _seal(content)
    return json.dumps(content, indent=1).encode()


def _seal(content: Mapping[str, Any]) -> str:
    """The digest of a manifest's own content, but for the digest itself."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _read_generation(path: Path, number: int) -> Generation:
    if not stat.S_ISDIR(_mode(path)):
        raise _DamagedError("not a directory")
    manifest = _read_manifest(_read(path / MANIFEST))
    playlist = _read_checked(path / PLAYLIST, manifest)
    guide = _read_checked(path / GUIDE, manifest)
    try:
        channels = tuple(Channel(**channel) for channel in manifest["channels"])
        feed = Feed(
            made=datetime.fromisoformat(manifest["made"]),
            channels=channels,
            guide=_read_programmes(channels, guide),
        )
        _check_size(feed, {})
        report = report_from_json(manifest["report"])
    except (DownlinkError, AttributeError, KeyError, TypeError, ValueError) as err:
        raise _DamagedError(f"its content cannot be used: {err!r}") from err
    return Generation(
        number=number,
        feed=feed,
        report=report,
        playlist=playlist,
        guide=guide,
        digests={name: manifest["files"][name]["sha256"] for name in (PLAYLIST, GUIDE)},
    )


def _read_programmes(
    channels: tuple[Channel, ...], guide: bytes
) -> Mapping[str, tuple[Programme, ...]]:
    programmes = parse_xmltv(guide).programmes
    return {channel.key: tuple(programmes.get(channel.guide_id, ())) for channel in channels}


def _read_manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise _DamagedError(f"{MANIFEST} is not JSON") from err
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _DamagedError(f"{MANIFEST} is of another version")
    # The format's number and the seal stay what they are in every format: a manifest that is
    # only damaged must not be taken for one of a newer version.
    if manifest.get("sha256") != _seal(manifest):
        raise _DamagedError(f"{MANIFEST} has been changed")
    if manifest["format"] > _FORMAT:
        raise NewerVersionError(f"the stored feed has format {manifest['format']}")
    if manifest["format"] < _FORMAT:
        raise _DamagedError(f"{MANIFEST} is of another version")
    return manifest


def _read_checked(path: Path, manifest: Mapping[str, Any]) -> bytes:
    try:
        expected = manifest["files"][path.name]
        size, digest = expected["size"], expected["sha256"]
    except (KeyError, TypeError) as err:
        raise _DamagedError(f"{MANIFEST} does not list {path.name}") from err
    data = _read(path)
    if len(data) != size:
        raise _DamagedError(f"{path.name} has {len(data)} bytes instead of {size}")
    if hashlib.sha256(data).hexdigest() != digest:
        raise _DamagedError(f"{path.name} has been changed")
    return data


def _read(path: Path) -> bytes:
    """A plain file of acceptable size; what a link points to is not ours."""
    if not stat.S_ISREG(_mode(path)):
        raise _DamagedError(f"{path.name} is not a plain file")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as err:
        raise _DamagedError(f"{path.name} cannot be read: {err}") from err
    if len(data) > MAX_FILE_BYTES:
        raise _DamagedError(f"{path.name} is larger than {MAX_FILE_BYTES} bytes")
    return data


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError as err:
        raise _DamagedError(f"{path.name} cannot be read: {err}") from err
