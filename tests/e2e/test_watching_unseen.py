"""What goes on, and what does not, while nobody looks at the panel."""

from playwright.sync_api import Page, expect

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.television import Set, wait_until_idle

AWAY = """
  let isAway = false;
  const tell = (name, get) => Object.defineProperty(document, name, { get, configurable: true });
  tell("hidden", () => isAway);
  tell("visibilityState", () => (isAway ? "hidden" : "visible"));
  window.setAway = (value) => {
    isAway = value;
    document.dispatchEvent(new Event("visibilitychange"));
    if (!value) window.dispatchEvent(new Event("focus"));
  };
  // Home Assistant takes the page of a hidden tab away after five minutes.
  const { setTimeout } = window;
  window.setTimeout = (run, pause, ...rest) =>
    setTimeout(run, pause === 300000 ? 500 : pause, ...rest);
"""


def test_a_tablet_sleeps(page: Page, access: object, home: Home, upstream: Upstream) -> None:
    page.add_init_script(AWAY)
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    page.keyboard.press("3")
    television.wait_for_picture()
    page.evaluate("setAway(true)")
    expect(page.locator("toonami-downlink-panel")).to_have_count(0)
    wait_until_idle(home, upstream)
    page.evaluate("setAway(false)")
    television.wait_until_further()
    expect(page.locator("tdl-guide .hero .over")).to_contain_text("Snickelodeon East")


def test_the_radio_plays_on_in_a_tab_that_nobody_looks_at(page: Page, access: object) -> None:
    page.add_init_script(AWAY)
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    page.keyboard.press("7")
    expect(television.player.locator(".radio")).to_be_visible()
    wait_for(lambda: television.state("currentTime") > 1, "The radio is silent", 60)
    media = television.video.element_handle()
    page.evaluate("setAway(true)")
    expect(page.locator("toonami-downlink-panel")).to_have_count(0)
    before = media.evaluate("media => media.currentTime")
    wait_for(
        lambda: media.evaluate("media => media.currentTime") > before + 1,
        "The radio has stopped",
        30,
    )
    page.evaluate("setAway(false)")
    expect(television.video).to_have_count(1)
    assert television.video.evaluate("(video, media) => video === media", media)
    before = television.state("currentTime")
    wait_for(lambda: television.state("currentTime") > before, "The radio has stopped", 30)
