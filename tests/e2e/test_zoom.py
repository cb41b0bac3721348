"""The panel at 200 %, as people set their browsers who see little: nothing is out of reach."""

from collections.abc import Callable, Iterator
import re

from playwright.sync_api import Browser, Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.browser import answer_elsewhere, overhear, screenshot
from tests.e2e.guide_page import PANEL, ROOT
from tests.e2e.viewports import OVERFLOW, SETTLE
from tests.night import by_night

ZOOM = 2
NARROWEST = (1280, 800)
LARGER = [(2560, 1440), (1366, 768), (1920, 1080)]
OUT_OF_REACH = """async (panel) => {
  const frame = () => new Promise(requestAnimationFrame);
  const within = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot ? [element, ...within(element.shadowRoot)] : [element]);
  const parts = within(panel.shadowRoot);
  const dialog = parts.find((part) => part.matches("dialog[open]"));
  const isSeen = (part) => part.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const above = (node) => node.parentElement ?? node.getRootNode().host;
  const isBelow = (node, top) => !top || node === top || (node && isBelow(above(node), top));
  const at = (x, y) => {
    let found = document.elementFromPoint(x, y);
    for (let inner; (inner = found?.shadowRoot?.elementFromPoint(x, y)) && inner !== found;)
      found = inner;
    return found;
  };
  const wanted = parts.filter((part) => part.matches(
    "button, a[href], input, select, summary, h2, h3, dd, .value, [tabindex='0']")
    && !part.matches(":disabled, .expand") && isSeen(part) && isBelow(part, dialog));
  const isThere = async (part, block) => {
    part.scrollIntoView({ block, inline: "center", behavior: "instant" });
    await frame();
    const { left, top, width, height } = part.getBoundingClientRect();
    if (!width || !height) return true;
    const [wide, high] = [Math.min(width, innerWidth), Math.min(height, innerHeight)];
    if (left < -1 || top < -1 || left + wide > innerWidth + 1 || top + high > innerHeight + 1)
      return false;
    return [0.2, 0.5, 0.8].every((share) => {
      const hit = at(left + wide / 2, top + high * share);
      return hit && isBelow(hit.closest("label")?.control ?? hit, part);
    });
  };
  const lost = [];
  for (const part of wanted) {
    const ways = [];
    for (const block of ["center", "start", "end", "nearest"])
      ways.push(ways.includes(true) || Boolean(await isThere(part, block)));
    if (!ways.includes(true))
      lost.push(`${part.localName} ${(part.ariaLabel ?? part.textContent).trim()}`);
  }
  return lost;
}"""
"""Names what cannot be scrolled to, or is covered by something else there.

Left out is the picture in the corner: its buttons are on it.
"""
CUT_OFF = """(panel) => {
  const within = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot ? [element, ...within(element.shadowRoot)] : [element]);
  return within(panel.shadowRoot)
    .filter((part) => part.matches("button, .button, a, h1, h2, h3, p, li, dt, dd, label, summary")
      && part.checkVisibility({ checkOpacity: true }) && !part.closest(".row, .cell, .sr"))
    .filter((part) => part.clientWidth && getComputedStyle(part).overflowX === "hidden"
      && getComputedStyle(part).textOverflow === "clip" && part.scrollWidth > part.clientWidth + 1)
    .map((part) => `${part.localName}.${part.className} ${part.textContent.trim().slice(0, 40)}`);
}"""
"""Names texts that end in the middle of a letter."""


def guide(page: Page) -> None:
    expect(page.locator("tdl-grid .cell.live, tdl-list .channel").first).to_be_visible()


def sheet(page: Page) -> None:
    guide(page)
    page.locator("tdl-grid .cell.live, tdl-list .channel").first.click()
    if page.locator("tdl-list").count():
        page.locator("tdl-list .item.live").click()
    expect(page.get_by_role("dialog").locator("h2")).not_to_be_empty()


def connect(page: Page) -> None:
    page.get_by_role("link", name="Connect").click()
    page.get_by_role("button", name="IPTV Smarters").click()
    page.locator("tdl-connect summary").click()


def shows(page: Page) -> None:
    page.get_by_role("link", name="My shows").click()
    expect(page.locator("tdl-shows h2").first).to_be_visible()


def recordings(page: Page) -> None:
    page.goto(f"{ROOT}/recordings?recordings=some")
    expect(page.locator("tdl-recordings .entry").first).to_be_visible()


def status(page: Page) -> None:
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".chain")).to_be_visible()


def player(page: Page) -> None:
    sheet(page)
    page.get_by_role("dialog").get_by_role("button", name="Watch", exact=True).click()
    expect(page.locator("tdl-player")).to_have_attribute("place", re.compile("docked|mini"))
    # Its buttons are there for who comes near.
    page.locator("tdl-player").hover()


def small_player(page: Page) -> None:
    player(page)
    connect(page)
    page.locator("tdl-player").hover()


@pytest.fixture(
    params=[NARROWEST, *(pytest.param(size, marks=pytest.mark.nightly) for size in LARGER)],
    ids=lambda size: f"{size[0]}x{size[1]}",
)
def page(
    request: pytest.FixtureRequest, browser: Browser, harness: str, console: list[str]
) -> Iterator[Page]:
    """A page of the made-up station, as a browser shows it that is set to 200 %."""
    width, height = request.param
    context = browser.new_context(
        base_url=harness,
        viewport={"width": width // ZOOM, "height": height // ZOOM},
        device_scale_factor=ZOOM,
    )
    page = context.new_page()
    # There is no relay here: the stream never begins.
    page.route("**/stream/*.m3u8", lambda route: route.fulfill(status=204))
    answer_elsewhere(page)
    overhear(page, harness, console)
    yield page
    context.close()
    assert console == []


@pytest.mark.parametrize(
    "show",
    by_night(
        [guide, sheet, shows, recordings, connect, status, player, small_player],
        keep=[sheet, small_player],
    ),
)
def test_nothing_is_cut_off_or_out_of_reach(page: Page, show: Callable[[Page], None]) -> None:
    page.goto(f"{ROOT}/guide")
    show(page)
    page.evaluate(SETTLE)
    screenshot(page, f"zoom_{show.__name__}_{page.evaluate('innerWidth')}")
    assert page.evaluate(OVERFLOW) <= 0
    panel = page.locator(PANEL)
    assert panel.evaluate(CUT_OFF) == []
    assert violations(page, PANEL) == []
    assert panel.evaluate(OUT_OF_REACH) == []
