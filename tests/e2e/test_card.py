"""The card on a dashboard of a real Home Assistant."""

from collections.abc import Iterator
import json
import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from tests.e2e.axe import violations
from tests.e2e.browser import screenshot
from tests.e2e.viewports import VIEWPORTS, check_viewports, set_viewport
from tests.night import by_night

CARD = "toonami-downlink-card"
EAST = "sensor.toonami_aftermath_east_now_playing"
LANGUAGES = ("de", "en", "es", "fr", "ja", "pt-BR")

# As people publish them: one with a colour of its own, one whose darkness no mode says, and one
# whose cards are no plain colour.
THEMES: dict[str, dict[str, str]] = {
    "sand": {
        "primary-color": "#268bd2",
        "primary-background-color": "#eee8d5",
        "card-background-color": "#fdf6e3",
        "primary-text-color": "#073642",
        "secondary-text-color": "#4f6670",
        "divider-color": "#d8d0b8",
        "ha-card-border-radius": "20px",
    },
    "night": {
        "primary-color": "#88c0d0",
        "primary-background-color": "#21252e",
        "card-background-color": "#2e3440",
        "primary-text-color": "#eceff4",
        "secondary-text-color": "#c4cbd8",
        "divider-color": "#434c5e",
        "ha-card-border-radius": "4px",
    },
    "glass": {
        "primary-color": "#ff79c6",
        "primary-background-color": "#1a1026",
        "card-background-color": "rgba(40, 26, 60, 0.85)",
        "ha-card-background": "linear-gradient(160deg, #2a1a40, #181028)",
        "primary-text-color": "#f2e9ff",
        "secondary-text-color": "#cdbfe0",
        "divider-color": "rgba(255, 255, 255, 0.12)",
        "ha-card-border-radius": "28px",
        "ha-card-border-width": "0px",
    },
}
SURFACES = {
    "sand": ("rgb(253, 246, 227)", False),
    "night": ("rgb(46, 52, 64)", True),
    "glass": ("rgba(0, 0, 0, 0)", True),
}


def show(page: Page, home: Home, **config: Any) -> None:
    """Open a dashboard with nothing but the card."""
    card = {"type": f"custom:{CARD}", **config}
    show_view(page, home, {"title": "Card", "cards": [card]})


def show_view(page: Page, home: Home, view: dict[str, Any]) -> None:
    """Open a dashboard with one view, and wait for the card in it."""
    client = home.client
    boards = client.command("lovelace/dashboards/list")
    if not any(board["url_path"] == "card-test" for board in boards):
        client.command(
            "lovelace/dashboards/create", url_path="card-test", title="Card", mode="storage"
        )
    client.command("lovelace/config/save", url_path="card-test", config={"views": [view]})
    page.goto("/card-test/0")
    expect(page.locator(f"{CARD} .frame").first).to_be_visible()


@pytest.fixture
def themes(home: Home) -> Iterator[None]:
    """Home Assistant with the themes, and no longer with them afterwards."""
    package = home.folder / "packages" / "themes.yaml"
    package.write_text(json.dumps({"frontend": {"themes": THEMES}}), "utf-8")
    home.client.post("/api/services/frontend/reload_themes", {})
    yield
    package.unlink()
    home.client.post("/api/services/frontend/reload_themes", {})


def test_it_shows_what_is_on(page: Page, home: Home, access: Access) -> None:
    show(page, home, channels=["1", "3"], guide=True)

    title = home.client.get("/api/states/sensor.toonami_aftermath_east_now_playing")["state"]
    expect(page.locator(f"{CARD} .hero h2")).to_have_text(title)
    expect(page.locator(f"{CARD} .row")).to_have_count(1)
    expect(page.locator(f"{CARD} .strip")).to_have_count(2)
    expect(page.locator(f"{CARD} .strip li.live").first).to_be_visible()
    expect(page.locator(f"{CARD} .row")).to_contain_text("Snickelodeon East")
    expect(page.locator(f"{CARD} .strip").last).to_contain_text("Snickelodeon East")
    check_viewports(page, "card", "tdl-card")

    page.locator(f"{CARD} .row").click()
    expect(page).to_have_url(re.compile("/toonami-downlink/watch/3$"))


