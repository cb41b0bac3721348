"""What is there to play, at its limits: the media browser, files and their folder, going back."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
import errno
from importlib import import_module
import os
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, BinaryIO, Final, cast

from homeassistant.components.media_player import SearchMediaQuery
from homeassistant.components.media_source import MediaSourceItem
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.assist.matching import MAX_QUERY_CHARS
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.limits import MAX_URL_CHARS
from custom_components.toonami_downlink.engine.downlink.lineup import logo_path
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.recording.file_index import (
    FileIndex,
    read_index,
)
from custom_components.toonami_downlink.engine.downlink.recording.folder import Folder
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Gap,
    Reason,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.recorder import Outcome
from custom_components.toonami_downlink.engine.downlink.recording.xtream import series_id
from custom_components.toonami_downlink.engine.downlink.relay.store import StoreError
from custom_components.toonami_downlink.media_source import (
    TWENTY_FOUR_HOURS,
    Listing,
    async_get_media_source,
)
from custom_components.toonami_downlink.recording.disk import Disk, DiskError
from custom_components.toonami_downlink.recording.folder import (
    async_prepare,
    refusal_of,
    write_probe,
)
from custom_components.toonami_downlink.recording.library import Library, Trouble
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.media import PAGE
from custom_components.toonami_downlink.recording.outcomes import ended_with, spoilt, within
from custom_components.toonami_downlink.recording.pausing import PAUSED, PauseFolder
from custom_components.toonami_downlink.recording.pictures import PictureError, async_fetch_picture
from custom_components.toonami_downlink.recording.shelf import Shelf

from .factories import NOON, make_feed, make_feed_with
from .held import EAST, WEST, make, put_file
from .stream_harness import count_open_files
from .test_media_recordings import House, browse, house, listed  # noqa: F401  # a fixture
from .test_pausing_folder import DATA, ELSEWHERE, files
from .test_recordings_pictures import Server, server  # noqa: F401  # a fixture

pytestmark = pytest.mark.nightly

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
PICTURE: Final = "https://images.example.com/akira.png"
RECORDING: Final = "custom_components.toonami_downlink.recording"
DECIDED: Final[dict[str, dict[str, object]]] = {
    "disk": {"DISK_TIMEOUT": 30},
    "doubt": {"RETRY_EVERY": MINUTE, "_LASTS": 2 * MINUTE},
    "folder": {"_GB": 1_000_000_000, "_MAX_PATH_CHARS": 1024},
    "keeper": {"_STOP_TIMEOUT": 10},
    "library": {"_REMOVE_TIMEOUT": 120},
    "manager": {"_TICK": MINUTE},
    "media": {"PAGE": 100},
    "pausing": {"_REST": 60, "_WRITE_SECONDS": 15, "_READ_SECONDS": 4, "_CLOSE_SECONDS": 5},
    "pictures": {"_TIMEOUT": 30},
    "scheduler": {"_GB": 1_000_000_000, "_LOOK_EVERY": HOUR, "_NAMED": 5},
    "shelf": {"_MAX_INDEXES": 64},
}


@pytest.mark.parametrize("module", DECIDED)
def test_each_number_is_the_one_that_was_decided(module: str) -> None:
    found = vars(import_module(f"{RECORDING}.{module}"))
    assert {name: found[name] for name in DECIDED[module]} == DECIDED[module]


# The media browser


@pytest.fixture
def hold(house: House) -> House:  # noqa: F811  # the fixture
    return house


async def search(hass: HomeAssistant, wanted: str) -> list[str]:
    source = await async_get_media_source(hass)
    item = MediaSourceItem(hass, DOMAIN, "", None)
    found = await source.async_search_media(item, SearchMediaQuery(search_query=wanted))
    return [one.title.partition(" · ")[0] for one in found.result]


async def test_what_a_folder_and_a_recording_can_do(hass: HomeAssistant, hold: House) -> None:
    plain, film = make(1, file="a.mp4"), make(2, title="Akira", file="b.mp4")
    await hold(plain, replace(film, programme=replace(film.programme, image=PICTURE)))
    root = (await browse(hass)).children
    assert root
    assert (root[-1].can_play, root[-1].can_expand, root[-1].children) == (False, True, None)
    shows = (await browse(hass, "recordings")).children or ()
    assert [one.thumbnail for one in shows] == [PICTURE, logo_path(EAST)]
    (item,) = (await browse(hass, f"recordings/{series_id(plain)}")).children or ()
    assert (item.can_play, item.can_expand, item.thumbnail) == (True, False, logo_path(EAST))


@pytest.mark.parametrize("extra", [0, 1])
async def test_how_much_is_on_a_page(hass: HomeAssistant, hold: House, extra: int) -> None:
    many = [make(number, NOON - number * HOUR) for number in range(1, PAGE + 1 + extra)]
    others = [make(500 + number, title=f"Show {number}") for number in range(PAGE - 1 + extra)]
    await hold(*many, *others)
    star = f"recordings/{series_id(many[0])}"
    for path, further in (("recordings", "recordings/0/1"), (star, f"{star}/1")):
        page = await browse(hass, path)
        assert (page.identifier, len(listed(page))) == (path, PAGE + extra)
        if extra:
            page = await browse(hass, further)
            assert (page.identifier, len(listed(page))) == (further, 1)


async def test_what_a_search_of_recordings_goes_by(hass: HomeAssistant, hold: House) -> None:
    named, long = make(1), make(2, title="x" * (MAX_QUERY_CHARS + 1))
    programme = replace(named.programme, episode_title="The Dragon")
    await hold(replace(named, programme=programme), long)
    for wanted in ("the dragon", "Outlaw Star", "OUTLAW-STAR", "outlawstar", "star The"):
        assert await search(hass, wanted) == ["Outlaw Star S01E01 The Dragon"], wanted
    assert await search(hass, "none") == []
    assert len(await search(hass, "x" * MAX_QUERY_CHARS)) == 1
    assert await search(hass, "x" * (MAX_QUERY_CHARS + 1)) == []


async def test_a_channel_is_found_once_and_so_are_others_after_it(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("UTC")
    feed = make_feed_with(("Trigun", 0 * HOUR), ("Trigun", HOUR))
    late = Programme(start=NOON + 21 * HOUR, stop=NOON + 22 * HOUR, title="Trigun")
    feed = replace(feed, guide={**feed.guide, WEST: (late,)})
    found = Listing(feed, NOON, TWENTY_FOUR_HOURS).search("trigun")
    assert [one.title for one in found] == [
        "Trigun · Toonami Aftermath East",
        "Trigun (09:00) · Toonami Aftermath West",
    ]


def test_where_the_guide_ends_there_are_only_names() -> None:
    feed = make_feed()
    listing = Listing(feed, NOON + 30 * 24 * HOUR, TWENTY_FOUR_HOURS)
    found = [(one.title, one.thumbnail) for one in map(listing.item, feed.channels)]
    assert found == [(one.name, logo_path(one.key)) for one in feed.channels]


# Files, and what lies beside them


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of recordings."""
    place = tmp_path / "recordings"
    (place / TRACKS).mkdir(parents=True)
    return place


