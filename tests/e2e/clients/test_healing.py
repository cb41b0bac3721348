"""Players watch while upstream fails in every way it knows: the picture goes on, and times too.

All of them watch the same channel at the same time, so that each sees the same trouble at once.
HEALING_MINUTES makes it as long as one likes: half of it without any upstream.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import dropwhile, pairwise
import os
from pathlib import Path
import re
import tempfile
from typing import Final

from playwright.sync_api import Browser
import pytest

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.kodi import Kodi, is_installed, playlist
from tests.e2e.clients.party import Party
from tests.e2e.clients.relay import CHANNEL, PATIENCE, Relay
from tests.e2e.clients.screens import (
    Decoder,
    HlsJs,
    Mpv,
    Packets,
    Player,
    Screen,
    Vlc,
    hls_js_site,
)
from tests.e2e.nodes import passes
from tests.simulator import NODES
from tests.simulator.loops import SEGMENT_SECONDS

pytestmark = pytest.mark.nightly
MINUTES: Final = float(os.environ.get("HEALING_MINUTES", "0"))
BETWEEN: Final = max(2, round(MINUTES * 60 / 2 / 6 / SEGMENT_SECONDS))
"""Segments that pass between one fault and the next."""
AWAY: Final = max(4, round(MINUTES * 60 / 2 / SEGMENT_SECONDS))
"""Segments that pass without upstream, once the slate is shown."""
ROUNDED: Final = 0.05
"""Seconds: half of a picture."""


def _rule(kind: str, node: str, part: str = "") -> Mapping[str, object]:
    return {"rules": [{"endpoint": "stream", "kind": kind, "node": node, "part": part}]}


type Fault = Callable[[str], Mapping[str, object]]
"""What is wrong with a node."""
FAULTS: Final[Mapping[str, Fault]] = {
    "dies": lambda node: {"nodes": {node: "dead"}},
    "is silent": lambda node: {"nodes": {node: "silent"}},
    "has no segments": lambda node: _rule("missing", node, "segment"),
    "cuts segments short": lambda node: _rule("short", node, "segment"),
    "counts anew": lambda node: _rule("sequence_reset", node),
    "is frozen": lambda node: _rule("frozen", node),
}


@pytest.fixture
def relay(home: Home, access: Access, upstream: Upstream) -> Relay:
    return Relay(home, upstream, access)


@pytest.fixture
def party(relay: Relay, browser: Browser, tmp_path: Path) -> Iterator[Party]:
    """All players, every one with a picture."""
    # Not below pytest's own folder, which VLC's user may not enter.
    with (
        tempfile.TemporaryDirectory() as name,
        hls_js_site(tmp_path) as site,
        Party(Path(name)) as party,
    ):
        Path(name).chmod(0o755)
        ts, hls = relay.url("ts"), relay.url("m3u8")
        party.invite(Decoder, "ffmpeg TS", ts)
        party.invite(Decoder, "ffmpeg HLS", hls)
        party.invite(Mpv, "mpv TS", ts)
        party.invite(Mpv, "mpv HLS", hls)
        party.invite(Vlc, "VLC TS", ts)
        party.invite(Vlc, "VLC HLS", hls)
        page = browser.new_page(viewport={"width": 200, "height": 160})
        party.players.append(HlsJs("hls.js", page, site, hls))
        for player in party.players:
            player.wait_until_begun(PATIENCE)
        yield party
        page.close()


@pytest.fixture
def packets(relay: Relay, tmp_path: Path) -> Iterator[list[Packets]]:
    """ffprobes, for the times that are in both kinds of stream."""
    with Party(tmp_path) as party:
        yield [
            party.invite(Packets, "times TS", relay.url("ts")),
            party.invite(Packets, "times HLS", relay.url("m3u8")),
        ]


def suffer(relay: Relay, party: Party, fault: Fault) -> None:
    """Let a fault befall the node that the channel comes from, until another one has it."""
    node = relay.nodes[-1]
    relay.upstream.set_faults(fault(node))

    def has_changed() -> bool:
        party.check()
        return relay.nodes[-1] != node

    wait_for(has_changed, "It stays with the node", PATIENCE)
    pass_by(relay, party, BETWEEN)


def pass_by(relay: Relay, party: Party, segments: int) -> None:
    """Wait until the stream has gone on, and see that everybody plays all the while."""
    for _ in range(segments):
        passes(relay.upstream, 1)
        party.check()


def lose(relay: Relay, party: Party) -> None:
    """Take all of upstream away until viewers are told so, and a while longer."""
    relay.upstream.set_faults({"offline": True, "nodes": dict.fromkeys(NODES, "dead")})
    relay.wait_for_slate(shown=True)
    pass_by(relay, party, AWAY)
    relay.upstream.set_faults({})
    relay.wait_for_slate(shown=False)
    pass_by(relay, party, 3)


def suffer_everything(relay: Relay, party: Party) -> int:
    """Let all of it befall them, until all show the picture of afterwards.

    Return how often the node was another one.
    """
    for fault in FAULTS.values():
        suffer(relay, party, fault)
    lose(relay, party)
    changes = len(relay.nodes)
    position = relay.position
    for player in party.players:
        player.wait_until(position, PATIENCE)
    party.check()
    assert changes > len(FAULTS)
    return changes


def look(player: Player, changes: int) -> None:
    """See that it has missed or repeated at most a segment a change, and has shown the slate."""
    # Once: there are thousands of pictures to be looked into.
    shown = player.shown()
    jumps = player.jumps(shown)
    print(player.name, len(shown), jumps)
    assert len(jumps) <= changes, (player.name, jumps)
    far = SEGMENT_SECONDS + player.apart + ROUNDED
    assert [jump for jump in jumps if abs(jump) > far] == [], (player.name, jumps)
    seen = [one.position for one in shown]
    assert None in dropwhile(lambda position: position is None, seen), player.name


@pytest.mark.alone
@pytest.mark.timeout(300 + MINUTES * 120)
def test_players_go_on(relay: Relay, party: Party, packets: list[Packets]) -> None:
    changes = suffer_everything(relay, party)
    said = [line for line in relay.home.log.splitlines() if "the signal is" in line]

    for player in party.players:
        look(player, changes)
    for probe in packets:
        probe.check()
        assert len(probe.times()) == 2
        for stream, times in probe.times().items():
            assert len(times) > 100
            back = [(one, other) for one, other in pairwise(times) if other <= one]
            assert back == [], f"{probe.name}, stream {stream}"
    assert [re.findall(r" (WARNING|INFO) ", line) for line in said[-2:]] == [["WARNING"], ["INFO"]]


@pytest.mark.kodi
@pytest.mark.skipif(not is_installed(), reason="scripts/setup kodi installs it")
@pytest.mark.parametrize("kind", ["feed", "ts"] if MINUTES else ["feed"])
@pytest.mark.timeout(400 + MINUTES * 120)
def test_kodi_goes_on(relay: Relay, access: Access, tmp_path: Path, kind: str) -> None:
    (tmp_path / "kodi").mkdir()
    with Kodi(tmp_path / "kodi", playlist(access, kind)) as kodi, Party(tmp_path) as party:
        with kodi.watching(kodi.channels("alltv")[CHANNEL - 1]["channelid"]):
            screen = party.invite(Screen, f"Kodi {kind}", kodi.display)
            screen.wait_until_begun(PATIENCE)
            opened = kodi.opened
            changes = suffer_everything(relay, party)
            assert len(kodi.call("Player.GetActivePlayers")) == 1
            assert kodi.opened == opened == 1
        look(screen, changes)
