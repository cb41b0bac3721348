"""What the panel asks for when it is opened, and what it draws first."""

from playwright.sync_api import Page, expect
import pytest

from tests.night import by_night

GUIDE = "/toonami-downlink/guide"
ASKED = "() => harness.connection.asked.filter(({ type }) => type === 'toonami_downlink/guide')"
# Notes whether the timeline is ever there without a programme in it.
WATCH_GRID = """
window.empty = 0;
const look = () => {
  const grid = document.querySelector("toonami-downlink-panel")?.shadowRoot
    .querySelector("tdl-guide")?.shadowRoot.querySelector("tdl-grid")?.shadowRoot;
  if (grid && !grid.querySelector(".cell.live")) window.empty += 1;
  requestAnimationFrame(() => setTimeout(look));
};
look();
"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_the_guide_is_asked_for_together_with_the_overview(page: Page) -> None:
    page.add_init_script(WATCH_GRID)

    page.goto(f"{GUIDE}?delay=200")
    page.locator("tdl-grid .cell.live").first.wait_for()

    today = page.evaluate("new Date().setHours(0, 0, 0, 0) / 1000")
    assert [asked["from"] for asked in page.evaluate(ASKED)].count(today) == 1
    assert page.evaluate("empty") == 0, "it was drawn without programmes first"


def test_a_guide_that_does_not_come_keeps_nothing_else_back(page: Page) -> None:
    page.goto(f"{GUIDE}?silent=guide")

    expect(page.locator("tdl-guide .hero-slot")).to_contain_text("Toonami")
    expect(page.locator("tdl-grid .cell.tuning").first).to_be_visible()


@pytest.mark.nightly
def test_who_goes_elsewhere_at_once_does_not_wait_for_it(page: Page) -> None:
    page.goto(f"{GUIDE}?silent=guide")
    page.wait_for_function("window.harness?.element.isConnected")

    # As Home Assistant does when somebody looks at another tab and comes back to another page.
    page.evaluate(
        """() => {
          harness.element.remove();
          history.pushState(null, "", "/toonami-downlink/status");
          document.body.append(harness.element);
        }"""
    )

    page.locator("tdl-status").wait_for()


@pytest.mark.parametrize(
    ("width", "path"),
    by_night(
        [(390, GUIDE), (1280, "/toonami-downlink/status"), (1280, "/toonami-downlink/connect")],
        keep=[(390, GUIDE)],
    ),
)
def test_what_does_not_show_the_timeline_does_not_ask_for_it(
    page: Page, width: int, path: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(path)
    page.locator("tdl-list, tdl-status, tdl-connect").first.wait_for()
    page.wait_for_load_state("networkidle")

    assert page.evaluate(ASKED) == []
