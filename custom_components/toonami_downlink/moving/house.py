"""Write a house into a file, and put it in the place of the one that is here.

What is imported is first saved as it is, in a file beside all others, when everything in it has
been checked. It is applied when the entry is set up next, which is at once: what a crash leaves is
the old house before that file is there, and the new one after that.
"""

from collections.abc import Iterable
from functools import partial
import logging
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_RECORDINGS, CONF_RECORDINGS_FOLDER, DOMAIN, SUBENTRY_TYPE
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.errors import StoreError
from ..engine.downlink.follows import Follow
from ..engine.downlink.house_file import FileRefusal, HouseFileError, seal, unseal
from ..engine.downlink.lineup import Lineup
from ..engine.downlink.passes import HOME
from ..engine.downlink.recording.model import Recording, Rule
from ..following.follows import async_follows
from ..recording.disk import Disk, DiskError
from ..recording.folder import refusal_of
from ..recording.manager import async_recordings
from ..storage.aired_store import AiredStore
from ..storage.announced import AnnouncedStore
from ..storage.credentials import CredentialStore
from ..storage.followed import Followed, FollowStore
from ..storage.recorded import Recorded, RecordingStore
from ..storage.state import State
from ..storage.versioned_store import VersionedStore
from .content import LOG, House, MovedPass, read_house, sections_of
from .options import KNOWN

_LOGGER = logging.getLogger(__name__)
_KEY: Final = f"{DOMAIN}.import"

type _Kept = Follow | Rule | Recording


async def async_export(hass: HomeAssistant, coordinator: DownlinkCoordinator, phrase: str) -> bytes:
    """Return the file with everything of this house.

    Raises HouseFileError, and as `VersionedStore.async_load`.
    """
    house = await _async_gather(hass, coordinator)

    def write() -> bytes:
        sections = list(sections_of(house))
        # What could not be imported again would be found out when it is too late.
        read_house(sections)
        return seal(sections, phrase)

    return await hass.async_add_executor_job(write)


async def async_import(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, file: bytes, phrase: str
) -> None:
    """Put the house of a file in the place of this one, and load it.

    Raises HouseFileError; then nothing has changed.
    """
    sections = await hass.async_add_executor_job(unseal, file, phrase)
    house = await hass.async_add_executor_job(read_house, sections)
    await _async_check_folder(hass, house)
    try:
        if house.aired:
            await AiredStore.async_prepare(hass, house.aired)
        rest = [list(section) for section in sections if section[0] not in LOG]
        await _waiting(hass).async_save_surely({"sections": rest})
    except StoreError as err:
        await async_forget_import(hass)
        raise HouseFileError(FileRefusal.NOT_SAVED) from err
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)