def found_in(place: Path) -> Recordings:
    """Return what knows recordings whose files are called by their numbers."""
    found = SimpleNamespace(source_of=lambda identity: place / f"{int(identity, 16)}.mp4")
    return cast("Recordings", found)


async def test_indexes_of_what_was_played_last_are_remembered(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []

    def noted(file: BinaryIO) -> FileIndex:
        read.append(file)
        return read_index(file)

    monkeypatch.setattr(f"{RECORDING}.shelf.read_index", noted)
    monkeypatch.setattr(f"{RECORDING}.shelf._MAX_INDEXES", 2)
    shelf, asked = Shelf(), list[int]()
    for number in (1, 2, 3):
        put_file(place, make(number, file=f"{number}.mp4"), 3)
    for number in (1, 2, 1, 3, 1, 2):
        await shelf.async_holding(found_in(place), make(number, file=f"{number}.mp4"))
        asked.append(len(read))
    assert asked == [1, 2, 2, 3, 3, 4]


async def test_what_has_become_a_link_is_not_opened(place: Path) -> None:
    one = make(1, file="1.mp4")
    put_file(place / "away", one, 3)
    (place / "1.mp4").symlink_to(place / "away" / "1.mp4")
    with pytest.raises(DiskError):
        await Shelf().async_holding(found_in(place), one)


async def test_a_look_writes_only_when_it_is_to(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    monkeypatch.setattr(f"{RECORDING}.library.write_probe", written.append)
    await Library(place, place).async_look({})
    assert written == []
    await Library(place, place).async_look({}, probe=True)
    assert written == [place]


async def test_a_folder_that_goes_during_a_look(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, False])
    monkeypatch.setattr(f"{RECORDING}.library.is_there", lambda _: next(answers))
    found = await Library(place, place).async_look({"0" * 16: "a.mp4"})
    assert (found.trouble, found.gone) == (Trouble.ABSENT, frozenset())


async def test_what_is_gone_already_can_be_deleted(place: Path) -> None:
    library, made = Library(place, place), make(1, file="a.mp4")
    (place / TRACKS / made.track_name).mkdir()
    await library.async_delete(made)
    await library.async_remove_track(made)
    assert [one.name for one in (place / TRACKS).iterdir()] == []


async def test_what_lies_beside_a_recording_is_written_once(place: Path) -> None:
    library = Library(place, place)
    for name, data in (("a.nfo", b"first"), ("a.nfo", b"second"), ("gone/a.nfo", b"third")):
        await library.async_write(PurePosixPath(name), data)
    assert (place / "a.nfo").read_bytes() == b"first"


def test_what_is_tried_reaches_the_disk(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda one: sizes.append(os.fstat(one).st_size))
    write_probe(place)
    assert sizes == [4096]
    # Nothing of somebody else's is written over.
    (place / "precious").write_text("secret")
    (place / TRACKS / ".probe").symlink_to(place / "precious")
    write_probe(place)
    assert (place / "precious").read_text() == "secret"
    assert list((place / TRACKS).iterdir()) == []


async def test_a_folder_in_the_place_of_a_file_leaves_nothing_open(place: Path) -> None:
    (place / "1.mp4").mkdir()
    shelf, open_files = Shelf(), count_open_files()
    for _ in range(3):
        with pytest.raises(DiskError):
            await shelf.async_holding(found_in(place), make(1, file="1.mp4"))
    assert count_open_files() <= open_files + 1, "but for the disk's own"


async def test_a_folder_is_made_ready_with_those_above_it_and_again(
    hass: HomeAssistant, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    hass.config.allowlist_external_dirs = {str(place)}
    name = str(place / "more" / "of it")
    assert [await async_prepare(hass, name) for _ in range(2)] == [None, None]
    monkeypatch.setattr(f"{RECORDING}.folder.write_probe", refuse)
    assert await async_prepare(hass, name) == "recordings_folder_unusable"


@pytest.mark.parametrize(
    ("name", "error"), [("/", "not_allowed"), (512 * "/x", "not_allowed"), ("/" * 1025, "no_path")]
)
def test_how_long_a_path_may_be(hass: HomeAssistant, name: str, error: str) -> None:
    assert refusal_of(hass.config, name) == f"recordings_folder_{error}"


async def test_which_addresses_of_pictures_are_asked(
    socket_enabled: None,
    server: Server,  # noqa: F811  # the fixture
) -> None:
    longest = f"{server.url}/a.jpg?".ljust(MAX_URL_CHARS, "q")
    assert (await async_fetch_picture(longest))[1] == "jpg"
    for url, why in (
        (f"{longest}q", "none of the web"),
        ("ftp://127.0.0.1/a.jpg", "none of the web"),
        (f"{server.url}/away", "not on the internet"),
    ):
        with pytest.raises(PictureError, match=why):
            await async_fetch_picture(url)


# What was recorded


@pytest.mark.parametrize(
    ("start", "stop", "kept"),
    [(-9, 0, []), (-9, 1, [(0, 1)]), (1, 2, [(1, 2)]), (29, 99, [(29, 30)]), (30, 99, [])],
)
def test_gaps_are_those_of_the_programme(
    start: int, stop: int, kept: list[tuple[int, int]]
) -> None:
    one = make(1)
    all_of_it, *rest = (
        Gap(one.start + first * MINUTE, one.start + last * MINUTE)
        for first, last in ((start, stop), *kept)
    )
    assert list(within([all_of_it], one)) == rest


def test_what_is_not_over_hides_nothing_that_is() -> None:
    planned = [make(1, NOON, state=State.PLANNED), make(2, state=State.PLANNED)]
    assert [one.number for one in spoilt(planned, Reason.DISK, NOON, lambda _: False)] == [2]
    outcome = Outcome(gaps=(), reason=None, size=0)
    ended = ended_with(make(3, state=State.RECORDING), outcome, NOON, by_hand=True)
    assert (ended.state, ended.size) == (State.CANCELLED, 0)


# Going back


@pytest.fixture
def paused(place: Path, monkeypatch: pytest.MonkeyPatch) -> PauseFolder:
    monkeypatch.setattr(f"{RECORDING}.pausing.MIN_FREE_TO_PAUSE", 0)
    return PauseFolder(place, ELSEWHERE)


async def test_what_kept_nothing_asks_nothing_of_the_disk(
    paused: PauseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Disk, "run", lambda *_: asked.append(1))
    store = paused.open()
    await store.drop(5)
    await store.close()
    assert asked == []


async def test_what_could_not_be_removed_goes_before_another_segment(
    paused: PauseFolder, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    one, other = paused.open(), paused.open()
    await one.put(1, DATA)
    await other.put(2, DATA)
    with monkeypatch.context() as patched:
        patched.setattr(f"{RECORDING}.pausing.shutil.rmtree", refuse)
        await one.close()
    assert files(place) == ["1.ts", "2.ts"]
    await other.put(3, DATA)
    assert files(place) == ["2.ts", "3.ts"]


async def test_leftovers_are_looked_for_once_and_nothing_stays_open(
    paused: PauseFolder, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Folder] = []
    entries = Folder.entries

    def noted(opened: Folder) -> Iterable[Any]:
        looks.append(opened)
        return entries(opened)

    monkeypatch.setattr(Folder, "entries", noted)
    (place / PAUSED / ("0" * 32)).mkdir(parents=True)
    store = paused.open()
    await store.put(0, DATA)
    held = count_open_files()
    for number in range(1, 6):
        await store.put(number, DATA)
    assert len(looks) == 1
    assert count_open_files() <= held


async def test_how_long_a_disk_is_left_alone(
    paused: PauseFolder, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, store = 1000.0, paused.open()
    with monkeypatch.context() as patched:
        patched.setattr(asyncio.get_running_loop(), "time", lambda: now)
        (place / TRACKS).rmdir()
        with pytest.raises(StoreError):
            await store.put(1, DATA)
        (place / TRACKS).mkdir()
        now = 1059.9
        with pytest.raises(StoreError, match="a moment ago"):
            await store.put(2, DATA)
        now = 1060.0
        await store.put(3, DATA)
    assert files(place) == ["3.ts"]
