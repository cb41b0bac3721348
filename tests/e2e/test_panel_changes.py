"""What the panel and the card do when something changes around them, with a made-up station."""

from datetime import UTC, datetime, timedelta
import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.panel_sizes import CARD_FILE, SOON, first_page
from tests.e2e.axe import violations
from tests.e2e.viewports import check_viewports

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
TOKEN = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz"
KEY = """(fields) => {
  const find = (root, path) => path.reduce(
    (node, step) => (node?.shadowRoot ?? node)?.querySelector(step), root);
  const input = find(document, ["toonami-downlink-panel", "tdl-guide", "tdl-search", "input"]);
  const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true,
    cancelable: true, ...fields });
  return !input.dispatchEvent(event);
}"""
ASKED_FOR_THE_TUNER = """
harness.connection.asked.findLast(({ type }) => type === "toonami_downlink/tuner")
"""
ELSEWHERE = "harness.connection.rotate(); harness.connection.push('connect')"
CHOOSE = """(select, devices) => {
  for (const device of devices) {
    select.value = device;
    select.dispatchEvent(new Event("change"));
  }
}"""
CARD_BODY = "**/ui/card-body.js"


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def connect_at(page: Page, *known: str) -> None:
    """Open Connect in a Home Assistant that knows itself by these addresses."""
    page.goto(f"{ROOT}/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.evaluate("(known) => { harness.connection.origins = known; }", list(known))
    page.get_by_role("link", name="Connect").click()


# Who watches


@pytest.mark.nightly
def test_ending_a_session_asks_first(page: Page) -> None:
    page.goto(f"{ROOT}/status")
    sessions = page.locator("section[aria-labelledby=watching] li")
    expect(sessions).to_have_count(3)
    expect(sessions.first).to_contain_text("Kodi")
    expect(sessions.first).to_contain_text("Toonami Aftermath East")
    expect(sessions.first).to_contain_text("812.4 MB · MPEG-TS")
    end = page.get_by_role("button", name="End: TiviMate, Toonami Aftermath East")
    end.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("End what TiviMate is watching?")
    expect(dialog).to_contain_text("192.168.1.41")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    check_viewports(page, "harness_end", PANEL)

    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(end).to_be_focused()
    assert "toonami_downlink/sessions/end" not in page.evaluate(
        "harness.connection.asked.map(({ type }) => type)"
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(sessions).to_have_count(2)
    expect(page.get_by_text("It is ended.")).to_be_visible()
    expect(page.locator("#watching")).to_be_focused()
    assert page.evaluate("harness.connection.asked.at(-1)") == {
        "type": "toonami_downlink/sessions/end",
        "session": "b2",
    }


@pytest.mark.nightly
def test_a_session_that_is_over_cannot_be_ended(page: Page) -> None:
    page.goto(f"{ROOT}/status")
    page.get_by_role("button", name="End: Kodi").click()
    page.evaluate("harness.connection.streams.sessions.splice(0, 1)")
    page.get_by_role("button", name="End now").click()

    expect(page.get_by_text("Perhaps it was over already")).to_be_visible()


@pytest.mark.nightly
def test_the_streams_move_by_themselves(page: Page) -> None:
    page.goto(f"{ROOT}/status")
    first = page.locator("section[aria-labelledby=watching] li").first
    expect(first).to_contain_text("812.4 MB")

    page.evaluate(
        """() => {
          const { connection } = harness;
          const streams = structuredClone(connection.streams);
          streams.sessions[0].bytes = 2_500_000_000;
          connection.event = () => ({ loaded: true, streams });
          connection.push("status");
        }"""
    )

    expect(first).to_contain_text("2.5 GB")
    expect(page.locator(".chain")).to_be_visible()


def test_a_signal_is_lost_where_streams_are(page: Page) -> None:
    page.goto(f"{ROOT}/status?state=slate")
    expect(page.locator("#sentence")).to_contain_text("Signal lost: Movies.")
    expect(page.locator(".health")).to_contain_text("signal lost")
    lost = page.locator("li.lost")
    expect(lost).to_contain_text("Movies")
    expect(lost).to_contain_text(re.compile(r"Since today \d\d:\d\d"))
    expect(lost).to_contain_text("changes of server today: 2")

    page.goto(f"{ROOT}/status?state=lost")
    expect(page.locator("#sentence")).to_contain_text("Guide not refreshed")
    expect(page.locator(".health")).to_contain_text("guide not refreshed")
    assert "ignal lost" not in page.locator(PANEL).inner_text()


# Keys and clocks


@pytest.mark.nightly
def test_what_an_input_method_confirms_is_not_chosen(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    page.locator("tdl-search input").fill("trigun")
    expect(page.locator("tdl-search [role=option]").first).to_be_visible()
    dialog = page.get_by_role("dialog")
    for fields in ({"isComposing": True}, {"keyCode": 229}):
        assert page.evaluate(KEY, fields) is False
    expect(dialog).to_be_hidden()

    # A real composition, and the Enter that macOS tells of while there is one.
    session = page.context.new_cdp_session(page)
    page.locator("tdl-search input").fill("")
    text = {"text": "trigun", "selectionStart": 6, "selectionEnd": 6}
    session.send("Input.imeSetComposition", text)
    expect(page.locator("tdl-search [role=option]").first).to_be_visible()
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    session.send("Input.insertText", {"text": "trigun"})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    expect(page.locator("tdl-search [role=option]").first).to_be_visible()
    expect(dialog).to_be_hidden()

    page.keyboard.press("Enter")
    expect(dialog.locator("h2")).to_have_text("Trigun")


@pytest.mark.nightly
@pytest.mark.parametrize(("language", "is_half"), [("fi", False), ("ar", True), ("en", True)])
def test_the_clock_is_the_users_whatever_the_texts_are(
    page: Page, language: str, is_half: bool
) -> None:
    page.goto(f"{ROOT}/guide?lang={language}&clock=language")
    times = page.locator("tdl-grid .time:not([cut])").first
    expect(times).to_be_visible()

    assert bool(re.search("[AP]M", times.inner_text())) == is_half
    expect(page.get_by_placeholder("Search the guide")).to_be_visible()


# Connect


def test_the_tuner_is_switched_on_where_plex_is_set_up(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="Plex").click()
    page.get_by_role("button", name="Switch the tuner on…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Whoever is watching goes on watching.")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".steps")).to_have_count(0)

    page.get_by_role("button", name="Switch the tuner on…").click()
    check_viewports(page, "harness_tuner", PANEL)
    page.get_by_role("button", name="Switch on", exact=True).click()
    expect(page.locator(".steps .value").first).to_contain_text("/api/toonami_downlink/hdhr/")
    expect(dialog).to_be_hidden()
    assert page.evaluate(ASKED_FOR_THE_TUNER) == {
        "type": "toonami_downlink/tuner",
        "on": True,
    }


def test_connect_follows_a_rotation_made_elsewhere(page: Page) -> None:
    page.clock.install()
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="VLC").click()
    page.get_by_role("button", name="Show the secret").first.click()
    value = page.locator(".steps .value")
    expect(value).to_contain_text(TOKEN)
    # What a page does by the clock would hide that it does not follow at once.
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))

    page.evaluate(ELSEWHERE)

    expect(page.get_by_text("were replaced elsewhere")).to_be_visible()
    page.clock.resume()
    expect(value).to_contain_text("••••")
    page.get_by_role("button", name="Show the secret").first.click()
    expect(value).to_contain_text("N3w")
    assert violations(page, PANEL) == []


