"""Kodi with its IPTV Simple Client: channels, radio, guide, picture."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scripts.lib.develop.feed import Access, fetch, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.kodi import Kodi, is_installed, playlist
from tests.e2e.clients.relay import Relay
from tests.e2e.file_provider import FileProvider, Show

pytestmark = [
    pytest.mark.kodi,
    pytest.mark.skipif(not is_installed(), reason="scripts/setup kodi installs it"),
]
NUMBERS = '<episode-num system="xmltv_ns">1.4.</episode-num>'
ABOUT = ("episodename", "seasonnum", "episodenum", "firstaired", "isseries")
EPISODE: dict[str, Any] = {
    "episodename": "Episode 5",
    "seasonnum": 2,
    "episodenum": 5,
    "firstaired": "1999-04-17",
    "isseries": True,
    "marks": set(),
}
MARKED: dict[str, tuple[str, dict[str, Any]]] = {
    "Toonami Aftermath East": (f"<date>19990417</date>{NUMBERS}", EPISODE),
    "Toonami Aftermath West": (
        f"<date>19990417</date>{NUMBERS}<premiere/>",
        {**EPISODE, "marks": {"Premiere"}},
    ),
    "Snickelodeon East": (
        f"<date>19990417</date>{NUMBERS}<new/>",
        {**EPISODE, "marks": {"New"}},
    ),
    "Snickelodeon West": (
        "",
        {
            "episodename": "",
            "seasonnum": -1,
            "episodenum": -1,
            "firstaired": "",
            "isseries": False,
            "marks": set(),
        },
    ),
}
"""What a provider says of what is on, and what Kodi shows of it, by channel."""
TELEVISION = [
    (1, "Toonami Aftermath East"),
    (2, "Toonami Aftermath West"),
    (3, "Snickelodeon East"),
    (4, "Snickelodeon West"),
    (5, "MTV97"),
    (6, "Movies"),
]


@pytest.fixture(params=["feed", "ts"])
def kodi(request: pytest.FixtureRequest, access: Access, tmp_path: Path) -> Iterator[Kodi]:
    with Kodi(tmp_path, playlist(access, request.param)) as kodi:
        yield kodi


def test_kodi(kodi: Kodi, home: Home, access: Access, upstream: Upstream) -> None:
    channels = kodi.channels("alltv")
    assert [(item["channelnumber"], item["label"]) for item in channels] == TELEVISION
    (radio,) = kodi.channels("allradio")
    assert radio["label"] == "Toonami Aftermath Radio"
    assert kodi.groups("tv") == ["All channels", "Toonami Aftermath"]
    assert kodi.groups("radio") == ["All channels", "Toonami Aftermath (Radio)"]
    assert all("logos" in item["icon"] for item in (*channels, radio))
    check_guide(kodi, channels[0]["channelid"], access)
    with kodi.watching(channels[0]["channelid"]):
        lose_node(kodi, Relay(home, upstream, access))
    with kodi.watching(radio["channelid"]):
        pass


def test_marks_and_yesterday(make_home: Callable[[], Home], tmp_path: Path) -> None:
    provider = FileProvider(tmp_path / "provider")
    now = datetime.now(UTC).replace(microsecond=0)
    yesterday = now - timedelta(days=1)
    provider.publish({name: shows(now, yesterday, marks) for name, (marks, _) in MARKED.items()})
    home = make_home()
    home.start()
    set_up(home.client, "command", {"provider_command": provider.command})
    access = wait_for_feed(home.client)
    (tmp_path / "kodi").mkdir()
    with Kodi(tmp_path / "kodi", access.playlist_url) as kodi:
        channels = {item["label"]: item["channelid"] for item in kodi.channels("alltv")}
        assert channels.keys() == MARKED.keys()

        def load() -> dict[str, dict[str, Any]]:
            broadcasts = {name: kodi.broadcasts(channel) for name, channel in channels.items()}
            return {
                name: {key: item[key] for key in ABOUT}
                for name, of_channel in broadcasts.items()
                for item in of_channel
                if item["title"] == "Iron Comet"
            }

        shown = {name: {key: seen[key] for key in ABOUT} for name, (_, seen) in MARKED.items()}
        wait_for(lambda: load() == shown, "Kodi has another guide", 60, lambda: str(load()))
        marks = {name: seen["marks"] for name, (_, seen) in MARKED.items()}
        assert kodi.marks(len(channels)) == marks
        for channel in channels.values():
            (before,) = (one for one in kodi.broadcasts(channel) if one["title"] == "Old Comet")
            assert before["starttime"] == f"{yesterday:%Y-%m-%d %H:%M:%S}"


def shows(now: datetime, yesterday: datetime, marks: str) -> list[Show]:
    """Return a programme that is on for hours, and what was on since yesterday.

    That one goes on until now: a first guide begins with what is still on at midnight, and
    midnight may have been a minute ago where Home Assistant is.
    """
    return [
        Show(start=yesterday, stop=now, title="Old Comet"),
        Show(start=now, stop=now + timedelta(hours=3), title="Iron Comet", marks=marks),
    ]


type Row = tuple[str, str, str, int, int]
"""A programme: start, title, episode title, season and episode; -1 where there is no number."""


def check_guide(kodi: Kodi, channel: int, access: Access) -> None:
    """Compare Kodi's guide of the first channel with ours, from now on."""
    names = ("starttime", "title", "episodename", "seasonnum", "episodenum")

    def load() -> set[Row]:
        return {tuple(item[name] for name in names) for item in kodi.broadcasts(channel)}

    ours = set(rows(fetch(access.guide_url).body, "toonami-east.toonamiaftermath.com"))
    assert any(season > 0 and episode > 0 for *_, season, episode in ours)
    wait_for(lambda: load() >= ours, "Kodi has another guide", 60)
    assert {item["episodepart"] for item in kodi.broadcasts(channel)} == {-1}


def rows(guide: bytes, channel: str) -> Iterator[Row]:
    """Read what is on from now on; Kodi reads three days ahead unless it is told otherwise."""
    now, horizon = datetime.now(UTC), datetime.now(UTC) + timedelta(days=2)
    for programme in ET.fromstring(guide).iter("programme"):  # noqa: S314  # it is our own
        start, stop = (
            datetime.strptime(programme.get(name, ""), "%Y%m%d%H%M%S %z")
            for name in ("start", "stop")
        )
        if programme.get("channel") != channel or stop <= now or start >= horizon:
            continue
        numbers = programme.findtext("episode-num[@system='xmltv_ns']", "..").split(".")
        season, episode = (int(number) + 1 if number else -1 for number in numbers[:2])
        title, episode_title = (programme.findtext(name, "") for name in ("title", "sub-title"))
        yield f"{start:%Y-%m-%d %H:%M:%S}", title, episode_title, season, episode


def lose_node(kodi: Kodi, relay: Relay) -> None:
    """Let the node die that the channel comes from, and see that Kodi shows what comes then."""
    node = relay.nodes[-1]
    relay.upstream.set_faults({"nodes": {node: "dead"}})
    wait_for(lambda: relay.nodes[-1] != node, "It stays with the node", 60)
    began = kodi.seconds
    # More than a player has in store.
    wait_for(lambda: kodi.seconds > began + 20, "Kodi does not go on", 90)
    assert len(kodi.call("Player.GetActivePlayers")) == 1
