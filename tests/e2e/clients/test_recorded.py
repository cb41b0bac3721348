"""Libraries and players that are given what was recorded."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect
import pytest
from pyxtream import XTream

from scripts.lib.develop.client import request
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import open_page, overhear
from tests.e2e.clients.party import Party
from tests.e2e.clients.programs import node
from tests.e2e.clients.recorded import (
    LENGTHS,
    LONG,
    MINUTE,
    MOVIES,
    MTV,
    SNICK,
    Recorded,
    WoundVlc,
    record,
)
from tests.e2e.file_provider import EAST, FileProvider
from tests.e2e.plain_vlc import shared_folder
from tests.e2e.test_recordings_page import Player
from tests.simulator import counter

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(480), pytest.mark.waits]
EPISODES = {
    "Iron Comet S02E05 Departure": (2, 5, EAST, "mp4"),
    "Iron Comet S02E06 Arrival": (2, 6, MTV, "mp4"),
    "Long Way S02E01": (2, 1, MOVIES, "m3u8"),
}
"""Season, episode, channel and the address' ending, by what lists call it."""
FTYP = slice(4, 8)
"""Where a file says that it is an MP4."""
WIND_TO = (70, 20, 45)
"""Seconds from the beginning of what is still recorded; players begin there, or near its end."""
FAR = 12.0
"""Seconds that a picture goes on by at most from one look to the next, while nobody winds."""
PATIENCE = 60.0
MOVE_TO = """(slider, at) => {
  slider.value = at;
  slider.dispatchEvent(new Event("input"));
}"""


