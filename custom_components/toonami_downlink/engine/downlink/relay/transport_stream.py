"""Segments of MPEG transport stream: whether one is whole and plain, and what is in it.

ISO/IEC 13818-1. A segment comes from outside: nothing in it is believed, and each pass over it
takes time in proportion to its length. What `inspect` refuses is a `SegmentError`, never another
exception; what it lets through can be joined.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median_low
import struct
from typing import Final

from ..limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS
from .elementary import aac_frames, aac_parameters, h264_parameters, starts_h264
from .segment_error import Flaw, SegmentError, foreign
from .segment_info import MAX_JUMP, Clock, Layout, Mark, SegmentInfo, Track
from .tables import NULL_PID, PACKET, PAT_PID, Codec, Streams, pmt_pid, sections, streams
from .timestamps import HZ, apart, read_pcr, read_stamp

MAX_BACK: Final = HZ
"""Ticks that DTS and PCR may go back: where a DTS is left out, the PTS stands for it."""
_USUAL_STEP: Final = HZ // 25
"""Ticks of a frame, where one timestamp is all there is."""
_TABLE_PACKETS: Final = 128
"""Packets of one PID that are looked at for a table: twelve seconds of tables that come ten times
a second. Sixty sections fit into a packet whose zeros are taken for some, each with a checksum."""
_SYNC: Final = b"\x47"
_PID_BITS: Final = bytes(head & 31 for head in range(256))


def inspect(data: bytes) -> SegmentInfo:
    """Check a segment and say what is in it. Raises SegmentError.

    About 1 ms for 225 kB; some seconds for the largest and oddest there can be, which is not for
    the event loop. The result is larger than it looks: pass it to `Joiner.join` and let go of it.
    """
    _check_packets(data)
    heads, tails = data[1::PACKET], data[3::PACKET]
    pids = _pids(heads, data[2::PACKET])
    if max(heads) & 0x80:
        raise SegmentError(Flaw.CORRUPT, "a packet is marked as damaged")
    if max(tails) >= 0x40 and any(
        tail >= 0x40 for tail, pid in zip(tails, pids, strict=True) if pid != NULL_PID
    ):
        raise SegmentError(Flaw.SCRAMBLED, "its packets are scrambled")
    pmt, found = _tables(data, heads, pids)
    reader = _Reader(data, pids, pmt, found)
    reader.read(heads, tails)
    return reader.result()


def _check_packets(data: bytes) -> None:
    """Refuse what does not consist of whole packets."""
    if not data:
        raise SegmentError(Flaw.EMPTY, "it is empty")
    if len(data) > MAX_SEGMENT_BYTES:
        raise SegmentError(Flaw.TOO_LARGE, f"it has more than {MAX_SEGMENT_BYTES} bytes")
    count, rest = divmod(len(data), PACKET)
    starts = data[: count * PACKET : PACKET]
    if count and starts == _SYNC * count:
        if rest:
            raise SegmentError(Flaw.TRUNCATED, "it ends in the middle of a packet")
        return
    error = foreign(data)
    if error.flaw is Flaw.UNKNOWN:
        if data[:1] == _SYNC and not count:
            raise SegmentError(Flaw.TRUNCATED, "it ends before its first packet does")
        if data[:1] == _SYNC or _looks_like_packets(data):
            first = len(starts) - len(starts.lstrip(_SYNC))
            raise SegmentError(Flaw.CORRUPT, f"packet {first} does not start as one")
    raise error


def _pids(heads: bytes, lows: bytes) -> tuple[int, ...]:
    """Return the PID of each packet, from all second and all third bytes."""
    both = bytearray(2 * len(heads))
    both[0::2], both[1::2] = heads.translate(_PID_BITS), lows
    return struct.unpack(f">{len(heads)}H", both)


def _looks_like_packets(data: bytes) -> bool:
    """Whether packets begin somewhere: four in a row."""
    return any(
        data[shift : shift + 4 * PACKET : PACKET] == _SYNC * 4 for shift in range(2 * PACKET)
    )


def payload_start(data: bytes, at: int) -> int:
    """Return where the payload of the packet at `at` starts; at its end if it has none."""
    kind = data[at + 3] & 0x30
    if kind == 0x10:
        return at + 4
    if kind == 0:
        return at + PACKET
    start = at + 5 + data[at + 4]
    if start > at + PACKET:
        raise SegmentError(Flaw.CORRUPT, "an adaptation field is longer than its packet")
    return start if kind == 0x30 else at + PACKET


def _tables(data: bytes, heads: bytes, pids: tuple[int, ...]) -> tuple[int, Streams]:
    """Return the PID of the PMT and what the first PMT in force says."""
    pmts = (pmt_pid(section) for section in _sections(data, heads, pids, PAT_PID))
    pmt = next((pid for pid in pmts if pid), None)
    if pmt is None:
        raise SegmentError(Flaw.NO_TABLES, "it has no programme association table")
    found = map(streams, _sections(data, heads, pids, pmt))
    first = next((one for one in found if one), None)
    if first is None:
        raise SegmentError(Flaw.NO_TABLES, "it has no programme map table")
    if not first.video and not first.audio:
        raise SegmentError(Flaw.NO_STREAMS, "it has neither a picture nor sound that is known")
    if pmt in {stream.pid for stream in first[1:] if stream}:
        raise SegmentError(Flaw.NO_TABLES, "its tables contradict each other")
    return pmt, first


def _sections(data: bytes, heads: bytes, pids: tuple[int, ...], pid: int) -> Iterator[bytes]:
    numbers = (number for number, one in enumerate(pids) if one == pid)
    return sections(
        (
            bool(heads[number] & 0x40),
            data[payload_start(data, number * PACKET) : (number + 1) * PACKET],
        )
        for number in islice(numbers, _TABLE_PACKETS)
    )


class _Reader:
    """One pass over the packets that have more than payload in them."""

    def __init__(self, data: bytes, pids: tuple[int, ...], pmt: int, found: Streams) -> None:
        self._data = data
        self._found = found
        self._layout = Layout(pids, pmt)
        self._tracks = {stream.pid: Track(stream) for stream in found[1:] if stream}
        self._keyframe = False
        self._pcr: int | None = None
        self._first_pcr: int | None = None
        self._near: int | None = None
        """A time of this segment, beside which others are placed."""

    def read(self, heads: bytes, tails: bytes) -> None:
        """Go through the packets. Raises SegmentError."""
        tracks, pids, pcr_pid = self._tracks, self._layout.pids, self._found.pcr_pid
        # Nearly all packets go on with what others began.
        others = [
            number
            for number, (head, tail) in enumerate(zip(heads, tails, strict=True))
            if head & 0x40 or tail & 0x20
        ]
        for number in others:
            head, pid, tail = heads[number], pids[number], tails[number]
            track = tracks.get(pid)
            if track is None and pid != pcr_pid:
                continue
            start = payload_start(self._data, number * PACKET)
            random = False
            if tail & 0x20:
                random = self._adaptation(number, pid == pcr_pid)
            if track and head & 0x40 and tail & 0x10:
                self._pes(track, number, start, random=random)

    def _adaptation(self, number: int, clocked: bool) -> bool:
        """Note the PCR and the discontinuity; return whether decoding can start here."""
        at = number * PACKET + 4
        length, flags = self._data[at], self._data[at + 1]
        if not length:
            return False
        if flags & 0x80:
            self._layout.flags.append(at + 1)
        if flags & 0x10 and length >= 7 and clocked:
            self._clock(number, at + 2)
        return bool(flags & 0x40)

    def _clock(self, number: int, at: int) -> None:
        ticks = self._placed(read_pcr(self._data[at : at + 6]), self._pcr, MAX_BACK)
        if self._first_pcr is None:
            self._first_pcr = ticks
        self._pcr = ticks if self._pcr is None else max(ticks, self._pcr)
        self._layout.clocks.append(Clock(number, at, ticks))

    def _placed(self, ticks: int, before: int | None, back: int) -> int:
        """Return a time without the wrap, beside the one before or else any other."""
        if self._near is None:
            self._near = ticks
        beside, back = (self._near, MAX_JUMP) if before is None else (before, back)
        ahead = apart(ticks, beside)
        if not -back <= ahead <= MAX_JUMP:
            raise SegmentError(Flaw.TIMESTAMPS, f"its time jumps by {ahead / HZ:.1f} s")
        return beside + ahead

    def _pes(self, track: Track, number: int, start: int, *, random: bool) -> None:
        """Read the head of a PES packet (§ 2.4.3.6)."""
        where: Sequence[int] = range(start, start + 19)
        head = self._data[start : start + 19]
        if start + 19 > (number + 1) * PACKET:
            where = self._scattered(number, start, 19)
            head = bytes(self._data[at] for at in where)
        if len(head) < 9 or head[:3] != b"\0\0\1":
            raise SegmentError(Flaw.CORRUPT, "a PES packet does not start as one")
        if head[6] & 0x30:
            raise SegmentError(Flaw.SCRAMBLED, "its picture or sound is scrambled")
        needed = (0, 0, 5, 10)[head[7] >> 6]
        length = head[8]
        if length < needed or len(head) < 9 + needed:
            raise SegmentError(Flaw.CORRUPT, "the head of a PES packet is too short")
        if not needed:
            return
        shown = decoded = read_stamp(head[9:14])
        self._layout.marks.append(Mark(where[9:14], shown))
        if needed == 10:
            decoded = read_stamp(head[14:19])
            self._layout.marks.append(Mark(where[14:19], decoded))
        first = not track.seen
        self._times(track, decoded, shown)
        track.tail = (number, start, 9 + length)
        if first:
            self._begin(track, random=random)

    def _times(self, track: Track, decoded: int, shown: int) -> None:
        """Note a DTS and a PTS."""
        new = not track.seen
        decoded = self._placed(decoded, None if new else track.last, MAX_BACK)
        shown = self._placed(shown, None if new else track.shown_last, MAX_JUMP)
        if new:
            track.seen = True
            track.first = track.last = decoded
            track.shown_first = track.shown_last = shown
        elif decoded > track.last:
            track.steps.append(decoded - track.last)
        track.last = max(track.last, decoded)
        track.shown_first = min(track.shown_first, shown)
        track.shown_last = max(track.shown_last, shown)
        if self._pcr is not None:
            self._layout.slack = min(self._layout.slack, decoded - self._pcr)

    def _packets_on(self, number: int) -> Iterator[tuple[int, int]]:
        """Yield where the payloads of a PES packet lie that starts in the packet `number`."""
        data, pids = self._data, self._layout.pids
        pid = pids[number]
        for other in range(number, len(pids)):
            at = other * PACKET
            if pids[other] != pid:
                continue
            if other != number and data[at + 1] & 0x40:
                return
            yield payload_start(data, at), at + PACKET

    def _scattered(self, number: int, start: int, count: int) -> list[int]:
        """Return where the first bytes of a PES packet lie that goes on in further packets."""
        found: list[int] = []
        for begin, end in self._packets_on(number):
            found += range(max(begin, start), end)
            if len(found) >= count:
                break
        return found[:count]

    def _begin(self, track: Track, *, random: bool) -> None:
        """Look into the first access unit of a stream; `random`: decoding can start with it."""
        if track.stream.codec is Codec.H264:
            access_unit = self._payload(*track.tail)
            track.parameters = h264_parameters(access_unit)
            # Whether or not anything says so.
            random = random or starts_h264(access_unit)
        elif track.stream.codec is Codec.AAC:
            track.parameters = aac_parameters(self._payload(*track.tail))
        if track.stream == self._found.video:
            self._keyframe = random

    def _payload(self, number: int, start: int, head: int) -> bytes:
        """Return what a PES packet carries behind its head, which may go on in further packets."""
        packets = self._packets_on(number)
        return b"".join(self._data[max(begin, start) : end] for begin, end in packets)[head:]

    def result(self) -> SegmentInfo:
        """Sum it up. Raises SegmentError."""
        tracks = {
            kind: self._tracks[stream.pid]
            for kind, stream in (("video", self._found.video), ("audio", self._found.audio))
            if stream and self._tracks[stream.pid].seen
        }
        if not tracks:
            raise SegmentError(Flaw.NO_TIMESTAMPS, "nothing in it says when to show it")
        for track in tracks.values():
            self._finish(track)
        longest = max(track.end - track.first for track in tracks.values())
        if longest > MAX_SEGMENT_SECONDS * HZ:
            raise SegmentError(Flaw.TIMESTAMPS, f"it lasts {longest / HZ:.0f} s")
        main = tracks.get("video") or tracks["audio"]
        clocked = self._pcr is not None and self._first_pcr is not None
        return SegmentInfo(
            video=tracks["video"].stream.codec if "video" in tracks else None,
            audio=tracks["audio"].stream.codec if "audio" in tracks else None,
            first_pts=main.shown_first,
            last_pts=main.shown_last,
            seconds=(main.end - main.first) / HZ,
            pcr_seconds=((self._pcr or 0) - (self._first_pcr or 0)) / HZ if clocked else None,
            keyframe=self._keyframe,
            packets=len(self._layout.pids),
            tracks=tracks,
            layout=self._layout,
        )

    def _finish(self, track: Track) -> None:
        """Find out where the last access unit of a stream ends."""
        track.step = median_low(track.steps) if track.steps else _USUAL_STEP
        if track.stream.codec is not Codec.AAC:
            return
        frames, ticks = aac_frames(self._payload(*track.tail))
        if frames:
            track.last += round((frames - 1) * ticks)
            track.step = round(ticks)
