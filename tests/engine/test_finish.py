"""A track becomes one file that real players read: nothing is there twice, or missing unsaid."""

from datetime import date
import json
from pathlib import Path
import shutil
import subprocess
from typing import Any

import pytest

from downlink.recording import source as source_module
from downlink.recording.file_index import read_index
from downlink.recording.finish import FinishError, extension_for, finish
from downlink.recording.folder import Folder
from downlink.recording.model import TRACKS, Reason
from downlink.recording.tags import Tags
from downlink.recording.track import INDEX, NOTE, Track, gaps_between, read_track, remove_track

from .recording import at, files_in, gaps, joined, make_track
from .relay_ts.nodes import complaints, counters, run

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="there is no ffmpeg here")
TAGS = Tags(title="Asteroid Blues")
EXTENSIONS = [
    pytest.param(FFMPEG, ".mp4", id="ffmpeg", marks=needs_ffmpeg),
    pytest.param(None, ".ts", id="without"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TRACKS / "0123456789abcdef"


def probe(path: Path) -> dict[str, Any]:
    """What ffprobe says of a file."""
    words = ("-show_format", "-show_streams", "-show_chapters", "-of", "json")
    found: dict[str, Any] = json.loads(run("ffprobe", "-v", "error", *words, str(path))[0])
    return found


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def everything_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def pictures(path: Path) -> list[tuple[int, int]]:
    return counters(path.read_bytes())


@pytest.mark.parametrize(("ffmpeg", "extension"), EXTENSIONS)
async def test_a_whole_recording(
    folder: Path, east: list[bytes], west: list[bytes], ffmpeg: str | None, extension: str
) -> None:
    """Over a change of the node, every picture is there once."""
    base = folder.parent.parent
    segments = joined([*east[:3], *west[3:]])
    entries = make_track(folder, dict(enumerate(segments)))
    content = (folder / INDEX).read_bytes()
    assert await extension_for(folder, ffmpeg=ffmpeg) == extension
    target = base / "Cowboy Bebop" / "Season 01" / f"Cowboy Bebop S01E01{extension}"
    done = await finish(folder, target, TAGS, ffmpeg=ffmpeg, min_free=0)
    assert (done.path, done.entries, done.size) == (target, entries, target.stat().st_size)
    assert done.duration == pytest.approx(6.0, abs=0.1)
    assert float(probe(target)["format"]["duration"]) == pytest.approx(6.0, abs=0.25)
    assert pictures(target) == [(1 if number < 75 else 2, number) for number in range(150)]
    assert complaints(target.read_bytes()) == ""
    assert probe(target)["chapters"] == []
    assert files_in(base) == [target.relative_to(base).as_posix()]
    assert (folder / INDEX).read_bytes() == content
    assert names_in(folder) - {entry.name for entry in entries} == {INDEX, NOTE}
    remove_track(folder)
    assert names_in(folder.parent) == set()
    remove_track(folder)


@needs_ffmpeg
async def test_gaps_become_chapters(folder: Path, east: list[bytes], west: list[bytes]) -> None:
    """After a restart times begin anew, and in the file they run on."""
    segments = dict(enumerate(joined(east[:2], west[4:])))
    shifted = {0: segments[0], 1: segments[1], 4: segments[2], 5: segments[3]}
    entries = make_track(folder, shifted, 4)
    target = folder.parent.parent / "x.mp4"
    tags = Tags(title="x", chapter="Teil {number} = ü;#\\")
    done = await finish(folder, target, tags, ffmpeg=FFMPEG, min_free=0)
    assert done.duration == pytest.approx(4.0, abs=0.1)
    assert done.entries == entries
    numbers = [*range(50), *range(100, 150)]
    assert pictures(target) == [(1 if number < 50 else 2, number) for number in numbers]
    chapters = [
        (float(one["start_time"]), float(one["end_time"]), one["tags"]["title"])
        for one in probe(target)["chapters"]
    ]
    assert [title for *_, title in chapters] == ["Teil 1 = ü;#\\ ", "Teil 2 = ü;#\\ "]
    assert [start for start, *_ in chapters] == pytest.approx([0.0, 2.0], abs=0.05)
    assert [stop for _, stop, _ in chapters] == pytest.approx([2.0, 4.0], abs=0.05)


@needs_ffmpeg
async def test_tags(folder: Path, east: list[bytes]) -> None:
    make_track(folder, dict(enumerate(joined(east[:1]))))
    tags = Tags(
        title="=Title; with # all \\ of\nit",
        show="[CHAPTER]",
        season=0,
        episode=12,
        description="One line.\n\nTITLE=another\n;and # more \\",
        date=date(2026, 11, 26),
        channel="Toonami Aftermath East \U0001f680",
    )
    target = folder.parent.parent / "x.mp4"
    await finish(folder, target, tags, ffmpeg=FFMPEG, min_free=0)
    found = probe(target)["format"]["tags"]
    expected = {
        "title": "=Title; with # all \\ of\nit",
        "show": "[CHAPTER]",
        "season_number": "0",
        "episode_sort": "12",
        "description": f"{tags.description} ",
        "synopsis": f"{tags.description} ",
        "date": "2026-11-26",
        "network": "Toonami Aftermath East \U0001f680",
        "media_type": "10",
    }
    assert {name: found.get(name) for name in expected} == expected


@needs_ffmpeg
async def test_the_index_is_in_front(folder: Path, east: list[bytes]) -> None:
    """So it can be played from the web at once."""
    make_track(folder, dict(enumerate(joined(east))))
    target = folder.parent.parent / "x.mp4"
    await finish(folder, target, TAGS, ffmpeg=FFMPEG, min_free=0)
    content = target.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    with target.open("rb") as file:
        index = read_index(file)
    # And any part of it can be found by the time at which it was on air.
    assert index.made == read_track(folder)[0].start.replace(microsecond=0)
    seconds = sum(one.duration for one in index.fragments)
    assert seconds == pytest.approx(len(east) * 1.0, abs=0.25)


@needs_ffmpeg
async def test_sound_alone(folder: Path, tmp_path: Path) -> None:
    hls = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "0", "-hls_segment_filename", "%d.ts")
    sound = ("-f", "lavfi", "-i", "sine=d=3", "-c:a", "aac")
    (tmp_path / "made").mkdir()
    run("ffmpeg", "-v", "error", *sound, *hls, "index.m3u8", folder=tmp_path / "made")
    segments = [path.read_bytes() for path in sorted((tmp_path / "made").glob("*.ts"))]
    make_track(folder, dict(enumerate(joined(segments))))
    assert await extension_for(folder, ffmpeg=FFMPEG) == ".m4a"
    target = tmp_path / "x.m4a"
    done = await finish(folder, target, TAGS, ffmpeg=FFMPEG, min_free=0)
    assert done.duration == pytest.approx(3.0, abs=0.1)
    assert [one["codec_name"] for one in probe(target)["streams"]] == ["aac"]
    assert probe(target)["format"]["tags"]["title"] == "Asteroid Blues"
    assert complaints(target.read_bytes()) == ""


async def test_nothing_has_no_picture(folder: Path) -> None:
    make_track(folder, {})
    assert await extension_for(folder, ffmpeg="ffmpeg") == ".m4a"
    track = Track.open(folder)
    with pytest.raises(FinishError, match="already") as caught:
        await extension_for(folder, ffmpeg="ffmpeg")
    assert caught.value.reason is Reason.DISK
    track.release()


# What cannot be used


@pytest.mark.parametrize(("ffmpeg", "extension"), EXTENSIONS)
@pytest.mark.parametrize("damage", ["missing", "torn", "zeros", "web page", "link"])
async def test_a_damaged_segment_becomes_a_gap(
    folder: Path, east: list[bytes], ffmpeg: str | None, extension: str, damage: str
) -> None:
    entries = make_track(folder, dict(enumerate(joined(east))))
    bad = folder / entries[2].name
    content = bad.read_bytes()
    bad.unlink()
    if damage == "link":
        (folder.parent / "elsewhere").write_bytes(content)
        bad.symlink_to(folder.parent / "elsewhere")
    elif damage != "missing":
        new = {"torn": content[:-188], "zeros": bytes(len(content))}
        bad.write_bytes(new.get(damage, b"<html>".ljust(len(content))))
    target = folder.parent.parent / f"x{extension}"
    done = await finish(folder, target, TAGS, ffmpeg=ffmpeg, min_free=0)
    assert [entry.name for entry in done.entries] == [
        entry.name for entry in entries if entry != entries[2]
    ]
    found = gaps_between(done.entries, at(0), at(6))
    assert found == gaps((2, 3))
    assert pictures(target) == [(1, number) for number in (*range(50), *range(75, 150))]
    if ffmpeg:
        assert [one["tags"]["title"] for one in probe(target)["chapters"]] == ["Part 1", "Part 2"]


@pytest.mark.parametrize("segments", [{}, {0: b"nothing"}], ids=["none", "no media"])
async def test_nothing_to_finish(folder: Path, segments: dict[int, bytes]) -> None:
    make_track(folder, segments)
    with pytest.raises(FinishError) as caught:
        await finish(folder, folder.parent.parent / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert caught.value.reason is Reason.NO_SIGNAL
    assert files_in(folder.parent.parent) == []


async def test_no_track_at_all(folder: Path) -> None:
    with pytest.raises(FinishError) as caught:
        await finish(folder, folder.parent.parent / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert caught.value.reason is Reason.DISK


async def test_not_while_it_is_recorded(folder: Path, east: list[bytes]) -> None:
    make_track(folder, dict(enumerate(joined(east))))
    track = Track.open(folder)
    with pytest.raises(FinishError, match="written to already"):
        await finish(folder, folder.parent.parent / "x.ts", TAGS, ffmpeg=None, min_free=0)
    track.release()
    await finish(folder, folder.parent.parent / "x.ts", TAGS, ffmpeg=None, min_free=0)


@pytest.mark.parametrize("is_enough", [False, True])
async def test_space_is_left(
    folder: Path, east: list[bytes], monkeypatch: pytest.MonkeyPatch, is_enough: bool
) -> None:
    entries = make_track(folder, dict(enumerate(joined(east))))
    size = sum(entry.size for entry in entries)
    monkeypatch.setattr(Folder, "free", property(lambda _: 1000 + size))
    target = folder.parent.parent / "x.ts"
    least = 1000 if is_enough else 1001
    if is_enough:
        await finish(folder, target, TAGS, ffmpeg=None, min_free=least)
    else:
        with pytest.raises(FinishError) as caught:
            await finish(folder, target, TAGS, ffmpeg=None, min_free=least)
        assert caught.value.reason is Reason.DISK_FULL


async def test_a_disk_that_does_not_say_how_much_is_free(
    folder: Path, east: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_track(folder, dict(enumerate(joined(east))))
    monkeypatch.setattr(Folder, "free", property(lambda _: None))
    await finish(folder, folder.parent.parent / "x.ts", TAGS, ffmpeg=None)


# Where it goes


async def test_never_over_another_file(folder: Path, east: list[bytes]) -> None:
    base = folder.parent.parent
    (base / "x.ts").write_text("mine")
    (base / "x (2).ts").symlink_to("nowhere")
    make_track(folder, dict(enumerate(joined(east))))
    done = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert done.path == base / "x (3).ts"
    assert (base / "x.ts").read_text() == "mine"
    assert not (base / "nowhere").exists()


@pytest.mark.parametrize("name", ["x.mp4", "x.m4a"])
async def test_never_called_as_another_one(folder: Path, east: list[bytes], name: str) -> None:
    """They would have the same picture beside them."""
    base = folder.parent.parent
    (base / name).touch()
    make_track(folder, dict(enumerate(joined(east[:1]))))
    done = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert done.path == base / "x (2).ts"


@pytest.mark.parametrize("count", [99, 100])
async def test_so_many_names_are_tried(folder: Path, east: list[bytes], count: int) -> None:
    base = folder.parent.parent
    (base / "x.ts").touch()
    for number in range(2, count + 1):
        (base / f"x ({number}).ts").touch()
    make_track(folder, dict(enumerate(joined(east))))
    if count < 100:
        done = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
        assert done.path == base / "x (100).ts"
    else:
        with pytest.raises(FinishError, match="too many files"):
            await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)


@pytest.mark.parametrize(
    "place", ["", "../x.ts", "Show/../../x.ts", "/x.ts", ".tracks/x.ts", "link/x.ts", "file/x.ts"]
)
async def test_nowhere_else(folder: Path, east: list[bytes], tmp_path: Path, place: str) -> None:
    make_track(folder, dict(enumerate(joined(east))))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "file").touch()
    before = everything_in(tmp_path)
    with pytest.raises(FinishError) as caught:
        await finish(folder, tmp_path / place, TAGS, ffmpeg=None, min_free=0)
    assert caught.value.reason is Reason.DISK
    assert everything_in(tmp_path) == before
    assert not (tmp_path.parent / "x.ts").exists()


async def test_done_already(folder: Path, east: list[bytes]) -> None:
    """Whoever has forgotten it gets the same file again."""
    base = folder.parent.parent
    entries = make_track(folder, dict(enumerate(joined(east))))
    (folder / entries[2].name).unlink()
    first = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert await finish(folder, base / "y.ts", TAGS, ffmpeg=None, min_free=0) == first
    assert len(first.entries) == 5
    assert files_in(base) == ["x.ts"]
    (base / "x.ts").write_bytes(b"another one")
    again = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
    assert again.path == base / "x (2).ts"


NOTES: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"[" * 100_000,
    {"path": "../x.ts"},
    {"path": "/etc/passwd"},
    {"path": ".tracks/0123456789abcdef/000001.ts"},
    {"path": "x.ts/x.ts"},
    {"path": "folder"},
    {"path": "link"},
    {"path": "missing"},
    {"path": "missing/x.ts"},
    {"path": 1},
    {"size": "much"},
    {"size": 5},
    {"size": float("inf")},
    {"left_out": 1},
    {"left_out": [[]]},
    {"duration": []},
]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: str(note)[:40])
async def test_a_note_that_makes_no_sense_is_none(
    folder: Path, east: list[bytes], note: bytes | dict[str, object]
) -> None:
    base = folder.parent.parent
    make_track(folder, dict(enumerate(joined(east[:1]))))
    (base / "x.ts").write_text("mine")
    (base / "folder").mkdir()
    (base / "link").symlink_to("x.ts")
    right: dict[str, object] = {"path": "x.ts", "size": 4, "duration": 1.0, "left_out": []}
    if isinstance(note, dict):
        note = json.dumps(right | note).encode()
    (folder / NOTE).write_bytes(note)
    done = await finish(folder, base / "y.ts", TAGS, ffmpeg=None, min_free=0)
    assert done.path == base / "y.ts"
    assert (base / "x.ts").read_text() == "mine"


