"""What the panel and the card draw in the hours that the clocks repeat and skip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page as BrowserPage, expect
import pytest

from tests.e2e.browser import overhear
from tests.e2e.guide_page import ROOT, open_guide
from tests.night import by_night

HALF_HOUR: Final = 1800
TRANSITIONS: Final = {
    "New York, back": ("America/New_York", "2026-11-01T06:00"),
    "New York, ahead": ("America/New_York", "2026-03-08T07:00"),
    "Lord Howe, back": ("Australia/Lord_Howe", "2026-04-04T15:00"),
    "Lord Howe, ahead": ("Australia/Lord_Howe", "2026-10-03T15:30"),
}
RULER: Final = """() => {
  const guide = harness.element.shadowRoot.querySelector("tdl-guide").shadowRoot;
  const grid = guide.querySelector("tdl-grid").shadowRoot;
  const left = (element) => element.getBoundingClientRect().left;
  const now = left(grid.querySelector(".now"));
  return [...grid.querySelectorAll(".time")]
    .map((time) => [left(time) - now, time.textContent.trim()]).sort(([a], [b]) => a - b);
}"""
GUIDE: Final = (
    """() => [...harness.connection.guides.get(1)].map(({ start, stop }) => [start, stop])"""
)
FOLLOWED: Final = """() => harness.connection.followed().showings
  .map(({ airing }) => [airing.start, airing.stop])"""
PLANNED: Final = """() => harness.connection.library.recordings
  .filter(({ state }) => ["recording", "planned"].includes(state))
  .map(({ start, stop }) => [start, stop])"""


@dataclass(frozen=True, slots=True)
class Night:
    """A page in a zone, at a moment near the change of its clocks."""

    page: BrowserPage
    zone: ZoneInfo
    now: datetime

    def time(self, at: float) -> str:
        """Return what a clock on the wall shows at a Unix time."""
        return f"{datetime.fromtimestamp(at, self.zone):%H:%M}"

    def programmes(self) -> list[tuple[float, float]]:
        """Return when the programmes of the first channel begin and end."""
        return [(start, stop) for start, stop in self.page.evaluate(GUIDE)]

    def on_air(self) -> tuple[float, float]:
        now = self.now.timestamp()
        return next((start, stop) for start, stop in self.programmes() if start <= now < stop)


@pytest.fixture(params=by_night([-20, 20], keep=[20]), ids=lambda minutes: f"{minutes} min")
def minutes(request: pytest.FixtureRequest) -> int:
    """How long after the change it is."""
    found: int = request.param
    return found


# That day has 24 hours and a half.
@pytest.fixture(params=by_night(TRANSITIONS, keep=["Lord Howe, back"]))
def night(
    request: pytest.FixtureRequest,
    browser: Browser,
    harness: str,
    console: list[str],
    minutes: int,
) -> Iterator[Night]:
    name, change = TRANSITIONS[request.param]
    now = datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(minutes=minutes)
    context = browser.new_context(base_url=harness, timezone_id=name)
    page = context.new_page()
    page.clock.set_fixed_time(now)
    overhear(page, harness, console)
    yield Night(page, ZoneInfo(name), now)
    context.close()
    assert console == []


def test_grid(night: Night) -> None:
    """The ruler shows each half hour that passes, and what is on is where it is on."""
    open_guide(night.page, "?days=3")
    start, stop = night.on_air()
    hero = night.page.locator("tdl-guide .hero")
    expect(hero).to_contain_text(f"{night.time(start)}\N{EN DASH}{night.time(stop)}")

    ruler = night.page.evaluate(RULER)
    slot = ruler[1][0] - ruler[0][0]
    now = night.now.timestamp()
    ticks = [round((now + x / slot * HALF_HOUR) / HALF_HOUR) * HALF_HOUR for x, _ in ruler]
    assert len(ticks) > 4
    assert ticks == list(range(ticks[0], ticks[0] + len(ticks) * HALF_HOUR, HALF_HOUR))
    shown = [text[-5:] for _, text in ruler]
    assert shown == [night.time(tick) for tick in ticks]
    cell = night.page.locator("tdl-grid .cell.live").first.bounding_box()
    line = night.page.locator("tdl-grid .now").bounding_box()
    assert cell is not None
    assert line is not None
    assert cell["x"] - line["x"] == pytest.approx((start - now) / HALF_HOUR * slot, abs=4)
    assert cell["width"] == pytest.approx((stop - start) / HALF_HOUR * slot, abs=6)


def test_list(night: Night) -> None:
    """A day has all of its programmes once, in their order."""
    open_guide(night.page, "?days=3", width=390)
    night.page.locator("tdl-list .channel").first.click()
    items = night.page.locator("tdl-list ul .item")
    expect(items.first).to_be_visible()
    today = datetime.combine(night.now.astimezone(night.zone), datetime.min.time(), night.zone)
    first, last = today.timestamp(), (today + timedelta(days=1)).timestamp()
    wanted = [(a, b) for a, b in night.programmes() if b > first and a < last]
    assert items.locator(".times").all_inner_texts() == [night.time(start) for start, _ in wanted]
    expect(night.page.locator("tdl-list ul .item.live .times")).to_have_text(
        night.time(night.on_air()[0])
    )


@pytest.mark.nightly
def test_sheet(night: Night) -> None:
    open_guide(night.page, "?days=3")
    night.page.locator("tdl-grid .cell.live").first.click()
    start, stop = night.on_air()
    dialog = night.page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{night.time(start)}\N{EN DASH}{night.time(stop)}")


@pytest.mark.nightly
def test_card(night: Night) -> None:
    night.page.goto('/card?card={"guide":true,"hours":3}')
    marks = night.page.locator(".hours .scale span")
    expect(marks).to_have_count(3)
    first = night.now.timestamp() // HALF_HOUR * HALF_HOUR
    assert marks.all_inner_texts() == [night.time(first + hour * 3600) for hour in range(3)]


@pytest.mark.nightly
def test_shows(night: Night) -> None:
    """What is followed is told in its order, at the times that clocks show then."""
    night.page.goto(f"{ROOT}/shows?days=3&follow=Trigun&follow=Bleach")
    times = night.page.locator("tdl-shows .showing .times")
    expect(times.first).to_be_visible()
    now = night.now.timestamp()
    told = night.page.evaluate(FOLLOWED)
    wanted = ["On air" if start <= now < stop else night.time(start) for start, stop in told]
    assert len(wanted) > 4
    assert [text.strip() for text in times.all_text_contents()] == wanted


@pytest.mark.nightly
def test_recordings(night: Night) -> None:
    """A recording lasts from when it began to when it ended, by the clocks of then."""
    night.page.goto(f"{ROOT}/recordings?recordings=some")
    page = night.page.locator("tdl-recordings")
    expect(page.locator(".page")).to_be_visible()
    planned = night.page.evaluate(PLANNED)
    assert len(planned) > 3
    for start, stop in planned:
        expect(page).to_contain_text(f"{night.time(start)}\N{EN DASH}{night.time(stop)}")
