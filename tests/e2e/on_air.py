"""What is on the simulated channels right now: some shows have less to tell than others."""

from playwright.sync_api import Locator, Page

from scripts.lib.develop.feed import entries, fetch, find_access
from scripts.lib.develop.home import Home

_TELLS = ("description", "rating")


def with_details(page: Page, home: Home) -> Locator:
    """Return the cell of a programme on air that has a description and an age rating.

    Not all shows have them, and what is on the first channel goes by the clock.
    """
    states = home.entities()
    playlist = fetch(find_access(home.client).playlist_url).body
    for row, entry in enumerate(entries(playlist)):
        slug = entry.name.lower().replace(" ", "_")
        attributes = states[f"sensor.{slug}_now_playing"]["attributes"]
        if all(attributes.get(name) for name in _TELLS):
            return page.locator("tdl-grid .row").nth(row).locator(".cell.live")
    raise AssertionError("Nothing with details is on.")
