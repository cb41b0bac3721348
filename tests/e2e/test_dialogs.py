"""The dialogs that people click through, in a real browser."""

from playwright.sync_api import Page, expect

from scripts.lib.develop.feed import Access, entries, fetch, wait_for_feed
from scripts.lib.develop.flow import entry_id, remove
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import screenshot


def test_integration_is_added_by_clicking(home: Home, upstream: Upstream, page: Page) -> None:
    remove(home.client)
    upstream.set_faults({"latency": 0.1})
    page.goto("/config/integrations/dashboard")
    page.get_by_text("Add integration").first.click()
    expect(page.get_by_text("Select brand")).to_be_visible()
    page.locator("dialog-add-integration input").fill("Toonami")
    page.get_by_text("Toonami Downlink").first.click()
    expect(page.get_by_text("Where does the feed come from?")).to_be_visible()
    screenshot(page, "dialog-menu")
    page.get_by_text("Built-in provider (recommended)").click()
    page.get_by_text("Advanced").click()
    page.locator("input[name=api_url]").fill(upstream.url)
    screenshot(page, "dialog-bundled")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("ha-progress-bar, ha-spinner, ha-progress-ring").first).to_be_visible()
    screenshot(page, "dialog-progress")
    finish = page.get_by_role("button", name="Skip and finish")
    expect(finish).to_be_visible(timeout=120_000)
    screenshot(page, "dialog-done")
    finish.click()

    access = wait_for_feed(home.client)
    assert len(entries(fetch(access.playlist_url).body)) == 7


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