@pytest.mark.nightly
def test_a_rotation_made_elsewhere_closes_the_old_secrets_code(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="VLC").click()
    page.get_by_role("button", name="QR code").first.click()
    expect(page.locator("#qr svg")).to_be_visible()

    page.evaluate(ELSEWHERE)

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("were replaced elsewhere")).to_be_visible()


@pytest.mark.nightly
def test_a_rotation_that_could_not_be_followed_is_followed_later(page: Page) -> None:
    page.clock.install()
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="VLC").click()
    expect(page.locator(".steps .value")).to_be_visible()
    page.evaluate(
        """() => {
          const { connection } = harness;
          const answer = connection.connect;
          connection.connect = () => {
            connection.connect = answer;
            throw new Error("busy");
          };
          connection.token = `N3w${connection.token.slice(3)}`;
          connection.push("connect");
        }"""
    )
    page.wait_for_function("harness.connection.asked.filter((m) => /connect$/.test(m.type))[1]")
    expect(page.get_by_text("were replaced elsewhere")).to_have_count(0)

    page.clock.run_for(16_000)

    expect(page.get_by_text("were replaced elsewhere")).to_be_visible()


def test_connect_proposes_what_answers(page: Page, harness: str) -> None:
    page.route(re.compile(r"^http://192\.168\.9\.9"), lambda route: route.abort())
    connect_at(page, "http://192.168.9.9:8123", "http://172.17.0.2:8123")

    expect(page.get_by_text("The address works")).to_be_visible()
    expect(page.locator("#origin")).to_have_value(harness)
    listed = page.locator("#origin option").all_inner_texts()
    assert [text.strip() for text in listed] == [
        "http://192.168.9.9:8123",
        harness,
        "Another address",
    ]


