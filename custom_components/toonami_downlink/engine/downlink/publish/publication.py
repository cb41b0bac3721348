"""The published feed, rendered once, with the addresses of each client."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import gzip
import hashlib
from typing import Final, Self, override

from ..airings import Airings
from ..formats.m3u import Links, render_m3u
from ..formats.xmltv_writer import render_xmltv
from ..lineup import logo_path
from ..models import Feed, IngestReport, Programme
from ..passes import HOME, Pass, line_up
from ..timeline import between, on_air
from .store import Generation

ORIGIN_PLACEHOLDER: Final = "http://downlink.invalid"
"""Stands in a stored guide for the origin that a client reaches us by (RFC 6761, § 6.4)."""

_HOME: Final = Pass(identity=HOME, name="")
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


class Offer:
    """What one pass may see of a published feed. Any thread may use it."""

    def __init__(
        self,
        publication: Publication,
        owner: Pass,
        feed: Feed,
        listed: Mapping[str, tuple[Programme, ...]],
    ) -> None:
        """Offer that of a publication; `Publication.offer` makes one."""
        self.publication = publication
        self.owner = owner
        self.feed = feed
        self.listed = listed
        """The guide of each channel key without filler."""

    @property
    def of_guide(self) -> Offer:
        """The one whose guide is the same, so that it is made and kept once."""
        return self.publication if self.feed is self.publication.feed else self

    def allows(self, key: str, at: datetime) -> bool:
        """Whether the pass may see what the guide has on a channel at a time (aware)."""
        guide = self.publication.feed.guide
        return self.owner.ceiling is None or self.owner.allows(on_air(guide.get(key, ()), at))

    def allowed_until(self, key: str, start: datetime, stop: datetime) -> datetime | None:
        """Return how far of ``[start, stop)`` on a channel the pass may see; None: nothing of it.

        What the guide does not know is not known to be too much.
        """
        for programme in between(self.publication.feed.guide.get(key, ()), start, stop):
            if not self.owner.allows(programme):
                return programme.start if programme.start > start else None
        return stop

    def guide(self, origin: str) -> Body:
        """The guide for clients that reach us by that origin, such as ``http://tv.local:8123``.

        Takes tenths of a second: call it in an executor.
        """
        return Body.of(render_xmltv(self.feed, lambda one: f"{origin}{logo_path(one.key)}"))

    def playlist(self, links: Links) -> bytes:
        """The playlist with those links; cheap."""
        return render_m3u(self.feed.channels, links)


class Publication(Offer):
    """The published feed: what *Home* sees is all of it."""

    def __init__(self, generation: Generation) -> None:
        """Publish that generation: call it in an executor, it looks through the guide."""
        listed = {key: _listed(guide) for key, guide in generation.feed.guide.items()}
        super().__init__(self, _HOME, generation.feed, listed)
        self.report: IngestReport = generation.report
        self.generation: int = generation.number
        self.airings = Airings(generation.feed)
        """When what is in the feed is on again."""
        self.prints = {key: hash(programmes) for key, programmes in listed.items()}
        """A number for each channel key, the same as long as its guide is."""
        self.guide_bytes: bytes = generation.guide
        """As stored, with `ORIGIN_PLACEHOLDER` for the origin."""

    def offer(self, one: Pass) -> Offer:
        """Return what a pass other than *Home* may see; cheap."""
        feed = line_up(self.feed, one)
        listed = {
            key: self.listed[key] if seen is self.feed.guide[key] else _listed(seen)
            for key, seen in feed.guide.items()
        }
        return Offer(self, one, feed, listed)

    @override
    def guide(self, origin: str) -> Body:
        # Our addresses are all in the channels; what programmes say about themselves stays.
        end = self.guide_bytes.find(_FIRST_PROGRAMME)
        end = len(self.guide_bytes) if end < 0 else end
        safe = origin.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        head = self.guide_bytes[:end].replace(ORIGIN_PLACEHOLDER.encode(), safe.encode())
        return Body.of(head + self.guide_bytes[end:])


def _listed(programmes: tuple[Programme, ...]) -> tuple[Programme, ...]:
    return tuple(one for one in programmes if not one.is_filler)
