"""HLS playlists from upstream, read in one pass into values that cannot change (RFC 8216).

Written here because the `m3u8` library (6.0.0) is not made for hostile input: half a megabyte of
keys costs it five seconds, a web page is an empty playlist to it, it takes `nan` for a duration,
and raises whatever comes to hand (KeyError, TypeError, OverflowError) for the rest.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import re
from typing import Final

from ..limits import (
    MAX_BANDWIDTH,
    MAX_LINE_CHARS,
    MAX_PLAYLIST_LINES,
    MAX_SEGMENT_SECONDS,
    MAX_SEGMENTS,
    MAX_VARIANTS,
    MIN_SEGMENT_SECONDS,
)
from .addresses import join_address
from .errors import Reason, UnsupportedFormatError, UpstreamError
from .segment import kind_of

_INTEGER: Final = re.compile(r"\d{1,18}", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,9}(?:\.\d{1,20})?", re.ASCII)
_ATTRIBUTE: Final = re.compile(r'\s*+([A-Z0-9-]++)=("[^"]*+"|[^",]*+)\s*+(?:,|$)')
_YEARS: Final = range(2000, 2200)
_HARMLESS: Final = frozenset(
    f"#EXT{name}"
    for name in (
        *("M3U", "-X-VERSION", "-X-ALLOW-CACHE", "-X-INDEPENDENT-SEGMENTS", "-X-START"),
        *("-X-PLAYLIST-TYPE", "-X-BITRATE", "-X-DATERANGE", "-X-SESSION-DATA"),
        *("-X-I-FRAME-STREAM-INF", "-X-CONTENT-STEERING"),
        # Of low latency: those who do not know them have the same segments a little later.
        *("-X-SERVER-CONTROL", "-X-PART-INF", "-X-PART", "-X-PRELOAD-HINT", "-X-RENDITION-REPORT"),
    )
)
"""Tags without which the stream is the same."""
_REFUSED: Final = {
    "#EXT-X-BYTERANGE": Reason.BYTE_RANGES,
    "#EXT-X-MAP": Reason.FRAGMENTED_MP4,
    "#EXT-X-I-FRAMES-ONLY": Reason.I_FRAMES_ONLY,
    "#EXT-X-SKIP": Reason.DELTA_UPDATES,
    "#EXT-X-DEFINE": Reason.VARIABLES,
}
_MAX_LEFT_OUT: Final = 10


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a channel, by its address and its bits a second."""

    url: str
    bandwidth: int
    is_whole: bool = True
    """False when its sound or picture is in playlists of their own."""


