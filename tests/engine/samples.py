"""A provider's files in the shapes that the Go command-line program and ours write them in.

The shapes are real, the programmes are made up. Beside them, one programme that has everything.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
import time

from downlink.lineup import KNOWN
from downlink.models import Channel, Credit, Feed, Programme, Role, Source

NOON = datetime(2026, 10, 14, 12, tzinfo=UTC)
"""A Wednesday without anything special about it."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NAMES = tuple(known.name for known in KNOWN)


def url_of(name: str) -> str:
    return f"https://n4.example.com:443/livehttporigin/{name.replace(' ', '')}-playlist.m3u8"


def playlist(*channels: str | tuple[str, str]) -> bytes:
    """A playlist as the Go program writes it; channels are names, or names with an address."""
    lines = ["#EXTM3U"]
    for number, channel in enumerate(channels, 1):
        name, url = (channel, url_of(channel)) if isinstance(channel, str) else channel
        attributes = [
            f'channel-id="{number}"',
            'group-title="Toonami Aftermath"',
            'tvg-country="us"',
            f'tvg-id="{name}"',
            'tvg-language="en"',
            f'tvg-name="{name}"',
        ]
        turn = number % len(attributes)
        rotated = " ".join(attributes[turn:] + attributes[:turn])
        lines += [f"#EXTINF:0 {rotated}, {name}", url]
    return ("\n".join(lines) + "\n").encode()


@dataclass
class Airing:
    """One ``<programme>``; minutes from noon."""

    start: float
    stop: float | None
    title: str = "Show"
    inner: str = ""

    def render(self, identity: str, offset: int) -> str:
        stop = "" if self.stop is None else f' stop="{_time(self.stop, offset)}"'
        title = f'<title lang="en">{escape(self.title)}</title>' if self.title else ""
        return (
            f'<programme start="{_time(self.start, offset)}"{stop} channel="{identity}">'
            f"{title}{self.inner}</programme>"
        )


@dataclass
class Listing:
    """The guide of one channel, in the order of the file."""

    name: str
    airings: Sequence[Airing] = field(default_factory=tuple)
    offset: int = 0
    """Hours of the zone that its times are written in."""


def guide(*listings: Listing) -> bytes:
    """A guide as the Go program writes it: no declaration, ids that are positions."""
    parts = ['<tv date="2026-10-14" generator-info-name="Toonami Aftermath CLI">']
    for number, listing in enumerate(listings, 1):
        parts.append(
            f'  <channel id="{number}"><display-name lang="en">{escape(listing.name)}'
            f"</display-name><url>{url_of(listing.name)}</url></channel>"
        )
    for number, listing in enumerate(listings, 1):
        parts += [f"  {one.render(str(number), listing.offset)}" for one in listing.airings]
    return ("\n".join(parts) + "\n</tv>").encode()


def back_to_back(start: float, length: float, count: int, title: str = "Show") -> list[Airing]:
    """Programmes one after another, numbered from 1."""
    return [
        Airing(start + length * n, start + length * (n + 1), f"{title} {n + 1}")
        for n in range(count)
    ]


def at(minutes: float) -> datetime:
    """That many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def shape(programmes: Iterable[Programme]) -> list[tuple[float, float, str]]:
    """Programmes as minutes from noon and a title."""
    return [
        ((one.start - NOON) / MINUTE, (one.stop - NOON) / MINUTE, one.title) for one in programmes
    ]


def _time(minutes: float, offset: int) -> str:
    moment = at(minutes) + offset * HOUR
    return f"{moment:%Y%m%d%H%M%S} {offset:+03}00"


def seconds_of(work: Callable[[], object]) -> float:
    """The processor time of some work; the best of three, as all else on the machine adds to it."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


FULL = Programme(
    start=NOON,
    stop=NOON + timedelta(minutes=30),
    title='Tom & Jerry <"1940">',
    episode_title="Puss Gets the Boot",
    description="A cat.\n\nA mouse.",
    season=2,
    episode=5,
    aired="19400210",
    categories=("Animation", "Series"),
    block="Toonami",
    rating="TV-Y7",
    rating_system="VCHIP",
    stars=7.9,
    image="https://example.com/a.gif?b=1&c=2",
    credits=(
        Credit(Role.DIRECTOR, "William Hanna"),
        Credit(Role.ACTOR, "Clarence Nash"),
        Credit(Role.GUEST, "Joe & Co"),
    ),
    is_rerun=True,
    first_shown="19400210",
    source=Source.MEDIA,
)
CHANNEL = Channel(
    key="snick_east", name="S & E", number=3, guide_id="snick.example.com", stream_url="http://a/"
)


def feed_of(*programmes: Programme) -> Feed:
    return Feed(made=NOON, channels=(CHANNEL,), guide={"snick_east": programmes})


def no_logo(_: Channel) -> str:
    return "http://downlink.invalid/logo.png"
