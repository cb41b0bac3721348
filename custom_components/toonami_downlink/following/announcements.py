"""Announce what is followed when its time has come, and take the answers of those who were told."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.announced import Record, Records, postpone, put_aside
from ..engine.downlink.announcements import Announcement, Outlook, look
from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.follows import Showing
from ..refreshing.scheduler import Timer, for_the_house
from ..storage.announced import AnnouncedStore
from .follows import Follows
from .messages import NOT_THIS, WATCH, WEST, read_action, write_notice
from .notifications import Notifications

_LOGGER = logging.getLogger(__name__)

EVENT_ACTION: Final = "mobile_app_notification_action"
"""What Home Assistant fires when somebody taps an action of a notification in a mobile app."""
_MAX_OTHERS: Final = 10
_MAX_ANSWERS: Final = 20
"""Answers that are taken in a minute."""
_MINUTE: Final = 60.0

type Listener = Callable[[str, dict[str, Any]], None]


class Announcements:
    """Look at the showings whenever something is due or has changed.

    What is said is saved first. Listeners are told of each showing, people of each message.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: DownlinkCoordinator,
        follows: Follows,
        store: AnnouncedStore,
        records: Records,
    ) -> None:
        """Take what was announced before; `async_start` does the rest."""
        settings = coordinator.settings
        self._hass = hass
        self._coordinator = coordinator
        self._follows = follows
        self._store = store
        self._records = self._saved = records
        self._lead = timedelta(minutes=settings.lead_minutes)
        self._player = settings.watch_on
        self._notifications = Notifications(hass, coordinator.config_entry, settings.notify)
        self._timer = Timer(hass, "announcements", self._async_look)
        self._saving = asyncio.Lock()
        self._listeners: list[Listener] = []
        self._answered: deque[float] = deque(maxlen=_MAX_ANSWERS)
        self._is_broken = False

    @callback
    def async_add_listener(self, listener: Listener) -> CALLBACK_TYPE:
        """Tell `listener` of ``soon`` and ``started``, and of the attributes of the event."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_start(self) -> None:
        """Begin when Home Assistant has started: before that, not all can be told."""
        entry = self._coordinator.config_entry
        entry.async_on_unload(async_at_started(self._hass, self._async_begin))

    @callback
    def _async_begin(self, _hass: HomeAssistant) -> None:
        entry = self._coordinator.config_entry
        entry.async_on_unload(lambda: self._timer.set(None))
        entry.async_on_unload(self._follows.async_add_listener(self._async_look))
        # When a programme begins or ends, and when the clock jumped over that.
        entry.async_on_unload(self._coordinator.async_add_listener(self._async_look))
        entry.async_on_unload(self._hass.bus.async_listen(EVENT_ACTION, self._async_on_action))
        self._async_look()

    # What is due

    @callback
    def _async_look(self) -> None:
        outlook = look(self._showings(), self._records, self._lead, dt_util.utcnow())
        self._records = outlook.records
        self._timer.set(outlook.next)
        if outlook.announcements or outlook.messages or outlook.over:
            self._async_do(outlook)

    def _showings(self) -> Sequence[Showing]:
        seen = self._follows.seen
        return [one for one in self._follows.showings if one.identity not in seen]

    @callback
    def _async_do(self, outlook: Outlook) -> None:
        # Not in the background: what is begun is done before the entry is unloaded.
        entry, tell = self._coordinator.config_entry, self._async_tell(outlook)
        for_the_house(lambda: entry.async_create_task(self._hass, tell, f"{DOMAIN} announcement"))

    async def _async_tell(self, outlook: Outlook) -> None:
        await self._async_save()
        for announcement in outlook.announcements:
            self._fire(announcement)
        for message in outlook.over:
            self._notifications.async_withdraw(message)
        player = self._hass.states.get(self._player) if self._player else None
        for message_due in outlook.messages:
            notice = write_notice(self._hass, message_due, player.name if player else None)
            self._notifications.async_tell(notice)

    async def _async_save(self) -> None:
        """Save what was announced; when that fails, people are told nevertheless."""
        async with self._saving:
            if self._records == self._saved:
                return
            records = self._records
            try:
                await self._store.async_save(records)
            except DownlinkError as err:
                if not self._is_broken:
                    self._is_broken = True
                    _LOGGER.warning("What was announced could not be saved: %s", err)
            else:
                self._is_broken = False
                self._saved = records

    @callback
    def _fire(self, announcement: Announcement) -> None:
        showing, airing = announcement.part
        texts = {follow.identity: follow.text for follow in self._follows.items}
        others = [one for one in (showing.airing, *showing.others) if one is not airing]
        attributes = {
            "title": airing.programme.title,
            **_when(airing),
            "follow": [texts[one] for one in showing.follows if one in texts],
            "others": [_when(one) for one in others if one.start > airing.start][:_MAX_OTHERS],
        }
        for listener in tuple(self._listeners):
            listener(announcement.stage.value, attributes)

    # What people answer

    @callback
    def _async_on_action(self, event: Event[Any]) -> None:
        """Take an answer to a message that people have; everything else is somebody else's."""
        answer, message = read_action(event.data.get("action")) or ("", "")
        parts = {
            key: one
            for key, one in self._records.items()
            if one.message == message and not one.is_withdrawn
        }
        if not message or message not in parts or not self._is_in_time():
            return
        if answer == WATCH:
            self._coordinator.config_entry.async_create_background_task(
                self._hass, self._async_watch(parts[message], event.context), f"{DOMAIN} watch"
            )
        elif answer == WEST:
            now = dt_util.utcnow()
            self._answer(message, postpone(self._follows.showings, self._records, message, now))
        elif answer == NOT_THIS:
            self._answer(message, put_aside(self._records, message))
            self._coordinator.config_entry.async_create_task(
                self._hass, self._async_see(*parts), f"{DOMAIN} seen"
            )

    def _is_in_time(self) -> bool:
        """Whether there were not too many answers in the last minute."""
        now = self._hass.loop.time()
        if len(self._answered) == _MAX_ANSWERS and now - self._answered[0] < _MINUTE:
            return False
        self._answered.append(now)
        return True

    @callback
    def _answer(self, message: str, records: Records) -> None:
        self._records = records
        self._async_do(Outlook((), (), (message,), records, None))
        self._async_look()

    async def _async_see(self, *showings: str) -> None:
        try:
            for showing in showings:
                await self._follows.async_see(showing)
        except HomeAssistantError as err:
            _LOGGER.warning("What was put aside is not marked as seen: %s", err)

    async def _async_watch(self, record: Record, context: Context) -> None:
        """Play the channel of a message, in the name of who asked."""
        data = self._coordinator.data
        channels = data.feed.channels if data else ()
        channel = next((one for one in channels if one.key == record.channel), None)
        if channel is None or self._player is None:
            return
        try:
            await self._hass.services.async_call(
                "media_player",
                "play_media",
                {
                    "entity_id": self._player,
                    "media_content_id": f"media-source://{DOMAIN}/{channel.number}",
                    "media_content_type": "music" if channel.radio else "video",
                },
                blocking=True,
                context=context,
            )
        except (HomeAssistantError, vol.Invalid) as err:
            _LOGGER.warning("%s does not play %s: %s", self._player, channel.name, err)


def _when(airing: Airing) -> dict[str, str]:
    """Describe when and where something is on; times are ISO 8601 in Home Assistant's zone."""
    return {
        "channel": airing.channel.name,
        "start": dt_util.as_local(airing.start).isoformat(),
        "stop": dt_util.as_local(airing.stop).isoformat(),
    }


async def async_setup_announcements(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, follows: Follows
) -> Announcements:
    """Load what was announced, for the entry that is being set up; it goes when it is unloaded.

    Raises as `AnnouncedStore.async_load`.
    """
    store = AnnouncedStore(hass)
    records = await store.async_load()
    announcements = hass.data[_LOADED] = Announcements(hass, coordinator, follows, store, records)

    @callback
    def forget() -> None:
        hass.data.pop(_LOADED, None)

    coordinator.config_entry.async_on_unload(forget)
    return announcements


@callback
def async_announcements(hass: HomeAssistant) -> Announcements | None:
    """Return the announcements, while the entry is loaded."""
    return hass.data.get(_LOADED)


_LOADED: Final[HassKey[Announcements]] = HassKey(f"{DOMAIN}_announcements")
