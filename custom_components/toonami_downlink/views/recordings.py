"""Recordings for players, and what was on a channel: catch-up."""

from abc import ABC
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
import re
from typing import Final, NamedTuple, override

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.formats.timeshift import read_length, read_start
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Publication
from ..engine.downlink.recording.archive import find_recordings
from ..engine.downlink.recording.holding import Holding, file_playlist
from ..engine.downlink.recording.journal import playlist
from ..engine.downlink.recording.model import Recording
from ..engine.downlink.recording.xtream import extension
from ..engine.downlink.relay.hls import MIME_TYPE
from ..recording.disk import DiskError
from ..recording.manager import Recordings, async_recordings
from ..storage.credentials import CredentialStore
from .base import TokenView, is_kodi, record_request, unavailable
from .context import ViewContext
from .parts import Part, send_parts
from .paths import (
    recording_path,
    recording_segment_path,
    timeshift_path,
    watch_recording_path,
    watch_recording_segment_path,
)
from .stream import TS_TYPE

_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_NAME: Final = re.compile(r"([0-9]{1,9})(?:\.(m3u8|mp4|m4a|ts))?", re.ASCII)
_SEGMENT: Final = re.compile(r"([0-9]{1,9})/([0-9]{6})\.ts", re.ASCII)
_TYPES: Final = {"mp4": "video/mp4", "m4a": "audio/mp4", "ts": TS_TYPE}


class Asker(NamedTuple):
    """Who asks for a recording, and whether that may go on."""

    context: ViewContext
    request: web.Request
    coordinator: DownlinkCoordinator
    may_go_on: Callable[[], bool]

    @property
    def recordings(self) -> Recordings | None:
        """The recordings, unless none are made here."""
        recordings = async_recordings(self.context.hass)
        return recordings if recordings and recordings.is_on else None

    def find(self, number: str) -> Recording | None:
        """Return the recording of that number, if there is something to play of it."""
        recordings = self.recordings
        found = recordings.find(int(number)) if recordings else None
        return found if found and found.has_picture else None

    async def holding(self, recording: Recording) -> Holding | None:
        """Return what is there of a recording. Raises DiskError."""
        recordings = self.recordings
        if recordings is None:
            return None
        return await self.context.shelf.async_holding(recordings, recording)

    def answer(self, outcome: Outcome) -> None:
        """Add the request to the log of clients."""
        record_request(self.coordinator, self.request, RequestKind.STREAM, outcome)

    def missing(self, why: str) -> web.Response:
        """Answer that it is not there, and why."""
        self.answer(Outcome.NOT_FOUND)
        return web.Response(status=HTTPStatus.NOT_FOUND, text=f"{why}\n", headers=_NO_STORE)

    async def send(self, parts: list[Part], kind: str, etag: str = "") -> web.StreamResponse:
        """Answer with parts of files."""
        self.answer(Outcome.OK)
        return await send_parts(
            self.request,
            self.context.shelf.disk,
            parts,
            kind,
            etag=etag,
            may_go_on=self.may_go_on,
        )

    def playlist(self, body: bytes) -> web.Response:
        """Answer with an HLS playlist."""
        self.answer(Outcome.OK)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: MIME_TYPE, **_NO_STORE})


async def serve_recording(asker: Asker, name: str) -> web.StreamResponse:
    """Answer with a recording: a number and ``.m3u8``, the ending of its file, or nothing."""
    match = _NAME.fullmatch(name)
    recording = asker.find(match[1]) if match else None
    if match is None or recording is None:
        return asker.missing("There is no such recording.")
    try:
        holding = await asker.holding(recording)
    except DiskError:
        return unavailable()
    if holding is None:
        return asker.missing("The recording is not there any more.")
    whole = slice(len(holding.entries))
    if match[2] != "m3u8":
        return await _bytes(asker, holding, whole)
    if not holding.is_file:
        number = recording.number
        return asker.playlist(
            playlist(
                holding.entries,
                lambda entry: f"{number}/{entry.name}",
                is_over=holding.is_over,
            )
        )
    address = f"{recording.number}.{extension(recording)}"
    if not holding.entries:
        # It can only be played as a whole.
        raise web.HTTPFound(address)
    return asker.playlist(file_playlist(holding, whole, address))


async def serve_recording_segment(asker: Asker, name: str) -> web.StreamResponse:
    """Answer with a segment of a recording that is not finished: its number, a slash, a name."""
    match = _SEGMENT.fullmatch(name)
    recording = asker.find(match[1]) if match else None
    if match is None or recording is None:
        return asker.missing("There is no such recording.")
    try:
        holding = await asker.holding(recording)
    except DiskError:
        return unavailable()
    entries = holding.entries if holding and not holding.is_file else ()
    segment = f"{match[2]}.ts"
    for entry in entries:
        if holding and entry.name == segment:
            return await asker.send([Part(holding.path / segment, 0, entry.size)], TS_TYPE)
    return asker.missing("There is no such segment.")


