"""Names of recordings: media servers sort them, and every file system and share takes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
import re
from typing import Any
import unicodedata
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
from lxml import etree
import pytest

from downlink.models import MOVIE, SERIES, Credit, Programme, Role
from downlink.recording import xtream
from downlink.recording.by_hand import new
from downlink.recording.matching import is_definite
from downlink.recording.model import Recording
from downlink.recording.naming import (
    MAX_PART_BYTES,
    MAX_PATH_CHARS,
    file_name,
    nfo,
    nfo_name,
    picture_name,
)

from .announcing import airing
from .samples import FULL, MINUTE
from .strategies import programmes

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
"""On the day before in New York, at 21:30."""


def of(start: datetime = START, **values: Any) -> Recording:
    shown = Programme(start=start, stop=start + 30 * MINUTE, **{"title": "Trigun", **values})
    return new(
        airing(0)._replace(start=shown.start, stop=shown.stop, programme=shown),
        7,
        START,
        replaces=None,
    )


def named(start: datetime = START, **values: Any) -> str:
    return str(file_name(of(start, **values), NEW_YORK, "mp4"))


MOVIES: dict[str, Any] = {"categories": (MOVIE,)}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (
            {"season": 1, "episode": 2, "episode_title": "Truth of Mistake"},
            "Trigun/Season 01/Trigun S01E02 Truth of Mistake.mp4",
        ),
        ({"season": 12, "episode": 345}, "Trigun/Season 12/Trigun S12E345.mp4"),
        ({"episode": 5}, "Trigun/Season 01/Trigun S01E05.mp4"),
        ({"episode": 5, **MOVIES}, "Trigun/Season 01/Trigun S01E05.mp4"),
        ({"episode": 9999}, "Trigun/Season 01/Trigun S01E9999.mp4"),
        ({"episode": 10_000}, "Trigun/Trigun 2026-11-26 21-30.mp4"),
        ({"episode": 1, "season": 10_000}, "Trigun/Trigun 2026-11-26 21-30.mp4"),
        ({"episode_title": "The Hero"}, "Trigun/Trigun 2026-11-26 The Hero.mp4"),
        ({"season": 2, "episode_title": "???"}, "Trigun/Trigun 2026-11-26 21-30.mp4"),
        ({"title": "Akira", "aired": "1988", **MOVIES}, "Akira (1988)/Akira (1988).mp4"),
        ({"title": "Akira (1988)", "aired": "19880716", **MOVIES}, "Akira (1988)/Akira (1988).mp4"),
        ({"title": "Akira", **MOVIES}, "Akira/Akira.mp4"),
    ],
)
def test_name(values: dict[str, Any], name: str) -> None:
    assert named(**values) == name


@pytest.mark.parametrize("spelled", ["Movie", "movie", "MOVIE"])
def test_a_film_in_whichever_case(spelled: str) -> None:
    made = of(title="Akira", aired="1988", categories=("Animation", spelled))
    assert str(file_name(made, NEW_YORK, "mp4")) == "Akira (1988)/Akira (1988).mp4"
    # It is the same on another night, and no series to players either.
    assert is_definite(made.programme)
    assert xtream.is_film(made)


def test_hour_that_is_there_twice() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK).astimezone(UTC)
    assert [named(first + n * timedelta(minutes=60)) for n in (-1, 0, 1, 2)] == [
        "Trigun/Trigun 2026-11-01 00-30.mp4",
        "Trigun/Trigun 2026-11-01 01-30 -0400.mp4",
        "Trigun/Trigun 2026-11-01 01-30 -0500.mp4",
        "Trigun/Trigun 2026-11-01 02-30.mp4",
    ]


def test_what_is_beside_it() -> None:
    one = of(episode=2, episode_title="1.5")
    file = file_name(one, UTC, "mp4")
    folder = "Trigun/Season 01/Trigun S01E02 1.5"
    assert str(picture_name(one, file)) == f"{folder}-thumb.jpg"
    assert str(picture_name(one, file, "png")) == f"{folder}-thumb.png"
    assert str(nfo_name(file)) == f"{folder}.nfo"
    film = of(title="Akira", **MOVIES)
    assert str(picture_name(film, file_name(film, UTC, "ts"))) == "Akira/Akira-poster.jpg"


# What file systems refuse


@pytest.mark.parametrize(
    ("title", "folder"),
    [
        ("..", "Recording 7"),
        ("", "Recording 7"),
        (" . ", "Recording 7"),
        ("\u202e\u200b", "Recording 7"),
        ("???", "Recording 7"),
        (".hack//SIGN", "hack--SIGN"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\Windows", "C --Windows"),
        ("Fate/Zero", "Fate-Zero"),
        ("Trigun: Badlands Rumble", "Trigun - Badlands Rumble"),
        ('"Ed", <Edd> | Eddy*?', "'Ed', Edd - Eddy"),
        ("CON", "CON_"),
        ("nul", "nul_"),
        ("Aux.the.cat", "Aux_.the.cat"),
        ("COM\u00b9", "COM\u00b9_"),
        ("lpt9 .x", "lpt9_ .x"),
        ("CONIN$", "CONIN$_"),
        ("Console", "Console"),
        ("Conan", "Conan"),
        ("COM10", "COM10"),
        ("Mr. T.", "Mr. T"),
        ("Trigun . . ", "Trigun"),
        ("Ed\u202egp4.exe", "Edgp4.exe"),
        ("a\tb\nc\x00d\x7fe\u2028f", "a b cde f"),
        ("Poke\u0301mon", "Pok\u00e9mon"),
        ("\ud800x", "x"),
        ("x" * 500, "x" * 80),
        ("\N{GRINNING FACE}" * 200, "\N{GRINNING FACE}" * 30),
        ("a" * 79 + "e\u0323\u0302\u0331", "a" * 79),
        ("a" * 79 + ". b", "a" * 79),
    ],
)
def test_folder(title: str, folder: str) -> None:
    assert named(title=title, episode=1).split("/")[0] == folder
    assert named(title=title, **MOVIES).split("/")[0] == folder


RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{n}" for name in ("com", "lpt") for n in range(10)),
}


def is_usable(part: str) -> bool:
    """Whether Windows, SMB, exFAT and ext4 take a name, by a rule of its own."""
    return (
        0 < len(part.encode()) <= 255
        and not set(part) & set('<>:"/\\|?*')
        and not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in part)
        and part[0] not in ". "
        and part[-1] not in ". "
        and part.split(".", maxsplit=1)[0].strip().casefold() not in RESERVED
        and part == unicodedata.normalize("NFC", part)
    )


titles = st.text(max_size=500) | st.sampled_from(
    [
        "\ufdfa" * 500,
        "\N{GRINNING FACE}" * 300,
        "a\u0301" * 250,
        "\u0301" * 400,
        "x" * 500,
        "CON",
        ".",
    ]
)


@given(programmes(), titles, titles, st.none() | st.integers(1, 9999))
def test_every_name_is_usable(
    shown: Programme, title: str, episode: str, number: int | None
) -> None:
    one = of(
        title=title,
        episode_title=episode,
        episode=number,
        season=number,
        categories=shown.categories,
        aired=shown.aired,
    )
    file = file_name(one, NEW_YORK, "mp4")
    for path in (file, picture_name(one, file, "jpeg"), nfo_name(file)):
        second = path.with_name(f"{path.stem} (99){path.suffix}")
        for each in (path, second):
            assert all(map(is_usable, each.parts)), each
            assert len(str(each).encode("utf-16-le")) // 2 <= MAX_PATH_CHARS
            assert not each.is_absolute()


def test_longest_names() -> None:
    """They are as long as they may be, less what may be added, and can be made."""
    name = PurePosixPath(named(title="x" * 500, episode_title="y" * 500, episode=1))
    assert len(str(name)) == MAX_PATH_CHARS - len("-poster.jpeg (99)")
    wide = PurePosixPath(named(title="\uff58" * 500, episode_title="\uff59" * 500, episode=1))
    assert MAX_PART_BYTES - 19 <= len(wide.name.encode()) <= MAX_PART_BYTES - 17


def test_names_can_be_made(tmp_path: Path) -> None:
    for title in ("CON", "\uff58" * 500, "..", "a:b"):
        file = tmp_path / named(title=title, episode=1, episode_title=title)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"")
        assert file.resolve().is_relative_to(tmp_path)


# What media servers read

SHOW, SEASON, EPISODE, DAY = "show", "season", "episode", "day"


def jellyfin(path: str) -> dict[str, str]:
    """As https://jellyfin.org/docs/general/server/media/shows/ and …/movies/ say.

    The folder is the show, "Season NN" the season, the file has S01E02; or a day in the name.
    """
    *folders, file = path.split("/")
    found = {SHOW: folders[0]}
    if match := re.search(r"(?i)\bS(\d{1,4})E(\d{1,4})\b", file):
        found |= {SEASON: match[1], EPISODE: match[2]}
        assert re.fullmatch(rf"(?i)Season 0*{int(match[1])}", folders[1])
    elif match := re.search(r"\b(\d{4})[-._ ](\d{2})[-._ ](\d{2})\b", file):
        found[DAY] = "-".join(match.groups())
    return found


def plex(path: str) -> dict[str, str]:
    """As "Naming and organizing your TV show files" says: show in folder and file, then sXXeYY."""
    match = re.fullmatch(
        r"(?i)(?P<show>[^/]+)/(?:Season \d+/)?(?P=show) (?:- )?"
        r"(?:s(?P<season>\d+)e(?P<episode>\d+)|(?P<day>\d{4}[-. ]\d\d[-. ]\d\d))(?: [^/]*)?\.\w+",
        path,
    )
    assert match
    return {key: value for key, value in match.groupdict().items() if value}


def kodi(path: str) -> dict[str, str]:
    """As https://kodi.wiki/view/Naming_video_files/Episodes and advancedsettings.xml say."""
    show, *_, file = path.split("/")
    if match := re.search(r"(?i)s([0-9]+)[ ._x-]*e([0-9]+)(?:(?:[a-i]|\.[1-9])(?![0-9]))?", file):
        return {SHOW: show, SEASON: match[1], EPISODE: match[2]}
    match = re.search(r"([0-9]{4})[\.-]([0-9]{2})[\.-]([0-9]{2})", file)
    assert match
    return {SHOW: show, DAY: "-".join(match.groups())}


