"""Watching television in the panel of a real Home Assistant."""

from collections.abc import Callable, Iterator
import json
import re

from playwright.sync_api import Browser, Page, WebSocketRoute, expect
import pytest

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import open_page
from tests.e2e.television import Set, wait_until_idle
from tests.e2e.wire import Wire
from tests.night import by_night
from tests.simulator import NODES, counter

pytestmark = pytest.mark.waits("pictures")
ALL_DEAD = {"nodes": dict.fromkeys(NODES, "dead")}
NEVER_ALONE = re.compile("Failed to load resource|WebSocket|net::ERR")
"""What the browser itself says while Home Assistant is away."""
WITHOUT_MEDIA_SOURCE = """for (const name of ["MediaSource", "ManagedMediaSource",
  "WebKitMediaSource"]) delete window[name]"""


@pytest.fixture
def television(page: Page, access: object) -> Set:
    page.goto("/toonami-downlink/guide")
    return Set(page)


@pytest.fixture
def own_home(make_home: Callable[[], Home], upstream: Upstream) -> Home:
    """A Home Assistant of the test's own, to be restarted."""
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    wait_for_feed(home.client)
    return home


@pytest.fixture
def own_page(browser: Browser, own_home: Home) -> Iterator[Page]:
    page = open_page(browser, own_home)
    yield page
    page.context.close()


def test_watch_and_leave(television: Set, page: Page, home: Home, upstream: Upstream) -> None:
    television.watch()
    television.expect_place("docked")
    assert television.state("muted") is False
    assert television.state("volume") == 1
    before = television.state("currentTime")
    television.wait_until_further()
    assert television.state("currentTime") > before
    behind = counter.forward(television.position or 0, upstream.streams()["clock"]["position"])
    assert 0 < behind < 60
    expect(page.locator("tdl-guide .hero")).to_contain_text("Toonami Aftermath East")

    page.locator("ha-sidebar").get_by_text("Settings").click()
    expect(page.locator("tdl-player")).to_have_count(0)
    wait_until_idle(home, upstream)


@pytest.mark.nightly
def test_the_page_goes_on_and_the_picture_too(television: Set, page: Page) -> None:
    television.watch()
    page.get_by_role("link", name="Status").click()
    television.expect_place("mini")
    expect(page.locator("tdl-status")).to_contain_text("Watching now")
    television.wait_until_further()
    television.button("Back to the large picture").click()
    television.expect_place("docked")

    page.set_viewport_size({"width": 390, "height": 700})
    television.expect_place("docked")
    page.locator("tdl-guide .list").evaluate("list => list.scrollTo(0, 9999)")
    television.expect_place("mini")
    # It has a line of its own there, and covers nothing.
    bottom = page.locator("main").bounding_box()
    line = television.player.bounding_box()
    assert bottom is not None
    assert line is not None
    assert bottom["y"] + bottom["height"] <= line["y"]
    page.locator("tdl-guide .list").evaluate("list => list.scrollTo(0, 0)")
    television.expect_place("docked")
    page.locator("tdl-list .channel").nth(2).click()
    television.expect_place("mini")
    television.wait_until_further()


def test_remote_control_by_keys(television: Set, page: Page) -> None:
    hero = page.locator("tdl-guide .hero .over")
    television.watch()
    page.keyboard.press("3")
    expect(hero).to_contain_text("Snickelodeon East")
    television.wait_for_picture()
    page.keyboard.press("b")
    expect(hero).to_contain_text("Toonami Aftermath East")
    page.keyboard.press("9")
    expect(television.player.locator(".typed")).to_have_text("9")
    expect(television.player.locator(".typed")).to_have_count(0)
    expect(hero).to_contain_text("Toonami Aftermath East")
    television.wait_for_picture()

    page.keyboard.press("m")
    assert television.state("muted") is True
    page.keyboard.press("m")
    assert television.state("muted") is False
    page.keyboard.press("Space")
    assert television.state("paused") is True
    page.keyboard.press("Space")
    assert television.state("paused") is False
    page.keyboard.press("f")
    expect(television.button("Leave full screen")).to_be_attached()
    page.keyboard.press("f")
    expect(television.button("Full screen")).to_be_attached()

    search = page.locator("tdl-search input")
    search.fill("")
    search.press("3")
    search.press("m")
    search.press("Space")
    assert (television.state("muted"), television.state("paused")) == (False, False)
    expect(search).to_have_value("3m ")
    search.fill("")
    page.locator("tdl-grid .cell.live").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("m")
    assert (television.state("muted"), television.state("paused")) == (False, False)
    page.keyboard.press("Escape")

    page.locator("tdl-grid .channel").nth(1).click()
    expect(hero).to_contain_text("Toonami Aftermath West")
    television.button("Close").click()
    television.expect_place("off")
    page.keyboard.press("3")
    expect(hero).not_to_contain_text("Snickelodeon")