async def serve_past(
    asker: Asker,
    publication: Publication,
    channel: Channel,
    asked: tuple[datetime, timedelta, str],
    address: Callable[[str], str],
) -> web.StreamResponse:
    """Answer with what was on a channel: from when, for how long, and ``m3u8`` or else bytes.

    `address` gives the one of a recording's file or segment, from its name. What is held may begin
    a segment earlier than asked.

    Kodi gets the bytes of a file in place of HLS: an ffmpeg from before 380a518c (November 2024),
    as Kodi 20 and 21 have it, plays nothing more once it was wound in HLS of an MP4. Source:
    https://github.com/mpv-player/mpv/issues/13211
    """
    start, length, ending = asked
    try:
        found = await _find(asker, publication, channel, start, length)
    except DiskError:
        return unavailable()
    if found is None:
        return asker.missing("Nothing of that time is held.")
    holding, chosen = found
    if ending != "m3u8" or (holding.is_file and is_kodi(asker.request)):
        return await _bytes(asker, holding, chosen)
    recording = holding.recording
    if holding.is_file:
        file = address(f"{recording.number}.{extension(recording)}")
        return asker.playlist(file_playlist(holding, chosen, file))
    return asker.playlist(
        playlist(
            holding.entries[chosen],
            lambda entry: address(f"{recording.number}/{entry.name}"),
            is_over=holding.is_over or chosen.stop < len(holding.entries),
        )
    )


async def _find(
    asker: Asker,
    publication: Publication,
    channel: Channel,
    start: datetime,
    length: timedelta,
) -> tuple[Holding, slice] | None:
    """Return what has that time, and which entries of it. Raises DiskError."""
    recordings = asker.recordings
    items = recordings.items if recordings else ()
    for found in find_recordings(items, publication.feed.guide, channel.key, start):
        at = start - found.earlier
        holding = await asker.holding(found.recording)
        if holding and holding.reaches(at):
            return holding, holding.between(at, at + length)
    return None


async def _bytes(asker: Asker, holding: Holding, chosen: slice) -> web.StreamResponse:
    """Answer with the entries as one file: with the head before them, where they have one."""
    entries = holding.entries[chosen]
    if not holding.is_file:
        parts = [Part(holding.path / entry.name, 0, entry.size) for entry in entries]
        return await asker.send(parts, TS_TYPE)
    kind = _TYPES.get(extension(holding.recording), "application/octet-stream")
    if len(entries) == len(holding.entries):
        etag = f'"{holding.recording.identity}-{holding.size}"'
        return await asker.send([Part(holding.path, 0, holding.size)], kind, etag)
    first = holding.offsets[chosen.start]
    size = sum(entry.size for entry in entries)
    parts = [Part(holding.path, 0, holding.head), Part(holding.path, first, size)]
    return await asker.send(parts, kind)


class RecordingView(TokenView):
    """A recording: ``12.mp4``, ``12.m3u8``."""

    url = recording_path("{feed_token}", "{name}")
    name = "toonami_downlink:recording"
    kind = RequestKind.STREAM

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        return await serve_recording(self.asker(request, coordinator), request.match_info["name"])

    def asker(self, request: web.Request, coordinator: DownlinkCoordinator) -> Asker:
        """Return who asks, as long as the secret in the path is right."""
        token = request.match_info["feed_token"]
        return Asker(
            self._context,
            request,
            coordinator,
            lambda: self.may_pass(coordinator.credentials, token),
        )


class RecordingSegmentView(RecordingView):
    """A segment of a recording that is not finished: ``12/000001.ts``."""

    url = recording_segment_path("{feed_token}", "{number}", "{name}")
    name = "toonami_downlink:recording_segment"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        match = request.match_info
        name = f"{match['number']}/{match['name']}"
        return await serve_recording_segment(self.asker(request, coordinator), name)


class TimeshiftView(RecordingView):
    """What was on a channel: ``1/1764190800/1800.m3u8`` with start and length in seconds."""

    url = timeshift_path("{feed_token}", "{number:[0-9]{1,9}}", "{start}", "{length}", "{ending}")
    name = "toonami_downlink:timeshift"

    @override
    async def serve(
        self, request: web.Request, coordinator: DownlinkCoordinator, publication: Publication
    ) -> web.StreamResponse:
        match = request.match_info
        asker = self.asker(request, coordinator)
        channel = publication.feed.channel(int(match["number"]))
        start = read_start(match["start"])
        length = read_length(match["length"], lambda count: timedelta(seconds=count))
        if channel is None or start is None or length is None:
            return asker.missing("There is no such channel, or no such time.")
        asked = start, length, match["ending"]
        return await serve_past(
            asker, publication, channel, asked, lambda name: f"../../../recordings/{name}"
        )


class _WatchTokenView(RecordingView, ABC):
    """A view below the token of a user of Home Assistant."""

    @override
    def may_pass(self, credentials: CredentialStore, token: str) -> bool:
        return credentials.watch_token_matches(token, dt_util.utcnow())


class WatchRecordingView(_WatchTokenView):
    """A recording for a user of Home Assistant."""

    url = watch_recording_path("{feed_token}", "{name}")
    name = "toonami_downlink:watch_recording"


class WatchRecordingSegmentView(_WatchTokenView, RecordingSegmentView):
    """A segment of that."""

    url = watch_recording_segment_path("{feed_token}", "{number}", "{name}")
    name = "toonami_downlink:watch_recording_segment"


RECORDING_VIEWS: Final = (
    RecordingView,
    RecordingSegmentView,
    TimeshiftView,
    WatchRecordingView,
    WatchRecordingSegmentView,
)
