"""Files that appear whole, together, or not at all."""

from pathlib import Path
import stat

import pytest

from downlink.errors import CannotWriteError
from downlink.files import delete_aside, name_aside, read_limited, write_whole


def test_written(tmp_path: Path) -> None:
    old = tmp_path / "a"
    old.write_text("old")
    write_whole({old: b"new", tmp_path / "b": b""})
    assert old.read_bytes() == b"new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        pytest.param("nowhere/b", "No such file", id="no folder"),
        pytest.param("a/b", "Not a directory", id="file for a folder"),
        pytest.param(".", "it is a folder", id="folder"),
    ],
)
def test_none_is_written_when_one_cannot_be(tmp_path: Path, bad: str, why: str) -> None:
    old = tmp_path / "a"
    old.write_text("old")
    with pytest.raises(CannotWriteError, match=why):
        write_whole({old: b"new", tmp_path / bad: b"new"})
    assert old.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_reading(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_limited(file, 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_limited(file, 4)
    with pytest.raises(FileNotFoundError):
        read_limited(tmp_path / "b", 4)


def test_names_aside(tmp_path: Path) -> None:
    """What was put aside before stays; of more than three the last is replaced."""
    path = tmp_path / "a"
    names = []
    for _ in range(5):
        aside = name_aside(path)
        aside.touch()
        names.append(aside.name)
    assert names == ["a.corrupt", "a.corrupt.2", *["a.corrupt.3"] * 3]
    (tmp_path / "b.corrupt").touch()
    delete_aside(path)
    assert [one.name for one in tmp_path.iterdir()] == ["b.corrupt"]
    delete_aside(path)
