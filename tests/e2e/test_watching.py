"""Watching television in the panel of a real Home Assistant."""

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import screenshot
from tests.e2e.television import Set
from tests.simulator import counter

pytestmark = pytest.mark.usefixtures("access")


@pytest.fixture
def television(page: Page) -> Set:
    page.goto("/toonami-downlink/guide")
    return Set(page)


def test_watch_and_leave(television: Set, page: Page, upstream: Upstream) -> None:
    television.watch()
    television.expect_place("docked")
    assert television.state("muted") is False
    before = television.state("currentTime")
    television.wait_until_further()
    assert television.state("currentTime") > before
    behind = counter.forward(television.position or 0, upstream.streams()["clock"]["position"])
    assert 0 < behind < 40
    screenshot(page, "watching")

    page.locator("ha-sidebar").get_by_text("Settings").click()
    expect(page.locator("tdl-player")).to_have_count(0)
    wait_for(lambda: not upstream.streams()["connections"], "Upstream is still asked", 10)
