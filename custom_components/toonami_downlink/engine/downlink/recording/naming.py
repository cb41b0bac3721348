"""What a recording's files are called, so that media servers sort them by themselves.

``Show/Season 01/Show S01E02 Title.mp4``, with the day where there is no number, and
``Film (1997)/Film (1997).mp4``. Sources of the rules:
https://jellyfin.org/docs/general/server/media/shows/, https://kodi.wiki/view/Naming_video_files,
https://support.plex.tv/articles/naming-and-organizing-your-tv-show-files/ and, for what file
systems refuse, https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
"""

from datetime import datetime, tzinfo
from pathlib import PurePosixPath
import re
from typing import Final
import unicodedata
from xml.etree import ElementTree as ET

from ..models import Programme, Role
from ..text import FORBIDDEN
from .model import Recording

MAX_PART_BYTES: Final = 255
"""Of a folder's or a file's name, with the extension, in UTF-8: what ext4 takes."""
MAX_PATH_CHARS: Final = 240
"""Of the path below the recordings' folder, in UTF-16 as Windows counts (260 for all of it)."""
_ROOM: Final = len("-poster.jpeg") + len(" (99)")
"""For what is beside the file, and for a second one of the same name."""
_SHOW_CHARS, _SHOW_BYTES = 80, 120
"""Of a show's name, which is in the path twice."""
_INSTEAD: Final = {
    ":": " -",
    "/": "-",
    "\\": "-",
    "|": "-",
    '"': "'",
    "<": "",
    ">": "",
    "?": "",
    "*": "",
}
_LAST_NUMBER: Final = 9999
"""Of an episode; what has more digits is no number."""
_LIKE_NUMBERS: Final = re.compile(r"(?i)(?<=e)(?=[0-9])|(?<=ep)(?=[0-9])|(?<=ep_)(?=[0-9])")
"""Inside ``Route66`` and ``EP12``, which Jellyfin takes for episodes before it looks for a day.

Source: the order of ``EpisodeExpressions`` in its ``Emby.Naming/Common/NamingOptions.cs``.
"""
_REFUSED: Final = re.compile(r'[:/\\|"<>?*]')
_RESERVED: Final = re.compile(
    r"^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])(?= *(?:\.|$))",
    re.IGNORECASE,
)
_HIDDEN_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Controls, marks of direction and width, surrogates, what is no character: no name shows them."""


def file_name(recording: Recording, zone: tzinfo, extension: str) -> PurePosixPath:
    """Return the path of a recording's file below the recordings' folder.

    `zone` is the house's, for the day; `extension` has no dot. Two recordings may have the same
    name: whoever writes the file appends `` (2)``.
    """
    programme = recording.programme
    show = _cut(_clean(programme.title), _SHOW_CHARS, _SHOW_BYTES)
    show = show or f"Recording {recording.number}"
    if is_film(programme):
        year = f" ({programme.year})" if programme.year else ""
        name = f"{show.removesuffix(year)}{year}"
        return PurePosixPath(name, f"{name}.{extension}")
    folder = PurePosixPath(show)
    title = _clean(programme.episode_title or "")
    if numbers := _numbers(programme):
        season, episode = numbers
        folder /= f"Season {season:02}"
        name = f"{show} S{season:02}E{episode:02}"
    else:
        local = recording.start.astimezone(zone)
        name = f"{show} {local:%Y-%m-%d}"
        title = _LIKE_NUMBERS.sub(" ", title) or _time(local)
    room = _ROOM + len(f".{extension}".encode())
    chars = MAX_PATH_CHARS - room - _units(f"{folder}/{name} ")
    title = _cut(title, chars, MAX_PART_BYTES - room - len(f"{name} ".encode()))
    return folder / f"{f'{name} {title}'.rstrip()}.{extension}"


def picture_name(
    recording: Recording, file: PurePosixPath, extension: str = "jpg"
) -> PurePosixPath:
    """Return the path of the picture beside a recording's file, as Kodi and Jellyfin name it."""
    kind = "poster" if is_film(recording.programme) else "thumb"
    return file.with_name(f"{file.stem}-{kind}.{extension}")


def nfo_name(file: PurePosixPath) -> PurePosixPath:
    """Return the path of what is known of a recording (`nfo`), beside its file."""
    return file.with_name(f"{file.stem}.nfo")


def nfo(recording: Recording) -> bytes:
    """Return what is known of a recording, in the XML that Kodi and Jellyfin read beside a file.

    Source: https://kodi.wiki/view/NFO_files
    """
    one = recording.programme
    film, numbers = is_film(one), _numbers(one)
    root = ET.Element("movie" if film else "episodedetails")
    values: list[tuple[str, object]] = [
        ("title", one.title if film else one.episode_title or one.title),
        ("showtitle", None if film else one.title),
        *(zip(("season", "episode"), numbers, strict=True) if numbers else ()),
        ("plot", one.description),
        ("mpaa", one.rating),
        ("year", one.year if film else None),
        ("premiered" if film else "aired", _day(one.first_shown)),
        *(("genre", category) for category in one.categories),
        *(("director", each.name) for each in one.credits if each.role is Role.DIRECTOR),
        *(("credits", each.name) for each in one.credits if each.role is Role.WRITER),
    ]
    for name, value in values:
        if value is not None:
            ET.SubElement(root, name).text = _text(str(value))
    for each in one.credits:
        if each.role in {Role.ACTOR, Role.GUEST}:
            ET.SubElement(ET.SubElement(root, "actor"), "name").text = _text(each.name)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def is_film(programme: Programme) -> bool:
    """Whether it is to be sorted among films: it is called one, and has no number."""
    return programme.is_movie and programme.episode is None


def _numbers(programme: Programme) -> tuple[int, int] | None:
    """Return season and episode; what is counted over the whole series is in the first season."""
    season, episode = programme.season or 1, programme.episode
    if episode is None or max(season, episode) > _LAST_NUMBER:
        return None
    return season, episode


def _day(day: str | None) -> str | None:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None


def _text(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _time(local: datetime) -> str:
    """Return the time of day, with the offset where a clock that goes back shows it twice."""
    is_twice = local.utcoffset() != local.replace(fold=not local.fold).utcoffset()
    return f"{local:%H-%M %z}" if is_twice else f"{local:%H-%M}"


def _clean(text: str) -> str:
    """Return a text as a part of a name that every file system and share takes."""
    shown = (char for char in " ".join(text.split()) if not _is_hidden(char))
    text = unicodedata.normalize("NFC", "".join(shown))
    text = _REFUSED.sub(lambda match: _INSTEAD[match[0]], text)
    text = " ".join(text.split()).lstrip(". ").rstrip(". ")
    return _RESERVED.sub(lambda match: f"{match[0]}_", text)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN_KINDS


def _cut(text: str, chars: int, size: int) -> str:
    """Cut a text to so many UTF-16 units and bytes of UTF-8, and no letter from its accents."""
    kept = text
    while kept and (_is_over(kept, chars, size) or _goes_on(text[len(kept) :])):
        kept = kept[:-1]
    return kept.rstrip(". ")


def _is_over(text: str, chars: int, size: int) -> bool:
    return _units(text) > chars or len(text.encode()) > size


def _goes_on(rest: str) -> bool:
    return bool(rest) and unicodedata.combining(rest[0]) > 0


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
