"""One attempt to follow a channel on one node, until something about that node is wrong."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..limits import MAX_PLAYLIST_BYTES, MAX_SEGMENT_BYTES
from .addresses import server_of
from .download import Answer, Bounds, Downloader
from .errors import Reason, UpstreamError
from .playlist import ListedSegment, MasterPlaylist, MediaPlaylist, read_playlist
from .position import Position, within_reach
from .segment import Media, Segment, work_on

_FIRST_ANSWER: Final = Bounds(size=MAX_PLAYLIST_BYTES, total=8.0, silence=4.0)
"""Before it is known how fast the channel is."""
_LEAST_SILENCE: Final = 2.0
_SEGMENT_TARGETS: Final = 3
"""Target durations that a segment may take: slower is slower than it plays."""
_FROZEN_TARGETS: Final = 1.9
"""Target durations without a new segment after which a playlist counts as frozen: two, but for
the clock's grain."""
_AHEAD_TARGETS: Final = 2
"""Target durations by which a playlist may grow more than the clock goes on."""
_MISSES: Final = 3
"""Attempts that have to fail at a segment until it is left out."""
_SHORT: Final = 0.75
"""The part of its duration that a segment has to last; less was cut off on the way."""
_SHORT_SECONDS: Final = 0.5
"""By which it has to be shorter as well: in a short one a picture is a large part."""
_MOST_SHORT: Final = 4
"""Short ones in a row, on two nodes twice each, after which it is the durations that are wrong."""
_LONGEST_PAUSE: Final = 1.0
"""Seconds before a second try."""


