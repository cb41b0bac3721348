"""The television of the panel with a made-up station: what is said, and how it looks."""

import re

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.television import Set
from tests.night import by_night

WIDTHS = (320, 390, 700, 1024, 1920, 3840)
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
OUTSIDE = """player => [...player.shadowRoot.querySelectorAll("section button, section input")]
  .map((element) => [element.ariaLabel, element.getBoundingClientRect()])
  .filter(([, { width }]) => width)
  .filter(([, { left, right, bottom }]) => left < 0 || right > innerWidth || bottom > innerHeight)
  .map(([name]) => name)"""
REFUSE = "code => { harness.connection.watchError = code }"


@pytest.fixture
def page(harness_page: Page) -> Page:
    # There is no relay here: the stream never begins.
    harness_page.route("**/stream/*.m3u8", lambda route: route.fulfill(status=204))
    return harness_page


def watch(page: Page, query: str = "") -> Set:
    page.goto(f"/toonami-downlink/guide{query}")
    page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
    television = Set(page)
    expect(television.player.locator("section")).to_be_attached()
    return television


@pytest.mark.parametrize(
    ("code", "text"),
    by_night(
        [
            ("unauthorized", "Only administrators may watch here."),
            ("not_found", "This channel is no longer there."),
        ],
        keep=[("unauthorized", "Only administrators may watch here.")],
    ),
)
def test_what_does_not_end_by_itself_waits_for_the_viewer(page: Page, code: str, text: str) -> None:
    page.goto("/toonami-downlink/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.evaluate(REFUSE, code)
    page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
    player = page.locator("tdl-player")
    expect(player.get_by_role("status").last).to_contain_text(text)
    page.evaluate(REFUSE, None)
    player.get_by_role("button", name="Try again").click()
    expect(player).not_to_contain_text(text)
    player.get_by_role("button", name="Close").click()
    expect(player).to_have_attribute("place", "off")


def test_what_does_not_begin_is_said(page: Page) -> None:
    page.goto("/toonami-downlink/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.evaluate(REFUSE, "not_loaded")
    page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
    status = page.locator("tdl-player").get_by_role("status")
    expect(status.filter(has_text="Trying again")).to_be_visible()


def test_nobody_is_asked_to_watch_who_may_not(page: Page) -> None:
    page.goto("/toonami-downlink/guide?user=guest&watching=admin")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    expect(page.get_by_role("button", name="Watch", exact=True)).to_have_count(0)
    page.goto("/toonami-downlink/guide?user=guest")
    expect(page.get_by_role("button", name="Watch", exact=True)).to_have_count(1)


@pytest.mark.nightly
def test_moving_to_a_media_player(page: Page) -> None:
    television = watch(page)
    television.button("Move to another player").click()
    dialog = television.player.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(page, "tdl-player") == []
    dialog.get_by_role("combobox").select_option("media_player.den")
    dialog.get_by_role("button", name="Play", exact=True).click()
    television.expect_place("off")
    call = page.evaluate("harness.calls")[0]
    assert call[:2] == ["media_player", "play_media"]
    assert call[2]["media_content_id"] == "media-source://toonami_downlink/1"
    assert call[3] == {"entity_id": "media_player.den"}


def test_watching_from_a_programme_and_from_a_channels_day(page: Page) -> None:
    page.goto("/toonami-downlink/guide")
    page.locator("tdl-grid .cell.live").nth(2).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Watch", exact=True).click()
    expect(sheet).to_have_count(0)
    expect(page.locator("tdl-guide .hero .over")).to_contain_text("3 · ")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("tdl-list .channel").nth(1).click()
    page.locator("tdl-list").get_by_role("button", name="Watch", exact=True).click()
    Set(page).expect_place("mini")
    expect(page.locator("tdl-player .what")).to_contain_text("West")


def test_what_is_chosen_after_a_link_to_a_channel_stays_on(page: Page) -> None:
    page.goto("/toonami-downlink/watch/3")
    shown = page.locator("tdl-player .what")
    expect(shown).to_contain_text("Snickelodeon East")
    page.locator("tdl-grid .cell.live").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Watch", exact=True).click()
    expect(sheet).to_have_count(0)
    expect(page).to_have_url(re.compile("/guide$"))
    # Who comes back to an address that says so would watch that channel again by then.
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    expect(shown).to_contain_text("Toonami Aftermath East")


def test_the_picture_stays_while_the_integration_starts_anew(page: Page) -> None:
    television = watch(page)
    video = television.video.element_handle()
    page.evaluate(
        """() => {
          const { connection } = harness;
          window.overview = connection.overview;
          connection.overview = () => ({ loaded: false });
          connection.push("overview");
        }"""
    )
    expect(page.get_by_text("Toonami Downlink is not running")).to_be_visible()
    # The browser pauses what is taken off the page, for however short a time.
    assert video.evaluate("video => video.isConnected")
    television.expect_place("mini")
    page.evaluate(
        """() => {
          harness.connection.overview = window.overview;
          harness.connection.push("overview");
        }"""
    )
    television.expect_place("docked")
    assert video.evaluate("video => video.isConnected")
    expect(television.player.locator(".what")).to_contain_text("Toonami Aftermath East")


def test_a_channel_that_is_no_more_can_be_closed(page: Page) -> None:
    television = watch(page)
    page.evaluate(
        """() => {
          const { connection } = harness;
          const { channels, ...rest } = connection.overview();
          const left = channels.filter(({ number }) => number !== 1);
          connection.overview = () => ({ ...rest, channels: left });
          connection.push("overview");
        }"""
    )
    expect(page.locator("tdl-grid .channel")).to_have_count(6)
    television.button("Close").click()
    television.expect_place("off")


def test_another_of_four_is_as_loud(page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    television = watch(page)
    television.button("Four channels at once").click()
    expect(television.video).to_have_count(4)
    television.player.get_by_role("slider", name="Volume").fill("0.2")
    television.button("Snickelodeon East").click()
    heard = "all => all.map(({ muted, volume }) => !muted && volume)"
    assert television.video.evaluate_all(heard) == [False, False, 0.2, False]
    # The browser tells of it a little later.
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    assert page.evaluate("localStorage.getItem('toonami-downlink-volume')") == "0.2"


@pytest.mark.parametrize("width", by_night(WIDTHS, keep=[320]))
def test_everything_fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    television = watch(page)
    television.expect_place("docked")
    assert page.evaluate(OVERFLOW) <= 0
    assert television.player.evaluate(OUTSIDE) == []
    page.get_by_role("link", name="Connect").click()
    television.expect_place("mini")
    expect(page.locator("tdl-connect .tile").first).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    assert television.player.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("scheme", by_night(["dark", "light"], keep=["light"]))
@pytest.mark.parametrize("language", by_night(["en", "de", "es", "fr", "ja", "pt-BR"], keep=["de"]))
def test_accessibility(page: Page, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"/toonami-downlink/guide?lang={language}")
    page.locator("tdl-guide .hero .button.main").click()
    television = Set(page)
    television.expect_place("docked")
    expect(television.player.locator(".notice p")).to_be_visible()
    assert violations(page, "toonami-downlink-panel") == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("nav.bottom a").last.click()
    television.expect_place("mini")
    assert violations(page, "toonami-downlink-panel") == []


def test_by_keyboard_only(page: Page) -> None:
    television = watch(page)
    television.button("Close").focus()
    assert television.player.locator(".bar").evaluate("bar => getComputedStyle(bar).opacity") != "0"
    page.keyboard.press("Shift+Tab")
    expect(television.button("Full screen")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    television.expect_place("off")


@pytest.mark.nightly
def test_without_motion_and_in_forced_colours(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    television = watch(page)
    moving = "element => element.shadowRoot.getAnimations().length"
    assert television.player.evaluate(moving) == 0
    expect(television.button("Close")).to_be_attached()
