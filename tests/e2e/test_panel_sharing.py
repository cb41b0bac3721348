"""The address of a programme is shared from a home, where pages are seldom secure."""

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.test_panel_places import ROOT, live


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_a_programme_is_shared_where_the_page_is_not_secure(page: Page, harness: str) -> None:
    page.goto(f"{harness.replace('127.0.0.1', 'tv.test')}{ROOT}/guide")
    live(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".text")).to_be_visible()
    assert page.evaluate("isSecureContext") is False
    link = page.url
    share = dialog.get_by_role("button", name="Share")

    share.click()

    expect(dialog.get_by_text("Link copied")).to_be_visible()
    expect(share).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    field = page.locator("tdl-search input")
    field.focus()
    page.keyboard.press("Control+V")
    expect(field).to_have_value(link)
