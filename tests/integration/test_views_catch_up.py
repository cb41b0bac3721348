"""Catch-up from recordings, as players ask for it: by the minute, and whatever the file is."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.recording.model import Gap, State

from .factories import MIDNIGHT, NOON, SLOT, make_feed
from .harness import Harness
from .held import EAST, HEAD, PART, SECONDS, WEST, file_of, make, put_file
from .test_views_recordings import (  # noqa: F401  # fixtures
    KODI,
    OLD,
    House,
    body,
    house,
    library,
    past,
)

ODD = timedelta(seconds=37)
"""So long after a whole minute programmes begin here."""
SECOND = timedelta(seconds=1)
FIRST = make(1, NOON - 2 * SLOT + ODD, file="First.mp4", size=10)
NEXT = make(2, FIRST.stop, file="Next.mp4", size=10)
WITH_PADDING = (FIRST.stop - FIRST.start + timedelta(minutes=3)) // SECOND // SECONDS
WITHOUT = SLOT // SECOND // SECONDS
LATER = timedelta(hours=3)


def odd_feed() -> Feed:
    """Return a feed in which West shows later what was recorded from East."""
    feed = make_feed(MIDNIGHT + ODD)
    west = tuple(
        replace(NEXT.programme, start=one.start, stop=one.stop)
        if one.start == NEXT.start + LATER
        else one
        for one in feed.guide[WEST]
    )
    return replace(feed, guide={**feed.guide, WEST: west})


@pytest.fixture
async def odd(house: House, library: Path) -> Harness:  # noqa: F811  # the fixtures
    put_file(library, FIRST, WITH_PADDING)
    put_file(library, NEXT, WITH_PADDING)
    return await house(FIRST, NEXT, feed=odd_feed())


def played(home: Harness, playlist: bytes) -> set[str]:
    names = {line for line in playlist.decode().splitlines() if line and line[0] != "#"}
    return {name.removeprefix(f"/movie{home.live}/") for name in names}


@pytest.mark.parametrize(("channel", "later"), [(1, timedelta()), (2, LATER)])
async def test_players_that_cut_the_seconds_off_get_what_begins_in_that_minute(
    odd: Harness, channel: int, later: timedelta
) -> None:
    """Not the end of what was on before, which its recording has with the padding."""
    start = f"{NEXT.start + later:%Y-%m-%d:%H-%M}"
    playlist = await body(odd, f"/timeshift{odd.live}/30/{start}/{channel}.m3u8")
    assert (played(odd, playlist), playlist.count(b"#EXTINF")) == ({"2.mp4"}, WITHOUT)
    query = {**odd.login, "stream": str(channel), "start": start, "duration": "30"}
    answer = await odd.client.get(
        f"/api/{DOMAIN}/xtream/streaming/timeshift.php", params={**query, "extension": "ts"}
    )
    assert len(await answer.read()) == HEAD + WITHOUT * PART


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        pytest.param(10, 645, id="rounded down"),
        pytest.param(9, 540, id="another length"),
        pytest.param(11, 660, id="rounded up"),
    ],
)
async def test_the_seconds_beyond_the_last_minute_are_played(
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
    minutes: int,
    seconds: int,
) -> None:
    put_file(library, FIRST, WITH_PADDING)
    feed = odd_feed()
    east = tuple(
        replace(one, stop=one.start + timedelta(seconds=645)) if one.start == FIRST.start else one
        for one in feed.guide[EAST]
    )
    home = await house(FIRST, feed=replace(feed, guide={**feed.guide, EAST: east}))
    at = int(FIRST.start.timestamp())
    playlist = await body(home, f"/timeshift{home.live}/{minutes}/{at}/1.m3u8")
    assert playlist.count(b"#EXTINF") == -(-seconds // SECONDS)


async def test_another_time_is_taken_as_it_is(odd: Harness) -> None:
    for before in (SECOND, ODD + SECOND, ODD + timedelta(minutes=1)):
        start = NEXT.start - before
        playlist = await body(odd, f"/timeshift{odd.live}/1/{start:%Y-%m-%d:%H-%M-%S}/1.m3u8")
        assert played(odd, playlist) == {"1.mp4"}, before


async def test_a_file_without_parts_is_played_as_a_whole(house: House) -> None:  # noqa: F811
    home = await house()
    whole = b"ts" * 500
    for at in (OLD.start, OLD.start + SLOT / 2):
        for path, address in (
            (past(home, at), "../../../recordings/4.ts"),
            (f"/timeshift{home.live}/1/{int(at.timestamp())}/1.m3u8", f"/movie{home.live}/4.ts"),
        ):
            answer = await home.client.get(path, allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (HTTPStatus.FOUND, address)
            assert await (await home.client.get(path)).read() == whole
            assert await (await home.client.get(path, headers=KODI)).read() == whole
        assert await body(home, past(home, at, ending="ts")) == whole
    await body(home, past(home, OLD.stop), HTTPStatus.NOT_FOUND)


async def test_what_comes_after_a_gap_in_the_padding(
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
) -> None:
    """The file begins with the padding: recorded for 20 seconds of it, and a minute late."""
    minute = timedelta(minutes=1)
    start = FIRST.start
    holed = replace(
        FIRST,
        state=State.INTERRUPTED,
        gaps=(Gap(start, start + minute),),
        lost=(Gap(start - 40 * SECOND, start + minute),),
    )
    (library / "First.mp4").write_bytes(file_of(10, start - minute))
    home = await house(holed)
    data = await body(home, past(home, start + minute, 20, "ts"))
    assert data[HEAD:] == bytes([2]) * PART + bytes([3]) * PART
    await body(home, past(home, start, 20), HTTPStatus.NOT_FOUND)
