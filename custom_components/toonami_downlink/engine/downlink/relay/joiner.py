"""Segments of one channel, from whatever nodes, made one continuous transport stream.

Joining is done once a channel, when a segment arrives, and not once a viewer: all viewers get the
same bytes, each from the start of a segment on, so that a viewer costs no more than writing them.
The result is at every place the same stream: one programme, the same PIDs, counters that run on,
times that run on. What is decided here:

- Only the first picture and the first sound are passed on, on PIDs of our own. Null packets, which
  pad broadcasts to a steady rate, and tables that players do not need are left out.
- PAT and PMT are ours. They come at the start of each segment, and again where upstream had them.
- Where the timeline breaks, all times move by one amount, so that picture and sound stay together:
  the one that would overlap otherwise follows on at once, the other one may have a gap.
- The picture stays declared while segments have only sound. A stream or a format that is new makes
  a new version of the PMT, with the same PIDs.
- Losses inside a segment stay visible to the player: counters move by one amount a segment.
"""

from collections.abc import Iterator
from operator import getitem
from typing import Final

from .segment_info import SegmentInfo
from .tables import (
    PACKET,
    PAT_PID,
    Codec,
    Stream,
    Streams,
    packet_of,
    pat_section,
    pmt_section,
)
from .timestamps import HZ, apart, pcr, stamp
from .transport_stream import inspect

PMT_PID: Final = 0x1000
PIDS: Final = {"video": 0x100, "audio": 0x101}
START: Final = 20 * HZ
"""When a stream starts: late enough for a clock that runs ahead of it, and 26 h before the wrap."""
_USUAL_LEAD: Final = 7 * HZ // 10
"""Ticks from the clock to the first DTS, where the first segment has none that makes sense."""
_MAX_LEAD: Final = 5 * HZ
_GAP: Final = HZ
"""Ticks that may be missing before it is a break."""
_SAME: Final = bytes(range(256))
_MOVED: Final = [
    _SAME,
    *(bytes(tail & 0xF0 | tail + by & 15 for tail in range(256)) for by in range(1, 16)),
]
"""What moves the counter in the fourth byte of packets, by how far it moves."""


