"""Kodi with its IPTV Simple Client: channels, radio, guide, picture."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from scripts.lib.develop.feed import Access, airings, fetch
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.kodi import Kodi, is_installed

pytestmark = [
    pytest.mark.kodi,
    pytest.mark.skipif(not is_installed(), reason="scripts/setup kodi installs it"),
]
TELEVISION = [
    (1, "Toonami Aftermath East"),
    (2, "Toonami Aftermath West"),
    (3, "Snickelodeon East"),
    (4, "Snickelodeon West"),
    (5, "MTV97"),
    (6, "Movies"),
]


def playlist(access: Access, kind: str) -> str:
    """Return one of the playlists that a user might give to Kodi."""
    if kind == "feed":
        return access.playlist_url
    login = {key: access.xtream[key] for key in ("username", "password")}
    query = urlencode({**login, "type": "m3u_plus", "output": kind})
    return f"{access.xtream['server']}/get.php?{query}"


@pytest.fixture(params=["feed", "ts"])
def kodi(request: pytest.FixtureRequest, access: Access, tmp_path: Path) -> Iterator[Kodi]:
    with Kodi(tmp_path, playlist(access, request.param)) as kodi:
        yield kodi


def test_kodi(kodi: Kodi, access: Access) -> None:
    channels = kodi.channels("alltv")
    assert [(item["channelnumber"], item["label"]) for item in channels] == TELEVISION
    (radio,) = kodi.channels("allradio")
    assert radio["label"] == "Toonami Aftermath Radio"
    assert all("logos" in item["icon"] for item in (*channels, radio))
    check_guide(kodi, channels[0]["channelid"], access)
    for channel in (channels[0]["channelid"], radio["channelid"]):
        check_playback(kodi, channel)


def check_guide(kodi: Kodi, channel: int, access: Access) -> None:
    """Compare Kodi's guide of the first channel with ours, from now on."""

    def load() -> set[tuple[str, str]]:
        return {(item["starttime"], item["title"]) for item in kodi.broadcasts(channel)}

    # Kodi reads three days ahead unless it is told otherwise.
    now, horizon = datetime.now(UTC), datetime.now(UTC) + timedelta(days=2)
    ours = {
        (airing.start.strftime("%Y-%m-%d %H:%M:%S"), airing.title)
        for airing in airings(fetch(access.guide_url).body)
        if airing.channel == "toonami-east.toonamiaftermath.com" and now < airing.stop < horizon
    }
    assert ours
    wait_for(lambda: load() >= ours, "Kodi has another guide", 60)
    assert any(item["episodename"] for item in kodi.broadcasts(channel))


def check_playback(kodi: Kodi, channel: int) -> None:
    """Watch a channel until time passes there."""
    kodi.call("Player.Open", item={"channelid": channel})

    def plays() -> bool:
        players = kodi.call("Player.GetActivePlayers")
        if not players:
            return False
        names = ["speed", "time", "currentaudiostream"]
        state = kodi.call("Player.GetProperties", playerid=players[0]["playerid"], properties=names)
        return bool(state["speed"] == 1 and state["currentaudiostream"])

    wait_for(plays, "Kodi does not play", 60)
    (player,) = kodi.call("Player.GetActivePlayers")
    kodi.call("Player.Stop", playerid=player["playerid"])
