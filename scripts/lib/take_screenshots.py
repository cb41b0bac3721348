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

TARGET: Final = ROOT / ".github" / "images"
ADDRESS: Final = "192.168.1.5:8123"
"""Where the pictures say that Home Assistant is."""
COLOURS: Final = 128
PLAYER: Final = "Kodi/21.2 (X11; Linux x86_64) App_Bitness/64 Version/21.2-(21.2.0)"


def guide(page: Page) -> None:
    """Show the guide, with its pictures."""
    page.goto("/toonami-downlink/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()


def connect(page: Page, access: Access) -> None:
    """Show how Kodi is set up, at the moment in which it has connected."""
    page.goto("/toonami-downlink/connect")
    page.locator(".tile", has_text="Kodi").click()
    for url in (access.playlist_url, access.guide_url):
        request("GET", url, headers={"User-Agent": PLAYER})
    expect(page.locator(".arrival.here")).to_contain_text("Kodi")


def keep(page: Page, name: str) -> None:
    """Write what the page shows, with as few colours as do."""
    page.wait_for_load_state("networkidle")
    TARGET.mkdir(parents=True, exist_ok=True)
    path = TARGET / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size} bytes")


def main() -> None:
    """Take both pictures."""
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
        page = open_page(browser, home, at=f"http://{ADDRESS}", height=760)
        page.emulate_media(color_scheme="dark")
        guide(page)
        keep(page, "guide")
        connect(page, access)
        keep(page, "connect")
        browser.close()


if __name__ == "__main__":
    main()