@pytest.mark.parametrize("server", [jellyfin, plex, kodi])
@pytest.mark.parametrize(
    ("values", "read"),
    [
        ({"season": 1, "episode": 2}, {SHOW: "Trigun", SEASON: "01", EPISODE: "02"}),
        (
            {"season": 12, "episode": 110, "episode_title": "The 2nd: part 3"},
            {SHOW: "Trigun", SEASON: "12", EPISODE: "110"},
        ),
        (
            {"title": "Mobile Suit: Gundam 00", "episode": 25},
            {SHOW: "Mobile Suit - Gundam 00", SEASON: "01", EPISODE: "25"},
        ),
        (
            {"title": "24", "season": 3, "episode": 4, "episode_title": "1999-12-31"},
            {SHOW: "24", SEASON: "03", EPISODE: "04"},
        ),
        ({}, {SHOW: "Trigun", DAY: "2026-11-26"}),
        ({"episode_title": "Fifth Moon"}, {SHOW: "Trigun", DAY: "2026-11-26"}),
        ({"title": "Rocko's Modern Life"}, {SHOW: "Rocko's Modern Life", DAY: "2026-11-26"}),
    ],
)
def test_media_servers_read_episodes(
    server: Callable[[str], dict[str, str]], values: dict[str, Any], read: dict[str, str]
) -> None:
    assert server(named(**values)) == read


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ({"title": "Akira", "aired": "1988"}, ("Akira", "1988")),
        ({"title": "Blade Runner: 2049", "aired": "2017"}, ("Blade Runner - 2049", "2017")),
        ({"title": "1941", "aired": "1979"}, ("1941", "1979")),
        ({"title": "Akira"}, ("Akira", None)),
    ],
)
def test_media_servers_read_films(values: dict[str, Any], read: tuple[str, str | None]) -> None:
    """Jellyfin, Plex and Kodi alike: ``Name (Year)/Name (Year).ext``."""
    match = re.fullmatch(
        r"(?P<all>(?P<name>[^/]+?)(?: \((?P<year>[0-9]{4})\))?)/(?P=all)\.mp4",
        named(**values, **MOVIES),
    )
    assert match
    assert match.group("name", "year") == read


