"""What recorders and players make of a programme: their rules of reading, one function for each.

The open ones from their source, the closed ones from what their users report. Each takes a
``<programme>`` and says what that program would.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Final
from xml.etree.ElementTree import Element

type Numbers = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a program shows of a programme, and bases its recordings on."""

    is_new: bool = False
    """Whether it has a mark that says new, or is recorded by a rule for new ones only."""
    is_premiere: bool = False
    is_series: bool = False
    """Whether it can be recorded as a series."""
    is_film: bool = False
    season: int | None = None
    episode: int | None = None
    title: str | None = None
    """The episode's."""
    first_shown: str | None = None
    """The day, as ``YYYY-MM-DD``."""


def jellyfin(programme: Element) -> Seen:
    """Jellyfin 10.10 and its web client.

    Sources: https://github.com/jellyfin/Jellyfin.XmlTv/blob/bd06b567/src/Jellyfin.XmlTv/XmlTvReader.cs,
    https://github.com/jellyfin/jellyfin/blob/92de5d55/src/Jellyfin.LiveTv/Listings/XmlTvListingsProvider.cs,
    https://github.com/jellyfin/jellyfin-web/blob/09ac7015/src/components/mediainfo/usePrimaryMediaInfo.tsx
    """
    is_film = "movie" in _categories(programme)
    season, episode = _xmltv_ns(programme)
    is_series = episode is not None and not is_film
    shown = [_padded(start) for start in _shown(programme)]
    began = programme.get("start", "")[:14]
    is_repeat = any(start != began for start in shown) and programme.find("new") is None
    is_premiere = programme.find("premiere") is not None
    return Seen(
        is_new=is_series and not is_repeat and not is_premiere,
        is_premiere=is_premiere,
        is_series=is_series,
        is_film=is_film,
        season=season,
        episode=None if is_film else episode,
        title=None if is_film else programme.findtext("sub-title"),
        first_shown=next((_day(start) for start in shown if start), None),
    )


def kodi(programme: Element) -> Seen:
    """Kodi with its IPTV Simple Client; it does not know what was shown before.

    Sources: https://github.com/kodi-pvr/pvr.iptvsimple/blob/05985603/src/iptvsimple/data/EpgEntry.cpp,
    https://github.com/xbmc/xbmc/blob/master/xbmc/pvr/epg/EpgInfoTag.cpp
    """
    date = programme.findtext("date", "")
    aired = _day(date) if re.fullmatch("[1-9][0-9]{7}", date) else None
    season, episode = _xmltv_ns(programme)
    if season is episode is None:
        season, episode = _onscreen(programme)
    began = _day(programme.get("start", ""))
    return Seen(
        is_new=programme.find("new") is not None or aired == began,
        is_premiere=programme.find("premiere") is not None,
        is_series=season is not None or episode is not None,
        season=season,
        episode=episode,
        title=programme.findtext("sub-title"),
        first_shown=aired,
    )


def plex(programme: Element) -> Seen:
    """Plex, as its users report it.

    New without ``<previously-shown>``: https://github.com/cvarelaruiz/owi2plex/issues/1,
    https://github.com/markcs/xml_tv/issues/1 and https://github.com/xteve-project/xTeVe/issues/386,
    and never with it: https://github.com/mar-mei/guide2go/issues/15. A film without a number and
    the category: https://github.com/wouterdebie/locast2dvr/issues/16. A time in the day of the
    first showing becomes the episode: https://github.com/markcs/xml_tv/issues/19.
    """
    season, episode = _xmltv_ns(programme)
    if season is episode is None:
        season, episode = _onscreen(programme)
    day = next(_numbers(programme, "original-air-date"), None)
    if day and len(day) > len("YYYY-MM-DD"):
        season, episode = None, int(day[5:7] + day[8:10])
    categories = _categories(programme)
    is_numbered = season is not None or episode is not None
    is_film = "movie" in categories or not (is_numbered or "series" in categories)
    is_first = not list(_shown(programme))
    return Seen(
        is_new=is_first,
        is_premiere=is_first and programme.find("premiere") is not None,
        is_series=not is_film,
        is_film=is_film,
        season=season,
        episode=episode,
        title=programme.findtext("sub-title"),
        first_shown=day,
    )


def nextpvr(programme: Element) -> Seen:
    """NextPVR, as its users report it.

    New without ``<previously-shown>``: https://github.com/jef/zap2xml/issues/47; a rule for new
    ones goes by ``<new>``: https://github.com/IncubusVictim/HDHomeRunEPG-to-XmlTv/issues/7. Numbers
    in ``xmltv_ns`` alone: https://github.com/jef/zap2xml/issues/58.
    """
    season, episode = _xmltv_ns(programme)
    is_new = programme.find("new") is not None
    return Seen(
        is_new=is_new or not list(_shown(programme)),
        is_series=episode is not None,
        is_film="movie" in _categories(programme),
        season=season,
        episode=episode,
        title=programme.findtext("sub-title"),
    )


def tvheadend(programme: Element) -> Seen:
    """tvheadend: a recording rule for new ones leaves out repeats; a premiere is new.

    Source: https://github.com/tvheadend/tvheadend/blob/75c2b30a/src/epggrab/module/xmltv.c
    """
    season, episode = _xmltv_ns(programme)
    shown = list(_shown(programme))
    is_marked = any(programme.find(tag) is not None for tag in ("new", "premiere"))
    return Seen(
        is_new=is_marked and not shown,
        is_series=episode is not None,
        season=season,
        episode=episode,
        title=programme.findtext("sub-title"),
        first_shown=next((_day(_padded(start)) for start in shown if start), None),
    )


ALL: Final[Mapping[str, Callable[[Element], Seen]]] = {
    one.__name__: one for one in (jellyfin, kodi, plex, nextpvr, tvheadend)
}


def _categories(programme: Element) -> set[str]:
    return {(one.text or "").casefold() for one in programme.iter("category")}


def _shown(programme: Element) -> Iterator[str]:
    """When it was shown before, as it is written there; empty where nobody says when."""
    return (one.get("start", "") for one in programme.iter("previously-shown"))


def _numbers(programme: Element, system: str) -> Iterator[str]:
    return (one.text or "" for one in programme.iter("episode-num") if one.get("system") == system)


def _xmltv_ns(programme: Element) -> Numbers:
    """The two numbers, each plus one; a part, that Kodi would take for the episode, is refused."""
    for text in _numbers(programme, "xmltv_ns"):
        season, episode, part = text.split(".")
        assert not part
        return _after(season), _after(episode)
    return None, None


def _after(number: str) -> int | None:
    return int(number) + 1 if number else None


def _onscreen(programme: Element) -> Numbers:
    for text in _numbers(programme, "onscreen"):
        if match := re.fullmatch(r"(?:S(\d+))?(?:E(\d+))?", text):
            season, episode = (int(number) if number else None for number in match.groups())
            return season, episode
    return None, None


def _padded(time: str) -> str:
    """A time of which the end is missing, as these programs complete it: with the earliest."""
    return time + "20000101000000"[len(time) :] if time else ""


def _day(time: str) -> str:
    return f"{time[:4]}-{time[4:6]}-{time[6:8]}"