@pytest.mark.nightly
def test_a_tap_and_a_hold_do_what_was_chosen(page: Page, home: Home, access: Access) -> None:
    show(
        page,
        home,
        picture=False,
        channels=["1"],
        tap_action={"action": "navigate", "navigation_path": "/profile/general"},
        hold_action={"action": "more-info"},
    )
    row = page.locator(f"{CARD} .row")
    title = home.client.get(f"/api/states/{EAST}")["state"]

    # Hovered, and not measured: it waits until the dashboard stands still.
    row.hover(position={"x": 30, "y": 20})
    page.mouse.down()
    expect(page.locator("ha-more-info-dialog")).to_contain_text(title)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/card-test/0"))
    page.keyboard.press("Escape")
    expect(page.locator("ha-more-info-dialog ha-more-info-info")).to_have_count(0)

    # A finger that moves away scrolls.
    box = row.bounding_box()
    assert box
    row.hover(position={"x": 30, "y": 20})
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 200, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/card-test/0"))

    row.click()
    expect(page).to_have_url(re.compile("/profile/general"))


@pytest.mark.nightly
def test_it_is_as_high_as_the_user_says(page: Page, home: Home, access: Access) -> None:
    cards = [
        {"type": f"custom:{CARD}", "guide": True, "grid_options": {"rows": 4}},
        {"type": "markdown", "content": "What is below."},
    ]
    section = {"type": "grid", "cards": cards}
    show_view(page, home, {"title": "Card", "type": "sections", "sections": [section]})

    card = page.locator(f"{CARD} .frame").bounding_box()
    below = page.locator("hui-markdown-card").bounding_box()
    assert card
    assert below
    assert pytest.approx(card["height"], abs=1) == 4 * 56 + 3 * 8
    assert card["y"] + card["height"] <= below["y"]
    page.mouse.move(card["x"] + 50, card["y"] + 50)
    page.mouse.wheel(0, 5000)
    # All of it can be scrolled to, and none of it hangs out.
    page.wait_for_function(
        "([last, bottom]) => last.getBoundingClientRect().bottom <= bottom",
        arg=[page.locator(f"{CARD} .strip").last.element_handle(), card["y"] + card["height"] + 1],
    )
    assert violations(page, "tdl-card") == []


@pytest.mark.nightly
def test_the_next_showings_of_a_title(page: Page, home: Home, access: Access) -> None:
    title = home.client.get(f"/api/states/{EAST}")["state"]
    show(page, home, title=title)

    expect(page.locator(f"{CARD} h2")).to_have_text(title)
    expect(page.locator(f"{CARD} .row").first).to_contain_text("On air")
    assert violations(page, "tdl-card") == []

    show(page, home, title="Nobody ever made this")
    expect(page.locator(f"{CARD} [role=status]")).to_contain_text("is not in the guide")


@pytest.mark.nightly
def test_home_assistant_suggests_it_for_a_channel(page: Page, home: Home, access: Access) -> None:
    show(page, home)
    title = home.client.get(f"/api/states/{EAST}")["state"]

    found = page.evaluate(
        """([type, entity]) => {
          const { hass } = document.querySelector("home-assistant");
          const card = customCards.find((card) => card.type === type);
          return [entity, "sun.sun"].map((id) => card.getEntitySuggestion(hass, id));
        }""",
        [CARD, EAST],
    )

    kind = {"type": f"custom:{CARD}"}
    assert found == [
        [
            {"config": {**kind, "channels": ["1"]}},
            {"config": {**kind, "channels": ["1"], "guide": True}},
            {"label": title, "config": {**kind, "title": title}},
        ],
        None,
    ]


@pytest.mark.parametrize("theme", by_night(THEMES, keep=["glass"]))
def test_it_is_of_the_theme(
    page: Page, home: Home, access: Access, themes: None, theme: str
) -> None:
    """Also of a dark one that Home Assistant takes for light, because it has no modes."""
    home.client.post("/api/services/frontend/set_theme", {"name": theme})
    try:
        show(page, home, guide=True)
        frame = page.locator(f"{CARD} .frame")
        colour, is_dark = SURFACES[theme]
        expect(frame).to_have_css("background-color", colour)
        expect(frame).to_have_css("border-top-left-radius", THEMES[theme]["ha-card-border-radius"])
        expect(page.locator("tdl-card[dark]")).to_have_count(int(is_dark))
        expect(page.locator(f"{CARD} .strip li.live").first).to_be_visible()
        screenshot(page, f"card_theme_{theme}")
        assert violations(page, "tdl-card") == []

        page.goto("/toonami-downlink/guide")
        expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
        expect(page.locator("toonami-downlink-panel[dark]")).to_have_count(int(is_dark))
        assert violations(page, "toonami-downlink-panel") == []
    finally:
        home.client.post("/api/services/frontend/set_theme", {"name": "default"})