# What is known of it


def test_nfo_of_an_episode() -> None:
    one = replace(of(), programme=replace(FULL, first_shown="19400210"))
    root = etree.fromstring(nfo(one))
    assert root.tag == "episodedetails"
    assert [(each.tag, each.text) for each in root if each.tag != "actor"] == [
        ("title", "Puss Gets the Boot"),
        ("showtitle", 'Tom & Jerry <"1940">'),
        ("season", "2"),
        ("episode", "5"),
        ("plot", "A cat.\n\nA mouse."),
        ("mpaa", "TV-Y7"),
        ("aired", "1940-02-10"),
        ("genre", "Animation"),
        ("genre", "Series"),
        ("director", "William Hanna"),
    ]
    assert [each.findtext("name") for each in root.iter("actor")] == ["Clarence Nash", "Joe & Co"]


def test_nfo_of_a_film_and_of_what_nothing_is_known() -> None:
    film = of(title="Akira", aired="1988", credits=(Credit(Role.WRITER, "K. Otomo"),), **MOVIES)
    found = [(each.tag, each.text) for each in etree.fromstring(nfo(film))]
    assert found == [
        ("title", "Akira"),
        ("year", "1988"),
        ("genre", "Movie"),
        ("credits", "K. Otomo"),
    ]
    bare = etree.fromstring(nfo(of(categories=(SERIES,))))
    assert [each.tag for each in bare] == ["title", "showtitle", "genre"]


@given(programmes(), st.text())
def test_nfo_is_xml_whatever_is_in_it(shown: Programme, text: str) -> None:
    one = replace(of(), programme=replace(shown, title=text, description=text))
    root = etree.fromstring(nfo(one))
    assert root.findtext("plot") is not None
