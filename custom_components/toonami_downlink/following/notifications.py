"""Tell people: by the notify entities and mobile apps of the house, and in its side bar.

A target is ``persistent_notification``, the action of a mobile app (``notify.mobile_app_…``), or
else a notify entity. Mobile apps take answers, and both they and the side bar can take back what
they showed. Source: https://companion.home-assistant.io/docs/notifications/notifications-basic
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
import logging
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util import dt as dt_util, slugify
import voluptuous as vol

from ..const import DOMAIN, NAME
from ..coordinator import DownlinkConfigEntry
from ..refreshing.texts import markdown, text
from .messages import Notice, tag_of

_LOGGER = logging.getLogger(__name__)

PERSISTENT: Final = "persistent_notification"
_NOTIFY: Final = "notify"
_APP: Final = "mobile_app"
_APP_TARGET: Final = f"{_NOTIFY}.{_APP}_"
_TIMEOUT: Final = 30.0
_CLEAR: Final = "clear_notification"
"""The message by which mobile apps take back the one with the same tag."""

type _Send = Callable[[str], Coroutine[Any, Any, None]]


@callback
def async_targets(hass: HomeAssistant, chosen: Iterable[str] = ()) -> list[SelectOptionDict]:
    """Return whom one can choose to tell, with their names; those chosen may be gone."""
    names = {PERSISTENT: text(hass, "common.announce_persistent")}
    apps = {
        f"{_APP}_{slugify(str(name))}": str(name)
        for entry in hass.config_entries.async_entries(_APP)
        if (name := entry.data.get("device_name"))
    }
    for service in hass.services.async_services_for_domain(_NOTIFY):
        if service.startswith(f"{_APP}_"):
            names[f"{_NOTIFY}.{service}"] = apps.get(service, service)
    registry = er.async_get(hass)
    for state in hass.states.async_all(_NOTIFY):
        entry = registry.async_get(state.entity_id)
        # A mobile app is there already, as what takes answers.
        if not entry or entry.platform != _APP:
            names[state.entity_id] = state.name
    for target in chosen:
        names.setdefault(target, target)
    return [SelectOptionDict(value=value, label=label) for value, label in names.items()]


class Notifications:
    """Bring messages to all targets, to each of them in order.

    None waits for another, and a target that fails is a line in the log, once until it works again.
    """

    def __init__(
        self, hass: HomeAssistant, entry: DownlinkConfigEntry, targets: Iterable[str]
    ) -> None:
        """Take whom to tell."""
        self._hass = hass
        self._entry = entry
        self._targets = tuple(targets)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failing: set[str] = set()

    @callback
    def async_tell(self, notice: Notice) -> None:
        """Tell all targets; those that cannot replace anything are told what is new."""
        for target in self._targets:
            if target == PERSISTENT:
                self._begin(target, lambda _: self._async_show(notice))
            elif target.startswith(_APP_TARGET):
                self._begin(target, lambda app: self._async_push(app, notice))
            elif notice.is_new:
                self._begin(target, lambda entity: self._async_send(entity, notice))

    @callback
    def async_withdraw(self, message: str) -> None:
        """Take a message back where that is possible."""
        data = {"message": _CLEAR, "data": {"tag": tag_of(message)}}
        for target in self._targets:
            if target == PERSISTENT:
                persistent_notification.async_dismiss(self._hass, tag_of(message))
            elif target.startswith(_APP_TARGET):
                self._begin(target, lambda app: self._async_notify(app, data))

    def _begin(self, target: str, send: _Send) -> None:
        self._entry.async_create_background_task(
            self._hass, self._async_in_turn(target, send), f"{DOMAIN} notification"
        )

    async def _async_in_turn(self, target: str, send: _Send) -> None:
        async with self._turns[target]:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await send(target)
            except (HomeAssistantError, vol.Invalid, TimeoutError) as err:
                if target not in self._failing:
                    self._failing.add(target)
                    _LOGGER.warning(
                        "%s cannot be told what is on: %s", target, str(err) or type(err).__name__
                    )
            else:
                self._failing.discard(target)

    async def _async_show(self, notice: Notice) -> None:
        link = f"[{text(self._hass, 'common.announce_open')}]({notice.place})"
        words = "\n\n".join((*map(markdown, notice.lines), link))
        persistent_notification.async_create(self._hass, words, notice.title, notice.tag)

    async def _async_push(self, app: str, notice: Notice) -> None:
        left = int((notice.until - dt_util.utcnow()).total_seconds())
        data: dict[str, Any] = {
            "tag": notice.tag,
            "group": DOMAIN,
            "channel": NAME,
            "url": notice.place,
            "clickAction": notice.place,
            "timeout": max(left, 1),
            # What comes late comes too late.
            "ttl": 0,
            "priority": "high",
            "actions": [{"action": action, "title": name} for action, name in notice.actions],
        }
        if not notice.is_new:
            data |= {"alert_once": True, "push": {"sound": "none"}}
        # Never only words from the guide: apps take some messages for commands.
        message = "\n".join(notice.lines)
        await self._async_notify(app, {"title": notice.title, "message": message, "data": data})

    async def _async_notify(self, app: str, data: Mapping[str, Any]) -> None:
        service = app.removeprefix(f"{_NOTIFY}.")
        await self._hass.services.async_call(_NOTIFY, service, dict(data), blocking=True)

    async def _async_send(self, entity: str, notice: Notice) -> None:
        state = self._hass.states.get(entity)
        if state is None or state.state == STATE_UNAVAILABLE:
            raise HomeAssistantError(f"{entity} is not there")
        lines = list(notice.lines)
        try:
            lines.append(f"{get_url(self._hass, prefer_external=True)}{notice.place}")
        except NoURLAvailableError:
            _LOGGER.debug("Home Assistant has no address to link to")
        data = {"entity_id": entity, "title": notice.title, "message": "\n".join(lines)}
        await self._hass.services.async_call(_NOTIFY, "send_message", data, blocking=True)
