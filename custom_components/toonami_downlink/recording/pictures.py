"""The picture of a programme, fetched once for the file that lies beside its recording."""

import asyncio
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, hdrs

from ..engine.downlink.limits import MAX_PICTURE_BYTES, MAX_REDIRECTS, MAX_URL_CHARS
from ..engine.downlink.network import is_global_host
from ..engine.downlink.provider.outside import outside_session

_TIMEOUT: Final = 30.0
_MAGIC: Final = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)


class PictureError(Exception):
    """The picture cannot be had; the text is one line for the log, without its address."""


async def async_fetch_picture(url: str) -> tuple[bytes, str]:
    """Return a picture, and the extension of its name: ``jpg`` or ``png``.

    Only servers on the internet are asked for it, whatever a name leads to at that moment. Raises
    PictureError.
    """
    try:
        host = _check(url)
        async with asyncio.timeout(_TIMEOUT), outside_session(host) as session:
            return await _fetch(session, url)
    except TimeoutError as err:
        raise PictureError("it took too long") from err
    except (ClientError, OSError, UnicodeError, ValueError) as err:
        raise PictureError(type(err).__name__) from err


async def _fetch(session: ClientSession, url: str) -> tuple[bytes, str]:
    for _ in range(MAX_REDIRECTS + 1):
        _check(url)
        async with session.get(url, allow_redirects=False) as response:
            if response.status in _REDIRECTS:
                url = urljoin(url, response.headers.get(hdrs.LOCATION, ""))
                continue
            if response.status != HTTPStatus.OK:
                raise PictureError(f"the server answered {response.status}")
            data = await _read(response)
        for magic, ending in _MAGIC.items():
            if data.startswith(magic):
                return data, ending
        raise PictureError("it is no JPEG and no PNG")
    raise PictureError("it leads from one address to the next")


def _check(url: str) -> str:
    """Return the host of an address; refuse one that is not on the internet by its name."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or len(url) > MAX_URL_CHARS:
        raise PictureError("its address is none of the web")
    if not is_global_host(host):
        raise PictureError("its address is not on the internet")
    return host


async def _read(response: ClientResponse) -> bytes:
    """Read a body under the limit, whatever its headers say about its size."""
    data = bytearray()
    async for piece in response.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > MAX_PICTURE_BYTES:
            raise PictureError("it is too large")
    return bytes(data)
