"""Every page and every state of the panel, in a real Home Assistant and in all looks."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import shutil
import sys

from playwright.sync_api import Browser, ConsoleMessage, Page, expect
import pytest

from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import DOMAIN, entry_id, set_up
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import open_page
from tests.e2e.looks import examine
from tests.e2e.wire import Wire

PANEL = "toonami-downlink-panel"
DOWN = {"rules": [{"endpoint": "*", "kind": "reset"}]}
HOSTILE_CLI = ROOT / "tests" / "fakes" / "hostile_cli.py"
LIVE = "tdl-grid .cell.live, tdl-list .channel"


def provider_of(home: Home) -> str | None:
    """Return the kind of provider; None while the entry is reloaded."""
    answer = home.client.send("GET", "/api/toonami_downlink/status")
    return str(answer.json()["provider"]["kind"]) if answer.status == 200 else None


@pytest.fixture
def console() -> list[str]:
    """What the browser complained about."""
    return []


@pytest.fixture
def view(browser: Browser, home: Home, access: Access, console: list[str]) -> Iterator[Page]:
    """An empty page; its console has to be clean in the end."""

    def on_console(message: ConsoleMessage) -> None:
        # An address of somebody else's that does not answer is what the panel asks about.
        is_ours = message.location["url"].startswith((home.base_url, "ws"))
        if message.type == "error" and (is_ours or not message.location["url"]):
            console.append(f"{message.text} ({message.location['url']})")

    page = open_page(browser, home, height=800)
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("console", on_console)
    yield page
    page.context.close()
    assert console == []


def go(page: Page, path: str, landmark: str) -> None:
    page.goto(f"/toonami-downlink/{path}")
    expect(page.locator(landmark).first).to_be_visible()


def refresh(home: Home) -> str | None:
    """Refresh, and return the error."""
    error: str | None = home.client.command("toonami_downlink/refresh")["error"]
    return error


def test_the_guide(view: Page) -> None:
    go(view, "guide", LIVE)
    examine(view, "guide", PANEL)

    view.locator("tdl-list .channel").first.click()
    expect(view.locator("tdl-list .item.live")).to_be_in_viewport()
    examine(view, "guide_day", PANEL)

    view.set_viewport_size({"width": 1280, "height": 800})
    view.locator("tdl-grid .cell.live").first.click()
    expect(view.get_by_role("dialog").locator(".text")).not_to_be_empty()
    examine(view, "details", PANEL)
    view.keyboard.press("Escape")

    view.locator("tdl-search input").fill("the")
    expect(view.locator("tdl-search [role=option]").first).to_be_visible()
    examine(view, "search", PANEL)


def test_connecting(view: Page, home: Home) -> None:
    go(view, "connect", ".tile")
    view.locator("#origin").select_option(home.base_url)
    expect(view.get_by_text("The address works")).to_be_visible()
    examine(view, "connect", PANEL)

    view.get_by_role("button", name="IPTV Smarters").click()
    view.locator("tdl-connect summary").click()
    examine(view, "connect_steps", PANEL)

    view.get_by_role("button", name="QR code: Username").click()
    expect(view.locator("#qr svg")).to_be_visible()
    examine(view, "connect_qr", PANEL)
    view.keyboard.press("Escape")

    view.get_by_role("button", name="Replace…").click()
    expect(view.get_by_role("button", name="Cancel")).to_be_focused()
    examine(view, "connect_replace", PANEL)


def test_the_status(view: Page) -> None:
    go(view, "status", ".chain")
    examine(view, "status", PANEL)

    view.locator("tdl-status").evaluate("element => element.scrollTo(0, 9999)")
    examine(view, "status_end", PANEL)


def test_tuning(view: Page) -> None:
    wire = Wire(view)
    wire.lost.add("toonami_downlink/overview/subscribe")
    go(view, "guide", ".skeleton")
    examine(view, "tuning", PANEL)


def test_no_signal_yet(view: Page, home: Home, upstream: Upstream) -> None:
    upstream.set_faults(DOWN)
    identifier = entry_id(home.client)
    disable = "config_entries/disable"
    home.client.command(disable, entry_id=identifier, disabled_by="user")
    shutil.rmtree(home.folder / ".cache" / DOMAIN)
    home.client.command(disable, entry_id=identifier, disabled_by=None)
    go(view, "guide", "text=No signal yet")
    expect(view.get_by_text("Could not reach Toonami Aftermath")).to_be_visible()
    examine(view, "no_signal_yet", PANEL)

    upstream.set_faults({"latency": 0.3})
    view.get_by_role("button", name="Refresh now").click()
    expect(view.get_by_text("Tuning in for the first time")).to_be_visible()
    examine(view, "first_refresh", PANEL)
    upstream.set_faults({})

    expect(view.locator(LIVE).first).to_be_visible()


def test_refreshing(view: Page, home: Home, upstream: Upstream) -> None:
    go(view, "status", ".chain")
    upstream.set_faults({"latency": 1})
    view.get_by_role("button", name="Refresh now").click()
    expect(view.locator(".link.active")).to_be_visible()
    examine(view, "refreshing", PANEL)
    upstream.set_faults({})

    expect(view.locator(".link.ok")).to_have_count(5)
    expect(view.locator("#sentence")).to_contain_text("Receiving.")


def test_the_signal_is_lost_and_found(view: Page, home: Home, upstream: Upstream) -> None:
    upstream.set_faults(DOWN)
    assert refresh(home) == "upstream_unreachable"
    go(view, "guide", "text=is still being served")
    examine(view, "signal_lost", PANEL)
    view.get_by_role("link", name="Status").click()
    expect(view.locator(".problem")).to_contain_text("Check the internet connection")
    examine(view, "signal_lost_status", PANEL)

    upstream.set_faults({})
    view.get_by_role("button", name="Refresh now").click()
    expect(view.locator(".problem")).to_have_count(0)
    expect(view.get_by_text("Problems of late")).to_be_visible()


def test_the_connection_is_lost_and_comes_back(view: Page, console: list[str]) -> None:
    wire = Wire(view)
    go(view, "guide", LIVE)
    wire.cut()
    expect(view.get_by_role("alert")).to_contain_text("connection to Home Assistant is lost")
    examine(view, "offline", PANEL)

    wire.mend()
    expect(view.get_by_role("alert")).to_have_count(0)
    view.locator("tdl-list .channel").first.click()
    expect(view.locator("tdl-list .item.live")).to_be_in_viewport()
    # The browser itself says that there was no connection.
    assert all("WebSocket" in text for text in console)
    console.clear()


def test_the_integration_does_not_run(view: Page, home: Home) -> None:
    stored = home.folder / ".storage" / f"{DOMAIN}.credentials"
    good = stored.read_text("utf-8")
    reload_path = f"/api/config/config_entries/entry/{entry_id(home.client)}/reload"
    settings = view.locator(PANEL).get_by_role("link", name="Settings")
    go(view, "guide", LIVE)
    try:
        stored.write_text(json.dumps({**json.loads(good), "version": 99}), "utf-8")
        home.client.send("POST", reload_path)
        expect(settings).to_be_visible()
        expect(view.get_by_text("could not start it")).to_be_visible()
        examine(view, "not_running", PANEL)
        view.reload()
        expect(settings).to_be_visible()
    finally:
        stored.write_text(good, "utf-8")
        home.client.send("POST", reload_path)

    expect(view.locator(LIVE).first).to_be_visible()


def test_a_hostile_guide_and_a_command_that_goes(
    view: Page, home: Home, upstream: Upstream, tmp_path: Path
) -> None:
    command = tmp_path / "hostile_cli.py"
    command.write_text(f"#!{sys.executable}\n{HOSTILE_CLI.read_text('utf-8')}", "utf-8")
    command.chmod(0o755)
    set_up(home.client, "command", {"provider_command": str(command)})
    try:
        wait_for_feed(home.client)
        go(view, "guide", LIVE)
        expect(view.locator("tdl-grid .cell.live .title").first).to_contain_text("<img src=x")
        view.locator("tdl-grid .cell.live").first.click()
        expect(view.get_by_role("dialog").locator("h2")).to_contain_text("<img src=x")
        examine(view, "hostile_details", PANEL)
        view.keyboard.press("Escape")
        examine(view, "hostile", PANEL)
        assert view.evaluate("window.hacked") is None

        command.unlink()
        assert refresh(home) == "provider_command_missing"
        view.set_viewport_size({"width": 1280, "height": 800})
        view.get_by_role("link", name="Status").click()
        expect(view.locator(".problem")).to_contain_text("command was not found")
        examine(view, "provider_command_missing", PANEL)
    finally:
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        wait_for(lambda: provider_of(home) == "bundled", "It was not reloaded", 60)
        assert refresh(home) is None


def test_guide_connect_and_refresh_by_keyboard_only(view: Page, home: Home) -> None:
    def tab_to(name: str, key: str = "Tab") -> None:
        """Press a key until something with that name has the focus."""
        for _ in range(60):
            view.keyboard.press(key)
            if re.search(name, view.evaluate(FOCUSED)):
                return
        raise AssertionError(f"The tab key does not get to {name}")

    go(view, "guide", LIVE)
    tab_to("On air")
    view.keyboard.press("ArrowRight")
    view.keyboard.press("ArrowDown")
    view.keyboard.press("Enter")
    expect(view.get_by_role("dialog")).to_be_visible()
    view.keyboard.press("Escape")
    expect(view.locator("tdl-grid .cell:focus")).to_have_count(1)

    tab_to("^Connect$", "Shift+Tab")
    view.keyboard.press("Enter")
    expect(view.locator(".tile").first).to_be_visible()
    tab_to("^TiviMate")
    view.keyboard.press("Enter")
    tab_to("Show the secret in: Playlist URL")
    view.keyboard.press("Space")
    expect(view.locator(".steps .value").first).to_contain_text("playlist.m3u")

    tab_to("^Status$", "Shift+Tab")
    view.keyboard.press("Enter")
    tab_to("Refresh now")
    view.keyboard.press("Enter")
    expect(view.locator(".link.active")).to_be_visible()
    expect(view.locator(".link.ok")).to_have_count(5)
    assert view.evaluate(FOCUSED) == "Refresh now"


DEEP = """let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;"""
FOCUSED = f"""() => {{ {DEEP}
  return (node.getAttribute("aria-label") ?? node.textContent).trim();
}}"""
