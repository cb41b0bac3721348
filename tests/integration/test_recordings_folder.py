"""The folder of recordings: which may be chosen, what is said of it, what is done in it."""

import asyncio
from collections.abc import Callable
import gc
import os
from pathlib import Path
import shutil
import threading

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS
from custom_components.toonami_downlink.recording.disk import Disk, DiskError, DiskSilentError
from custom_components.toonami_downlink.recording.folder import (
    Place,
    async_prepare,
    async_warning,
    chosen_folder,
    is_there,
    look,
    warning_of,
)
from custom_components.toonami_downlink.recording.library import Library, Trouble

from .recorded import make_recording


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """A media directory of Home Assistant."""
    media = tmp_path / "media"
    media.mkdir()
    hass.config.media_dirs = {"local": str(media)}
    hass.config.allowlist_external_dirs = {str(media), hass.config.path("www")}
    return media


@pytest.fixture
async def library(hass: HomeAssistant, media: Path) -> Library:
    folder = chosen_folder(hass.config)
    assert await async_prepare(hass, str(folder)) is None
    return Library(folder, Path(hass.config.config_dir))


async def test_the_proposed_folder(hass: HomeAssistant, media: Path) -> None:
    folder = chosen_folder(hass.config)
    assert folder == media / "Toonami Downlink"
    assert not is_there(folder)
    assert await async_prepare(hass, str(folder)) is None
    assert is_there(folder)
    assert list((folder / TRACKS).iterdir()) == []
    hass.config.media_dirs = {}
    assert chosen_folder(hass.config) == Path(hass.config.path("media")) / "Toonami Downlink"
    assert chosen_folder(hass.config, "/elsewhere") == Path("/elsewhere")


@pytest.mark.parametrize("name", ["", "media", "~/x", "/\0", "/" + 1024 * "x"])
async def test_what_is_no_path(hass: HomeAssistant, media: Path, name: str) -> None:
    assert await async_prepare(hass, name) == "recordings_folder_no_path"


@pytest.mark.parametrize(
    "name",
    ["", ".storage/x", "www/x", "www", ".cache/x", "custom_components", "..", "x", "media/../x"],
)
async def test_what_is_not_allowed(hass: HomeAssistant, media: Path, name: str) -> None:
    """Not the configuration nor what is above it, and nothing that is shown to everybody."""
    hass.config.allowlist_external_dirs |= {
        hass.config.path(one) for one in (".storage", "www", ".cache", "custom_components", "")
    } - ({hass.config.path("")} if name == "x" or "media" in name else set())
    where = hass.config.path(name)
    assert await async_prepare(hass, where) == "recordings_folder_not_allowed"
    assert not (Path(hass.config.config_dir) / name / TRACKS).exists()


