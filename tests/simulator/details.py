"""Invented answers of ``/mediaInfo``, with the dirt of the film database they imitate."""

from datetime import date, timedelta
from random import Random
from typing import Final, TypedDict

from .catalogue import BY_TITLE, Show

_HEROES: Final = ("Ranger", "Courier", "Captain", "Twin", "Mechanic", "Stowaway", "Rival")
_THINGS: Final = ("Lighthouse", "Reactor", "Mirror", "Lantern", "Tide", "Arcade", "Orchard")
_MOODS: Final = ("Silent", "Crooked", "Borrowed", "Eleventh", "Paper", "Runaway", "Glass")
_PLOTS: Final = (
    "The {hero} must cross the {mood} quarter before the {thing} goes dark.",
    "A broken {thing} strands everybody overnight. The {hero} learns who cut the cable & why.",
    "Nobody believes in the {mood} {thing} until it answers back.",
    'The {hero} enters a contest under the name "{thing}", with predictable results.',
)
NO_PLOT: Final = "Know what this is about?\n Be the first one to add a plot."
_LOGO: Final = "/images/G/01/database/placeholder_logo.png"
_AIR_DATES: Final = (
    "{day} {month:.3}. {year}",
    "{day} {month} {year}",
    "{month:.3}. {year}",
    "{year}",
    "",
)


class Episode(TypedDict):
    """The part of an answer that is about one episode."""

    image: str
    summary: str
    airDate: str
    epNum: int
    season: int
    name: str


def episode_title(show: Show, number: int) -> str:
    """Return the invented title of an episode, by its absolute number."""
    rng = Random(f"{show.name}/{number}")
    title = rng.choice(
        (
            f"The {rng.choice(_MOODS)} {rng.choice(_THINGS)}",
            f"{rng.choice(_HEROES)} of the {rng.choice(_THINGS)}",
            f"{rng.choice(_THINGS)}'s End",
        )
    )
    return f"{title} (Part {number % 2 + 1})" if rng.random() < 0.1 else title


def _plot(show: Show, number: int) -> str:
    rng = Random(f"{show.name}/plot/{number}")
    if rng.random() < 0.1:
        return NO_PLOT
    plot = rng.choice(_PLOTS).format(
        hero=rng.choice(_HEROES), mood=rng.choice(_MOODS).lower(), thing=rng.choice(_THINGS)
    )
    return f"{plot[:60]} ..." if rng.random() < 0.1 else plot


def _episode(show: Show, number: int) -> Episode:
    aired = date(show.year or 1997, 9, 6) + timedelta(weeks=number)
    form = _AIR_DATES[0] if number % 5 else _AIR_DATES[number // 5 % len(_AIR_DATES)]
    return {
        "image": "",
        "summary": _plot(show, number),
        "airDate": form.format(day=aired.day, month=f"{aired:%B}", year=aired.year),
        "epNum": (number - 1) % show.season_length + 1,
        "season": (number - 1) // show.season_length + 1,
        "name": episode_title(show, number)
        if show.titled or number % 7
        else f"Episode #1.{number}",
    }


def media_info(origin: str, name: str, year: str, episode: str) -> dict[str, object] | None:
    """Return the answer for a title, or None where upstream has nothing.

    `year` and `episode` are as they stand in the query. An episode that does not exist leaves
    only the series' part.
    """
    show = BY_TITLE.get(name)
    if show is None or not show.described or (year and show.year and int(year) != show.year):
        return None
    known_as = show.other_name or show.title
    first = show.year or 1997
    answer: dict[str, object] = {
        "genres": list(show.genres),
        "creators": list(show.made_by),
        "productionCo": ["Lantern Lane Pictures", "Ninth Street Animation", "See more"],
        "_id": f"5c47bc18{hash_of(show.name):016x}",
        "updatedAt": "2019-01-23T00:58:00.765Z",
        "createdAt": "2019-01-23T00:58:00.765Z",
        "imdbId": f"tt{hash_of(show.name) % 10_000_000:07}",
        "name": f"{known_as} ({first})" if show.is_film else known_as,
        "contentRating": show.rating,
        "release": f"{first}" if show.is_film else f"TV Series ({first}\N{EN DASH}{first + 4})",
        "tagline": "",
        "aka": "",
        "rating": show.stars,
        "image": f"{origin}{_LOGO if not show.image else poster(show)}",
        "releaseDate": f"6 September {first} (USA)",
        "summary": _plot(show, 0),
        "storyline": "",
        "series": not show.is_film,
        "searchedName": show.title.lower(),
        "__v": 0,
    }
    if show.year:
        answer["searchedYear"] = show.year
    if episode.isdecimal() and 1 <= int(episode) <= show.episodes:
        answer["episode"] = _episode(show, int(episode))
    return answer


def hash_of(text: str) -> int:
    """Return a number below 2**63 that is the same in every process."""
    return Random(text).getrandbits(63)


def poster(show: Show) -> str:
    """Return the path of a show's picture; the two kinds of server write it differently."""
    code = hash_of(show.name)
    if show.image == ".jpg":
        return f"/images/M/MV5B{code:016X}@@._V1_UY1200_CR110,0,630,1200_AL_.jpg"
    return f"/assets/imgur/{code % 16**7:07X}{show.image}"
