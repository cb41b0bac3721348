"""The channels that are known, and the one way to recognise them: by name (design § 6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Final
import zlib

from .models import Channel
from .text import fold

GUIDE_DOMAIN: Final = "toonamiaftermath.com"
IGNORED: Final = frozenset({"live code"})
"""Channels of upstream's own that are not meant for viewers, as `normalise` spells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """One channel of the line-up."""

    key: str
    name: str
    number: int
    guide_id: str
    filler: str
    """What to say where the guide is not known."""
    slug: str = ""
    """The name for ``/streamUrl``; empty for a channel whose name there is not known."""
    delay: int = 0
    """Minutes that the stream and the guide run behind `schedule`."""
    schedule: str | None = None
    """The schedule's name upstream; None for a channel without a guide."""
    aliases: tuple[str, ...] = ()
    """Other names that upstream and providers have used, as `normalise` spells them."""
    radio: bool = False

    def channel(self, stream_url: str, *, radio: bool = False, missed: int = 0) -> Channel:
        """Return it with the address of its stream; `radio`: whether the provider says so."""
        return Channel(
            key=self.key,
            name=self.name,
            number=self.number,
            guide_id=self.guide_id,
            stream_url=stream_url,
            radio=self.radio or radio,
            missed=missed,
        )


KNOWN: Final = (
    KnownChannel(
        key="toonami_east",
        name="Toonami Aftermath East",
        number=1,
        guide_id=f"toonami-east.{GUIDE_DOMAIN}",
        filler="Cartoons and anime around the clock, the way Toonami showed them.",
        slug="est",
        schedule="Toonami Aftermath EST",
        aliases=("toonami aftermath est", "toonami aftermath", "toonami east"),
    ),
    KnownChannel(
        key="toonami_west",
        name="Toonami Aftermath West",
        number=2,
        guide_id=f"toonami-west.{GUIDE_DOMAIN}",
        filler="Cartoons and anime around the clock, three hours after the East.",
        slug="est",
        delay=180,
        schedule="Toonami Aftermath EST",
        aliases=("toonami aftermath pst", "toonami west"),
    ),
    KnownChannel(
        key="snick_east",
        name="Snickelodeon East",
        number=3,
        guide_id=f"snick-east.{GUIDE_DOMAIN}",
        filler="The cartoons and comedies of nineties children's television.",
        slug="snick-est",
        schedule="Snickelodeon EST",
        aliases=("snickelodeon est", "snickelodeon", "snick east"),
    ),
    KnownChannel(
        key="snick_west",
        name="Snickelodeon West",
        number=4,
        guide_id=f"snick-west.{GUIDE_DOMAIN}",
        filler="Nineties children's television, three hours after the East.",
        slug="snick-est",
        delay=180,
        schedule="Snickelodeon EST",
        aliases=("snickelodeon pst", "snick west"),
    ),
    KnownChannel(
        key="mtv97",
        name="MTV97",
        number=5,
        guide_id=f"mtv97.{GUIDE_DOMAIN}",
        filler="Music videos of the nineties. There is no programme list for this channel.",
        slug="mtv97",
        aliases=("mtv 97", "mtv97 est"),
    ),
    KnownChannel(
        key="movies",
        name="Movies",
        number=6,
        guide_id=f"movies.{GUIDE_DOMAIN}",
        filler="Animated films and more. There is no programme list for this channel.",
        slug="movies",
        aliases=("toonami aftermath movies",),
    ),
    KnownChannel(
        key="radio",
        name="Toonami Aftermath Radio",
        number=7,
        guide_id=f"radio.{GUIDE_DOMAIN}",
        filler="The music of Toonami. There is no programme list for this channel.",
        slug="radio",
        radio=True,
        aliases=("radio", "toonami radio"),
    ),
)