class Pull:
    """Follows one node. What is known about the node ends with this object."""

    def __init__(
        self,
        downloader: Downloader,
        url: str,
        position: Position,
        *,
        now: Callable[[], datetime],
        read: Callable[[bytes], Media],
    ) -> None:
        """Follow the playlist at `url`, from where the viewers have come to.

        `now` is aware; `read` is what `TsTools` has.
        """
        self.target = 0
        self._downloader = downloader
        self._url = url
        self._position = position
        self._now = now
        self._read = read
        self._node = server_of(url)
        self._asked_at = 0.0
        self._edge: datetime | None = None
        """When the playlist was asked for, which is about when its last segment ended."""
        self._read_at = 0.0
        """When (loop time) the last playlist that could be read was asked for."""
        self._news_at = 0.0
        self._newest = -1
        """The highest sequence number that was dealt with."""
        self._starts_anew = position.listed_at is not None
        self._may_repeat = self._starts_anew
        self._has_skipped = False
        self._missing = 0.0
        """Seconds that were left out since the last segment that was brought."""

    async def segments(self) -> AsyncGenerator[Segment]:
        """Yield segments as they come, for ever; their dates go by our own clock.

        Raises UpstreamError when the node is of no further use, UnsupportedFormatError and
        AddressRefusedError for what is not passed on.
        """
        playlist = await self._open()
        self._news_at = self._asked_at
        while True:
            fresh = self._fresh(playlist)
            for index, listed in enumerate(fresh):
                if segment := await self._bring(listed, fresh[index:]):
                    yield segment
            if playlist.is_ended:
                raise UpstreamError(Reason.ENDED, "Upstream has ended the stream.")
            # Never sooner, not even where the standard would allow half of it (§ 6.3.4): upstream
            # is asked once in a target duration, whatever it answers.
            due = self._asked_at + self.target
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            playlist = await self._reload()

    async def _bring(self, listed: ListedSegment, rest: Sequence[ListedSegment]) -> Segment | None:
        """Fetch a segment; None if it is to be left out. `rest` is what is listed from it on."""
        if listed.is_gap:
            self._leave_out(listed.duration)
            return None
        try:
            media = await self._twice(listed)
        except UpstreamError:
            self._position.misses += 1
            if self._position.misses < _MISSES or self._has_skipped:
                raise
            # It is not the node: what nobody has must not hold up what comes after it.
            self._has_skipped = True
            self._leave_out(listed.duration)
            return None
        self._has_skipped = False
        if self._may_repeat and self._position.has_had(media.data):
            # So what this node lacks before it was had as well.
            self._missing = 0.0
            return None
        self._may_repeat = False
        self._position.advance(listed, media.data, self._asked_at, len(rest) - 1)
        starts_anew, self._starts_anew = self._starts_anew, False
        missing, self._missing = self._missing, 0.0
        behind = timedelta(seconds=sum(one.duration for one in rest))
        return Segment(
            data=media.data,
            duration=listed.duration,
            discontinuity=starts_anew or listed.is_discontinuity,
            date=self._edge and self._edge - behind,
            node=self._node,
            missing=missing,
            info=media.info,
        )

    def _leave_out(self, seconds: float) -> None:
        """Note that what comes next does not go on from what was brought last."""
        self._starts_anew = True
        self._missing += seconds

    def _fresh(self, playlist: MediaPlaylist) -> Sequence[ListedSegment]:
        """Return what a playlist lists beyond what was dealt with. Raises UpstreamError."""
        newer = [one for one in playlist.segments if one.sequence > self._newest]
        if self._newest < 0:
            fresh = self._position.choose(playlist, self._asked_at)
        else:
            # What claims to have become so much more since then is not live.
            most = self._asked_at - self._read_at + _AHEAD_TARGETS * self.target
            fresh = within_reach(newer, most)
            if fresh and (lost := fresh[0].sequence - self._newest - 1):
                # Something is missing, or was left out because there was too much. If that is more
                # than there has been since, the numbers have jumped, and nothing tells how much.
                seconds = lost * fresh[0].duration
                listed = sum(one.duration for one in fresh)
                self._leave_out(seconds if seconds + listed <= most else 0.0)
            if self._may_repeat:
                fresh = self._unseen(fresh)
        self._read_at = self._asked_at
        if newer:
            self._newest = newer[-1].sequence
        if any(not one.is_gap for one in newer):
            self._news_at = self._asked_at
        elif self._asked_at - self._news_at >= _FROZEN_TARGETS * self.target:
            raise UpstreamError(Reason.FROZEN, "The playlist no longer changes.")
        return fresh

    def _unseen(self, fresh: Sequence[ListedSegment]) -> Sequence[ListedSegment]:
        """Leave out what another node has brought already."""
        unseen = self._position.unseen(fresh, self._asked_at, self.target)
        if len(unseen) < len(fresh):
            # So what this node lacks before it was had as well.
            self._missing = 0.0
        return unseen

    async def _open(self) -> MediaPlaylist:
        """Load the channel's playlist, through its master playlist if there is one."""
        answer = await self._load(self._url, _FIRST_ANSWER)
        playlist = read_playlist(answer.body, answer.url)
        if isinstance(playlist, MasterPlaylist):
            answer = await self._load(playlist.choose().url, _FIRST_ANSWER)
            playlist = read_playlist(answer.body, answer.url)
        if isinstance(playlist, MasterPlaylist):
            raise UpstreamError(Reason.NESTED, "A master playlist leads to another one.")
        # Where redirects led once, the way is not asked for again.
        self._url = answer.url
        self._node = server_of(answer.url)
        self.target = playlist.target
        return playlist

    async def _load(self, url: str, bounds: Bounds) -> Answer:
        """Ask for a playlist, and once more if that is no use."""
        try:
            return await self._ask(url, bounds)
        except UpstreamError:
            await self._pause()
        return await self._ask(url, bounds)

    async def _ask(self, url: str, bounds: Bounds) -> Answer:
        self._asked_at = asyncio.get_running_loop().time()
        self._edge = self._now()
        return await self._downloader.get(url, bounds)

    async def _reload(self) -> MediaPlaylist:
        """Load the playlist again, and once more if that is no use."""
        silence = max(_LEAST_SILENCE, float(self.target))
        bounds = replace(_FIRST_ANSWER, total=2 * silence, silence=silence)
        try:
            return await self._load_media(bounds)
        except UpstreamError:
            await self._pause()
        return await self._load_media(bounds)

    async def _load_media(self, bounds: Bounds) -> MediaPlaylist:
        answer = await self._ask(self._url, bounds)
        playlist = read_playlist(answer.body, answer.url)
        if isinstance(playlist, MasterPlaylist):
            raise UpstreamError(Reason.NESTED, "A media playlist has become a master playlist.")
        self.target = max(self.target, playlist.target)
        if playlist.segments and playlist.segments[-1].sequence < self._newest:
            raise UpstreamError(Reason.BACKWARDS, "The playlist's numbers have gone back.")
        return playlist

    async def _twice(self, listed: ListedSegment) -> Media:
        """Fetch a segment, and once more if that is no use."""
        try:
            return await self._fetch(listed)
        except UpstreamError:
            await self._pause()
        return await self._fetch(listed)

    async def _fetch(self, listed: ListedSegment) -> Media:
        silence = max(_LEAST_SILENCE, float(self.target))
        bounds = Bounds(size=MAX_SEGMENT_BYTES, total=_SEGMENT_TARGETS * silence, silence=silence)
        answer = await self._downloader.get(listed.url, bounds)
        media = await work_on(answer.body, partial(self._read, answer.body))
        self._check_length(media, listed.duration)
        return media

    def _check_length(self, media: Media, duration: float) -> None:
        """Refuse a segment that ends too soon, though between two packets. Raises UpstreamError."""
        if media.info is None:
            return
        missing = duration - media.info.longest
        if missing < _SHORT_SECONDS or missing < (1 - _SHORT) * duration:
            self._position.short = 0
        elif self._position.short < _MOST_SHORT:
            self._position.short += 1
            raise UpstreamError(Reason.CORRUPT, f"A segment lacks {missing:.1f} s of its end.")

    async def _pause(self) -> None:
        await asyncio.sleep(min(_LONGEST_PAUSE, self.target / 4))
