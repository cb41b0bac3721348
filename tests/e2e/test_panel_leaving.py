"""A search is left while something else is opened already."""

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.test_panel_places import at, focus_search, open_guide

pytestmark = pytest.mark.nightly


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_what_is_opened_while_the_browser_goes_back_stays_open(page: Page) -> None:
    open_guide(page)
    focus_search(page)
    page.keyboard.type("trigun")
    at(page, r"guide\?q=trigun")

    page.evaluate(
        """() => {
          const guide = harness.element.shadowRoot.querySelector("tdl-guide");
          guide.places.leave({ search: "" });
          guide.shadowRoot.querySelector("tdl-grid").shadowRoot.querySelector(".cell.live").click();
        }"""
    )

    at(page, r"guide/\d/\d+")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    at(page, "guide")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_is_opened_as_soon_as_the_search_is_cleared_stays_open(page: Page) -> None:
    open_guide(page)
    focus_search(page)
    page.keyboard.type("trigun")
    at(page, r"guide\?q=trigun")

    page.locator("tdl-search input").evaluate(
        """(input) => {
          input.value = "";
          input.dispatchEvent(new Event("input"));
          const guide = harness.element.shadowRoot.querySelector("tdl-guide").shadowRoot;
          guide.querySelector("tdl-grid").shadowRoot.querySelector(".cell.live").click();
        }"""
    )

    # It takes a moment until what was cleared gets into the address.
    at(page, r"guide/\d/\d+")
    expect(page.get_by_role("dialog")).to_be_visible()