@pytest.mark.nightly
def test_the_title_for_the_system_follows_the_programme(television: Set, page: Page) -> None:
    television.watch()
    title = page.locator("tdl-guide .hero h2").inner_text()
    told = "navigator.mediaSession.metadata?.title"
    wait_for(lambda: page.evaluate(told) == title, "The title is another one", 30)
    page.keyboard.press("7")
    channel = "navigator.mediaSession.metadata?.artist"
    radio = "Toonami Aftermath Radio"
    wait_for(lambda: page.evaluate(channel) == radio, "The radio is not told", 30)
    assert page.evaluate("navigator.mediaSession.playbackState") == "playing"
    television.button("Close").click()
    assert page.evaluate(told) is None


def test_radio_plays_on_while_one_browses(television: Set, page: Page) -> None:
    television.watch()
    page.keyboard.press("7")
    expect(television.player.locator(".radio")).to_be_visible()
    wait_for(lambda: television.state("currentTime") > 1, "The radio is silent", 60)
    page.get_by_role("link", name="Connect").click()
    television.expect_place("mini")
    before = television.state("currentTime")
    wait_for(lambda: television.state("currentTime") > before, "The radio has stopped", 30)
    assert television.state("webkitAudioDecodedByteCount") > 0


def test_pause_and_rewind(television: Set) -> None:
    television.watch()
    television.wait_until_further(3)
    television.button("Pause (space)").click()
    still = television.position
    assert still is not None
    television.button("Play (space)").click()
    television.wait_until_further(1)
    slider = television.player.get_by_role("slider", name="Position")
    first = float(slider.get_attribute("min") or "nan")
    assert first < television.state("currentTime") - 2
    slider.evaluate(
        "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input')); }", first
    )
    wait_for(
        lambda: (television.position or still) < still, "It was not wound back", 20, television.hint
    )
    television.wait_until_further(1)


def serving(upstream: Upstream) -> str | None:
    """Return the node that has served a segment last."""
    requests = reversed(upstream.log()["requests"])
    return next((one["node"] for one in requests if one["part"] == "segment"), None)


@pytest.mark.parametrize("fault", by_night(["node", "all"], keep=["node"]))
def test_upstream_dies(television: Set, upstream: Upstream, fault: str) -> None:
    television.watch()
    if fault == "node":
        # A channel that still ran is shown before anything is fetched for this viewer.
        node = wait_for(lambda: serving(upstream), "No segment is fetched", 30)
        upstream.set_faults({"nodes": {node: "dead"}})
    else:
        upstream.set_faults(ALL_DEAD)
        wait_for(lambda: television.position is None, "The signal is not lost", 90)
        upstream.set_faults({})
        television.wait_for_picture()
    # More than there is in reserve.
    television.wait_until_further(40, 120)
    assert television.state("paused") is False


@pytest.mark.nightly
def test_the_websocket_is_away(page: Page, access: object, console: list[str]) -> None:
    wire = Wire(page)
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    wire.cut()
    expect(page.get_by_role("alert")).to_contain_text("connection to Home Assistant is lost")
    television.wait_until_further(30, 90)
    wire.mend()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("3")
    television.wait_for_picture()
    assert all(NEVER_ALONE.search(text) for text in console)
    console.clear()


@pytest.mark.nightly
def test_secrets_are_replaced_while_somebody_watches(
    television: Set, home: Home, console: list[str]
) -> None:
    television.watch()
    home.client.command("toonami_downlink/credentials/rotate")
    television.wait_until_further(40, 120)
    assert all("403" in text for text in console)
    console.clear()


