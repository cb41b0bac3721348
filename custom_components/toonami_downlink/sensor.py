"""Sensors: what is on now and next on each channel, the feed, what is recorded, who watches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, Platform, UnitOfInformation, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.description import programme_values
from .engine.downlink.follows import Showing
from .engine.downlink.models import Programme
from .engine.downlink.timeline import on_air, upcoming
from .entity import ChannelEntity, DownlinkEntity, async_add_channel_entities
from .following.follows import Follows, async_follows
from .passes.entities import LastSeenSensor, WatchingSensor, async_add_pass_entities
from .recording.describing import channel_name
from .recording.entities import async_shown_recordings
from .recording.manager import Recordings

PARALLEL_UPDATES = 0
MAX_STATE_CHARS: Final = 255
GB: Final = 1_000_000_000
ATTRIBUTES: Final = (
    *("episode_title", "season", "episode", "description", "start", "stop"),
    *("category", "rating", "year", "image"),
)
"""What an entity tells of its programme, beside the title."""


@dataclass(frozen=True, kw_only=True)
class FeedSensorDescription(SensorEntityDescription):
    """Describe a sensor of the feed."""

    value_fn: Callable[[DownlinkCoordinator], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class ProgrammeSensorDescription(SensorEntityDescription):
    """Describe a sensor that shows one programme of a channel."""

    programme_fn: Callable[[tuple[Programme, ...], datetime], Programme | None]


def _last_duration(coordinator: DownlinkCoordinator) -> float | None:
    return coordinator.last_record.duration if coordinator.last_record else None


def _next_programme(programmes: tuple[Programme, ...], at: datetime) -> Programme | None:
    return next(iter(upcoming(programmes, at)), None)


STREAM_SENSORS: Final = (
    FeedSensorDescription(
        key="viewers",
        translation_key="viewers",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: coordinator.streams.viewers,
    ),
    FeedSensorDescription(
        key="upstream_streams",
        translation_key="upstream_streams",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: coordinator.streams.upstream_streams,
    ),
)
FEED_SENSORS: Final = (
    FeedSensorDescription(
        key="last_refresh",
        translation_key="last_refresh",
        entity_registry_enabled_default=False,  # each refresh would be a line in the activity
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda coordinator: coordinator.last_success,
    ),
    FeedSensorDescription(
        key="next_refresh",
        translation_key="next_refresh",
        entity_registry_enabled_default=False,  # each refresh would be a line in the activity
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda coordinator: coordinator.next_refresh,
    ),
    FeedSensorDescription(
        key="channels",
        translation_key="channels",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: (
            len(coordinator.data.feed.channels) if coordinator.data else None
        ),
    ),
    FeedSensorDescription(
        key="programmes",
        translation_key="programmes",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: (
            coordinator.data.report.programmes if coordinator.data else None
        ),
    ),
    FeedSensorDescription(
        key="guide_until",
        translation_key="guide_until",
        entity_registry_enabled_default=False,  # each refresh would be a line in the activity
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda coordinator: (
            coordinator.data.report.guide_until if coordinator.data else None
        ),
    ),
    FeedSensorDescription(
        key="provider_version",
        translation_key="provider_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda coordinator: coordinator.provider_version,
    ),
    FeedSensorDescription(
        key="refresh_duration",
        translation_key="refresh_duration",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=_last_duration,
    ),
)

NEXT_FOLLOWED: Final = SensorEntityDescription(key="next_followed", translation_key="next_followed")
RECORDINGS_SPACE: Final = SensorEntityDescription(
    key="recordings_space",
    translation_key="recordings_space",
    device_class=SensorDeviceClass.DATA_SIZE,
    native_unit_of_measurement=UnitOfInformation.GIGABYTES,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=1,
)
NEXT_RECORDING: Final = SensorEntityDescription(
    key="next_recording",
    translation_key="next_recording",
    device_class=SensorDeviceClass.TIMESTAMP,
)
PROGRAMME_SENSORS: Final = (
    ProgrammeSensorDescription(
        key="now_playing", translation_key="now_playing", programme_fn=on_air
    ),
    ProgrammeSensorDescription(
        key="up_next", translation_key="up_next", programme_fn=_next_programme
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the feed, and of each channel as it comes."""
    async_add_entities(
        StreamSensor(entry.runtime_data, description) for description in STREAM_SENSORS
    )
    async_add_entities(FeedSensor(entry.runtime_data, description) for description in FEED_SENSORS)
    if follows := async_follows(hass):
        async_add_entities([NextFollowedSensor(entry.runtime_data, follows)])
    if recordings := async_shown_recordings(
        hass, entry, Platform.SENSOR, RECORDINGS_SPACE, NEXT_RECORDING
    ):
        async_add_entities(
            [
                RecordingsSpaceSensor(entry.runtime_data, RECORDINGS_SPACE, recordings),
                NextRecordingSensor(entry.runtime_data, NEXT_RECORDING, recordings),
            ]
        )
    async_add_channel_entities(entry, async_add_entities, ProgrammeSensor, PROGRAMME_SENSORS)
    async_add_pass_entities(hass, entry, async_add_entities, WatchingSensor, LastSeenSensor)


