"""The feed and what is in it: immutable values, all times aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

SERIES: Final = "Series"
MOVIE: Final = "Movie"
"""The categories by which Plex and Jellyfin tell series from films."""


class Source(StrEnum):
    """Where a programme comes from, the best first."""

    GUIDE = "guide"
    """The provider's own guide; from the bundled provider: ``/playlist``."""
    MEDIA = "media"
    """The bundled provider's second choice, ``/media``."""
    CURRENT = "current"
    """The bundled provider's third choice, ``/channelsCurrentMedia``."""
    PUBLISHED = "published"
    """Kept from the feed that was published before."""
    FILLER = "filler"
    """Made by the ingest, because nobody knows what is on."""


class Role(StrEnum):
    """What a person or company did, in the order that the XMLTV DTD wants."""

    DIRECTOR = "director"
    ACTOR = "actor"
    WRITER = "writer"
    PRODUCER = "producer"
    PRESENTER = "presenter"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Credit:
    """One person or company behind a programme."""

    role: Role
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One programme of one channel, on air in ``[start, stop)``.

    Times have whole seconds. Absent text is None, never an empty string. In what a parser
    returns, ``stop <= start`` says that the end is not known; in a feed that never occurs.
    """

    start: datetime
    stop: datetime
    title: str
    episode_title: str | None = None
    description: str | None = None
    season: int | None = None
    """Counted from 1; 0 for specials is not used."""
    episode: int | None = None
    """Counted from 1; within the season, or over the whole series when there is no season."""
    aired: str | None = None
    """When it was first shown or made: ``YYYY``, ``YYYYMM`` or ``YYYYMMDD``."""
    categories: tuple[str, ...] = ()
    block: str | None = None
    """The programming block that it is part of, such as *Toonami* or *Nick at Nite*."""
    rating: str | None = None
    """The age rating, as its system writes it: ``TV-Y7``, ``PG-13``, ``12``."""
    rating_system: str | None = None
    """Who rates so: ``VCHIP``, ``MPAA``, ``FSK``; None when the guide does not say."""
    stars: float | None = None
    """0 to 10, one decimal."""
    image: str | None = None
    """An absolute http or https URL."""
    credits: tuple[Credit, ...] = ()
    is_rerun: bool = False
    """Whether it was shown before. A channel's premiere of an old programme is none."""
    first_shown: str | None = None
    """The day on which this very episode was first shown, ``YYYYMMDD``; None unless sure."""
    is_premiere: bool = False
    """Whether the provider calls it the channel's first showing."""
    is_new: bool = False
    """Whether the provider calls it the first showing anywhere."""
    source: Source = Source.GUIDE

    @property
    def year(self) -> int | None:
        """The year of `aired`."""
        return int(self.aired[:4]) if self.aired else None

    @property
    def episode_code(self) -> str:
        """``S02E05``, or the half of it that is known, or nothing."""
        season = f"S{self.season:02}" if self.season else ""
        return f"{season}E{self.episode:02}" if self.episode else season

    @property
    def is_movie(self) -> bool:
        """Whether it is called a film, in whatever case: other guides have their own spelling."""
        return any(one.casefold() == MOVIE.casefold() for one in self.categories)

    @property
    def is_filler(self) -> bool:
        """Whether the ingest made this up to keep the guide without gaps."""
        return self.source is Source.FILLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of the feed, with an identity that never changes (design § 6)."""

    key: str
    """Ours, for unique ids: ``toonami_east``."""
    name: str
    """As the line-up spells it; for a channel that the line-up does not know, as upstream does."""
    number: int
    """At once the channel number and the Xtream stream id."""
    guide_id: str
    """The XMLTV channel id, and every ``tvg-id`` and ``epg_channel_id``."""
    stream_url: str
    """The upstream HLS address, as it was at the last refresh."""
    radio: bool = False
    missed: int = 0
    """Refreshes in a row that did not bring this channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is published: channels in the order of their numbers, and their programmes.

    `guide` has one entry for each channel key; its programmes are sorted, do not overlap and
    leave no gap between the start of the day on which the feed was made and `guide_days` later.
    """

    made: datetime
    channels: tuple[Channel, ...]
    guide: Mapping[str, tuple[Programme, ...]] = field(default_factory=dict)

    def channel(self, number: int) -> Channel | None:
        """Return the channel with that number."""
        return next((channel for channel in self.channels if channel.number == number), None)


class Fix(StrEnum):
    """A kind of flaw in a provider's files that the ingest mends; the report counts each."""

    RENAMED = "renamed"
    """A channel under another spelling than the line-up's."""
    UNKNOWN_CHANNEL = "unknown_channel"
    """A channel that the line-up does not know, taken in under a new number."""
    DUPLICATE_CHANNEL = "duplicate_channel"
    VANISHED_CHANNEL = "vanished_channel"
    """Kept from the last feed, because the provider left it out."""
    BAD_URL = "bad_url"
    """A channel whose stream address cannot be used."""
    BAD_TIME = "bad_time"
    """A programme dropped because its start cannot be read."""
    NO_TITLE = "no_title"
    UNKNOWN_END = "unknown_end"
    """A programme without an end, or with one that is not after its start."""
    UNSORTED = "unsorted"
    OVERLAP = "overlap"
    DUPLICATE = "duplicate"
    GAP_CLOSED = "gap_closed"
    GAP_FILLED = "gap_filled"
    NO_GUIDE = "no_guide"
    """A channel that got nothing but filler."""
    KEPT = "kept"
    """A programme kept from the last feed, where the provider brought nothing."""
    TEXT_CUT = "text_cut"
    """A text over its length limit, or with characters that XML forbids."""
    ORPHAN = "orphan"
    """A programme of a channel that is not in the playlist."""
    MARKUP = "markup"
    """A place in the guide that is not proper XML, read as it was meant."""
    GUIDE_REFUSED = "guide_refused"
    """The guide could not be read at all: the last one was kept."""
    TOO_MANY_CHANNELS = "too_many_channels"
    """A channel that the line-up does not know, left out because there are too many of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What the ingest found, mended and made."""

    channels: int
    programmes: int
    """Without filler."""
    filler: int
    guide_until: datetime | None
    """The earliest end of the known guide among the channels that have one."""
    fixes: Mapping[Fix, int] = field(default_factory=dict)
    sources: Mapping[Source, int] = field(default_factory=dict)
    guide_error: str | None = None
    """Why the provider's guide was refused, in one English line; None when it was read."""

    @property
    def is_makeshift(self) -> bool:
        """Whether all that is new in it are the few programmes that are on now and next."""
        return self.sources.keys() - {Source.PUBLISHED, Source.FILLER} == {Source.CURRENT}


