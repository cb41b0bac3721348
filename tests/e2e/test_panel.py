"""The panel in a real Home Assistant: what it shows is what is served."""

from collections.abc import Iterator
import re
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Locator, Page, expect
import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, entries, fetch, find_access
from scripts.lib.develop.flow import entry_id
from scripts.lib.develop.home import Home
from tests.e2e.browser import open_page
from tests.e2e.on_air import with_details


@pytest.fixture
def panel(page: Page, access: Access) -> Page:
    """The guide, opened from the side bar."""
    page.goto("/toonami-downlink")
    expect(live(page).first).to_be_visible()
    return page


def live(page: Page) -> Locator:
    """What is on air, in the timeline."""
    return page.locator("tdl-grid .cell.live")


def test_the_guide_shows_what_is_on(panel: Page, home: Home) -> None:
    expect(panel.locator("tdl-grid .row")).to_have_count(7)
    expect(panel.locator("tdl-grid .channel .name").first).to_have_text("Toonami Aftermath East")
    expect(panel.get_by_text("receiving")).to_be_visible()
    title = home.client.get("/api/states/sensor.toonami_aftermath_east_now_playing")["state"]
    expect(live(panel).first.locator(".title")).to_have_text(title)
    expect(panel.locator(".hero h2")).to_have_text(title)


def test_the_keyboard_goes_everywhere(panel: Page) -> None:
    def focused() -> str:
        label: str = panel.evaluate(
            """() => {
              let node = document.activeElement;
              while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
              return node.textContent.trim();
            }"""
        )
        return label

    live(panel).first.focus()
    start = focused()
    panel.keyboard.press("ArrowRight")
    beside = focused()
    panel.keyboard.press("ArrowDown")
    below = focused()
    panel.keyboard.press("PageDown")
    next_day = focused()
    assert len({start, beside, below, next_day}) == 4

    panel.keyboard.press("n")
    panel.keyboard.press("Enter")
    dialog = panel.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("On air")
    panel.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(panel.locator("tdl-grid .cell:focus")).to_have_count(1)


@pytest.mark.nightly
def test_details_and_the_way_to_the_media_browser(panel: Page, home: Home) -> None:
    with_details(panel, home).click()
    dialog = panel.get_by_role("dialog")
    expect(dialog.locator(".text")).not_to_be_empty()
    expect(dialog.locator("dt", has_text="Age rating")).to_be_visible()

    dialog.get_by_role("link", name="Open the media browser").click()

    expect(panel).to_have_url(re.compile("/media-browser/browser/app%2Cmedia-source"))
    expect(panel.get_by_text("Toonami Aftermath East").first).to_be_visible()


@pytest.mark.nightly
def test_search_leads_to_the_programme(panel: Page) -> None:
    title = live(panel).first.locator(".title").inner_text()
    expect(panel.locator("tdl-search")).to_be_visible()
    panel.keyboard.press("/")
    expect(panel.locator("tdl-search input")).to_be_focused()
    panel.keyboard.type(title)
    hits = panel.locator("tdl-search [role=option]")
    expect(hits.first).to_contain_text(title)

    panel.keyboard.press("Enter")

    expect(panel.get_by_role("dialog").locator("h2")).to_have_text(title)


