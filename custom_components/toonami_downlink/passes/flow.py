"""The dialogs of a device's pass: to add one, and to change it."""

from collections.abc import Sequence
from datetime import time
from typing import Any, Final
import unicodedata

from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_RECORDINGS,
    CONF_STREAM_LINKS,
    LINKS_DIRECT,
    LINKS_HOME_ASSISTANT,
    LINKS_RELAY,
    SUBENTRY_TYPE,
)
from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.access import MAX_AGE
from ..engine.downlink.limits import MAX_CHANNELS
from ..engine.downlink.passes import (
    HOME,
    HOUSE_LINKS,
    MAX_NAME,
    MAX_PASSES,
    MAX_USERS,
    Pass,
    PassError,
)
from ..engine.downlink.text import clean_line
from .manager import read_subentry

CONF_CHANNELS: Final = "channels"
CONF_IS_RENUMBERED: Final = "is_renumbered"
CONF_IS_ENABLED: Final = "is_enabled"
CONF_ALLOWED_FROM: Final = "allowed_from"
CONF_ALLOWED_UNTIL: Final = "allowed_until"
CONF_MAX_AGE: Final = "max_age"
CONF_SHOWS_UNRATED: Final = "shows_unrated"
CONF_USERS: Final = "users"
type SubentryFlows = dict[str, type[ConfigSubentryFlow]]
_NEW: Final = Pass(identity="", name="")
LINKS: Final = (HOUSE_LINKS, LINKS_RELAY, LINKS_HOME_ASSISTANT, LINKS_DIRECT)


class PassFlow(ConfigSubentryFlow):
    """Ask what a device is called and what it may see; nothing is reloaded for that."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a device."""
        return await self._ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a device; it keeps its secrets."""
        return await self._ask("reconfigure", user_input)

    async def _ask(self, step_id: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        coordinator = async_loaded_coordinator(self.hass)
        if coordinator is None or coordinator.config_entry.entry_id != self.handler[0]:
            return self.async_abort(reason="not_loaded")
        if reason := self._reason_not_to(coordinator):
            return self.async_abort(
                reason=reason, description_placeholders={"max_passes": str(MAX_PASSES)}
            )
        errors: dict[str, str] = {}
        known = values = self._known(coordinator)
        if user_input is not None:
            name, _ = clean_line(user_input[CONF_NAME])
            data = _data(user_input, is_enabled=known[CONF_IS_ENABLED])
            if error := self._name_error(coordinator, user_input[CONF_NAME]):
                errors[CONF_NAME] = error
            if error := _hours_error(data):
                errors[CONF_ALLOWED_UNTIL] = error
            if not errors:
                return self._keep(coordinator, name, data)
            values = {**data, CONF_NAME: user_input[CONF_NAME]}
        return self.async_show_form(
            step_id=step_id,
            data_schema=pass_schema(
                values,
                _channel_options(coordinator, known[CONF_CHANNELS]),
                await _user_options(self.hass, known[CONF_USERS]),
                is_known=self.source != SOURCE_USER,
            ),
            errors=errors,
            description_placeholders={"max_name": str(MAX_NAME)},
        )

    def _reason_not_to(self, coordinator: DownlinkCoordinator) -> str | None:
        """Return why the dialog cannot go on; each time, for another may be open beside it."""
        subentries = coordinator.config_entry.subentries
        if self.source != SOURCE_USER:
            if self.context["subentry_id"] not in subentries:
                return "removed"
            return None
        if sum(one.subentry_type == SUBENTRY_TYPE for one in subentries.values()) >= MAX_PASSES:
            return "too_many"
        return None

    def _known(self, coordinator: DownlinkCoordinator) -> dict[str, Any]:
        """Return the values that the form begins with."""
        if self.source == SOURCE_USER:
            return form_values()
        subentry = coordinator.config_entry.subentries[self.context["subentry_id"]]
        try:
            return form_values(read_subentry(subentry))
        except PassError:
            # What cannot be read is set up again with this form.
            title, _ = clean_line(subentry.title, MAX_NAME)
            return form_values() | {CONF_NAME: title}

    def _name_error(self, coordinator: DownlinkCoordinator, text: str) -> str | None:
        name, is_changed = clean_line(text, MAX_NAME)
        if is_changed or not any(character.isprintable() for character in name):
            return "invalid_name"
        own = None if self.source == SOURCE_USER else self.context["subentry_id"]
        subentries = coordinator.config_entry.subentries
        others = {_spelled(one.title) for one in subentries.values() if one.subentry_id != own}
        if _spelled(name) in others | {HOME}:
            return "name_taken"
        return None

    def _keep(
        self, coordinator: DownlinkCoordinator, name: str, data: dict[str, Any]
    ) -> SubentryFlowResult:
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=name, data=data)
        entry = coordinator.config_entry
        subentry = entry.subentries[self.context["subentry_id"]]
        return self.async_update_and_abort(entry, subentry, title=name, data=data)


SUBENTRY_FLOWS: Final[SubentryFlows] = {SUBENTRY_TYPE: PassFlow}


def form_values(one: Pass = _NEW) -> dict[str, Any]:
    """Return the fields of the form for a pass."""
    return {
        CONF_NAME: one.name,
        CONF_CHANNELS: list(one.channels or ()),
        CONF_IS_RENUMBERED: one.is_renumbered,
        CONF_STREAM_LINKS: one.links or HOUSE_LINKS,
        CONF_RECORDINGS: one.sees_recordings,
        CONF_IS_ENABLED: one.is_enabled,
        CONF_ALLOWED_FROM: f"{one.hours.begin:%H:%M}" if one.hours else None,
        CONF_ALLOWED_UNTIL: f"{one.hours.end:%H:%M}" if one.hours else None,
        CONF_MAX_AGE: one.ceiling.age if one.ceiling else None,
        CONF_SHOWS_UNRATED: one.ceiling.shows_unrated if one.ceiling else True,
        CONF_USERS: list(one.users),
    }


def _spelled(name: str) -> str:
    """Spell names alike that look alike: without capitals, widths and what is not seen."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(one for one in plain if unicodedata.category(one) != "Cf").strip()


