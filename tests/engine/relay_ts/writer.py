"""Transport streams written packet by packet, with every oddity that a test asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

PACKET = 188
VIDEO, AUDIO, PMT = 0x31, 0x32, 0x64
H264, AAC, MP3, AC3, ID3 = 0x1B, 0x0F, 0x03, 0x81, 0x15
SOUND = 1920
"""Ticks of an AAC frame at 48 kHz."""
FRAME = 2 * SOUND
"""Ticks of a picture, as long as the sound beside it."""
IDR = b"\0\0\0\1\x09\xf0\0\0\0\1\x65" + bytes(40)
OTHER = b"\0\0\0\1\x09\xf0\0\0\0\1\x41" + bytes(40)
SPS = b"\0\0\0\1\x67\x4d\x40\x1f"


def crc32(data: bytes) -> int:
    """The checksum of tables, bit by bit as the standard draws it."""
    register = 0xFFFFFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            feedback = register >> 31 ^ byte >> bit & 1
            register = register << 1 & 0xFFFFFFFF
            if feedback:
                register ^= 0x04C11DB7
    return register


def section(table: int, body: bytes, *, version: int = 0, current: bool = True) -> bytes:
    head = bytes([table, 0xB0 | (len(body) + 9) >> 8, (len(body) + 9) & 0xFF, 0, 1])
    whole = head + bytes([0xC0 | version << 1 | current, 0, 0]) + body
    return whole + crc32(whole).to_bytes(4)


def pat(pmt: int = PMT, number: int = 1, **how: bool) -> bytes:
    return section(0, number.to_bytes(2) + (0xE000 | pmt).to_bytes(2), **how)


def pmt(
    streams: Iterable[tuple[int, int]] = ((H264, VIDEO), (AAC, AUDIO)),
    pcr: int = VIDEO,
    info: bytes = b"",
    **how: bool,
) -> bytes:
    body = (0xE000 | pcr).to_bytes(2) + (0xF000 | len(info)).to_bytes(2) + info
    for kind, pid in streams:
        body += bytes([kind]) + (0xE000 | pid).to_bytes(2) + b"\xf0\x00"
    return section(2, body, **how)


def ticks_field(mark: int, ticks: int) -> bytes:
    ticks &= (1 << 33) - 1
    bits = f"{mark:04b}{ticks >> 30:03b}1{ticks >> 15 & 0x7FFF:015b}1{ticks & 0x7FFF:015b}1"
    return int(bits, 2).to_bytes(5)


def pes(pts: int | None, dts: int | None = None, payload: bytes = OTHER, kind: int = 0xE0) -> bytes:
    """A PES packet; without a length, as those of a picture are."""
    fields = b""
    if pts is not None:
        fields = ticks_field(2 if dts is None else 3, pts)
        if dts is not None:
            fields += ticks_field(1, dts)
    flags = 0 if pts is None else 0x80 if dts is None else 0xC0
    return bytes([0, 0, 1, kind, 0, 0, 0x80, flags, len(fields)]) + fields + payload


def adts(frames: int = 1, rate: int = 3, size: int = 30) -> bytes:
    lengths = bytes([0x80 | size >> 11, size >> 3 & 0xFF, size << 5 & 0xFF])
    return (bytes([0xFF, 0xF1, 0x40 | rate << 2]) + lengths + bytes(size - 6)) * frames


@dataclass
class Writer:
    """Packets in the order in which they are asked for."""

    counters: dict[int, int] = field(default_factory=dict)
    packets: list[bytes] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        return b"".join(self.packets)

    def packet(
        self, pid: int, payload: bytes = b"", *, start: bool = False, fields: bytes | None = None
    ) -> bytes:
        """Add one packet; `fields` is the adaptation field after its length, stuffed as needed."""
        counter = self.counters.get(pid, 0)
        if payload:
            counter = (counter + 1) & 15
        self.counters[pid] = counter
        room = PACKET - 4 - len(payload)
        adaptation = b""
        if fields is not None or room:
            fields = fields if fields is not None else (b"" if room == 1 else b"\0")
            adaptation = bytes([room - 1]) + fields.ljust(room - 1, b"\xff")
        kind = (0x20 if adaptation else 0) | (0x10 if payload else 0)
        head = bytes([0x47, (0x40 if start else 0) | pid >> 8, pid & 0xFF, kind | counter])
        whole = head + adaptation + payload
        assert len(whole) == PACKET
        self.packets.append(whole)
        return whole

    def table(self, pid: int, *sections: bytes, room: int = PACKET - 5) -> None:
        """Add a table; in several packets if it does not fit into `room` bytes."""
        whole = b"\0" + b"".join(sections)
        cuts = [0, room + 1, *range(room + 1 + PACKET - 4, len(whole), PACKET - 4), len(whole)]
        for begin, end in pairwise(cuts):
            part = whole[begin:end]
            if end >= len(whole):
                part = part.ljust(PACKET - 4, b"\xff")
            if part:
                self.packet(pid, part, start=begin == 0)
            if end >= len(whole):
                return

    def tables(self, streams: Sequence[tuple[int, int]], pcr: int) -> None:
        self.table(0, pat())
        self.table(PMT, pmt(streams, pcr))

    def add(self, pid: int, whole: bytes, *, fields: bytes | None = None, first: int = 0) -> None:
        """Add a PES packet; of its bytes, `first` at most in the first packet (0: what fits)."""
        room = PACKET - 4 - (0 if fields is None else 1 + len(fields))
        cut = min(room, first or room)
        self.packet(pid, whole[:cut], start=True, fields=fields)
        for at in range(cut, len(whole), PACKET - 4):
            self.packet(pid, whole[at : at + PACKET - 4])

    def null(self) -> None:
        self.packets.append(b"\x47\x1f\xff\x10" + bytes(184))


def pcr_fields(ticks: int, *, flags: int = 0, low: int = 123) -> bytes:
    """An adaptation field with a PCR."""
    whole = (ticks & (1 << 33) - 1) << 15 | 0x3F << 9 | low
    return bytes([0x10 | flags]) + whole.to_bytes(6)


def segment(
    at: int,
    *,
    frames: int = 10,
    lead: int = 9000,
    video: int = VIDEO,
    audio: int = AUDIO,
    sound: int = AAC,
    picture: bool = True,
    sounds: bool = True,
    delay: int = 0,
    late: int = 0,
    clock: int | None = None,
    parameters: bytes = b"",
    writer: Writer | None = None,
) -> bytes:
    """A segment from `at` on: pictures with a PCR each, and sound of the same length.

    `lead` is how far the clock is ahead, `delay` how much later a picture is shown than decoded,
    `late` how much later than the picture the sound starts, `clock` the PID of the PCR,
    `parameters` what comes before the first picture.
    """
    writer = writer or Writer()
    streams = [*([(H264, video)] if picture else []), *([(sound, audio)] if sounds else [])]
    main = video if picture else audio
    clock = main if clock is None else clock
    writer.tables(streams, clock)
    for number in range(frames):
        now = at + number * FRAME
        fields = pcr_fields(now - lead, flags=0x40 if number == 0 else 0)
        if clock != main:
            writer.packet(clock, fields=fields)
            fields = bytes([fields[0] & 0x40])
        if picture:
            access_unit = parameters + IDR if number == 0 else OTHER
            shown = pes(now + delay, now if delay else None, access_unit)
            writer.add(video, shown, fields=fields)
        if sounds:
            whole = pes(now + late, payload=adts(2), kind=0xC0)
            writer.add(audio, whole, fields=None if picture else fields)
    return writer.data
