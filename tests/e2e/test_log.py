"""What else may happen in a day, with every warning on: nothing of ours is to be complained of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
import re
from urllib.parse import urlsplit

import pytest

from scripts.lib.develop.feed import entries, fetch, wait_for_feed
from scripts.lib.develop.flow import DOMAIN, entry_id, remove, set_options, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.assertions import log_complaints, log_records
from tests.e2e.automations import (
    TIMEOUT,
    arrange,
    automate,
    enable_automations,
    from_blueprint,
    import_blueprints,
    ran_since,
)
from tests.e2e.file_provider import EAST, FileProvider, Show

CALENDAR = "calendar.toonami_aftermath_east_guide"
NOW_PLAYING = "sensor.toonami_aftermath_east_now_playing"
EVENT = "event.toonami_downlink_refresh"
SLOW = re.compile(r" took \d+\.\d+ seconds$")
"""How asyncio ends a complaint that something, of ours or not, held the event loop."""


@pytest.fixture
def strict_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A Home Assistant that says whatever Python, asyncio and itself have to say."""
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")  # puts Home Assistant in debug mode, too
    folder = tmp_path / "home"
    folder.mkdir()
    enable_automations(folder)
    home = Home(folder)
    try:
        home.start()
        yield home
    finally:
        home.discard()


def complaints(home: Home) -> list[str]:
    """Return what is against us in the log; that a busy machine is slow is not."""
    return [text for text in log_complaints(home.log) if not SLOW.search(text)]


def use(home: Home) -> set[str]:
    """Do what automations, players, voice assistants and people do; return the secrets."""
    client = home.client
    access = wait_for_feed(client)
    login = f"username={access.xtream['username']}&password={access.xtream['password']}"
    fetch(access.playlist_url)
    fetch(f"{access.guide_url}.gz")
    for action in ("get_live_categories", "get_live_streams", "get_short_epg&stream_id=1"):
        fetch(f"{client.base_url}/player_api.php?{login}&action={action}")
    channel = "media-source://toonami_downlink/1"
    client.command("media_source/resolve_media", media_content_id=channel)
    client.post("/api/conversation/process", {"text": "What is on Toonami?", "language": "en"})
    client.command("toonami_downlink/refresh")
    return {access.xtream["password"], urlsplit(access.playlist_url).path.split("/")[3]}


def set_disabled(home: Home, by: str | None) -> None:
    home.client.command("config_entries/disable", entry_id=entry_id(home.client), disabled_by=by)


def watch_a_boundary(home: Home, provider: FileProvider, channels: dict[str, list[Show]]) -> None:
    """Wait for a programme to start, and for an automation that it triggers."""
    trigger = {
        "trigger": "calendar.event_started",
        "target": {"area_id": [], "entity_id": CALENDAR},
    }

    def announce(at: datetime) -> None:
        before = Show(start=at - timedelta(hours=1), stop=at, title="Before")
        after = Show(start=at, stop=at + timedelta(hours=1), title="After")
        provider.publish({**channels, EAST: [before, after]})
        assert home.client.command("toonami_downlink/refresh")["error"] is None
        automate(home, "started", {"triggers": [trigger], "actions": []})

    at = arrange(announce)
    wait_for(lambda: home.entities()[NOW_PLAYING]["state"] == "After", "No boundary", TIMEOUT)
    wait_for(lambda: ran_since(home, "started", at), "The automation did not run", TIMEOUT)


def test_log_is_clean_with_all_warnings_on(
    strict_home: Home, upstream: Upstream, tmp_path: Path
) -> None:
    home, client = strict_home, strict_home.client
    set_up(client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    import_blueprints(client)
    automate(home, "problem", from_blueprint("refresh_problem", refresh_event=EVENT))
    secrets = use(home)
    set_options(client, {"guide_days": 2, "hdhomerun": True, "max_channels": 1})
    wait_for_feed(client)
    client.post("/api/services/toonami_downlink/rotate_credentials", {})
    secrets |= use(home)
    kept = home.folder / ".storage" / f"{DOMAIN}.credentials"
    assert [secret for secret in secrets if secret in kept.read_text()] != []
    assert kept.stat().st_mode & 0o077 == 0
    provider = FileProvider(tmp_path / "provider")
    playlist = fetch(wait_for_feed(client).playlist_url).body
    channels: dict[str, list[Show]] = {entry.name: [] for entry in entries(playlist)}
    provider.publish(channels)
    set_up(client, "command", {"provider_command": provider.command})
    wait_for_feed(client)
    watch_a_boundary(home, provider, channels)
    set_disabled(home, "user")
    assert NOW_PLAYING not in home.entities()
    set_disabled(home, None)
    wait_for_feed(client)
    remove(client)
    home.stop()

    assert complaints(home) == []
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in home.log] == []
    assert any(DOMAIN in text for level, text in log_records(home.log) if level == "DEBUG")
