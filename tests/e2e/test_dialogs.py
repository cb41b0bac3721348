"""The dialogs that people click through, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect
import pytest

from scripts.lib.develop.feed import Access, entries, fetch, wait_for_feed
from scripts.lib.develop.flow import entry_id, remove
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import screenshot


def test_integration_is_added_by_three_clicks(home: Home, upstream: Upstream, page: Page) -> None:
    remove(home.client)
    upstream.set_faults({"latency": 0.1})
    page.goto("/config/integrations/dashboard")
    clicks = 0

    def click(what: Locator) -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    click(page.get_by_text("Add integration").first)
    expect(page.get_by_text("Select brand")).to_be_visible()
    page.locator("dialog-add-integration input").fill("Toonami")
    click(page.get_by_text("Toonami Downlink").first)
    expect(page.get_by_text("Watch Toonami Aftermath")).to_be_visible()
    screenshot(page, "dialog-set-up")
    # Nobody else opens this: the test has another server than people have.
    page.get_by_text("Advanced").click()
    page.locator("input[name=api_url]").fill(upstream.url)
    screenshot(page, "dialog-advanced")
    click(page.get_by_role("button", name="Submit"))
    expect(page.locator("ha-progress-bar, ha-spinner, ha-progress-ring").first).to_be_visible()
    screenshot(page, "dialog-progress")
    link = page.get_by_role("link", name="Watch now, or connect your television")
    expect(link).to_be_visible(timeout=120_000)
    screenshot(page, "dialog-done")
    access = wait_for_feed(home.client)
    assert len(entries(fetch(access.playlist_url).body)) == 7
    assert clicks == 3

    link.click()
    expect(page).to_have_url(re.compile(r"/toonami-downlink"))
    expect(page.locator("tdl-guide")).to_be_visible()
    expect(link).to_be_hidden()
    screenshot(page, "dialog-left")


@pytest.mark.nightly
def test_integration_and_device_pages_show_what_there_is(
    home: Home, access: Access, page: Page
) -> None:
    page.goto("/config/integrations/integration/toonami_downlink")
    expect(page.get_by_text("Toonami Downlink").first).to_be_visible()
    expect(page.get_by_text("8 devices").or_(page.get_by_text("8 services")).first).to_be_visible()
    screenshot(page, "integration-page")
    devices = home.client.command("config/device_registry/list")
    east = next(device for device in devices if device["name"] == "Toonami Aftermath East")
    page.goto(f"/config/devices/device/{east['id']}")
    expect(page.get_by_text("Now playing").first).to_be_visible()
    screenshot(page, "device-page")
    assert entry_id(home.client) in east["config_entries"]
