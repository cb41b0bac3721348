"""One refresh, the same for the coordinator and the config flow."""

from collections.abc import Callable
from contextlib import suppress
import logging
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, PROVIDER_BUNDLED, PROVIDER_COMMAND, PROVIDER_FOLDER
from ..engine.downlink.errors import UsageError
from ..engine.downlink.models import Progress
from ..engine.downlink.process.command import Command, bundled_command, parse_command
from ..engine.downlink.process.runner import read_version
from ..engine.downlink.publish.refresh import PastReader, Plan, Refreshed, refresh
from ..engine.downlink.publish.store import Generation, Store
from ..storage.settings import Settings
from ..storage.state import State

_LOGGER = logging.getLogger(__name__)

ENGINE_DIR: Final = Path(__file__).parents[1] / "engine"


def data_folder(hass: HomeAssistant) -> Path:
    """Where generations, the provider's cache and its staging folder live."""
    return Path(hass.config.cache_path(DOMAIN))


def command_for(settings: Settings) -> Command | None:
    """Return the provider command that the settings name; None for a provider folder.

    Raises a `DownlinkError` for a command line that cannot be one.
    """
    if settings.provider == PROVIDER_FOLDER:
        return None
    if settings.provider == PROVIDER_COMMAND:
        return parse_command(settings.provider_command)
    return bundled_command(
        ENGINE_DIR,
        api_url=settings.api_url,
        guide_days=settings.guide_days,
        verify_tls=settings.verify_tls,
    )


async def async_provider_version(hass: HomeAssistant, settings: Settings) -> str | None:
    """Return the version of the provider; None for one that does not say."""
    if settings.provider == PROVIDER_BUNDLED:
        return str((await async_get_integration(hass, DOMAIN)).version)
    if settings.provider == PROVIDER_COMMAND:
        # A command line that cannot be read fails the refresh, which says so.
        with suppress(UsageError):
            return await read_version(parse_command(settings.provider_command))
    return None


async def async_load_generation(hass: HomeAssistant) -> Generation | None:
    """Load the newest feed on disk that is whole."""
    store = Store(data_folder(hass))
    generation = await hass.async_add_executor_job(store.load)
    for reason in store.damaged:
        _LOGGER.warning("A stored feed is damaged, using the one before it: %s", reason)
    return generation


async def async_refresh_once(
    hass: HomeAssistant,
    settings: Settings,
    state: State,
    previous: Generation | None,
    on_progress: Callable[[Progress], None],
    *,
    past: PastReader | None = None,
    insist: bool = True,
) -> Refreshed:
    """Refresh the feed once, after any refresh that runs, and remember what it taught.

    `past` is asked for what was on, when the feed is about to be made. `insist`: whether to try
    files again that could not be got through the last time. Raises a `DownlinkError`; then the
    feed on disk is what it was.
    """
    plan = Plan(
        origin=command_for(settings) or Path(settings.provider_folder),
        timeout=settings.provider_timeout,
        failures=state.failures,
        guide_days=settings.guide_days,
        past_days=settings.past_days,
        past=past,
        time_zone=dt_util.get_default_time_zone(),
        language=hass.config.language,
        insist=insist,
    )
    async with state.refreshing:
        refreshed = await refresh(
            plan,
            data_folder(hass),
            previous=previous,
            lineup=state.lineup,
            on_progress=on_progress,
        )
        state.lineup = refreshed.lineup
    return refreshed
