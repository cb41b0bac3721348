"""Media items made into programmes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from downlink.models import Programme, Source
from downlink.provider.fields import Fields
from downlink.provider.items import essence_of_playlist, programme_of, programmes_of_playlist

START = datetime(2026, 7, 3, 16, 47, 5, tzinfo=UTC)
STOP = datetime(2026, 7, 3, 17, 8, 26, tzinfo=UTC)
DAY = timedelta(days=1)
ITEM = {
    "type": "file",
    "filepath": "t:\\somewhere\\bits and bolts 22.avi",
    "name": "Bits & Bolts",
    "startDate": "2026-07-03T16:47:05.546Z",
    "endDate": "2026-07-03T17:08:26.561Z",
    "mediaType": "series",
    "episodeNumber": 22,
    "info": {
        "fullname": "Bits & Bolts: The Series",
        "image": "https://i.example.com/M2q5NRC.gif",
        "episode": "The Paper Mirror",
        "year": 1994,
    },
}


def made_of(**changes: Any) -> Programme | None:
    """The programme made of the item, with changes (None removes)."""
    item = {key: value for key, value in (ITEM | changes).items() if value is not None}
    return programme_of(Fields(item, Counter()), Source.GUIDE, "Marvellous")


def test_full_item() -> None:
    assert made_of() == Programme(
        start=START,
        stop=STOP,
        title="Bits & Bolts: The Series",
        episode_title="The Paper Mirror",
        episode=22,
        aired="1994",
        categories=("Series",),
        block="Marvellous",
        image="https://i.example.com/M2q5NRC.gif",
        is_rerun=True,
    )


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        pytest.param({"info": None}, "title", "Bits & Bolts", id="name"),
        pytest.param({"info": None, "name": None}, "title", "Marvellous", id="block for a title"),
        pytest.param({"blockName": "Own"}, "block", "Own", id="own block"),
        pytest.param({"endDate": None}, "stop", START, id="end not known"),
        pytest.param({"endDate": "2026-07-03T16:00:00.000Z"}, "stop", START, id="end too early"),
        pytest.param({"endDate": "9999-12-31T23:59:59.999Z"}, "stop", START, id="end of time"),
        pytest.param({"endDate": "2026-07-04T16:47:05Z"}, "stop", START + DAY, id="a day"),
        pytest.param({"endDate": "2026-07-04T16:47:06Z"}, "stop", START, id="over a day"),
        pytest.param({"mediaType": "movie"}, "categories", ("Movie",), id="film"),
        pytest.param({"mediaType": "short"}, "categories", ("Series",), id="short"),
        pytest.param({"mediaType": "advert"}, "categories", (), id="other type"),
        pytest.param({"mediaType": 5}, "categories", (), id="no type"),
        pytest.param({"info": {"year": 5}}, "aired", None, id="odd year"),
        pytest.param({"episodeNumber": "7"}, "episode", 7, id="episode as text"),
        pytest.param({"rotationPremiere": True}, "is_premiere", True, id="premiere"),
        pytest.param({"rotationPremiere": True}, "is_rerun", False, id="premiere is no rerun"),
        pytest.param({"rotationPremiere": False}, "is_premiere", False, id="no premiere"),
        pytest.param({"rotationPremiere": "yes"}, "is_premiere", False, id="odd premiere"),
        pytest.param({"info": {"image": "t:\\picture.gif"}}, "image", None, id="image on a disk"),
    ],
)
def test_fields(changes: dict[str, Any], field: str, expected: object) -> None:
    programme = made_of(**changes)
    assert getattr(programme, field) == expected


def test_no_name_at_all() -> None:
    item = Fields({"startDate": "2026-07-03T16:47:05.546Z"}, Counter())
    programme = programme_of(item, Source.CURRENT)
    assert programme == Programme(
        start=START, stop=START, title="", is_rerun=True, source=Source.CURRENT
    )


def test_no_start() -> None:
    assert made_of(startDate=None) is None


PLAYLIST = {
    "_id": "1",
    "playlist": {
        "blocks": [
            {"name": "First", "runtime": 7200, "mediaList": [ITEM, {"name": "no start"}, 3]},
            {"name": "Second", "mediaList": [{**ITEM, "rotationPremiere": True}]},
            {"name": "Empty"},
        ]
    },
}


def test_playlist() -> None:
    found = programmes_of_playlist(PLAYLIST, Counter())
    assert [one.block for one in found] == ["First", "Second"]
    assert [one.is_premiere for one in found] == [False, True]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(PLAYLIST, id="whole"),
        pytest.param({"playlist": {"blocks": "none"}}, id="no blocks"),
        pytest.param({"playlist": None}, id="no playlist"),
        pytest.param([], id="list"),
        pytest.param(None, id="nothing"),
    ],
)
def test_essence_means_the_same(answer: Any) -> None:
    essence = essence_of_playlist(answer)
    assert programmes_of_playlist(essence, Counter()) == programmes_of_playlist(answer, Counter())
    assert "filepath" not in str(essence)