class Joiner:
    """One continuous stream; keeps a few numbers from one segment to the next."""

    def __init__(self) -> None:
        """Start a stream of its own."""
        self._counters: dict[int, int] = {}
        self._before: dict[int, int] = {}
        """The counters of our PIDs, now and before this segment."""
        self._codecs: dict[str, Codec] = {}
        self._version = -1
        self._pat = pat_section(PMT_PID)
        self._pmt = b""
        self._last: dict[str, int] = {}
        self._end: dict[str, int] = {}
        self._shown: dict[str, int] = {}
        """Of each stream: latest DTS, the next one, and the next PTS; all as they were sent."""
        self._clock: int | None = None
        """Latest PCR that was sent."""
        self._lead: int | None = None
        self._offset = 0
        self._shift = 0
        """What is added to every time, and to a PCR besides."""

    def join(self, data: bytes, *, discontinuity: bool, info: SegmentInfo | None = None) -> bytes:
        """Return a segment as the continuation of the one before; about 1 ms for 225 kB.

        A break is also found where none is announced. `info` is what `inspect` said of the very
        same bytes, if it was asked. At most twice as long as `data` and two packets more. Raises
        SegmentError, and is then as if it had not been asked.
        """
        info = inspect(data) if info is None else info
        self._declare(info)
        offset = None if discontinuity else self._continued(info)
        if offset is None:
            self._move(info)
        else:
            self._offset = offset
        self._remember(info)
        out = self._renumbered(data, info)
        for where, ticks in info.layout.marks:
            field = stamp(data[where[0]], ticks + self._offset)
            if isinstance(where, range):
                out[where.start : where.stop] = field
                continue
            for at, byte in zip(where, field, strict=True):
                out[at] = byte
        for _, at, ticks in info.layout.clocks:
            out[at : at + 6] = pcr(data[at : at + 6], ticks + self._offset + self._shift)
        for at in info.layout.flags:
            out[at] &= 0x7F
        return b"".join(self._pieces(memoryview(out), info))

    @property
    def pcr_pid(self) -> int:
        """The PID whose packets carry the clock."""
        return PIDS["video" if "video" in self._codecs else "audio"]

    def _declare(self, info: SegmentInfo) -> None:
        """Make a new PMT if there is a stream or a format that the last one did not have."""
        codecs = self._codecs | {kind: one.stream.codec for kind, one in info.tracks.items()}
        if codecs == self._codecs:
            return
        self._codecs = codecs
        self._version += 1
        ours = {kind: Stream(PIDS[kind], codec) for kind, codec in codecs.items()}
        found = Streams(self.pcr_pid, ours.get("video"), ours.get("audio"))
        self._pmt = pmt_section(self._version, found)

    def _continued(self, info: SegmentInfo) -> int | None:
        """Return the offset with which a segment continues the timeline; None if it does not."""
        known = [kind for kind in info.tracks if kind in self._last]
        if not known:
            return None
        # Upstream's times may have wrapped since the last segment: ours have not.
        first, end = info.tracks[known[0]].first, self._end[known[0]]
        offset = end + apart(first + self._offset, end) - first
        for kind in known:
            begin = info.tracks[kind].first + offset
            if not self._last[kind] < begin <= self._end[kind] + _GAP:
                return None
        if info.layout.clocks and self._clock is not None:
            clock = info.layout.clocks[0].ticks + offset + self._shift
            if not self._clock < clock <= self._clock + 2 * _GAP:
                return None
        return offset

    def _move(self, info: SegmentInfo) -> None:
        """Choose offset and shift so that nothing goes back, and as little as may be is missing."""
        tracks = info.tracks
        known = [kind for kind in tracks if kind in self._end]
        first = min(track.first for track in tracks.values())
        if known:
            self._offset = max(
                max(
                    self._end[kind] - tracks[kind].first,
                    self._shown[kind] - tracks[kind].shown_first,
                )
                for kind in known
            )
        else:
            self._offset = max(self._end.values(), default=START) - first
        clocks, slack = info.layout.clocks, info.layout.slack
        if not clocks:
            return
        lead = first - clocks[0].ticks
        if self._lead is None:
            self._lead = lead if 0 <= lead <= _MAX_LEAD else _USUAL_LEAD
        self._shift = min(lead - self._lead, slack)
        if self._clock is None:
            return
        missing = self._clock + 1 - (clocks[0].ticks + self._offset + self._shift)
        if missing > 0:
            by_clock = min(missing, max(0, slack - self._shift))
            self._shift += by_clock
            self._offset += missing - by_clock

    def _remember(self, info: SegmentInfo) -> None:
        """Note where the stream is after this segment."""
        newest = max(track.end for track in info.tracks.values()) + self._offset
        for kind in self._codecs:
            track = info.tracks.get(kind)
            if track is None:
                self._end[kind] = max(self._end[kind], newest)
                continue
            self._last[kind] = track.last + self._offset
            self._end[kind] = track.end + self._offset
            self._shown[kind] = track.shown_last + track.step + self._offset
        if info.layout.clocks:
            latest = max(clock.ticks for clock in info.layout.clocks)
            self._clock = latest + self._offset + self._shift

    def _renumbered(self, data: bytes, info: SegmentInfo) -> bytearray:
        """Return a copy with our PIDs, and with counters that run on."""
        out = bytearray(data)
        self._before = self._counters.copy()
        pids, tails = info.layout.pids, out[3::PACKET]
        heads, lows, ends = (dict.fromkeys(set(pids), _SAME) for _ in range(3))
        for kind, track in info.tracks.items():
            pid, ours = track.stream.pid, PIDS[kind]
            ends[pid] = self._match(tails[pids.index(pid)], ours)
            self._counters[ours] = ends[pid][tails[-1 - pids[::-1].index(pid)]] & 15
            if pid != ours:
                heads[pid] = bytes(head & 0xE0 | ours >> 8 for head in range(256))
                lows[pid] = bytes([ours & 0xFF]) * 256
        for place, tables in ((1, heads), (2, lows), (3, ends)):
            if any(table is not _SAME for table in tables.values()):
                column = map(
                    getitem, map(tables.__getitem__, pids), out[place::PACKET], strict=True
                )
                out[place::PACKET] = bytes(column)
        return out

    def _match(self, first: int, ours: int) -> bytes:
        """Return the table that makes a stream's counters run on, from its first fourth byte."""
        before = self._counters.get(ours, 15)
        # A packet without payload repeats the counter of the one before (§ 2.4.3.3).
        return _MOVED[(before + (first >> 4 & 1) - first) & 15]

    def _pieces(self, out: memoryview, info: SegmentInfo) -> Iterator[bytes | memoryview]:
        """Yield the packets in their order: tables first, what is not ours left out."""
        tables = {PAT_PID: self._pat, info.layout.pmt_pid: self._pmt}
        ours = {track.stream.pid for track in info.tracks.values()}
        clocks = self._strange_clocks(out, info)
        yield self._table(PAT_PID, self._pat)
        yield self._table(PMT_PID, self._pmt)
        started = False
        others = [
            number
            for number, pid in enumerate(info.layout.pids)
            if pid not in ours or number in clocks
        ]
        begin = 0
        for number in others:
            pid = info.layout.pids[number]
            yield out[begin * PACKET : number * PACKET]
            started = started or number > begin
            begin = number if pid in ours else number + 1
            if number in clocks:
                yield clocks[number]
            elif started and pid in tables and out[number * PACKET + 1] & 0x40:
                yield self._table(PAT_PID if pid == PAT_PID else PMT_PID, tables[pid])
        yield out[begin * PACKET :]

    def _strange_clocks(self, out: memoryview, info: SegmentInfo) -> dict[int, bytes]:
        """Return, by number, the packets whose PCR comes on a PID where ours does not belong.

        Each as a packet that carries nothing but the PCR, on the right PID.
        """
        track = info.tracks.get("video" if "video" in self._codecs else "audio")
        pids = info.layout.pids
        right = track.stream.pid if track else None
        strange = {one.packet: one.at for one in info.layout.clocks if pids[one.packet] != right}
        if not strange:
            return {}
        counter = self._before.get(self.pcr_pid, 0)
        packets = {}
        for number, pid in enumerate(pids):
            if pid == right:
                counter = out[number * PACKET + 3] & 15
            elif number in strange:
                at = strange[number]
                head = _head_only(self.pcr_pid, counter, 0x10)
                packets[number] = (head + bytes(out[at : at + 6])).ljust(PACKET, b"\xff")
        return packets

    def _table(self, pid: int, section: bytes) -> bytes:
        counter = (self._counters.get(pid, 15) + 1) & 15
        self._counters[pid] = counter
        return packet_of(section, pid, counter)


def resume(joined: bytes) -> bytes:
    """Return what a viewer gets before a joined segment that does not follow on its last one.

    A few packets that announce the gap in the counters, so that the player takes it for what it is.
    """
    found: dict[int, bytes] = {}
    for at in range(0, len(joined), PACKET):
        pid = int.from_bytes(joined[at + 1 : at + 3]) & 0x1FFF
        if pid not in found:
            tail = joined[at + 3]
            counter = (tail - (tail >> 4 & 1)) & 15
            found[pid] = _head_only(pid, counter, 0x80).ljust(PACKET, b"\xff")
    return b"".join(found.values())


def _head_only(pid: int, counter: int, flags: int) -> bytes:
    """Return the start of a packet without payload, which repeats a counter."""
    return bytes([0x47, pid >> 8, pid & 0xFF, 0x20 | counter, PACKET - 5, flags])