async def test_a_link_that_leads_out(hass: HomeAssistant, media: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (media / "link").symlink_to(tmp_path / "outside")
    for name in (media / "link", media / "link" / "x", media / "a" / ".." / ".." / "outside"):
        assert await async_prepare(hass, str(name)) == "recordings_folder_not_allowed"
    assert list((tmp_path / "outside").iterdir()) == []


async def test_a_folder_that_cannot_be_written_to(hass: HomeAssistant, media: Path) -> None:
    (media / "file").write_text("")
    assert await async_prepare(hass, str(media / "file")) == "recordings_folder_unusable"


def test_what_is_known_of_a_place(tmp_path: Path) -> None:
    devices, config = tmp_path / "devices", tmp_path / "config"
    (config / "media").mkdir(parents=True)
    (config / ".cache").mkdir()
    place = look(config / "media" / "not" / "there", config, devices)
    assert place.free > 0
    assert (place.in_backups, place.beside_configuration, place.on_card) == (True, True, False)
    assert not look(config / ".cache" / "x", config, devices).in_backups
    assert not look(tmp_path / "outside", config, devices).in_backups
    card = tmp_path / "mmcblk0" / "mmcblk0p2"
    card.mkdir(parents=True)
    devices.mkdir()
    device = tmp_path.stat().st_dev
    (devices / f"{os.major(device)}:{os.minor(device)}").symlink_to(card)
    assert look(tmp_path, config, devices).on_card
    assert not look(Path("/proc"), config, devices).beside_configuration


async def test_what_is_said_of_a_place(hass: HomeAssistant, harness: object) -> None:
    def said(**values: bool) -> str:
        usual = {"in_backups": False, "beside_configuration": False, "on_card": False}
        return warning_of(hass, Place(free=12_340_000_000, **(usual | values)), 70)

    assert said() == ""
    assert "70 GB" in said(in_backups=True)
    assert "12.3 GB" in said(on_card=True)
    both = said(beside_configuration=True)
    assert ("70 GB" in both, "12.3 GB" in both) == (True, True)
    every = said(in_backups=True, on_card=True, beside_configuration=True)
    assert every.count("Careful") == 3


# A disk that hangs


async def test_a_disk_that_refuses() -> None:
    with pytest.raises(DiskError, match="No such file"):
        await Disk().run(Path("/no/such/folder").stat)


async def test_a_disk_that_hangs_holds_one_thread() -> None:
    disk, go_on = Disk(), threading.Event()
    done: list[int] = []

    def hang() -> None:
        go_on.wait()

    with pytest.raises(DiskSilentError):
        await disk.run(hang, 0.05)
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(DiskSilentError):
            await disk.run(lambda: done.append(1), 0.05)
    assert (threading.active_count(), done) == (before, [])
    assert next(one for one in threading.enumerate() if one.name == "recordings disk").daemon
    go_on.set()
    await disk.run(lambda: done.append(2))
    assert done == [2], "what was given up is not done later"


async def test_one_piece_of_work_after_the_other() -> None:
    disk = Disk()
    running: list[int] = []

    def work(number: int) -> Callable[[], int]:
        def do() -> int:
            running.append(number)
            assert running == [number]
            running.remove(number)
            return number

        return do

    assert await asyncio.gather(*(disk.run(work(one)) for one in range(20))) == list(range(20))


async def test_who_waits_in_line_has_no_part_in_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk, go_on = Disk(), threading.Event()

    def refuse() -> None:
        go_on.wait()
        raise OSError(5, "Input/output error")

    first = asyncio.create_task(disk.run(refuse))
    await asyncio.sleep(0)
    second = asyncio.create_task(disk.run(lambda: 2))
    await asyncio.sleep(0)
    go_on.set()
    assert await second == 2
    with pytest.raises(DiskError):
        await first
    # What it has raised leads to all that had to do with it.
    del first
    gc.collect()
    assert "never retrieved" not in caplog.text


# What is in it


async def test_a_look(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    (library.folder / "a.mp4").write_bytes(b"12345")
    found = await library.async_look({"0" * 16: "a.mp4", "1" * 16: "b.mp4", "2" * 16: "a.mp4/b"})
    assert found.trouble is None
    assert found.sizes == {"0" * 16: 5}
    assert found.gone == {"1" * 16, "2" * 16}
    monkeypatch.setattr("custom_components.toonami_downlink.recording.library.MIN_FREE", 2**62)
    assert (await library.async_look({})).trouble is Trouble.FULL


async def test_a_share_that_is_not_mounted(library: Library) -> None:
    """What lies below is another folder; nothing of what is not in it is gone."""
    for track in (library.tracks, library.folder):
        track.rmdir()
    assert await library.async_look({"1" * 16: "b.mp4"}) == await library.async_look({})
    assert (await library.async_look({"1" * 16: "b.mp4"})).trouble is Trouble.ABSENT
    library.folder.mkdir()
    found = await library.async_look({"1" * 16: "b.mp4"})
    assert (found.trouble, found.gone) == (Trouble.ABSENT, frozenset())
    with pytest.raises(DiskError):
        await library.async_delete(make_recording(file="b.mp4"))


async def test_a_disk_in_trouble(
    hass: HomeAssistant, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert await async_warning(hass, str(library.folder), 50) == ""
    assert (await library.async_look({})).trouble is Trouble.BROKEN

    async def hang(*_: object) -> None:
        raise DiskSilentError

    monkeypatch.setattr(library._disk, "run", hang)  # noqa: SLF001
    assert (await library.async_look({})).trouble is Trouble.SILENT


async def test_what_is_left_over(library: Library, tmp_path: Path) -> None:
    """Only folders that are named as tracks go, and no link is followed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("")
    for name in ("a" * 16, "b" * 16, "somebody's", "A" * 16):
        (library.tracks / name).mkdir()
        (library.tracks / name / "000001.ts").write_text("")
    (library.tracks / ("c" * 16)).symlink_to(outside)
    (library.tracks / ("0" * 16)).write_text("")
    await library.async_clean(["a" * 16])
    left = {one.name for one in library.tracks.iterdir()}
    assert left == {"a" * 16, "somebody's", "A" * 16, "c" * 16, "0" * 16}
    assert (outside / "precious").exists()


async def test_deleting(library: Library) -> None:
    """With what lies beside it, and the folders that are empty then; nothing else."""
    season = library.folder / "Show [x]" / "Season 01"
    season.mkdir(parents=True)
    names = ["Show [x] S01E01.mp4", "Show [x] S01E01.nfo", "Show [x] S01E01-thumb.jpg"]
    for name in (*names, "Show [x] S01E01 (2).mp4", "Show x S01E01-thumb.jpg"):
        (season / name).write_text("")
    recording = make_recording(file="Show [x]/Season 01/Show [x] S01E01.mp4")
    (library.tracks / recording.track_name).mkdir()
    await library.async_delete(recording)
    assert {one.name for one in season.iterdir()} == {
        "Show [x] S01E01 (2).mp4",
        "Show x S01E01-thumb.jpg",
    }
    assert list(library.tracks.iterdir()) == []
    for one in season.iterdir():
        one.unlink()
    (season / names[0]).write_text("")
    await library.async_delete(recording)
    assert [one.name for one in library.folder.iterdir()] == [TRACKS]
    await library.async_delete(recording)


async def test_deleting_stays_in_the_folder(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.mp4").write_text("")
    (library.folder / "link").symlink_to(outside)
    await library.async_delete(make_recording(file="link/a.mp4"))
    assert (outside / "a.mp4").exists()
    (library.folder / "b.mp4").symlink_to(outside / "a.mp4")
    await library.async_delete(make_recording(file="b.mp4"))
    assert (outside / "a.mp4").exists()
    assert not (library.folder / "b.mp4").is_symlink()


async def test_the_source_lies_in_the_folder(library: Library, tmp_path: Path) -> None:
    track = make_recording()
    assert library.source_of(track) is None
    (library.tracks / track.track_name).mkdir()
    assert library.source_of(track) == library.tracks / track.track_name
    (library.folder / "a.mp4").write_text("")
    assert library.source_of(make_recording(file="a.mp4")) == library.folder / "a.mp4"
    (tmp_path / "secret").write_text("")
    (library.folder / "b.mp4").symlink_to(tmp_path / "secret")
    (library.folder / "c.mp4").symlink_to(library.folder / "c.mp4")
    (library.folder / "d.mp4").symlink_to(library.folder)
    for name in ("b.mp4", "c.mp4", "d.mp4", "e.mp4", "../secret"):
        assert library.source_of(make_recording(file=name)) is None, name


async def test_nothing_is_played_from_a_folder_that_was_not_prepared(tmp_path: Path) -> None:
    """As the folder of an imported house, where others keep their files."""
    (tmp_path / "a.mp4").write_text("")
    library, recording = Library(tmp_path, tmp_path), make_recording(file="a.mp4")
    assert library.source_of(recording) is None
    (tmp_path / TRACKS).mkdir()
    assert library.source_of(recording) == tmp_path / "a.mp4"
