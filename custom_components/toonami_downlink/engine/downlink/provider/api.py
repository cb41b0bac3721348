"""Upstream's HTTP interface: few requests at a time, limits on everything, gentle with answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
import json
import ssl
import time
from typing import Any, Final
import zlib

import aiohttp
from aiohttp import hdrs
from yarl import URL

from ..errors import TimedOutError, UpstreamNonsenseError, UpstreamUnreachableError
from ..limits import MIB
from ..network import may_lead_to
from ..text import clean_line
from .outside import outside_session
from .tls import CertificateVerifier, can_be_completed, reason_of

MAX_CONCURRENT: Final = 6
"""Requests at a time: upstream is a hobby server."""
MAX_ANSWER_BYTES: Final = 2 * MIB
"""Of one answer, after decompression; the largest honest one is below 0.2 MiB."""
MAX_REDIRECTS: Final = 5
_CHUNK: Final = 64 * 1024
USER_AGENT: Final = "ToonamiDownlink"
"""What we are called where nothing more is known of us."""
_HEADERS: Final = {"Accept": "application/json, text/plain, */*", "Accept-Encoding": "gzip"}
_GZIP: Final = zlib.MAX_WBITS | 16
_HTTPS_PORT: Final = 443
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Time limits for upstream, in seconds."""

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
        user_agent: str = USER_AGENT,
    ) -> None:
        """Ask the server at `url`; the time for the whole run begins now."""
        self.url = url.rstrip("/")
        self.timeouts = timeouts
        self.deadline = time.monotonic() + timeouts.run
        self.requests = 0
        self.is_encrypted = not self.url.lower().startswith("http:")
        self._headers = _HEADERS | {hdrs.USER_AGENT: user_agent}
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

    async def _fetch(
        self, path: str, query: Mapping[str, str], *, may_complete: bool = True
    ) -> str:
        # Also where the API is in clear: a redirect may lead out of that.
        context = await self._verifier.context()
        try:
            return await self._get(path, query, context)
        except aiohttp.ClientConnectorCertificateError as err:
            refusal = _refusal(err)
            may_complete = may_complete and can_be_completed(refusal)
            if not (may_complete and await self._complete(err, context)):
                raise _not_trusted(err) from err
        return await self._fetch(path, query, may_complete=False)

    async def _complete(
        self, error: aiohttp.ClientConnectorCertificateError, context: ssl.SSLContext
    ) -> bool:
        """Look for missing links of our own host; those of others are their business."""
        if error.host != URL(self.url).raw_host:
            return False
        return await self._verifier.complete(error.host, error.port or _HTTPS_PORT, context)

    async def _get(self, path: str, query: Mapping[str, str], context: ssl.SSLContext) -> str:
        seconds = min(self.timeouts.answer, self.deadline - time.monotonic())
        if seconds <= 0:
            raise self._too_slow()
        self.requests += 1
        try:
            async with asyncio.timeout(seconds):
                url = URL(self.url + path).extend_query(query)
                timeout = aiohttp.ClientTimeout(sock_connect=seconds * 2 / 3)
                return await self._follow(path, url, ssl=context, timeout=timeout)
        except aiohttp.ClientConnectorCertificateError:
            raise
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as err:
            raise NoConnectionError(
                f"{self.url} cannot be reached: {_failure(err)}. Check the internet connection,"
                " and the address if it is not the usual one."
            ) from err
        except TimeoutError as err:
            if time.monotonic() >= self.deadline:
                raise self._too_slow() from err
            raise NoAnswerError(
                f"{self.url}{path} did not answer within {seconds:g} seconds. Try again later."
            ) from err
        except (aiohttp.ClientPayloadError, zlib.error) as err:
            raise UpstreamNonsenseError(f"{path} broke off in the middle of its answer.") from err
        except (aiohttp.ClientError, OSError, ValueError) as err:
            raise UpstreamUnreachableError(
                f"{self.url}{path} broke off the connection: {err}. Try again later."
            ) from err

    async def _follow(self, path: str, url: URL, **options: Any) -> str:
        """Return the text at an address, or where that redirects to.

        Each step is looked at before it is taken: what is asked for in a house, or in clear, is
        gone by the time that there is an answer.
        """
        for _ in range(MAX_REDIRECTS + 1):
            async with self._asking(url, options) as response:
                where = response.headers.get(hdrs.LOCATION)
                if response.status not in _REDIRECTS or not where:
                    if response.status != HTTPStatus.OK:
                        raise UpstreamNonsenseError(
                            f"{path} answered with HTTP status {response.status}."
                        )
                    return (await _read(response, path)).decode("utf-8", "replace")
                url = url.join(URL(where))
            if self.is_encrypted and url.scheme != "https":
                raise UpstreamNonsenseError(f"{path} redirects to an address without encryption.")
            if not may_lead_to(str(url), self.url):
                raise UpstreamNonsenseError(f"{path} redirects to an address that is not public.")
        raise UpstreamNonsenseError(f"{path} redirects without end.")

    @asynccontextmanager
    async def _asking(
        self, url: URL, options: Mapping[str, Any]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask at an address; one of another host has to turn out to be public."""
        own = URL(self.url)
        async with AsyncExitStack() as stack:
            session = self._session
            if url.raw_host != own.raw_host:
                session = await stack.enter_async_context(outside_session(own.raw_host or ""))
            yield await stack.enter_async_context(
                session.get(
                    url,
                    headers=self._headers,
                    allow_redirects=False,
                    # Its own decompression knows no limit for the whole answer.
                    auto_decompress=False,
                    **options,
                )
            )

    def _too_slow(self) -> TimedOutError:
        return TimedOutError(
            f"{self.url} is too slow: {self.timeouts.run:g} seconds were not enough. Allow more"
            " time, or try again later."
        )


def _failure(error: aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) -> str:
    """Say why there is no connection, as the end of a sentence.

    The system has no words for it where the addresses of a name fail in different ways, nor where a
    server hangs up before it has said who it is.
    """
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else OSError("")
    return clean_line(cause.strerror or str(cause))[0] or "no answer"


def _not_trusted(error: aiohttp.ClientConnectorCertificateError) -> NoConnectionError:
    return NoConnectionError(
        f"The certificate of {error.host} cannot be trusted: {reason_of(_refusal(error))}."
        " Switch the checking of certificates off (--insecure) only if you know why."
    )


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