_BY_NAME: Final[Mapping[str, KnownChannel]] = {
    name: channel for channel in KNOWN for name in (channel.name.casefold(), *channel.aliases)
}
_LINES: Final = (240, 360, 480, 540, 576, 720, 1080, 2160)
_LABELS: Final = frozenset(
    (
        *("sd", "hd", "fhd", "qhd", "uhd", "4k", "8k", "hevc", "avc", "h264", "h265", "raw", "hq"),
        *(f"{lines}{scan}" for lines in _LINES for scan in "pi"),
        *("us", "usa", "backup", "vip", "geo", "blocked", "offline", "live"),
    )
)
"""Words that lists of channels add to a name: the picture, the country, the condition."""
_PLACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("est", "edt", "eastern", "et"), "east"),
    **dict.fromkeys(("pst", "pdt", "pacific", "pt", "western"), "west"),
}
_PHRASES: Final = (
    (" not 24 7 ", " "),
    (" 24 7 ", " "),
    (" pacific time ", " west "),
    (" eastern time ", " east "),
    (" est 180 ", " west "),
)
"""With a blank at both ends. The last one is East, 180 minutes later, as upstream says it."""
_KEYS: Final = frozenset(channel.key for channel in KNOWN)
_FIRST_FREE_NUMBER: Final = max(channel.number for channel in KNOWN) + 1


def normalise(name: str) -> str:
    """Spell a channel's name so that two spellings of one name are equal: as `fold`."""
    return fold(name)


def _bare(name: str) -> str:
    """The name without labels and in one word, so that ids are told from it, too."""
    spelled = f" {normalise(name)} "
    for phrase, meaning in _PHRASES:
        spelled = spelled.replace(phrase, meaning)
    return "".join(_PLACES.get(word, word) for word in spelled.split() if word not in _LABELS)


_BY_BARE_NAME: Final[Mapping[str, KnownChannel]] = {
    _bare(name): channel
    for channel in KNOWN
    for name in (channel.name, *channel.aliases, channel.guide_id)
}


def _key(slug: str) -> str:
    """The key of a channel that is not one of the station's own."""
    return f"other_{slug.replace('-', '_')}"


def logo_path(key: str) -> str:
    """Return the path on our server of the artwork for the channel with that key."""
    return f"/api/toonami_downlink/logos/{key if is_known(key) else 'other'}.png"


def is_known(key: str) -> bool:
    """Whether the channel with that key is one of the station's own."""
    return key in _KEYS


def is_ignored(name: str) -> bool:
    """Whether a channel of that name is not for viewers."""
    return normalise(name) in IGNORED


def find(*names: str) -> KnownChannel | None:
    """Return the known channel that goes by one of those names or ids.

    A name that is its own goes before one that has a label added to it, like ``(480p)``, ``HD``,
    ``US:`` or ``[Not 24/7]``, and before ids like ``ToonamiAftermath.us@East``.
    """
    return next(_found(names), None)


def _found(names: Iterable[str]) -> Iterator[KnownChannel]:
    yield from (known for name in names if (known := _BY_NAME.get(normalise(name))))
    yield from (known for name in names if (known := _BY_BARE_NAME.get(_bare(name))))


@dataclass(frozen=True, slots=True)
class Lineup:
    """The line-up of one installation: the known channels and those met since.

    `assigned` gives the number of each key that is not in `KNOWN`. It only ever grows, so a
    number is never given to another channel.
    """

    assigned: Mapping[str, int] = field(default_factory=dict)

    def admit(self, name: str, kept: str = "") -> tuple[KnownChannel, Lineup]:
        """Return the identity of the channel with that name, and the line-up that remembers it.

        A name with letters that cannot be in an id, or without any, is told apart by a hash of it,
        unless `kept`, the key that the channel has had until now, is the one without.
        """
        if known := find(name):
            return known, self
        spelled = normalise(name)
        slug = re.sub(r"[^a-z0-9]+", "-", spelled).strip("-")[:60]
        if not slug:
            slug = f"channel-{zlib.crc32(name.encode('utf-8', 'surrogatepass'))}"
        elif not spelled.isascii() and _key(slug) != kept:
            # Else names would be one that have no more than a number or a label in common. That
            # the key has a number says nothing: it can be that of the name without those letters.
            slug = f"{slug}-{zlib.crc32(spelled.encode())}"
        key = _key(slug)
        assigned = self.assigned
        if key not in assigned:
            number = max([*assigned.values(), _FIRST_FREE_NUMBER - 1]) + 1
            assigned = {**assigned, key: number}
        channel = KnownChannel(
            key=key,
            name=name,
            number=assigned[key],
            guide_id=f"{slug}.other.{GUIDE_DOMAIN}",
            filler="There is no programme list for this channel.",
        )
        return channel, Lineup(assigned)
