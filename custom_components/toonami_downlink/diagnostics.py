"""Diagnostics to download, without secrets, addresses of the house and personal stream URLs.

Each value is picked by name, so that what is added elsewhere does not get in here by itself.
"""

from collections import Counter
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .const import DEFAULT_API_URL, DOMAIN
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator, async_loaded_coordinator
from .engine.downlink.client_log import ClientRecord
from .engine.downlink.lineup import GUIDE_DOMAIN
from .engine.downlink.models import Channel, Programme, RefreshRecord
from .engine.downlink.passes import HOUSE_LINKS, Pass
from .engine.downlink.publish.history import record_to_json
from .engine.downlink.timeline import next_change, on_air
from .following.follows import Follows, async_follows
from .panel.status import status_payload
from .recording.manager import Recordings, async_recordings
from .storage.settings import Settings
from .views.health import version

_STATUS: Final = ("version", "health", "provider", "refresh", "feed")
_HISTORY: Final = 20
_RECORD: Final = (
    "started",
    "finished",
    "cause",
    "error",
    "report",
    "recovered",
    "failures",
    "stages",
)
"""Not the message: it may quote what a provider wrote to standard error."""
_SESSION: Final = ("channel", "player", "kind", "since", "bytes")
_RELAYED: Final = (
    "key",
    "running",
    "viewers",
    "last_segment",
    "node_changes",
    "slate_since",
    "reason",
)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: DownlinkConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of the whole integration."""
    if (coordinator := async_loaded_coordinator(hass)) is None:
        return _of_unloaded(hass, entry)
    status = status_payload(coordinator)
    channels = coordinator.data.feed.channels if coordinator.data else ()
    return {
        **{name: status[name] for name in _STATUS},
        "streams": _streams(status["streams"]),
        "settings": _settings(coordinator.settings),
        "history": [_record(record) for record in reversed(coordinator.history[-_HISTORY:])],
        "channels": [_channel(coordinator, channel) for channel in channels],
        "players": [_player(record) for record in coordinator.clients.records],
        "passes": [_pass(coordinator, one) for one in coordinator.passes.items],
        "follows": _follows(async_follows(hass)),
        "recordings": _recordings(async_recordings(hass)),
        "issues": _issues(hass),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: DownlinkConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of one channel or pass; of the service device, of everything."""
    coordinator = async_loaded_coordinator(hass)
    keys = {identifier for domain, identifier in device.identifiers if domain == DOMAIN}
    if coordinator is None or entry.entry_id in keys:
        return await async_get_config_entry_diagnostics(hass, entry)
    for one in coordinator.passes.items:
        if f"pass_{one.identity}" in keys:
            return {"pass": _pass(coordinator, one)}
    channels = coordinator.data.feed.channels if coordinator.data else ()
    return {
        "channel": next(
            (_channel(coordinator, channel) for channel in channels if channel.key in keys), None
        )
    }


def _of_unloaded(hass: HomeAssistant, entry: DownlinkConfigEntry) -> dict[str, Any]:
    """Say why nothing runs, as far as it can be told without running."""
    return {
        "version": version(hass),
        "state": entry.state.value,
        "reason": entry.error_reason_translation_key,
        "settings": _settings(Settings.from_entry(entry)),
        "issues": _issues(hass),
    }


def _issues(hass: HomeAssistant) -> list[str]:
    known = ir.async_get(hass).issues.values()
    return sorted(issue.issue_id for issue in known if issue.domain == DOMAIN and issue.active)


def _pass(coordinator: DownlinkCoordinator, one: Pass) -> dict[str, Any]:
    """Tell how a device is set up, but not what it is called: that may be a person's name."""
    seen = coordinator.passes.last_seen(one.identity)
    return {
        "channels": None if one.channels is None else len(one.channels),
        "is_renumbered": one.is_renumbered,
        "stream_links": one.links or HOUSE_LINKS,
        "recordings": one.sees_recordings,
        "is_enabled": one.is_enabled,
        "has_hours": one.hours is not None,
        "max_age": one.ceiling.age if one.ceiling else None,
        "users": len(one.users),
        "last_seen": seen.isoformat() if seen else None,
        "watching": len(coordinator.passes.watching(one.identity)),
    }


