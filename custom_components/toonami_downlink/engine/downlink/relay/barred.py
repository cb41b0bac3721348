"""Who was ended from here, and may begin with no channel for a while."""

import asyncio
from typing import Final

from .errors import ViewerEndedError

BARRED_SECONDS: Final = 60.0
"""After a viewer was ended from here, for its key."""
MAX_BARRED: Final = 100


class Barred:
    """The keys of viewers that are refused, for all channels together."""

    def __init__(self) -> None:
        """Refuse nobody yet."""
        self._until: dict[str, float] = {}
        """Loop times, the first first."""

    def add(self, key: str) -> None:
        """Refuse a key for a minute from now on; of too many the first is let in again."""
        self._until.pop(key, None)
        if len(self._until) >= MAX_BARRED:
            del self._until[next(iter(self._until))]
        self._until[key] = asyncio.get_running_loop().time() + BARRED_SECONDS

    def __contains__(self, key: str) -> bool:
        """Whether a key is refused now."""
        return self._until.get(key, 0.0) > asyncio.get_running_loop().time()

    def refuse(self, key: str) -> None:
        """Raise ViewerEndedError for a key that is refused."""
        if key in self:
            raise ViewerEndedError("The viewer was ended, and comes back too soon.")
