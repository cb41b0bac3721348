"""What plays the recordings of a made-up house."""

from io import BytesIO
from typing import Final
import wave

from playwright.sync_api import Locator, Page, Route, expect
import pytest

from scripts.lib.develop.waiting import wait_for
from tests.e2e.test_panel_recordings import asked, open_page

ANSWER: Final = """([url, type]) => {
  const { library } = harness.connection;
  const { do: usual } = library;
  library.do = (command, message) => command === "recordings/watch"
    ? { url, type, expires_in: 3600 } : usual.call(library, command, message);
}"""
"""Lets a recording be at an address."""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def play(page: Page, url: str, kind: str) -> Locator:
    """Play a recording that is there; return what plays it."""
    found = open_page(page)
    page.evaluate(ANSWER, [url, kind])
    found.get_by_role("button", name="Play: ").first.click()
    return page.locator("tdl-recorded")


def silence(seconds: int) -> bytes:
    """Make a sound that every browser plays."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * seconds))
    return file.getvalue()


def test_sound_is_played_as_a_file(page: Page) -> None:
    page.route("**/recordings/1.m4a", lambda route: None)
    recorded = play(page, "/recordings/1.m4a", "audio/mp4")
    expect(recorded.locator("video")).to_have_attribute("src", "/recordings/1.m4a")


def test_what_was_left_before_it_began_is_not_played(page: Page) -> None:
    held: list[Route] = []
    # Playwright writes on the function that it is given.
    page.route("**/ui/recorded.js", lambda route: held.append(route))  # noqa: PLW0108
    found = open_page(page)
    with page.expect_request("**/ui/recorded.js"):
        found.get_by_role("button", name="Play: ").first.click()
    page.get_by_role("link", name="Guide").first.click()
    expect(found).to_have_count(0)
    held[0].continue_()
    page.evaluate("customElements.whenDefined('tdl-recorded').then(() => undefined)")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert asked(page) == []


@pytest.mark.nightly
def test_what_the_browser_cannot_play_is_said_at_once(page: Page) -> None:
    recorded = play(page, "/recordings/1.ts", "video/mp2t")
    expect(recorded.get_by_role("status")).to_contain_text("could not play what came")
    expect(recorded.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.nightly
def test_what_was_paused_stays_so_after_trouble(page: Page) -> None:
    sound = silence(60)
    page.route(
        "**/recordings/1.wav", lambda route: route.fulfill(body=sound, content_type="audio/wav")
    )
    recorded = play(page, "/recordings/1.wav", "audio/wav")
    video = recorded.locator("video")
    wait_for(lambda: video.evaluate("video => video.currentTime") > 0, "It is not played", 30)
    recorded.get_by_role("button", name="Pause (space)").click()
    expect(video).to_have_js_property("paused", value=True)
    video.evaluate("video => video.dispatchEvent(new Event('error'))")
    wait_for(lambda: len(asked(page)) == 2, "It is not asked for again", 30)
    expect(video).to_have_js_property("readyState", 4)
    assert video.evaluate("video => video.paused") is True
    recorded.get_by_role("button", name="Play (space)").click()
    expect(video).to_have_js_property("paused", value=False)
