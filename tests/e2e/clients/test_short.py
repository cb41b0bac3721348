"""The short address, as a television and a telephone open it: eight characters beside the host."""

import os
import re

from playwright.sync_api import Browser, expect
import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from tests.e2e.browser import open_page
from tests.e2e.clients.programs import probe, run


def typed(home: Home) -> str:
    """Return what has to be typed after ``http://HOST:PORT/tv/``."""
    path: str = home.client.command("toonami_downlink/connect")["short_url"]
    start, _, code = path.rpartition("/")
    assert start == "/tv"
    assert len(code) == 8
    return code


def test_a_television_is_set_up_by_eight_characters(access: Access, home: Home) -> None:
    url = f"{home.client.base_url}/tv/{typed(home)}"
    words = ("--no-config", "--vo=null", "--ao=null", "--untimed", "--length=1")
    assert run("mpv", *words, url).stdout.count("Playing: ") == 7
    playlist = request("GET", url).body
    assert playlist == request("GET", access.playlist_url).body
    assert request("GET", f"{url}/guide").body == request("GET", access.guide_url).body
    stream = next(line for line in playlist.decode().splitlines() if line.startswith("http"))
    assert probe(stream)["streams"] == ["audio", "video"]


@pytest.mark.nightly
def test_vlc_plays_it_in_capitals(access: Access, home: Home) -> None:
    # VLC does not run for root.
    drop = ("runuser", "-u", "nobody", "--") if os.geteuid() == 0 else ()
    dummies = ("--intf", "dummy", "--vout", "dummy", "--aout", "dummy")
    url = f"{home.client.base_url}/TV/{typed(home).upper()}"
    done = run(*drop, "cvlc", "-vv", *dummies, "--run-time=2", url, "vlc://quit")
    assert "using audio decoder module" in done.stderr


@pytest.mark.nightly
def test_connect_turns_green_when_a_television_has_opened_it(
    access: Access, home: Home, browser: Browser
) -> None:
    page = open_page(browser, home)
    try:
        page.goto("/toonami-downlink/connect")
        card = page.locator("tdl-connect .short")
        expect(card.locator(".code")).to_have_text(typed(home))
        expect(card).not_to_have_class(re.compile("here"))
        request("GET", f"{home.client.base_url}/tv/{typed(home)}")
        expect(card).to_have_class(re.compile("here"))
        expect(card.get_by_role("status")).to_contain_text("has opened it")
    finally:
        page.context.close()


def test_a_browser_sees_the_steps(access: Access, home: Home, browser: Browser) -> None:
    code = typed(home)
    context = browser.new_context(base_url=home.client.base_url, locale="fr-FR")
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text))
        page.goto(f"/tv/{code}")
        expect(page.locator(".code")).to_have_text(code)
        expect(page.locator("svg")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        password = page.get_by_text(access.xtream["password"])
        expect(password).to_be_hidden()
        page.locator("summary").click()
        expect(password).to_be_visible()
        assert [error for error in errors if "favicon" not in error] == []
        asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        assert [name for name in asked if "favicon" not in name] == []
    finally:
        context.close()