async def test_the_largest_note(
    folder: Path, east: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is larger than it can be is none."""
    base = folder.parent.parent
    make_track(folder, dict(enumerate(joined(east[:1]))))
    first = await finish(folder, base / "x.ts", TAGS, ffmpeg=None, min_free=0)
    size = (folder / NOTE).stat().st_size
    monkeypatch.setattr(source_module, "_MAX_NOTE", size)
    assert (await finish(folder, base / "y.ts", TAGS, ffmpeg=None, min_free=0)) == first
    monkeypatch.setattr(source_module, "_MAX_NOTE", size - 1)
    second = await finish(folder, base / "y.ts", TAGS, ffmpeg=None, min_free=0)
    assert second.path == base / "y.ts"


def test_a_journal_is_played_as_it_is(folder: Path, east: list[bytes], west: list[bytes]) -> None:
    """While it grows, by whoever finds it."""
    if FFMPEG is None:
        pytest.skip("there is no ffmpeg here")
    track = Track.open(folder)
    for number, data in enumerate(joined(east[:2], west[2:4])):
        track.append(data, at(number), 1.0, number == 2)
    track.close()
    assert len(read_track(folder)) == 4
    found = subprocess.run(  # noqa: S603
        [
            *(FFMPEG, "-v", "error", "-i", str(folder / INDEX)),
            *("-map", "0:v", "-c", "copy", "-f", "framecrc", "-"),
        ],
        capture_output=True,
        check=True,
    )
    assert found.stdout.count(b"\n0, ") == 100