def test_a_link_leads_to_its_programme_and_back_never_leaves_the_panel(
    panel: Page, home: Home
) -> None:
    answer = home.client.send(
        "POST", "/api/services/toonami_downlink/get_guide?return_response", {"channel": ["2"]}
    ).json()
    programme = answer["service_response"]["channels"][0]["programmes"][3]
    panel.goto(programme["link"])
    dialog = panel.get_by_role("dialog")
    expect(dialog.locator("h2")).to_have_text(programme["title"])
    expect(dialog.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    panel.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(panel).to_have_url(re.compile("/toonami-downlink/guide/2$"))

    panel.get_by_role("link", name="Status").click()
    expect(panel.locator(".chain")).to_be_visible()
    panel.get_by_role("navigation", name="Pages").get_by_role("link", name="Guide").click()
    live(panel).first.click()
    expect(dialog).to_be_visible()
    panel.go_back()
    expect(dialog).to_be_hidden()
    expect(live(panel).first).to_be_visible()
    panel.go_back()
    expect(panel.locator(".chain")).to_be_visible()
    panel.go_forward()
    live(panel).first.click()
    expect(dialog).to_be_visible()
    panel.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    panel.go_back()
    expect(panel.locator(".chain")).to_be_visible()


def test_the_whole_guide_is_searched_and_all_of_it_can_be_reached(panel: Page, home: Home) -> None:
    panel.goto("/toonami-downlink/guide?q=the")
    options = panel.locator("tdl-search [role=option]")
    expect(options.first).to_be_visible()
    query = {"query": "the", "titles": True, "limit": 100}
    found = home.client.command("toonami_downlink/guide/search", **query)
    count, number, *row = found["results"][0]
    expect(options.first).to_contain_text(row[2])
    every = home.client.command(
        "toonami_downlink/guide/search", query="the", title=row[2], limit=100
    )
    assert every["total"] == count
    assert {(hit[0], hit[1]) for hit in every["results"]} >= {(number, row[0])}


def test_connect_gives_what_works_and_sees_who_comes(
    panel: Page, access: Access, home: Home
) -> None:
    panel.get_by_role("link", name="Connect").click()
    panel.locator("#origin").select_option(home.base_url)
    expect(panel.get_by_text("leads every device to itself")).to_be_visible()
    panel.get_by_role("button", name="TiviMate").click()
    rows = panel.locator("tdl-connect .steps .row")
    expect(rows.locator(".label")).to_have_text(["Server (Xtream Codes)", "User name", "Password"])
    expect(rows.last.locator(".value")).to_contain_text("••••••••")
    expect(panel.get_by_text("The address works")).to_be_visible()

    rows.last.get_by_role("button", name="Show").click()
    expect(rows.last.locator(".value")).to_have_text(access.xtream["password"])
    expect(panel.get_by_text("Waiting for TiviMate")).to_be_visible()

    request = Request(access.playlist_url, headers={"User-Agent": "TiviMate/5.1.6"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310  # as above
        assert answer.read().startswith(b"#EXTM3U")

    expect(panel.locator(".arrival.here")).to_contain_text("TiviMate")


@pytest.mark.nightly
def test_what_is_copied_is_what_is_shown(panel: Page, access: Access) -> None:
    panel.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.get_by_role("link", name="Connect").click()
    panel.get_by_role("button", name="IPTV Smarters").click()

    panel.get_by_role("button", name="Copy: Password").first.click()
    expect(panel.get_by_text("Copied")).to_be_attached()

    assert panel.evaluate("navigator.clipboard.readText()") == access.xtream["password"]


@pytest.mark.nightly
def test_the_files_can_be_downloaded(panel: Page, access: Access) -> None:
    panel.get_by_role("link", name="Connect").click()
    for name, url in (("Playlist", access.playlist_url), ("Guide", access.guide_url)):
        with panel.expect_download() as download:
            panel.locator("tdl-connect").get_by_role("link", name=name, exact=True).click()

        assert download.value.path().read_bytes() == fetch(url).body


def test_status_follows_a_refresh(panel: Page) -> None:
    panel.get_by_role("link", name="Status").click()
    expect(panel.locator("#sentence")).to_contain_text("Receiving. 7 channels")
    generation = panel.locator("h2", has_text="Published files")
    before = generation.inner_text()

    panel.get_by_role("button", name="Refresh now").click()

    expect(panel.locator(".link.active")).to_be_visible()
    expect(generation).not_to_have_text(before)
    expect(panel.locator(".link.ok")).to_have_count(5)
    expect(panel.locator("g.bar").last).to_be_visible()
    expect(panel.locator(".run")).to_contain_text("from this page")


def test_who_watches_is_seen_and_can_be_ended(panel: Page, access: Access) -> None:
    channel = entries(fetch(access.playlist_url).body)[0]
    player = {"User-Agent": "TiviMate/5.1.6"}
    assert request("GET", channel.url, headers=player).status == 200
    panel.get_by_role("link", name="Status").click()
    end = panel.get_by_role("button", name="End: TiviMate, Toonami Aftermath East")
    expect(end).to_be_visible()
    expect(panel.locator("li.receiving")).to_contain_text("1 viewer")

    end.click()
    panel.get_by_role("button", name="End now").click()

    expect(panel.get_by_text("It is ended.")).to_be_visible()
    expect(end).to_have_count(0)
    assert request("GET", channel.url, headers=player).status != 200


@pytest.mark.nightly
def test_a_rotation_by_action_reaches_connect(panel: Page, access: Access, home: Home) -> None:
    panel.get_by_role("link", name="Connect").click()
    panel.get_by_role("button", name="VLC").click()
    expect(panel.locator("tdl-connect .steps .row")).to_have_count(1)

    home.client.command("toonami_downlink/credentials/rotate")

    expect(panel.get_by_text("were replaced elsewhere")).to_be_visible()
    panel.locator(".steps").get_by_role("button", name="Show").click()
    playlist = find_access(home.client).playlist_url
    expect(panel.locator(".steps .value")).to_contain_text(urlsplit(playlist).path)
    assert request("GET", access.playlist_url).status != 200


@pytest.mark.nightly
def test_the_diagnostics_can_be_downloaded(panel: Page) -> None:
    panel.get_by_role("link", name="Status").click()

    with panel.expect_download() as download:
        panel.get_by_role("button", name="Download diagnostics").click()

    assert download.value.suggested_filename.endswith(".json")


def test_the_panel_comes_and_goes_with_the_entry(panel: Page, home: Home) -> None:
    identifier = entry_id(home.client)
    link = panel.locator("ha-sidebar a[href='/toonami-downlink']")
    # Home Assistant's own front end stumbles when the panel that is shown goes away.
    panel.goto("/profile")
    expect(link).to_be_visible()

    home.client.command("config_entries/disable", entry_id=identifier, disabled_by="user")
    expect(link).to_have_count(0)

    home.client.command("config_entries/disable", entry_id=identifier, disabled_by=None)
    link.click()
    expect(live(panel).first).to_be_visible()
    expect(panel.get_by_text("receiving")).to_be_visible()


@pytest.fixture
def phone(browser: Browser, home: Home, access: Access) -> Iterator[Page]:
    page = open_page(browser, home, width=390, height=844)
    yield page
    page.context.close()


def test_on_a_phone(phone: Page) -> None:
    phone.goto("/toonami-downlink")
    expect(phone.locator("tdl-list .channel")).to_have_count(7)
    phone.locator("tdl-list .channel").first.click()
    expect(phone.locator("tdl-list .item.live")).to_be_in_viewport()
    phone.locator("tdl-list .item.live").click()
    expect(phone.get_by_role("dialog")).to_be_in_viewport()
    phone.keyboard.press("Escape")

    phone.get_by_role("link", name="Status").click()
    expect(phone.locator(".chain")).to_be_visible()
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert phone.evaluate(overflow) <= 0
    phone.get_by_role("button", name="Open the side bar").click()
    expect(phone.locator("ha-sidebar")).to_be_in_viewport()
