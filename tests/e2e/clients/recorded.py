"""A Home Assistant that has recorded on four channels, one of them until it is discarded.

The programmes begin with a minute of the clock, because players ask for what was on by the minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
import socket
from typing import Any, Final, override

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import set_options, set_up
from scripts.lib.develop.home import HOST, Home, free_port
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.screens import Vlc
from tests.e2e.file_provider import EAST, FileProvider, Show
from tests.simulator import counter

SNICK: Final = "Snickelodeon East"
MTV: Final = "MTV97"
MOVIES: Final = "Movies"
NUMBERS: Final[Mapping[str, int]] = {EAST: 1, SNICK: 3, MTV: 5, MOVIES: 6}
_SLUGS: Final[Mapping[str, str]] = {EAST: "est", SNICK: "snick-est", MTV: "mtv97", MOVIES: "movies"}

SHOW, FILM, LONG = "Iron Comet", "Akira", "Long Way"
LENGTHS: Final[Mapping[str, timedelta]] = {
    EAST: timedelta(seconds=90),
    SNICK: timedelta(seconds=40),
    MTV: timedelta(seconds=40),
}
"""Of what is recorded from its beginning to its end."""
MINUTE: Final = timedelta(minutes=1)
_HOURS: Final = timedelta(hours=3)
_LEAD: Final = timedelta(seconds=20)
"""For the guide to be published and the recordings to be planned."""
_PASSWORD: Final = "downlink"
_DATE: Final = re.compile(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)")
CLOSE: Final = 9.0
"""Seconds that a picture may be off the time that was asked for: what is held is given by parts of
six seconds, and the clocks of the relay and of upstream differ by a segment."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The Home Assistant, what its programmes began with, and where they came from."""

    home: Home
    upstream: Upstream
    access: Access
    minute: datetime
    """When all programmes began but the one that goes on, which was recorded from about then."""

    @property
    def recordings(self) -> dict[str, Mapping[str, Any]]:
        """What Home Assistant says of its recordings, by the name of the channel."""
        path = "/api/services/toonami_downlink/get_recordings?return_response"
        answer = self.home.client.post(path, {})["service_response"]
        return {one["channel"]: one for one in answer["recordings"]}

    def number(self, channel: str) -> int:
        """Return the number of the recording of a channel."""
        return int(self.recordings[channel]["media_content_id"].rpartition("/")[2])

    def url(self, channel: str, ending: str) -> str:
        """Return the address of the recording of a channel: ``m3u8``, or a file's ending."""
        base = self.access.playlist_url.rpartition("/")[0]
        return f"{base}/recordings/{self.number(channel)}.{ending}"

    def is_done(self, channel: str) -> bool:
        """Whether the recording of a channel is over, and has become a file."""
        if self.recordings[channel]["state"] != "complete":
            return False
        answer = request("HEAD", self.url(channel, "mp4"))
        return answer.headers.get("content-type") == "video/mp4"

    def begin(self, channel: str) -> datetime:
        """Return when the first picture of the recording of a channel was on."""
        found = _DATE.search(request("GET", self.url(channel, "m3u8")).body.decode())
        assert found
        return datetime.fromisoformat(found[1])

    def position(self, at: datetime) -> float:
        """Return what upstream showed at that time: the position in its loop, in seconds."""
        clock = self.upstream.streams()["clock"]
        ago = (datetime.now(UTC) - at).total_seconds()
        return float((clock["seconds"] - ago) % counter.LOOP_SECONDS)

    def off(self, seen: float, at: datetime) -> float:
        """Return how much later than at that time upstream showed a picture, in seconds."""
        return counter.forward(self.position(at), seen)

    def check_position(self, seen: float, at: datetime) -> None:
        """Check that a picture is one that upstream showed about that time."""
        off = self.off(seen, at)
        assert abs(off) <= CLOSE, f"{off} seconds off {at}"


def record(home: Home, upstream: Upstream, provider: FileProvider) -> Recorded:
    """Start a Home Assistant and let it record; return once all is there but what goes on."""
    provider.publish(*_guide(upstream, datetime.now(UTC).replace(microsecond=0) + _HOURS))
    home.start()
    set_up(home.client, "command", {"provider_command": provider.command})
    set_options(home.client, {"recordings": True, "padding_before": 0, "padding_after": 0})
    access = wait_for_feed(home.client)
    minute = _plan(home, upstream, provider)
    found = Recorded(home, upstream, access, minute)
    wait = max(LENGTHS.values()).total_seconds() + 2 * MINUTE.total_seconds()
    wait_for(
        lambda: all(found.is_done(name) for name in LENGTHS),
        "Not all is recorded",
        wait,
        lambda: str(found.recordings),
    )
    return found


def _plan(home: Home, upstream: Upstream, provider: FileProvider) -> datetime:
    """Publish a guide that begins with a minute, and have it recorded before that comes."""
    for _ in range(3):
        soon = datetime.now(UTC) + _LEAD + MINUTE
        minute = soon.replace(second=0, microsecond=0)
        provider.publish(*_guide(upstream, minute))
        assert home.client.command("toonami_downlink/refresh")["error"] is None
        if datetime.now(UTC) < minute - timedelta(seconds=3):
            break
    for name, number in NUMBERS.items():
        start = {} if name == MOVIES else {"start": int(minute.timestamp())}
        home.client.command("toonami_downlink/recordings/record", channel=number, **start)
    assert datetime.now(UTC) < minute, "The machine is too slow."
    return minute


def _guide(upstream: Upstream, minute: datetime) -> tuple[dict[str, list[Show]], Mapping[str, str]]:
    episode = (
        '<category lang="en">Series</category><episode-num system="xmltv_ns">1.{}.</episode-num>'
    )
    titles = {
        EAST: (SHOW, "Departure", episode.format(4)),
        SNICK: (FILM, "", "<date>1988</date><category>Movie</category>"),
        MTV: (SHOW, "Arrival", episode.format(5)),
    }
    before, after = minute - _HOURS, minute + _HOURS
    shows = {}
    for name, (title, episode_title, marks) in titles.items():
        stop = minute + LENGTHS[name]
        shows[name] = [
            Show(start=before, stop=minute, title="Before"),
            Show(start=minute, stop=stop, title=title, episode=episode_title, marks=marks),
            Show(start=stop, stop=after, title="After"),
        ]
    shows[MOVIES] = [Show(start=before, stop=after, title=LONG, marks=episode.format(0))]
    streams = {name: f"{upstream.url}/{slug}/playlist.m3u8" for name, slug in _SLUGS.items()}
    return shows, streams


class WoundVlc(Vlc):
    """A VLC that can be wound, as its own command line does it: `seek`."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self._port = free_port()
        super().__init__(name, url, folder)

    @override
    def _words(self, url: str) -> Sequence[str]:
        *words, last = super()._words(url)
        host, port = f"--telnet-host={HOST}", f"--telnet-port={self._port}"
        return (*words, "--extraintf=telnet", host, port, f"--telnet-password={_PASSWORD}", last)

    def seek(self, seconds: int) -> None:
        """Wind to a place, counted from the beginning of what there is."""
        with wait_for(self._connect, f"{self.name} takes no commands", 30, self.hint) as connection:
            connection.sendall(f"{_PASSWORD}\nseek {seconds}\nlogout\n".encode())
            # It closes the connection after the last of them.
            while connection.recv(4096):
                pass

    def _connect(self) -> socket.socket | None:
        try:
            return socket.create_connection((HOST, self._port), timeout=30)
        except ConnectionRefusedError:
            return None
