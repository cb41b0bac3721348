"""What goes on while nobody looks at the panel, and what is left when one goes on."""

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.television import Set, wait_until_idle
from tests.e2e.wire import Wire

COUNT = """
  window.counted = { urls: new Set(), workers: 0, videos: new Set() };
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (thing) => {
    const url = createObjectURL.call(URL, thing);
    counted.urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => { counted.urls.delete(url); revokeObjectURL.call(URL, url); };
  window.Worker = class extends Worker {
    constructor(...all) { super(...all); counted.workers++; }
  };
  const create = document.createElement;
  document.createElement = function (name, ...rest) {
    const made = create.call(this, name, ...rest);
    if (/^(video|audio)$/i.test(name)) counted.videos.add(new WeakRef(made));
    return made;
  };
"""
PLACES = """() => ({
  urls: counted.urls.size, workers: counted.workers, videos: counted.videos.size,
})"""
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
TAKEN_AWAY = """panel => {
  const { parentNode } = panel;
  panel.remove();
  document.createElement("toonami-downlink-panel");
  parentNode.append(panel);
}"""
"""Lets Home Assistant show a panel anew, after one that it has made and not shown."""


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


@pytest.mark.nightly
def test_home_assistant_starts_slowly(page: Page, access: object, console: list[str]) -> None:
    """It shows the panel when that is there, and once more when all else is there as well."""
    wire = Wire(page)
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    wire.unknown.add("toonami_downlink/overview/subscribe")
    wire.cut()
    wire.mend()
    expect(page.locator("toonami-downlink-panel")).to_contain_text("is not running")
    for _ in range(2):
        page.locator("ha-panel-custom").evaluate(TAKEN_AWAY)
        expect(page.locator("toonami-downlink-panel tdl-player")).to_be_attached()
    assert television.player.get_attribute("place") == "off"
    wire.unknown.clear()
    television.wait_until_further()
    expect(page.locator("tdl-guide .hero .over")).to_contain_text("Toonami Aftermath East")
    assert all("WebSocket" in text for text in console)
    console.clear()


@pytest.mark.nightly
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


@pytest.mark.nightly
def test_a_hundred_zaps_leave_nothing_behind(
    page: Page, access: object, home: Home, upstream: Upstream
) -> None:
    page.add_init_script(COUNT)
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    for zap in range(100):
        page.keyboard.press(str(zap % 3 + 1))
    hero = page.locator("tdl-guide .hero .over")
    expect(hero).to_contain_text("Toonami Aftermath East")
    television.wait_for_picture()
    television.wait_until_further()
    found = page.evaluate(PLACES)
    assert found["urls"] <= 1
    assert found["workers"] == 0
    assert found["videos"] <= 2
    television.button("Close").click()
    wait_for(lambda: page.evaluate(PLACES)["urls"] == 0, "An address was left behind", 30)
    wait_until_idle(home, upstream)
