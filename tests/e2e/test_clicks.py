"""How many clicks it takes from installed files to a picture: counted by the page, in Chromium."""

from collections.abc import Callable
from pathlib import Path
import re
import shutil

from playwright.sync_api import Browser, Page, expect
import pytest

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import INTEGRATION, ROOT, Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import open_page
from tests.e2e.television import Set
from tests.e2e.vlc import vlc_player

CARD = "toonami-downlink-card"
BOARD = "click-test"
# Not at the window: there, Playwright takes back what it pressed while a dialog still moved.
COUNT = "document.addEventListener('pointerdown', () => clicked(), true)"
LINK = re.compile(r"https://my\.home-assistant\.io(/redirect/config_flow_start/\?domain=\w+)")
STATION = "https://api.toonamiaftermath.com"


class Clicks:
    """Counts what is pressed in a page that is not open yet."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.expose_function("clicked", self._note)
        page.add_init_script(COUNT)

    def _note(self) -> None:
        self.count += 1


@pytest.fixture
def clicks(page: Page, access: Access) -> Clicks:
    """Counts what is pressed after the set-up, which ends in the settings."""
    clicks = Clicks(page)
    page.goto("/config/integrations/dashboard")
    return clicks


@pytest.fixture
def new_home(make_home: Callable[..., Home], upstream: Upstream) -> Home:
    """A Home Assistant that has the files, with the simulated station where the real one is."""
    home = make_home(linked=False)
    installed = home.folder / "custom_components" / INTEGRATION.name
    shutil.copytree(INTEGRATION, installed)
    constants = installed / "const.py"
    text = constants.read_text("utf-8")
    assert STATION in text
    constants.write_text(text.replace(STATION, upstream.url), "utf-8")
    # What leads from a link of the README to the dialog; most have it by default_config.
    packages = home.folder / "packages"
    packages.mkdir()
    (packages / "my.yaml").write_text("my:\n", "utf-8")
    home.start()
    return home


def test_three_to_set_up_and_two_to_watch(browser: Browser, new_home: Home) -> None:
    page = open_page(browser, new_home)
    clicks = Clicks(page)
    found = LINK.search((ROOT / "README.md").read_text("utf-8"))
    assert found
    # Where my.home-assistant.io, which is not on loopback, sends a browser that has told it where
    # Home Assistant is.
    leads_to = found[1].replace("/redirect/", f"{new_home.base_url}/_my_redirect/")
    readme = f"<a href='{leads_to}'>Add the integration</a>"
    page.route("**/readme", lambda route: route.fulfill(body=readme, content_type="text/html"))
    page.goto("/readme")

    page.get_by_role("link", name="Add the integration").click()
    page.get_by_role("button", name="OK").click()
    page.get_by_role("button", name="Submit").click()
    watch = page.get_by_role("link", name="Watch now")
    expect(watch).to_be_visible(timeout=90_000)
    assert clicks.count == 3

    watch.click()
    Set(page).watch()
    assert clicks.count == 3 + 2
    page.context.close()


def test_three_more_for_a_media_player(
    page: Page, clicks: Clicks, home: Home, tmp_path: Path
) -> None:
    with vlc_player(home, tmp_path) as player:
        page.locator("ha-sidebar").get_by_text("Toonami Downlink").click()
        page.locator("tdl-grid .cell.live").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Play", exact=True).click()
        player.wait_until_playing()
        player.reset()
    assert clicks.count == 3


def test_five_for_a_card_on_a_dashboard(page: Page, clicks: Clicks, home: Home) -> None:
    lovelace = home.client.command
    section = {"type": "grid", "cards": []}
    view = {"title": "Home", "type": "sections", "sections": [section]}
    lovelace("lovelace/dashboards/create", url_path=BOARD, title="My home", mode="storage")
    lovelace("lovelace/config/save", url_path=BOARD, config={"views": [view]})

    page.locator("ha-sidebar").get_by_text("My home").click()
    page.get_by_role("button", name="Edit dashboard").click()
    page.get_by_role("button", name="Add card").click()
    # Where one types is there already: it takes no click.
    expect(page.get_by_placeholder("Search entities")).to_be_focused()
    page.keyboard.type("aftermath east now")
    page.get_by_text("Toonami Aftermath East").first.click()
    page.locator(CARD).first.click()
    expect(page.locator(f"hui-grid-section {CARD}")).to_have_count(1)
    assert clicks.count == 5
    stored = lovelace("lovelace/config", url_path=BOARD)["views"][0]["sections"][0]["cards"]
    assert stored == [{"type": f"custom:{CARD}", "channels": ["1"]}]
