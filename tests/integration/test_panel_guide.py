"""The websocket commands for the guide: windows, programmes and searches."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_GUIDE_DAYS,
    MAX_PROGRAMMES,
    MAX_TITLE_CHARS,
)
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.panel import payloads, programmes as commands
from tests.night import by_night

from .factories import make_feed
from .harness import NOW
from .panel_client import DAY, START, ask


@pytest.mark.parametrize(
    ("fields", "numbers", "titles"),
    [
        pytest.param(
            {"from": START + 1800, "to": START + 5400},
            ["1", "2", "3", "4", "5", "6", "7"],
            ["Show 1-1", "Show 1-2"],
            id="all channels",
        ),
        pytest.param(
            {"from": START + 1, "to": START + 1801, "channels": [1, 4]},
            ["1", "4"],
            ["Show 1-0", "Show 1-1"],
            id="some channels, programmes cut at both ends",
        ),
    ],
)
async def test_guide(
    socket: MockHAClientWebSocket,
    fields: dict[str, Any],
    numbers: list[str],
    titles: list[str],
) -> None:
    result = (await ask(socket, "guide", **fields))["result"]

    assert result["generation"] == 1
    assert list(result["rows"]) == numbers
    assert [row[2] for row in result["rows"]["1"]] == titles


async def test_a_row_of_the_guide(socket: MockHAClientWebSocket) -> None:
    fields = {"from": START, "to": START + 1, "channels": [1, 7]}
    rows = (await ask(socket, "guide", **fields))["result"]["rows"]

    assert rows["1"] == [[START, START + 1800, "Show 1-0", "Part 0", 2, 1, 0]]
    assert rows["7"][0][3:] == [None, None, None, 1]


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        pytest.param(START, START, id="empty"),
        pytest.param(START, START - 1, id="backwards"),
        pytest.param(START, START + (MAX_GUIDE_DAYS + 2) * DAY + 1, id="too long"),
    ],
)
async def test_a_window_that_cannot_be(
    socket: MockHAClientWebSocket, start: int, stop: int
) -> None:
    answer = await ask(socket, "guide", **{"from": start, "to": stop})

    assert answer["error"]["code"] == "bad_range"


async def test_the_longest_window(socket: MockHAClientWebSocket) -> None:
    fields = {"from": START, "to": START + (MAX_GUIDE_DAYS + 2) * DAY}

    assert (await ask(socket, "guide", **fields))["success"]


async def test_too_many_rows(
    socket: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MAX_ROWS", 3)

    answer = await ask(socket, "guide", **{"from": START, "to": START + DAY})

    assert answer["error"]["code"] == "too_many_rows"


@pytest.mark.parametrize(
    ("command", "fields"),
    by_night(
        [
            pytest.param("guide", {"from": START}, id="guide without an end"),
            pytest.param("guide", {"from": "now", "to": START}, id="guide from a word"),
            pytest.param("guide", {"from": -1, "to": START}, id="guide before 1970"),
            pytest.param("guide", {"from": 0, "to": 2**40}, id="guide of the far future"),
            pytest.param("guide", {"from": 0, "to": 1, "channels": [0]}, id="guide of channel 0"),
            pytest.param(
                "guide", {"from": 0, "to": 1, "channels": [1] * 201}, id="guide of 201 channels"
            ),
            pytest.param("guide/search", {"query": ""}, id="search for nothing"),
            pytest.param("guide/search", {"query": "x" * 101}, id="search for too much"),
            pytest.param("guide/search", {"query": "x", "limit": 101}, id="search without end"),
            pytest.param(
                "guide/search", {"query": "x", "offset": -1}, id="search before the first"
            ),
            pytest.param(
                "guide/search",
                {"query": "x", "offset": MAX_PROGRAMMES + 1},
                id="search after the last",
            ),
            pytest.param(
                "guide/search",
                {"query": "x", "title": "x" * (MAX_TITLE_CHARS + 1)},
                id="long title",
            ),
            pytest.param("guide/programme", {"channel": 1}, id="programme without a start"),
            pytest.param("connect", {"secrets": True}, id="a field that nobody knows"),
        ],
        keep=["guide of the far future", "search without end", "a field that nobody knows"],
    ),
)
async def test_the_schemas_refuse(
    socket: MockHAClientWebSocket, command: str, fields: dict[str, Any]
) -> None:
    answer = await ask(socket, command, **fields)

    assert answer["error"]["code"] == "invalid_format"


async def test_programme(socket: MockHAClientWebSocket) -> None:
    answer = await ask(socket, "guide/programme", channel=1, start=START + 60)

    assert answer["result"] == {
        "start": START,
        "stop": START + 1800,
        "title": "Show 1-0",
        "episode_title": "Part 0",
        "description": "What happens in part 0.",
        "season": 2,
        "episode": 1,
        "year": 1999,
        "categories": ["Animation", "Series"],
        "block": None,
        "rating": "TV-Y7",
        "stars": None,
        "image": "https://images.example.com/0.png",
        "credits": [],
        "filler": False,
    }


@pytest.mark.parametrize(
    ("channel", "start"), [pytest.param(99, START, id="channel"), pytest.param(1, 1, id="time")]
)
async def test_no_such_programme(socket: MockHAClientWebSocket, channel: int, start: int) -> None:
    answer = await ask(socket, "guide/programme", channel=channel, start=start)

    assert answer["error"]["code"] == "not_found"


async def test_search_finds_what_comes_first(socket: MockHAClientWebSocket) -> None:
    result = (await ask(socket, "guide/search", query="PART  24", limit=3))["result"]

    assert result["total"] == 4
    start = START + DAY // 2
    assert result["results"] == [
        [number, start, start + 1800, f"Show {number}-24", "Part 24", 2, 25, 0]
        for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        pytest.param("pokemon", ["Pokémon"], id="accents and case"),
        pytest.param("pilot pok", ["Pokémon"], id="words of title and episode, in any order"),
        pytest.param("nick at nite", ["All That"], id="the block"),
        pytest.param("that", ["All That", "All That"], id="what is over comes last"),
        pytest.param("zzz", [], id="nothing"),
        pytest.param("!?", [], id="no word at all"),
        pytest.param("mtv97", [], id="no filler"),
    ],
)
async def test_search(
    panel_coordinator: DownlinkCoordinator, query: str, titles: list[str]
) -> None:
    feed = make_feed(hours=0)
    hour = timedelta(hours=1)
    programmes = (
        Programme(start=NOW - 3 * hour, stop=NOW - 2 * hour, title="All That"),
        Programme(start=NOW, stop=NOW + hour, title="Pokémon", episode_title="The Pilot"),
        Programme(start=NOW + hour, stop=NOW + 2 * hour, title="All That", block="Nick at Nite"),
    )
    feed = replace(feed, guide={**feed.guide, "toonami_east": programmes})

    result = payloads.search(feed, payloads.Search(query, 10), NOW)

    assert [row[3] for row in result["results"]] == titles
    starts = [row[1] for row in result["results"]]
    assert starts == sorted(starts, reverse=query == "that")


async def test_search_by_title_and_all_showings_of_one(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    hour = timedelta(hours=1)
    titles = ("All That", "All That, Again", "All That", "Doug", "All That")
    programmes = tuple(
        Programme(start=NOW + index * hour, stop=NOW + (index + 1) * hour, title=title)
        for index, title in enumerate(titles)
    )
    feed = make_feed(hours=0)
    feed = replace(feed, guide={**feed.guide, "toonami_east": programmes})

    by_title = payloads.search(feed, payloads.Search("that", 10, by_title=True), NOW)
    rest = payloads.search(feed, payloads.Search("that", 10, 1, title="All That"), NOW)

    assert by_title["total"] == 2
    assert [(row[0], row[2], row[4]) for row in by_title["results"]] == [
        (3, int(NOW.timestamp()), "All That"),
        (1, int((NOW + hour).timestamp()), "All That, Again"),
    ]
    assert rest["total"] == 3
    assert [row[1] for row in rest["results"]] == [
        int((NOW + index * hour).timestamp()) for index in (2, 4)
    ]

    result = (await ask(socket, "guide/search", query="show", titles=True, offset=2))["result"]
    every = (await ask(socket, "guide/search", query="show", titles=True))["result"]
    assert result["results"][0] == every["results"][2]
    limits = {"offset": MAX_PROGRAMMES, "title": "x" * MAX_TITLE_CHARS}
    assert (await ask(socket, "guide/search", query="show", **limits))["result"]["results"] == []


async def test_a_title_is_found_whatever_its_case_before_others_that_begin_with_it(
    panel_coordinator: DownlinkCoordinator,
) -> None:
    hour = timedelta(hours=1)
    titles = ("Dragon Ball Z", "Dragon Ball Z", "Dragon Ball", "DRAGON BALL")
    programmes = tuple(
        Programme(start=NOW + index * hour, stop=NOW + (index + 1) * hour, title=title)
        for index, title in enumerate(titles)
    )
    feed = make_feed(hours=0)
    feed = replace(feed, guide={**feed.guide, "toonami_east": programmes})

    asked = payloads.Search("dragon ball", 1, title="dragon ball")
    found = payloads.search(feed, asked, NOW)
    by_title = payloads.search(feed, payloads.Search("dragon", 10, by_title=True), NOW)

    assert found["total"] == 2
    assert [row[3] for row in found["results"]] == ["Dragon Ball"]
    # As many as are found by each of them.
    assert [(row[0], row[4]) for row in by_title["results"]] == [
        (2, "Dragon Ball Z"),
        (2, "Dragon Ball"),
    ]