def _data(user_input: dict[str, Any], *, is_enabled: bool) -> dict[str, Any]:
    """Return what is kept of the form, beside the name."""
    return {
        CONF_CHANNELS: list(dict.fromkeys(user_input.get(CONF_CHANNELS, []))),
        CONF_IS_RENUMBERED: user_input[CONF_IS_RENUMBERED],
        CONF_STREAM_LINKS: user_input[CONF_STREAM_LINKS],
        CONF_RECORDINGS: user_input[CONF_RECORDINGS],
        CONF_IS_ENABLED: user_input.get(CONF_IS_ENABLED, is_enabled),
        CONF_ALLOWED_FROM: _time(user_input.get(CONF_ALLOWED_FROM)),
        CONF_ALLOWED_UNTIL: _time(user_input.get(CONF_ALLOWED_UNTIL)),
        CONF_MAX_AGE: None if (age := user_input.get(CONF_MAX_AGE)) is None else int(age),
        CONF_SHOWS_UNRATED: user_input[CONF_SHOWS_UNRATED],
        CONF_USERS: list(dict.fromkeys(user_input.get(CONF_USERS, []))),
    }


def _time(text: str | None) -> str | None:
    """Return a time of the form to the minute; the form itself has let nothing else through."""
    found: time | None = dt_util.parse_time(text) if text else None
    return f"{found:%H:%M}" if found else None


def _hours_error(data: dict[str, Any]) -> str | None:
    begin, end = data[CONF_ALLOWED_FROM], data[CONF_ALLOWED_UNTIL]
    if (begin is None) != (end is None):
        return "half_hours"
    if begin is not None and begin == end:
        return "no_hours"
    return None


def _channel_options(
    coordinator: DownlinkCoordinator, chosen: Sequence[str]
) -> list[SelectOptionDict]:
    """Return the channels of the feed, and those chosen that are not in it at the moment."""
    names = {
        channel.key: channel.name
        for channel in (coordinator.data.feed.channels if coordinator.data else ())
    }
    return [
        SelectOptionDict(value=key, label=label)
        for key, label in (names | {key: names.get(key, key) for key in chosen}).items()
    ]


async def _user_options(hass: HomeAssistant, chosen: Sequence[str]) -> list[SelectOptionDict]:
    """Return the users who are no administrators, and those chosen that are not there any more."""
    users = await hass.auth.async_get_users()
    names = {
        user.id: user.name or user.id
        for user in users
        if user.is_active and not user.is_admin and not user.system_generated
    }
    return [
        SelectOptionDict(value=identity, label=label)
        for identity, label in (names | {one: names.get(one, one) for one in chosen}).items()
    ]


def pass_schema(
    values: dict[str, Any],
    channels: list[SelectOptionDict],
    users: list[SelectOptionDict],
    *,
    is_known: bool,
) -> vol.Schema:
    """Return the form; only a pass that is known can be switched off."""
    choice = SelectSelectorConfig(options=channels, multiple=True, mode=SelectSelectorMode.DROPDOWN)
    people = SelectSelectorConfig(options=users, multiple=True, mode=SelectSelectorMode.DROPDOWN)
    links = SelectSelectorConfig(options=list(LINKS), translation_key="pass_links")
    age = NumberSelectorConfig(min=0, max=MAX_AGE, step=1, mode=NumberSelectorMode.BOX)
    fields: dict[vol.Marker, Any] = {
        vol.Required(CONF_NAME, description={"suggested_value": values[CONF_NAME]}): TextSelector(),
        _optional(CONF_CHANNELS, values): vol.All(
            SelectSelector(choice), vol.Length(max=MAX_CHANNELS)
        ),
        vol.Required(CONF_IS_RENUMBERED, default=values[CONF_IS_RENUMBERED]): BooleanSelector(),
        vol.Required(CONF_STREAM_LINKS, default=values[CONF_STREAM_LINKS]): SelectSelector(links),
        vol.Required(CONF_RECORDINGS, default=values[CONF_RECORDINGS]): BooleanSelector(),
        _optional(CONF_ALLOWED_FROM, values): TimeSelector(),
        _optional(CONF_ALLOWED_UNTIL, values): TimeSelector(),
        _optional(CONF_MAX_AGE, values): NumberSelector(age),
        vol.Required(CONF_SHOWS_UNRATED, default=values[CONF_SHOWS_UNRATED]): BooleanSelector(),
        _optional(CONF_USERS, values): vol.All(SelectSelector(people), vol.Length(max=MAX_USERS)),
    }
    if is_known:
        fields[vol.Required(CONF_IS_ENABLED, default=values[CONF_IS_ENABLED])] = BooleanSelector()
    return vol.Schema(fields)


def _optional(name: str, values: dict[str, Any]) -> vol.Marker:
    return vol.Optional(name, description={"suggested_value": values[name]})
