"""Where one is in the panel, how one gets about in it, and that its addresses lead there."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect
import pytest

from tests.e2e.axe import violations
from tests.night import by_night

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
PHONE = {"width": 390, "height": 844}
CLICK_LAST = """(cells) => {
  const column = ({ ariaColIndex }) => Number(ariaColIndex);
  cells.sort((one, other) => column(one) - column(other)).at(-1).click();
}"""
AIRINGS = """() => {
  const { connection } = harness;
  const answer = connection.sendMessagePromise.bind(connection);
  connection.sendMessagePromise = async (message) => {
    if (message.type !== "toonami_downlink/airings") return answer(message);
    connection.asked.push(message);
    const times = { start: message.start + 86_400, stop: message.start + 88_000 };
    const also = [{ channel: 4, ...times, about: true }, { channel: 99, ...times }];
    return { also, last: { channel: 1, start: message.start - 86_400, stop: 1 }, month: 3 };
  };
}"""
SHARE = """(where) => Object.defineProperty(navigator, "share", {
  configurable: true,
  value: where && (async (what) => { window.shared = what; }),
})"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def live(page: Page) -> Locator:
    """What is on air, in the timeline."""
    return page.locator("tdl-grid .cell.live")


def open_past(page: Page) -> None:
    """Open what was on last on the first channel."""
    expect(live(page).first).to_be_visible()
    page.locator("tdl-grid .row").first.locator(".cell.past").evaluate_all(CLICK_LAST)


def focus_search(page: Page) -> None:
    """Go to the search by its key."""
    expect(page.locator("tdl-search")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("tdl-search input")).to_be_focused()


def at(page: Page, path: str) -> None:
    """Wait until the panel is at a place."""
    expect(page).to_have_url(re.compile(rf"{ROOT}/{path}$"))


def open_guide(page: Page, path: str = "guide") -> None:
    """Open the guide from another page, so that there is something to fall out to."""
    page.goto(f"{ROOT}/status")
    expect(page.locator(".chain")).to_be_visible()
    page.goto(f"{ROOT}/{path}")
    landmark = "tdl-list .channel" if page.viewport_size == PHONE else "tdl-grid .cell.live"
    expect(page.locator(landmark).first).to_be_visible()


# Programmes


def test_back_closes_the_sheet_and_not_the_panel(page: Page) -> None:
    open_guide(page)
    live(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    at(page, r"guide/1/\d+")

    page.go_back()
    expect(dialog).to_be_hidden()
    at(page, "guide")

    page.go_forward()
    expect(dialog).to_be_visible()
    page.go_back()
    page.go_back()
    at(page, "status")


@pytest.mark.nightly
def test_what_is_opened_while_another_closes_stays_open(page: Page) -> None:
    open_guide(page)
    live(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".text")).to_be_visible()
    # The browser tells later that a dialog was closed.
    dialog.evaluate("""async (dialog) => {
      const told = new Promise((resolve) => dialog.addEventListener("close", resolve));
      dialog.close();
      dialog.showModal();
      await told;
    }""")
    expect(dialog.locator(".text")).to_be_visible()
    at(page, r"guide/1/\d+")


@pytest.mark.nightly
@pytest.mark.parametrize("way", ["key", "button", "backdrop"])
def test_closing_the_sheet_leaves_nothing_behind_in_the_history(page: Page, way: str) -> None:
    open_guide(page)
    for _ in range(3):
        live(page).first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".text")).to_be_visible()
        if way == "key":
            page.keyboard.press("Escape")
        elif way == "button":
            dialog.get_by_role("button", name="Close").click()
        else:
            page.mouse.click(200, 500)
        expect(dialog).to_be_hidden()
        at(page, "guide")

    page.go_back()
    at(page, "status")


@pytest.mark.nightly
def test_a_link_opens_its_programme_and_closing_it_stays_in_the_panel(page: Page) -> None:
    open_guide(page)
    live(page).nth(1).click()
    title = page.get_by_role("dialog").locator("h2").inner_text()
    link = page.url

    page.goto("about:blank")
    page.goto(link)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("h2")).to_have_text(title)
    expect(dialog.locator(".text")).to_be_visible()
    page.reload()
    expect(dialog.locator("h2")).to_have_text(title)

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    at(page, "guide/2")
    expect(page.locator(".hero")).to_contain_text("Toonami Aftermath West")


