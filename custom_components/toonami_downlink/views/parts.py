"""Send parts of files, one after the other, as if they were one file that players can seek in."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from http import HTTPStatus
import os
from pathlib import Path
import re
from typing import Final, NamedTuple

from aiohttp import hdrs, web

from ..recording.disk import Disk, DiskError
from .base import unavailable

_CHUNK: Final = 512 * 1024
"""Bytes that are read at once."""
_READ_SECONDS: Final = 30.0
"""A player that takes nothing for so long has gone, or holds a connection for nothing."""
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Part(NamedTuple):
    """So many bytes of a file, from an offset on."""

    path: Path
    offset: int
    size: int


async def send_parts(
    request: web.Request,
    disk: Disk,
    parts: Sequence[Part],
    content_type: str,
    *,
    etag: str = "",
    may_go_on: Callable[[], bool] = lambda: True,
) -> web.StreamResponse:
    """Answer with the parts, or with the range of them that is asked for (RFC 9110 § 14).

    `may_go_on` is asked before each piece that is sent: a secret may have been replaced.
    """
    whole = sum(part.size for part in parts)
    headers = {
        hdrs.CONTENT_TYPE: content_type,
        hdrs.CACHE_CONTROL: "private, no-cache",
        hdrs.ACCEPT_RANGES: "bytes",
        **({hdrs.ETAG: etag} if etag else {}),
    }
    asked = _asked(request, whole, etag)
    chosen = range(whole) if asked is None else asked
    if asked is not None and not asked:
        headers[hdrs.CONTENT_RANGE] = f"bytes */{whole}"
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    status = HTTPStatus.OK
    if asked:
        status = HTTPStatus.PARTIAL_CONTENT
        headers[hdrs.CONTENT_RANGE] = f"bytes {asked.start}-{asked.stop - 1}/{whole}"
    headers[hdrs.CONTENT_LENGTH] = str(len(chosen))
    if request.method == hdrs.METH_HEAD:
        return web.Response(status=status, headers=headers)
    response = web.StreamResponse(status=status, headers=headers)
    return await _answer(request, response, disk, _at_once(_pieces(parts, chosen)), may_go_on)


async def send_batches(
    request: web.Request,
    disk: Disk,
    batches: AsyncGenerator[Sequence[Part]],
    content_type: str,
    *,
    may_go_on: Callable[[], bool],
) -> web.StreamResponse:
    """Answer with parts as they come: nobody knows yet how many bytes that will be.

    `may_go_on` is as in `send_parts`. `batches` raises DiskError or TimeoutError where what is
    missing does not come: then the connection is cut.
    """
    headers = {hdrs.CONTENT_TYPE: content_type, hdrs.CACHE_CONTROL: "no-store"}
    if request.method == hdrs.METH_HEAD:
        return web.Response(headers=headers)
    response = web.StreamResponse(headers=headers)
    return await _answer(request, response, disk, _as_they_come(batches), may_go_on)


async def _answer(
    request: web.Request,
    response: web.StreamResponse,
    disk: Disk,
    pieces: AsyncGenerator[Part],
    may_go_on: Callable[[], bool],
) -> web.StreamResponse:
    async with aclosing(pieces):
        try:
            first = await _read(disk, await anext(pieces, None))
        except DiskError:
            return unavailable()
        try:
            await response.prepare(request)
            await _send(response, disk, first, pieces, may_go_on)
        except DiskError, TimeoutError:
            # What was promised cannot be kept: only the end of the connection says so.
            if request.transport:
                request.transport.abort()
        except ConnectionError:
            pass
    return response


async def _send(
    response: web.StreamResponse,
    disk: Disk,
    first: bytes,
    pieces: AsyncIterator[Part],
    may_go_on: Callable[[], bool],
) -> None:
    data = first
    while data:
        if not may_go_on():
            raise TimeoutError
        async with asyncio.timeout(_READ_SECONDS):
            await response.write(data)
        data = await _read(disk, await anext(pieces, None))
    await response.write_eof()


async def _read(disk: Disk, piece: Part | None) -> bytes:
    """Return a piece; nothing after the last one. Raises DiskError, also if the file is shorter."""
    return await disk.run(lambda: _read_piece(piece)) if piece else b""


def _read_piece(piece: Part) -> bytes:
    descriptor = os.open(piece.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        data = os.pread(descriptor, piece.size, piece.offset)
    finally:
        os.close(descriptor)
    if len(data) < piece.size:
        raise OSError(0, "A file is shorter than it was")
    return data


async def _at_once(pieces: Iterator[Part]) -> AsyncGenerator[Part]:
    for piece in pieces:
        yield piece


async def _as_they_come(batches: AsyncGenerator[Sequence[Part]]) -> AsyncGenerator[Part]:
    async with aclosing(batches):
        async for parts in batches:
            for piece in _pieces(parts, range(sum(part.size for part in parts))):
                yield piece


def _pieces(parts: Sequence[Part], chosen: range) -> Iterator[Part]:
    """Yield what is to be read for a range of all parts together."""
    at = 0
    for part in parts:
        start, stop = max(chosen.start, at), min(chosen.stop, at + part.size)
        for begin in range(start, stop, _CHUNK):
            size = min(_CHUNK, stop - begin)
            yield Part(part.path, part.offset + begin - at, size)
        at += part.size


def _asked(request: web.Request, whole: int, etag: str) -> range | None:
    """Return the range of bytes that is asked for; None for the whole.

    It is empty when there is nothing of it. Several ranges at once, and what is none, are not
    looked at: the whole is always a right answer.
    """
    match = _RANGE.fullmatch(request.headers.get(hdrs.RANGE, "").strip())
    known = request.headers.get(hdrs.IF_RANGE)
    if match is None or not any(match.groups()) or (known is not None and known != etag):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, whole - int(last)), whole)
    return range(int(first), min(int(last) + 1, whole) if last else whole)
