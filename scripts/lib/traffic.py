"""Make traffic on a feed, and note what is wrong with the answers."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
import gzip
import hashlib
from random import Random
from threading import Thread
from typing import Final
from urllib.parse import urlencode
import zlib

import aiohttp

from .develop.client import Client
from .develop.feed import Access

_WATCHED: Final = (2.0, 30.0)
"""Seconds that a viewer stays on a channel."""
_API: Final = ("", "get_live_categories", "get_live_streams", "get_short_epg&stream_id=1")
_CHANNELS: Final = range(1, 8)
_ALLOWED: Final = {200, 304, 401, 403, 429, 503}
"""Found; secrets that have just been replaced, and too often; not ready."""

type Job = Callable[[aiohttp.ClientSession, Random], Awaitable[None]]


@dataclass(kw_only=True)
class Traffic:
    """So many players and viewers at once, each with a connection of its own."""

    access: Callable[[], Access]
    """Asked before each request, because the secrets may be replaced."""
    players: int
    """Each fetches the playlist, the guide or from the Xtream API, again and again."""
    viewers: int = 0
    """Each watches one channel after another."""
    refresh_with: Client | None = None
    """The login of one more client, which refreshes."""
    refresh_every: float = 0
    interval: tuple[float, float]
    """Seconds from one request to the next, at least and at most; a slow answer makes it longer."""
    timeout: float
    """Seconds without a byte of an answer."""
    is_starting: Callable[[], bool] | None = None
    """For a server that is killed and started: refused connections, and 404 while it starts, are
    no faults then."""
    answers: Counter[str] = field(default_factory=Counter)
    """How often what was answered how, such as ``guide 304``."""
    watched: int = 0
    """Bytes of television."""
    complaints: Counter[str] = field(default_factory=Counter)
    """How often what was wrong."""

    def take_complaints(self) -> list[str]:
        """Return what has been wrong since the last call."""
        found, self.complaints = self.complaints, Counter()
        return list(found)

    async def run(self, random: Random) -> None:
        """Send requests until cancelled."""
        jobs: list[tuple[Job, tuple[float, float]]] = [(self._play, self.interval)] * self.players
        jobs += [(self._watch, self.interval)] * self.viewers
        if self.refresh_with:
            refresh = partial(self._refresh, self.refresh_with)
            jobs.append((refresh, (self.refresh_every, self.refresh_every)))
        async with asyncio.TaskGroup() as group:
            for job, interval in jobs:
                seed = random.random()
                group.create_task(self._repeat(job, interval, Random(seed)))  # noqa: S311  # no secret

    @contextmanager
    def in_background(self, random: Random) -> Iterator[None]:
        """Send requests from a thread while the context lasts."""
        loop = asyncio.new_event_loop()
        task = loop.create_task(self.run(random))
        task.add_done_callback(lambda _: loop.stop())
        thread = Thread(target=loop.run_forever)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
            loop.close()
            with suppress(asyncio.CancelledError):
                task.result()

    async def _repeat(self, job: Job, interval: tuple[float, float], random: Random) -> None:
        """Do a job again and again; the connection is made anew at times."""
        loop = asyncio.get_running_loop()
        timeout = aiohttp.ClientTimeout(total=2 * self.timeout, sock_read=self.timeout)
        while True:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                for _ in range(random.randint(1, 20)):
                    due = loop.time() + random.uniform(*interval)
                    try:
                        await job(session, random)
                    except TimeoutError:
                        self.complaints[f"no answer within {self.timeout:g} seconds"] += 1
                    except (aiohttp.ClientError, OSError) as err:
                        if self.is_starting is None:
                            self.complaints[repr(err)] += 1
                    await asyncio.sleep(due - loop.time())

    async def _refresh(
        self, client: Client, session: aiohttp.ClientSession, random: Random
    ) -> None:
        url = f"{client.base_url}/api/services/toonami_downlink/refresh"
        headers = {"Authorization": f"Bearer {client.access_token}"}
        await self._ask(session, "refresh", url, method="POST", headers=headers, json={})

    async def _play(self, session: aiohttp.ClientSession, random: Random) -> None:
        """Fetch one thing; half of the time once more, if it has changed."""
        access = self.access()
        server = access.xtream["server"]
        login = urlencode({name: access.xtream[name] for name in ("username", "password")})
        name, url = random.choice(
            [
                ("playlist", access.playlist_url),
                ("guide", access.guide_url),
                ("guide.gz", f"{access.guide_url}.gz"),
                ("Xtream playlist", f"{server}/get.php?{login}&type=m3u_plus"),
                ("Xtream guide", f"{server}/xmltv.php?{login}"),
                *(("Xtream", f"{server}/player_api.php?{login}&action={one}") for one in _API),
            ]
        )
        etag = await self._ask(session, name, url)
        if etag and random.random() < 0.5:
            await self._ask(session, name, url, headers={"If-None-Match": etag})

    async def _watch(self, session: aiohttp.ClientSession, random: Random) -> None:
        """Watch a channel, leave in the middle of it, and stay away for a moment."""
        base = self.access().playlist_url.rpartition("/")[0]
        async with session.get(f"{base}/stream/{random.choice(_CHANNELS)}.ts") as answer:
            self._count("stream", answer.status)
            with suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(*_WATCHED)):
                    async for chunk in answer.content.iter_any():
                        self.watched += len(chunk)
            if random.random() < 0.5 and answer.connection and answer.connection.transport:
                answer.connection.transport.abort()
            answer.close()
        await asyncio.sleep(random.uniform(*self.interval))

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        name: str,
        url: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        json: object = None,
    ) -> str:
        """Send a request and check the answer; return its entity tag."""
        was_starting = self._is_starting()
        async with session.request(method, url, headers=headers, json=json) as answer:
            body = await answer.read()
        self._count(name, answer.status, is_starting=was_starting or self._is_starting())
        etag = answer.headers.get("ETag", "")
        if answer.status == 200 and etag and not is_etag_of(etag, body):
            self.complaints[f"{name} is not what its entity tag says"] += 1
        return etag

    def _is_starting(self) -> bool:
        return self.is_starting is not None and self.is_starting()

    def _count(self, name: str, status: int, *, is_starting: bool = False) -> None:
        self.answers[f"{name} {status}"] += 1
        if status not in _ALLOWED and not (status == 404 and is_starting):
            self.complaints[f"{name} answered {status}"] += 1


def is_etag_of(etag: str, body: bytes) -> bool:
    """Return whether an entity tag is that of a body, after its Content-Encoding is undone."""
    digest, _, form = etag.strip('"').partition("-")
    try:
        content = gzip.decompress(body) if form == "file" else body
    except OSError, EOFError, zlib.error:
        return False
    return digest == hashlib.sha256(content).hexdigest()[:32]
