"""When the feed is refreshed: on schedule, again after a failure, at once for what was missed."""

from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from functools import partial

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import (
    CLOCK_STEP_BACK,
    DOMAIN,
    FEED_FROM_THE_FUTURE,
    MISSED_AFTER,
    RETRY_DELAYS,
)
from ..engine.downlink.cron import last_run, next_run
from ..engine.downlink.models import Cause, RefreshRecord
from ..storage.state import State


def for_the_house[T](begin: Callable[[], T]) -> T:
    """Begin what goes on after a request, in nobody's name, whoever made that.

    Home Assistant keeps in a context variable who is connected. Each task and timer takes that
    over from where it is begun, and each automation from what sets it off: it would play with the
    pass of a child who has pressed a button hours before.
    """
    return Context().run(begin)


class Timer:
    """A timer for one point in time; setting it again moves it. It rings for the house."""

    def __init__(self, hass: HomeAssistant, name: str, action: Callable[[], None]) -> None:
        """Take what to do when it rings; it is not set yet."""
        self.at: datetime | None = None
        self._hass = hass
        self._action = action
        self._job = HassJob(self._ring, f"{DOMAIN} {name}", cancel_on_shutdown=True)
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def set(self, at: datetime | None) -> None:
        """Ring at that time, which is in UTC; None: do not ring."""
        self.at = at
        if self._cancel:
            self._cancel()
            self._cancel = None
        if at:
            # Whoever sets it is not for whom it rings.
            self._cancel = for_the_house(
                partial(async_track_point_in_utc_time, self._hass, self._job, at)
            )

    @callback
    def _ring(self, _now: datetime) -> None:
        self._cancel = None
        self._action()


class Scheduler:
    """Begin each refresh at its time.

    `begin` starts a refresh or joins the one that is running; `on_missed` is told of a scheduled
    time that passed unnoticed, before its refresh begins.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        cron: str,
        state: State,
        *,
        begin: Callable[[Cause], object],
        on_missed: Callable[[datetime], None],
    ) -> None:
        """Take a cron expression in Home Assistant's time zone, and what a restart kept."""
        self._hass = hass
        self._cron = cron
        self._state = state
        self._begin = begin
        self._on_missed = on_missed
        self._retry_at: datetime | None = None
        self._made: datetime | None = None
        self._timer = Timer(hass, "schedule", self.async_check)

    @property
    def next(self) -> datetime | None:
        """When the next refresh begins, in UTC; None before the first look."""
        return self._timer.at

    async def async_load(self) -> None:
        """Make a schedule that is new the one that is followed."""
        state = self._state
        if state.cron != self._cron:
            # What a new schedule would have done in the past was not missed.
            state.done_until = dt_util.utcnow() if state.cron else state.done_until
            state.cron = self._cron
            await state.async_save(self._hass)

    @callback
    def async_follow_zone(self) -> None:
        """Go by another time zone; what it would have done in the past was not missed."""
        now = dt_util.utcnow()
        self._state.done_until = max(self._state.done_until or now, now)

    @callback
    def async_update(self, last: RefreshRecord | None, made: datetime | None) -> None:
        """Take the last refresh and the published feed into account; the next look acts on it."""
        self._retry_at = None
        if last and last.error:
            self._retry_at = last.finished + _retry_delay(last.failures)
        elif last and last.report and (last.report.guide_error or last.report.is_makeshift):
            # The channels are well, and the old guide lasts for days.
            self._retry_at = last.finished + RETRY_DELAYS[-1]
        self._made = made
        if made:
            self._state.done_until = max(self._state.done_until or made, made)

    @callback
    def async_check(self) -> None:
        """Begin what is due and set the timer for what comes next; the clock may have jumped."""
        now = dt_util.utcnow()
        if self._state.done_until is None or self._state.done_until - now > CLOCK_STEP_BACK:
            self._state.done_until = now
        if self._made and self._made - now > FEED_FROM_THE_FUTURE:
            # The clock was ahead when the feed was made: nothing in it need be on now.
            self._state.done_until = min(self._state.done_until, now)
            if not self._retry_at:
                self._begin(Cause.CLOCK)
        window = self._window_after(self._state.done_until)
        if window <= now:
            window = self._run_window(now)
        elif self._retry_at and self._retry_at <= now:
            self._retry_at = None
            self._begin(Cause.RETRY)
        if self._retry_at:
            # The clock may have gone back since the failure.
            self._retry_at = min(self._retry_at, now + RETRY_DELAYS[-1])
        self._timer.set(min(window, self._retry_at or window))

    @callback
    def async_stop(self) -> None:
        """Begin nothing any more."""
        self._timer.set(None)

    def _run_window(self, now: datetime) -> datetime:
        """Run for the newest scheduled time that has passed; return the one after it."""
        window = self._state.done_until = last_run(self._cron, dt_util.as_local(now))
        self._retry_at = None
        missed = now - window >= MISSED_AFTER
        if missed:
            self._on_missed(window)
        self._begin(Cause.MISSED if missed else Cause.SCHEDULE)
        return self._window_after(window)

    def _window_after(self, time: datetime) -> datetime:
        return next_run(self._cron, dt_util.as_local(time))


def _retry_delay(failures: int) -> timedelta:
    return RETRY_DELAYS[min(failures, len(RETRY_DELAYS)) - 1]