@pytest.mark.nightly
# What the browser plays itself begins anew at each address.
@pytest.mark.parametrize(
    ("script", "lasts"), [("", 4), (WITHOUT_MEDIA_SOURCE, 16)], ids=["hls.js", "browser"]
)
def test_an_address_is_renewed_before_it_ends(
    page: Page, access: object, script: str, lasts: int
) -> None:
    page.add_init_script(script)
    used: list[str] = []

    def on_socket(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_page(message: str | bytes) -> None:
            data = json.loads(message)
            for item in data if isinstance(data, list) else [data]:
                result = item.get("result")
                if isinstance(result, dict) and "expires_in" in result:
                    result["expires_in"] = lasts
            socket.send(json.dumps(data))

        server.on_message(to_page)

    page.route_web_socket(re.compile("/api/websocket"), on_socket)
    page.on("request", lambda request: used.append(request.url))
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()

    def tokens() -> list[str]:
        # Messages between page and server pass only while something is asked of the page.
        page.wait_for_timeout(100)
        used.append(television.state("currentSrc"))
        found = [match[1] for url in used if (match := re.search(r"/watch/(\w+)/", url))]
        return list(dict.fromkeys(found))

    wait_for(lambda: len(tokens()) >= 3, "It was not renewed", 60)
    assert television.state("paused") is False
    television.wait_until_further()


@pytest.mark.nightly
def test_an_administrator_ends_it(
    page: Page, access: object, home: Home, console: list[str]
) -> None:
    # A channel that no other test watches: whoever was ended there is refused for a minute.
    page.goto("/toonami-downlink/watch/5")
    television = Set(page)
    television.wait_for_picture()
    status = home.client.get("/api/toonami_downlink/status")["streams"]
    for session in status["sessions"]:
        if session["channel"] == "mtv97":
            home.client.command("toonami_downlink/sessions/end", session=session["id"])
    expect(television.player.get_by_role("status")).to_contain_text("has ended this")
    expect(television.button("Try again")).to_be_visible()
    assert all("403" in text for text in console)
    console.clear()


@pytest.mark.nightly
def test_home_assistant_restarts(own_home: Home, own_page: Page) -> None:
    own_page.goto("/toonami-downlink/guide")
    television = Set(own_page)
    television.watch()
    own_home.stop()
    own_home.start(login=False)
    wait_for_feed(own_home.client)
    status = "/api/toonami_downlink/status"
    wait_for(
        lambda: own_home.client.get(status)["streams"]["viewers"],
        "It did not come back",
        90,
        television.hint,
    )
    television.wait_until_further(3, 90)
    assert television.state("paused") is False


def test_without_media_source_the_browser_plays_itself(
    page: Page, access: object, home: Home, upstream: Upstream
) -> None:
    page.add_init_script(WITHOUT_MEDIA_SOURCE)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    television.wait_until_further(5, 90)
    assert "/watch/" in television.state("currentSrc")
    assert not any("vendor/hls" in url for url in loaded)
    page.keyboard.press("3")
    television.wait_for_picture()
    page.locator("ha-sidebar").get_by_text("Settings").click()
    wait_until_idle(home, upstream)


def test_a_link_to_a_channel(page: Page, access: object) -> None:
    page.goto("/toonami-downlink/watch/3")
    television = Set(page)
    television.wait_for_picture()
    expect(page.locator("tdl-guide .hero .over")).to_contain_text("Snickelodeon East")
    # Nobody has touched this page yet.
    if television.state("muted"):
        television.button("Sound on").first.click()
    assert television.state("muted") is False
    for nonsense in ("99", "-1", "x", "3e9"):
        page.goto(f"/toonami-downlink/watch/{nonsense}")
        expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
        expect(page.locator("tdl-player[place=docked], tdl-player[place=mini]")).to_have_count(0)


def test_four_channels_at_once_and_one_is_heard(
    page: Page, access: object, home: Home, upstream: Upstream
) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/toonami-downlink/guide")
    television = Set(page)
    television.watch()
    television.button("Four channels at once").click()
    television.expect_place("four")
    screens = page.locator("tdl-player video")
    expect(screens).to_have_count(4)
    times = "all => all.map((video) => (video.paused ? 0 : video.currentTime))"
    wait_for(lambda: min(screens.evaluate_all(times)) > 2, "Not all four are playing", 90)
    muted = "all => all.map(({ muted }) => muted)"
    assert screens.evaluate_all(muted) == [False, True, True, True]
    page.get_by_role("button", name="Snickelodeon East").click()
    assert screens.evaluate_all(muted) == [True, True, False, True]
    page.keyboard.press("2")
    assert screens.evaluate_all(muted) == [True, False, True, True]

    page.set_viewport_size({"width": 1280, "height": 900})
    television.expect_place("docked")
    expect(screens).to_have_count(1)
    assert television.state("muted") is False
    expect(page.locator("tdl-guide .hero .over")).to_contain_text("Toonami Aftermath West")
    television.wait_until_further()
    expect(television.button("Four channels at once")).to_have_count(0)
    television.button("Close").click()
    wait_until_idle(home, upstream)


@pytest.mark.nightly
def test_the_tab_is_closed(
    television: Set, page: Page, home: Home, upstream: Upstream, console: list[str]
) -> None:
    television.watch()
    page.evaluate("location.href = '/robots.txt'")
    wait_until_idle(home, upstream)
    page.wait_for_load_state("networkidle")
    # There is no icon besides Home Assistant's pages.
    assert all("favicon" in text for text in console)
    console.clear()
