"""The guide of a made-up station in a browser, and how one gets about in it."""

from playwright.sync_api import Locator, Page, expect

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
LEFT = "element => element.scrollLeft"
MINUTE = 60_000
HOUR = 60 * MINUTE
NOW_X = """(root) => {
  const box = (selector) => root.shadowRoot.querySelector(selector).getBoundingClientRect();
  return Math.round(box(".now").x - box(".scroller").x);
}"""
"""Where the line of now is in the grid."""
RUN = "Couch Critics Shorts · 12\N{MULTIPLICATION SIGN}"


def scroller(page: Page) -> Locator:
    return page.locator("tdl-grid .scroller")


def open_guide(page: Page, query: str = "", *, width: int = 1280, height: int = 900) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{ROOT}/guide{query}")
    expect(page.locator("tdl-grid .cell.live, tdl-list .channel").first).to_be_visible()
    expect(page.locator("tdl-search")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.locator("tdl-guide .about").get_by_role("button", name=name, exact=True)


def is_at(page: Page, hours: int) -> None:
    """Wait until a time by the clock is in the left quarter of the timeline."""
    page.wait_for_function(
        """(wanted) => {
          // It is made anew when the page or its size changes.
          const guide = harness.element.shadowRoot.querySelector("tdl-guide")?.shadowRoot;
          const grid = guide?.querySelector("tdl-grid")?.shadowRoot;
          const scroller = grid?.querySelector(".scroller");
          if (!scroller) return false;
          const times = [...grid.querySelectorAll(".time")].filter(({ textContent }) =>
            textContent.endsWith(wanted));
          const { left, width } = scroller.getBoundingClientRect();
          return times.some((time) => {
            const x = time.getBoundingClientRect().x - left;
            return x > 236 && x < width * 0.5;
          });
        }""",
        arg=f"{hours:02}:00",
    )
