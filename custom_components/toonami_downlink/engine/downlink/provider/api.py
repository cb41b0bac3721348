"""Upstream's HTTP interface: few requests at a time, limits on everything, gentle with answers."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import json
import ssl
import time
from typing import Any, Final, Literal
from urllib.parse import urlsplit
import zlib

import aiohttp

from ..errors import TimedOutError, UpstreamNonsenseError, UpstreamUnreachableError
from ..limits import MIB
from .tls import CertificateVerifier, can_be_completed, reason_of

MAX_CONCURRENT: Final = 6
"""Requests at a time: upstream is a hobby server."""
MAX_ANSWER_BYTES: Final = 2 * MIB
"""Of one answer, after decompression; the largest honest one is below 0.2 MiB."""
MAX_REDIRECTS: Final = 5
_CHUNK: Final = 64 * 1024
_HEADERS: Final = {"Accept": "application/json, text/plain, */*", "Accept-Encoding": "gzip"}
_GZIP: Final = zlib.MAX_WBITS | 16
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for upstream, in seconds."""

    answer: float = 15.0
    """For one answer, from the first byte sent to the last one received."""
    run: float = 270.0
    """For the whole run. A little of it is kept for the writing of the files."""
    details: float = 120.0
    """For the details of episodes, which nobody misses as much as the guide itself."""

    @property
    def pause(self) -> float:
        """Before a second try: a second, where an answer may take the usual time."""
        return self.answer / 15


DEFAULT_TIMEOUTS: Final = Timeouts()


class NoConnectionError(UpstreamUnreachableError):
    """There is no way to the server, so that it makes no sense to ask for anything else."""


class NoAnswerError(UpstreamUnreachableError):
    """The time for one answer is over. A second try would only take as long again."""


