"""What a busy house asks of Home Assistant: refreshes, players, viewers."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Final
from urllib.parse import urlencode

import aiohttp

from .develop.client import Client
from .develop.feed import Access

_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, sock_read=60)
_BETWEEN: Final = (0.5, 3.0)
"""Seconds between two requests of one player."""
_WATCHED: Final = (2.0, 30.0)
"""Seconds that a viewer stays on a channel."""
_API: Final = ("", "get_live_categories", "get_live_streams", "get_short_epg&stream_id=1")
_CHANNELS: Final = range(1, 8)


class Traffic:
    """Everybody at once, for as long as the context lasts."""

    def __init__(
        self, client: Client, access: Access, *, every: float, players: int, streams: int
    ) -> None:
        self._client = client
        self._access = access
        self._every = every
        self._counts = (players, streams)
        self._tasks: list[asyncio.Task[None]] = []
        self.answers: Counter[str] = Counter()
        """What was asked for and the status, such as ``guide 304``, to how often."""
        self.watched = 0
        """Bytes of television."""
        self.failures: list[str] = []

    async def run(self, seconds: float, random: Random) -> None:
        """Keep everybody busy for that long, then let all of them leave."""
        players, streams = self._counts
        jobs: list[Callable[[aiohttp.ClientSession, Random], Awaitable[None]]] = [
            self._refresh,
            *[self._play] * players,
            *[self._watch] * streams,
        ]
        self._tasks = [
            asyncio.create_task(self._keep_on(job, Random(random.random())))  # noqa: S311  # no secret
            for job in jobs
        ]
        await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self.failures += [repr(task.exception()) for task in self._tasks if not task.cancelled()]

    async def _keep_on(
        self, job: Callable[[aiohttp.ClientSession, Random], Awaitable[None]], random: Random
    ) -> None:
        """Do a job again and again, with a connection of its own that is made anew at times."""
        while True:
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
                for _ in range(random.randint(1, 20)):
                    await job(session, random)

    async def _refresh(self, session: aiohttp.ClientSession, random: Random) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._every
        await self._ask(
            session,
            "refresh",
            f"{self._client.base_url}/api/services/toonami_downlink/refresh",
            method="POST",
            headers={"Authorization": f"Bearer {self._client.access_token}"},
            json={},
        )
        await asyncio.sleep(due - loop.time())

    async def _play(self, session: aiohttp.ClientSession, random: Random) -> None:
        login = urlencode({name: self._access.xtream[name] for name in ("username", "password")})
        name, url = random.choice(
            [
                ("playlist", self._access.playlist_url),
                ("guide", self._access.guide_url),
                ("guide.gz", f"{self._access.guide_url}.gz"),
                ("Xtream playlist", f"{self._client.base_url}/get.php?{login}&type=m3u_plus"),
                ("Xtream guide", f"{self._client.base_url}/xmltv.php?{login}"),
                *(
                    ("Xtream", f"{self._client.base_url}/player_api.php?{login}&action={action}")
                    for action in _API
                ),
            ]
        )
        etag = await self._ask(session, name, url)
        if etag and random.random() < 0.5:
            await self._ask(session, name, url, headers={"If-None-Match": etag})
        await asyncio.sleep(random.uniform(*_BETWEEN))

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        name: str,
        url: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        json: object = None,
    ) -> str | None:
        async with session.request(method, url, headers=headers, json=json) as answer:
            await answer.read()
            self.answers[f"{name} {answer.status}"] += 1
            return answer.headers.get("ETag")

    async def _watch(self, session: aiohttp.ClientSession, random: Random) -> None:
        """Watch a channel for a while, then leave in the middle of it."""
        base = self._access.playlist_url.rpartition("/")[0]
        url = f"{base}/stream/{random.choice(_CHANNELS)}.ts"
        async with session.get(url) as answer:
            self.answers[f"stream {answer.status}"] += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(*_WATCHED)):
                    async for chunk in answer.content.iter_any():
                        self.watched += len(chunk)
            if random.random() < 0.5 and answer.connection and answer.connection.transport:
                answer.connection.transport.abort()
            answer.close()
        await asyncio.sleep(random.uniform(*_BETWEEN))
