"""What is followed, in the panel: the star, *My shows*, and the days that are over."""

import re

from playwright.sync_api import Locator, Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.browser import screenshot
from tests.night import by_night

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
SHOW = "Trigun"
FOLLOWED = (
    "() => harness.connection.follows.map(({ kind, text, channel }) => [kind, text, channel])"
)


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def open_guide(page: Page, query: str = "") -> None:
    page.goto(f"{ROOT}/guide{query}")
    expect(page.locator("tdl-search")).to_be_visible()


def find(page: Page, title: str) -> Locator:
    """Open the next showing of a title by the search, and return its sheet."""
    search = page.locator("tdl-search input")
    search.fill(title)
    page.locator("tdl-search [role=option]").first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=title)).to_be_visible()
    return sheet


def test_a_star_in_the_sheet_marks_all_of_it(page: Page) -> None:
    open_guide(page)
    sheet = find(page, SHOW)
    sheet.get_by_role("button", name="Follow", exact=True).click()
    # What it will match is there before anything is saved.
    expect(sheet.get_by_role("status").filter(has_text="showing")).to_contain_text("Next:")
    assert page.evaluate(FOLLOWED) == []
    assert violations(page, PANEL) == []
    screenshot(page, "follow")
    sheet.locator("form").get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("button", name="Following")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(FOLLOWED) == [["show", SHOW, None]]

    page.keyboard.press("Escape")
    cells = page.locator("tdl-grid .cell[followed]")
    expect(cells.first).to_contain_text("followed")
    for title in cells.locator(".title").all_inner_texts():
        assert title in {SHOW, ""}
    sheet = find(page, SHOW)
    sheet.get_by_role("button", name="Following").click()
    sheet.get_by_role("button", name=f"Stop following {SHOW}").click()
    expect(sheet.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    expect(cells).to_have_count(0)


@pytest.mark.nightly
def test_a_block_or_one_channel_of_it(page: Page) -> None:
    open_guide(page)
    sheet = find(page, SHOW)
    sheet.get_by_role("button", name="Follow", exact=True).click()
    sheet.get_by_label("All of the block Toonami").check()
    sheet.get_by_label(re.compile("Only on")).check()
    expect(sheet.get_by_role("status").filter(has_text="showings")).to_be_visible()
    sheet.locator("form").get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("button", name="Following")).to_be_visible()
    [[kind, text, channel]] = page.evaluate(FOLLOWED)
    assert (kind, text) == ("block", "Toonami")
    assert channel in {"toonami_east", "toonami_west"}


def test_what_cannot_be_saved_is_said(page: Page) -> None:
    open_guide(page)
    page.evaluate("() => { harness.connection.followError = 'unknown_error'; }")
    sheet = find(page, SHOW)
    sheet.get_by_role("button", name="Follow", exact=True).click()
    sheet.locator("form").get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("alert")).to_contain_text("could not be saved")
    page.evaluate("() => { harness.connection.followError = null; }")
    sheet.locator("form").get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("button", name="Following")).to_be_visible()


@pytest.mark.parametrize("user", by_night(["", "&user=guest"], keep=["&user=guest"]))
@pytest.mark.parametrize("width", by_night([390, 1280], keep=[390]))
def test_my_shows(page: Page, user: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_guide(page, f"?follow=Trigun&follow=Doug{user}")
    page.get_by_role("link", name="My shows").click()
    expect(page).to_have_url(re.compile(f"{ROOT}/shows"))
    shows = page.locator("tdl-shows")
    titles = shows.locator(".showing .title")
    expect(titles.first).to_be_visible()
    assert set(titles.all_inner_texts()) == {"Trigun", "Doug"}
    expect(shows.get_by_role("heading", level=2).first).to_contain_text(
        re.compile("today|tomorrow")
    )
    expect(shows.locator(".showing").filter(has_text="Also").first).to_contain_text("West")
    assert violations(page, PANEL) == []
    screenshot(page, f"shows-{width}{user[-5:]}")

    shows.get_by_role("button", name="Stop following Doug").click()
    expect(shows.get_by_role("status").first).to_contain_text("Doug is not followed any more")
    assert set(titles.all_inner_texts()) == {"Trigun"}
    shows.get_by_role("button", name="Undo").click()
    expect(shows.get_by_role("button", name="Stop following Doug")).to_be_visible()

    shows.get_by_label("Follow a show or words").fill("sailor moon")
    expect(shows.locator("form [role=status]")).to_contain_text(re.compile(r"\d+ showing"))
    shows.locator("form").get_by_role("button", name="Follow").click()
    expect(shows.get_by_role("button", name="Stop following sailor moon")).to_be_visible()
    expect(shows.get_by_label("Follow a show or words")).to_have_value("")

    shows.locator(".showing").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(titles.first).to_be_visible()


@pytest.mark.nightly
def test_nothing_is_followed_yet(page: Page) -> None:
    page.goto(f"{ROOT}/shows")
    shows = page.locator("tdl-shows")
    expect(shows).to_contain_text("Nothing is followed yet")
    expect(shows.locator("form").get_by_role("button", name="Follow")).to_be_disabled()
    shows.get_by_label("Follow a show or words").fill("no such thing at all")
    expect(shows.locator("form [role=status]")).to_contain_text("Not in the guide right now")
    shows.get_by_role("link", name="Guide").click()
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()


@pytest.mark.nightly
def test_hostile_names_are_text(page: Page) -> None:
    hostile = '<img src=x onerror="window.hacked=1">'
    open_guide(page)
    page.evaluate(
        """(text) => {
          harness.connection.follows.push({ id: "x", kind: "words", text, channel: "gone" });
          harness.connection.push("follows");
        }""",
        hostile * 5,
    )
    page.get_by_role("link", name="My shows").click()
    expect(page.locator("tdl-shows .follows")).to_contain_text(hostile)
    assert page.evaluate("window.hacked") is None
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0


def test_the_days_that_are_over(page: Page) -> None:
    """The timeline reaches as far back as anything is remembered."""
    open_guide(page, "?past=30")
    day = page.locator("tdl-guide .tools > input")
    earliest = day.get_attribute("min")
    assert earliest
    day.fill(earliest)
    expect(page.locator("tdl-grid .cell.past").first).to_be_visible()
    expect(page.locator("tdl-guide .at")).to_contain_text(f"{int(earliest[-2:])}")
    live = page.locator("tdl-grid .cell.live")
    expect(live).to_have_count(0)
    assert violations(page, PANEL) == []
    screenshot(page, "past")
    # One day more than is remembered is refused.
    asked = "() => harness.connection.asked.filter(({ type }) => type.endsWith('/guide')).length"
    before = page.evaluate(asked)
    day.fill("2001-01-01")
    expect(page.locator("tdl-grid .cell.past").first).to_be_visible()
    assert page.evaluate(asked) == before
    page.locator("tdl-guide .about").get_by_role("button", name="Now", exact=True).click()
    expect(live.first).to_be_visible()