@pytest.fixture(scope="module")
def recorded(
    session_upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("recorded")
    home = Home(folder / "home")
    try:
        yield record(home, session_upstream, FileProvider(folder / "provider"))
    finally:
        home.discard()


def login(recorded: Recorded) -> tuple[str, str, str]:
    xtream = recorded.access.xtream
    return xtream["server"], xtream["username"], xtream["password"]


def address(recorded: Recorded, kind: str, channel: str, ending: str) -> str:
    """Return the address that the panel of others has for a film or an episode."""
    server, username, password = login(recorded)
    return f"{server}/{kind}/{username}/{password}/{recorded.number(channel)}.{ending}"


def check_file(recorded: Recorded, url: str, channel: str) -> None:
    """See that an address gives a file by parts, and that it begins with what was on then."""
    for first, last, status in ((0, 63, 206), (64, 127, 206)):
        answer = request("GET", url, headers={"Range": f"bytes={first}-{last}"})
        assert (answer.status, len(answer.body)) == (status, last - first + 1)
        assert answer.headers["content-range"].startswith(f"bytes {first}-{last}/")
        if first == 0:
            assert answer.body[FTYP] == b"ftyp"
    seen = counter.positions(url)
    recorded.check_position(seen[0], recorded.minute)
    recorded.check_position(seen[-1], recorded.minute + LENGTHS[channel])


# What libraries list


@pytest.mark.parametrize("kind", ["raw", "standardized"])
def test_xtream_api_lists_films_and_series(recorded: Recorded, kind: str) -> None:
    found = node("xtream_api.mjs", *login(recorded), kind)
    (film,) = found["movies"]
    assert film["name"] == "Akira"
    assert film["url"] == address(recorded, "movie", SNICK, "mp4")
    (details,) = found["movieDetails"]
    assert details["url"] == film["url"]
    assert sorted(one["name"] for one in found["shows"]) == ["Iron Comet", "Long Way"]
    seen = {name: row for show in found["showDetails"] for name, row in episodes(show, kind)}
    assert seen == {
        name: (season, episode, address(recorded, "series", channel, ending))
        for name, (season, episode, channel, ending) in EPISODES.items()
    }
    check_file(recorded, film["url"], SNICK)


def episodes(show: dict[str, Any], kind: str) -> Iterator[tuple[str, tuple[int, int, str]]]:
    """Yield title, season, episode and address of each episode of a show, as the library has it."""
    if kind == "raw":
        for season, of_season in show["episodes"].items():
            for one in of_season:
                assert one["season"] == int(season)
                yield one["title"], (one["season"], one["episode_num"], one["url"])
        return
    for season in show["seasons"]:
        for one in season["episodes"]:
            yield one["title"], (season["number"], one["number"], one["url"])


def test_pyxtream_lists_films_and_series(
    recorded: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, username, password = login(recorded)
    client = XTream(
        "Toonami", username, password, server, cache_path=str(tmp_path), validate_json=True
    )
    assert client.load_iptv()
    said = capsys.readouterr().out
    assert "Failed validating" not in said
    assert "Bad URL" not in said
    (film,) = client.movies
    assert (film.name, film.url) == ("Akira", address(recorded, "movie", SNICK, "mp4"))
    assert [film] == client.movies_7days
    seen = {}
    for show in client.series:
        client.get_series_info_by_id(show)
        for name, season in show.seasons.items():
            for title, one in season.episodes.items():
                seen[title] = (name, one.episode_number, one.url)
    assert seen == {
        name: (f"Season {season}", episode, address(recorded, "series", channel, ending))
        for name, (season, episode, channel, ending) in EPISODES.items()
    }
    assert {show.name for show in client.series} == {"Iron Comet", "Long Way"}
    check_file(recorded, seen["Iron Comet S02E06 Arrival"][2], MTV)
    still = seen["Long Way S02E01"][2]
    (first, *_) = counter.positions(still, "-live_start_index", "0", "-t", "0.3")
    recorded.check_position(first, recorded.begin(MOVIES))


# What players make of a moment


ZONES = ["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]


def addresses(recorded: Recorded, at: datetime, zone: str) -> dict[str, Any]:
    """Return what players make of a moment of the first channel, in a time zone."""
    words = (*login(recorded), recorded.access.playlist_url, "1", str(int(at.timestamp())))
    found: dict[str, Any] = node("timeshift_urls.mjs", *words, TZ=zone)
    return found


def test_players_in_three_zones_find_the_same_picture(recorded: Recorded) -> None:
    at = recorded.minute + MINUTE
    first: dict[str, float] = {}
    offsets = set()
    for zone in ZONES:
        found = addresses(recorded, at, zone)
        offsets.add(found["offset"])
        for player in ("iptvnator", "xtreamCodes", "iptvSimple", "xtreamApi"):
            for url in found[player]:
                (seen, *_) = counter.positions(url, "-t", "0.3")
                first[f"{zone} {url}"] = seen
    assert len(offsets) == len(ZONES)
    assert len(set(first.values())) == 1, first
    recorded.check_position(first.popitem()[1], at)


@pytest.mark.parametrize("zone", ZONES)
def test_a_player_that_goes_by_its_own_clock_is_told_why(recorded: Recorded, zone: str) -> None:
    for url in addresses(recorded, recorded.minute + MINUTE, zone)["byOwnClock"]:
        answer = request("GET", url)
        assert (answer.status, answer.body) == (404, b"Nothing of that time is held.\n")


# Winding in what is still recorded


def wind(
    recorded: Recorded, seek: Callable[[int], None], newest: Callable[[], float | None]
) -> None:
    """Wind to some places in the recording that goes on, and see what is shown first there."""
    begin = recorded.begin(MOVIES)
    for seconds in WIND_TO:
        before = newest()
        seek(seconds)
        (seen,) = wait_for(elsewhere(newest, before), f"It does not wind to {seconds}", PATIENCE)
        recorded.check_position(seen, begin + timedelta(seconds=seconds))
    assert recorded.recordings[MOVIES]["state"] == "recording"


def elsewhere(
    newest: Callable[[], float | None], before: float | None
) -> Callable[[], tuple[float] | None]:
    """Return how to ask for the first picture that does not go on from the ones before."""
    last = before

    def look() -> tuple[float] | None:
        nonlocal last
        seen = newest()
        if seen is None:
            return None
        is_far = last is not None and abs(counter.forward(last, seen)) > FAR
        last = seen
        return (seen,) if is_far else None

    return look


def test_vlc_winds(recorded: Recorded) -> None:
    with shared_folder() as folder, Party(folder) as party:
        vlc = party.invite(WoundVlc, "VLC", recorded.url(MOVIES, "m3u8"))
        vlc.wait_until_begun()
        wind(recorded, vlc.seek, lambda: vlc.newest)


def test_chromium_winds(recorded: Recorded, browser: Browser, console: list[str]) -> None:
    page = open_page(browser, recorded.home)
    overhear(page, recorded.home.base_url, console)
    page.goto("/toonami-downlink/recordings")
    page.locator("tdl-recordings").get_by_role("button", name=f"Play: {LONG}").click()
    player = Player(page)
    player.wait_until_it_goes_on()
    slider = player.dialog.get_by_role("slider", name="Position")
    wind(recorded, lambda seconds: slider.evaluate(MOVE_TO, seconds), player.position)
    expect(player.dialog.get_by_role("button", name="To live")).to_be_visible()
    page.context.close()
    assert console == []
