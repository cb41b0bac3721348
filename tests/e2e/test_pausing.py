"""Pausing and going back in the panel of a real Home Assistant."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
import re
from threading import Event, Thread
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, expect
import pytest

from scripts.lib.develop.feed import Access, entries, fetch, wait_for_feed
from scripts.lib.develop.flow import set_options
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import open_page
from tests.e2e.television import Set, wait_until_idle
from tests.simulator import counter

pytestmark = pytest.mark.waits("pictures")
HOUR_LATER = """() => {
  const { now } = Date;
  Date.now = () => now() + 3600 * 1000;
}"""
DATE_OF_PICTURE = """player => {
  const { pieces, media } = player.set;
  const piece = pieces.findLast(({ start }) => start <= media.currentTime);
  return piece.programDateTime / 1000 + media.currentTime - piece.start;
}"""
PLACE_OF_DATE = """(player, date) => {
  const into = ({ programDateTime }) => date - programDateTime / 1000;
  const piece = player.set.pieces.find((one) => into(one) >= 0 && into(one) < one.duration);
  return piece && piece.start + into(piece);
}"""
BEGAN_HERE = """(player, date) => { player.set.channel.now.start = date; }"""
NEWEST = "player => player.set.pieces.at(-1).sn"
"""The number of the newest segment that it knows of."""
MOVE_TO = """(slider, at) => {
  slider.value = at;
  slider.dispatchEvent(new Event("input"));
}"""


class Asked:
    """What a page asks the relay for."""

    def __init__(self, page: Page) -> None:
        self.playlists = 0
        self.segments: list[int] = []
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if match := re.search(r"/watch/\w+/\d+/(\d+)\.ts$", url):
            self.segments.append(int(match[1]))
        self.playlists += url.endswith(".m3u8")


@pytest.fixture
def television(page: Page, access: object) -> Set:
    page.goto("/toonami-downlink/guide")
    return Set(page)


@pytest.fixture
def one_minute(home: Home, access: object) -> Iterator[None]:
    """A relay that keeps one minute."""
    set_options(home.client, {"pause_minutes": 1})
    wait_for_feed(home.client)
    yield
    set_options(home.client, {"pause_minutes": 10})
    wait_for_feed(home.client)


@contextmanager
def old_player(access: Access) -> Iterator[Callable[[], int]]:
    """A player beside it that takes one endless stream; yields how to ask how much it has."""
    url = entries(fetch(access.playlist_url).body)[0].url.replace(".m3u8", ".ts")
    is_over = Event()
    taken = 0

    def take() -> None:
        nonlocal taken
        with urlopen(url, timeout=30) as answer:  # noqa: S310  # our own address
            while not is_over.is_set() and (data := answer.read(188 * 100)):
                assert set(data[::188]) == {0x47}
                taken += len(data)
        if not is_over.is_set():
            taken = -1

    thread = Thread(target=take)
    thread.start()
    try:
        yield lambda: taken
    finally:
        is_over.set()
        thread.join(60)


def extent(television: Set) -> tuple[float, float]:
    """How far it can be wound."""
    slider = television.player.get_by_role("slider", name="Position")
    return float(slider.get_attribute("min") or 0), float(slider.get_attribute("max") or 0)


def behind(television: Set, upstream: Upstream) -> float:
    """Seconds from the picture to what upstream shows now."""
    position = television.wait_for_picture()
    return counter.forward(position, upstream.streams()["clock"]["position"])


def held(television: Set) -> float:
    first, last = extent(television)
    return last - first


@pytest.mark.nightly
@pytest.mark.usefixtures("one_minute")
def test_a_pause_that_is_longer_than_what_is_kept(
    page: Page, access: Access, upstream: Upstream
) -> None:
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    asked = Asked(page)
    television.watch()
    with old_player(access) as taken:
        live = behind(television, upstream)
        television.button("Pause (space)").click()
        still = television.position
        begun = asked.segments[-1]
        sent = wait_for(taken, "The other player gets nothing", 60)
        # Numbers are those of the segments: two seconds each. More than what is kept, and loaded.
        newest = begun + 55

        def oldest_is_later() -> bool:
            page.wait_for_timeout(100)
            return bool(television.player.evaluate(NEWEST) > newest)

        polled, loaded = asked.playlists, len(asked.segments)
        wait_for(oldest_is_later, "The playlist does not go on", 180, television.hint)
        assert television.position == still
        # It goes on asking what there is, and not for what it does not show.
        assert asked.playlists - polled > 20
        assert len(asked.segments) - loaded < 22

        television.button("Play (space)").click()
        status = television.player.get_by_role("status").last
        expect(status).to_contain_text("no longer there")
        television.wait_until_further(3)
        assert 40 < behind(television, upstream) < 85
        television.wait_until_further(20, 120)
        page.keyboard.press("l")
        wait_for(lambda: behind(television, upstream) < live + 15, "It is not live", 30)
        television.wait_until_further(3)
        assert taken() > sent


@pytest.mark.nightly
def test_go_back_to_a_picture_that_another_browser_has_shown(
    television: Set, browser: Browser, home: Home, upstream: Upstream
) -> None:
    television.watch()
    television.button("Pause (space)").click()
    date = television.player.evaluate(DATE_OF_PICTURE)
    picture = television.position
    assert picture is not None
    television.button("Play (space)").click()
    television.wait_until_further(30, 120)

    with closing(open_page(browser, home).context) as context:
        (page,) = context.pages
        go_back(page, date, picture, upstream)


def go_back(page: Page, date: float, picture: float, upstream: Upstream) -> None:
    """Wind back to a picture that was on air at that time, and to live again."""
    asked = Asked(page)
    page.goto("/toonami-downlink/guide")
    other = Set(page)
    other.watch()
    live = behind(other, upstream)
    assert live < 30
    first_loaded = min(asked.segments)
    page.keyboard.press("Space")
    slider = other.player.get_by_role("slider", name="Position")
    slider.evaluate(MOVE_TO, other.player.evaluate(PLACE_OF_DATE, date))

    def is_there() -> bool:
        page.wait_for_timeout(100)
        # At most the one beside it: where in a picture it was cannot be known.
        return near(other.position, picture, within=0.1)

    wait_for(is_there, "It is another picture", 30, lambda: f"{other.position} for {picture}")
    assert min(asked.segments) < first_loaded
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d:\d\d.*behind live"))

    page.keyboard.press("ArrowRight")
    # Where the key winds to need not be where a picture begins.
    beside = 1.0

    def where() -> str:
        return f"{other.position} for {picture}, {other.state('currentTime')}"

    wait_for(lambda: near(other.position, picture + 10, beside), "It was not wound on", 60, where)
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: near(other.position, picture, beside), "It was not wound back", 60, where)

    # As if the programme that is on had begun then.
    other.player.evaluate(BEGAN_HERE, date + 4)
    expect(other.player.locator(".rail i")).not_to_have_count(0)
    other.button("Start over").click()
    other.wait_until_further(1)
    assert near(other.position, picture + 6, within=4)
    other.button("To live").click()
    wait_for(lambda: behind(other, upstream) < live + 15, "It is not live", 30)
    live_button = other.player.get_by_role("button", name="Live", exact=True)
    expect(live_button).to_be_disabled()


def near(position: float | None, wanted: float, within: float = 0.2) -> bool:
    """Whether a position is about another one, around the end of the loop."""
    return position is not None and abs(counter.forward(wanted, position)) <= within


@pytest.mark.nightly
def test_a_pause_for_ever(television: Set, home: Home, upstream: Upstream) -> None:
    television.watch()
    television.button("Pause (space)").click()
    television.page.evaluate(HOUR_LATER)
    wait_until_idle(home, upstream)
    television.button("Play (space)").click()
    status = television.player.get_by_role("status").last
    expect(status).to_contain_text("paused for too long")
    television.wait_until_further(2)
    assert behind(television, upstream) < 30


def test_a_pause_outlasts_trouble(television: Set, console: list[str]) -> None:
    television.watch()
    television.button("Pause (space)").click()
    still = television.position
    failed: list[str] = []
    television.page.on("requestfailed", lambda request: failed.append(request.url))

    def is_cut(route: Any) -> None:
        route.abort()

    television.page.route("**/watch/**", is_cut)

    def has_failed() -> bool:
        television.page.wait_for_timeout(100)
        return len(failed) > 4

    wait_for(has_failed, "Nothing fails", 60)
    television.page.unroute("**/watch/**", is_cut)
    asked = Asked(television.page)

    def asks() -> bool:
        television.page.wait_for_timeout(100)
        return asked.playlists > 3

    wait_for(asks, "It does not come back", 60, television.hint)
    assert television.state("paused") is True
    # The picture that was being drawn when it was paused may have come after it was asked.
    assert television.position == pytest.approx(still, abs=0.2)
    television.button("Play (space)").click()
    television.wait_until_further(3)
    assert all("ERR_FAILED" in text for text in console)
    console.clear()
