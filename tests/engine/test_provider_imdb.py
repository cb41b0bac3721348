"""What the film data base says, without its dirt, and what a programme takes from it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from downlink.models import Credit, Programme, Role
from downlink.provider.enrich import enrich
from downlink.provider.imdb import Detail, detail_of, essence_of_detail

ANSWER: dict[str, Any] = {
    "genres": ["Adventure", "GameShow", ""],
    "creators": ["Orla Finch", "7 more credits", "See full cast & crew", "Orla Finch"],
    "productionCo": ["Lantern Lane Pictures", "", "See more"],
    "_id": "5c47bc184c48cb3b782ea759",
    "imdbId": "tt0111875",
    "name": "All That",
    "contentRating": "TV-Y7",
    "release": "TV Series (1994\u20132016)",
    "aka": "",
    "rating": 7.46,
    "image": "https://m.example.com/images/M/all@@._V1_.jpg",
    "releaseDate": "16 April 1994 (USA)",
    "summary": "Many wacky characters.",
    "storyline": "A long story.",
    "series": True,
    "episode": {
        "image": "",
        "summary": "The first one.",
        "airDate": "16 Apr. 1994",
        "epNum": 1,
        "season": 1,
        "name": "Phil Moore/TLC",
    },
    "__v": 0,
}
MOMENT = datetime(2026, 10, 14, 12, tzinfo=UTC)
SCHEDULED = Programme(
    start=MOMENT, stop=MOMENT, title="All That", episode=1, categories=("Series",)
)


def detail(answer: dict[str, Any] | None = None, **changes: Any) -> Detail:
    found = detail_of((answer or ANSWER) | changes, Counter())
    assert found
    return found


def episode(**changes: Any) -> dict[str, Any]:
    return {**ANSWER["episode"], **changes}


def test_of_many_people_the_first_are_named() -> None:
    found = detail(creators=[f"Writer {number}" for number in range(13)])
    assert [one.name for one in found.credits] == [f"Writer {number}" for number in range(12)]


def test_whole_answer() -> None:
    found = detail()
    assert found.names == ("All That",)
    assert found.is_series
    assert found.description == "Many wacky characters."
    assert found.year == "1994"
    assert (found.rating, found.rating_system) == ("TV-Y7", "VCHIP")
    assert found.stars == 7.5
    assert found.genres == ("Adventure", "Game Show")
    assert found.credits == (
        Credit(Role.WRITER, "Orla Finch"),
        Credit(Role.PRODUCER, "Lantern Lane Pictures"),
    )
    assert found.image == "https://m.example.com/images/M/all@@._V1_.jpg"
    assert found.episode
    assert (found.episode.season, found.episode.number) == (1, 1)
    assert found.episode.title == "Phil Moore/TLC"
    assert found.episode.description == "The first one."
    assert found.episode.aired == "19940416"
    assert found.episode.image is None


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        pytest.param({"genres": ["CertificateTVYFVAnimation"]}, "genres", ("Animation",)),
        pytest.param({"genres": ["CertificateTVYFV", "Anime"]}, "genres", (), id="no genres"),
        pytest.param({"genres": ["SciFi", "SciFi"]}, "genres", ("Sci-Fi",), id="twice"),
        pytest.param({"contentRating": "Not Rated"}, "rating", None, id="not rated"),
        pytest.param({"contentRating": ""}, "rating", None, id="no rating"),
        pytest.param({"contentRating": "PG-13"}, "rating_system", "MPAA", id="a film's rating"),
        pytest.param({"contentRating": "M"}, "rating_system", None, id="no rating, no system"),
        pytest.param({"rating": 0}, "stars", None, id="no stars"),
        pytest.param({"rating": 11}, "stars", None, id="too many stars"),
        pytest.param({"rating": "7.5"}, "stars", None, id="stars as text"),
        pytest.param(
            {"image": "https://m.example.com/images/G/01/imdb_fb_logo.png"}, "image", None
        ),
        pytest.param({"image": 5}, "image", None, id="no image"),
        pytest.param(
            {"summary": "Know what this is about?\n Be the first one to add a plot."},
            "description",
            "A long story.",
            id="no plot",
        ),
        pytest.param({"summary": "It goes on ..."}, "description", "It goes on\u2026", id="cut"),
        pytest.param({"summary": "", "storyline": 3}, "description", None, id="nothing at all"),
        pytest.param({"aka": "Sok h\u0171h\u00f3"}, "names", ("All That", "Sok h\u0171h\u00f3")),
        pytest.param({"series": "yes"}, "is_series", None, id="kind not known"),
        pytest.param({"release": "", "releaseDate": ""}, "year", None, id="no year"),
        pytest.param({"episode": episode(season=0)}, "episode", None, id="no season"),
        pytest.param({"episode": episode(epNum="x")}, "episode", None, id="no number"),
        pytest.param({"episode": [1]}, "episode", None, id="no episode"),
    ],
)
def test_dirt(changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(detail(**changes), field) == expected


def test_placeholder_for_an_episode_title() -> None:
    found = detail(episode=episode(name="Episode #2.22", airDate="Summer 1994"))
    assert found.episode
    assert found.episode.title is None
    assert found.episode.aired == "1994"


@pytest.mark.parametrize("answer", [None, [], "html", {}, {"name": ""}, {"name": 7}], ids=repr)
def test_no_answer(answer: Any) -> None:
    assert detail_of(answer, Counter()) is None


def test_essence_means_the_same() -> None:
    essence = essence_of_detail(ANSWER)
    assert detail_of(essence, Counter()) == detail()
    assert "imdbId" not in essence


def test_programme_takes_all() -> None:
    assert enrich(SCHEDULED, detail()) == Programme(
        start=MOMENT,
        stop=MOMENT,
        title="All That",
        episode_title="Phil Moore/TLC",
        description="The first one.",
        season=1,
        episode=1,
        aired="19940416",
        categories=("Series", "Adventure", "Game Show"),
        rating="TV-Y7",
        rating_system="VCHIP",
        stars=7.5,
        image="https://m.example.com/images/M/all@@._V1_.jpg",
        credits=detail().credits,
    )


@pytest.mark.parametrize(
    ("scheduled", "answer", "expected"),
    [
        pytest.param(
            {"image": "https://a.example/own.gif", "episode_title": "Phil Moore & TLC"},
            {},
            {"image": "https://a.example/own.gif", "episode_title": "Phil Moore & TLC"},
            id="the guide goes first",
        ),
        pytest.param(
            {"aired": "1992"}, {"episode": None}, {"aired": "1992"}, id="the guide's year"
        ),
        pytest.param(
            {},
            {"episode": episode(image="https://a.example/e.jpg", summary="", airDate="")},
            {"image": "https://a.example/e.jpg", "description": "Many wacky characters."},
            id="the episode's picture, the series' plot",
        ),
        pytest.param(
            {"episode_title": "The Paper Mirror", "aired": "1994"},
            {},
            {"season": None, "description": "Many wacky characters.", "aired": "1994"},
            id="another episode",
        ),
        pytest.param(
            {"episode": None, "aired": "1994"}, {}, {"season": None}, id="no episode asked for"
        ),
        pytest.param(
            {"episode": None, "categories": ("Movie",)},
            {"series": False, "episode": None},
            {"aired": "1994", "categories": ("Movie", "Adventure", "Game Show")},
            id="film",
        ),
        pytest.param({}, {"series": None}, {"season": 1}, id="kind not known"),
    ],
)
def test_what_a_programme_takes(
    scheduled: dict[str, Any], answer: dict[str, Any], expected: dict[str, object]
) -> None:
    fuller = enrich(replace(SCHEDULED, **scheduled), detail(**answer))
    assert {key: getattr(fuller, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("scheduled", "answer"),
    [
        pytest.param({"title": "Some of That"}, {}, id="other title"),
        pytest.param({}, {"series": False}, id="film for an episode"),
        pytest.param({"categories": ("Movie",)}, {}, id="series for a film"),
    ],
)
def test_details_of_something_else(scheduled: dict[str, Any], answer: dict[str, Any]) -> None:
    programme = replace(SCHEDULED, **scheduled)
    assert enrich(programme, detail(**answer)) is programme


@pytest.mark.parametrize(
    ("scheduled", "answer", "expected"),
    [
        pytest.param({"episode_title": "Phil Moore / TLC"}, {}, "19940416", id="same episode"),
        pytest.param({}, {}, None, id="nobody says which episode it should be"),
        pytest.param({"episode_title": "Phil Moore"}, {"name": ""}, None, id="nor which it is"),
        pytest.param(
            {"episode_title": "Phil Collins"}, {"name": "Phil Moore"}, None, id="half the title"
        ),
        pytest.param(
            {"episode_title": "The Tide"}, {"name": "The Tide 2"}, None, id="the other part"
        ),
        pytest.param({"episode_title": "TLC"}, {"airDate": "Apr. 1994"}, None, id="month"),
        pytest.param({"episode_title": "TLC"}, {"airDate": "1994"}, None, id="year"),
        pytest.param({"episode_title": "TLC"}, {"airDate": ""}, None, id="no day"),
        pytest.param(
            {"episode_title": "TLC", "aired": "1995"}, {}, None, id="older than its series"
        ),
        pytest.param(
            {"episode_title": "TLC", "aired": "1994"}, {}, "19940416", id="of the first year"
        ),
        pytest.param(
            {"episode_title": "TLC", "aired": "19940416"}, {}, "19940416", id="of the first day"
        ),
        pytest.param({"episode_title": "TLC", "aired": "19940417"}, {}, None, id="a day too early"),
    ],
)
def test_day_of_the_first_showing(
    scheduled: dict[str, Any], answer: dict[str, Any], expected: str | None
) -> None:
    found = detail(episode=episode(**{"name": "Phil Moore/TLC", **answer}))
    fuller = enrich(replace(SCHEDULED, **scheduled), found)
    assert fuller.description
    assert fuller.first_shown == expected
