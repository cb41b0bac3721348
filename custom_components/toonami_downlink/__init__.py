"""Toonami Downlink: a television station for the players in the house."""

from contextlib import suppress
from functools import partial
import shutil
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .assist.triggers import async_setup_sentences
from .const import CONF_MAX_CHANNELS, DOMAIN
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator, async_loaded_coordinator
from .engine.downlink.errors import DownlinkError, NewerVersionError
from .following.announcements import async_setup_announcements
from .following.follows import async_setup_follows
from .moving.house import async_finish_import, async_forget_import
from .panel.registration import async_register_panel, async_register_static, async_unregister_panel
from .panel.websocket import async_register_commands
from .passes.limits import async_setup_limits
from .recording.manager import async_setup_recordings
from .refreshing.issues import async_delete_issues
from .refreshing.refresh import data_folder
from .services import async_setup_services
from .storage.aired_store import AiredStore
from .storage.announced import AnnouncedStore
from .storage.credentials import CredentialStore
from .storage.followed import FollowStore
from .storage.log_filter import async_keep_out_of_logs
from .storage.recorded import RecordingStore
from .storage.state import State
from .views import async_register_views

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.TODO,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what lives as long as Home Assistant does."""
    if hass.config_entries.async_entries(DOMAIN):
        # Players ask before the entry is loaded, and also while it is disabled.
        with suppress(DownlinkError):
            async_keep_out_of_logs(await CredentialStore.async_load(hass))
    await async_register_static(hass)
    async_register_views(hass)
    async_register_commands(hass)
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DownlinkConfigEntry) -> bool:
    """Publish the stored feed, then begin to keep it fresh."""
    try:
        await async_finish_import(hass, entry)
        credentials = await CredentialStore.async_load(hass)
        async_keep_out_of_logs(credentials)
        state = await State.async_acquire(hass)
        entry.async_on_unload(partial(state.async_release, hass))
        coordinator = DownlinkCoordinator(hass, entry, credentials, state)
        entry.async_on_unload(coordinator.streams.async_stop_all)
        entry.async_on_unload(coordinator.aired.async_close)
        entry.async_on_unload(coordinator.passes.async_stop)
        await coordinator.async_load()
        await coordinator.passes.async_start()
        follows = await async_setup_follows(hass, coordinator)
        announcements = await async_setup_announcements(hass, coordinator, follows)
        recordings = await async_setup_recordings(hass, coordinator, follows)
    except DownlinkError as err:
        # Trying again helps against a disk that is not there yet, not against what is from later.
        give_up = isinstance(err, NewerVersionError)
        raise (ConfigEntryError if give_up else ConfigEntryNotReady)(
            translation_domain=DOMAIN,
            translation_key=err.key,
            translation_placeholders={"message": str(err)},
        ) from None
    entry.runtime_data = coordinator
    async_setup_sentences(hass, entry)
    await async_register_panel(hass)
    # Entities are not taken back when something fails after them.
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    _async_remove_gone_devices(hass, entry)
    async_setup_limits(entry)
    coordinator.async_start()
    announcements.async_start()
    recordings.async_start()
    return True


@callback
def _async_remove_gone_devices(hass: HomeAssistant, entry: DownlinkConfigEntry) -> None:
    """Remove the device of each channel that leaves the feed.

    Should the channel come back, Home Assistant still knows what the user had set.
    """
    coordinator = entry.runtime_data

    @callback
    def remove() -> None:
        registry = dr.async_get(hass)
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
            if coordinator.data and _is_gone(entry, device):
                registry.async_remove_device(device.id)

    entry.async_on_unload(coordinator.async_add_listener(remove))


def _is_gone(entry: DownlinkConfigEntry, device: DeviceEntry) -> bool:
    """Whether it is the device of a channel that is not in the feed."""
    data = entry.runtime_data.data
    present = {channel.key for channel in data.feed.channels} if data else set()
    keys = {identifier for domain, identifier in device.identifiers if domain == DOMAIN}
    known = present | {entry.entry_id} | {f"pass_{identity}" for identity in entry.subentries}
    return not keys & known


async def async_migrate_entry(hass: HomeAssistant, entry: DownlinkConfigEntry) -> bool:
    """Bring an entry of an earlier version up to date; Home Assistant refuses later ones itself."""
    if entry.minor_version > 1:
        # By Home Assistant's rule it can be read as it is, and is to stay that.
        return True
    options = dict(entry.options)
    if (streams := options.pop("max_streams", None)) is not None:
        # Was the number of viewers; a channel is fetched once for all of them now.
        options[CONF_MAX_CHANNELS] = streams
    hass.config_entries.async_update_entry(entry, options=options, minor_version=2)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: DownlinkConfigEntry) -> bool:
    """Stop everything that runs for the entry."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    if entry.disabled_by:
        async_unregister_panel(hass)
        async_delete_issues(hass)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: DownlinkConfigEntry) -> None:
    """Delete the feed, the secrets and everything else that was kept."""
    async_unregister_panel(hass)
    async_delete_issues(hass)
    await async_forget_import(hass)
    await CredentialStore.async_remove(hass)
    await State.async_remove(hass)
    await AiredStore.async_remove(hass)
    await FollowStore(hass).async_remove()
    await AnnouncedStore(hass).async_remove()
    await RecordingStore(hass).async_remove()
    await hass.async_add_executor_job(shutil.rmtree, data_folder(hass), True)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: DownlinkConfigEntry, device: DeviceEntry
) -> bool:
    """Let the user delete the device of a channel that is gone, also while there is no feed.

    Raises a translated HomeAssistantError while the entry is not loaded: nobody knows then.
    """
    if async_loaded_coordinator(hass) is None:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_loaded")
    return _is_gone(entry, device)
