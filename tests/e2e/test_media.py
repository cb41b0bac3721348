"""Watching from inside Home Assistant: its media panel, and a real VLC as a media player."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect
import pytest

from scripts.lib.develop.feed import Access, entries, fetch, wait_for_feed
from scripts.lib.develop.flow import set_options
from scripts.lib.develop.home import Home
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import screenshot
from tests.e2e.phone import TARGET, Phone, registered_phone
from tests.e2e.vlc import VlcPlayer, vlc_player, watched
from tests.night import by_night

HLS = "application/vnd.apple.mpegurl"
SLOW = 90_000
"""Milliseconds for a browser that decodes without help on a busy machine."""
UP_NEXT = "sensor.toonami_aftermath_east_up_next"
TITLES = "ha-media-player-browse .title"
WIDTHS = """
nodes => Promise.all(nodes.map(async node => {
  const image = new Image();
  image.src = node.style.backgroundImage.slice(5, -2);
  await image.decode();
  return image.naturalWidth;
}))
"""
"""How wide the pictures are that thumbnails show; one that cannot be shown is an error."""


@pytest.fixture(scope="module")
def player(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VlcPlayer]:
    with vlc_player(home, tmp_path_factory.mktemp("vlc")) as player:
        yield player


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize(
    ("number", "key"),
    by_night(
        [pytest.param(1, "toonami_east", id="television"), pytest.param(7, "radio", id="radio")],
        keep=["radio"],
    ),
)
def test_vlc_plays_a_channel(player: VlcPlayer, home: Home, number: int, key: str) -> None:
    channel = f"media-source://toonami_downlink/{number}"

    player.call("play_media", media_content_id=channel, media_content_type=HLS)

    player.wait_until_playing()
    assert (key, "VLC") in watched(home)
    player.reset()


@pytest.fixture
def phone(home: Home, access: Access) -> Iterator[Phone]:
    with registered_phone(home) as phone:
        yield phone
        set_options(home.client, {"notify": [], "lead_minutes": 10})


def test_watch_on_from_a_telephone(player: VlcPlayer, phone: Phone, home: Home) -> None:
    follow = home.client.get(f"/api/states/{UP_NEXT}")["state"]
    told = {"notify": [TARGET], "lead_minutes": 120, "watch_on": player.entity_id}
    # First who is told: a showing is announced once, at once if it is near.
    set_options(home.client, told)
    wait_for_feed(home.client)
    home.client.post("/api/services/toonami_downlink/follow", {"title": follow})

    watch = wait_for(lambda: phone.action(f"Watch on {player.name}"), "It was not told", 60)
    phone.tap(watch)

    player.wait_until_playing()
    assert {name for _, name in watched(home)} == {"VLC"}
    player.reset()
    home.client.post("/api/services/toonami_downlink/unfollow", {"title": follow})


@pytest.fixture
def panel(page: Page, access: Access) -> Page:
    """The channels in Home Assistant's media panel, reached by clicking."""
    page.goto("/media-browser/browser")
    page.locator(TITLES).get_by_text("Toonami Downlink").click()
    expect(page.locator(TITLES)).to_have_count(len(entries(fetch(access.playlist_url).body)))
    return page


def test_media_panel_lists_the_channels_with_pictures(panel: Page, access: Access) -> None:
    channels = [entry.name for entry in entries(fetch(access.playlist_url).body)]
    titles = panel.locator(TITLES).all_inner_texts()
    pictures = panel.locator("ha-media-browser-thumbnail .image")
    expect(pictures).to_have_count(len(channels))
    widths = pictures.evaluate_all(WIDTHS)
    screenshot(panel, "media-panel")

    assert [title.partition(":")[0].strip() for title in titles] == channels
    assert len(channels) == 7
    assert all(": " in title and " · " in title for title in titles[:4])
    assert all(widths), widths


@pytest.mark.nightly
def test_media_panel_finds_a_channel(panel: Page) -> None:
    panel.get_by_placeholder("Search Toonami Downlink").fill("aftermath radio")
    panel.get_by_role("button", name="Search").click()

    expect(panel.locator(TITLES)).to_have_count(1)
    expect(panel.locator(TITLES)).to_contain_text("Toonami Aftermath Radio")


def test_media_panel_plays_a_channel_in_the_browser(panel: Page, home: Home) -> None:
    panel.locator(TITLES).first.click()
    video = panel.locator("video")
    expect(video).to_have_js_property("videoWidth", 640, timeout=SLOW)
    began = video.evaluate("video => video.currentTime")
    handle = video.element_handle()
    panel.wait_for_function(
        "([video, began]) => video.currentTime > began + 1", arg=[handle, began]
    )
    screenshot(panel, "media-playing")

    assert ("toonami_east", "Chrome") in watched(home)
