"""Players that fetch all the time, and notice what no player may ever get."""

from collections.abc import Callable
import hashlib
import threading
from typing import Final

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access

PAUSE: Final = 0.25
"""Seconds between the requests of one player."""
_PLAYERS: Final = 2
_TIMEOUT: Final = 30.0
_ALLOWED: Final = {200, 401, 403, 429, 503}
"""Found; secrets that have just been replaced, and too often; not ready."""


class Traffic:
    """Some players; what they complain about is collected."""

    def __init__(self, access: Callable[[], Access], is_starting: Callable[[], bool]) -> None:
        """Ask `access` each time where to fetch from; while it starts, nothing is found."""
        self.requests = 0
        self._access = access
        self._is_starting = is_starting
        self._complaints: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._play, args=(number,)) for number in range(_PLAYERS)
        ]

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let them end, and wait for that."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def take_complaints(self) -> list[str]:
        """Return what has been wrong since the last call."""
        found, self._complaints = self._complaints, []
        return found

    def _play(self, number: int) -> None:
        turn = number
        while not self._stop.wait(PAUSE):
            access = self._access()
            login = f"username={access.xtream['username']}&password={access.xtream['password']}"
            urls = (
                access.playlist_url,
                access.guide_url,
                f"{access.xtream['server']}/player_api.php?{login}&action=get_live_streams",
            )
            self._fetch(urls[turn % len(urls)])
            turn += 1

    def _fetch(self, url: str) -> None:
        was_starting = self._is_starting()
        try:
            answer = request("GET", url, timeout=_TIMEOUT)
        except TimeoutError:
            self._complaints.append(f"no answer within {_TIMEOUT:g} seconds")
            return
        except OSError:
            return  # Home Assistant is not running
        self.requests += 1
        kind = url.partition("?")[0].rpartition("/")[2]
        is_starting = was_starting or self._is_starting()
        if answer.status not in _ALLOWED and not (answer.status == 404 and is_starting):
            self._complaints.append(f"{kind} answered {answer.status}")
        etag = answer.headers.get("etag", "").strip('"')
        if etag and etag != hashlib.sha256(answer.body).hexdigest()[:32]:
            self._complaints.append(f"{kind} is not what its entity tag says")
