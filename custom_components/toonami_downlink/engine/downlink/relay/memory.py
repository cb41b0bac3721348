"""What the rings of all channels hold together."""

from typing import Final

from .ring import Ring

MOST_HELD: Final = 1024 * 1024 * 1024
"""Bytes. Two hours of one channel fit in, or half an hour of four; and it is a quarter of what the
machine has that is sold for Home Assistant, which has other things to do as well."""


class Memory:
    """Sees to it that all rings together stay below a limit: the largest one gives way."""

    def __init__(self, limit: int = MOST_HELD) -> None:
        """Let the rings hold so many bytes; each keeps its newest segment."""
        self.limit = limit
        self._rings: list[Ring] = []

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(ring.size for ring in self._rings)

    def add(self, ring: Ring) -> None:
        """Count a ring from now on."""
        self._rings.append(ring)

    def remove(self, ring: Ring) -> None:
        """Count it no more."""
        self._rings.remove(ring)

    def make_place(self) -> None:
        """Drop what is too much, after something was added."""
        while self.size > self.limit:
            largest = max(self._rings, key=lambda ring: ring.size)
            if not largest.drop_oldest():
                return
