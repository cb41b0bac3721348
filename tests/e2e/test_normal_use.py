"""An ordinary day: nothing of it may leave a complaint in the log."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect
import pytest

from scripts.lib.develop.feed import entries, fetch, wait_for_feed
from scripts.lib.develop.flow import entry_id, remove, set_options, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.assertions import log_complaints
from tests.e2e.browser import open_page, screenshot

pytestmark = pytest.mark.nightly


def test_an_ordinary_day_leaves_the_log_clean(
    make_home: Callable[[], Home], upstream: Upstream, browser: Browser
) -> None:
    home = make_home()
    home.start()
    client = home.client
    set_up(client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    access = wait_for_feed(client)

    for entry in entries(fetch(access.playlist_url).body):
        assert fetch(entry.attributes["tvg-logo"]).headers["content-type"] == "image/png"
    fetch(f"{access.guide_url}.gz")
    client.post("/api/services/button/press", {"entity_id": "button.toonami_downlink_refresh"})
    client.command(
        "call_service", domain="toonami_downlink", service="get_guide", return_response=True
    )
    client.command("media_source/browse_media", media_content_id="media-source://toonami_downlink")
    client.get(f"/api/diagnostics/config_entry/{entry_id(client)}")
    set_options(client, {"guide_days": 3, "stream_links": "home_assistant"})
    access = wait_for_feed(client)
    client.send("POST", f"/api/config/config_entries/entry/{entry_id(client)}/reload")
    wait_for_feed(client)
    page = open_page(browser, home)
    page.goto("/toonami-downlink")
    expect(page.locator("toonami-downlink-panel")).to_be_attached()
    expect(page.get_by_text("Toonami Aftermath East").first).to_be_visible()
    screenshot(page, "panel")
    page.context.close()
    first_run = home.log
    home.stop()
    home.start()
    assert wait_for_feed(client) == access
    remove(client)
    home.stop()

    assert log_complaints(first_run) == []
    assert log_complaints(home.log) == []
    assert not (home.folder / ".cache" / "toonami_downlink").exists()
