"""A judge of transport streams that shares nothing with what it judges."""

from dataclasses import dataclass, field
from itertools import pairwise

from .writer import PACKET, crc32

HALF = 1 << 32
WRAP = 1 << 33


@dataclass
class Verdict:
    """What was seen in a stream, and what is wrong with it."""

    wrong: list[str] = field(default_factory=list)
    types: dict[int, int] = field(default_factory=dict)
    """Stream type by PID, as the latest PMT says."""
    versions: list[int] = field(default_factory=list)
    pmt_pid: int = -1
    pcr_pid: int = -1
    dts: dict[int, list[int]] = field(default_factory=dict)
    pts: dict[int, list[int]] = field(default_factory=dict)
    """By PID, as they are in the stream, with the wrap."""
    pcr: list[int] = field(default_factory=list)
    payload: dict[int, bytes] = field(default_factory=dict)
    """By PID, all payload of the packets, one after the other."""


def judge(data: bytes) -> Verdict:
    """Watch a stream from its start to its end."""
    found = Verdict()
    if len(data) % PACKET:
        found.wrong.append("does not consist of packets")
    packets = [data[at : at + PACKET] for at in range(0, len(data) - PACKET + 1, PACKET)]
    if [_pid(packet) for packet in packets[:1]] != [0]:
        found.wrong.append("does not start with a PAT")
    last: dict[int, bytes] = {}
    twice: set[int] = set()
    for number, packet in enumerate(packets):
        pid = _pid(packet)
        if packet[0] != 0x47:
            found.wrong.append(f"{number}: no sync byte")
        if pid in last:
            _counter(found, number, last[pid], packet, twice)
        last[pid] = packet
        _packet(found, number, packet)
    _order(found)
    return found


def _packet(found: Verdict, number: int, packet: bytes) -> None:
    pid = _pid(packet)
    start = 4
    if packet[3] & 0x20:
        start = 5 + packet[4]
        if start > PACKET:
            found.wrong.append(f"{number}: adaptation field too long")
        elif packet[4] and packet[5] & 0x10:
            _clock(found, number, packet)
    payload = packet[start:] if packet[3] & 0x10 else b""
    if not payload:
        return
    if pid == 0:
        found.pmt_pid = int.from_bytes(_section(found, number, payload)[10:12]) & 0x1FFF
    elif pid == found.pmt_pid:
        _programme(found, _section(found, number, payload))
    elif pid not in found.types:
        found.wrong.append(f"{number}: PID {pid} is in no table")
    else:
        found.payload[pid] = found.payload.get(pid, b"") + payload
        if packet[1] & 0x40:
            _times(found, pid, payload)


def _clock(found: Verdict, number: int, packet: bytes) -> None:
    pid = _pid(packet)
    if pid == found.pcr_pid:
        found.pcr.append(int.from_bytes(packet[6:11]) >> 7)
    elif pid not in found.types:
        found.wrong.append(f"{number}: a clock on PID {pid}")


def _pid(packet: bytes) -> int:
    return int.from_bytes(packet[1:3]) & 0x1FFF


def _counter(found: Verdict, number: int, before: bytes, packet: bytes, twice: set[int]) -> None:
    pid = _pid(packet)
    if packet[3] & 0x20 and packet[4] and packet[5] & 0x80:
        return
    old, new = before[3] & 15, packet[3] & 15
    if not packet[3] & 0x10:
        if new != old:
            found.wrong.append(f"{number}: PID {pid} counts without payload")
    elif new == old and before[3] & 0x10 and pid not in twice and before[12:] == packet[12:]:
        twice.add(pid)
        return
    elif new != (old + 1) & 15:
        found.wrong.append(f"{number}: PID {pid} counts from {old} to {new}")
    twice.discard(pid)


def _section(found: Verdict, number: int, payload: bytes) -> bytes:
    """The one section in a packet."""
    whole = payload[1 + payload[0] :]
    whole = whole[: 3 + (int.from_bytes(whole[1:3]) & 0xFFF)]
    if crc32(whole):
        found.wrong.append(f"{number}: a table with a wrong checksum")
    return whole


def _programme(found: Verdict, whole: bytes) -> None:
    version = whole[5] >> 1 & 31
    found.pcr_pid = int.from_bytes(whole[8:10]) & 0x1FFF
    types = {}
    for at in range(12, len(whole) - 4, 5):
        types[int.from_bytes(whole[at + 1 : at + 3]) & 0x1FFF] = whole[at]
    if found.versions and found.versions[-1] == version and types != found.types:
        found.wrong.append("another programme with the same version")
    found.types = types
    if version not in found.versions[-1:]:
        found.versions.append(version)


def _times(found: Verdict, pid: int, payload: bytes) -> None:
    if len(payload) < 19 or payload[:3] != b"\0\0\1" or not payload[7] & 0x80:
        return
    shown = decoded = ticks(payload[9:14])
    if payload[7] & 0x40:
        decoded = ticks(payload[14:19])
    found.pts.setdefault(pid, []).append(shown)
    found.dts.setdefault(pid, []).append(decoded)


def ticks(field_: bytes) -> int:
    bits = f"{int.from_bytes(field_):040b}"
    return int(bits[4:7] + bits[8:23] + bits[24:39], 2)


def steps(times: list[int]) -> list[int]:
    """From each time to the next, whatever wraps."""
    return [(later - earlier + HALF) % WRAP - HALF for earlier, later in pairwise(times)]


def _order(found: Verdict) -> None:
    for pid, times in found.dts.items():
        for number, step in enumerate(steps(times)):
            if step <= 0:
                found.wrong.append(f"PID {pid}: DTS {number + 1} goes back by {-step}")
    for number, step in enumerate(steps(found.pcr)):
        if step <= 0:
            found.wrong.append(f"PCR {number + 1} goes back by {-step}")
