"""Set-up, reconfiguration and options, in dialogs."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, override
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import Context, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import (
    CONF_API_URL,
    CONF_GUIDE_DAYS,
    CONF_HDHOMERUN,
    CONF_LEAD_MINUTES,
    CONF_MAX_CHANNELS,
    CONF_NOTIFY,
    CONF_PAST_DAYS,
    CONF_PAUSE_MINUTES,
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    CONF_PROVIDER_FOLDER,
    CONF_PROVIDER_TIMEOUT,
    CONF_SCHEDULE,
    CONF_STALE_HOURS,
    CONF_STREAM_LINKS,
    CONF_USERS_MAY_WATCH,
    CONF_VERIFY_TLS,
    CONF_WATCH_ON,
    DOMAIN,
    LINKS_DIRECT,
    LINKS_HOME_ASSISTANT,
    LINKS_RELAY,
    MAX_LEAD_MINUTES,
    MAX_NOTIFY,
    MAX_PAUSE_MINUTES,
    NAME,
    PANEL_PATH,
    PROVIDER_BUNDLED,
    PROVIDER_COMMAND,
    PROVIDER_FOLDER,
)
from .coordinator import DownlinkConfigEntry, async_loaded_coordinator
from .engine.downlink.cron import validate
from .engine.downlink.errors import DownlinkError, UsageError
from .engine.downlink.limits import MAX_GUIDE_DAYS, MAX_PAST_DAYS
from .engine.downlink.models import Cause, Progress, Stage
from .engine.downlink.publish.refresh import PastReader
from .following.notifications import async_targets
from .passes.flow import SUBENTRY_FLOWS, SubentryFlows
from .recording.options import RECORDED, RecordingOptions, recorded_schema
from .refreshing.records import make_record
from .refreshing.refresh import async_load_generation, async_refresh_once, command_for
from .refreshing.texts import quoted
from .storage.settings import Settings
from .storage.state import State

ADVANCED: Final = "advanced"
FOLLOWED: Final = "followed"
SECTIONS: Final = (FOLLOWED, RECORDED, ADVANCED)
INVALID_SCHEDULE: Final = "invalid_schedule"
STAGES: Final = tuple(Stage)
SOURCES: Final = {
    PROVIDER_BUNDLED: (CONF_API_URL, CONF_VERIFY_TLS),
    PROVIDER_COMMAND: (CONF_PROVIDER_COMMAND,),
    PROVIDER_FOLDER: (CONF_PROVIDER_FOLDER,),
}
"""The kinds of provider, and which settings each has."""


def _source_schema(settings: Settings, *, is_open: bool) -> vol.Schema:
    """Everything about the source is below *Advanced*: who wants none of it presses Submit."""
    kinds = SelectSelectorConfig(options=list(SOURCES), translation_key=CONF_PROVIDER)
    advanced = vol.Schema(
        {
            vol.Required(CONF_PROVIDER, default=settings.provider): SelectSelector(kinds),
            vol.Required(CONF_API_URL, default=settings.api_url): TextSelector(
                TextSelectorConfig(type=TextSelectorType.URL)
            ),
            vol.Required(CONF_VERIFY_TLS, default=settings.verify_tls): BooleanSelector(),
            _text(CONF_PROVIDER_COMMAND, settings.provider_command): TextSelector(),
            _text(CONF_PROVIDER_FOLDER, settings.provider_folder): TextSelector(),
        }
    )
    return vol.Schema({vol.Required(ADVANCED): section(advanced, {"collapsed": not is_open})})


def _text(key: str, known: str) -> vol.Optional:
    """Propose a text that may be emptied."""
    return vol.Optional(key, description={"suggested_value": known})


def _options_schema(
    settings: Settings, targets: Sequence[SelectOptionDict] = (), *, is_open: bool = False
) -> vol.Schema:
    links = SelectSelectorConfig(
        options=[LINKS_RELAY, LINKS_HOME_ASSISTANT, LINKS_DIRECT], translation_key=CONF_STREAM_LINKS
    )
    advanced = vol.Schema(
        {
            vol.Required(CONF_SCHEDULE, default=settings.cron): TextSelector(),
            vol.Required(CONF_PROVIDER_TIMEOUT, default=settings.provider_timeout): _number(
                30, 3600, "s"
            ),
            vol.Required(CONF_STALE_HOURS, default=settings.stale_hours): _number(1, 720, "h"),
        }
    )
    return vol.Schema(
        {
            vol.Required(CONF_STREAM_LINKS, default=settings.stream_links): SelectSelector(links),
            vol.Required(CONF_MAX_CHANNELS, default=settings.max_channels): _number(1, 32),
            vol.Required(CONF_PAUSE_MINUTES, default=settings.pause_minutes): _number(
                0, MAX_PAUSE_MINUTES, "min"
            ),
            vol.Required(CONF_USERS_MAY_WATCH, default=settings.users_may_watch): BooleanSelector(),
            vol.Required(CONF_HDHOMERUN, default=settings.hdhomerun): BooleanSelector(),
            vol.Required(CONF_GUIDE_DAYS, default=settings.guide_days): _number(
                1, MAX_GUIDE_DAYS, "d"
            ),
            vol.Required(CONF_PAST_DAYS, default=settings.past_days): _number(
                0, MAX_PAST_DAYS, "d"
            ),
            vol.Required(FOLLOWED): section(_followed_schema(settings, targets)),
            vol.Required(RECORDED): section(recorded_schema(settings, _number)),
            vol.Required(ADVANCED): section(advanced, {"collapsed": not is_open}),
        }
    )


def _followed_schema(settings: Settings, targets: Sequence[SelectOptionDict]) -> vol.Schema:
    """Whom to tell of what is followed, when, and what to watch it on."""
    people = SelectSelectorConfig(
        options=list(targets), multiple=True, mode=SelectSelectorMode.DROPDOWN
    )
    players = EntitySelectorConfig(
        domain="media_player",
        filter={"supported_features": ["media_player.MediaPlayerEntityFeature.PLAY_MEDIA"]},
    )
    player = vol.Optional(CONF_WATCH_ON, description={"suggested_value": settings.watch_on})
    return vol.Schema(
        {
            vol.Required(CONF_NOTIFY, default=list(settings.notify)): vol.All(
                SelectSelector(people), vol.Length(max=MAX_NOTIFY)
            ),
            vol.Required(CONF_LEAD_MINUTES, default=settings.lead_minutes): _number(
                1, MAX_LEAD_MINUTES, "min"
            ),
            player: EntitySelector(players),
        }
    )


def _number(low: int, high: int, unit: str | None = None) -> vol.All:
    config = NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return vol.All(NumberSelector(config), vol.Coerce(int))


def _said(error: DownlinkError) -> str:
    """Say what went wrong, with the provider's own words: only administrators set up anything."""
    return " ".join(filter(None, (str(error), quoted(error.stderr))))


