"""The picture of a programme, fetched once for the file that lies beside its recording."""

import asyncio
from http import HTTPStatus
from socket import SOCK_STREAM
from typing import Final
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, hdrs
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..engine.downlink.limits import MAX_PICTURE_BYTES, MAX_REDIRECTS, MAX_URL_CHARS
from ..engine.downlink.network import is_global_address, is_global_host

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


async def async_fetch_picture(hass: HomeAssistant, url: str) -> tuple[bytes, str]:
    """Return a picture, and the extension of its name: ``jpg`` or ``png``.

    Only servers on the internet are asked for it. Raises PictureError.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await _fetch(hass, url)
    except TimeoutError as err:
        raise PictureError("it took too long") from err
    except (ClientError, OSError, UnicodeError, ValueError) as err:
        raise PictureError(type(err).__name__) from err


async def _fetch(hass: HomeAssistant, url: str) -> tuple[bytes, str]:
    session = async_get_clientsession(hass)
    for _ in range(MAX_REDIRECTS + 1):
        await _check(url)
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


async def _check(url: str) -> None:
    """Refuse an address that is not on the internet, by its name or by where that leads."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    if parts.scheme not in {"http", "https"} or len(url) > MAX_URL_CHARS:
        raise PictureError("its address is none of the web")
    if not is_global_host(host):
        raise PictureError("its address is not on the internet")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=SOCK_STREAM)
    if not all(is_global_address(str(where[0])) for *_, where in found):
        raise PictureError("its address is not on the internet")


async def _read(response: ClientResponse) -> bytes:
    """Read a body under the limit, whatever its headers say about its size."""
    data = bytearray()
    async for piece in response.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > MAX_PICTURE_BYTES:
            raise PictureError("it is too large")
    return bytes(data)
