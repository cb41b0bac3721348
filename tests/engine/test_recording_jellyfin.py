"""What Jellyfin makes of the names of recordings, by the rules that it goes by itself.

It tries one expression after the other and takes what the first one finds, so that a word in a
title may be taken for a number. Sources: https://jellyfin.org/docs/general/server/media/shows/ and
…/movies/; jellyfin/jellyfin, Emby.Naming/Common/NamingOptions.cs (which expressions there are, and
their order), TV/EpisodePathParser.cs (what counts as found), TV/SeasonPathParser.cs (folders) and
Video/CleanDateTimeParser.cs (years of films).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from downlink.models import MOVIE, Programme
from downlink.recording.by_hand import new
from downlink.recording.naming import file_name

from .announcing import airing
from .samples import MINUTE

START = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
"""Where it is still the day before."""
DAY = date(2026, 11, 26)
_APART = r"[\[\] ._-]*"
NUMBERED = (
    # Of an episode: S01E02 with next to nothing in between.
    re.compile(rf"(?i)s(?P<season>\d+){_APART}e(?P<episode>\d+)[^/]*$"),
    # ep01, E01 before a dot: neither says which season.
    re.compile(r"(?i)[._ -]ep_?(?P<episode>\d+)[^/]*$"),
    re.compile(r"(?i)e(?P<episode>\d+)\.[^/]*$"),
)
DATED = (
    re.compile(r"(?P<year>\d{4})[._ -](?P<month>\d\d)[._ -](?P<day>\d\d)"),
    re.compile(r"(?P<day>\d\d)[._ -](?P<month>\d\d)[._ -](?P<year>\d{4})"),
)
SEASON_FOLDER = re.compile(r"(?i)season\D*(\d+)$")
YEAR = re.compile(
    r"(?P<name>.+[^_,.()\[\]-])[ _.()\[\]-]+(?P<year>(?:19|20)\d\d)(?!\d|\W\d\d\W\d\d)"
)
FALSE_SEASONS = (*range(200, 1928), *range(2501, 10_000))
"""What it refuses as the number of a season; it then tries the next expression."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What Jellyfin knows of an episode after it has read its path."""

    show: str
    season: int | None = None
    episode: int | None = None
    day: date | None = None
    folder: int | None = None
    """The season that its folder says."""


def read_episode(path: PurePosixPath) -> Read:
    """Go through the expressions that come before and at the dates, in their order."""
    show, *season = path.parts[:-1]
    folder = SEASON_FOLDER.search(season[0]) if season else None
    number = int(folder[1]) if folder else None
    for expression in NUMBERED:
        found = expression.search(path.name)
        values = {key: int(value) for key, value in found.groupdict().items()} if found else {}
        if found and values.get("season") not in FALSE_SEASONS:
            counted = values.get("season"), values["episode"]
            return Read(show=show, folder=number, season=counted[0], episode=counted[1])
    for expression in DATED:
        # It looks for dates in the whole path, folders and all.
        if found := expression.search(str(path).replace("_", "-")):
            parts = {key: int(value) for key, value in found.groupdict().items()}
            return Read(show=show, folder=number, day=date(**parts))
    return Read(show=show, folder=number)


def read_film(path: PurePosixPath) -> tuple[str, int | None]:
    """Return name and year, which are those of the folder: one film in each."""
    folder, file = path.parts
    assert PurePosixPath(file).stem == folder
    found = YEAR.match(folder)
    return (found["name"].strip(), int(found["year"])) if found else (folder, None)


def named(start: datetime = START, **values: Any) -> PurePosixPath:
    shown = Programme(start=start, stop=start + 30 * MINUTE, **{"title": "Trigun", **values})
    one = airing(0)._replace(start=shown.start, stop=shown.stop, programme=shown)
    return file_name(new(one, 7, START, replaces=None), NEW_YORK, "mp4")


def episode(season: int, number: int, show: str = "Trigun") -> Read:
    return Read(show=show, season=season, episode=number, folder=season)


EPISODES: list[tuple[dict[str, Any], Read]] = [
    ({"season": 1, "episode": 2}, episode(1, 2)),
    ({"episode": 5}, episode(1, 5)),
    ({"season": 12, "episode": 345}, episode(12, 345)),
    ({"season": 1, "episode": 9999}, episode(1, 9999)),
    ({"season": 1940, "episode": 1, "title": "Tom & Jerry"}, episode(1940, 1, "Tom & Jerry")),
    ({"season": 3, "episode": 4, "title": "24"}, episode(3, 4, "24")),
    ({"season": 1, "episode": 1, "title": "Mob Psycho 100"}, episode(1, 1, "Mob Psycho 100")),
    ({"season": 2, "episode": 7, "title": "Eureka Seven E7"}, episode(2, 7, "Eureka Seven E7")),
    ({"season": 2, "episode": 7, "episode_title": "1999-12-31"}, episode(2, 7)),
    ({"season": 2, "episode": 7, "episode_title": "The 2nd: part 3"}, episode(2, 7)),
    ({"season": 2, "episode": 7, "episode_title": "1920x1080"}, episode(2, 7)),
    ({"season": 2, "episode": 7, "episode_title": "Ep 12. E12.5"}, episode(2, 7)),
    ({"season": 2, "episode": 7, "episode_title": "Episodes 3-4"}, episode(2, 7)),
    ({"season": 1, "episode": 1, "title": "Season Hunters"}, episode(1, 1, "Season Hunters")),
    ({}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "Fifth Moon"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "Episode 3"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "01-02-2003"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "Felix at 10.30 and 11-45"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "2 x 4"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "Route66"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "The EP12"}, Read(show="Trigun", day=DAY)),
    ({"episode_title": "ep_1 and e2.5"}, Read(show="Trigun", day=DAY)),
    ({"season": 4, "episode_title": "No number"}, Read(show="Trigun", day=DAY)),
    ({"title": "Area 51", "episode_title": "The One"}, Read(show="Area 51", day=DAY)),
    ({"title": "91 Days"}, Read(show="91 Days", day=DAY)),
    ({"episode": 10_000}, Read(show="Trigun", day=DAY)),
]


@pytest.mark.parametrize(("values", "read"), EPISODES)
def test_episodes(values: dict[str, Any], read: Read) -> None:
    assert read_episode(named(**values)) == read


def test_two_of_a_night_have_names_of_their_own() -> None:
    """Where the clock goes back there are two of them, at the same time of the same day."""
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    names = [named(first), named(first + timedelta(hours=1))]
    assert names[0] != names[1]
    assert {read_episode(name).day for name in names} == {date(2026, 11, 1)}


@pytest.mark.parametrize(
    ("values", "name", "year"),
    [
        ({"title": "Akira", "aired": "1988"}, "Akira", 1988),
        ({"title": "Akira (1988)", "aired": "19880716"}, "Akira", 1988),
        ({"title": "1941", "aired": "1979"}, "1941", 1979),
        ({"title": "2001: A Space Odyssey", "aired": "1968"}, "2001 - A Space Odyssey", 1968),
        ({"title": "Blade Runner: 2049", "aired": "2017"}, "Blade Runner - 2049", 2017),
        ({"title": "Fate/stay night", "aired": "2010"}, "Fate-stay night", 2010),
        ({"title": "Akira"}, "Akira", None),
        ({"title": "Nausicaä"}, "Nausicaä", None),
    ],
)
def test_films(values: dict[str, Any], name: str, year: int | None) -> None:
    assert read_film(named(categories=(MOVIE,), **values)) == (name, year)
