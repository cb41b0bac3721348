"""What *Connect* offers after a reinstall: with a made-up station, and in Home Assistant."""

from pathlib import Path

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, find_access, wait_for_feed
from scripts.lib.develop.home import Home
from tests.e2e.axe import violations
from tests.e2e.viewports import OVERFLOW
from tests.night import by_night

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
OLD = "Q7wE2rT9yU4iO1pA6sD3fG8hJ5kL0zXcVbNmQwErTyU"
ADDRESS = f"http://192.168.1.9:8123/api/toonami_downlink/{OLD}/playlist.m3u"
PHRASE = "open sesame"


@pytest.mark.nightly
@pytest.mark.parametrize("width", [390, 1280])
def test_an_old_address(harness_page: Page, width: int) -> None:
    page = harness_page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{ROOT}/connect")
    opener = page.get_by_role("button", name="I have an old address…")
    opener.click()
    dialog = page.get_by_role("dialog", name="Take over an old address")
    field = dialog.get_by_label("Old address")
    expect(field).to_be_focused()
    field.fill("http://iptv.example/get.php?username=bob")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("That is no address of Toonami Downlink.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert violations(page, PANEL) == []
    assert page.evaluate(OVERFLOW) <= 0

    field.fill(ADDRESS)
    dialog.get_by_role("button", name="Take over").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page.get_by_text("Taken over.")).to_be_visible()
    link = page.get_by_role("link", name="Playlist")
    expect(link).to_have_attribute("href", f"/api/toonami_downlink/{OLD}/playlist.m3u")
    # Nothing of it stays in the page.
    opener.click()
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.nightly
def test_an_update_meanwhile(harness_page: Page, console: list[str]) -> None:
    page = harness_page
    page.goto(f"{ROOT}/connect")
    page.route("**/ui/old-address.js", lambda route: route.fulfill(status=404))
    page.get_by_role("button", name="I have an old address…").click()
    expect(page.get_by_text("This page could not be loaded.")).to_be_visible()
    assert console
    console.clear()


@pytest.mark.parametrize("width", by_night([390, 1280], keep=[390]))
def test_everything_as_one_file(harness_page: Page, width: int, tmp_path: Path) -> None:
    page = harness_page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{ROOT}/connect")
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export everything")
    phrase = dialog.get_by_label("Passphrase", exact=True)
    again = dialog.get_by_label("Passphrase, once more")
    phrase.fill("short")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("A passphrase has 8 to 256 characters.")
    phrase.fill(PHRASE)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("The two passphrases differ.")
    assert violations(page, PANEL) == []
    assert page.evaluate(OVERFLOW) <= 0
    again.fill(PHRASE)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "toonami-downlink.house"
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("The file is made.")).to_be_visible()

    file = tmp_path / "toonami-downlink.house"
    file.write_text("sealed")
    page.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog", name="Import everything")
    phrase = dialog.get_by_label("Passphrase")
    expect(phrase).to_have_value("")
    phrase.fill("another one")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Choose a file first.")
    dialog.get_by_label("File").set_input_files(file)
    phrase.press("Enter")
    expect(dialog).to_contain_text("That is not the passphrase of this file.")
    assert violations(page, PANEL) == []
    assert page.evaluate(OVERFLOW) <= 0
    phrase.fill(PHRASE)
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Imported.")).to_be_visible()


def test_the_players_of_a_house_go_on(
    page: Page, access: Access, home: Home, tmp_path: Path
) -> None:
    """As the administrator of another installation does it: its secrets are others at first."""
    page.goto(f"{ROOT}/connect")
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export everything")
    for field in ("Passphrase", "Passphrase, once more"):
        dialog.get_by_label(field, exact=True).fill(PHRASE)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)

    home.client.command("toonami_downlink/credentials/rotate")
    assert request("GET", access.playlist_url).status == 403
    page.get_by_role("button", name="I have an old address…").click()
    page.get_by_role("textbox", name="Old address").fill(access.playlist_url)
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("Taken over.")).to_be_visible()
    assert request("GET", access.playlist_url).status == 200

    assert find_access(home.client) != access
    page.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog", name="Import everything")
    dialog.get_by_label("File").set_input_files(file)
    dialog.get_by_label("Passphrase").fill(PHRASE)
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported.")).to_be_visible()
    assert wait_for_feed(home.client) == access
    assert request("GET", access.playlist_url).status == 200
