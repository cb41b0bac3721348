"""Recordings for players."""

from abc import ABC
import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
import re
from typing import Final, NamedTuple, override

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.recording.holding import Holding, file_playlist
from ..engine.downlink.recording.journal import number_of, playlist
from ..engine.downlink.recording.model import Recording
from ..engine.downlink.recording.xtream import extension
from ..engine.downlink.relay.hls import MIME_TYPE
from ..recording.disk import DiskError
from ..recording.manager import Recordings, async_recordings
from ..storage.credentials import CredentialStore
from .base import TokenView, unavailable
from .context import ViewContext
from .guest import Guest
from .notice import TS_TYPE
from .parts import Part, send_batches, send_parts
from .paths import (
    recording_path,
    recording_segment_path,
    watch_recording_path,
    watch_recording_segment_path,
)

_NO_STORE: Final = {hdrs.CACHE_CONTROL: "no-store"}
_NAME: Final = re.compile(r"([0-9]{1,9})(?:\.(m3u8|mp4|m4a|ts))?", re.ASCII)
_SEGMENT: Final = re.compile(r"([0-9]{1,9})/([0-9]{6})\.ts", re.ASCII)
_LOOK_SECONDS: Final = 2.0
"""How often somebody who has all that was recorded so far looks for more."""
_SILENT_SECONDS: Final = 60.0
"""When nothing has come for so long, a player does better to ask again."""
_TYPES: Final = {"mp4": "video/mp4", "m4a": "audio/mp4", "ts": TS_TYPE}


class Asker(NamedTuple):
    """Who asks for a recording, and whether that may go on."""

    context: ViewContext
    guest: Guest
    may_go_on: Callable[[], bool]

    @property
    def request(self) -> web.Request:
        """What is asked for."""
        return self.guest.request

    @property
    def recordings(self) -> Recordings | None:
        """The recordings, unless none are made here, or none are for who asks."""
        recordings = async_recordings(self.context.hass)
        is_for_it = self.guest.offer.owner.sees_recordings
        return recordings if recordings and recordings.is_on and is_for_it else None

    @property
    def items(self) -> Iterator[Recording]:
        """Yield the recordings of the channels that who asks may see."""
        owner, recordings = self.guest.offer.owner, self.recordings
        return (
            (one for one in recordings.items if owner.may_see_of(one.channel, one.programme))
            if recordings
            else iter(())
        )

    def find(self, number: str) -> Recording | None:
        """Return the recording of that number, if there is something to play of it."""
        recordings, owner = self.recordings, self.guest.offer.owner
        found = recordings.find(int(number)) if recordings else None
        if found is None or not found.has_picture:
            return None
        return found if owner.may_see_of(found.channel, found.programme) else None

    async def holding(self, recording: Recording) -> Holding | None:
        """Return what is there of a recording. Raises DiskError."""
        recordings = self.recordings
        if recordings is None:
            return None
        return await self.context.shelf.async_holding(recordings, recording)

    def answer(self, outcome: Outcome) -> None:
        """Add the request to the log of clients."""
        self.guest.record(RequestKind.STREAM, outcome)

    def missing(self, why: str) -> web.Response:
        """Answer that it is not there, and why."""
        self.answer(Outcome.NOT_FOUND)
        return web.Response(status=HTTPStatus.NOT_FOUND, text=f"{why}\n", headers=_NO_STORE)

    def not_now(self) -> web.Response:
        """Answer that nothing may be watched at this hour."""
        self.answer(Outcome.NOT_FOUND)
        text = "Not at this hour.\n"
        return web.Response(status=HTTPStatus.FORBIDDEN, text=text, headers=_NO_STORE)

    async def send(
        self, holding: Holding, parts: list[Part], kind: str, etag: str = ""
    ) -> web.StreamResponse:
        """Answer with parts of what is there of a recording."""
        self.answer(Outcome.OK)
        return await send_parts(
            self.request,
            self.context.shelf.disk,
            parts,
            kind,
            etag=etag,
            may_go_on=partial(self.may_take, holding),
        )

    def may_take(self, holding: Holding) -> bool:
        """Whether a piece of a recording may be sent; its file waits for who plays its track."""
        if not holding.is_file and (recordings := self.recordings):
            recordings.async_note_played(holding.recording.identity)
        return self.may_go_on()

    def playlist(self, body: bytes) -> web.Response:
        """Answer with an HLS playlist."""
        self.answer(Outcome.OK)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: MIME_TYPE, **_NO_STORE})


