"""Every page and every state of the panel, in a real Home Assistant and in all looks."""

import json
from pathlib import Path
import re
import shutil
import sys

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import DOMAIN, entry_id, set_up
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.on_air import with_details
from tests.e2e.viewports import check_viewports
from tests.e2e.wire import Wire

pytestmark = pytest.mark.usefixtures("access")
PANEL = "toonami-downlink-panel"
DOWN = {"rules": [{"endpoint": "*", "kind": "reset"}]}
HOSTILE_CLI = ROOT / "tests" / "fakes" / "hostile_cli.py"
LIVE = "tdl-grid .cell.live, tdl-list .channel"


def provider_of(home: Home) -> str | None:
    """Return the kind of provider; None while the entry is reloaded."""
    answer = home.client.send("GET", "/api/toonami_downlink/status")
    return str(answer.json()["provider"]["kind"]) if answer.status == 200 else None


def go(page: Page, path: str, landmark: str) -> None:
    page.goto(f"/toonami-downlink/{path}")
    expect(page.locator(landmark).first).to_be_visible()


def refresh(home: Home) -> str | None:
    """Refresh, and return the error."""
    error: str | None = home.client.command("toonami_downlink/refresh")["error"]
    return error


@pytest.mark.nightly
def test_the_guide(page: Page, home: Home) -> None:
    go(page, "guide", LIVE)
    check_viewports(page, "guide", PANEL)

    page.locator("tdl-list .channel").first.click()
    expect(page.locator("tdl-list .item.live")).to_be_in_viewport()
    check_viewports(page, "guide_day", PANEL)

    page.set_viewport_size({"width": 1280, "height": 800})
    with_details(page, home).click()
    expect(page.get_by_role("dialog").locator(".text")).not_to_be_empty()
    check_viewports(page, "details", PANEL)
    page.keyboard.press("Escape")

    page.locator("tdl-search input").fill("the")
    expect(page.locator("tdl-search [role=option]").first).to_be_visible()
    check_viewports(page, "search", PANEL)


@pytest.mark.nightly
def test_connecting(page: Page, home: Home) -> None:
    go(page, "connect", ".tile")
    page.locator("#origin").select_option(home.base_url)
    expect(page.get_by_text("The address works")).to_be_visible()
    check_viewports(page, "connect", PANEL)

    page.get_by_role("button", name="IPTV Smarters").click()
    page.locator("tdl-connect summary").click()
    check_viewports(page, "connect_steps", PANEL)

    page.get_by_role("button", name="QR code: Username").click()
    expect(page.locator("#qr svg")).to_be_visible()
    check_viewports(page, "connect_qr", PANEL)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Replace…").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    check_viewports(page, "connect_replace", PANEL)


@pytest.mark.nightly
def test_the_status(page: Page) -> None:
    go(page, "status", ".chain")
    check_viewports(page, "status", PANEL)

    page.locator("tdl-status").evaluate("element => element.scrollTo(0, 9999)")
    check_viewports(page, "status_end", PANEL)


@pytest.mark.nightly
def test_tuning(page: Page) -> None:
    wire = Wire(page)
    wire.lost.add("toonami_downlink/overview/subscribe")
    go(page, "guide", ".skeleton")
    check_viewports(page, "tuning", PANEL)


def test_no_signal_yet(page: Page, home: Home, upstream: Upstream) -> None:
    upstream.set_faults(DOWN)
    identifier = entry_id(home.client)
    disable = "config_entries/disable"
    home.client.command(disable, entry_id=identifier, disabled_by="user")
    shutil.rmtree(home.folder / ".cache" / DOMAIN)
    home.client.command(disable, entry_id=identifier, disabled_by=None)
    go(page, "guide", "text=No signal yet")
    expect(page.get_by_text("Could not reach Toonami Aftermath")).to_be_visible()
    check_viewports(page, "no_signal_yet", PANEL)

    upstream.set_faults({"latency": 0.3})
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("Tuning in for the first time")).to_be_visible()
    check_viewports(page, "first_refresh", PANEL)
    upstream.set_faults({})

    expect(page.locator(LIVE).first).to_be_visible()


@pytest.mark.nightly
def test_refreshing(page: Page, home: Home, upstream: Upstream) -> None:
    go(page, "status", ".chain")
    upstream.set_faults({"latency": 1})
    page.get_by_role("button", name="Refresh now").click()
    expect(page.locator(".link.active")).to_be_visible()
    check_viewports(page, "refreshing", PANEL)
    upstream.set_faults({})

    expect(page.locator(".link.ok")).to_have_count(5)
    expect(page.locator("#sentence")).to_contain_text("Receiving.")