ODD = [
    "guide/99999999999999999999/1",
    "guide/1/99999999999999",
    "guide/%3Cscript%3Ewindow.hacked=1%3C%2Fscript%3E",
    "guide/1/%22%3E%3Cimg%20src=x%20onerror=window.hacked=1%3E",
    "guide/1/2/3/4",
    "watch/0",
    "nowhere/at/all",
    "guide?q=" + "x" * 5000,
]


@pytest.mark.parametrize("path", by_night(ODD, keep=ODD[2:3]))
def test_an_address_without_sense_is_the_guide(page: Page, path: str) -> None:
    page.goto(f"{ROOT}/{path}")

    expect(live(page).first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("path", "words"),
    by_night(
        [
            ("guide/1234", "no such channel"),
            ("guide/1234/1795697531", "no such channel"),
            ("watch/1234", "no such channel"),
            ("guide/1/12345", "not in the guide"),
            ("guide/1/8589934592", "not in the guide"),
        ],
        keep=[("guide/1/12345", "not in the guide")],
    ),
)
def test_what_there_is_not_is_said(page: Page, path: str, words: str) -> None:
    page.goto(f"{ROOT}/{path}")

    expect(page.get_by_text(words)).to_be_visible()
    expect(live(page).first).to_be_visible()
    expect(page).to_have_url(re.compile(rf"{ROOT}/guide(/1)?$"))
    assert violations(page, PANEL) == []


@pytest.mark.nightly
def test_the_address_to_watch_leads_to_the_channel(page: Page) -> None:
    # What it plays there is for the tests of watching.
    page.route("**/stream/**", lambda route: route.fulfill(body="#EXTM3U\n"))
    page.goto(f"{ROOT}/watch/3")

    expect(page.locator(".hero")).to_contain_text("3 · Snickelodeon East")
    at(page, "watch/3")