@dataclass(frozen=True, slots=True)
class MasterPlaylist:
    """What forms there are of a channel."""

    variants: tuple[Variant, ...]
    left_out: frozenset[str] = frozenset()
    """Tags that were not followed."""

    def choose(self) -> Variant:
        """Return the best variant that is not too much. Raises UnsupportedFormatError."""
        whole = [variant for variant in self.variants if variant.is_whole]
        if not whole:
            raise UnsupportedFormatError(
                Reason.SEPARATE_TRACKS, "Sound and picture are in separate playlists."
            )
        fitting = [variant for variant in whole if variant.bandwidth <= MAX_BANDWIDTH]
        if fitting:
            return max(fitting, key=lambda variant: variant.bandwidth)
        return min(whole, key=lambda variant: variant.bandwidth)


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment as a media playlist lists it; `date` (aware) is when it was on air."""

    url: str
    sequence: int
    duration: float
    is_discontinuity: bool
    is_gap: bool
    date: datetime | None

    @property
    def end(self) -> datetime | None:
        """When the next one begins."""
        return self.date and self.date + timedelta(seconds=self.duration)


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """The segments of a channel at a moment, oldest first; `target` is in seconds."""

    target: int
    segments: tuple[ListedSegment, ...]
    is_ended: bool
    left_out: frozenset[str] = frozenset()
    """Tags that were not followed."""


type Playlist = MasterPlaylist | MediaPlaylist


def read_playlist(body: bytes, url: str) -> Playlist:
    """Read what came from an address.

    Raises UpstreamError for what is no playlist, UnsupportedFormatError for one that is not
    passed on, and AddressRefusedError for one that leads elsewhere than to http.
    """
    reader = _Reader(url)
    lines = _lines(body)
    if next(lines, None) != "#EXTM3U":
        raise kind_of(body, Reason.NOT_A_PLAYLIST, "a playlist")
    for line in lines:
        reader.read(line)
    return reader.finish()


def _lines(body: bytes) -> Iterator[str]:
    """Yield the lines without white space at their ends, and none that are blank."""
    content = body.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    lines = content.split(b"\n", MAX_PLAYLIST_LINES)
    if len(lines) > MAX_PLAYLIST_LINES:
        raise UpstreamError(
            Reason.TOO_MANY, f"A playlist has more than {MAX_PLAYLIST_LINES} lines."
        )
    for line in lines:
        if len(line) > MAX_LINE_CHARS:
            raise UpstreamError(
                Reason.TOO_LARGE, f"A line of a playlist is longer than {MAX_LINE_CHARS}."
            )
        if text := line.decode("utf-8", "replace").strip():
            yield text


def _bad(what: str) -> UpstreamError:
    return UpstreamError(Reason.BAD_PLAYLIST, f"A playlist cannot be read: {what}.")


@dataclass(slots=True)
class _Pending:
    """What was said about the next address."""

    duration: float | None = None
    is_discontinuity: bool = False
    is_gap: bool = False
    date: datetime | None = None


@dataclass(slots=True)
class _Reader:
    """Reads one line after the other."""

    base: str
    target: int = 0
    sequence: int | None = None
    segments: list[ListedSegment] = field(default_factory=list)
    variants: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    is_ended: bool = False
    left_out: set[str] = field(default_factory=set)
    _separate: set[tuple[str, str]] = field(default_factory=set)
    """Types and groups of tracks with playlists of their own."""
    _within: set[tuple[str, str]] = field(default_factory=set)
    """Those of tracks that are in the variants themselves."""
    _variant: dict[str, str] | None = None
    _pending: _Pending = field(default_factory=_Pending)

    def read(self, line: str) -> None:
        """Read a line that is not blank."""
        if not line.startswith("#"):
            self._read_address(line)
        elif line.startswith("#EXT"):
            name, _, value = line.partition(":")
            if name in _REFUSED:
                raise UnsupportedFormatError(
                    _REFUSED[name], f"{name.removeprefix('#')} is not passed on."
                )
            if read := _TAGS.get(name):
                read(self, value)
            elif name not in _HARMLESS and len(self.left_out) < _MAX_LEFT_OUT:
                self.left_out.add(name[:64])

    def finish(self) -> Playlist:
        """Return what was read."""
        left_out = frozenset(self.left_out)
        if self.variants and (self.segments or self.target):
            raise _bad("it lists both variants and segments")
        if self.variants:
            return MasterPlaylist(tuple(map(self._finish_variant, self.variants)), left_out)
        if not self.target:
            raise _bad("it has neither variants nor a target duration")
        total = sum(segment.duration for segment in self.segments)
        if total < MIN_SEGMENT_SECONDS * len(self.segments):
            raise _bad(f"its segments are shorter than {MIN_SEGMENT_SECONDS} seconds")
        return MediaPlaylist(self.target, tuple(self.segments), self.is_ended, left_out)

    def _finish_variant(self, variant: tuple[str, dict[str, str]]) -> Variant:
        url, attributes = variant
        tracks = {(kind, attributes.get(kind, "")) for kind in ("AUDIO", "VIDEO")}
        bandwidth = _read_integer(attributes.get("BANDWIDTH", ""), "BANDWIDTH")
        # A group may have both: the first language in the variant, others elsewhere.
        return Variant(url, bandwidth, not tracks & (self._separate - self._within))

    def _read_address(self, line: str) -> None:
        url = join_address(self.base, line)
        if self._variant is not None:
            if len(self.variants) >= MAX_VARIANTS:
                raise UpstreamError(Reason.TOO_MANY, f"More than {MAX_VARIANTS} variants.")
            self.variants.append((url, self._variant))
            self._variant = None
        elif self._pending.duration is not None:
            self._add_segment(url, self._pending.duration)
        else:
            raise _bad("an address stands alone")

    def _add_segment(self, url: str, duration: float) -> None:
        if len(self.segments) >= MAX_SEGMENTS:
            raise UpstreamError(Reason.TOO_MANY, f"More than {MAX_SEGMENTS} segments.")
        pending, self._pending = self._pending, _Pending()
        last = self.segments[-1] if self.segments else None
        date = pending.date
        if date is None and last and not pending.is_discontinuity:
            date = last.end
        self.segments.append(
            ListedSegment(
                url=url,
                sequence=(self.sequence or 0) + len(self.segments),
                duration=duration,
                is_discontinuity=pending.is_discontinuity,
                is_gap=pending.is_gap,
                date=date,
            )
        )

    # One method for each tag, called with what stands behind its colon.

    def read_target(self, value: str) -> None:
        """EXT-X-TARGETDURATION; some servers write a fraction, which the standard does not know."""
        seconds = _read_seconds(value, "EXT-X-TARGETDURATION")
        self.target = max(1, round(seconds))

    def read_sequence(self, value: str) -> None:
        """EXT-X-MEDIA-SEQUENCE; before the first segment, and once."""
        if self.segments or self.sequence is not None:
            raise _bad("EXT-X-MEDIA-SEQUENCE is in the wrong place")
        self.sequence = _read_integer(value, "EXT-X-MEDIA-SEQUENCE")

    def read_duration(self, value: str) -> None:
        """EXTINF, with a title that nobody needs."""
        self._pending.duration = _read_seconds(value.partition(",")[0], "EXTINF")

    def read_discontinuity(self, _value: str) -> None:
        """EXT-X-DISCONTINUITY."""
        self._pending.is_discontinuity = True

    def read_gap(self, _value: str) -> None:
        """EXT-X-GAP."""
        self._pending.is_gap = True

    def read_end(self, _value: str) -> None:
        """EXT-X-ENDLIST."""
        self.is_ended = True

    def read_date(self, value: str) -> None:
        """EXT-X-PROGRAM-DATE-TIME; one that makes no sense is none."""
        try:
            date = datetime.fromisoformat(value.strip())
            usable = date.tzinfo is not None and date.year in _YEARS
            self._pending.date = date.astimezone(UTC) if usable else None
        except OverflowError, ValueError:
            self._pending.date = None

    def read_variant(self, value: str) -> None:
        """EXT-X-STREAM-INF."""
        self._variant = _read_attributes(value)

    def read_media(self, value: str) -> None:
        """EXT-X-MEDIA: without an address, the track is in the variants themselves."""
        attributes = _read_attributes(value)
        kind, is_separate = attributes.get("TYPE", ""), "URI" in attributes
        groups = self._separate if is_separate else self._within
        if len(groups) < MAX_VARIANTS:
            groups.add((kind, attributes.get("GROUP-ID", "")))
        if is_separate and kind not in {"AUDIO", "VIDEO"}:
            self.left_out.add("#EXT-X-MEDIA")

    def read_key(self, value: str) -> None:
        """EXT-X-KEY and EXT-X-SESSION-KEY."""
        if _read_attributes(value).get("METHOD") != "NONE":
            raise UnsupportedFormatError(Reason.ENCRYPTED, "The stream is encrypted.")


_TAGS: Final[dict[str, Callable[[_Reader, str], None]]] = {
    "#EXTINF": _Reader.read_duration,
    "#EXT-X-TARGETDURATION": _Reader.read_target,
    "#EXT-X-MEDIA-SEQUENCE": _Reader.read_sequence,
    "#EXT-X-DISCONTINUITY": _Reader.read_discontinuity,
    # Our own numbers are counted from what we see.
    "#EXT-X-DISCONTINUITY-SEQUENCE": lambda _reader, _value: None,
    "#EXT-X-PROGRAM-DATE-TIME": _Reader.read_date,
    "#EXT-X-GAP": _Reader.read_gap,
    "#EXT-X-ENDLIST": _Reader.read_end,
    "#EXT-X-STREAM-INF": _Reader.read_variant,
    "#EXT-X-MEDIA": _Reader.read_media,
    "#EXT-X-KEY": _Reader.read_key,
    "#EXT-X-SESSION-KEY": _Reader.read_key,
}


def _read_integer(value: str, name: str) -> int:
    # What counts as white space for `strip` is more than what `int` and `float` take.
    if not _INTEGER.fullmatch(value := value.strip()):
        raise _bad(f"{name} is no number")
    return int(value)


def _read_seconds(value: str, name: str) -> float:
    if not _DECIMAL.fullmatch(value := value.strip()):
        raise _bad(f"{name} is no number")
    if (seconds := float(value)) > MAX_SEGMENT_SECONDS:
        raise _bad(f"{name} is more than {MAX_SEGMENT_SECONDS} seconds")
    return seconds


def _read_attributes(value: str) -> dict[str, str]:
    """Read an attribute list (RFC 8216 § 4.2), strings without their quotes."""
    attributes: dict[str, str] = {}
    position = 0
    while position < len(value):
        match = _ATTRIBUTE.match(value, position)
        if not match:
            raise _bad("an attribute list is broken")
        attributes[match[1]] = match[2].strip('"')
        position = match.end()
    return attributes
