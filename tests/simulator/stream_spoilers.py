"""What a fault does to the playlists and segments of a stream; `STREAM` and `VALUED` name them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from . import artwork, hls
from .loops import PACKET, SEGMENT_SECONDS
from .spoilers import MIB, Spoiler, content, cut, edited, replaced, send

HUGE_PLAYLIST_BYTES: Final = 24 * MIB
HLS_TYPE: Final = "application/vnd.apple.mpegurl"
_NULL_PACKETS: Final = (b"\x47\x1f\xff\x10" + b"\xff" * (PACKET - 4)) * 5000
_HEADER_PAUSE: Final = 0.02
_SLICES_A_SECOND: Final = 10


def _status(status: int) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        return web.Response(status=status, text=f"{status}\n")

    return spoil


def _short(body: bytes) -> bytes:
    return body[: len(body) // PACKET // 2 * PACKET]


def _ragged(body: bytes) -> bytes:
    return body[: len(body) // 2 // PACKET * PACKET + 100]


def _corrupt(body: bytes) -> bytes:
    """Turn the bits of the middle third around, the sync bytes among them."""
    third = len(body) // 3
    middle = bytes(byte ^ 0xFF for byte in body[third : 2 * third])
    return body[:third] + middle + body[2 * third :]


def _without_sync(body: bytes) -> bytes:
    changed = bytearray(body)
    changed[::PACKET] = bytes(len(changed[::PACKET]))
    return bytes(changed)


async def _half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Promise the whole body, and send half of it."""
    body = content(answer)
    response = web.StreamResponse(headers={"Content-Type": answer.content_type})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return response


async def _stall(request: web.Request, answer: web.Response) -> web.StreamResponse:
    await _half(request, answer)
    await asyncio.Event().wait()
    raise web.HTTPInternalServerError  # never reached: the client goes first


async def _broken_off(request: web.Request, answer: web.Response) -> web.StreamResponse:
    response = await _half(request, answer)
    # Politely, so that what was sent arrives.
    if request.transport:
        request.transport.close()
    return response


async def _endless(request: web.Request, answer: web.Response) -> web.StreamResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield content(answer)
        while True:
            yield _NULL_PACKETS

    return await send(request, answer, parts(), {})


async def _endless_headers(request: web.Request, answer: web.Response) -> web.StreamResponse:
    transport = request.transport
    if transport:
        transport.write(b"HTTP/1.1 200 OK\r\n")
        number = 0
        while not transport.is_closing():
            transport.write(b"X-More-%d: %s\r\n" % (number, b"x" * 100))
            number += 1
            await asyncio.sleep(_HEADER_PAUSE)
    cut(request)
    return web.Response()


async def _huge_playlist(request: web.Request, answer: web.Response) -> web.StreamResponse:
    entry = b"#EXTINF:%d.0,\n%s\n" % (SEGMENT_SECONDS, b"media-1.ts")
    part = entry * (MIB // len(entry))

    async def parts() -> AsyncIterator[bytes]:
        yield content(answer)
        for _ in range(HUGE_PLAYLIST_BYTES // len(part) + 1):
            yield part

    return await send(request, answer, parts(), {})


async def _nested(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Answer with a master playlist that leads to this very address."""
    lines = ("#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=908743", request.path_qs, "")
    return web.Response(text="\n".join(lines), content_type=HLS_TYPE)


async def _image(request: web.Request, answer: web.Response) -> web.StreamResponse:
    return web.Response(body=artwork.png(request.path), content_type="image/png")


def _playlist(edit: Callable[[str], str]) -> Spoiler:
    return edited(lambda body: edit(body.decode()).encode())


def _tags(*tags: str) -> Spoiler:
    return _playlist(lambda text: hls.with_tags(text, *tags))


def _byte_ranges(text: str) -> str:
    return text.replace("#EXTINF", "#EXT-X-BYTERANGE:9400@0\n#EXTINF")


def _name_only(text: str) -> str:
    return hls.with_addresses(text, "{name}")


def _redirect(value: Any) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": str(value)})

    return spoil


def _typed(value: Any) -> Spoiler:
    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        return web.Response(body=content(answer), content_type=str(value))

    return spoil


def _text(value: Any) -> Spoiler:
    return replaced(str(value), HLS_TYPE)


def _addresses(value: Any) -> Spoiler:
    return _playlist(lambda text: hls.with_addresses(text, str(value)))


def _audio_group(value: Any) -> Spoiler:
    tag = f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="{value}"'
    return _playlist(
        lambda text: hls.with_tags(
            text.replace("#EXT-X-STREAM-INF:", '#EXT-X-STREAM-INF:AUDIO="a",'), tag
        )
    )


def _slow(value: Any) -> Spoiler:
    size = max(int(value) // _SLICES_A_SECOND, 1)

    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        body = content(answer)

        async def parts() -> AsyncIterator[bytes]:
            for at in range(0, len(body), size):
                yield body[at : at + size]
                await asyncio.sleep(1 / _SLICES_A_SECOND)

        return await send(request, answer, parts(), {"Content-Length": str(len(body))})

    return spoil


def _wait(value: Any) -> Spoiler:
    seconds = float(value)

    async def spoil(request: web.Request, answer: web.Response) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return answer

    return spoil


STREAM: Final[Mapping[str, Spoiler]] = {
    "missing": _status(404),
    "forbidden": _status(403),
    "short": edited(_short),
    "ragged": edited(_ragged),
    "broken_off": _broken_off,
    "stall": _stall,
    "corrupt": edited(_corrupt),
    "without_sync": edited(_without_sync),
    "endless": _endless,
    "endless_headers": _endless_headers,
    "huge_playlist": _huge_playlist,
    "nested": _nested,
    "relative": _playlist(_name_only),
    "key": _tags('#EXT-X-KEY:METHOD=AES-128,URI="key.bin"'),
    "map": _tags('#EXT-X-MAP:URI="init.mp4"'),
    "byte_ranges": _playlist(_byte_ranges),
    "image": _image,
}
"""Without a value."""
VALUED: Final[Mapping[str, Callable[[Any], Spoiler]]] = {
    "redirect": _redirect,
    "type": _typed,
    "text": _text,
    "tags": lambda value: _tags(*map(str, value)),
    "addresses": _addresses,
    "audio_group": _audio_group,
    "slow": _slow,
    "wait": _wait,
}
"""Made from the rule's value: an address, a content type, a playlist, a list of lines, an address
for each of the playlist's own (with ``{name}``), one for the audio, bytes a second, seconds."""