def test_a_programme_can_be_shared(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{ROOT}/guide")
    page.evaluate(SHARE, None)
    live(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    dialog.get_by_role("button", name="Share").click()

    expect(dialog.get_by_text("Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert violations(page, PANEL) == []

    page.keyboard.press("Escape")
    page.evaluate(SHARE, "here")
    live(page).first.click()
    dialog.get_by_role("button", name="Share").click()
    page.wait_for_function("window.shared")
    assert page.evaluate("window.shared.url") == page.url


@pytest.mark.nightly
def test_only_what_is_on_can_be_played(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    dialog = page.get_by_role("dialog")
    live(page).first.click()
    expect(dialog.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    page.locator("tdl-grid .row").first.locator(".cell:not(.past, .live)").first.click()
    expect(dialog.locator(".text")).to_be_visible()
    expect(dialog.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    expect(dialog.get_by_text("It was on")).to_have_count(0)
    page.keyboard.press("Escape")

    open_past(page)
    expect(dialog.get_by_text(re.compile(r"It was on \w+ \d\d:\d\d: Toonami"))).to_be_visible()
    expect(dialog.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    assert violations(page, PANEL) == []


@pytest.mark.nightly
def test_what_is_over_leads_to_where_it_is_on_next(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    open_past(page)
    dialog = page.get_by_role("dialog")
    title = dialog.locator("h2").inner_text()
    # The other coast shows the same three hours later.
    west = dialog.get_by_role("link", name=re.compile("Toonami Aftermath West")).first
    href = west.get_attribute("href")
    west.click()

    expect(page).to_have_url(re.compile(f"{href}$"))
    expect(dialog.locator(".station")).to_contain_text("West")
    expect(dialog.locator("h2")).to_have_text(title)
    page.go_back()
    expect(dialog).to_be_hidden()
    at(page, "guide")


@pytest.mark.nightly
def test_other_showings_come_from_home_assistant_where_it_knows_them(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    expect(live(page).first).to_be_visible()
    page.evaluate(AIRINGS)
    live(page).first.click()

    showing = page.get_by_role("dialog").locator(".showing")
    expect(showing).to_have_count(1)
    expect(showing).to_contain_text("about tomorrow")
    expect(showing).to_contain_text("Snickelodeon West")
    expect(page.get_by_text(re.compile("Last on yesterday .* 3 times this month"))).to_be_visible()
    asked = page.evaluate("harness.connection.asked.at(-1)")
    number, start = urlsplit(page.url).path.split("/")[-2:]
    assert asked == {
        "type": "toonami_downlink/airings",
        "channel": int(number),
        "start": int(start),
    }


# Search


def test_a_search_is_a_place(page: Page) -> None:
    open_guide(page)
    focus_search(page)
    page.keyboard.type("trig")
    option = page.locator("tdl-search [role=option]").first
    expect(option).to_contain_text("Trigun")
    at(page, r"guide\?q=trig")
    page.keyboard.type("un")
    at(page, r"guide\?q=trigun")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    at(page, r"guide/\d/\d+\?q=trigun")

    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(option).to_be_visible()
    expect(page.locator("tdl-search input")).to_have_value("trigun")
    page.go_back()
    at(page, "guide")
    expect(option).to_have_count(0)
    expect(page.locator("tdl-search input")).to_have_value("")
    page.go_back()
    at(page, "status")

    page.goto(f"{ROOT}/guide?q=trigun")
    expect(option).to_contain_text("Trigun")
    page.get_by_role("button", name="Clear the search").click()
    at(page, "guide")


@pytest.mark.nightly
def test_each_title_is_found_once_and_all_its_showings_below_it(page: Page) -> None:
    page.goto(f"{ROOT}/guide?q=trigun")
    options = page.locator("tdl-search [role=option]")
    expect(options).to_have_count(2)
    more = options.last
    expect(more).to_have_text(re.compile(r"\d+ more showings"))
    count = int(re.findall(r"\d+", more.inner_text())[0])
    assert count > 40, "the made-up station shows it often enough to fill more than one answer"
    page.locator("tdl-search input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(options).to_have_count(1 + 39 + 1)
    expect(more).to_have_text(f"{count - 39} more showings")
    assert violations(page, PANEL) == []

    while more.evaluate("element => element.matches('.more')"):
        before = options.count()
        more.click()
        expect(options).not_to_have_count(before)
    expect(options).to_have_count(1 + count)
    more.click()
    expect(page.get_by_role("dialog").locator("h2")).to_have_text("Trigun")


@pytest.mark.nightly
def test_all_titles_can_be_reached(page: Page) -> None:
    page.goto(f"{ROOT}/guide?q=o")
    options = page.locator("tdl-search [role=option]")
    expect(options.first).to_be_visible()
    titles = options.locator(".title").all_inner_texts()
    assert len(titles) == len(set(titles)) > 5

    page.evaluate(
        """() => {
          const { connection } = harness;
          const answer = connection.search.bind(connection);
          connection.search = (message) => answer({ ...message, limit: 4 });
        }"""
    )
    page.locator("tdl-search input").fill("O")
    last = options.last
    expect(last).to_have_text(f"{len(titles) - 4} more titles")
    for shown in range(4, len(titles), 4):
        expect(options.locator(".title")).to_have_count(shown)
        last.click()
    expect(options.locator(".title")).to_have_count(len(titles))
    assert options.locator(".title").all_inner_texts() == titles


# Pages and days on a phone


def test_a_day_of_a_channel_is_a_place(page: Page) -> None:
    page.set_viewport_size(PHONE)
    open_guide(page)
    page.locator("tdl-list .channel").nth(2).click()
    at(page, "guide/3")
    expect(page.locator("tdl-list .item.live")).to_be_in_viewport()
    page.locator("tdl-guide .days button").nth(2).click()
    at(page, r"guide/3/\d{4}-\d\d-\d\d")
    expect(page.locator("tdl-list .item.shown")).to_be_in_viewport()
    day = page.url
    page.locator("tdl-list .item.shown").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    assert page.url == day
    page.reload()
    expect(page.locator("tdl-guide .days button").nth(2)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Connect").click()
    expect(page.locator(".tile").first).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Guide").click()
    expect(page.locator("tdl-list .head h2")).to_have_text("Snickelodeon East")
    assert page.url == day
    for _ in range(2):
        page.go_back()
    page.get_by_role("button", name="Back to the channels").click()
    expect(page.locator("tdl-list .channel")).to_have_count(7)
    at(page, "guide")
    page.go_back()
    at(page, "status")