async def serve_recording(asker: Asker, name: str) -> web.StreamResponse:
    """Answer with a recording: a number and ``.m3u8``, the ending of its file, or nothing."""
    if not asker.guest.is_open:
        return asker.not_now()
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
        return await send_holding(asker, holding, whole)
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
    if not asker.guest.is_open:
        return asker.not_now()
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
            parts = [Part(holding.path / segment, 0, entry.size)]
            return await asker.send(holding, parts, TS_TYPE)
    return asker.missing("There is no such segment.")


async def send_holding(asker: Asker, holding: Holding, chosen: slice) -> web.StreamResponse:
    """Answer with the entries as one file: with the head before them, where they have one."""
    entries = holding.entries[chosen]
    if not holding.is_file:
        parts = [Part(holding.path / entry.name, 0, entry.size) for entry in entries]
        return await asker.send(holding, parts, TS_TYPE)
    kind = _TYPES.get(extension(holding.recording), "application/octet-stream")
    if len(entries) == len(holding.entries):
        etag = f'"{holding.recording.identity}-{holding.size}"'
        return await asker.send(holding, [Part(holding.path, 0, holding.size)], kind, etag)
    first = holding.offsets[chosen.start]
    size = sum(entry.size for entry in entries)
    parts = [Part(holding.path, 0, holding.head), Part(holding.path, first, size)]
    return await asker.send(holding, parts, kind)


async def send_growing(
    asker: Asker, holding: Holding, first: int, stop: datetime
) -> web.StreamResponse:
    """Answer with the segments from one on of what is still recorded, and with those that come.

    It is over with what was on before `stop`, or with the recording.
    """
    asker.answer(Outcome.OK)
    chosen = replace(holding, entries=holding.entries[first:])
    return await send_batches(
        asker.request,
        asker.context.shelf.disk,
        _growth(asker, chosen, stop),
        TS_TYPE,
        may_go_on=partial(asker.may_take, holding),
    )


async def _growth(asker: Asker, holding: Holding, stop: datetime) -> AsyncGenerator[Sequence[Part]]:
    """Yield what is there of a recording, and what comes. Raises as `_later`."""
    while holding.entries:
        entries = [entry for entry in holding.entries if entry.start < stop]
        yield [Part(holding.path / entry.name, 0, entry.size) for entry in entries]
        if holding.is_over or holding.entries[-1].stop >= stop:
            return
        holding = await _later(asker, holding)


async def _later(asker: Asker, holding: Holding) -> Holding:
    """Wait for what comes after the last segment; nothing comes when the recording is over.

    Raises TimeoutError when who asks may not go on, and when there will be nothing for it: the
    recording is deleted or a file, or nobody knows; and DiskError.
    """
    known, last = holding.recording, number_of(holding.entries[-1])
    async with asyncio.timeout(_SILENT_SECONDS):
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if asker.context.hass.is_stopping or not asker.may_go_on():
                raise TimeoutError
            recordings = asker.recordings
            if recordings is None:
                # A reload takes a moment.
                continue
            now = recordings.get(known.identity)
            if now is None or now.file:
                raise TimeoutError
            if now == known:
                # Each segment changes its size: the disk need not be asked all the time.
                continue
            known = now
            found = await asker.holding(now)
            if found is None:
                raise TimeoutError
            entries = tuple(entry for entry in found.entries if number_of(entry) > last)
            if entries or found.is_over:
                return replace(found, entries=entries)


class RecordingView(TokenView):
    """A recording: ``12.mp4``, ``12.m3u8``."""

    url = recording_path("{feed_token}", "{name}")
    name = "toonami_downlink:recording"
    kind = RequestKind.STREAM

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        return await serve_recording(self.asker(guest), guest.request.match_info["name"])

    def asker(self, guest: Guest) -> Asker:
        """Return who asks, as long as the secret in the path is right."""
        return Asker(self._context, guest, guest.is_right)


class RecordingSegmentView(RecordingView):
    """A segment of a recording that is not finished: ``12/000001.ts``."""

    url = recording_segment_path("{feed_token}", "{number}", "{name}")
    name = "toonami_downlink:recording_segment"

    @override
    async def serve(self, guest: Guest) -> web.StreamResponse:
        match = guest.request.match_info
        name = f"{match['number']}/{match['name']}"
        return await serve_recording_segment(self.asker(guest), name)


class _WatchTokenView(RecordingView, ABC):
    """A view below the token of a user of Home Assistant."""

    @override
    def find(self, credentials: CredentialStore, token: str) -> str | None:
        return credentials.find_watch_token(token, dt_util.utcnow())

    @override
    def asker(self, guest: Guest) -> Asker:
        credentials = guest.coordinator.credentials
        token = guest.request.match_info["feed_token"]

        def may_go_on() -> bool:
            return self.find(credentials, token) == guest.identity and guest.is_right()

        return Asker(self._context, guest, may_go_on)


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
    WatchRecordingView,
    WatchRecordingSegmentView,
)