class Upstream:
    """The API of Toonami Aftermath."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        verifier: CertificateVerifier,
        timeouts: Timeouts,
    ) -> None:
        """Ask the server at `url`; the time for the whole run begins now."""
        self.url = url.rstrip("/")
        self.timeouts = timeouts
        self.deadline = time.monotonic() + timeouts.run
        self.requests = 0
        self._session = session
        self._verifier = verifier
        self._places = asyncio.Semaphore(MAX_CONCURRENT)

    async def fetch_json(self, path: str, query: Mapping[str, str], *, tries: int = 1) -> Any:
        """Return an answer's JSON value, None for an empty body.

        `tries` above 1 ask again when the server had a hiccup. Raises what `fetch_text` raises.
        """
        for _ in range(tries - 1):
            try:
                return await self._fetch_json(path, query)
            except NoAnswerError:
                raise
            except UpstreamNonsenseError, UpstreamUnreachableError:
                pass
            await asyncio.sleep(self.timeouts.pause)
        return await self._fetch_json(path, query)

    async def _fetch_json(self, path: str, query: Mapping[str, str]) -> Any:
        text = (await self.fetch_text(path, query)).strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except (RecursionError, ValueError) as err:
            raise UpstreamNonsenseError(f"{path} did not answer with JSON.") from err

    async def fetch_text(self, path: str, query: Mapping[str, str]) -> str:
        """Return an answer's text.

        Raises UpstreamUnreachableError, UpstreamNonsenseError, and TimedOutError when the time for
        the whole run is over.
        """
        async with self._places:
            return await self._fetch(path, query)

    async def _fetch(self, path: str, query: Mapping[str, str]) -> str:
        if self.url.startswith("http:"):
            return await self._get(path, query, True)
        context = await self._verifier.context()
        try:
            return await self._get(path, query, context)
        except aiohttp.ClientConnectorCertificateError as err:
            refusal = _refusal(err)
            if not (can_be_completed(refusal) and await self._complete(context)):
                raise self._not_trusted(refusal) from err
        try:
            return await self._get(path, query, await self._verifier.context())
        except aiohttp.ClientConnectorCertificateError as err:
            raise self._not_trusted(_refusal(err)) from err

    async def _complete(self, context: ssl.SSLContext) -> bool:
        parts = urlsplit(self.url)
        return await self._verifier.complete(
            self._session, parts.hostname or "", parts.port or _HTTPS_PORT, context
        )

    def _not_trusted(self, error: ssl.SSLCertVerificationError) -> NoConnectionError:
        return NoConnectionError(
            f"The certificate of {self.url} cannot be trusted: {reason_of(error)}."
            " Switch the checking of certificates off (--insecure) only if you know why."
        )

    async def _get(
        self, path: str, query: Mapping[str, str], context: ssl.SSLContext | Literal[True]
    ) -> str:
        seconds = min(self.timeouts.answer, self.deadline - time.monotonic())
        if seconds <= 0:
            raise self._too_slow()
        self.requests += 1
        try:
            async with self._session.get(
                self.url + path,
                params=query,
                headers=_HEADERS,
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=seconds * 2 / 3),
                ssl=context,
                # Its own decompression knows no limit for the whole answer.
                auto_decompress=False,
                max_redirects=MAX_REDIRECTS,
            ) as response:
                self._check(path, response)
                return (await _read(response, path)).decode("utf-8", "replace")
        except aiohttp.ClientConnectorCertificateError:
            raise
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as err:
            why = err.strerror if isinstance(err, aiohttp.ClientConnectorError) else "no answer"
            raise NoConnectionError(
                f"{self.url} cannot be reached: {why}. Check the internet connection, and the"
                " address if it is not the usual one."
            ) from err
        except TimeoutError as err:
            if time.monotonic() >= self.deadline:
                raise self._too_slow() from err
            raise NoAnswerError(
                f"{self.url}{path} did not answer within {seconds:g} seconds. Try again later."
            ) from err
        except aiohttp.TooManyRedirects as err:
            raise UpstreamNonsenseError(f"{path} redirects without end.") from err
        except (aiohttp.ClientPayloadError, zlib.error) as err:
            raise UpstreamNonsenseError(f"{path} broke off in the middle of its answer.") from err
        except (aiohttp.ClientError, OSError, ValueError) as err:
            raise UpstreamUnreachableError(
                f"{self.url}{path} broke off the connection: {err}. Try again later."
            ) from err

    def _too_slow(self) -> TimedOutError:
        return TimedOutError(
            f"{self.url} is too slow: {self.timeouts.run:g} seconds were not enough. Allow more"
            " time, or try again later."
        )

    def _check(self, path: str, response: aiohttp.ClientResponse) -> None:
        if response.status != HTTPStatus.OK:
            raise UpstreamNonsenseError(f"{path} answered with HTTP status {response.status}.")
        if self.url.startswith("https:") and response.url.scheme != "https":
            raise UpstreamNonsenseError(f"{path} redirects to an address without encryption.")


def _refusal(error: aiohttp.ClientConnectorCertificateError) -> ssl.SSLCertVerificationError:
    inner = error.certificate_error
    return inner if isinstance(inner, ssl.SSLCertVerificationError) else error


async def _read(response: aiohttp.ClientResponse, path: str) -> bytes:
    """Return the body, decompressed piece by piece so that a small one cannot grow large."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise UpstreamNonsenseError(f"{path} answered in an encoding that nobody asked for.")
    gzip = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        for piece in _inflated(gzip, chunk) if gzip else (chunk,):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                response.close()
                raise UpstreamNonsenseError(
                    f"{path} answered with more than {MAX_ANSWER_BYTES} bytes."
                )
    if gzip and body and not gzip.eof:
        raise UpstreamNonsenseError(f"{path} broke off in the middle of its answer.")
    return bytes(body)


def _inflated(gzip: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    while chunk:
        yield gzip.decompress(chunk, _CHUNK)
        chunk = gzip.unconsumed_tail
