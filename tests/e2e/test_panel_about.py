"""How one gets about in the guide."""

from datetime import datetime, timedelta
import re

from playwright.sync_api import Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.guide_page import (
    HOUR,
    LEFT,
    MINUTE,
    NOW_X,
    PANEL,
    ROOT,
    RUN,
    button,
    is_at,
    open_guide,
    scroller,
)

MIDDLE_AT = """({ shadowRoot }, [x, y]) => {
  // Two pixels further there is a programme, where there is none here.
  const at = (x) => shadowRoot.elementFromPoint(x, y).closest(".cell");
  const { left, right } = (at(x) ?? at(x + 4)).getBoundingClientRect();
  return (left + right) / 2;
}"""
DRAG_AND_CLICK = """(cell) => {
  cell.closest(".scroller").setPointerCapture = () => {};
  const point = (name, clientX) => cell.dispatchEvent(new PointerEvent(name, {
    bubbles: true, pointerType: "mouse", clientX, clientY: 400 }));
  point("pointerdown", 600);
  point("pointermove", 400);
  point("pointerup", 400);
  cell.click();
}"""


def point_at_the_middle(page: Page) -> None:
    """Move the mouse over the guide; unlike hovering over a row, that never scrolls it."""
    box = scroller(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def test_the_row_leads_to_tonight_and_back_to_now(page: Page) -> None:
    open_guide(page)
    at_now = page.locator("tdl-grid").evaluate(NOW_X)
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "true")

    button(page, "Tonight").click()
    is_at(page, 20)
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "false")
    tonight = scroller(page).evaluate(LEFT)

    button(page, "Later").click()
    page.wait_for_function(
        "([scroller, left]) => scroller.scrollLeft > left + 400",
        arg=[scroller(page).element_handle(), tonight],
    )
    button(page, "Now").click()
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "([grid, wanted, where]) => Math.abs(new Function(`return ${where}`)()(grid) - wanted) < 3",
        arg=[page.locator("tdl-grid").element_handle(), at_now, NOW_X],
    )


@pytest.mark.nightly
def test_the_wheel_goes_sideways_where_there_is_nothing_below(page: Page) -> None:
    open_guide(page)
    before = scroller(page).evaluate(LEFT)
    point_at_the_middle(page)
    page.mouse.wheel(0, 300)
    page.wait_for_function(
        "([scroller, left]) => scroller.scrollLeft === left + 300",
        arg=[scroller(page).element_handle(), before],
    )
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "false")

    page.set_viewport_size({"width": 1280, "height": 560})
    page.wait_for_function(
        "(scroller) => scroller.scrollHeight > scroller.clientHeight + 50",
        arg=scroller(page).element_handle(),
    )
    left = scroller(page).evaluate(LEFT)
    point_at_the_middle(page)
    page.mouse.wheel(0, 40)
    page.wait_for_function(
        "(scroller) => scroller.scrollTop === 40", arg=scroller(page).element_handle()
    )
    assert scroller(page).evaluate(LEFT) == left


@pytest.mark.nightly
def test_dragging_takes_the_guide_along_and_chooses_nothing(page: Page) -> None:
    open_guide(page)
    before = scroller(page).evaluate(LEFT)
    box = page.locator("tdl-grid .cell.live").first.bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y + 3)
    page.mouse.move(x - 230, y)
    page.mouse.up()

    assert scroller(page).evaluate(LEFT) == before + 230
    expect(page).to_have_url(re.compile("/guide$"))
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "false")

    # What is only clicked is chosen, also when the hand trembles. The pointer stays within one
    # programme: what is between two is neither.
    x = page.locator("tdl-grid").evaluate(MIDDLE_AT, [x + 100, y])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2, y + 2)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.nightly
def test_what_lies_below_where_a_drag_ends_is_not_chosen(page: Page) -> None:
    open_guide(page)
    # Some browsers click what the mouse is over, whoever has captured it.
    page.locator("tdl-grid .cell.live").first.evaluate(DRAG_AND_CLICK)
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.locator("tdl-grid .cell.live").first.evaluate("cell => cell.click()")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_guide_follows_the_clock_while_nobody_has_scrolled(page: Page) -> None:
    # At noon: soon after midnight, the guide's left edge is in sight.
    page.clock.install(time=datetime.now().astimezone().replace(hour=12, minute=10))
    # Gliding takes the time of the screen, not of this clock.
    page.emulate_media(reduced_motion="reduce")
    open_guide(page)
    grid = page.locator("tdl-grid")
    at_now = grid.evaluate(NOW_X)
    first = scroller(page).evaluate(LEFT)

    page.clock.fast_forward(HOUR)
    page.clock.run_for(2000)
    assert abs(grid.evaluate(NOW_X) - at_now) <= 3
    assert scroller(page).evaluate(LEFT) > first + 300

    point_at_the_middle(page)
    page.mouse.wheel(0, 900)
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "false")
    moved = scroller(page).evaluate(LEFT)
    page.clock.run_for(4 * MINUTE)
    assert scroller(page).evaluate(LEFT) == moved

    # Nobody was there for long: on the wall, it is a clock of programmes again.
    page.clock.run_for(2 * MINUTE)
    assert abs(grid.evaluate(NOW_X) - at_now) <= 3
    expect(button(page, "Now")).to_have_attribute("aria-pressed", "true")


