"""Players watch over a restart of Home Assistant, and go on by themselves.

Those that can: as they come, all of them take a server that is away for the end. The switches are
the ones that people use for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
import re
import tempfile
from typing import Final, override

from playwright.sync_api import Browser
import pytest

from scripts.lib.develop.feed import fetch, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.party import Party
from tests.e2e.clients.relay import PATIENCE, Relay
from tests.e2e.clients.screens import Decoder, HlsJs, Mpv, Player, Vlc, hls_js_site
from tests.simulator import counter
from tests.simulator.loops import SEGMENT_SECONDS

pytestmark = pytest.mark.nightly
AGAIN: Final[Mapping[str, str]] = {
    "reconnect": "1",
    "reconnect_streamed": "1",
    "reconnect_on_network_error": "1",
    "reconnect_on_http_error": "4xx,5xx",
}
"""Options of ffmpeg's HTTP: whatever happens, it asks again, for two minutes at most."""


class ReconnectingFfmpeg(Decoder):
    """An ffmpeg as recorders and proxies start it."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        first, *others = super()._words(url)
        return (first, *(word for key in AGAIN for word in (f"-{key}", AGAIN[key])), *others)


class ReconnectingMpv(Mpv):
    """An mpv that does the same: it plays by way of ffmpeg's HTTP."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        *others, last = super()._words(url)
        options = (f"--stream-lavf-o-append={key}={value}" for key, value in AGAIN.items())
        # It has a shorter patience than ffmpeg of its own.
        return (*others, *options, "--stream-lavf-o-append=reconnect_delay_max=120", last)


class LoopingMpv(Mpv):
    """An mpv that opens what has ended again, and also what could not be opened."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        *others, last = super()._words(url)
        return (*others, "--loop-playlist=force", last)


class LoopingVlc(Vlc):
    """A VLC that does the same, as its button for it says."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        *others, last = super()._words(url)
        return (*others, "--loop", last)


@pytest.fixture
def relay(make_home: Callable[[], Home], upstream: Upstream) -> Relay:
    """The relay of a Home Assistant of the test's own, to be restarted."""
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    return Relay(home, upstream, wait_for_feed(home.client))


@pytest.fixture
def party(relay: Relay, browser: Browser, tmp_path: Path) -> Iterator[Party]:
    """All of them, every one with a picture."""
    # Not below pytest's own folder, which VLC's user may not enter.
    with (
        tempfile.TemporaryDirectory() as name,
        hls_js_site(tmp_path) as site,
        Party(Path(name)) as party,
    ):
        Path(name).chmod(0o755)
        ts, hls = relay.url("ts"), relay.url("m3u8")
        party.invite(ReconnectingFfmpeg, "ffmpeg TS", ts)
        party.invite(ReconnectingMpv, "mpv TS", ts)
        party.invite(LoopingMpv, "mpv HLS", hls)
        party.invite(LoopingVlc, "VLC TS", ts)
        party.invite(LoopingVlc, "VLC HLS", hls)
        page = browser.new_page(viewport={"width": 200, "height": 160})
        party.players.append(HlsJs("hls.js", page, site, hls, recovers=True))
        for player in party.players:
            player.wait_until_begun(PATIENCE)
        yield party
        page.close()


def numbers(relay: Relay) -> Sequence[int]:
    """Return the numbers that the channel's playlist begins with: segments, discontinuities."""
    text = fetch(relay.url("m3u8")).body.decode()
    found = re.findall(r"#EXT-X-(?:MEDIA|DISCONTINUITY)-SEQUENCE:(\d+)", text)
    assert len(found) == 2
    return [int(number) for number in found]


def gone_back(player: Player) -> list[tuple[float, float]]:
    """Return where the picture has gone back: from what to what."""
    seen = [one.position for one in player.shown() if one.position is not None]
    return [(one, other) for one, other in pairwise(seen) if counter.forward(one, other) < 0]


@pytest.mark.alone
def test_players_go_on_over_a_restart(relay: Relay, party: Party) -> None:
    before = numbers(relay)
    last = relay.position
    relay.home.stop()
    # A playlist that is opened anew is begun three segments before its end: what a player had in
    # store is shown again if Home Assistant is away for less than that.
    away = 3 * SEGMENT_SECONDS
    wait_for(lambda: counter.forward(last, relay.position) >= away, "Time stands still", 30)
    relay.home.start(login=False)
    assert wait_for_feed(relay.home.client) == relay.access
    after = numbers(relay)
    # More than anybody had in store.
    position = relay.position
    for player in party.players:
        player.wait_until(position, PATIENCE)

    assert counter.forward(last, position) > 0
    assert after[0] > before[0]
    assert after[1] > before[1]
    party.check()
    assert {player.name: gone_back(player) for player in party.players} == {
        player.name: [] for player in party.players
    }
