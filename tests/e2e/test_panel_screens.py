"""The guide fits the screens that people have, and how they look at them."""

import re

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.guide_page import (
    LEFT,
    PANEL,
    RUN,
    button,
    is_at,
    open_guide,
    scroller,
)
from tests.e2e.viewports import OVERFLOW, SETTLE
from tests.night import by_night

NOTCH = "0%2047%2021%2047"
ROWS = """(root) => {
  const rows = [...root.shadowRoot.querySelectorAll(".row")];
  const scroller = root.shadowRoot.querySelector(".scroller").getBoundingClientRect();
  const last = rows.at(-1).getBoundingClientRect();
  const title = root.shadowRoot.querySelector(".cell.live .title");
  return {
    height: rows[0].offsetHeight,
    left: Math.round(innerHeight - last.bottom),
    text: parseFloat(getComputedStyle(title).fontSize),
    hidden: Math.round(Math.max(0, last.bottom - scroller.bottom)),
  };
}"""
"""How high rows are, how much of the screen is below them, and how large they are written."""
CUT = """(root) => {
  const edge = root.shadowRoot.querySelector(".corner").getBoundingClientRect().right;
  const seen = [...root.shadowRoot.querySelectorAll(".time")].map((head) => {
    const range = document.createRange();
    range.selectNodeContents(head);
    const { left, right, width } = range.getBoundingClientRect();
    const isShown = getComputedStyle(head).visibility === "visible" && right > edge;
    return { isShown, isCut: left < edge, isWide: width > head.clientWidth };
  });
  return seen.filter(({ isShown, isCut, isWide }) => isShown && (isCut || isWide)).length;
}"""
"""How many of the times above the rows cannot be read in full."""
EMPTY = """(root) => [...root.shadowRoot.querySelectorAll(".cell")].filter((cell) => {
  const sign = getComputedStyle(cell.querySelector(".in"), "::before").content;
  return !cell.querySelector(".title").textContent && sign === "none";
}).length"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


@pytest.mark.parametrize(
    ("width", "height", "least", "text"),
    by_night(
        [(1280, 800, 64, 14), (800, 1280, 110, 16), (1920, 1080, 92, 16), (3840, 2160, 200, 26)],
        keep=[(800, 1280, 110, 16)],
    ),
)
def test_rows_fill_the_screen_they_hang_on(
    page: Page, width: int, height: int, least: int, text: int
) -> None:
    open_guide(page, width=width, height=height)
    page.wait_for_function(
        "([grid, rows, least]) => new Function(`return ${rows}`)()(grid).height >= least",
        arg=[page.locator("tdl-grid").element_handle(), ROWS, least],
    )

    found = page.locator("tdl-grid").evaluate(ROWS)
    assert found["hidden"] == 0
    assert found["left"] <= 120
    assert found["text"] >= text


@pytest.mark.parametrize("scheme", by_night(["dark", "light"], keep=["light"]))
@pytest.mark.parametrize(
    "width", by_night([320, 500, 699, 700, 900, 1280, 2560, 3840], keep=[320, 3840])
)
def test_it_can_be_used_at_any_width(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_guide(page, "?shorts", width=width, height=max(560, width * 9 // 16))
    page.evaluate(SETTLE)

    assert page.evaluate(OVERFLOW) <= 0
    assert violations(page, PANEL) == []


# Its words are the longest there.
@pytest.mark.parametrize("language", by_night(["en", "de", "es", "fr", "ja", "pt-BR"], keep=["fr"]))
def test_the_row_fits_in_every_language(page: Page, language: str) -> None:
    open_guide(page, f"?lang={language}", width=320, height=640)
    row = page.locator("tdl-guide .about")
    row.get_by_role("button").nth(2).click()
    expect(page.locator("tdl-guide .at")).not_to_be_empty()

    assert page.evaluate(OVERFLOW) <= 0
    assert row.evaluate("row => row.scrollWidth - row.clientWidth") <= 0


@pytest.mark.parametrize(
    "size",
    by_night(
        [pytest.param(size) for size in ((734, 331), (740, 304), (844, 390))], keep=[(740, 304)]
    ),
)
def test_a_phone_on_its_side_keeps_its_pages(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    open_guide(page, f"?insets={NOTCH}", width=width, height=height)
    for name, landmark in (("Connect", ".tile"), ("Status", ".chain"), ("Guide", "tdl-guide")):
        link = page.get_by_role("navigation").get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
        link.click()
        expect(page.locator(landmark).first).to_be_visible()
    rows = page.locator("tdl-grid .row, tdl-list .channel")
    expect(rows.first).to_be_in_viewport()
    expect(rows.nth(1)).to_be_in_viewport()
    assert page.evaluate(OVERFLOW) <= 0
    assert violations(page, PANEL) == []


@pytest.mark.parametrize(
    ("insets", "width", "height"),
    by_night(
        [("47%200%2034%200", 390, 844), (NOTCH, 844, 390), ("24%200%2020%200", 800, 1280)],
        keep=[(NOTCH, 844, 390)],
    ),
)
def test_what_closes_the_sheet_covers_nothing(
    page: Page, insets: str, width: int, height: int
) -> None:
    open_guide(page, f"?hostile&insets={insets}", width=width, height=height)
    if width < 700:
        page.locator("tdl-list .channel").first.click()
        page.locator("tdl-list .item.live").click()
    else:
        page.locator("tdl-grid .cell.live").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".text")).to_be_attached()
    page.evaluate(SETTLE)
    boxes = [dialog.locator(name).bounding_box() for name in (".corner", "h2", ".station")]
    corner, *others = [box for box in boxes if box]
    assert len(others) == 2
    for other in others:
        is_beside = other["x"] + other["width"] <= corner["x"]
        assert is_beside or other["y"] >= corner["y"] + corner["height"]
    assert corner["y"] >= (0 if width < 700 else int(insets.partition("%")[0]))
    assert corner["x"] + corner["width"] <= width - (47 if insets == NOTCH else 0)


def test_short_programmes_of_a_title_are_one(page: Page) -> None:
    open_guide(page, "?shorts")
    run = page.locator("tdl-grid .cell", has_text=RUN).first
    expect(run).to_be_attached()
    assert page.locator("tdl-grid").evaluate(EMPTY) == 0
    short = page.locator("tdl-grid .cell[tiny]", has_text="Station Identification").first
    expect(short).not_to_have_attribute("title", re.compile("."))
    short.dispatch_event("pointerover")
    expect(short).to_have_attribute(
        "title", re.compile(r"^Station Identification\nAt .*\n.*\d\d:28.\d\d:30$")
    )

    run.evaluate("cell => cell.click()")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("12 in a row")).to_be_visible()
    parts = dialog.locator("[aria-labelledby=run] a")
    expect(parts).to_have_count(12)
    expect(dialog.locator("[aria-current=true]")).to_have_count(1)
    parts.nth(11).click()
    expect(parts.nth(11)).to_have_attribute("aria-current", "true")
    expect(dialog.locator(".sub")).to_have_text(re.compile("At "))
    assert violations(page, PANEL) == []


@pytest.mark.parametrize("clock", by_night(["12", "24"], keep=["12"]))
@pytest.mark.parametrize("width", by_night([800, 1280], keep=[800]))
def test_times_above_the_rows_are_never_cut(page: Page, width: int, clock: str) -> None:
    open_guide(page, f"?clock={clock}", width=width)
    grid = page.locator("tdl-grid")
    for left in (0, 37, 90, 5530, 9555, 9601):
        scroller(page).evaluate("(element, left) => element.scrollTo({ left })", left)
        page.evaluate(SETTLE)
        assert grid.evaluate(CUT) == 0, left


@pytest.mark.nightly
def test_minutes_agree_with_the_times_beside_them(page: Page) -> None:
    open_guide(page)
    for index in range(4):
        page.locator("tdl-grid .cell.live").nth(index).click()
        when = page.get_by_role("dialog").locator(".when")
        expect(when).to_contain_text("min")
        numbers = map(int, re.findall(r"\d+", when.inner_text()))
        hour, minute, until, stop, count = numbers
        assert (until * 60 + stop - hour * 60 - minute) % 1440 == count
        page.keyboard.press("Escape")


@pytest.mark.nightly
def test_a_dark_theme_without_modes_leaves_the_panel_dark(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    open_guide(page, "?ink=%23e1e1e1")
    expect(page.locator(PANEL)).to_have_attribute("dark", "")
    assert violations(page, PANEL) == []

    for colour, is_dark in (("rgb(20, 20, 20)", False), ("oklch(0.9 0.02 250)", True)):
        page.evaluate(
            "(colour) => document.documentElement.style"
            ".setProperty('--primary-text-color', colour)",
            colour,
        )
        host = expect(page.locator(PANEL))
        if is_dark:
            host.to_have_attribute("dark", "")
        else:
            host.not_to_have_attribute("dark", "")


@pytest.mark.nightly
def test_a_theme_that_says_nonsense_leaves_it_to_home_assistant(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    open_guide(page, "?ink=url(nowhere)")
    expect(page.locator(PANEL)).to_have_attribute("dark", "")


def test_what_colours_say_is_there_with_forced_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    open_guide(page, "?shorts")

    def colour(selector: str, name: str) -> str:
        found: str = page.locator(selector).first.evaluate(
            "(element, name) => getComputedStyle(element)[name]", name
        )
        return found

    surface = colour("tdl-grid .cell:not(.live)", "backgroundColor")
    highlight = page.evaluate(
        """() => {
          document.body.style.cssText += "forced-color-adjust: none; outline-color: Highlight";
          return getComputedStyle(document.body).outlineColor;
        }"""
    )
    assert highlight != surface
    assert colour("tdl-grid .now", "backgroundColor") == highlight
    assert colour("tdl-grid .cell.live", "borderTopColor") == highlight
    assert colour("tdl-grid .cell.live .meter i", "backgroundColor") == highlight
    assert colour("tdl-guide .days [aria-pressed=true]", "borderTopColor") == highlight
    assert colour("tdl-guide .about [aria-pressed=true]", "outlineColor") == highlight
    assert violations(page, PANEL) == []


@pytest.mark.nightly
def test_nothing_glides_where_less_motion_is_wanted(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_guide(page)
    before = scroller(page).evaluate(LEFT)
    button(page, "Tonight").evaluate("button => button.click()")

    assert scroller(page).evaluate(LEFT) != before
    is_at(page, 20)
    assert page.evaluate("document.getAnimations({ subtree: true }).length") == 0


def test_everything_can_be_done_with_keys(page: Page) -> None:
    open_guide(page)
    focused = """() => {
      let node = document.activeElement;
      while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
      return (node.getAttribute("aria-label") ?? node.textContent).trim();
    }"""
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        names.append(page.evaluate(focused))
        if names[-1] == "Tonight":
            break
    assert names[-3:] == ["Earlier", "Now", "Tonight"]
    page.keyboard.press("Enter")
    is_at(page, 20)
    page.keyboard.press("n")
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "true")

    page.locator("tdl-grid .cell.live").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Share")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("tdl-grid .cell:focus")).to_have_count(1)
    expect(page).to_have_url(re.compile("/guide$"))