@pytest.mark.nightly
def test_who_is_there_is_not_taken_away_from_what_they_read(page: Page) -> None:
    page.clock.install()
    open_guide(page)
    page.emulate_media(reduced_motion="reduce")
    button(page, "Tonight").click()
    is_at(page, 20)
    left = scroller(page).evaluate(LEFT)
    page.clock.run_for(4 * MINUTE)
    page.mouse.move(600, 600)
    page.mouse.move(610, 600)
    page.clock.run_for(4 * MINUTE)
    assert scroller(page).evaluate(LEFT) == left
    page.locator("tdl-grid .cell").nth(8).evaluate("cell => cell.click()")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.clock.run_for(10 * MINUTE)
    assert scroller(page).evaluate(LEFT) == left


@pytest.mark.nightly
def test_the_time_is_kept_across_pages_and_sizes(page: Page) -> None:
    open_guide(page)
    page.locator("tdl-guide .days button").nth(2).click()
    is_at(page, 20)
    expect(page.locator("tdl-guide .days button").nth(2)).to_have_attribute("aria-pressed", "true")

    page.get_by_role("link", name="Connect").click()
    expect(page.locator(".tile").first).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Guide").click()
    is_at(page, 20)
    expect(page.locator("tdl-guide .days button").nth(2)).to_have_attribute("aria-pressed", "true")

    page.set_viewport_size({"width": 1000, "height": 1100})
    is_at(page, 20)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("tdl-guide .at")).to_contain_text("20:00")
    page.set_viewport_size({"width": 1280, "height": 900})
    is_at(page, 20)


@pytest.mark.nightly
def test_closing_a_programme_leaves_the_timeline_where_it_was(page: Page) -> None:
    """Also where an address had led to another day, which was left since."""
    later = datetime.now().astimezone() + timedelta(days=2)
    page.goto(f"{ROOT}/guide/3/{later:%Y-%m-%d}")
    is_at(page, 20)
    days = page.locator("tdl-guide .days button")
    expect(days.nth(2)).to_have_attribute("aria-pressed", "true")
    point_at_the_middle(page)
    page.mouse.wheel(0, 4000)
    expect(days.nth(3)).to_have_attribute("aria-pressed", "true")
    left = scroller(page).evaluate(LEFT)

    page.locator("tdl-grid .cell").nth(8).evaluate("cell => cell.click()")
    expect(page.get_by_role("dialog").locator(".text")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("guide/3$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(days.nth(3)).to_have_attribute("aria-pressed", "true")
    assert scroller(page).evaluate(LEFT) == left


def test_one_screen_of_a_phone_shows_what_all_channels_have_at_eight(page: Page) -> None:
    open_guide(page, "?shorts", width=390, height=844)
    expect(page.locator(".hero")).to_be_visible()
    button(page, "Tonight").click()
    expect(page.locator("tdl-guide .at")).to_have_text(re.compile("20:00"))
    expect(page.locator(".hero")).to_have_count(0)
    channels = page.locator("tdl-list .channel")
    expect(channels).to_have_count(7)
    expect(channels.nth(5)).to_contain_text(RUN)
    for channel in channels.all():
        expect(channel).to_be_in_viewport(ratio=1)
    for channel in channels.all()[:4]:
        shown = re.findall(r"\d\d:\d\d", channel.inner_text())
        assert shown[0] <= "20:00" < shown[1]
    assert violations(page, PANEL) == []

    button(page, "Later").click()
    expect(page.locator("tdl-guide .at")).to_have_text(re.compile("21:00"))
    channels.first.click()
    expect(page.locator("tdl-list .item.shown")).to_be_in_viewport()
    button(page, "The day after").click()
    expect(page).to_have_url(re.compile(r"guide/1/\d{4}-\d\d-\d\d$"))
    expect(page.locator("tdl-list .item.shown")).to_be_in_viewport()
    button(page, "Now").click()
    expect(page).to_have_url(re.compile("guide/1$"))
    expect(page.locator("tdl-list .item.live")).to_be_in_viewport()


@pytest.mark.nightly
def test_a_guide_that_is_taken_away_while_it_scrolls_follows_the_clock(page: Page) -> None:
    open_guide(page)

    moves = page.evaluate(
        """async () => {
          const guide = harness.element.shadowRoot.querySelector("tdl-guide").shadowRoot;
          const grid = guide.querySelector("tdl-grid");
          const moves = [];
          grid.addEventListener("move", ({ detail }) => moves.push(detail.time));
          const scroller = grid.shadowRoot.querySelector(".scroller");
          const told = new Promise((done) => scroller.addEventListener("scroll", done));
          grid.scrollToTime(Date.now() / 1000 + 600);
          grid.remove();
          await told;
          return moves;
        }"""
    )

    assert moves == []
