"""A track holds what was given to it, and is told what it is by its journal alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import errno
import fcntl
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from downlink.limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS
from downlink.recording import journal, track as track_module
from downlink.recording.folder import Folder
from downlink.recording.model import TRACKS, Reason
from downlink.recording.track import INDEX, Entry, Track, TrackError, read_track

T = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
SEGMENTS = [b"one" * 100, b"two" * 200, b"three" * 300]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TRACKS / "0123456789abcdef"


def fill(track: Track, *segments: bytes, start: datetime = T) -> list[Entry]:
    """Append segments of ten seconds, one after the other."""
    return [
        track.append(data, start + timedelta(seconds=10 * number), 10.0, False)
        for number, data in enumerate(segments)
    ]


def make(folder: Path, *segments: bytes, is_over: bool = False) -> tuple[Entry, ...]:
    track = Track.open(folder)
    fill(track, *segments)
    if is_over:
        track.close()
    track.release()
    return track.entries


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def reopened(folder: Path) -> tuple[Entry, ...]:
    """What is there when the track is opened; after that nothing else is, and it can go on."""
    track = Track.open(folder)
    entries = track.entries
    assert read_track(folder) == entries
    assert {path.name for path in folder.iterdir() if not path.is_dir()} == {
        INDEX,
        *(entry.name for entry in entries),
    }
    assert track.size == sum(entry.size for entry in entries)
    more = track.append(b"more", T + timedelta(hours=1), 1.0, False)
    track.release()
    assert read_track(folder) == (*entries, more)
    assert (folder / more.name).read_bytes() == b"more"
    return entries


def test_written(folder: Path) -> None:
    track = Track.open(folder)
    assert [*track.entries] == []
    assert [track.last, track.size] == [None, 0]
    first, second, third = fill(track, *SEGMENTS)
    assert first == Entry("000001.ts", T, 10.0, 300, discontinuity=False)
    assert third.stop == T + timedelta(seconds=30)
    assert track.last == third
    assert track.size == 300 + 600 + 1500
    assert read_track(folder) == track.entries == (first, second, third)
    track.close()
    assert [(folder / entry.name).read_bytes() for entry in track.entries] == SEGMENTS
    assert (folder / INDEX).read_text().splitlines()[:9] == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:60",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T05:30:00.000000Z",
        "#SIZE:300",
        "#EXTINF:10.000000,",
        "000001.ts",
    ]
    assert (folder / INDEX).read_text().endswith("\n000003.ts\n#EXT-X-ENDLIST\n")


def test_goes_on(folder: Path) -> None:
    before = make(folder, *SEGMENTS)
    content = (folder / INDEX).read_bytes()
    track = Track.open(folder)
    assert track.entries == before
    assert (folder / INDEX).read_bytes() == content
    more = track.append(b"more", T, 9.123456789, True)
    assert more == Entry("000004.ts", T, 9.123457, 4, discontinuity=True)
    assert (folder / INDEX).read_bytes() == content + journal.record_of(more)
    track.release()
    track.release()


def test_goes_on_after_its_end(folder: Path) -> None:
    before = make(folder, *SEGMENTS, is_over=True)
    content = (folder / INDEX).read_bytes()
    (folder / track_module.NOTE).write_text("{}")
    track = Track.open(folder)
    assert (folder / INDEX).read_bytes() == content
    track.close()
    assert (folder / INDEX).read_bytes() == content, "it was over already"
    assert names(folder) >= {track_module.NOTE}
    assert reopened_and_noteless(folder) == before


def reopened_and_noteless(folder: Path) -> tuple[Entry, ...]:
    track = Track.open(folder)
    before = track.entries
    fill(track, b"more")
    assert read_track(folder) == track.entries
    assert track_module.NOTE not in names(folder)
    assert b"ENDLIST" not in (folder / INDEX).read_bytes()
    track.close()
    assert (folder / INDEX).read_bytes().count(b"ENDLIST") == 1
    return before


def test_the_first_segment_goes_on_from_nothing(folder: Path) -> None:
    track = Track.open(folder)
    assert not track.append(b"1", T, 1.0, True).discontinuity
    assert track.append(b"2", T, 1.0, True).discontinuity


def test_times_are_in_utc_also_when_clocks_are_set_back(folder: Path) -> None:
    """The same hour twice, in New York: the second half past one is an hour later."""
    zone = ZoneInfo("America/New_York")
    track = Track.open(folder)
    for fold in (0, 1):
        track.append(b"1", datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold), 10.0, False)
    assert [entry.start for entry in read_track(folder)] == [T, T + timedelta(hours=1)]


@pytest.mark.parametrize("cut", range(0, 420, 13))
def test_a_cut_journal_is_read_as_far_as_it_goes(folder: Path, cut: int) -> None:
    before = make(folder, *SEGMENTS, is_over=True)
    content = (folder / INDEX).read_bytes()[:cut]
    (folder / INDEX).write_bytes(content)
    whole = content.count(b".ts\n")
    assert reopened(folder) == before[:whole]


def to_link(path: Path) -> None:
    """Put a link in the place of a file, to a file of the same size elsewhere."""
    other = path.parent.parent.parent / "elsewhere"
    path.replace(other)
    path.symlink_to(other)


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b"short"), id="shorter"),
        pytest.param(lambda path: path.write_bytes(b"long" * 1000), id="longer"),
        pytest.param(to_link, id="link"),
        pytest.param(to_pipe, id="pipe"),
        pytest.param(to_folder, id="folder"),
    ],
)
def test_a_damaged_segment_is_left_out(folder: Path, damage: Callable[[Path], object]) -> None:
    first, second, third = make(folder, *SEGMENTS)
    damage(folder / second.name)
    found = reopened(folder)
    assert [entry.name for entry in found] == [first.name, third.name]
    assert [entry.discontinuity for entry in found] == [False, True]


def test_a_link_as_long_as_a_segment_is_none(folder: Path) -> None:
    other = folder.parent.parent / "elsewhere"
    size = len(str(other))
    (first,) = make(folder, bytes(size))
    (folder / first.name).unlink()
    other.write_bytes(bytes(size))
    (folder / first.name).symlink_to(other)
    assert reopened(folder) == ()


def test_nothing_is_left_of_a_first_segment_that_is_damaged(folder: Path) -> None:
    first, *others = make(folder, *SEGMENTS)
    (folder / first.name).unlink()
    assert reopened(folder) == tuple(others)


@pytest.mark.parametrize("kind", ["link", "pipe", "nothing"])
def test_what_lies_in_the_journals_place_is_replaced(folder: Path, kind: str) -> None:
    make(folder, *SEGMENTS)
    index, other = folder / INDEX, folder.parent.parent / "elsewhere"
    index.replace(other)
    if kind == "link":
        index.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(index)
    assert read_track(folder) == ()
    content = other.read_bytes()
    assert reopened(folder) == ()
    assert other.read_bytes() == content


def test_a_folder_in_the_journals_place_stops_it(folder: Path) -> None:
    (folder / INDEX).mkdir(parents=True)
    with pytest.raises(TrackError) as caught:
        Track.open(folder)
    assert caught.value.reason is Reason.DISK


def test_strangers_are_removed(folder: Path) -> None:
    before = make(folder, *SEGMENTS)
    elsewhere = folder.parent.parent / "elsewhere"
    elsewhere.write_text("mine")
    (folder / "link").symlink_to(elsewhere)
    (folder / "@eaDir").mkdir()
    for number in range(3000):
        (folder / f"stranger {number}").touch()
    (folder / "000004.ts").write_bytes(b"in flight")
    (folder / "000005.ts.part").write_bytes(b"in flight")
    assert reopened(folder) == before
    assert elsewhere.read_text() == "mine"
    assert (folder / "@eaDir").is_dir()


@pytest.mark.parametrize("which", [0, 1])
def test_no_link_is_followed_to_a_track(folder: Path, which: int) -> None:
    link = [folder, folder.parent][which]
    other = folder.parent.parent / "elsewhere"
    (other / folder.name).mkdir(parents=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(other)
    for look in (Track.open, read_track):
        with pytest.raises(TrackError) as caught:
            look(folder)
        assert caught.value.reason is Reason.DISK
    assert [path for path in other.rglob("*") if path.is_file()] == []


def test_the_recordings_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    before = make(tmp_path / "link" / TRACKS / "abc", *SEGMENTS)
    assert read_track(tmp_path / "real" / TRACKS / "abc") == before


def test_a_disk_that_is_away_is_not_written_beside(tmp_path: Path) -> None:
    folder = tmp_path / "away" / TRACKS / "abc"
    with pytest.raises(TrackError, match="No such file"):
        Track.open(folder)
    assert read_track(folder) == ()
    assert list(tmp_path.iterdir()) == []


def test_only_one_writes(folder: Path) -> None:
    first = Track.open(folder)
    fill(first, *SEGMENTS)
    with pytest.raises(TrackError, match="written to already") as caught:
        Track.open(folder)
    assert caught.value.reason is Reason.DISK
    fill(first, b"more")
    first.release()
    assert len(reopened(folder)) == 4


def test_a_disk_without_locks_is_used_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    make(folder, *SEGMENTS)
    assert len(reopened(folder)) == 3


@pytest.mark.parametrize(
    ("size", "seconds", "is_right"),
    [
        (1, 0.000001, True),
        (0, 1.0, False),
        (1, 0.0, False),
        (1, 0.0000001, False),
        (1, float("nan"), False),
        (1, float(MAX_SEGMENT_SECONDS), True),
        (1, MAX_SEGMENT_SECONDS + 0.001, False),
        (MAX_SEGMENT_BYTES, 1.0, True),
        (MAX_SEGMENT_BYTES + 1, 1.0, False),
    ],
)
def test_what_is_a_segment(folder: Path, size: int, seconds: float, is_right: bool) -> None:
    track = Track.open(folder)
    if is_right:
        track.append(bytes(size), T, seconds, False)
    else:
        with pytest.raises(ValueError, match="cannot be"):
            track.append(bytes(size), T, seconds, False)
    assert read_track(folder) == track.entries
    assert len(track.entries) == is_right


def test_a_track_is_full_at_its_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (journal, track_module):
        monkeypatch.setattr(module, "MAX_TRACK_SEGMENTS", 3)
    track = Track.open(folder)
    fill(track, *SEGMENTS)
    with pytest.raises(TrackError, match="too many segments"):
        fill(track, b"one more")
    assert names(folder) == {INDEX, "000001.ts", "000002.ts", "000003.ts"}


def test_a_track_is_full_when_its_numbers_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder, *SEGMENTS)
    (folder / "000001.ts").unlink()
    monkeypatch.setattr(track_module, "MAX_TRACK_SEGMENTS", 3)
    track = Track.open(folder)
    with pytest.raises(TrackError, match="too many segments"):
        fill(track, b"one more")


def test_space_is_left(folder: Path) -> None:
    free = os.statvfs(folder.parent.parent)
    room = free.f_bavail * free.f_frsize
    with pytest.raises(TrackError) as caught:
        Track.open(folder, min_free=room * 2)
    assert caught.value.reason is Reason.DISK_FULL
    make(folder, *SEGMENTS)
    track = Track.open(folder, min_free=room * 2)
    with pytest.raises(TrackError) as caught:
        fill(track, b"more")
    assert caught.value.reason is Reason.DISK_FULL
    assert names(folder) == {INDEX, "000001.ts", "000002.ts", "000003.ts"}
    with pytest.raises(TrackError):
        fill(track, b"more")
    assert len(reopened(folder)) == 3


@pytest.mark.parametrize(("free", "is_enough"), [(1003, False), (1004, True), (None, True)])
def test_space_is_counted_with_the_segment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, free: int | None, is_enough: bool
) -> None:
    Track.open(folder).release()
    track = Track.open(folder, min_free=1000)
    monkeypatch.setattr(Folder, "free", property(lambda _: free))
    if is_enough:
        fill(track, b"more")
    else:
        with pytest.raises(TrackError):
            fill(track, b"more")


def test_a_file_system_that_does_not_say_how_much_is_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "fstatvfs", lambda _descriptor: none)
    track = Track.open(folder, min_free=1000)
    fill(track, *SEGMENTS)
    assert len(track.entries) == 3
