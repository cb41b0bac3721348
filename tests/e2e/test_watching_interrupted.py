"""What interrupts the television in the panel, and what leaving it in other ways does."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect
import pytest

from scripts.lib.develop.accounts import sign_in
from scripts.lib.develop.client import Client, request
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import open_page, overhear
from tests.e2e.television import Set, wait_until_idle
from tests.night import by_night
from tests.simulator import NODES

PATIENCE_OF_VIEWERS = 15_000
"""Milliseconds after which the picture has to be back."""
ALL_DEAD = {"nodes": dict.fromkeys(NODES, "dead")}
WATCH_OVER = """video => {
  let [time, at] = [video.currentTime, performance.now()];
  window.longest = 0;
  setInterval(() => {
    const now = performance.now();
    window.longest = Math.max(longest, now - at);
    if (video.currentTime !== time) [time, at] = [video.currentTime, now];
  }, 50);
}"""
"""Notes for how long the picture has stood still at most: by the page's own clock."""
IN_WINDOW = "Boolean(document.pictureInPictureElement)"
LOG_OUT = """document.querySelector("home-assistant")
  .dispatchEvent(new CustomEvent("hass-logout", { bubbles: true, composed: true }))"""
OF_THE_BROWSER = re.compile("Failed to load resource|WebSocket|net::ERR")


def revoke(login: Client) -> None:
    """End a session, as another browser of its user can."""
    form = urlencode({"token": login.tokens["refresh_token"]}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{login.base_url}/auth/revoke"
    assert request("POST", url, headers=headers, body=form).status == 200


def serving(upstream: Upstream) -> str | None:
    """Return the node that has served a segment last."""
    requests = reversed(upstream.log()["requests"])
    return next((one["node"] for one in requests if one["part"] == "segment"), None)


@pytest.fixture
def television(page: Page, access: object) -> Set:
    page.goto("/toonami-downlink/guide")
    return Set(page)


@pytest.mark.nightly
def test_a_node_dies_and_the_picture_hardly_stands(television: Set, upstream: Upstream) -> None:
    television.watch()
    television.video.evaluate(WATCH_OVER)
    node = wait_for(lambda: serving(upstream), "No segment is fetched", 30)
    upstream.set_faults({"nodes": {node: "dead"}})
    # More than there is in reserve.
    television.wait_until_further(40, 120)
    assert television.page.evaluate("longest") < PATIENCE_OF_VIEWERS


@pytest.mark.nightly
def test_upstream_was_away_and_the_picture_comes_back(television: Set, upstream: Upstream) -> None:
    television.watch()
    upstream.set_faults(ALL_DEAD)
    wait_for(lambda: television.position is None, "The signal is not lost", 90)
    asked = len(upstream.log()["requests"])
    wait_for(lambda: len(upstream.log()["requests"]) >= asked + 6, "Upstream is not tried", 90)
    begun = television.page.evaluate("performance.now()")
    upstream.set_faults({})
    television.wait_for_picture()
    assert television.page.evaluate("performance.now()") - begun < PATIENCE_OF_VIEWERS


@pytest.mark.nightly
def test_picture_in_picture(television: Set, home: Home, upstream: Upstream) -> None:
    page = television.page
    television.watch()
    television.button("Picture in picture").click()
    wait_for(lambda: page.evaluate(IN_WINDOW), "It is not in a window of its own", 30)
    page.get_by_role("link", name="Status").click()
    television.wait_until_further()
    assert page.evaluate(IN_WINDOW)
    television.button("Picture in picture").click()
    wait_for(lambda: not page.evaluate(IN_WINDOW), "The window stays", 30)
    television.expect_place("mini")
    television.wait_until_further()

    television.button("Picture in picture").click()
    wait_for(lambda: page.evaluate(IN_WINDOW), "It is not in a window of its own", 30)
    page.locator("ha-sidebar").get_by_text("Settings").click()
    wait_for(lambda: not page.evaluate(IN_WINDOW), "The window stays", 30)
    wait_until_idle(home, upstream)


@pytest.mark.parametrize("where", by_night(["here", "elsewhere"], keep=["elsewhere"]))
def test_signing_out(
    browser: Browser, home: Home, access: object, upstream: Upstream, where: str
) -> None:
    login = Client(home.base_url)
    sign_in(login)
    page = open_page(browser, home, login=login)
    said: list[str] = []
    overhear(page, home.base_url, said)
    page.goto("/toonami-downlink/guide")
    Set(page).watch()
    if where == "here":
        # What the button in the profile does.
        page.evaluate(LOG_OUT)
    else:
        revoke(login)
    expect(page.locator("ha-authorize")).to_be_visible()
    wait_until_idle(home, upstream)
    page.context.close()
    assert [text for text in said if not OF_THE_BROWSER.search(text)] == []
