"""End what is watched when a device may not watch it any more."""

from datetime import datetime

from homeassistant.core import callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..coordinator import DownlinkConfigEntry, DownlinkCoordinator
from ..streaming.manager import Session


@callback
def async_setup_limits(entry: DownlinkConfigEntry) -> None:
    """Look at each minute of the clock, and when a programme or another feed begins."""
    coordinator = entry.runtime_data

    @callback
    def on_minute(_now: datetime) -> None:
        async_end_what_is_over(coordinator)

    @callback
    def on_change() -> None:
        async_end_what_is_over(coordinator)

    entry.async_on_unload(async_track_time_change(coordinator.hass, on_minute, second=0))
    entry.async_on_unload(coordinator.async_add_listener(on_change))


@callback
def async_end_what_is_over(coordinator: DownlinkCoordinator) -> None:
    """End the sessions of devices that may not watch what they watch."""
    passes = coordinator.passes
    if not any(one.is_limited for one in passes.items):
        return
    now = dt_util.now()

    def is_over(session: Session) -> bool:
        one = passes.find(session.watcher.identity)
        if one is None or not one.is_limited:
            return False
        if not one.is_open(now):
            return True
        if session.viewer.span or coordinator.data is None:
            # What was on is judged each time that it is asked for.
            return False
        return not passes.offer(coordinator.data, one).allows(session.channel, now)

    coordinator.streams.async_end_sessions(is_over)
