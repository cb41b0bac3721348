"""A provider folder: read under limits, taken when both files are new and complete."""

import os
from pathlib import Path
from threading import Event, active_count

import pytest

from downlink.errors import ProviderOutputError, ProviderTimedOutError
from downlink.limits import MAX_FILE_BYTES
from downlink.policy import ONE_FILE_SETTLED_AFTER_LOOKS
from downlink.process import watched_folder
from downlink.process.watched_folder import FolderWatch, read_file, read_folder


def test_read(tmp_path: Path) -> None:
    (tmp_path / "index.m3u").write_bytes(b"playlist")
    assert read_file(tmp_path / "index.m3u", tmp_path) == b"playlist"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="for Linux")
def test_files_are_closed(tmp_path: Path) -> None:
    (tmp_path / "index.m3u").write_bytes(b"playlist")
    (tmp_path / "folder").mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    read_file(tmp_path / "index.m3u", tmp_path)
    with pytest.raises(ProviderOutputError):
        read_file(tmp_path / "folder", tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


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


def test_one_file_alone_is_waited_for(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    watch.changed()
    folder.write("index.m3u")
    assert [watch.changed() for _ in range(3)] == [False, False, False]
    folder.write("index.xml")
    assert [watch.changed() for _ in range(3)] == [False, True, False]


@pytest.mark.parametrize("name", BOTH)
def test_a_file_that_changes_alone_is_taken_in_the_end(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    watch.changed()
    folder.write(name)
    looks = [watch.changed() for _ in range(2 * ONE_FILE_SETTLED_AFTER_LOOKS)]
    assert looks.index(True) == ONE_FILE_SETTLED_AFTER_LOOKS
    assert looks.count(True) == 1


class Stuck:
    """A mount that does not answer: whoever asks for a file's status waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.answer = Event()
        monkeypatch.setattr(watched_folder, "_signature", self.signature)
        monkeypatch.setattr(watched_folder, "read_file", self.read)

    def signature(self, _path: Path) -> tuple[int, int]:
        self.asked += 1
        assert self.answer.wait(60)
        return 1, 1

    def read(self, _path: Path, _within: Path) -> bytes:
        return str(self.signature(_path)).encode()


async def test_a_folder_that_does_not_answer_holds_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = Stuck(monkeypatch)
    watch = FolderWatch(tmp_path)
    before = active_count()
    try:
        for _ in range(5):
            assert not await watch.look(timeout=0.05)
            with pytest.raises(ProviderTimedOutError, match=r"did not answer within 0\.05 seconds"):
                await read_folder(tmp_path, timeout=0.05)
            assert active_count() == before + 1
        assert mount.asked == 1
        # Another folder is none of its business.
        (tmp_path / "other").mkdir()
        assert not await FolderWatch(tmp_path / "other").look(timeout=0.05)
        assert active_count() == before + 2
    finally:
        mount.answer.set()
    assert await read_folder(tmp_path, timeout=30) == (b"(1, 1)", b"(1, 1)")
    assert not await watch.look(timeout=30)


@pytest.mark.parametrize("written_again", [False, True])
async def test_what_a_look_found_too_late_is_told_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_again: bool
) -> None:
    real, answer = watched_folder._signature, Event()  # noqa: SLF001

    def late(path: Path) -> watched_folder.Signature | None:
        assert answer.wait(60)
        return real(path)

    folder = Folder(tmp_path)
    folder.write(*BOTH)
    watch = FolderWatch(tmp_path)
    assert not await watch.look()
    folder.write(*BOTH)
    assert not await watch.look()
    monkeypatch.setattr(watched_folder, "_signature", late)
    try:
        assert not await watch.look(timeout=0.05)
    finally:
        answer.set()
    await read_folder(tmp_path, timeout=30)
    if written_again:
        folder.write(*BOTH)
        assert not await watch.look(timeout=30)
    assert [await watch.look(timeout=30) for _ in range(2)] == [True, False]


async def test_what_goes_wrong_in_a_look_is_raised(tmp_path: Path) -> None:
    with pytest.raises(ProviderOutputError, match=r"There is no index\.m3u"):
        await read_folder(tmp_path, timeout=30)
    write_both(tmp_path)
    assert await read_folder(tmp_path, timeout=30) == (b"x", b"x")


def write_both(folder: Path) -> None:
    Folder(folder).write(*BOTH)


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


def test_the_largest_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "MAX_FILE_BYTES", 3)
    (tmp_path / "index.m3u").write_bytes(b"abc")
    assert read_file(tmp_path / "index.m3u", tmp_path) == b"abc"
    (tmp_path / "index.m3u").write_bytes(b"abcd")
    with pytest.raises(ProviderOutputError, match="larger than 3 bytes"):
        read_file(tmp_path / "index.m3u", tmp_path)


async def test_each_of_the_two_files_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "index.m3u").write_bytes(b"playlist")
    (tmp_path / "index.xml").write_bytes(b"guide")
    assert await read_folder(tmp_path, timeout=30) == (b"playlist", b"guide")


def test_a_file_of_another_size_is_another_file(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    for name in BOTH:
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1, 1))
    watch.changed()
    for name in BOTH:
        (tmp_path / name).write_text("xx")
        os.utime(tmp_path / name, (1, 1))
    assert [watch.changed() for _ in range(3)] == [False, True, False]


async def test_a_look_tells_of_new_files(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    watch = FolderWatch(tmp_path)
    assert not await watch.look()
    folder.write(*BOTH)
    assert [await watch.look() for _ in range(3)] == [False, True, False]
    assert watched_folder.LOOK_TIMEOUT == 20
