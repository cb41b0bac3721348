"""The to-do list of what is followed: a line is a show or words, its date is the next airing."""

from typing import Final, override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.follows import Follow, FollowKind
from .entity import DownlinkEntity, at_fixed_offset
from .following.follows import Follows, async_follows
from .following.titles import async_find_title

PARALLEL_UPDATES = 0

_KEY: Final = "follow"
FOLLOW_LIST: Final = EntityDescription(key=_KEY, translation_key=_KEY)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the list."""
    if follows := async_follows(hass):
        async_add_entities([FollowList(entry.runtime_data, follows)])


class FollowList(DownlinkEntity, TodoListEntity):
    """What is followed. Nothing in it is ever done: what is ticked off was seen, and goes on."""

    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
    )

    def __init__(self, coordinator: DownlinkCoordinator, follows: Follows) -> None:
        """List what is followed now."""
        super().__init__(coordinator, FOLLOW_LIST)
        self._follows = follows
        self._attr_todo_items = self._items()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._follows.async_add_listener(self._handle_coordinator_update))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the list when it is another: each write goes to all who look at it."""
        items = self._items()
        if items != self._attr_todo_items:
            self._attr_todo_items = items
            self.async_write_ha_state()

    def _items(self) -> list[TodoItem]:
        return [self._item(follow) for follow in self._follows.items]

    def _item(self, follow: Follow) -> TodoItem:
        found = self._follows.next_of(follow.identity, dt_util.utcnow())
        data = self.coordinator.data
        names = {one.key: one.name for one in data.feed.channels} if data else {}
        about = [names.get(follow.channel, follow.channel)] if follow.channel else []
        if found:
            programme = found[1].programme
            about = [found[1].channel.name]
            about += [text for text in (programme.episode_code, programme.episode_title) if text]
        return TodoItem(
            uid=follow.identity,
            summary=follow.text,
            status=TodoItemStatus.NEEDS_ACTION,
            due=at_fixed_offset(found[1].start) if found else None,
            description=" · ".join(about) or None,
        )

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Follow a show, if the guide or the aired log knows the title, else words."""
        text = item.summary or ""
        found = await async_find_title(self.coordinator, text)
        if found.title is None:
            await self._follows.async_add(FollowKind.WORDS, text)
        else:
            await self._follows.async_add(FollowKind.SHOW, found.title)

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Put the next showing aside when the line is ticked off; it cannot be renamed."""
        known = next((one for one in self._follows.items if one.identity == item.uid), None)
        if known is None or item.summary != known.text:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="follow_not_renamed"
            )
        if item.status != TodoItemStatus.COMPLETED:  # it may be a plain text
            return
        found = self._follows.next_of(known.identity, dt_util.utcnow())
        if found is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="nothing_to_see",
                translation_placeholders={"title": known.text},
            )
        await self._follows.async_see(found[0].identity)

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Unfollow."""
        await self._follows.async_remove(*uids)
