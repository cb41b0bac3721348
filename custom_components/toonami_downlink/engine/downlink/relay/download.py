"""How the relay asks upstream's servers: one address at a time, with limits on everything."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
import ssl
from typing import Final, Literal
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from ..limits import MAX_REDIRECTS
from ..provider.tls import CertificateVerifier, can_be_completed, reason_of
from .addresses import AddressGuard, internal_address, join_address, was_refused
from .errors import AddressRefusedError, Reason, UpstreamError

_CHUNK: Final = 64 * 1024
_CONNECT_SECONDS: Final = 5.0
_HTTPS_PORT: Final = 443
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one answer may take."""

    size: int
    """Bytes of its body."""
    total: float
    """Seconds for all of it, redirects included."""
    silence: float
    """Seconds without a byte."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, and the address that it came from in the end."""

    body: bytes
    url: str


class Downloader:
    """An HTTP client that opens only what its guard allows.

    It has no cookies, takes no proxy from the environment, and decompresses nothing.
    """

    def __init__(self, guard: AddressGuard, verifier: CertificateVerifier, user_agent: str) -> None:
        """Say who we are with `user_agent`; sockets are opened when they are needed."""
        self._guard = guard
        self._verifier = verifier
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()
            self._session = None
        await self._guard.close()

    async def get(self, url: str, bounds: Bounds) -> Answer:
        """Return what is at an address. Raises UpstreamError or AddressRefusedError."""
        try:
            async with asyncio.timeout(bounds.total):
                return await self._follow(url, bounds)
        except TimeoutError as err:
            raise UpstreamError(Reason.TOO_SLOW, "Upstream takes too long to answer.") from err

    async def _follow(self, url: str, bounds: Bounds) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            await self._guard.check(url)
            async with self._open(url, bounds) as response:
                if response.status not in _REDIRECTS:
                    return Answer(await _read(response, bounds.size), url)
                target = join_address(url, response.headers.get("Location", ""))
            if _is_encrypted(url) and not _is_encrypted(target):
                raise AddressRefusedError(
                    Reason.DOWNGRADE, "A redirect leads from https to something else."
                )
            url = target
        raise UpstreamError(Reason.REDIRECTS, f"More than {MAX_REDIRECTS} redirects.")

    @asynccontextmanager
    async def _open(self, url: str, bounds: Bounds) -> AsyncGenerator[aiohttp.ClientResponse]:
        """Ask for an address, and turn whatever aiohttp raises into our errors."""
        try:
            response = await self._ask(url, bounds)
            try:
                yield response
            finally:
                # What is left of a body is not worth waiting for; a whole one has let go already.
                response.close()
        except aiohttp.ClientConnectorCertificateError as err:
            raise UpstreamError(
                Reason.CERTIFICATE,
                f"A server's certificate cannot be trusted: {reason_of(_refusal(err))}.",
            ) from err
        except aiohttp.ClientConnectorError as err:
            if was_refused(err.os_error):
                raise internal_address() from err
            # Without words of the system: its addresses fail in different ways, or it hung up.
            why = err.os_error.strerror or "it does not answer"
            raise UpstreamError(Reason.UNREACHABLE, f"A server cannot be reached: {why}.") from err
        except aiohttp.ConnectionTimeoutError as err:
            raise UpstreamError(Reason.UNREACHABLE, "A server cannot be reached.") from err
        except aiohttp.ServerTimeoutError as err:
            raise UpstreamError(Reason.SILENT, "A server has gone silent.") from err
        except (aiohttp.ClientResponseError, ValueError) as err:
            raise UpstreamError(Reason.BAD_ANSWER, "A server does not speak HTTP.") from err
        except (aiohttp.ClientError, ConnectionError, ssl.SSLError) as err:
            raise UpstreamError(Reason.BROKEN_OFF, "A server broke off.") from err

    async def _ask(self, url: str, bounds: Bounds) -> aiohttp.ClientResponse:
        if not _is_encrypted(url):
            return await self._request(url, bounds, True)
        context = await self._verifier.context()
        try:
            return await self._request(url, bounds, context)
        except aiohttp.ClientConnectorCertificateError as err:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _HTTPS_PORT
            if not (
                can_be_completed(_refusal(err))
                and await self._verifier.complete(host, port, context, self._guard.make_socket)
            ):
                raise
        return await self._request(url, bounds, await self._verifier.context())

    async def _request(
        self, url: str, bounds: Bounds, context: ssl.SSLContext | Literal[True]
    ) -> aiohttp.ClientResponse:
        return await self._opened().get(
            # As it is: asked for is exactly what was checked.
            URL(url, encoded=True),
            ssl=context,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=_CONNECT_SECONDS, sock_read=bounds.silence
            ),
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._guard,
                    socket_factory=self._guard.make_socket,
                    use_dns_cache=False,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


def _is_encrypted(url: str) -> bool:
    return url[:6].lower() == "https:"


def _refusal(error: aiohttp.ClientConnectorCertificateError) -> ssl.SSLCertVerificationError:
    inner = error.certificate_error
    return inner if isinstance(inner, ssl.SSLCertVerificationError) else error


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body of an answer that is what was asked for."""
    if response.status in _GONE:
        raise UpstreamError(Reason.NOT_FOUND, "Upstream does not have it.")
    if response.status != HTTPStatus.OK:
        raise UpstreamError(Reason.STATUS, f"Upstream answers with status {response.status}.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UpstreamError(Reason.ENCODED, "An answer is in an encoding that nobody asked for.")
    chunks: list[bytes] = []
    size = response.content_length or 0
    if size <= limit:
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > limit:
                break
            chunks.append(chunk)
    if size > limit:
        raise UpstreamError(Reason.TOO_LARGE, f"An answer is larger than {limit} bytes.")
    return b"".join(chunks)
