"""What was on a channel: catch-up, from recordings and from what is held for those who watch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import re
from typing import Final, NamedTuple, override

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..engine.downlink.client_log import RequestKind
from ..engine.downlink.formats.timeshift import read_length, read_start
from ..engine.downlink.models import Channel
from ..engine.downlink.recording.archive import find_recordings
from ..engine.downlink.recording.holding import Holding, file_playlist
from ..engine.downlink.recording.journal import playlist
from ..engine.downlink.recording.xtream import extension
from ..engine.downlink.relay.continuous import Span
from ..engine.downlink.relay.past import Past, first_of, render_master
from ..engine.downlink.relay.ring import NumberedSegment, Window
from ..recording.disk import DiskError
from ..streaming.manager import ViewerEndedError
from .base import is_kodi, unavailable
from .guest import Guest
from .paths import timeshift_path
from .recordings import Asker, RecordingView, send_growing, send_holding
from .stream import ended, transport_stream

_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_PLACE: Final = re.compile(r"([0-9]{1,12})-([0-9]{1,12})", re.ASCII)
"""Where in what is held somebody began, and when that was, in seconds since 1970."""
_NEW_SECONDS: Final = 3
"""So soon after that, a player does not know yet what there is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: from when, for how long, and in which form."""

    start: datetime
    length: timedelta
    ending: str
    """``m3u8`` for a playlist; anything else for bytes."""

    @property
    def stop(self) -> datetime:
        """When it ends."""
        return self.start + min(self.length, _END_OF_TIME - self.start)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where players find what a playlist names."""

    recording: Callable[[str], str]
    """Of a recording's file or segment, from its name."""
    live: Callable[[str], str]
    """Of a channel's segment, from its name."""
    again: str
    """Of the playlist of what was asked for, without a query."""


class Kept(NamedTuple):
    """What a recording has of the time that somebody asks for."""

    holding: Holding
    chosen: slice
    """Which entries: none of a file that has none."""
    stop: datetime
    """When the time is over, as the recording's channel had it."""
    is_programme: bool
    """Whether the time begins in what was to be recorded, and not in the padding."""

    @property
    def is_growing(self) -> bool:
        """Whether more of the time may come."""
        entries = self.holding.entries
        is_last = not self.holding.is_over and self.chosen.stop == len(entries)
        return is_last and entries[-1].stop < self.stop


async def serve_past(
    asker: Asker,
    channel: Channel,
    asked: Asked,
    addresses: Addresses,
) -> web.StreamResponse:
    """Answer with what was on a channel. It may begin a segment earlier than asked.

    Recordings come first, because they stay; but their padding comes last, because it ends before
    what was on then does. Nothing is fetched for it: what is held of a channel is held for those
    who watch it. It ends where something begins that is not for who asks.
    """
    if not asker.guest.is_open:
        return asker.not_now()
    stop = asker.guest.offer.allowed_until(channel.key, asked.start, asked.stop)
    if stop is None:
        return asker.missing("What was on then is not for this device.")
    asked = replace(asked, length=stop - asked.start)
    place = _PLACE.fullmatch(asker.request.query.get("place", ""))
    if place and asked.ending == "m3u8":
        return await _go_on(asker, channel, asked, addresses, (int(place[1]), int(place[2])))
    is_silent = False
    kept = None
    try:
        kept = await _find(asker, channel, asked)
    except DiskError:
        is_silent = True
    if kept and kept.is_programme:
        return await _send_recorded(asker, asked, addresses, kept)
    window = asker.guest.coordinator.streams.async_window(channel)
    first = first_of(window, asked.start) if window else None
    if window and first is not None:
        return await _begin(asker, channel, asked, addresses, (window, first))
    if kept:
        return await _send_recorded(asker, asked, addresses, kept)
    if is_silent:
        return unavailable()
    return asker.missing("Nothing of that time is held.")


async def _find(asker: Asker, channel: Channel, asked: Asked) -> Kept | None:
    """Return what is recorded of that time. Raises DiskError."""
    guide = asker.guest.offer.feed.guide
    for found in find_recordings(asker.items, guide, channel.key, asked.start):
        at, stop = asked.start - found.earlier, asked.stop - found.earlier
        holding = await asker.holding(found.recording)
        if holding and holding.reaches(at):
            chosen = holding.between(at, stop)
            # It may begin only after what was asked for is over.
            if chosen.stop or not holding.entries:
                return Kept(holding, chosen, stop, found.is_programme(asked.start))
    return None


