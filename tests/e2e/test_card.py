"""The card on a dashboard of a real Home Assistant."""

from typing import Any

from playwright.sync_api import Page, expect

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from tests.e2e.axe import violations
from tests.e2e.browser import screenshot
from tests.e2e.viewports import VIEWPORTS, check_viewports, set_viewport

CARD = "toonami-downlink-card"


def show(page: Page, home: Home, **config: Any) -> None:
    """Open a dashboard with nothing but the card."""
    client = home.client
    boards = client.command("lovelace/dashboards/list")
    if not any(board["url_path"] == "card-test" for board in boards):
        client.command(
            "lovelace/dashboards/create", url_path="card-test", title="Card", mode="storage"
        )
    card = {"type": f"custom:{CARD}", **config}
    view = {"title": "Card", "cards": [card]}
    client.command("lovelace/config/save", url_path="card-test", config={"views": [view]})
    page.goto("/card-test/0")
    expect(page.locator(f"{CARD} .frame")).to_be_visible()


def test_it_shows_what_is_on(page: Page, home: Home, access: Access) -> None:
    show(page, home, channels=["1", "3"], guide=True)

    title = home.client.get("/api/states/sensor.toonami_aftermath_east_now_playing")["state"]
    expect(page.locator(f"{CARD} .hero h2")).to_have_text(title)
    expect(page.locator(f"{CARD} .row")).to_have_count(1)
    expect(page.locator(f"{CARD} .strip")).to_have_count(2)
    expect(page.locator(f"{CARD} .strip li.live").first).to_be_visible()
    check_viewports(page, "card", "tdl-card")

    page.locator(f"{CARD} .row").click()
    expect(page.locator("tdl-guide .hero")).to_contain_text("Snickelodeon East")


def test_all_channels_without_a_picture(page: Page, home: Home, access: Access) -> None:
    show(page, home, picture=False)

    expect(page.locator(f"{CARD} .row")).to_have_count(7)
    expect(page.locator(f"{CARD} .hero")).to_have_count(0)


def test_the_card_picker_and_the_editor_know_it(page: Page, home: Home, access: Access) -> None:
    show(page, home)

    (card,) = page.evaluate(f"customCards.filter((card) => card.type === '{CARD}')")
    assert card["name"] == "Toonami Downlink"
    assert card["preview"]
    page.get_by_role("button", name="Edit dashboard").click()
    page.locator("hui-card-options").get_by_text("Edit").click()
    form = page.locator("hui-form-editor")
    expect(form).to_be_visible()
    expect(form).to_contain_text("Draw the next hours")
    for viewport in VIEWPORTS:
        set_viewport(page, viewport, "tdl-card")
        screenshot(page, f"card_editor_{viewport}")
        # The form itself is drawn by Home Assistant.
        assert violations(page, "hui-dialog-edit-card tdl-card") == [], viewport


def test_a_wrong_configuration_is_said(page: Page, home: Home, access: Access) -> None:
    client = home.client
    show(page, home)
    card = {"type": f"custom:{CARD}", "channels": ["East"]}
    view = {"title": "Card", "cards": [card]}
    client.command("lovelace/config/save", url_path="card-test", config={"views": [view]})
    page.goto("/card-test/0")

    expect(page.locator("hui-error-card")).to_be_visible()
