"""The published feed, rendered once, with the addresses of each client."""

from collections.abc import Mapping
from dataclasses import dataclass
import gzip
import hashlib
from typing import Final, Self

from ..airings import Airings
from ..formats.m3u import Links, render_m3u
from ..models import Feed, IngestReport, Programme
from .store import Generation

ORIGIN_PLACEHOLDER: Final = "http://downlink.invalid"
"""Stands in a stored guide for the origin that a client reaches us by (RFC 6761, § 6.4)."""

_FIRST_PROGRAMME: Final = b"<programme "


@dataclass(frozen=True, slots=True)
class Body:
    """One answer, ready to be sent."""

    content: bytes
    gzipped: bytes
    etag: str
    """Strong and quoted, of `content`."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.content) + len(self.gzipped)

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Make the answer with that content; the same content is the same bytes for ever."""
        digest = hashlib.sha256(content).hexdigest()[:32]
        return cls(content, gzip.compress(content, compresslevel=6, mtime=0), f'"{digest}"')


class Publication:
    """The published feed. Any thread may use it."""

    def __init__(self, generation: Generation) -> None:
        """Publish that generation: call it in an executor, it looks through the guide."""
        self.feed: Feed = generation.feed
        self.report: IngestReport = generation.report
        self.generation: int = generation.number
        self.airings = Airings(generation.feed)
        """When what is in the feed is on again."""
        self.listed: Mapping[str, tuple[Programme, ...]] = {
            key: tuple(one for one in programmes if not one.is_filler)
            for key, programmes in generation.feed.guide.items()
        }
        """The guide of each channel key without filler."""
        self.prints = {key: hash(programmes) for key, programmes in self.listed.items()}
        """A number for each channel key, the same as long as its guide is."""
        self.guide_bytes: bytes = generation.guide
        """As stored, with `ORIGIN_PLACEHOLDER` for the origin."""

    def guide(self, origin: str) -> Body:
        """The guide for clients that reach us by that origin, such as ``http://tv.local:8123``.

        Takes tenths of a second: call it in an executor.
        """
        return Body.of(self._guide_for(origin))

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
