"""Invented pictures: a pattern drawn from a hash of the address, as PNG or GIF."""

import hashlib
import struct
from typing import Final
import zlib

WIDTH: Final = 320
HEIGHT: Final = 240
_CELL: Final = 40


def _pattern(seed: str) -> tuple[bytes, tuple[bytes, bytes]]:
    """Return one palette index a pixel (0 or 1), mirrored, and the two colours."""
    digest = hashlib.sha256(seed.encode()).digest()
    half = WIDTH // _CELL // 2
    rows = []
    for row in range(HEIGHT // _CELL):
        cells = [digest[row * half + column] & 1 for column in range(half)]
        line = b"".join(bytes((cell,)) * _CELL for cell in (*cells, *cells[::-1]))
        rows.append(line * _CELL)
    dark = bytes(part // 4 for part in digest[24:27])
    bright = bytes(128 + part // 2 for part in digest[27:30])
    return b"".join(rows), (dark, bright)


def png(seed: str) -> bytes:
    """Return a palette PNG of `WIDTH` by `HEIGHT` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    pixels, colours = _pattern(seed)
    lines = b"".join(
        b"\0" + pixels[start : start + WIDTH] for start in range(0, len(pixels), WIDTH)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", b"".join(colours))
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def gif(seed: str) -> bytes:
    """Return a GIF whose codes are all literals of 8 bits.

    With a table of 128 colours, a clear code every 120 pixels keeps the code width at 8 bits,
    so that pixels can be written as bytes.
    """
    pixels, colours = _pattern(seed)
    codes = bytearray()
    for start in range(0, len(pixels), 120):
        codes += b"\x80" + pixels[start : start + 120]
    codes += b"\x81"
    blocks = b"".join(
        bytes((len(part),)) + part
        for part in (bytes(codes[start : start + 255]) for start in range(0, len(codes), 255))
    )
    size = struct.pack("<HH", WIDTH, HEIGHT)
    table = b"".join(colours) + b"\0\0\0" * 126
    return (
        b"GIF89a" + size + b"\xf6\0\0" + table
        + b"," + b"\0\0\0\0" + size + b"\0" + b"\x07" + blocks + b"\0;"
    )  # fmt: skip
