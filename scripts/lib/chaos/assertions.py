"""Check that the feed is valid, of one generation, and never older than before."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
import hashlib
from itertools import pairwise
from pathlib import Path
import re
from typing import Any, Final

from lxml import etree

from scripts.lib.develop import feed
from scripts.lib.develop.client import Answer, request
from scripts.lib.develop.home import Home
from scripts.lib.develop.waiting import DevelopError
from scripts.lib.traffic import is_etag_of
from tests.e2e.assertions import DTD, channel_ids, unmatched_ids

ORIGIN_PLACEHOLDER: Final = b"http://downlink.invalid"
"""Stands for the origin in a stored guide."""
_FIRST_PROGRAMME: Final = b"<programme "
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class FeedAssertions:
    """Checks on the feed as a player gets it, and on the data folder."""

    home: Home
    newest: int = 0
    """The newest generation so far: no older one may be served."""

    def check_feed(self, access: feed.Access) -> Iterator[str]:
        """Yield what is wrong with the feed; call it while no refresh runs."""
        try:
            status = self.home.client.get("/api/toonami_downlink/status")
            if status["feed"] is None:
                yield "there is no feed"
                return
            yield from self._check_files(access, status["feed"])
            number = status["feed"]["generation"]
            if number < self.newest:
                yield f"generation {number} is older than {self.newest}"
            self.newest = max(self.newest, number)
            if running := self.home.processes():
                yield f"processes that outlived their run: {running}"
        except (DevelopError, OSError, ValueError, KeyError, etree.XMLSyntaxError) as err:
            yield f"cannot be read: {err!r}"

    def _check_files(self, access: feed.Access, about: dict[str, Any]) -> Iterator[str]:
        guide = _fetch(access.guide_url)
        playlist = _fetch(access.playlist_url)
        listed = feed.entries(playlist)
        yield from _check_guide(guide)
        yield from self._check_generation(guide, listed, about)
        if unmatched_ids(listed, guide):
            yield "playlist and guide have different channels"
        if feed.unpacked(feed.fetch(f"{access.guide_url}.gz")) != guide:
            yield "the compressed guide is another one"
        if _CONTROL.search(playlist.decode().replace("\n", "")):
            yield "the playlist has control characters"
        yield from _check_xtream(access, listed, guide)

    def _check_generation(
        self, guide: bytes, listed: list[feed.Entry], about: dict[str, Any]
    ) -> Iterator[str]:
        """Compare what is served with the digests of the generation, and with what is stored."""
        head, mark, rest = guide.partition(_FIRST_PROGRAMME)
        stored = head.replace(self.home.base_url.encode(), ORIGIN_PLACEHOLDER) + mark + rest
        digests = {file["name"]: file["sha256"] for file in about["artifacts"]}
        if hashlib.sha256(stored).hexdigest() != digests["guide.xml"]:
            yield "the guide is not that of the generation"
        path = self._folder / "generations" / f"{about['generation']:08}" / "playlist.m3u"
        try:
            # A fault may have made a pipe of it, which nobody writes to.
            kept = path.read_bytes() if path.is_file() else b""
        except OSError:
            return  # a fault has damaged it; what is in memory is served further on
        if hashlib.sha256(kept).hexdigest() != digests["playlist.m3u"]:
            return
        for was, entry in zip(feed.entries(kept), listed, strict=True):
            if was.attributes["tvg-id"] != entry.attributes["tvg-id"]:
                yield f"{entry.name} is not in its place in the generation"
            if entry.url != was.url and not entry.url.startswith(f"{self.home.base_url}/api/"):
                yield f"{entry.name} has an address of another generation"

    @property
    def _folder(self) -> Path:
        return self.home.folder / ".cache" / "toonami_downlink"

    def check_leftovers(self) -> Iterator[str]:
        """Yield what a good refresh should have removed."""
        if left := list(self._folder.glob("staging/*")):
            yield f"left in the staging folder: {[path.name for path in left]}"
        if half := list(self._folder.glob("generations/.*")):
            yield f"left beside the generations: {[path.name for path in half]}"


def _fetch(url: str) -> bytes:
    """Fetch a file of the feed, and check its entity tag."""
    answer: Answer = feed.fetch(url)
    if not is_etag_of(answer.headers["etag"], answer.body):
        raise DevelopError(f"{url} is not what its entity tag says")
    again = request("GET", url, headers={"If-None-Match": answer.headers["etag"]})
    if again.status != 304:
        raise DevelopError(f"{url} answered {again.status} to its own entity tag")
    return answer.body


def _check_guide(guide: bytes) -> Iterator[str]:
    document = etree.fromstring(guide)
    if DTD.is_file() and not (dtd := etree.DTD(str(DTD))).validate(document):
        yield f"the guide is not valid: {str(dtd.error_log)[:300]}"
    plans: dict[str, list[feed.Airing]] = defaultdict(list)
    for airing in feed.airings(guide):
        plans[airing.channel].append(airing)
        if not airing.title or airing.start >= airing.stop:
            yield f"a programme that cannot be: {airing}"
    for channel, plan in plans.items():
        if any(one.stop != two.start for one, two in pairwise(plan)):
            yield f"the guide of {channel} has gaps, or programmes at the same time"
    if missing := channel_ids(guide) - set(plans):
        yield f"channels without programmes: {sorted(missing)}"


def _check_xtream(access: feed.Access, listed: list[feed.Entry], guide: bytes) -> Iterator[str]:
    login = f"username={access.xtream['username']}&password={access.xtream['password']}"
    base = access.xtream["server"]
    api = f"{base}/player_api.php?{login}"
    if feed.fetch(api).json()["user_info"]["auth"] != 1:
        yield "the Xtream login is not accepted"
    streams = feed.fetch(f"{api}&action=get_live_streams").json()
    here = [(str(one["stream_id"]), one["name"], one["epg_channel_id"]) for one in streams]
    there = [(one.attributes["tvg-chno"], one.name, one.attributes["tvg-id"]) for one in listed]
    if here != there:
        yield "Xtream has other channels than the playlist"
    if feed.fetch(f"{base}/xmltv.php?{login}").body != guide:
        yield "Xtream has another guide"
    names = [entry.name for entry in feed.entries(feed.fetch(f"{base}/get.php?{login}").body)]
    if names != [entry.name for entry in listed]:
        yield "get.php has other channels than the playlist"
    first = streams[0]
    table = f"{api}&action=get_simple_data_table&stream_id={first['stream_id']}"
    starts = {int(one["start_timestamp"]) for one in feed.fetch(table).json()["epg_listings"]}
    wanted = {
        int(airing.start.timestamp())
        for airing in feed.airings(guide)
        if airing.channel == first["epg_channel_id"]
    }
    if not starts or not starts <= wanted:
        yield "Xtream has programmes that the guide has not"
