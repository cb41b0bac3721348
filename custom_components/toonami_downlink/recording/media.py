"""Recordings in the media browser: a folder for each show, the newest first."""

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Final

from homeassistant.components.media_player import MediaClass, MediaType
from homeassistant.components.media_source import BrowseMediaSource
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.identity import show_key
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.recording.model import Recording
from ..engine.downlink.recording.xtream import extension, series_id
from ..refreshing.texts import text
from .manager import async_recordings

FOLDER: Final = "recordings"
"""The identifier of the folder of shows; that of a show has its number behind a slash, and that of
a further page the number of the page behind another one."""
ITEM: Final = "recording"
"""The same for a recording, with its number."""
PAGE: Final = 100
"""Items in a folder: the front end shows them all at once."""
_NEWEST: Final = attrgetter("start", "number")
_TYPES: Final = {"mp4": "video/mp4", "m4a": "audio/mp4", "ts": "video/mp2t"}
_HLS: Final = "application/vnd.apple.mpegurl"


def playable(hass: HomeAssistant) -> tuple[Recording, ...]:
    """Return what can be played, the newest first; nothing while the option is off."""
    recordings = async_recordings(hass)
    if recordings is None or not recordings.is_on:
        return ()
    held = (one for one in recordings.items if one.has_picture)
    return tuple(sorted(held, key=_NEWEST, reverse=True))


def media_type(recording: Recording) -> str:
    """Return what it is played as; what is not finished is HLS."""
    return _TYPES.get(extension(recording), _HLS)


def find(hass: HomeAssistant, identifier: str) -> Recording | None:
    """Return the recording that an identifier names."""
    kind, _, number = identifier.partition("/")
    if kind != ITEM or not _is_number(number):
        return None
    return next((one for one in playable(hass) if one.number == int(number)), None)


class Shows:
    """The folders, at one moment."""

    def __init__(self, hass: HomeAssistant, clock: str) -> None:
        """Write times in a format of `strftime`."""
        self._hass = hass
        self._clock = clock
        self._all = playable(hass)

    def folder(self) -> BrowseMediaSource | None:
        """Return the folder of shows, still closed; None when there is nothing in it."""
        return self._shows(0, is_open=False) if self._all else None

    def browse(self, identifier: str) -> BrowseMediaSource | None:
        """Return the folder or the recording of an identifier; None for what is not there."""
        kind, *numbers = identifier.split("/")
        if not all(map(_is_number, numbers)):
            return None
        match kind, [int(number) for number in numbers]:
            case "recording", [number]:
                return next((self._item(one) for one in self._all if one.number == number), None)
            case "recordings", [] | [0]:
                return self._shows(0)
            case "recordings", [0, page]:
                return self._shows(page)
            case "recordings", [show, *pages] if len(pages) < 2:
                return self._show(show, *pages)
        return None

    def search(self, wanted: str) -> Iterator[BrowseMediaSource]:
        """Yield the recordings that have that folded text in their titles, `PAGE` at most."""
        found = (one for one in self._all if wanted in _titles(one))
        yield from map(self._item, islice(found, PAGE))

    def _shows(self, page: int, *, is_open: bool = True) -> BrowseMediaSource:
        newest: dict[int, Recording] = {}
        for one in self._all:
            newest.setdefault(series_id(one), one)
        identities = list(newest)
        children = [
            self._directory(
                f"{FOLDER}/{show}", newest[show].programme.title, _picture(newest[show])
            )
            for show in identities[page * PAGE : (page + 1) * PAGE]
        ]
        title = text(self._hass, "common.media_recordings")
        suffix = f"/0/{page}" if page else ""
        rest = len(identities) > (page + 1) * PAGE
        more = [self._more(f"{FOLDER}/0/{page + 1}")] if rest else []
        return self._directory(
            f"{FOLDER}{suffix}", title, None, [*children, *more] if is_open else None
        )

    def _show(self, show: int, page: int = 0) -> BrowseMediaSource | None:
        of_show = [one for one in self._all if series_id(one) == show]
        shown = of_show[page * PAGE : (page + 1) * PAGE]
        if not shown:
            return None
        rest = len(of_show) > (page + 1) * PAGE
        more = [self._more(f"{FOLDER}/{show}/{page + 1}")] if rest else []
        children = [*(self._item(one) for one in shown), *more]
        suffix = f"/{page}" if page else ""
        return self._directory(
            f"{FOLDER}/{show}{suffix}",
            of_show[0].programme.title,
            _picture(of_show[0]),
            children,
        )

    def _more(self, identifier: str) -> BrowseMediaSource:
        return self._directory(identifier, text(self._hass, "common.media_more"), None)

    def _item(self, one: Recording) -> BrowseMediaSource:
        programme = one.programme
        parts = (programme.title, programme.episode_code, programme.episode_title)
        at = dt_util.as_local(one.start)
        when = f"{at:%Y-%m-%d} {at.strftime(self._clock).removeprefix('0')}"
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=f"{ITEM}/{one.number}",
            media_class=MediaClass.VIDEO,
            media_content_type=media_type(one),
            title=f"{' '.join(part for part in parts if part)} · {when}",
            can_play=True,
            can_expand=False,
            thumbnail=_picture(one),
        )

    @staticmethod
    def _directory(
        identifier: str,
        title: str,
        picture: str | None,
        children: Sequence[BrowseMediaSource] | None = None,
    ) -> BrowseMediaSource:
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=identifier,
            media_class=MediaClass.DIRECTORY,
            media_content_type=MediaType.VIDEO,
            title=title,
            can_play=False,
            can_expand=True,
            thumbnail=picture,
            children=children,
            children_media_class=MediaClass.VIDEO,
        )


def _titles(one: Recording) -> str:
    """Return what a recording is called, folded as what is looked for."""
    return show_key(one.programme.title) + show_key(one.programme.episode_title or "")


def _picture(one: Recording) -> str:
    return one.programme.image or logo_path(one.channel)


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 11
