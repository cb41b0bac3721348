"""The card that shows when something is on, with a made-up station."""

from playwright.sync_api import Page, expect
import pytest

CROWDED = """() => {
  const { connection, element } = harness;
  const answer = connection.search.bind(connection);
  connection.search = (message) => {
    if (message.title) return answer(message);
    const [first] = answer(message).results;
    return { total: 41, results: Array(40).fill(first.with(3, "Trigun Stampede")) };
  };
  element.setConfig({ title: "trigun" });
}"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_a_title_is_found_among_many_that_begin_with_it(page: Page) -> None:
    page.goto("/card?card={}")
    expect(page.locator(".frame .row").first).to_be_visible()

    page.evaluate(CROWDED)

    expect(page.get_by_role("heading", name="trigun")).to_be_visible()
    expect(page.locator(".frame .row .times").first).to_be_visible()
