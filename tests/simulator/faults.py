"""What can go wrong upstream: rules that are set at run time and spoil chosen answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
import json
import socket
import struct
from typing import Any, Final
import zlib

from aiohttp import web

from .answers import LineupChange

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


def _replaced(body: bytes | str, content_type: str = "application/json") -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, content_type=content_type)

    return spoil


def _html(status: int, reason: str) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        text = _HTML.format(status=status, reason=reason)
        return web.Response(status=status, text=text, content_type="text/html")

    return spoil


def _edited(edit: Callable[[bytes], bytes]) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = answer.body if isinstance(answer.body, bytes) else b""
        return web.Response(body=edit(body), status=answer.status, content_type=answer.content_type)

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

    return _edited(whole)


def _wrong_type(name: str, value: Any) -> Any:
    return _NO_SENSE.get(type(value), value)


def _odd_air_date(name: str, value: Any) -> Any:
    return "Summer 1994" if name == "airDate" else value


def _text_episode(name: str, value: Any) -> Any:
    return str(value) if name in ("episodeNumber", "epNum") else value


async def _reset(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Break the connection: linger 0 makes the kernel send a reset instead of a goodbye."""
    if transport := request.transport:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _silence(request: web.Request, answer: web.Response) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise web.HTTPInternalServerError  # never reached: the client goes first


async def _send(
    request: web.Request, parts: AsyncIterator[bytes], headers: Mapping[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", **headers})
    await response.prepare(request)
    try:
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    except ConnectionError:
        pass  # the client has had enough, which is what it is tested for
    return response


async def _drip(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""

    async def parts() -> AsyncIterator[bytes]:
        for byte in body or b" ":
            yield bytes((byte,))
            await asyncio.sleep(1)

    return await _send(request, parts(), {"Content-Length": str(len(body) or 1)})


async def _huge(request: web.Request, answer: web.Response) -> web.StreamResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(HUGE_BYTES // MIB):
            yield b" " * MIB
        yield b"]"

    return await _send(request, parts(), {})


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

    return await _send(request, parts(), {"Content-Encoding": "gzip"})


async def _redirect_loop(request: web.Request, answer: web.Response) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": request.path_qs})


KINDS: Final[Mapping[str, Spoiler]] = {
    "reset": _reset,
    "silence": _silence,
    "drip": _drip,
    "html500": _html(500, "Internal Server Error"),
    "html502": _html(502, "Bad Gateway"),
    "html200": _html(200, "Maintenance"),
    "empty": _replaced(b""),
    "null": _replaced("null"),
    "list": _replaced("[]"),
    "object": _replaced("{}"),
    "not_utf8": _replaced(b'[{"name": "\xff\xfe"}]'),
    "truncated": _edited(lambda body: body[: len(body) * 2 // 3]),
    "quoted": _edited(lambda body: b'"' + body + b'"\n'),
    "wrong_types": _edited_json(_wrong_type),
    "odd_air_date": _edited_json(_odd_air_date),
    "text_episode_number": _edited_json(_text_episode),
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
    "redirect_loop": _redirect_loop,
}


@dataclass(slots=True, kw_only=True)
class Rule:
    """Spoil the answers of one endpoint, all of them or only some."""

    endpoint: str
    """As the request log names it, or ``*`` for all of the API."""
    kind: str
    nth: tuple[int, ...] = ()
    """Which of the requests that fit, counted from 1; none means each."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters that a request must have."""
    seen: int = 0

    def fits(self, endpoint: str, query: Mapping[str, str]) -> bool:
        """Count a request that this rule is about; tell whether its answer is to be spoilt."""
        if self.endpoint not in ("*", endpoint):
            return False
        if any(query.get(name) != value for name, value in self.query.items()):
            return False
        self.seen += 1
        return not self.nth or self.seen in self.nth


@dataclass(slots=True, kw_only=True)
class Faults:
    """Everything that is wrong at the moment; a new one starts with nothing wrong."""

    rules: list[Rule] = field(default_factory=list)
    latency: float = 0.0
    """Seconds before each answer of the API."""
    count_limit: int | None = None
    """The largest ``count`` that ``/media`` answers; above it the body is empty."""
    lineup: LineupChange = field(default_factory=LineupChange)

    def spoiler(self, endpoint: str, query: Mapping[str, str]) -> Spoiler | None:
        """Return what the first rule that fits does to an answer; every rule counts it."""
        fitting = [rule for rule in self.rules if rule.fits(endpoint, query)]
        return KINDS[fitting[0].kind] if fitting else None


def parse_faults(data: Mapping[str, Any], endpoints: frozenset[str]) -> Faults:
    """Read the JSON form: the fields of `Faults`, `rules` and `lineup` as objects.

    Raises ValueError for anything unknown, so that a test cannot ask for nothing by mistake.
    """
    unknown = set(data) - {"rules", "latency", "count_limit", "lineup"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    rules = []
    for entry in data.get("rules", ()):
        try:
            rule = Rule(**{**entry, "nth": tuple(entry.get("nth", ()))})
        except TypeError as err:
            raise ValueError(str(err)) from err
        if rule.kind not in KINDS or rule.endpoint not in endpoints | {"*"}:
            raise ValueError(f"no such fault: {rule.kind} of {rule.endpoint}")
        rules.append(rule)
    return Faults(
        rules=rules,
        latency=float(data.get("latency", 0.0)),
        count_limit=data.get("count_limit"),
        lineup=_parse_lineup(data.get("lineup", {})),
    )


def _parse_lineup(data: Mapping[str, Any]) -> LineupChange:
    unknown = set(data) - {"renamed", "removed", "added", "reverse"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    return LineupChange(
        renamed=data.get("renamed", {}),
        removed=tuple(data.get("removed", ())),
        added=tuple(data.get("added", ())),
        reverse=bool(data.get("reverse")),
    )
