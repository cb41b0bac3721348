"""What tells that a segment was recorded before."""

import pytest

from downlink.recording.overlap import fingerprint
from downlink.relay.tables import PACKET

LOOKED_AT = 32


def packet(number: int, *, flags: int = 0, control: int = 0x10) -> bytes:
    return bytes((0x47, flags, 0, control)) + number.to_bytes(2) * ((PACKET - 4) // 2)


def packets(count: int, changed: int | None = None) -> bytes:
    return b"".join(packet(9999 if n == changed else n) for n in range(count))


@pytest.mark.parametrize("count", [1, 2, LOOKED_AT - 1, LOOKED_AT])
def test_each_packet_of_a_short_segment_counts(count: int) -> None:
    whole = fingerprint(packets(count))
    assert len(whole) == 16
    assert all(fingerprint(packets(count, at)) != whole for at in range(count))


@pytest.mark.parametrize(("count", "first"), [(33, 0), (34, 1), (40, 4), (100, 34)])
def test_the_middle_of_a_long_segment_counts(count: int, first: int) -> None:
    whole = fingerprint(packets(count))
    told = [at for at in range(count) if fingerprint(packets(count, at)) != whole]
    assert told == list(range(first, first + LOOKED_AT))


def test_what_joining_changes_does_not_count() -> None:
    middle = packet(1) + packet(2)
    start = packet(3, flags=0x40)
    adapted = packet(4, control=0x30)
    assert fingerprint(start + middle) == fingerprint(middle)
    assert fingerprint(middle + adapted) == fingerprint(middle)
    assert fingerprint(packet(1, flags=0x1F, control=0x1F) + packet(2)) == fingerprint(middle)


def test_last_byte_of_a_packet_counts() -> None:
    one = packet(1)
    assert fingerprint(one[:-1] + b"\xff") != fingerprint(one)
    assert fingerprint(one[:4] + b"\xff" + one[5:]) != fingerprint(one)


@pytest.mark.parametrize(
    "data",
    [b"", packet(1)[:-1], packet(1, flags=0x40), packet(1, control=0x30), packet(1, control=0x20)],
)
def test_nothing_stands_for_what_cannot_be_told(data: bytes) -> None:
    assert fingerprint(data) == b""


def test_rest_of_a_packet_does_not_count() -> None:
    assert fingerprint(packet(1) + packet(2)[:-1]) == fingerprint(packet(1))