@pytest.mark.parametrize(
    "config",
    by_night(
        [{"guide": True}, {"title": "Outlaw Star"}, {"title": "None"}],
        keep=[{"guide": True}, {"title": "None"}],
    ),
)
@pytest.mark.parametrize("language", by_night(LANGUAGES, keep=["ja"]))
def test_it_speaks(harness_page: Page, language: str, config: dict[str, Any]) -> None:
    harness_page.goto(f"/card?lang={language}&card={quote(json.dumps(config))}")

    expect(harness_page.locator("tdl-card")).to_have_attribute("lang", language)
    expect(harness_page.locator(".frame :is(.row, .none)").first).to_be_visible()
    # No key of a text that is not there.
    expect(harness_page.locator(".frame")).not_to_contain_text(re.compile(r"\b[a-z]+\.[a-z_]+\b"))
    assert violations(harness_page, "tdl-card") == []


@pytest.mark.nightly
def test_all_channels_without_a_picture(page: Page, home: Home, access: Access) -> None:
    show(page, home, picture=False)

    expect(page.locator(f"{CARD} .row")).to_have_count(7)
    expect(page.locator(f"{CARD} .hero")).to_have_count(0)


@pytest.mark.nightly
def test_the_card_picker_and_the_editor_know_it(page: Page, home: Home, access: Access) -> None:
    show(page, home, channels=["1", "3"])

    (card,) = page.evaluate(f"customCards.filter((card) => card.type === '{CARD}')")
    assert card["name"] == "Toonami Downlink"
    assert card["preview"]
    page.get_by_role("button", name="Edit dashboard").click()
    page.locator("hui-card-options").get_by_text("Edit").click()
    form = page.locator("hui-form-editor")
    expect(form).to_be_visible()
    expect(form).to_contain_text("Draw the next hours")
    expect(form).to_contain_text("Only the next showings of")
    form.get_by_text("Interactions").click()
    expect(form).to_contain_text("a tap watches the channel")
    # The chips of the channels can be put into another order.
    expect(form.locator("ha-selector-select ha-input-chip ha-svg-icon[slot=icon]")).to_have_count(2)
    for viewport in VIEWPORTS:
        set_viewport(page, viewport, "tdl-card")
        screenshot(page, f"card_editor_{viewport}")
        # The form itself is drawn by Home Assistant.
        assert violations(page, "hui-dialog-edit-card tdl-card") == [], viewport


def test_on_any_page_it_preloads_the_panel_once_somebody_goes_there(
    page: Page, home: Home, access: Access
) -> None:
    page.goto("/profile/general")
    link = page.locator("ha-sidebar").get_by_text("Toonami Downlink")
    expect(link).to_be_visible()
    assert [name for name, _, _ in fetched(page)] == ["card.js"]

    link.click()
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()

    # In one wave, and not a second time: what was preloaded is what is used.
    _, (panel, _, arrived), (texts, asked, _), *others = fetched(page)
    assert (panel, texts) == ("panel.js", "i18n/en.panel.json")
    assert asked < arrived
    assert not {panel, texts} & {name for name, _, _ in others}


def fetched(page: Page) -> list[tuple[str, float, float]]:
    """Return what of ours was fetched, when it was asked for, and when it was there."""
    entries = page.evaluate(
        """performance.getEntriesByType("resource").map(
          ({ name, fetchStart, responseEnd }) => [name, fetchStart, responseEnd])"""
    )
    return [
        (name.partition("toonami_downlink_static/")[2].partition("/")[2], start, end)
        for name, start, end in entries
        if "toonami_downlink_static/" in name
    ]


def test_a_wrong_configuration_is_said(page: Page, home: Home, access: Access) -> None:
    client = home.client
    show(page, home)
    card = {"type": f"custom:{CARD}", "channels": ["East"]}
    view = {"title": "Card", "cards": [card]}
    client.command("lovelace/config/save", url_path="card-test", config={"views": [view]})
    page.goto("/card-test/0")

    expect(page.locator("hui-error-card")).to_be_visible()
