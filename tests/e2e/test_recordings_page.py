"""Recording in a real Home Assistant: switched on, seen to run, played, stopped and deleted."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
import pytest

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import set_options, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.axe import violations
from tests.e2e.browser import open_page, overhear, screenshot
from tests.e2e.television import GRAY, PATIENCE, position_of
from tests.e2e.test_assist import say, speech
from tests.e2e.test_card import CARD, show
from tests.simulator import counter

PANEL = "toonami-downlink-panel"
RECORDINGS = "/toonami-downlink/recordings"


@pytest.fixture
def own_home(make_home: Callable[[], Home], upstream: Upstream) -> Home:
    """A Home Assistant of the test's own: others record nothing."""
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    wait_for_feed(home.client)
    return home


@pytest.fixture
def page(browser: Browser, own_home: Home, console: list[str]) -> Iterator[Page]:
    page = open_page(browser, own_home)
    overhear(page, own_home.base_url, console)
    yield page
    page.context.close()
    # What has just begun to be recorded has nothing to play yet: it is asked for again.
    assert [line for line in console if "recordings/1.m3u8" not in line] == []


class Player:
    """What plays recordings, above a page."""

    def __init__(self, page: Page) -> None:
        self._video = page.locator("tdl-recorded video")
        self.dialog = page.locator("tdl-recorded dialog")

    def state(self, name: str) -> Any:
        return self._video.evaluate(f"video => video.{name}")

    def position(self) -> float | None:
        """Where in its loop the picture is; None without one."""
        return position_of(self._video.evaluate(GRAY)) if self._video.count() else None

    def wait_until_it_goes_on(self) -> None:
        """Wait until there is a picture, and then another one two seconds later."""

        def hint() -> str:
            return str(self.dialog.inner_text())[:300]

        begun = wait_for(self.position, "There is no picture", PATIENCE, hint)

        def is_further() -> bool:
            now = self.position()
            return now is not None and counter.forward(begun, now) >= 2

        wait_for(is_further, "The picture stands still", PATIENCE, hint)

    def close(self) -> None:
        self.dialog.get_by_role("button", name="Close").click()
        expect(self.dialog).to_have_count(0)


def files(home: Home) -> list[Path]:
    return [one for one in home.folder.rglob("*") if one.suffix in {".mp4", ".ts", ".m4a"}]


def record_what_is_on(page: Page) -> Locator:
    page.goto("/toonami-downlink/guide")
    page.locator("tdl-grid .cell.live").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Record", exact=True).click()
    expect(sheet.get_by_role("status").filter(has_text="It is being recorded.")).to_be_visible()
    return sheet


def test_from_the_switch_to_the_bin(page: Page, own_home: Home) -> None:
    page.goto(RECORDINGS)
    shown = page.locator("tdl-recordings")
    expect(shown).to_contain_text("Recording is switched off")
    set_options(own_home.client, {"recordings": True, "padding_before": 0})
    # The page is not loaded anew for it.
    expect(shown).to_contain_text("Nothing is planned")
    assert files(own_home) == []

    sheet = record_what_is_on(page)
    sheet.get_by_role("button", name="Play the recording").click()
    player = Player(page)
    player.wait_until_it_goes_on()
    expect(player.dialog.get_by_role("button", name="To live")).to_be_visible()
    assert violations(page, PANEL) == []
    screenshot(page, "recorded-while-it-records")
    player.close()
    page.keyboard.press("Escape")
    expect(page.locator("tdl-grid .cell.live .dot.recording")).to_be_visible()

    page.get_by_role("link", name="Recordings").click()
    expect(shown.get_by_role("heading", name="Recording now")).to_be_visible()
    expect(shown.locator(".side")).to_contain_text("of 50 GB used")
    title = shown.locator(".entry .title").first.inner_text()
    screenshot(page, "recordings-real")
    shown.get_by_role("button", name="Stop: ").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(shown.get_by_role("heading", name="Recording now")).to_have_count(0)
    expect(shown.locator(".entry .title").first).to_have_text(title)
    wait_for(
        lambda: [one for one in files(own_home) if one.suffix == ".mp4"],
        "There is no file",
        PATIENCE,
        lambda: f"{shown.locator('.page').inner_text()} {[str(one) for one in files(own_home)]}",
    )

    shown.get_by_role("button", name="Play: ").click()
    player.wait_until_it_goes_on()
    assert "/recordings/1.mp4" in player.state("currentSrc")
    length = player.state("duration")
    assert length > 2
    expect(player.dialog.get_by_role("button", name="To live")).to_have_count(0)
    slider = player.dialog.get_by_role("slider", name="Position")
    assert float(slider.get_attribute("max") or 0) == pytest.approx(length, abs=1)
    slider.focus()
    page.keyboard.press("Home")
    wait_for(lambda: player.state("currentTime") < 3, "It does not go back", PATIENCE)
    player.close()

    shown.get_by_role("button", name="Delete: ").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Delete {title}?")
    dialog.get_by_role("button", name="Delete").click()
    expect(shown).to_contain_text("Nothing has been recorded yet.")
    wait_for(lambda: files(own_home) == [], "The file stays", PATIENCE)


@pytest.mark.nightly
def test_from_the_card_and_by_voice(page: Page, own_home: Home) -> None:
    set_options(own_home.client, {"recordings": True})
    wait_for_feed(own_home.client)
    title = own_home.client.get("/api/states/sensor.toonami_aftermath_east_up_next")["state"]
    show(page, own_home, title=title)
    # The last one does not begin while this runs.
    showing = page.locator(f"{CARD} a.row[href*='/guide/']").last
    path = showing.get_attribute("href")
    showing.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Record", exact=True).click()
    expect(sheet.get_by_role("status").filter(has_text="It will be recorded.")).to_be_visible()
    page.goto("/card-test/0")
    marked = page.locator(f"{CARD} a.row[href='{path}']")
    expect(marked.get_by_role("img", name="will be recorded")).to_be_visible()

    said = speech(say(own_home, f"Don't record {title}", "en"))
    assert said.startswith(f"I will not record {title} ")
    expect(marked).to_be_visible()
    expect(marked.get_by_role("img", name="will be recorded")).to_have_count(0)