async def async_finish_import(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Apply what was imported, before anything of it is loaded.

    Home Assistant saves a config entry a second after it was changed: the file stays until it is
    seen that it has. Raises StoreError when something cannot be saved, and is to be called again.
    """
    waiting = _waiting(hass)
    data = await waiting.async_load()
    if data is None:
        await AiredStore.async_drop(hass)
        return
    applied = dt_util.parse_datetime(str(data.get("applied")))
    if applied and entry.modified_at >= applied:
        await waiting.async_remove()
        return
    try:
        house = await hass.async_add_executor_job(read_house, map(tuple, data.get("sections", ())))
    except HouseFileError:
        _LOGGER.warning("%s is damaged, and was not imported", waiting.path)
        await async_forget_import(hass)
        return
    await _async_put(hass, house)
    _put_entry(hass, entry, house)
    await waiting.async_save_surely({**data, "applied": entry.modified_at.isoformat()})


async def async_forget_import(hass: HomeAssistant) -> None:
    """Delete what waits to be applied."""
    await _waiting(hass).async_remove()
    await AiredStore.async_drop(hass)


async def _async_gather(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> House:
    entry, credentials = coordinator.config_entry, coordinator.credentials
    passes = tuple(
        MovedPass(
            identity=one.identity,
            title=one.name,
            data=dict(entry.subentries[one.identity].data),
        )
        for one in coordinator.passes.items
    )
    # The one in use is right even when its file is not any more.
    state = State.shared(hass) or await State.async_load(hass)
    followed = await FollowStore(hass).async_load()
    recorded = await RecordingStore(hass).async_load()
    _check_nothing_is_missing(hass, followed, recorded)
    secrets = credentials.as_data()
    secrets["passes"].pop("tuner", None)
    known = {HOME, *(one.identity for one in passes)}
    for part in ("passes", "codes"):
        found = secrets["passes"][part]
        # One that cannot be read has secrets as well, and stays behind.
        secrets["passes"][part] = {one: found[one] for one in found if one in known}
    return House(
        tuner=credentials.tuner or entry.entry_id,
        secrets=secrets,
        passes=passes,
        options={key: value for key, value in entry.options.items() if key in KNOWN},
        numbers=state.lineup.assigned,
        followed=followed,
        announced=await AnnouncedStore(hass).async_load(),
        recorded=recorded,
        aired=tuple(await coordinator.aired.async_all()),
    )


@callback
def _check_nothing_is_missing(hass: HomeAssistant, followed: Followed, recorded: Recorded) -> None:
    """Raise StoreError unless all that the house knows is in what was read.

    A file that was damaged meanwhile was put aside, and reads as one with nothing in it. One that
    was damaged before has been told of, and its house goes on without what is lost.
    """
    follows, recordings = async_follows(hass), async_recordings(hass)
    is_whole = not follows or _are_in(follows.items, followed.follows)
    if recordings:
        is_whole &= _are_in(recordings.rules, recorded.rules)
        is_whole &= _are_in(recordings.items, recorded.recordings)
    if not is_whole:
        raise StoreError("Some of what is known is not in its file.")


def _are_in(known: Iterable[_Kept], read: Iterable[_Kept]) -> bool:
    return {one.identity for one in known} <= {one.identity for one in read}


async def _async_check_folder(hass: HomeAssistant, house: House) -> None:
    """See that nothing is recorded, or deleted, where nobody may choose to."""
    folder = house.options.get(CONF_RECORDINGS_FOLDER)
    if not (house.options.get(CONF_RECORDINGS) and folder):
        return
    try:
        refusal: str | None = await Disk().run(partial(refusal_of, hass.config, folder))
    except DiskError as err:
        refusal = str(err)
    if refusal:
        raise HouseFileError(FileRefusal.FOLDER)


async def _async_put(hass: HomeAssistant, house: House) -> None:
    """Write all that is in files of our own. Raises StoreError."""
    passes = {**house.secrets["passes"], "tuner": house.tuner}
    await CredentialStore.async_put(hass, {**house.secrets, "passes": passes})
    await FollowStore(hass).async_save(house.followed)
    await AnnouncedStore(hass).async_save(house.announced)
    await RecordingStore(hass).async_save(house.recorded)
    await AiredStore.async_take(hass)
    state = await State.async_acquire(hass)
    try:
        state.lineup = Lineup(dict(house.numbers))
        await state.async_save(hass)
    finally:
        state.async_release(hass)


@callback
def _put_entry(hass: HomeAssistant, entry: ConfigEntry, house: House) -> None:
    """Let the entry have the options and the passes, and no other passes."""
    entries = hass.config_entries
    others = {key: value for key, value in entry.options.items() if key not in KNOWN}
    entries.async_update_entry(entry, options={**others, **house.options})
    wanted = {one.identity: one for one in house.passes}
    for identity, known in tuple(entry.subentries.items()):
        if known.subentry_type == SUBENTRY_TYPE and identity not in wanted:
            entries.async_remove_subentry(entry, identity)
    for identity, one in wanted.items():
        if identity in entry.subentries:
            known = entry.subentries[identity]
            entries.async_update_subentry(entry, known, data=one.data, title=one.title)
            continue
        subentry = ConfigSubentry(
            data=MappingProxyType(one.data),
            subentry_id=identity,
            subentry_type=SUBENTRY_TYPE,
            title=one.title,
            unique_id=None,
        )
        entries.async_add_subentry(entry, subentry)


def _waiting(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, private=True)
