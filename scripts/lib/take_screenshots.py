"""Take the pictures of the README: the panel in a real Home Assistant, the upstream simulated."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import FLAGS, open_page
from tests.e2e.television import Set
from tests.e2e.viewports import SETTLE

TARGET: Final = ROOT / ".github" / "images"
ADDRESS: Final = "192.168.1.5:8123"
"""Where the pictures say that Home Assistant is."""
ALL_LOADED: Final = """() => {
  const within = (root) => [root, ...[...root.querySelectorAll("*")]
    .flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : []))];
  const images = within(document).flatMap((root) => [...root.querySelectorAll("img")]);
  return images.every((image) => image.complete);
}"""
"""Whether all pictures are there; the stream goes on loading for ever."""
PLAYER: Final = "Kodi/21.2 (X11; Linux x86_64) App_Bitness/64 Version/21.2-(21.2.0)"


def watch(page: Page) -> None:
    """Show the guide with the first channel on."""
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    # Until its buttons are gone.
    page.mouse.move(0, 0)
    expect(television.player.locator("section.busy")).to_have_count(0)


def phone(page: Page) -> None:
    """Show what a phone shows: all channels with what is on and next."""
    page.goto("/toonami-downlink/guide")
    expect(page.locator("tdl-list .channel").first).to_be_visible()


def card(page: Page, home: Home) -> None:
    """Show a dashboard with two cards: the channel with its day, and several channels."""
    kind = {"type": "custom:toonami-downlink-card"}
    cards = [
        {**kind, "channels": ["1"], "guide": True},
        {**kind, "channels": ["3", "2", "4"]},
    ]
    views = [{"title": "Television", "cards": cards}]
    board = {"url_path": "tele-vision", "title": "Television", "mode": "storage"}
    home.client.command("lovelace/dashboards/create", **board)
    home.client.command("lovelace/config/save", url_path="tele-vision", config={"views": views})
    page.goto("/tele-vision/0")
    expect(page.locator("toonami-downlink-card .frame")).to_have_count(len(cards))


def connect(page: Page, access: Access) -> None:
    """Show how Kodi is set up, at the moment in which it has connected."""
    page.goto("/toonami-downlink/connect")
    page.locator(".tile", has_text="Kodi").click()
    for url in (access.playlist_url, access.guide_url):
        request("GET", url, headers={"User-Agent": PLAYER})
    expect(page.locator(".arrival.here")).to_contain_text("Kodi")


def keep(page: Page, name: str) -> None:
    """Write what the page shows, in all its colours."""
    page.wait_for_function(ALL_LOADED)
    page.evaluate(SETTLE)
    TARGET.mkdir(parents=True, exist_ok=True)
    path = TARGET / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    with Image.open(path) as image:
        whole = image.convert("RGB")
    whole.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size} bytes")


def main() -> None:
    """Take all the pictures."""
    with TemporaryDirectory() as name:
        upstream, home = Upstream(Path(name) / "upstream.log"), Home(Path(name) / "home")
        try:
            upstream.start()
            home.start()
            set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
            take(home, wait_for_feed(home.client))
        finally:
            home.stop()
            upstream.stop()


def take(home: Home, access: Access) -> None:
    """Open a browser that finds this Home Assistant at the address of the pictures."""
    rule = f"--host-resolver-rules=MAP {ADDRESS} 127.0.0.1:{home.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, rule]
        )
        address = f"http://{ADDRESS}"
        page = open_page(browser, home, at=address, width=1440, height=800)
        page.emulate_media(color_scheme="dark")
        watch(page)
        keep(page, "watching")
        connect(page, access)
        keep(page, "connect")
        page.set_viewport_size({"width": 1280, "height": 520})
        card(page, home)
        keep(page, "card")
        page.context.close()
        page = open_page(browser, home, at=address, width=390, height=760)
        page.emulate_media(color_scheme="dark")
        phone(page)
        keep(page, "phone")
        page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
