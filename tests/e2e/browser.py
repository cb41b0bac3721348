"""A real browser, logged in to Home Assistant."""

import json
from pathlib import Path
import re
import shutil
import time
from typing import Any, Final

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

from scripts.lib.develop.client import Client
from scripts.lib.develop.flow import DOMAIN
from scripts.lib.develop.home import Home
from tests.panel.harness import HEALTH

SCREENSHOTS: Final = Path(__file__).parent / ".screenshots"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that makes loopback a page of the network: not secure, as most homes are.
    "--host-resolver-rules=MAP tv.test 127.0.0.1",
)
NOT_OURS: Final = re.compile(rf"/api/brands/integration/(?!{DOMAIN}/)|/favicon\.ico$")
PATIENCE: Final = 30_000
"""Milliseconds until something has to be on the page."""

expect.set_options(timeout=PATIENCE)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium without a window."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def logged_in(client: Client, address: str) -> dict[str, Any]:
    """Return what a browser remembers of a login, under the name ``hassTokens``."""
    return {
        **client.tokens,
        "access_token": client.access_token,
        "expires": int((time.time() + 86_400) * 1000),
        "hassUrl": address,
        "clientId": f"{address}/",
    }


def open_page(
    browser: Browser,
    home: Home,
    *,
    at: str = "",
    login: Client | None = None,
    width: int = 1280,
    height: int = 900,
) -> Page:
    """Open an empty page of a session of its own; close its context when done.

    `at`: the address, where the browser is to use another than the process does. `login`: one of
    its own, where it is not to share the process's.
    """
    address = at or home.base_url
    context = browser.new_context(base_url=address, viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE)
    stored = json.dumps(json.dumps(logged_in(login or home.client, address)))
    context.add_init_script(f"localStorage.setItem('hassTokens', {stored})")
    return context.new_page()


def answer_elsewhere(page: Page) -> None:
    """Answer for the made-up station at the addresses that it has elsewhere."""
    page.route(
        re.compile(r"^http://192\.168\.1\.5:8123/|^https://tv\.example\.com/"),
        lambda route: route.fulfill(
            body=HEALTH,
            content_type="application/json",
            headers={"Access-Control-Allow-Origin": "*"},
        ),
    )


def overhear(page: Page, address: str, said: list[str]) -> None:
    """Note from now on what breaks in the page, and what its console calls an error.

    Left out are what does not answer at other addresses, because the panel asks whether they do,
    and the brands of other integrations, which Home Assistant fetches from the internet.
    """

    def on_console(message: ConsoleMessage) -> None:
        url = message.location["url"]
        elsewhere = url and not url.startswith((address, "ws"))
        if message.type == "error" and not elsewhere and not NOT_OURS.search(url):
            said.append(f"{message.text} ({url})")

    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", on_console)


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the page, for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
