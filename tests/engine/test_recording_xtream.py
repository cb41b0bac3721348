"""Recordings as films and series."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from downlink.models import MOVIE, SERIES, Credit, Programme, Role
from downlink.recording.model import Gap, Recording, State
from downlink.recording.xtream import (
    all_series,
    categories,
    extension,
    film,
    films,
    is_film,
    series,
    series_id,
)

AT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
ADDED = str(int(AT.timestamp()))


def made(number: int, title: str = "Comet", **values: Any) -> Recording:
    stop = values.pop("stop", AT + timedelta(minutes=90))
    fields = {"file": values.pop("file", None), "gaps": values.pop("gaps", ())}
    return Recording(
        identity=f"{number:016}",
        number=number,
        channel="toonami_east",
        start=AT + timedelta(days=number - 1),
        stop=stop + timedelta(days=number - 1),
        programme=Programme(start=AT, stop=stop, title=title, **values),
        state=State.COMPLETE,
        since=AT,
        **fields,
    )


def image(one: Recording) -> str:
    return f"http://tv/{one.number}.png"


FILM = made(
    1,
    "Akira",
    categories=(MOVIE, "Anime"),
    aired="19880716",
    stars=8.1,
    description="Neo-Tokyo.",
    credits=(
        Credit(Role.DIRECTOR, "K. Otomo"),
        Credit(Role.ACTOR, "M. Iwata"),
        Credit(Role.ACTOR, "N. Sasaki"),
    ),
    file="Akira (1988)/Akira (1988).mp4",
    gaps=(Gap(AT, AT + timedelta(minutes=1, seconds=5)),),
)
SECOND = made(2, season=1, episode=2, episode_title="Dust", categories=(SERIES,))
FIRST = made(3, season=1, episode=1, aired="1998")
SPECIAL = made(4, "COMET")


def test_categories() -> None:
    assert categories([]) == []
    assert categories([FILM]) == [
        {"category_id": "1", "category_name": "Recordings", "parent_id": 0}
    ]


def test_films() -> None:
    assert is_film(FILM)
    assert not is_film(SECOND)
    (listed,) = films([FILM], image)
    assert listed == {
        "num": 1,
        "name": "Akira",
        "title": "Akira",
        "year": "1988",
        "stream_type": "movie",
        "stream_id": 1,
        "stream_icon": "http://tv/1.png",
        "rating": "8.1",
        "rating_5based": 4.0,
        "added": ADDED,
        "is_adult": "0",
        "category_id": "1",
        "category_ids": [1],
        "container_extension": "mp4",
        "custom_sid": "",
        "direct_source": "",
    }
    assert [one["stream_id"] for one in films([FILM, SECOND], image)] == [2, 1]


def test_film() -> None:
    answer = film(FILM, image)
    info = answer["info"]
    assert (info["duration_secs"], info["duration"]) == (88 * 60 + 55, "01:28:55")
    assert (info["director"], info["cast"]) == ("K. Otomo", "M. Iwata, N. Sasaki")
    assert (info["releasedate"], info["genre"]) == ("1988-07-16", "Movie, Anime")
    assert (info["plot"], info["movie_image"]) == ("Neo-Tokyo.", "http://tv/1.png")
    # There are players that open no film without these.
    assert (info["backdrop_path"], info["tmdb_id"]) == ([], "")
    assert answer["movie_data"]["stream_id"] == 1
    assert answer["movie_data"]["container_extension"] == "mp4"


def test_what_is_not_known_is_empty() -> None:
    info = film(SPECIAL, image)["info"]
    assert (info["season"], film(SECOND, image)["info"]["season"]) == (0, 1)
    (listed,) = films([replace(FILM, programme=replace(FILM.programme, stars=None))], image)
    assert listed["rating_5based"] == 0.0
    assert (info["releasedate"], info["rating"], info["plot"]) == ("", "", "")
    assert extension(SPECIAL) == "m3u8"


def test_what_is_missing_altogether_lasts_no_second() -> None:
    whole = Gap(FILM.start, FILM.stop)
    for gaps in [(whole,), (whole, whole)]:
        info = film(replace(FILM, gaps=gaps), image)["info"]
        assert (info["duration_secs"], info["duration"]) == (0, "00:00:00")


def test_series() -> None:
    assert series_id(SECOND) == series_id(SPECIAL)
    assert series_id(SECOND) != series_id(FILM)
    assert 0 < series_id(SECOND) < 10**9
    (show,) = all_series([SECOND, FIRST, SPECIAL], image)
    assert (show["name"], show["cover"]) == ("COMET", "http://tv/4.png")
    assert [one["num"] for one in all_series([SECOND, FILM], image)] == [1, 2]

    answer = series([SECOND, FIRST, SPECIAL], image)
    assert [one["season_number"] for one in answer["seasons"]] == [1]
    assert answer["seasons"][0]["episode_count"] == 3
    listed = answer["episodes"]["1"]
    assert [(one["id"], one["episode_num"]) for one in listed] == [("4", 1), ("3", 1), ("2", 2)]
    assert listed[2]["title"] == "Comet S01E02 Dust"
    assert answer["info"]["series_id"] == series_id(FIRST)


def test_seasons() -> None:
    other = replace(FIRST, number=9, programme=replace(FIRST.programme, season=3))
    answer = series([FIRST, other], image)
    assert list(answer["episodes"]) == ["1", "3"]
    assert [one["name"] for one in answer["seasons"]] == ["Season 1", "Season 3"]