def _follows(follows: Follows | None) -> dict[str, int] | None:
    """Tell how much is followed, but not what: that is nobody else's business."""
    if follows is None:
        return None
    return {
        "follows": len(follows.items),
        "showings": len(follows.showings),
        "seen": len(follows.seen),
    }


def _recordings(recordings: Recordings | None) -> dict[str, Any] | None:
    """Tell how many there are in which state, but not of what, and not where in the house."""
    if recordings is None or not recordings.is_on:
        return None
    space = recordings.space
    return {
        "states": Counter(one.state.value for one in recordings.items),
        "reasons": Counter(one.reason.value for one in recordings.items if one.reason),
        "rules": Counter(rule.kind.value for rule in recordings.rules),
        "conflicts": len(recordings.conflicts),
        "trouble": recordings.trouble and recordings.trouble.value,
        **{name: getattr(space, name) for name in ("used", "quota", "free")},
        "warned": space.warning is not None,
    }


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "provider": settings.provider,
        "api_url": settings.api_url if settings.api_url == DEFAULT_API_URL else REDACTED,
        "verify_tls": settings.verify_tls,
        "provider_command": REDACTED if settings.provider_command else None,
        "provider_folder": REDACTED if settings.provider_folder else None,
        "guide_days": settings.guide_days,
        "stream_links": settings.stream_links,
        "provider_timeout": settings.provider_timeout,
        "max_channels": settings.max_channels,
        "pause_minutes": settings.pause_minutes,
        "hdhomerun": settings.hdhomerun,
        "stale_hours": settings.stale_hours,
        "users_may_watch": settings.users_may_watch,
        "recordings": settings.recordings,
        "recordings_folder": REDACTED if settings.recordings_folder else None,
        "recordings_gb": settings.recordings_gb,
        "recordings_days": settings.recordings_days,
        "padding_before": settings.padding_before,
        "padding_after": settings.padding_after,
    }


def _record(record: RefreshRecord) -> dict[str, Any]:
    written = record_to_json(record)
    return {name: written[name] for name in _RECORD}


def _channel(coordinator: DownlinkCoordinator, channel: Channel) -> dict[str, Any]:
    guide = coordinator.data.feed.guide.get(channel.key, ()) if coordinator.data else ()
    now = dt_util.utcnow()
    change = next_change(guide, now)
    return {
        "key": channel.key,
        "name": channel.name,
        "number": channel.number,
        "guide_id": channel.guide_id,
        "radio": channel.radio,
        "missed": channel.missed,
        "stream": _stream(channel.stream_url),
        "programmes": sum(not programme.is_filler for programme in guide),
        "filler": sum(programme.is_filler for programme in guide),
        "on_air": _programme(on_air(guide, now)),
        "next_change": change.isoformat() if change else None,
    }


def _stream(url: str) -> dict[str, Any]:
    """Tell which server of upstream a stream is on; its path identifies the house."""
    parts = urlsplit(url)
    return {"scheme": parts.scheme, "host": _host(parts.hostname or "")}


def _host(host: str) -> str:
    return host if host.partition(":")[0].endswith(f".{GUIDE_DOMAIN}") else REDACTED


def _streams(streams: dict[str, Any]) -> dict[str, Any]:
    """Tell who watches what as the status does, but not from where in the house."""
    return {
        **{name: streams[name] for name in ("viewers", "upstream", "max")},
        "sessions": [
            {
                "address": REDACTED,
                **{name: session[name] for name in _SESSION},
            }
            for session in streams["sessions"]
        ],
        "channels": [
            {
                **{name: channel[name] for name in _RELAYED},
                "node": channel["node"] and _host(channel["node"]),
            }
            for channel in streams["channels"]
        ],
    }


def _programme(programme: Programme | None) -> dict[str, Any] | None:
    if programme is None:
        return None
    return {
        "start": programme.start.isoformat(),
        "stop": programme.stop.isoformat(),
        "title": programme.title,
        "source": programme.source.value,
    }


def _player(record: ClientRecord) -> dict[str, Any]:
    return {**record.as_dict(), "address": REDACTED}