def _check_api_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("The address must begin with http:// or https:// and name a server.")


class DownlinkConfigFlow(ConfigFlow, domain=DOMAIN):
    """Choose where the feed comes from, fetch it once, and keep what came."""

    VERSION = 1
    MINOR_VERSION = 2

    def __init__(self) -> None:
        """Start with nothing chosen."""
        self._data: dict[str, Any] = {}
        self._entered: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        self._error: DownlinkError | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: DownlinkConfigEntry) -> DownlinkOptionsFlow:
        return DownlinkOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: DownlinkConfigEntry) -> SubentryFlows:
        return SUBENTRY_FLOWS

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for nothing but a press of the button; other sources are below *Advanced*."""
        return await self._async_ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask the same again."""
        return await self._async_ask("reconfigure", user_input)

    async def _async_ask(self, step_id: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        if user_input is not None:
            self._entered = user_input[ADVANCED]
            provider = self._entered[CONF_PROVIDER]
            kept = {key: self._entered.get(key, "") for key in SOURCES[provider]}
            self._data = {CONF_PROVIDER: provider, **kept}
            try:
                await self._async_check()
            except DownlinkError as err:
                self._error = err
            else:
                return await self.async_step_refresh()
        error, self._error = self._error, None
        settings = self._settings(self._entered)
        is_usual = settings == Settings.from_mappings({}, self._options())
        return self.async_show_form(
            step_id=step_id,
            data_schema=_source_schema(settings, is_open=not is_usual),
            errors={"base": error.key} if error else {},
            description_placeholders={
                "message": _said(error) if error else "",
                # What the command line may hold, in a text where braces mean something else.
                "m3u": "{m3u}",
                "xmltv": "{xmltv}",
            },
        )

    def _options(self) -> Mapping[str, Any]:
        is_known = self.source == SOURCE_RECONFIGURE
        return self._get_reconfigure_entry().options if is_known else {}

    def _settings(self, chosen: Mapping[str, Any]) -> Settings:
        known = self._get_reconfigure_entry().data if self.source == SOURCE_RECONFIGURE else {}
        return Settings.from_mappings({**known, **chosen}, self._options())

    async def _async_check(self) -> None:
        """Refuse what can be seen to be wrong without running anything."""
        settings = self._settings(self._data)
        if settings.provider == PROVIDER_COMMAND:
            command_for(settings)
        elif settings.provider == PROVIDER_BUNDLED:
            _check_api_url(settings.api_url)
        else:
            folder = Path(settings.provider_folder)
            usable = folder.is_absolute() and await self.hass.async_add_executor_job(folder.is_dir)
            if not usable:
                raise UsageError("The folder must exist, and its path must begin with a slash.")

    async def async_step_refresh(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Run the provider once, and show how far it is."""
        if self._task is None:
            self._task = self.hass.async_create_task(
                self._async_refresh(), f"{DOMAIN} first refresh", eager_start=False
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="refresh", progress_action="refresh", progress_task=self._task
            )
        task, self._task = self._task, None
        try:
            task.result()
        except DownlinkError as err:
            self._error = err
            known = self.source == SOURCE_RECONFIGURE
            return self.async_show_progress_done(next_step_id="reconfigure" if known else "user")
        return self.async_show_progress_done(next_step_id="finish")

    async def _async_refresh(self) -> None:
        started = dt_util.utcnow()
        state = await State.async_acquire(self.hass)
        try:
            refreshed = await async_refresh_once(
                self.hass,
                self._settings(self._data),
                state,
                await async_load_generation(self.hass),
                self._on_progress,
                past=self._past(),
            )
            record = make_record(Cause.SETUP, started, state.failures, refreshed, Stage.PUBLISH)
            state.remember(record)
            await state.async_save(self.hass)
            # Who was told of the failures is told of their end: nothing fails after the reload.
            if record.recovered and (coordinator := async_loaded_coordinator(self.hass)):
                coordinator.async_tell(record, Context())
        finally:
            state.async_release(self.hass)

    def _past(self) -> PastReader | None:
        """Return what knows what was on: there is a past only where an entry is changed."""
        coordinator = async_loaded_coordinator(self.hass)
        if coordinator is None:
            return None
        return partial(
            coordinator.aired.async_past, coordinator.data.feed if coordinator.data else None
        )

    @callback
    def _on_progress(self, progress: Progress) -> None:
        part = progress.done / progress.total if progress.total else 0.0
        self.async_update_progress((STAGES.index(progress.stage) + min(part, 1.0)) / len(STAGES))

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Keep what was chosen; the entry finds the feed already published."""
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(), data=self._data
            )
        return self.async_create_entry(
            title=NAME,
            data=self._data,
            options={CONF_STREAM_LINKS: LINKS_RELAY},
            description_placeholders={"panel": f"/{PANEL_PATH}"},
        )

    @callback
    @override
    def async_remove(self) -> None:
        """End the provider when the dialog is closed."""
        if self._task:
            self._task.cancel()


class DownlinkOptionsFlow(OptionsFlowWithReload):
    """Everything that is not about where the feed comes from."""

    _recorded: RecordingOptions | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        error = None
        options: Mapping[str, Any] = self.config_entry.options
        self._recorded = self._recorded or RecordingOptions(self.hass)
        if user_input is not None:
            # Sections are for the eye only: what is kept is flat.
            flat = user_input | {
                key: value for name in SECTIONS for key, value in user_input[name].items()
            }
            options = {key: flat[key] for key in flat if key not in SECTIONS}
            error = _schedule_error(options) or await self._recorded.async_error(
                Settings.from_entry(self.config_entry), Settings.from_mappings({}, options)
            )
            if not error:
                return self.async_create_entry(data=options)
        settings = Settings.from_mappings(self.config_entry.data, options)
        settings, warning = await self._recorded.async_look(settings)
        targets = async_targets(self.hass, settings.notify)
        return self.async_show_form(
            step_id="init",
            data_schema=_options_schema(settings, targets, is_open=error == INVALID_SCHEDULE),
            errors={"base": error} if error else {},
            description_placeholders={"warning": warning},
        )


def _schedule_error(options: Mapping[str, Any]) -> str | None:
    try:
        validate(options[CONF_SCHEDULE])
    except UsageError:
        return INVALID_SCHEDULE
    return None
