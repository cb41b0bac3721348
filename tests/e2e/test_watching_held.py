"""What the viewer, or the browser, holds up on a television of the panel, and what its keys do."""

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.television import Set
from tests.e2e.test_watching_looks import REFUSE, watch

SHOWN_AGAIN = """() => {
  const { element } = harness;
  const { parentNode } = element;
  element.remove();
  parentNode.append(element);
}"""
"""Lets Home Assistant take the panel away and show it again."""
REFUSED = """HTMLMediaElement.prototype.play = () =>
  Promise.reject(new DOMException("", "NotAllowedError"))"""
"""Lets the browser play nothing before somebody touches the page."""


@pytest.fixture
def page(harness_page: Page) -> Page:
    # There is no relay here: the stream never begins.
    harness_page.route("**/stream/*.m3u8", lambda route: None)
    return harness_page


def watch_four(page: Page) -> Set:
    page.set_viewport_size({"width": 1920, "height": 1080})
    television = watch(page)
    page.keyboard.press("2")
    page.keyboard.press("1")
    television.button("Four channels at once").click()
    expect(television.video).to_have_count(4)
    return television


def test_what_was_paused_stays_so_when_the_panel_is_shown_again(page: Page) -> None:
    television = watch(page)
    expect(television.video).to_have_js_property("paused", value=False)
    page.keyboard.press("Space")
    expect(television.button("Play (space)")).to_be_visible()
    with page.expect_request("**/stream/1.m3u8"):
        page.evaluate(SHOWN_AGAIN)
    television.expect_place("docked")
    expect(television.button("Play (space)")).to_be_visible()
    assert television.state("paused") is True
    page.keyboard.press("Space")
    expect(television.video).to_have_js_property("paused", value=False)


@pytest.mark.nightly
def test_what_was_paused_stays_so_after_long_trouble(page: Page) -> None:
    page.clock.install()
    page.goto("/toonami-downlink/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.evaluate(REFUSE, "not_loaded")
    page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
    television = Set(page)
    expect(television.player.locator("section")).to_be_attached()
    # As the keys of a keyboard do.
    television.player.evaluate("player => player.set.pause()")
    for _ in range(60):
        if television.button("Try again").count():
            break
        page.clock.run_for(16_000)
    expect(television.button("Try again")).to_be_visible()
    page.evaluate(REFUSE, None)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(2000)
    expect(television.button("Play (space)")).to_be_visible()
    assert television.state("paused") is True


def test_what_the_browser_does_not_let_begin_waits_for_the_viewer(page: Page) -> None:
    page.add_init_script(REFUSED)
    television = watch(page)
    expect(television.button("Play (space)")).to_be_visible()
    expect(television.player).not_to_contain_text("Tuning in")
    assert television.state("muted") is False


def test_a_slider_that_was_touched_leaves_the_other_keys_alone(page: Page) -> None:
    television = watch(page)
    volume = television.player.get_by_role("slider", name="Volume")
    volume.focus()
    page.keyboard.press("ArrowLeft")
    expect(volume).to_have_value("0.95")
    page.keyboard.press("m")
    assert television.state("muted") is True


def test_back_among_four_hears_the_channel_that_is_there(page: Page) -> None:
    television = watch_four(page)
    page.keyboard.press("b")
    names = television.player.locator(".cell .hear")
    expect(names.and_(page.locator("[aria-pressed=true]"))).to_contain_text("Aftermath West")
    assert len(set(names.all_inner_texts())) == 4


def test_the_radio_among_four_leaves_the_way_back_to_one(page: Page) -> None:
    television = watch_four(page)
    page.keyboard.press("7")
    television.button("Only this channel").click()
    expect(television.video).to_have_count(1)
