"""What a fault does to an answer: the ones that any endpoint can have."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import cache
import json
import socket
import struct
from typing import Any, Final
import zlib

from aiohttp import web

MIB: Final = 1024 * 1024
HUGE_BYTES: Final = 100 * MIB
BOMB_BYTES: Final = 1024 * MIB
_BOMB_CHUNK: Final = b" " * (16 * MIB)
_HTML: Final = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
_NO_SENSE: Final = {str: {"oops": 1}, int: "many", float: "much", list: "none", dict: 3}

type Spoiler = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]


def cut(request: web.Request) -> None:
    """Break a connection: linger 0 makes the kernel send a reset instead of a goodbye."""
    if transport := request.transport:
        abort(transport)


def abort(transport: asyncio.BaseTransport) -> None:
    """Do so to a transport."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def content(answer: web.Response) -> bytes:
    """Return the body that an answer would have had."""
    return answer.body if isinstance(answer.body, bytes) else b""


def replaced(body: bytes | str, content_type: str = "application/json") -> Spoiler:
    """Answer something else."""

    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, content_type=content_type)

    return spoil


def _html(status: int, reason: str) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        text = _HTML.format(status=status, reason=reason)
        return web.Response(status=status, text=text, content_type="text/html")

    return spoil


def edited(edit: Callable[[bytes], bytes]) -> Spoiler:
    """Change the body of an answer."""

    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = edit(content(answer))
        return web.Response(body=body, status=answer.status, content_type=answer.content_type)

    return spoil


def _edited_json(edit: Callable[[str, Any], Any]) -> Spoiler:
    """Put every named value of an answer through `edit`, which gets the name and the value."""

    def walk(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            value = {key: walk(key, child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [walk("", child) for child in value]
        return edit(name, value) if name else value

    def whole(body: bytes) -> bytes:
        return json.dumps(walk("", json.loads(body))).encode() if body else body

    return edited(whole)


def _wrong_type(name: str, value: Any) -> Any:
    return _NO_SENSE.get(type(value), value)


def _odd_air_date(name: str, value: Any) -> Any:
    return "Summer 1994" if name == "airDate" else value


def _text_episode(name: str, value: Any) -> Any:
    return str(value) if name in ("episodeNumber", "epNum") else value


async def reset(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Break the connection."""
    cut(request)
    return web.Response()


async def silence(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Answer nothing, for as long as the client waits."""
    await asyncio.Event().wait()
    raise web.HTTPInternalServerError  # never reached: the client goes first


async def send(
    request: web.Request,
    answer: web.Response,
    parts: AsyncIterator[bytes],
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """Send a body bit by bit, of the type that the answer would have had."""
    response = web.StreamResponse(headers={"Content-Type": answer.content_type, **headers})
    await response.prepare(request)
    try:
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    except ConnectionError:
        pass  # the client has had enough, which is what it is tested for
    return response


async def _drip(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = content(answer)

    async def parts() -> AsyncIterator[bytes]:
        for byte in body or b" ":
            yield bytes((byte,))
            await asyncio.sleep(1)

    return await send(request, answer, parts(), {"Content-Length": str(len(body) or 1)})


async def _huge(request: web.Request, answer: web.Response) -> web.StreamResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(HUGE_BYTES // MIB):
            yield b" " * MIB
        yield b"]"

    return await send(request, answer, parts(), {})


@cache
def _bomb_parts() -> tuple[bytes, bytes, bytes]:
    """Return the head, one chunk and the tail of a gzip stream whose chunks are all alike.

    A full flush forgets what came before, so every chunk is compressed to the same bytes.
    """
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = press.compress(_BOMB_CHUNK) + press.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(BOMB_BYTES // len(_BOMB_CHUNK)):
        checksum = zlib.crc32(_BOMB_CHUNK, checksum)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head, chunk, press.flush() + struct.pack("<II", checksum, BOMB_BYTES % 2**32)


async def _gzip_bomb(request: web.Request, answer: web.Response) -> web.StreamResponse:
    head, chunk, tail = await asyncio.to_thread(_bomb_parts)

    async def parts() -> AsyncIterator[bytes]:
        yield head
        for _ in range(BOMB_BYTES // len(_BOMB_CHUNK)):
            yield chunk
        yield tail

    return await send(request, answer, parts(), {"Content-Encoding": "gzip"})


async def _redirect_loop(request: web.Request, answer: web.Response) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": request.path_qs})


COMMON: Final[Mapping[str, Spoiler]] = {
    "reset": reset,
    "silence": silence,
    "drip": _drip,
    "html500": _html(500, "Internal Server Error"),
    "html502": _html(502, "Bad Gateway"),
    "html200": _html(200, "Maintenance"),
    "empty": edited(lambda body: b""),
    "null": replaced("null"),
    "list": replaced("[]"),
    "object": replaced("{}"),
    "not_utf8": replaced(b'[{"name": "\xff\xfe"}]'),
    "truncated": edited(lambda body: body[: len(body) * 2 // 3]),
    "quoted": edited(lambda body: b'"' + body + b'"\n'),
    "wrong_types": _edited_json(_wrong_type),
    "odd_air_date": _edited_json(_odd_air_date),
    "text_episode_number": _edited_json(_text_episode),
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
    "redirect_loop": _redirect_loop,
}
