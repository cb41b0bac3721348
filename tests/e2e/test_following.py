"""Following a show in the panel of a real Home Assistant, and what that changes in the house."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from scripts.lib.develop.waiting import wait_for

LIST = "todo.toonami_downlink_follow"
CALENDAR = "calendar.toonami_downlink_followed"
NEXT = "sensor.toonami_downlink_next_followed"


def items(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = home.client.command("todo/item/list", entity_id=LIST)["items"]
    return found


def events(home: Home) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    span = f"start={now:%Y-%m-%dT%H:%M:%SZ}&end={now + timedelta(days=8):%Y-%m-%dT%H:%M:%SZ}"
    found: list[dict[str, Any]] = home.client.get(f"/api/calendars/{CALENDAR}?{span}")
    return found


def upcoming(home: Home) -> str:
    """Return a title that is on later today."""
    search = home.client.command("toonami_downlink/guide/search", query="iron", titles=True)
    return str(search["results"][0][4])


def test_a_star_is_seen_in_the_whole_house(page: Page, home: Home, access: Access) -> None:
    title = upcoming(home)
    page.goto("/toonami-downlink/guide")
    page.locator("tdl-search input").fill(title)
    page.locator("tdl-search [role=option]").first.click()
    sheet = page.get_by_role("dialog").filter(has=page.get_by_role("heading", name=title))
    sheet.get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("status").filter(has_text="showing")).to_contain_text("Next:")
    sheet.locator("form").get_by_role("button", name="Follow", exact=True).click()
    expect(sheet.get_by_role("button", name="Following")).to_be_visible()

    assert [one["summary"] for one in items(home)] == [title]
    assert items(home)[0]["due"]
    assert {one["summary"] for one in events(home)} == {title}
    wait_for(lambda: home.client.get(f"/api/states/{NEXT}")["state"] == title, "No sensor", 30)

    # What is added to the list is in the panel, and what is taken off it is not.
    home.client.post("/api/services/todo/add_item", {"entity_id": LIST, "item": "comet radio"})
    page.keyboard.press("Escape")
    page.get_by_role("link", name="My shows").click()
    shows = page.locator("tdl-shows")
    expect(shows.locator(".follows")).to_contain_text("comet radio")
    expect(shows.locator(".showing").first).to_contain_text(title)
    home.client.post("/api/services/todo/remove_item", {"entity_id": LIST, "item": "comet radio"})
    expect(shows.locator(".follows")).not_to_contain_text("comet radio")
    shows.get_by_role("button", name=f"Stop following {title}").click()
    expect(shows).to_contain_text("Nothing is followed yet")
    assert items(home) == []
    assert events(home) == []
    wait_for(lambda: home.client.get(f"/api/states/{NEXT}")["state"] == "unknown", "It stays", 30)
