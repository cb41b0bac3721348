"""How things are: one dictionary for the status view, the panel and diagnostics."""

from enum import StrEnum
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_loaded_integration

from .const import DOMAIN
from .coordinator import DownlinkCoordinator
from .engine.downlink.history import record_to_json, report_to_json
from .engine.downlink.models import Progress
from .engine.downlink.store import Generation
from .players import PlayerRecord


class Health(StrEnum):
    """The state of the whole, the worst last."""

    OK = "ok"
    DEGRADED = "degraded"
    """A feed is published, but it is getting old or the last refresh failed."""
    ERROR = "error"
    """There is nothing to serve."""


class Reason(StrEnum):
    """Why the health is not ok; the first that applies."""

    NOT_LOADED = "not_loaded"
    NO_FEED = "no_feed"
    REFRESH_FAILED = "refresh_failed"
    GUIDE_STALE = "guide_stale"


def version(hass: HomeAssistant) -> str:
    """Return the integration's version."""
    return str(async_get_loaded_integration(hass, DOMAIN).version)


def health_of(coordinator: DownlinkCoordinator | None) -> tuple[Health, Reason | None]:
    """Return the health, and why it is not better."""
    if coordinator is None:
        return Health.ERROR, Reason.NOT_LOADED
    if coordinator.data is None:
        return Health.ERROR, Reason.NO_FEED
    if coordinator.failures:
        return Health.DEGRADED, Reason.REFRESH_FAILED
    if coordinator.is_guide_stale:
        return Health.DEGRADED, Reason.GUIDE_STALE
    return Health.OK, None


def status_payload(coordinator: DownlinkCoordinator) -> dict[str, Any]:
    """Return everything that the status page shows, as JSON values without a secret.

    Times are ISO 8601 in UTC, durations seconds, sizes bytes; lists have the newest first.
    """
    health, reason = health_of(coordinator)
    history = [record_to_json(record) for record in reversed(coordinator.history)]
    last = coordinator.last_record
    made, due = coordinator.last_success, coordinator.next_refresh
    return {
        "version": version(coordinator.hass),
        "health": {"status": health, "reason": reason},
        "provider": {
            "kind": coordinator.settings.provider,
            "version": coordinator.provider_version,
        },
        "refresh": {
            "is_running": coordinator.is_refreshing,
            "progress": _progress(coordinator.progress),
            "schedule": coordinator.settings.schedule,
            "next": due.isoformat() if due else None,
            "last_success": made.isoformat() if made else None,
            "failures": coordinator.failures,
        },
        "last_error": record_to_json(last) if last and last.error else None,
        "feed": _feed(coordinator.generation),
        "streams": {
            "active": coordinator.streams.active,
            "max": coordinator.settings.max_streams,
            "has_ffmpeg": coordinator.streams.has_ffmpeg,
        },
        "players": [_player(record) for record in coordinator.players.records],
        "history": history,
    }


def _progress(progress: Progress | None) -> dict[str, Any] | None:
    if progress is None:
        return None
    return {"stage": progress.stage.value, "done": progress.done, "total": progress.total}


def _feed(generation: Generation | None) -> dict[str, Any] | None:
    """Describe the published feed, and the two files that it is kept in."""
    if generation is None:
        return None
    files = {"playlist.m3u": generation.playlist, "guide.xml": generation.guide}
    return {
        "generation": generation.number,
        "made": generation.feed.made.isoformat(),
        **report_to_json(generation.report),
        "artifacts": [
            {"name": name, "size": len(content), "sha256": generation.digests[name]}
            for name, content in files.items()
        ],
    }


def _player(record: PlayerRecord) -> dict[str, Any]:
    return {
        "address": record.address,
        "player": record.player,
        "asked": record.asked.value,
        "result": record.result.value,
        "when": record.when.isoformat(),
        "count": record.count,
    }
