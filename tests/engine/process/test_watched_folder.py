"""A provider folder: read under limits, taken when both files are new and complete."""

import os
from pathlib import Path

import pytest

from downlink.errors import ProviderOutputError
from downlink.limits import MAX_FILE_BYTES
from downlink.process.watched_folder import FolderWatch, read_file


def test_read(tmp_path: Path) -> None:
    (tmp_path / "index.m3u").write_bytes(b"playlist")
    assert read_file(tmp_path / "index.m3u", tmp_path) == b"playlist"


def test_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"playlist")
    (tmp_path / "index.m3u").symlink_to("real")
    assert read_file(tmp_path / "index.m3u", tmp_path) == b"playlist"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("nothing", "There is no"),
        ("outside", "leads out"),
        ("loop", "cannot be read"),
        ("folder", "not a plain file"),
        ("pipe", "not a plain file"),
        ("empty", "empty"),
        ("large", "larger"),
    ],
)
def test_refused(tmp_path: Path, kind: str, why: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "index.m3u"
    if kind == "outside":
        (tmp_path / "secret").write_text("secret")
        file.symlink_to(tmp_path / "secret")
    elif kind == "loop":
        file.symlink_to(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "empty":
        file.touch()
    elif kind == "large":
        with file.open("wb") as large:
            large.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ProviderOutputError, match=why):
        read_file(file, folder)


class Folder:
    """A folder whose files change when we say so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._time = 1_000_000_000

    def write(self, *names: str) -> None:
        self._time += 1
        for name in names:
            (self.path / name).write_text("x")
            os.utime(self.path / name, (self._time, self._time))


BOTH = ("index.m3u", "index.xml")


def test_taken_once_both_have_settled(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    assert [watch.changed() for _ in range(3)] == [False, False, False]
    folder.write(*BOTH)
    assert [watch.changed() for _ in range(3)] == [False, True, False]


def test_one_file_is_not_enough(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    watch.changed()
    folder.write("index.m3u")
    assert [watch.changed() for _ in range(3)] == [False, False, False]
    folder.write("index.xml")
    assert [watch.changed() for _ in range(3)] == [False, True, False]


def test_still_being_written(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    watch.changed()
    for _ in range(3):
        folder.write(*BOTH)
        assert not watch.changed()
    assert watch.changed()


def test_files_that_come_and_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    watch = FolderWatch(tmp_path)
    assert [watch.changed() for _ in range(2)] == [False, False]
    folder.write("index.m3u")
    assert [watch.changed() for _ in range(2)] == [False, False]
    folder.write("index.xml")
    assert [watch.changed() for _ in range(2)] == [False, True]
    (tmp_path / "index.m3u").unlink()
    assert [watch.changed() for _ in range(2)] == [False, False]
