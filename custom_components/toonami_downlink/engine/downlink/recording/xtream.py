"""Recordings as the Xtream Codes API has films and series; see `formats.xtream`.

A film is what the guide calls one; all else is an episode of a series. Films and episodes go by the
numbers of their recordings, and series by a number of their show.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
import hashlib
from itertools import groupby
from operator import attrgetter
from typing import Final, TypedDict

from ..formats.xtream import Category
from ..identity import show_key
from ..models import Programme
from .model import Recording

_CATEGORY: Final = "1"
_NAME: Final = "Recordings"
_NO_SEASON: Final = 1
"""What has no season is in the first one: players show nothing else."""

type Image = Callable[[Recording], str]
"""Gives the address of a recording's picture, or an empty text."""


class Film(TypedDict):
    """A recording in a list of films."""

    num: int
    name: str
    title: str
    year: str
    stream_type: str
    stream_id: int
    stream_icon: str
    rating: str
    rating_5based: float
    added: str
    is_adult: str
    category_id: str
    category_ids: list[int]
    container_extension: str
    custom_sid: str
    direct_source: str


class FilmInfo(TypedDict):
    """What is told of a film, or of an episode."""

    name: str
    movie_image: str
    cover_big: str
    backdrop_path: list[str]
    tmdb_id: str
    """Always empty. @iptv/xtream-api reads no film that is without this, or the one before."""
    plot: str
    description: str
    releasedate: str
    release_date: str
    genre: str
    cast: str
    director: str
    rating: str
    duration_secs: int
    duration: str
    season: int
    bitrate: int


class FilmData(TypedDict):
    """Where a film is."""

    stream_id: int
    name: str
    added: str
    category_id: str
    category_ids: list[int]
    container_extension: str
    custom_sid: str
    direct_source: str


class FilmAnswer(TypedDict):
    """The answer of ``get_vod_info``."""

    info: FilmInfo
    movie_data: FilmData


class Series(TypedDict):
    """A show in a list of series."""

    num: int
    name: str
    title: str
    year: str
    series_id: int
    cover: str
    plot: str
    cast: str
    director: str
    genre: str
    release_date: str
    releaseDate: str
    last_modified: str
    rating: str
    rating_5based: float
    backdrop_path: list[str]
    youtube_trailer: str
    episode_run_time: str
    category_id: str
    category_ids: list[int]


class Season(TypedDict):
    """A season of a show."""

    id: int
    season_number: int
    name: str
    air_date: str
    episode_count: int
    overview: str
    cover: str
    cover_big: str


class Episode(TypedDict):
    """A recording in a season."""

    id: str
    episode_num: int
    title: str
    container_extension: str
    info: FilmInfo
    custom_sid: str
    added: str
    season: int
    direct_source: str


class SeriesAnswer(TypedDict):
    """The answer of ``get_series_info``."""

    seasons: list[Season]
    info: Series
    episodes: dict[str, list[Episode]]
    """By the number of the season."""


def categories(recordings: Iterable[Recording]) -> list[Category]:
    """List the one group of recordings, unless there are none."""
    if not any(True for _ in recordings):
        return []
    return [Category(category_id=_CATEGORY, category_name=_NAME, parent_id=0)]


def is_film(recording: Recording) -> bool:
    """Whether it is listed as a film."""
    return recording.programme.is_movie


def series_id(recording: Recording) -> int:
    """Return the number of its show: the same wherever and whenever, of nine digits at most."""
    digest = hashlib.sha256(show_key(recording.programme.title).encode()).digest()
    return int.from_bytes(digest[:4]) % 999_999_999 + 1


def films(recordings: Iterable[Recording], image: Image) -> list[Film]:
    """List films, the newest first."""
    return [
        Film(
            num=number,
            name=_name(one.programme),
            title=one.programme.title,
            year=str(one.programme.year or ""),
            stream_type="movie",
            stream_id=one.number,
            stream_icon=image(one),
            rating=_rating(one.programme),
            rating_5based=round((one.programme.stars or 0.0) / 2, 1),
            added=_seconds(one.start),
            is_adult="0",
            category_id=_CATEGORY,
            category_ids=[int(_CATEGORY)],
            container_extension=extension(one),
            custom_sid="",
            direct_source="",
        )
        for number, one in enumerate(_newest_first(recordings), 1)
    ]


def film(recording: Recording, image: Image) -> FilmAnswer:
    """Tell of a film."""
    return FilmAnswer(
        info=_info(recording, image),
        movie_data=FilmData(
            stream_id=recording.number,
            name=_name(recording.programme),
            added=_seconds(recording.start),
            category_id=_CATEGORY,
            category_ids=[int(_CATEGORY)],
            container_extension=extension(recording),
            custom_sid="",
            direct_source="",
        ),
    )


