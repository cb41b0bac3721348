"""The status of everything: one dictionary for the panel, diagnostics and administrators."""

from typing import Any

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView, require_admin
from homeassistant.helpers.json import json_bytes

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.models import Progress
from ..engine.downlink.passes import HOME
from ..engine.downlink.publish.history import record_to_json, report_to_json
from ..engine.downlink.publish.store import Generation
from ..streaming.manager import Session
from ..views.base import JSON_TYPE, respond_once, unavailable
from ..views.health import health_of, version
from ..views.paths import API


class StatusView(HomeAssistantView):
    """The status page's payload over HTTP, for administrators."""

    url = f"{API}/status"
    name = "toonami_downlink:status"

    @require_admin
    async def get(self, request: web.Request) -> web.Response:
        """Answer GET."""
        coordinator = async_loaded_coordinator(request.app[KEY_HASS])
        if coordinator is None:
            return unavailable()
        return respond_once(json_bytes(status_payload(coordinator)), JSON_TYPE)


def status_payload(coordinator: DownlinkCoordinator) -> dict[str, Any]:
    """Return everything that the status page shows, as JSON values without a secret.

    Times are ISO 8601 in UTC, durations seconds, sizes bytes; lists have the newest first.
    """
    health, reason = health_of(coordinator)
    history = [record_to_json(record) for record in reversed(coordinator.history)]
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
            "schedule": coordinator.settings.cron,
            "next": due.isoformat() if due else None,
            "last_success": made.isoformat() if made else None,
            "failures": coordinator.failures,
        },
        "last_error": _last_error(coordinator),
        "feed": _feed(coordinator.generation),
        "streams": streams_payload(coordinator),
        "players": [record.as_dict() for record in coordinator.clients.records],
        "history": history,
    }


def _last_error(coordinator: DownlinkCoordinator) -> dict[str, Any] | None:
    """Describe the failure of the last refresh, with the provider's last words beside it."""
    last = coordinator.last_record
    if not last or not last.error:
        return None
    return record_to_json(last) | {"last_words": coordinator.last_words}


def streams_payload(coordinator: DownlinkCoordinator) -> dict[str, Any]:
    """Return who watches what, and how the channels are: the part that changes by the second."""
    streams = coordinator.streams
    return {
        "viewers": streams.viewers,
        "upstream": streams.upstream_streams,
        "max": coordinator.settings.max_channels,
        "sessions": [_session(coordinator, session) for session in streams.sessions],
        "channels": _channels(coordinator),
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


def _session(coordinator: DownlinkCoordinator, session: Session) -> dict[str, Any]:
    identity = session.watcher.identity
    device = None if identity == HOME else coordinator.passes.find(identity)
    return {
        "id": session.identity,
        "channel": session.channel,
        "address": session.watcher.address,
        "player": session.watcher.player,
        "device": device.name if device else None,
        "kind": "ts" if session.is_continuous else "hls",
        "since": session.viewer.since.isoformat(),
        "bytes": session.viewer.sent,
    }


def _channels(coordinator: DownlinkCoordinator) -> list[dict[str, Any]]:
    """Describe the channels that were watched since the start, in the order of the feed."""
    health = coordinator.streams.health
    feed = coordinator.data.feed if coordinator.data else None
    return [
        {
            "key": channel.key,
            "name": channel.name,
            "running": state.is_running,
            "viewers": state.viewers,
            "last_segment": state.last_segment.isoformat() if state.last_segment else None,
            "node": state.node,
            "node_changes": state.node_changes,
            "slate_since": state.slate_since.isoformat() if state.slate_since else None,
            "reason": state.reason,
        }
        for channel in (feed.channels if feed else ())
        if (state := health.get(channel.key))
    ]
