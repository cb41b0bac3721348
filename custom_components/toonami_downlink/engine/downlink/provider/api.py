"""Upstream's HTTP interface: few requests at a time, limits on everything, gentle with answers."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
import json
from typing import Any, Final

import aiohttp

from ..errors import UpstreamNonsenseError, UpstreamUnreachableError
from ..limits import MIB

MAX_CONCURRENT: Final = 6
"""Requests at a time: upstream is a hobby server."""
MAX_ANSWER_BYTES: Final = 8 * MIB
"""Of one answer, after decompression."""
MAX_REDIRECTS: Final = 5
_CHUNK: Final = 64 * 1024


class Upstream:
    """The API of Toonami Aftermath."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, seconds: float = 20) -> None:
        """Ask the server at `url`; one answer may take `seconds`."""
        self._session = session
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, 10))
        self._places = asyncio.Semaphore(MAX_CONCURRENT)
        self.requests = 0

    async def fetch_json(self, path: str, query: Mapping[str, str]) -> Any:
        """Return an answer's JSON value, None for an empty body.

        Raises UpstreamUnreachableError or UpstreamNonsenseError.
        """
        text = (await self.fetch_text(path, query)).strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except (RecursionError, ValueError) as err:
            raise UpstreamNonsenseError(f"{path} did not answer with JSON.") from err

    async def fetch_text(self, path: str, query: Mapping[str, str]) -> str:
        """Return an answer's text. Raises UpstreamUnreachableError or UpstreamNonsenseError."""
        try:
            async with self._places:
                self.requests += 1
                async with self._session.get(
                    self._url + path,
                    params=query,
                    timeout=self._timeout,
                    max_redirects=MAX_REDIRECTS,
                ) as response:
                    body = await _read(response, path)
                    status = response.status
        except aiohttp.TooManyRedirects as err:
            raise UpstreamNonsenseError(f"{path} redirects without end.") from err
        except TimeoutError as err:
            raise UpstreamUnreachableError(f"{self._url} did not answer in time.") from err
        except aiohttp.ClientPayloadError as err:
            raise UpstreamNonsenseError(f"{path} broke off in the middle of its answer.") from err
        except (aiohttp.ClientError, OSError, ValueError) as err:
            raise UpstreamUnreachableError(f"{self._url} cannot be reached: {err}") from err
        if status != HTTPStatus.OK:
            raise UpstreamNonsenseError(f"{path} answered with HTTP status {status}.")
        return body.decode("utf-8", "replace")


async def _read(response: aiohttp.ClientResponse, path: str) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            response.close()
            raise UpstreamNonsenseError(f"{path} answered with more than {MAX_ANSWER_BYTES} bytes.")
    return bytes(body)