def all_series(recordings: Iterable[Recording], image: Image) -> list[Series]:
    """List shows, the one with the newest recording first."""
    shows: dict[int, list[Recording]] = {}
    for one in _newest_first(recordings):
        shows.setdefault(series_id(one), []).append(one)
    return [_series(number, of_show, image) for number, of_show in enumerate(shows.values(), 1)]


def series(recordings: Sequence[Recording], image: Image) -> SeriesAnswer:
    """Tell of a show by all of its recordings, at least one."""
    seasons = _by_season(recordings)
    cover = _series(1, _newest_first(recordings), image)
    return SeriesAnswer(
        seasons=[
            Season(
                id=number,
                season_number=number,
                name=f"Season {number}",
                air_date="",
                episode_count=len(of_season),
                overview="",
                cover=cover["cover"],
                cover_big=cover["cover"],
            )
            for number, of_season in seasons.items()
        ],
        info=cover,
        episodes={
            str(number): [
                _episode(position, one, image) for position, one in enumerate(of_season, 1)
            ]
            for number, of_season in seasons.items()
        },
    )


def extension(recording: Recording) -> str:
    """Return how the address of a recording ends: what is not finished yet is HLS."""
    return recording.file.rpartition(".")[2] if recording.file else "m3u8"


def _series(number: int, recordings: Sequence[Recording], image: Image) -> Series:
    newest = recordings[0]
    programme = newest.programme
    first = _date(programme)
    return Series(
        num=number,
        name=programme.title,
        title=programme.title,
        year=first[:4],
        series_id=series_id(newest),
        cover=image(newest),
        plot="",
        cast="",
        director="",
        genre=_genre(programme),
        release_date=first,
        releaseDate=first,
        last_modified=_seconds(newest.start),
        rating=_rating(programme),
        rating_5based=round((programme.stars or 0.0) / 2, 1),
        backdrop_path=[],
        youtube_trailer="",
        episode_run_time="",
        category_id=_CATEGORY,
        category_ids=[int(_CATEGORY)],
    )


def _by_season(recordings: Iterable[Recording]) -> Mapping[int, list[Recording]]:
    def season(one: Recording) -> int:
        return one.programme.season or _NO_SEASON

    ordered = sorted(
        recordings, key=lambda one: (season(one), one.programme.episode or 0, one.start)
    )
    return {number: list(of_season) for number, of_season in groupby(ordered, season)}


def _episode(position: int, recording: Recording, image: Image) -> Episode:
    programme = recording.programme
    season = programme.season or _NO_SEASON
    return Episode(
        id=str(recording.number),
        episode_num=programme.episode or position,
        title=_name(programme),
        container_extension=extension(recording),
        info=_info(recording, image),
        custom_sid="",
        added=_seconds(recording.start),
        season=season,
        direct_source="",
    )


def _info(recording: Recording, image: Image) -> FilmInfo:
    programme = recording.programme
    seconds = max(0, int((recording.stop - recording.start - recording.missing).total_seconds()))
    picture, plot, date = image(recording), programme.description or "", _date(programme)
    return FilmInfo(
        name=_name(programme),
        movie_image=picture,
        cover_big=picture,
        backdrop_path=[],
        tmdb_id="",
        plot=plot,
        description=plot,
        releasedate=date,
        release_date=date,
        genre=_genre(programme),
        cast=_people(programme, "actor"),
        director=_people(programme, "director"),
        rating=_rating(programme),
        duration_secs=seconds,
        duration=f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
        season=programme.season or 0,
        bitrate=0,
    )


def _name(programme: Programme) -> str:
    parts = (programme.title, programme.episode_code, programme.episode_title)
    return " ".join(part for part in parts if part)


def _people(programme: Programme, role: str) -> str:
    return ", ".join(credit.name for credit in programme.credits if credit.role == role)


def _genre(programme: Programme) -> str:
    return ", ".join(programme.categories)


def _rating(programme: Programme) -> str:
    return "" if programme.stars is None else str(programme.stars)


def _date(programme: Programme) -> str:
    """Return when it was first shown, as far as is known: ``YYYY-MM-DD``, or the year."""
    text = programme.aired or ""
    return "-".join(part for part in (text[:4], text[4:6], text[6:8]) if part)


def _seconds(at: datetime) -> str:
    return str(int(at.astimezone(UTC).timestamp()))


def _newest_first(recordings: Iterable[Recording]) -> list[Recording]:
    return sorted(recordings, key=attrgetter("start", "number"), reverse=True)
