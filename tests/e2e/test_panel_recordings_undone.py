"""What is cancelled on the page *Recordings* can be undone, where that is possible."""

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.test_panel_recordings import LIBRARY, asked, open_page

LOSE_THE_CHANNEL = f"""() => {{
  {LIBRARY}.recordings.find(({{ id }}) => id === "crowded").channel = null;
  harness.connection.push("recordings");
}}"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_cancel_and_undo(page: Page) -> None:
    found = open_page(page)
    cancel = found.get_by_role("button", name="Cancel: ")
    before = cancel.count()
    name = (cancel.first.get_attribute("aria-label") or "").removeprefix("Cancel: ")
    cancel.first.click()
    expect(cancel).to_have_count(before - 1)
    expect(found.get_by_role("heading", name="Planned")).to_be_focused()
    expect(found.get_by_role("status").first).to_contain_text(f"{name} will not be recorded.")
    found.get_by_role("button", name="Undo").click()
    expect(cancel).to_have_count(before)
    expect(found.get_by_role("heading", name="Planned")).to_be_focused()
    assert [one["type"] for one in asked(page)] == ["recordings/cancel", "recordings/record"]


@pytest.mark.nightly
def test_what_could_not_be_undone_can_be_tried_again(page: Page) -> None:
    found = open_page(page)
    cancel = found.get_by_role("button", name="Cancel: ")
    before = cancel.count()
    cancel.first.click()
    undo = found.get_by_role("button", name="Undo")
    page.evaluate(f"() => {{ {LIBRARY}.error = 'unknown_error'; }}")
    undo.click()
    expect(found.get_by_role("alert").first).to_contain_text("That could not be done")
    expect(undo).to_be_focused()
    page.evaluate(f"() => {{ {LIBRARY}.error = null; }}")
    undo.click()
    expect(cancel).to_have_count(before)
    expect(undo).to_have_count(0)


@pytest.mark.nightly
def test_what_is_no_longer_in_the_guide_cannot_be_undone(page: Page) -> None:
    """In its place there is another programme by now, or not even its channel."""
    found = open_page(page)
    said = found.get_by_role("status").first
    cancel = found.get_by_role("button", name="Cancel: ")
    found.get_by_role("button", name="Cancel: Gone Show").click()
    expect(said).to_contain_text("Gone Show will not be recorded.")
    expect(found.get_by_role("button", name="Undo")).to_have_count(0)

    page.evaluate(LOSE_THE_CHANNEL)
    before = cancel.count()
    name = (cancel.last.get_attribute("aria-label") or "").removeprefix("Cancel: ")
    cancel.last.click()
    expect(cancel).to_have_count(before - 1)
    expect(said).to_contain_text(f"{name} will not be recorded.")
    expect(found.get_by_role("button", name="Undo")).to_have_count(0)
