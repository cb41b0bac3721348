"""What is said of recordings. Times are ISO 8601 in Home Assistant's zone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.recording.model import Recording


def media_content_id(recording: Recording) -> str:
    """Return what Home Assistant's media players take for a recording."""
    return f"media-source://{DOMAIN}/recording/{recording.number}"


def channel_name(coordinator: DownlinkCoordinator, recording: Recording) -> str:
    """Return the name of the channel; its key when the feed does not have it any more."""
    channels = coordinator.data.feed.channels if coordinator.data else ()
    names = {channel.key: channel.name for channel in channels}
    return names.get(recording.channel, recording.channel)


def describe(coordinator: DownlinkCoordinator, recording: Recording) -> dict[str, Any]:
    """Describe a recording; what is not known or does not apply is left out.

    ``missing`` is how many seconds of the programme are not there.
    """
    programme = recording.programme
    values = {
        "id": recording.identity,
        "channel": channel_name(coordinator, recording),
        "title": programme.title,
        "episode_title": programme.episode_title,
        "season": programme.season,
        "episode": programme.episode,
        "start": _iso(recording.start),
        "stop": _iso(recording.stop),
        "state": recording.state.value,
        "reason": recording.reason and recording.reason.value,
        "missing": round(recording.missing.total_seconds()) if recording.gaps else None,
        "kept": recording.is_kept,
        "media_content_id": media_content_id(recording) if recording.has_picture else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def describe_all(
    coordinator: DownlinkCoordinator, recordings: Iterable[Recording]
) -> list[dict[str, Any]]:
    """Describe the recordings that are planned, made or failed, by their start."""
    shown = (one for one in recordings if not one.is_tombstone)
    return [describe(coordinator, one) for one in sorted(shown, key=lambda one: one.start)]


def _iso(at: datetime) -> str:
    return dt_util.as_local(at).isoformat()