class Cause(StrEnum):
    """Why a refresh runs."""

    SCHEDULE = "schedule"
    MISSED = "missed"
    """A scheduled run that Home Assistant was not there for."""
    CLOCK = "clock"
    """The clock was set back: the feed was made in what is the future now."""
    RETRY = "retry"
    START = "start"
    BUTTON = "button"
    SERVICE = "service"
    PANEL = "panel"
    FOLDER = "folder"
    """The files in a provider folder changed."""
    SETUP = "setup"
    """A run in the config flow: the first one, or with another provider."""
    REPAIR = "repair"
    """From the dialog of a repair."""


class Stage(StrEnum):
    """A step of a refresh, in order; `PROVIDER` and the three of the bundled provider overlap."""

    PROVIDER = "provider"
    CHANNELS = "channels"
    STREAMS = "streams"
    GUIDE = "guide"
    DETAILS = "details"
    CHECK = "check"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a refresh is: ``done`` of ``total`` steps of one stage; total 0 is unknown."""

    stage: Stage
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRecord:
    """The outcome of one refresh, as the history keeps it."""

    started: datetime
    finished: datetime
    cause: Cause
    error: str | None = None
    """The key of the error (``DownlinkError.key``); None when the refresh succeeded."""
    message: str | None = None
    """The error in one English line of our own; nothing in it is a provider's or upstream's."""
    report: IngestReport | None = None
    recovered: bool = False
    """Whether this success ended a row of failures."""
    failures: int = 0
    """Failures in a row up to and including this refresh; 0 after a success."""
    stages: Mapping[Stage, float] = field(default_factory=dict)
    """Seconds spent in each stage."""

    @property
    def succeeded(self) -> bool:
        """Whether a new feed was published."""
        return self.error is None

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return (self.finished - self.started).total_seconds()
