"""A page's subscription to what the integration pushes."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator

type Push = Callable[[dict[str, Any]], None]


class Subscription:
    """A subscription of one page; it outlives a reload of the entry."""

    def __init__(
        self,
        connection: ActiveConnection,
        msg_id: int,
        attach: Callable[[DownlinkCoordinator, Push], list[CALLBACK_TYPE]],
    ) -> None:
        """Prepare to push what `attach` listens to."""
        self._connection = connection
        self._msg_id = msg_id
        self._attach = attach
        self._coordinator: DownlinkCoordinator | None = None
        self._detach: list[CALLBACK_TYPE] = []
        self._last: dict[str, Any] | None = None

    @callback
    def async_start(self, coordinator: DownlinkCoordinator) -> None:
        """Confirm the subscription, push the first event and follow the entry."""
        hass = coordinator.hass
        self._connection.send_result(self._msg_id)
        self._follow(coordinator)

        @callback
        def on_entry(_change: ConfigEntryChange, _entry: ConfigEntry) -> None:
            self._follow(async_loaded_coordinator(hass))

        unsubscribe = async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, on_entry)

        @callback
        def stop() -> None:
            unsubscribe()
            self._let_go()

        self._connection.subscriptions[self._msg_id] = stop

    @callback
    def _follow(self, coordinator: DownlinkCoordinator | None) -> None:
        if coordinator is self._coordinator:
            return
        self._let_go()
        self._coordinator = coordinator
        if coordinator:
            self._detach = self._attach(coordinator, self._push)
        else:
            self._push({"loaded": False})

    @callback
    def _let_go(self) -> None:
        for detach in self._detach:
            detach()
        self._detach = []

    @callback
    def _push(self, event: dict[str, Any]) -> None:
        if event != self._last:
            self._last = event
            self._connection.send_event(self._msg_id, event)
