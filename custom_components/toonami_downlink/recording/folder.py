"""The folder of the recordings: which one may be chosen, and what is to be known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.core_config import Config

from ..const import NAME
from ..engine.downlink.recording.folder import Folder, write_all
from ..engine.downlink.recording.model import TRACKS
from ..refreshing.texts import text
from .disk import Disk, DiskError

_MAX_PATH_CHARS: Final = 1024
_PROBE: Final = ".probe"
_DEVICES: Final = Path("/sys/dev/block")
_CARD: Final = "mmcblk"
_GB: Final = 1e9
_NEVER: Final = (".storage", ".cache", "custom_components", "www", "blueprints", "deps", "tts")
"""Below the configuration: Home Assistant's own, and what it shows to everybody (``www``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of a folder."""

    free: int
    """Bytes."""
    in_backups: bool
    """Whether it is in every backup of the configuration."""
    beside_configuration: bool
    """Whether it is on the disk that the configuration is on."""
    on_card: bool
    """Whether that is an SD card or the like, which wears out."""


@callback
def chosen_folder(config: Config, chosen: str = "") -> Path:
    """Return the folder that was chosen; without one, that which is proposed."""
    first = next(iter(config.media_dirs.values()), config.path("media"))
    return Path(chosen or first) / ("" if chosen else NAME)


async def async_prepare(hass: HomeAssistant, name: str) -> str | None:
    """Make a folder ready for recordings; return the key of an error if it cannot be used."""
    try:
        return await Disk().run(lambda: prepare(hass.config, name))
    except DiskError:
        return "recordings_folder_unusable"


async def async_warning(hass: HomeAssistant, name: str, quota_gb: int) -> str:
    """Say what speaks against a folder, in the language of the installation; else nothing."""
    config_dir = Path(hass.config.config_dir)
    try:
        place = await Disk().run(lambda: look(Path(name), config_dir))
    except DiskError:
        return ""
    return warning_of(hass, place, quota_gb)


def prepare(config: Config, name: str) -> str | None:
    """Make a folder ready for recordings; return the key of an error if it cannot be used. Blocks.

    Only here it is made: where it is absent later, a disk is not there that should be, and nothing
    is to be written to what lies below.
    """
    if error := refusal_of(config, name):
        return error
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TRACKS).mkdir(exist_ok=True)
    write_probe(folder)
    return None


def refusal_of(config: Config, name: str) -> str | None:
    """Return the key of why a folder may not be chosen, there or not; None if it may. Blocks."""
    if not 0 < len(name) <= _MAX_PATH_CHARS or "\0" in name or not Path(name).is_absolute():
        return "recordings_folder_no_path"
    if not _is_allowed(config, Path(name)):
        return "recordings_folder_not_allowed"
    return None


def _is_allowed(config: Config, folder: Path) -> bool:
    real, own = folder.resolve(), Path(config.config_dir).resolve()
    if own.is_relative_to(real) or any(real.is_relative_to(own / one) for one in _NEVER):
        return False
    return config.is_allowed_path(str(folder))


def write_probe(folder: Path) -> None:
    """Write something, and make sure that it is there; no link is followed.

    Raises OSError; blocks.
    """
    with Folder.of_path(folder, TRACKS) as tracks:
        tracks.remove(_PROBE)
        descriptor = tracks.open_new(_PROBE)
        try:
            write_all(descriptor, b"\0" * 4096)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            tracks.remove(_PROBE)


def is_there(folder: Path) -> bool:
    """Whether the folder was prepared, and is not what a share is mounted on. Blocks."""
    return (folder / TRACKS).is_dir()


def look(folder: Path, config_dir: Path, devices: Path = _DEVICES) -> Place:
    """Look at a folder, or where it would be. Raises OSError; blocks."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    device = there.stat().st_dev
    real, own = there.resolve(), config_dir.resolve()
    block = devices / f"{os.major(device)}:{os.minor(device)}"
    return Place(
        free=shutil.disk_usage(there).free,
        in_backups=real.is_relative_to(own) and not real.is_relative_to(own / ".cache"),
        beside_configuration=device == own.stat().st_dev,
        on_card=any(part.startswith(_CARD) for part in block.resolve().parts),
    )


@callback
def warning_of(hass: HomeAssistant, place: Place, quota_gb: int) -> str:
    """Say what speaks against a place, in the language of the installation; else nothing."""
    found: Sequence[tuple[bool, str]] = (
        (place.in_backups, "recordings_in_backups"),
        (place.on_card, "recordings_on_card"),
        (place.beside_configuration, "recordings_beside_configuration"),
    )
    free = f"{place.free / _GB:.1f}"
    return " ".join(
        text(hass, f"common.{key}", quota=quota_gb, free=free) for applies, key in found if applies
    )
