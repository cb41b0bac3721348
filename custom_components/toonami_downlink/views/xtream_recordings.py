"""Recordings in the Xtream Codes API: films, series, and what was on."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, override

from aiohttp import web

from ..engine.downlink.client_log import RequestKind
from ..engine.downlink.formats.timeshift import read_length, read_start
from ..engine.downlink.models import Programme
from ..engine.downlink.timeline import on_air
from .past import Addresses, Asked, serve_past
from .recordings import Asker, serve_recording, serve_recording_segment
from .xtream import Call, FormView, LiveView, XtreamView

_ENDINGS: Final = ("m3u8", "ts")
_MINUTE: Final = timedelta(minutes=1)
_start = attrgetter("start")


def asker_of(call: Call) -> Asker:
    """Return who asks, as long as the login is right."""
    return Asker(call.context, call.guest, call.guest.is_right)


class FilmView(LiveView):
    """A recording, by its number and an ending."""

    path = "/movie/{user}/{password}/{name}"

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await serve_recording(asker_of(call), call.parameters["name"])


class FilmSegmentView(LiveView):
    """A segment of a recording that is not finished."""

    path = "/movie/{user}/{password}/{number}/{segment}"

    @override
    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        match = request.match_info
        name = f"{match['number']}/{match['segment']}"
        return {"username": match["user"], "password": match["password"], "name": name}

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await serve_recording_segment(asker_of(call), call.parameters["name"])


class EpisodeView(FilmView):
    """The same for players that take it for an episode."""

    path = "/series/{user}/{password}/{name}"


class EpisodeSegmentView(FilmSegmentView):
    """A segment of that."""

    path = "/series/{user}/{password}/{number}/{segment}"


async def _past(view: XtreamView, call: Call) -> web.StreamResponse:
    asker = asker_of(call)
    name, _, ending = call.parameters.get("stream", "").partition(".")
    channel = call.guest.channel(int(name)) if _is_number(name) else None
    start = read_start(call.parameters.get("start", "").strip())
    minutes = call.parameters.get("duration", "").strip()
    length = read_length(minutes, lambda count: timedelta(minutes=count))
    if channel is None or start is None or length is None:
        return asker.missing("There is no such channel, or no such time.")
    guide = call.guest.offer.feed.guide.get(channel.key, ())
    start = _meant(guide, start)
    length = _with_its_end(guide, start, length)
    if not ending:
        ending = call.parameters.get("extension", "").lower()
    asked = Asked(start, length, ending if ending in _ENDINGS else "ts")
    login = f"{call.parameters['username']}/{call.parameters['password']}"
    again = f"{minutes}/{int(start.timestamp())}/{channel.number}.m3u8"
    addresses = Addresses(
        recording=lambda name: f"{view.prefix}/movie/{login}/{name}",
        live=lambda name: f"{view.prefix}/live/{login}/{name}",
        again=f"{view.prefix}/timeshift/{login}/{again}",
    )
    return await serve_past(asker, channel, asked, addresses)


class PastView(LiveView):
    """What was on: minutes, start and channel in the path."""

    path = "/timeshift/{user}/{password}/{minutes}/{start}/{name}"

    @override
    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        match = request.match_info
        return {
            "username": match["user"],
            "password": match["password"],
            "duration": match["minutes"],
            "start": match["start"],
            "stream": match["name"],
        }

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await _past(self, call)


class PastFormView(FormView):
    """The same in a query or a form."""

    path = "/streaming/timeshift.php"
    kind = RequestKind.STREAM

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await _past(self, call)


def _meant(guide: Sequence[Programme], start: datetime) -> datetime:
    """Return when what begins in that minute begins, if it is a whole one; else the time itself.

    Players ask for a programme by the minute that it begins in, and it begins at any second. What
    is on when the minute begins is the programme before it.
    """
    place = bisect_left(guide, start, key=_start)
    begin = guide[place].start if place < len(guide) else start
    return begin if not start.second and begin - start < _MINUTE else start


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


XTREAM_RECORDING_VIEWS: Final = (
    FilmView,
    FilmSegmentView,
    EpisodeView,
    EpisodeSegmentView,
    PastView,
    PastFormView,
)


def _with_its_end(guide: Sequence[Programme], start: datetime, length: timedelta) -> timedelta:
    """Return the length of the programme that begins then, if only its last seconds are left out.

    Players ask for whole minutes, and some of them round down.
    """
    one = on_air(guide, start)
    if one and one.start == start and start + length < one.stop < start + length + _MINUTE:
        return one.stop - start
    return length