async def _send_recorded(
    asker: Asker, asked: Asked, addresses: Addresses, kept: Kept
) -> web.StreamResponse:
    """Answer with a part of a recording, or with all of a file that has no parts.

    Kodi gets the bytes of a file in place of HLS: an ffmpeg from before 380a518c (November 2024),
    as Kodi 20 and 21 have it, plays nothing more once it was wound in HLS of an MP4. Source:
    https://github.com/mpv-player/mpv/issues/13211
    """
    holding, chosen = kept.holding, kept.chosen
    if asked.ending != "m3u8" or (holding.is_file and is_kodi(asker.request)):
        if kept.is_growing:
            return await send_growing(asker, holding, chosen.start, kept.stop)
        return await send_holding(asker, holding, chosen)
    recording = holding.recording
    if holding.is_file:
        file = addresses.recording(f"{recording.number}.{extension(recording)}")
        if not holding.entries:
            # It can only be played as a whole.
            raise web.HTTPFound(file)
        return asker.playlist(file_playlist(holding, chosen, file))
    return asker.playlist(
        playlist(
            holding.entries[chosen],
            lambda entry: addresses.recording(f"{recording.number}/{entry.name}"),
            is_over=holding.is_over or chosen.stop < len(holding.entries),
        )
    )


async def _begin(
    asker: Asker, channel: Channel, asked: Asked, addresses: Addresses, at: tuple[Window, int]
) -> web.StreamResponse:
    """Answer with what is held of a channel from a segment on: bytes, or where its playlist is.

    That has an address of its own, because only so it is known where the player began, when that
    segment has gone.
    """
    if not asker.may_go_on():
        # The disk was asked before, and may have taken its time.
        return ended()
    window, first = at
    if asked.ending == "m3u8":
        place = f"{first}-{int(dt_util.utcnow().timestamp())}"
        return asker.playlist(render_master(window, f"{addresses.again}?place={place}"))
    return await transport_stream(
        asker.guest,
        channel,
        RequestKind.STREAM,
        span=Span(first, asked.stop),
    )


async def _go_on(
    asker: Asker, channel: Channel, asked: Asked, addresses: Addresses, place: tuple[int, int]
) -> web.StreamResponse:
    """Answer with the playlist of what is held of a channel from a segment on."""
    streams = asker.guest.coordinator.streams
    window = streams.async_window(channel)
    past = Past.of(window, place[0], asked.stop) if window else None
    if past is None:
        return asker.missing("Nothing of that time is held any more.")
    if asker.request.method == hdrs.METH_HEAD:
        return asker.playlist(b"")
    try:
        viewer = await streams.async_touch(channel, asker.guest.watcher)
    except ViewerEndedError:
        return ended()
    viewer.span = Span(place[0], asked.stop)

    def address(numbered: NumberedSegment) -> str:
        return addresses.live(f"{channel.number}/{numbered.sequence}.ts")

    passed = dt_util.utcnow().timestamp() - place[1]
    body = past.render(address, is_new=0 <= passed < _NEW_SECONDS)
    viewer.sent += len(body)
    return asker.playlist(body)


class TimeshiftView(RecordingView):
    """What was on a channel: ``1/1764190800/1800.m3u8`` with start and length in seconds."""

    url = timeshift_path("{feed_token}", "{number:[0-9]{1,9}}", "{start}", "{length}", "{ending}")
    name = "toonami_downlink:timeshift"

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        match = guest.request.match_info
        asker = self.asker(guest)
        channel = guest.channel(int(match["number"]))
        start = read_start(match["start"])
        length = read_length(match["length"], lambda count: timedelta(seconds=count))
        if channel is None or start is None or length is None:
            return asker.missing("There is no such channel, or no such time.")
        addresses = Addresses(
            recording=lambda name: f"../../../recordings/{name}",
            live=lambda name: f"../../../stream/{name}",
            again=f"{match['length']}.m3u8",
        )
        asked = Asked(start, length, match["ending"])
        return await serve_past(asker, channel, asked, addresses)
