"""What the views serve: the current feed, rendered once, with the addresses of each client."""

from collections import OrderedDict
from dataclasses import dataclass
import gzip
import hashlib
from threading import Lock
from typing import Final, Self

from ..formats.m3u import Links, render_m3u
from ..models import Feed, IngestReport
from .store import Generation

ORIGIN_PLACEHOLDER: Final = "http://downlink.invalid"
"""Stands in a stored guide for the origin that a client reaches us by (RFC 6761, § 6.4)."""

_ORIGINS_KEPT: Final = 4
"""Guides kept ready. A house reaches us by a name, an address and a proxy; rarely by more."""
_FIRST_PROGRAMME: Final = b"<programme "


@dataclass(frozen=True, slots=True)
class Body:
    """One answer, ready to be sent."""

    content: bytes
    gzipped: bytes
    etag: str
    """Strong and quoted, of `content`."""

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Make the answer with that content; the same content is the same bytes for ever."""
        digest = hashlib.sha256(content).hexdigest()[:32]
        return cls(content, gzip.compress(content, compresslevel=6, mtime=0), f'"{digest}"')


class Publication:
    """The published feed. Any thread may use it."""

    def __init__(self, generation: Generation) -> None:
        """Publish that generation."""
        self.feed: Feed = generation.feed
        self.report: IngestReport = generation.report
        self.generation: int = generation.number
        self.guide_bytes: bytes = generation.guide
        """As stored, with `ORIGIN_PLACEHOLDER` for the origin."""
        self._guides: OrderedDict[str, Body] = OrderedDict()
        self._building = Lock()

    def cached_guide(self, origin: str) -> Body | None:
        """The guide for clients that reach us by that origin, if it is ready. Never blocks."""
        return self._guides.get(origin)

    def guide(self, origin: str) -> Body:
        """The guide for clients that reach us by that origin, such as ``http://tv.local:8123``.

        Takes tenths of a second the first time: call it in an executor.
        """
        with self._building:
            body = self._guides.get(origin)
            if body is None:
                body = Body.of(self._guide_for(origin))
            self._guides[origin] = body
            self._guides.move_to_end(origin)
            if len(self._guides) > _ORIGINS_KEPT:
                self._guides.popitem(last=False)
            return body

    def playlist(self, links: Links) -> bytes:
        """The playlist with those links; cheap."""
        return render_m3u(self.feed.channels, links)

    def _guide_for(self, origin: str) -> bytes:
        # Our addresses are all in the channels; what programmes say about themselves stays.
        end = self.guide_bytes.find(_FIRST_PROGRAMME)
        end = len(self.guide_bytes) if end < 0 else end
        safe = origin.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        head = self.guide_bytes[:end].replace(ORIGIN_PLACEHOLDER.encode(), safe.encode())
        return head + self.guide_bytes[end:]