@pytest.mark.nightly
def test_another_address_has_no_verdict_before_there_is_one(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    expect(page.get_by_text("The address works")).to_be_visible()
    page.locator("#origin").select_option(label="Another address")
    verdict = page.locator(".address [role=status]")
    expect(verdict).to_have_text("")

    own = page.get_by_placeholder("http://192.168.1.5:8123")
    own.fill("http://")
    own.press("Enter")
    expect(verdict).to_contain_text("not an address")
    own.fill("")
    own.press("Tab")
    expect(verdict).to_have_text("")
    own.fill("192.168.1.5:8123")
    own.press("Tab")
    expect(verdict).to_contain_text("The address works")


def test_of_two_devices_chosen_in_a_row_the_last_is_shown(page: Page) -> None:
    page.goto(f"{ROOT}/connect?state=devices&delay=300")
    device = page.locator("#device")
    expect(device.locator("option")).to_have_count(3)
    page.evaluate(
        """() => {
          const { connection } = harness;
          const answer = connection.connect.bind(connection);
          connection.connect = (asked) => ({ ...answer(asked), short_url: `/tv/${asked.device}` });
        }"""
    )

    code = page.locator(".short .code")
    device.evaluate(CHOOSE, ["pass0", "pass1"])

    expect(code).to_have_text("pass1")
    expect(device).to_have_value("pass1")

    # One whose pass is gone by now: Home Assistant answers with what belongs to the house.
    page.evaluate(
        """() => {
          const { connection } = harness;
          const answer = connection.connect;
          connection.connect = () => answer({ device: "home" });
        }"""
    )
    device.evaluate(CHOOSE, ["pass0"])
    expect(code).to_have_text("home")
    expect(device).to_have_value("home")


# Files that are not there any more, and those that are


def test_a_card_that_an_update_took_away_is_said(page: Page, console: list[str]) -> None:
    page.route(CARD_BODY, lambda route: route.abort())
    page.goto("/card?card={}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Toonami Downlink may have been updated")
    assert violations(page, "toonami-downlink-card") == []
    page.unroute(CARD_BODY)
    page.get_by_role("button", name="Reload").click()

    expect(page.locator(".frame .row").first).to_be_visible()
    console.clear()


@pytest.mark.nightly
def test_a_card_comes_back_with_home_assistant(page: Page, console: list[str]) -> None:
    page.route(CARD_BODY, lambda route: route.abort())
    page.goto("/card?card={}")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute(CARD_BODY)

    page.evaluate("harness.connection.setConnected(false)")
    page.evaluate("harness.connection.setConnected(true)")

    expect(page.locator(".frame .row").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    console.clear()


@pytest.mark.nightly
def test_a_card_without_texts_says_so(page: Page, console: list[str]) -> None:
    page.route("**/i18n/*.json", lambda route: route.fulfill(status=404, body="Not found"))
    page.goto("/card?card={}")

    expect(page.get_by_role("alert")).to_contain_text("This card could not be loaded")
    assert violations(page, "toonami-downlink-card") == []
    console.clear()


def test_the_first_page_loads_what_is_measured(page: Page) -> None:
    page.goto(f"{ROOT}/guide?lang=ja")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.wait_for_function("Boolean(customElements.get('tdl-sheet'))")
    page.wait_for_load_state("networkidle")
    names = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    base = "/toonami_downlink_static/harness/"
    paths = [urlsplit(name).path for name in names]

    # Home Assistant has the card on every page; the harness has it only where it is shown.
    assert {path.removeprefix(base) for path in paths if path.startswith(base)} == (
        first_page().keys() - {CARD_FILE} | {*SOON, "i18n/ja.rest.json"}
    )
    assert not [path for path in paths if path.startswith("/api/")]


@pytest.mark.nightly
def test_a_page_that_did_not_come_is_asked_for_again(page: Page, console: list[str]) -> None:
    page.route("**/ui/status-page.js", lambda route: route.abort(), times=1)
    page.goto(f"{ROOT}/guide")
    page.get_by_role("link", name="Status").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.get_by_role("navigation").get_by_role("link", name="Guide").click()
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".chain")).to_be_visible()
    assert len(console) == 1
    console.clear()
