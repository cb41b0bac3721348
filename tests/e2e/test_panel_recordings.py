"""The page *Recordings* of a made-up house."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
import pytest

from tests.e2e.axe import violations
from tests.e2e.browser import screenshot
from tests.night import by_night

PANEL = "toonami-downlink-panel"
PAGE = "/toonami-downlink/recordings"
LIBRARY = "harness.connection.library"


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


def open_page(page: Page, query: str = "recordings=some") -> Locator:
    page.goto(f"{PAGE}?{query}")
    found = page.locator("tdl-recordings")
    expect(found.locator(".page")).to_be_visible()
    return found


def asked(page: Page) -> list[dict[str, Any]]:
    """Return the commands about recordings that were sent."""
    found: list[dict[str, Any]] = page.evaluate(
        """() => harness.connection.asked
          .map(({ type, ...rest }) => ({ type: type.replace("toonami_downlink/", ""), ...rest }))
          .filter(({ type }) => type.startsWith("recordings/"))"""
    )
    return found


def overflow(page: Page) -> int:
    width: int = page.evaluate(
        """() => {
          const { root } = harness.element.root.querySelector("tdl-recordings");
          return root.host.scrollWidth - root.host.clientWidth;
        }"""
    )
    return width


@pytest.mark.parametrize(
    "query",
    by_night(["recordings=off", "recordings=off&user=guest"], keep=["recordings=off&user=guest"]),
)
def test_off_says_how_to_switch_it_on(page: Page, query: str) -> None:
    found = open_page(page, query)
    expect(found.get_by_role("heading", name="Recording is switched off")).to_be_visible()
    link = found.get_by_role("link", name="Settings")
    if "guest" in query:
        expect(found).to_contain_text("Ask whoever looks after")
        expect(link).to_have_count(0)
    else:
        expect(link).to_have_attribute("href", re.compile("integration/toonami_downlink"))
    expect(found.get_by_role("heading", name="Planned")).to_have_count(0)
    assert violations(page, PANEL) == []


@pytest.mark.nightly
def test_empty_sections_say_so(page: Page) -> None:
    found = open_page(page, "recordings=empty")
    for sentence in ("Nothing is planned", "Nothing has been recorded yet", "No rule records"):
        expect(found).to_contain_text(sentence)
    expect(found.get_by_role("heading", name="Recording now")).to_have_count(0)
    assert violations(page, PANEL) == []


@pytest.mark.parametrize("width", by_night([360, 1280], keep=[360]))
@pytest.mark.parametrize("user", by_night(["", "&user=guest"], keep=[""]))
def test_all_of_it(page: Page, width: int, user: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    found = open_page(page, f"recordings=some{user}")
    for words in (
        "Interrupted (3 min missing at",
        "the station sent nothing",
        "Failed: the disk is full",
        "No longer in the guide.",
        "Complete · kept until you delete it",
        "It cannot be recorded: all places are taken at that time",
        "780 MB of 50 GB used",
        "120 GB free on this disk",
        "in every backup",
        "at most 5",
    ):
        expect(found).to_contain_text(words)
    expect(found.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
    expect(found.get_by_role("meter", name="Space")).to_have_attribute("aria-valuenow", "2")
    admins = ["Delete: ", "Keep: ", "Remove the rule"]
    for name in admins:
        expect(found.get_by_role("button", name=name).first).to_be_visible(visible=not user)
    assert overflow(page) <= 0
    for box in found.locator("button, summary, .button").all():
        size = box.bounding_box()
        assert size is None or min(size["width"], size["height"]) >= 44, box.inner_text()
    assert violations(page, PANEL) == []
    screenshot(page, f"recordings-{width}{user[-5:]}")


def test_who_may_not_watch_may_only_look(page: Page) -> None:
    found = open_page(page, "recordings=some&user=guest&watching=admin")
    expect(found).to_contain_text("Interrupted")
    for name in ("Play", "Stop", "Cancel", "Delete", "Record "):
        expect(found.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.nightly
def test_another_showing_instead(page: Page) -> None:
    found = open_page(page)
    take = found.get_by_role("button", name=re.compile("^Record .* instead$"))
    take.click()
    expect(take).to_have_count(0)
    first, second = asked(page)
    assert first["type"] == "recordings/record"
    assert first["channel"] == 2
    assert (second["type"], second["recording"]) == ("recordings/cancel", "crowded")


@pytest.mark.nightly
def test_stop_asks_first(page: Page) -> None:
    found = open_page(page)
    found.get_by_role("button", name="Stop: ").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What has been recorded so far stays.")
    assert violations(page, PANEL) == []
    dialog.get_by_role("button", name="Cancel").click()
    assert asked(page) == []
    found.get_by_role("button", name="Stop: ").click()
    dialog.get_by_role("button", name="Stop").click()
    expect(found.get_by_role("heading", name="Recording now")).to_have_count(0)
    expect(found).to_contain_text("Interrupted (1 min missing")
    expect(found.get_by_role("heading", name="Recorded")).to_be_focused()


@pytest.mark.nightly
def test_delete_names_what_goes(page: Page) -> None:
    found = open_page(page)
    delete = found.get_by_role("button", name="Delete: ")
    count = delete.count()
    label = delete.first.get_attribute("aria-label") or ""
    title = label.removeprefix("Delete: ")
    delete.first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=f"Delete {title}?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(delete.first).to_be_focused()
    delete.first.click()
    dialog.get_by_role("button", name="Delete").click()
    expect(delete).to_have_count(count - 1)
    expect(found.get_by_role("heading", name="Recorded")).to_be_focused()


@pytest.mark.nightly
def test_keep_and_what_is_refused(page: Page) -> None:
    found = open_page(page)
    keep = found.get_by_role("button", name="Keep: ").last
    expect(keep).to_have_attribute("aria-pressed", "false")
    page.evaluate(f"() => {{ {LIBRARY}.error = 'unknown_error'; }}")
    keep.click()
    expect(found.get_by_role("alert").first).to_contain_text("That could not be done")
    page.evaluate(f"() => {{ {LIBRARY}.error = null; }}")
    keep.click()
    expect(keep).to_have_attribute("aria-pressed", "true")
    expect(found.get_by_role("alert").filter(has_text="That could not")).to_have_count(0)


def test_rules(page: Page) -> None:
    found = open_page(page, "recordings=empty")
    found.get_by_role("button", name="Record everything that is followed").click()
    expect(found.locator(".rules li")).to_contain_text("Everything that is followed")
    heading = found.get_by_role("heading", name="Rules", exact=True)
    expect(heading).to_be_focused()
    found.locator("summary").filter(has_text="Add a rule").click()
    save = found.get_by_role("button", name="Add the rule")
    expect(save).to_be_disabled()
    found.get_by_label("Show, block or words").fill("Trigun")
    expect(found.locator("form [role=status]")).to_contain_text(re.compile(r"\d+ showing"))
    found.get_by_label("Channel", exact=True).select_option("toonami_east")
    found.get_by_label("Only episodes").uncheck()
    found.get_by_label("Keep only the last").fill("3")
    found.get_by_label("Mon").uncheck()
    assert violations(page, PANEL) == []
    save.click()
    rule = found.locator(".rules li").last
    for words in (
        "Trigun",
        "Show",
        "Toonami Aftermath East",
        "Repeats of other nights too",
        "at most 3",
        "Tue",
    ):
        expect(rule).to_contain_text(words)
    sent = asked(page)[-1]
    assert sent == {
        "type": "recordings/rules/add",
        "kind": "show",
        "text": "Trigun",
        "channel": "toonami_east",
        "only_missing": False,
        "keep_last": 3,
        "days": [1, 2, 3, 4, 5, 6],
    }
    found.get_by_role("button", name="Remove the rule Trigun").click()
    expect(found.locator(".rules li")).to_have_count(1)
    expect(heading).to_be_focused()


@pytest.mark.nightly
def test_play_on_a_player_of_the_house(page: Page) -> None:
    found = open_page(page)
    found.get_by_role("button", name="Play on: ").last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("media_player.lounge")
    assert violations(page, PANEL) == []
    dialog.get_by_role("button", name="Play", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("Lounge television")
    [[_, _, media, target]] = page.evaluate("() => harness.calls")
    assert re.fullmatch(r"media-source://toonami_downlink/recording/\d+", media["media_content_id"])
    assert media["media_content_type"] == "video"
    assert target == {"entity_id": "media_player.lounge"}


@pytest.mark.nightly
def test_hostile_names_are_text(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    open_page(page, "recordings=some&hostile")
    assert page.evaluate("window.hacked") is None
    assert overflow(page) <= 0


@pytest.mark.nightly
def test_of_five_hundred_only_some_are_drawn(page: Page) -> None:
    """One show at a time is open, and not all of that is drawn at once: no task takes long."""
    found = open_page(page, "recordings=many")
    shows = found.locator("summary").filter(has_text="recordings")
    expect(shows.first).to_be_visible()
    entries = found.locator(".entry")
    assert entries.count() == 0
    long_one = shows.filter(has_text=re.compile(r"(3[1-9]|[4-9]\d) recordings"))
    for show in (shows.first, shows.nth(1), long_one.first):
        show.click()
        expect(entries.first).to_be_visible()
        expect(found.locator(".lists details[open]")).to_have_count(1)
    expect(entries).to_have_count(20)
    found.get_by_role("button", name=re.compile("^Show .* more$")).first.click()
    expect(entries.nth(20)).to_be_visible()
    assert entries.count() <= 40


def open_sheet(page: Page, query: str, index: int) -> Locator:
    """Open the programme of the first channel that is so many places after the one on air."""
    page.goto(f"/toonami-downlink/guide?{query}")
    expect(page.locator("tdl-search")).to_be_visible()
    start = page.evaluate(
        """(index) => {
          const guide = harness.connection.guides.get(1);
          return guide[guide.findIndex(({ stop }) => stop > Date.now() / 1000) + index].start;
        }""",
        index,
    )
    page.goto(f"/toonami-downlink/guide/1/{start}?{query}")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    return sheet


def test_record_in_the_sheet(page: Page) -> None:
    sheet = open_sheet(page, "recordings=empty", 2)
    sheet.get_by_role("button", name="Record", exact=True).click()
    expect(sheet.get_by_role("status").filter(has_text="It will be recorded.")).to_be_visible()
    assert violations(page, PANEL) == []
    sheet.get_by_role("button", name="Cancel the recording").click()
    expect(sheet.get_by_role("button", name="Record", exact=True)).to_be_visible()
    every = sheet.get_by_role("button", name="Record every episode")
    expect(every).to_have_attribute("aria-pressed", "false")
    every.click()
    again = sheet.get_by_role("button", name="Every episode is recorded")
    expect(again).to_have_attribute("aria-pressed", "true")
    again.click()
    expect(every).to_be_visible()
    kinds = [one["type"].removeprefix("recordings/") for one in asked(page)]
    assert kinds == ["record", "cancel", "rules/add", "rules/remove"]


@pytest.mark.nightly
def test_what_is_recorded_in_the_sheet(page: Page) -> None:
    sheet = open_sheet(page, "recordings=some", 0)
    expect(sheet.get_by_role("status").filter(has_text="It is being recorded.")).to_be_visible()
    expect(sheet.get_by_role("button", name="Play the recording")).to_be_visible()
    sheet.get_by_role("button", name="Stop recording").click()
    expect(sheet.get_by_role("button", name="Stop recording")).to_have_count(0)
    expect(sheet.get_by_role("button", name="Play the recording")).to_be_visible()


def test_a_conflict_is_said_in_the_sheet(page: Page) -> None:
    sheet = open_sheet(page, "recordings=some", 2)
    expect(sheet).to_contain_text("It cannot be recorded: at that time")
    assert violations(page, PANEL) == []
    sheet.get_by_role("button", name=re.compile("^Record .* instead$")).click()
    expect(sheet).not_to_contain_text("It cannot be recorded")
    assert [one["type"] for one in asked(page)] == ["recordings/record", "recordings/cancel"]


@pytest.mark.nightly
def test_what_cannot_be_recorded_is_said(page: Page) -> None:
    sheet = open_sheet(page, "recordings=empty", 2)
    page.evaluate(f"() => {{ {LIBRARY}.error = 'recording_refused'; }}")
    sheet.get_by_role("button", name="Record", exact=True).click()
    expect(sheet.get_by_role("alert").first).to_contain_text("That could not be done")


@pytest.mark.nightly
@pytest.mark.parametrize("query", ["recordings=off", "recordings=empty&user=guest&watching=admin"])
def test_no_button_where_nothing_can_be_recorded(page: Page, query: str) -> None:
    sheet = open_sheet(page, query, 2)
    expect(sheet.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    expect(sheet.get_by_role("button", name="Record")).to_have_count(0)


@pytest.mark.nightly
def test_users_record_but_make_no_rules(page: Page) -> None:
    sheet = open_sheet(page, "recordings=empty&user=guest", 2)
    expect(sheet.get_by_role("button", name="Record", exact=True)).to_be_visible()
    expect(sheet.get_by_role("button", name="Record every episode")).to_have_count(0)


@pytest.mark.nightly
def test_the_guide_marks_what_is_recorded(page: Page) -> None:
    page.goto("/toonami-downlink/guide?recordings=some")
    row = page.locator("tdl-grid .row").first
    live = row.locator(".cell.live")
    expect(live.locator(".dot.recording")).to_be_visible()
    expect(live).to_contain_text("being recorded")
    expect(row.locator(".dot.planned").first).to_be_attached()
    assert violations(page, PANEL) == []
    screenshot(page, "guide-recordings")
    page.evaluate(f"() => {{ {LIBRARY}.recordings = []; harness.connection.push('recordings'); }}")
    expect(page.locator("tdl-grid .dot:visible")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/toonami-downlink/guide/1?recordings=some")
    dot = page.get_by_role("img", name="being recorded")
    expect(dot).to_be_visible()
    title = page.locator("tdl-list .item.live .title").inner_text()
    page.locator("tdl-search input").fill(title)
    expect(page.locator("tdl-search").get_by_role("img", name="being recorded")).to_be_visible()


def test_one_sound_at_a_time(page: Page, console: list[str]) -> None:
    """A recording is heard alone, and what is below it comes back as it was."""
    page.goto("/toonami-downlink/guide?recordings=some")
    page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
    television = page.locator("tdl-player")
    expect(television).to_have_attribute("place", "docked")
    page.locator("tdl-grid .cell.live").first.click()
    play = page.get_by_role("button", name="Play the recording")
    play.click()
    recorded = page.locator("tdl-recorded").get_by_role("dialog")
    expect(recorded.get_by_role("button", name="30 seconds ahead")).to_be_visible()
    expect(television).to_have_attribute("place", "off")
    assert violations(page, PANEL) == []
    page.keyboard.press("Escape")
    expect(recorded).to_have_count(0)
    expect(play).to_be_focused()
    # The made-up station has neither a stream nor a recording.
    console.clear()


def test_a_jump_before_it_is_there_leads_nowhere(page: Page) -> None:
    page.route("**/recordings/*.mp4", lambda route: None)
    page.add_init_script("localStorage.setItem('toonami-downlink-resume', '[[\"1\", 1200]]')")
    open_page(page).get_by_role("button", name="Play: ").first.click()
    recorded = page.locator("tdl-recorded").get_by_role("dialog")
    times = recorded.locator(".times")
    expect(times).to_have_text("20:00 / 0:00")

    recorded.get_by_role("button", name="30 seconds ahead").click()

    expect(times).to_have_text("20:00 / 0:00")
