"""Kodi with its IPTV Simple Client: what was on, and what was recorded."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.kodi import Kodi, is_installed
from tests.e2e.clients.party import Party
from tests.e2e.clients.recorded import SHOW, Recorded, record
from tests.e2e.clients.screens import Screen
from tests.e2e.file_provider import EAST, FileProvider

pytestmark = [
    pytest.mark.kodi,
    pytest.mark.nightly,
    pytest.mark.skipif(not is_installed(), reason="scripts/setup kodi installs it"),
    pytest.mark.timeout(480),
]
ZONE = "Australia/Lord_Howe"
"""Half an hour beside the hours of others, and far from UTC."""
TITLES = {
    "Iron Comet S02E05 Departure",
    "Iron Comet S02E06 Arrival",
    "Akira",
    "Long Way S02E01",
}
MINUTE = 60


def test_what_was_on_and_what_was_recorded(session_upstream: Upstream, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    try:
        recorded = record(home, session_upstream, FileProvider(tmp_path / "provider"))
        folder = tmp_path / "kodi"
        folder.mkdir()
        with (
            Kodi(folder, recorded.access.playlist_url, ZONE) as kodi,
            Party(tmp_path) as party,
        ):
            wait_for(lambda: kodi.recordings().keys() == TITLES, "Kodi lists others", 30)
            (east,) = (one for one in kodi.channels("alltv") if one["label"] == EAST)
            screen = party.invite(Screen, "Kodi", kodi.display)
            broadcast = wait_for(
                lambda: find(kodi, east["channelid"], recorded), "No broadcast has a number", 120
            )
            with kodi.watching(broadcast["broadcastid"], "broadcastid"):
                check(kodi, screen, recorded)
            with kodi.watching(kodi.recordings()["Iron Comet S02E05 Departure"], "recordingid"):
                check(kodi, screen, recorded)
    finally:
        home.discard()


def find(kodi: Kodi, channel: int, recorded: Recorded) -> dict[str, Any] | None:
    """Return the programme that was recorded, once Kodi can play it."""
    start = f"{recorded.minute:%Y-%m-%d %H:%M:%S}"
    for one in kodi.broadcasts(channel):
        if one["starttime"] == start:
            assert one["title"] == SHOW
            return one if "broadcastid" in one else None
    return None


def check(kodi: Kodi, screen: Screen, recorded: Recorded) -> None:
    """See that it shows the beginning of the programme, and the next minute when it is wound."""
    check_from(0, kodi, screen, recorded)
    kodi.seek(MINUTE)
    check_from(MINUTE, kodi, screen, recorded)


def check_from(seconds: int, kodi: Kodi, screen: Screen, recorded: Recorded) -> None:
    """See that it shows the programme, from so many seconds after its beginning on."""
    # It goes on for some seconds at least, so that this is not the picture from before.
    wait_for(lambda: kodi.seconds >= seconds + 3, "Kodi does not go on", 30)
    seen = len(screen.shown())
    wait_for(lambda: len(screen.shown()) > seen + 1, "The screen is not seen", 30)
    now = timedelta(seconds=kodi.seconds)
    assert timedelta(seconds=seconds) <= now < timedelta(seconds=seconds + MINUTE / 2)
    assert screen.newest is not None
    recorded.check_position(screen.newest, recorded.minute + now)