@pytest.mark.nightly
def test_the_guide_is_not_refreshed_and_then_is(page: Page, home: Home, upstream: Upstream) -> None:
    upstream.set_faults(DOWN)
    assert refresh(home) == "upstream_unreachable"
    go(page, "guide", "text=is still being served")
    expect(page.get_by_text("guide not refreshed")).to_be_attached()
    check_viewports(page, "not_refreshed", PANEL)
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".problem")).to_contain_text("Check the internet connection")
    check_viewports(page, "not_refreshed_status", PANEL)

    upstream.set_faults({})
    page.get_by_role("button", name="Refresh now").click()
    expect(page.locator(".problem")).to_have_count(0)
    expect(page.get_by_text("Problems of late")).to_be_visible()


@pytest.mark.nightly
def test_the_connection_is_lost_and_comes_back(page: Page, console: list[str]) -> None:
    wire = Wire(page)
    go(page, "guide", LIVE)
    wire.cut()
    expect(page.get_by_role("alert")).to_contain_text("connection to Home Assistant is lost")
    check_viewports(page, "offline", PANEL)

    wire.mend()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.locator("tdl-list .channel").first.click()
    expect(page.locator("tdl-list .item.live")).to_be_in_viewport()
    # The browser itself says that there was no connection.
    assert all("WebSocket" in text for text in console)
    console.clear()


@pytest.mark.nightly
def test_the_integration_does_not_run(page: Page, home: Home) -> None:
    stored = home.folder / ".storage" / f"{DOMAIN}.credentials"
    good = stored.read_text("utf-8")
    reload_path = f"/api/config/config_entries/entry/{entry_id(home.client)}/reload"
    settings = page.locator(PANEL).get_by_role("link", name="Settings")
    go(page, "guide", LIVE)
    try:
        stored.write_text(json.dumps({**json.loads(good), "version": 99}), "utf-8")
        home.client.send("POST", reload_path)
        expect(settings).to_be_visible()
        expect(page.get_by_text("could not start it")).to_be_visible()
        check_viewports(page, "not_running", PANEL)
        page.reload()
        expect(settings).to_be_visible()
    finally:
        stored.write_text(good, "utf-8")
        home.client.send("POST", reload_path)

    expect(page.locator(LIVE).first).to_be_visible()


@pytest.mark.nightly
def test_a_hostile_guide_and_a_command_that_goes(
    page: Page, home: Home, upstream: Upstream, tmp_path: Path
) -> None:
    command = tmp_path / "hostile_cli.py"
    command.write_text(f"#!{sys.executable}\n{HOSTILE_CLI.read_text('utf-8')}", "utf-8")
    command.chmod(0o755)
    set_up(home.client, "command", {"provider_command": str(command)})
    try:
        wait_for_feed(home.client)
        go(page, "guide", LIVE)
        expect(page.locator("tdl-grid .cell.live .title").first).to_contain_text("<img src=x")
        page.locator("tdl-grid .cell.live").first.click()
        expect(page.get_by_role("dialog").locator("h2")).to_contain_text("<img src=x")
        check_viewports(page, "hostile_details", PANEL)
        page.keyboard.press("Escape")
        check_viewports(page, "hostile", PANEL)
        assert page.evaluate("window.hacked") is None

        command.unlink()
        assert refresh(home) == "provider_command_missing"
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("link", name="Status").click()
        expect(page.locator(".problem")).to_contain_text("command was not found")
        check_viewports(page, "provider_command_missing", PANEL)
    finally:
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        wait_for(lambda: provider_of(home) == "bundled", "It was not reloaded", 60)
        assert refresh(home) is None


@pytest.mark.nightly
def test_guide_connect_and_refresh_by_keyboard_only(page: Page, home: Home) -> None:
    def tab_to(name: str, key: str = "Tab") -> None:
        """Press a key until something with that name has the focus."""
        for _ in range(60):
            page.keyboard.press(key)
            if re.search(name, page.evaluate(FOCUSED)):
                return
        raise AssertionError(f"The tab key does not get to {name}")

    go(page, "guide", LIVE)
    tab_to("On air")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("tdl-grid .cell:focus")).to_have_count(1)

    tab_to("^Connect$", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".tile").first).to_be_visible()
    tab_to("^TiviMate")
    page.keyboard.press("Enter")
    tab_to("Show the secret in: Password")
    page.keyboard.press("Space")
    expect(page.locator(".steps .value").last).not_to_contain_text("•")

    tab_to("^Status$", "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to("Refresh now")
    page.keyboard.press("Enter")
    expect(page.locator(".link.active")).to_be_visible()
    expect(page.locator(".link.ok")).to_have_count(5)
    assert page.evaluate(FOCUSED) == "Refresh now"


DEEP = """let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;"""
FOCUSED = f"""() => {{ {DEEP}
  return (node.getAttribute("aria-label") ?? node.textContent).trim();
}}"""
