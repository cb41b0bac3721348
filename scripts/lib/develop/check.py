"""The main job, looked at from outside: television on all channels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin
from urllib.request import urlopen

from . import feed
from .client import TIMEOUT, request
from .home import Home
from .waiting import DevelopError

CHANNELS: Final = 7


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and whether it is as it should be."""

    good: bool
    text: str


def check(home: Home, access: feed.Access, *, streams: bool) -> Iterator[Finding]:
    """Look at everything that a viewer depends on; `streams`: whether they can be reached."""
    yield from _guarded("health", lambda: _health(home))
    yield from _guarded("playlist", lambda: _playlist(access))
    yield from _guarded("guide", lambda: _guide(access))
    yield from _guarded("Xtream", lambda: _xtream(access))
    yield from _guarded("sensors", lambda: _now_playing(home, access))
    if streams:
        yield from _guarded("stream", lambda: _stream(access))


def _guarded(name: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except (DevelopError, OSError, ValueError, SyntaxError) as err:
        yield Finding(good=False, text=f"{name}: {err}")


def _health(home: Home) -> Iterator[Finding]:
    answer = home.client.get("/api/toonami_downlink/health")
    yield Finding(answer["status"] == "ok", f"health: {answer}")


def _playlist(access: feed.Access) -> Iterator[Finding]:
    answer = feed.fetch(access.playlist_url)
    entries = feed.entries(answer.body)
    ids = {entry.attributes.get("tvg-id") for entry in entries}
    good = len(entries) == len(ids) == CHANNELS
    yield Finding(good, f"playlist: {_described(answer)}, {len(entries)} channels")


def _guide(access: feed.Access) -> Iterator[Finding]:
    answer = feed.fetch(access.guide_url)
    airings = list(feed.airings(answer.body))
    ids = {airing.channel for airing in airings}
    good = len(airings) > 100 and len(ids) == CHANNELS
    text = f"{len(airings)} programmes on {len(ids)} channels"
    yield Finding(good, f"guide: {_described(answer)}, {text}")
    packed = feed.fetch(f"{access.guide_url}.gz")
    same = feed.unpacked(packed) == answer.body
    note = "the same content" if same else "OTHER content than the guide"
    yield Finding(same, f"guide.gz: {_described(packed)}, {note}")


def _xtream(access: feed.Access) -> Iterator[Finding]:
    login = f"username={access.xtream['username']}&password={access.xtream['password']}"
    url = f"{access.xtream['server']}/player_api.php?{login}&action=get_live_streams"
    streams: list[dict[str, Any]] = feed.fetch(url).json()
    yield Finding(len(streams) == CHANNELS, f"Xtream: {len(streams)} live streams")


def _now_playing(home: Home, access: feed.Access) -> Iterator[Finding]:
    """Compare what the sensors say with what the guide says, channel by channel."""
    states = home.entities()
    entries = feed.entries(feed.fetch(access.playlist_url).body)
    titles = feed.on_now(feed.fetch(access.guide_url).body)
    for entry in entries:
        slug = entry.name.lower().replace(" ", "_")
        state = states.get(f"sensor.{slug}_now_playing", {}).get("state")
        title = titles.get(entry.attributes.get("tvg-id", ""))
        number = entry.attributes.get("tvg-chno", "?")
        if state == title:
            yield Finding(good=True, text=f"{number} {entry.name}: {title}")
        else:
            text = f"{number} {entry.name}: the guide says {title!r}, the sensor {state!r}"
            yield Finding(good=False, text=text)


def _stream(access: feed.Access) -> Iterator[Finding]:
    """Look at the first channel as a player of HLS would, and as one of continuous MPEG-TS."""
    entry = feed.entries(feed.fetch(access.playlist_url).body)[0]
    answer = request("GET", entry.url)
    good = answer.status == 200 and answer.body.startswith(b"#EXTM3U")
    yield Finding(good, f"stream of {entry.name}: {_described(answer)}")
    if good:
        segment = request("GET", urljoin(entry.url, answer.body.decode().splitlines()[-1]))
        good = segment.status == 200 and set(segment.body[::188]) == {0x47}
        yield Finding(good, f"its newest segment: {_described(segment)}")
    with urlopen(f"{entry.url.removesuffix('.m3u8')}.ts", timeout=TIMEOUT) as television:  # noqa: S310  # our own
        yield Finding(television.read(188)[:1] == b"\x47", "the same as one stream: it begins")


def _described(answer: Any) -> str:
    kind = answer.headers.get("content-type", "no type")
    return f"{answer.status} {kind}, {len(answer.body)} bytes"
