"""Read the details of a title from ``/mediaInfo``, cleaned of IMDb's boilerplate.

Source for the keys and the dirt: upstream.md 1.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import re
from typing import Any, Final

from ..boilerplate import is_no_name, is_no_picture, is_no_plot, is_no_title
from ..models import Credit, Role
from .dates import read_date, read_year
from .fields import Fields, Ignored, whole

_MAX_CREDITS: Final = 12
_GENRES: Final = {
    **dict.fromkeys(
        [
            "Action",
            "Adventure",
            "Animation",
            "Biography",
            "Comedy",
            "Crime",
            "Documentary",
            "Drama",
            "Family",
            "Fantasy",
            "History",
            "Horror",
            "Music",
            "Musical",
            "Mystery",
            "News",
            "Romance",
            "Short",
            "Sport",
            "Thriller",
            "War",
            "Western",
        ]
    ),
    "FilmNoir": "Film Noir",
    "GameShow": "Game Show",
    "RealityTV": "Reality TV",
    "SciFi": "Sci-Fi",
    "TalkShow": "Talk Show",
}
"""All genres of IMDb as upstream writes them, and how people do where that is different."""
_STRAY_GENRE: Final = "Certificate"
"""Begins a genre that has the age rating in front of it: ``CertificateTVYFVAnimation``."""
_CUT: Final = re.compile(r"(?<!\s)\s*+\.\.\.\s*+(?:see full summary\W*)?$", re.IGNORECASE)
_RATINGS: Final = {
    **dict.fromkeys(["TV-Y", "TV-Y7", "TV-Y7-FV", "TV-G", "TV-PG", "TV-14", "TV-MA"], "VCHIP"),
    **dict.fromkeys(["G", "PG", "PG-13", "R", "NC-17"], "MPAA"),
}
"""All age ratings of a country, the United States, and who gives them."""
_MOST_STARS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeDetail:
    """One episode of a series."""

    season: int
    number: int
    title: str | None
    description: str | None
    aired: str | None
    image: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A title: a series or a film."""

    names: tuple[str, ...]
    """What it is called, and what else."""
    is_series: bool | None
    description: str | None
    year: str | None
    rating: str | None
    rating_system: str | None
    """Whose rating that is."""
    stars: float | None
    genres: tuple[str, ...]
    credits: tuple[Credit, ...]
    image: str | None
    episode: EpisodeDetail | None


_KEYS: Final = [
    "aka",
    "contentRating",
    "creators",
    "episode",
    "genres",
    "image",
    "name",
    "productionCo",
    "rating",
    "release",
    "releaseDate",
    "series",
    "storyline",
    "summary",
]


def essence_of_detail(answer: Any) -> Any:
    """Return an answer with no more in it than `detail_of` reads."""
    return {key: answer[key] for key in _KEYS if key in answer}


def detail_of(answer: Any, ignored: Ignored) -> Detail | None:
    """Return what an answer says; None when it has no name."""
    fields = whole(answer, ignored)
    name = fields.text("name")
    if name is None:
        return None
    stars = fields.decimal("rating")
    rating = _rating(fields.text("contentRating"))
    return Detail(
        names=tuple(filter(None, (name, fields.text("aka")))),
        is_series=fields.flag("series"),
        description=_plot(fields, "summary") or _plot(fields, "storyline"),
        year=read_year(fields.text("release") or fields.text("releaseDate")),
        rating=rating,
        rating_system=_RATINGS[rating] if rating else None,
        stars=round(stars, 1) if stars and stars <= _MOST_STARS else None,
        genres=tuple(dict.fromkeys(_genres(fields))),
        credits=tuple(dict.fromkeys(_credits(fields)))[:_MAX_CREDITS],
        image=_image(fields),
        episode=_episode(fields.child("episode")),
    )


def _episode(fields: Fields) -> EpisodeDetail | None:
    season, number = fields.number("season"), fields.number("epNum")
    if not season or not number:
        return None
    title = fields.text("name")
    return EpisodeDetail(
        season=season,
        number=number,
        title=title if title and not is_no_title(title) else None,
        description=_plot(fields, "summary"),
        aired=read_date(fields.text("airDate")),
        image=_image(fields),
    )


def _plot(fields: Fields, key: str) -> str | None:
    text = fields.prose(key)
    if text is None or is_no_plot(text):
        return None
    return _CUT.sub("…", text)


def _rating(text: str | None) -> str | None:
    return text if text and text in _RATINGS else None


def _image(fields: Fields) -> str | None:
    image = fields.address("image") if fields.data.get("image") else None
    return image if image and not is_no_picture(image) else None


def _genres(fields: Fields) -> Iterator[str]:
    for text in fields.texts("genres"):
        genre = text
        if text.startswith(_STRAY_GENRE):
            genre = next((genre for genre in _GENRES if text.endswith(genre)), "")
        if genre in _GENRES:
            yield _GENRES[genre] or genre


def _credits(fields: Fields) -> Iterator[Credit]:
    # Upstream mixes creators, writers and actors; the Go CLI calls them all writers.
    for key, role in (("creators", Role.WRITER), ("productionCo", Role.PRODUCER)):
        for name in fields.texts(key):
            if not is_no_name(name):
                yield Credit(role, name)
