"""The feed as a player sees it: addresses, answers, and what is on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import gzip
import re
from typing import Any, Final
from xml.etree import ElementTree as ET

from .client import Answer, Client, request
from .waiting import DevelopError, wait_for

READY_TIMEOUT: Final = 330.0
_ATTRIBUTE: Final = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Access:
    """What a player has to be told."""

    playlist_url: str
    guide_url: str
    xtream: Mapping[str, str]
    """``server``, ``username`` and ``password``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One channel of the playlist."""

    name: str
    url: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Airing:
    """One programme of the guide."""

    channel: str
    start: datetime
    stop: datetime
    title: str


def find_access(client: Client, device: str | None = None) -> Access:
    """Ask the integration for the addresses and the login, of the house or of a device."""
    fields = {"device": device} if device else {}
    connect: dict[str, Any] = client.command("toonami_downlink/connect", **fields)
    login = {name: connect[name] for name in ("username", "password")}
    return Access(
        playlist_url=f"{client.base_url}{connect['playlist']}",
        guide_url=f"{client.base_url}{connect['guide']}",
        xtream={"server": client.base_url, **login},
    )


def wait_for_feed(client: Client, timeout: float = READY_TIMEOUT) -> Access:
    """Wait until the integration is loaded and publishes a feed."""

    def look() -> Access | None:
        health = client.send("GET", "/api/toonami_downlink/health")
        if health.status != 200:
            return None
        access = find_access(client)
        ready = request("GET", access.playlist_url).status == 200
        return access if ready and request("GET", access.guide_url).status == 200 else None

    return wait_for(look, "There was no feed", timeout)


def fetch(url: str) -> Answer:
    """Fetch a file of the feed. Raises DevelopError for any other status than 200."""
    answer = request("GET", url)
    if answer.status != 200:
        raise DevelopError(f"{url} answered {answer.status}.")
    return answer


def entries(playlist: bytes) -> list[Entry]:
    """Read a playlist, strictly: an EXTINF line and its address, in turn."""
    first, *lines = playlist.decode("utf-8").splitlines()
    if not first.startswith("#EXTM3U") or len(lines) % 2:
        raise DevelopError("The playlist is not a list of pairs after #EXTM3U.")
    found = []
    for info, url in zip(lines[::2], lines[1::2], strict=True):
        if not info.startswith("#EXTINF:-1 ") or not url.startswith(("http://", "https://")):
            raise DevelopError(f"The playlist has an odd pair: {info} / {url}")
        found.append(Entry(info.rpartition(",")[2], url, dict(_ATTRIBUTE.findall(info))))
    return found


def airings(guide: bytes) -> Iterator[Airing]:
    """Read the programmes of a guide."""
    for programme in ET.fromstring(guide).iter("programme"):  # noqa: S314  # it is our own
        yield Airing(
            programme.get("channel", ""),
            _time(programme.get("start", "")),
            _time(programme.get("stop", "")),
            programme.findtext("title", ""),
        )


def on_now(guide: bytes, at: datetime | None = None) -> dict[str, str]:
    """Return the title of what is on at a time (now), by channel id."""
    at = at or datetime.now(UTC)
    return {
        airing.channel: airing.title
        for airing in airings(guide)
        if airing.start <= at < airing.stop
    }


def unpacked(answer: Answer) -> bytes:
    """Return the content of a compressed guide."""
    return gzip.decompress(answer.body)


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S %z")
