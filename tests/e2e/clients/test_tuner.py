"""The HDHomeRun tuner, asked as Plex asks, and watched by players as Plex's own do it."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
import tempfile
from typing import Any, Final

import pytest

from scripts.lib.develop.client import Answer, request
from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.party import Party
from tests.e2e.clients.programs import probe, run
from tests.e2e.clients.relay import PATIENCE, Relay
from tests.e2e.clients.screens import Vlc
from tests.simulator import counter

PLEX: Final = {
    "User-Agent": "PlexMediaServer/1.43.0.10492-121068a07",
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
}
"""What Plex sends to a tuner, as those have noted who emulate one."""
TRANSCODER: Final = ("-user_agent", "Lavf/59.27.100")
PACKET: Final = 188


@pytest.fixture
def tuner(home: Home, access: Access) -> Iterator[str]:
    """The address of the tuner, as Connect gives it to people."""
    found = home.client.command("toonami_downlink/tuner", on=True)
    yield f"{home.base_url}{found['hdhomerun']}"
    home.client.command("toonami_downlink/tuner", on=False)


@pytest.fixture
def relay(home: Home, access: Access, upstream: Upstream, tuner: str) -> Relay:
    return Relay(home, upstream, access)


class Plex:
    """A Plex that is told the address of a tuner."""

    def __init__(self, tuner: str) -> None:
        self._tuner = tuner
        self.device: Mapping[str, Any] = {}
        self.lineup: list[dict[str, str]] = []

    def ask(self, path: str, method: str = "GET") -> Answer:
        """Send a request as Plex does; a POST of its has no body."""
        answer = request(method, f"{self._tuner}{path}", headers=PLEX)
        assert answer.status == 200, (method, path)
        assert "content-encoding" not in answer.headers
        return answer

    def add(self) -> None:
        """Add the tuner, and search for channels until the search is over."""
        for _ in range(2):
            self.device = self.ask("/discover.json").json()
            assert self.ask("/lineup_status.json").json()["ScanPossible"] == 1
        assert len(self.ask("/lineup.json").json()) == 7
        source = self.ask("/lineup_status.json").json()["Source"]
        assert self.ask(f"/lineup.post?scan=start&source={source}", "POST").body == b""
        wait_for(self._is_scanned, "The search does not end", 10)
        # What it uses from now on is what the tuner says.
        answer = request("GET", self.device["LineupURL"], headers=PLEX)
        self.lineup = answer.json()

    def _is_scanned(self) -> bool:
        return bool(self.ask("/lineup_status.json").json()["ScanInProgress"] == 0)


def test_plex_adds_the_tuner_and_watches(relay: Relay, tuner: str) -> None:
    plex = Plex(tuner)
    plex.add()
    assert plex.device["BaseURL"] == tuner
    assert plex.device["TunerCount"] == 4
    assert [channel["GuideNumber"] for channel in plex.lineup] == [str(n) for n in range(1, 8)]
    numbers = {channel["GuideName"]: channel["URL"] for channel in plex.lineup}
    url = numbers["Toonami Aftermath East"]
    assert "?" not in url

    # Its server takes the stream, and its transcoder reads what that has kept.
    with tempfile.TemporaryDirectory() as name:
        kept = Path(name) / "kept.ts"
        headers = "".join(f"{key}: {value}\r\n" for key, value in PLEX.items() if key != "Accept")
        take = ("ffmpeg", "-v", "error", "-headers", headers, "-i", f"{url}?duration=8")
        run(*take, "-c", "copy", kept)
        data = kept.read_bytes()
        assert set(data[::PACKET]) == {0x47}
        seen = counter.positions(str(kept))
    assert {round(step, 1) for step in steps(seen)} == {0.1}
    assert counter.forward(seen[0], seen[-1]) > 5
    wait_for(lambda: not relay.status["viewers"], "A tuner is still taken", PATIENCE)


def steps(seen: list[float]) -> list[float]:
    return [counter.forward(one, other) for one, other in pairwise(seen)]


@pytest.mark.nightly
@pytest.mark.parametrize("query", ["", "?transcode=none", "?transcode=mobile&duration=600"])
def test_a_transcoder_reads_the_tuner(relay: Relay, tuner: str, query: str, tmp_path: Path) -> None:
    """It makes pieces of a few seconds out of it, with pictures of its own."""
    url = f"{tuner}/auto/v1{query}"
    picture = ("-map", "0:v:0", "-c:v", "libx264", "-preset", "ultrafast", "-r", "10")
    often = ("-force_key_frames", "expr:gte(t,n_forced*3)")
    sound = ("-map", "0:a:0", "-c:a", "aac", "-ac", "2")
    pieces = ("-f", "segment", "-segment_time", "3", "-reset_timestamps", "1")
    words = ("ffmpeg", "-v", "error", "-nostdin", *TRANSCODER, "-i", url, "-t", "8")
    done = run(*words, *picture, *often, *sound, *pieces, tmp_path / "%03d.ts")
    assert done.stderr == ""
    made = sorted(tmp_path.glob("*.ts"))
    assert len(made) >= 2
    assert probe(str(made[0])) == {"container": "mpegts", "streams": ["audio", "video"]}
    seen = [position for piece in made for position in counter.positions(str(piece))]
    assert len(seen) > 60
    assert [step for step in steps(seen) if not 0 <= step <= 0.3] == []


@pytest.mark.nightly
def test_vlc_watches_the_tuner(relay: Relay, tuner: str) -> None:
    # Other channels may still be fetched for those who watched before.
    relay.begin_anew()
    # Not below pytest's own folder, which VLC's user may not enter.
    with tempfile.TemporaryDirectory() as name, Party(Path(name)) as party:
        Path(name).chmod(0o755)
        players = [
            party.invite(Vlc, f"VLC {part}", f"{tuner}/{part}/v1") for part in ("auto", "tuner0")
        ]
        for player in players:
            player.wait_until_begun(PATIENCE)
        began = relay.position
        for player in players:
            player.wait_until(began, PATIENCE)
            assert player.jumps(player.shown()) == []
        party.check()
        assert relay.status["upstream"] == 1


@pytest.mark.nightly
def test_a_tuner_for_a_while(relay: Relay, tuner: str) -> None:
    """It ends after so many seconds, whole; and makes room at once."""
    answer = request("GET", f"{tuner}/auto/v1?duration=4", headers=PLEX)
    assert answer.status == 200
    assert answer.headers["content-type"] == "video/mp2t"
    assert set(answer.body[::PACKET]) == {0x47}
    assert len(answer.body) % PACKET == 0
    wait_for(lambda: not relay.status["viewers"], "A tuner is still taken", PATIENCE)
    # Counted is the time that it took, and what there was already comes first.
    assert len(counter.positions("pipe:0", data=answer.body)) >= 30
    gone = request("GET", f"{tuner}/auto/v99", headers=PLEX)
    assert (gone.status, gone.headers["x-hdhomerun-error"]) == (404, "801 Unknown Channel")