class StreamSensor(DownlinkEntity, SensorEntity):
    """A figure about who watches, which changes without the feed."""

    entity_description: FeedSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.streams.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator)


class FeedSensor(DownlinkEntity, SensorEntity):
    """A figure about the feed."""

    entity_description: FeedSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator)


class NextFollowedSensor(DownlinkEntity, SensorEntity):
    """The title of what is followed and begins next; what was seen does not count."""

    _unrecorded_attributes = frozenset({"start", "stop"})

    def __init__(self, coordinator: DownlinkCoordinator, follows: Follows) -> None:
        """Show what there is now."""
        super().__init__(coordinator, NEXT_FOLLOWED)
        self._follows = follows

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._follows.async_add_listener(self.async_write_ha_state))

    @property
    def showing(self) -> Showing | None:
        """What this sensor shows now."""
        return self._follows.next_showing(dt_util.utcnow())

    @property
    @override
    def native_value(self) -> str | None:
        showing = self.showing
        return showing.airing.programme.title[:MAX_STATE_CHARS] if showing else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        showing = self.showing
        if showing is None:
            return None
        airing = showing.airing
        return {
            "channel": airing.channel.name,
            "start": airing.start,
            "stop": airing.stop,
        }


class RecordingsSensor(DownlinkEntity, SensorEntity):
    """Something about recordings, which changes with them."""

    def __init__(
        self,
        coordinator: DownlinkCoordinator,
        description: SensorEntityDescription,
        recordings: Recordings,
    ) -> None:
        """Show what there is now."""
        super().__init__(coordinator, description)
        self._recordings = recordings

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._recordings.async_add_listener(self.async_write_ha_state))


class RecordingsSpaceSensor(RecordingsSensor):
    """How much recordings take; in steps, for it grows with each segment."""

    _unrecorded_attributes = frozenset({"quota", "free"})

    @property
    @override
    def native_value(self) -> float:
        return round(self._recordings.space.used / GB, 1)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        space = self._recordings.space
        return {"quota": round(space.quota / GB, 1), "free": round(space.free / GB, 1)}


class NextRecordingSensor(RecordingsSensor):
    """When the next recording begins."""

    _unrecorded_attributes = frozenset({"stop"})

    @property
    @override
    def native_value(self) -> datetime | None:
        recording = self._recordings.next
        return recording.start if recording else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        recording = self._recordings.next
        if recording is None:
            return None
        return {
            "title": recording.programme.title,
            "channel": channel_name(self.coordinator, recording),
            "stop": recording.stop,
        }


class ProgrammeSensor(ChannelEntity, SensorEntity):
    """The title of a programme; everything else about it in the attributes."""

    entity_description: ProgrammeSensorDescription
    _unrecorded_attributes = frozenset(
        {"description", "image", "category", "rating", "year", "season", "episode", "start", "stop"}
    )

    @property
    def programme(self) -> Programme | None:
        """The programme that this sensor shows now."""
        return self.entity_description.programme_fn(self.programmes, dt_util.utcnow())

    @property
    @override
    def native_value(self) -> str | None:
        return self.programme.title[:MAX_STATE_CHARS] if self.programme else None

    @property
    @override
    def entity_picture(self) -> str | None:
        return self.programme.image if self.programme else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        programme = self.programme
        if programme is None:
            return None
        values = programme_values(programme)
        return {name: values[name] for name in ATTRIBUTES if values[name] is not None}
