"""What the panel does and shows, with a made-up station instead of Home Assistant."""

from base64 import b64encode
import json
import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect
import pytest

from tests.e2e.axe import AXE, violations
from tests.e2e.viewports import check_viewports, set_viewport
from tests.night import by_night

PANEL = "toonami-downlink-panel"
ROOT = "/toonami-downlink"
TOKEN = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz"


JSQR = AXE.parents[1] / "jsqr" / "dist" / "jsQR.js"
DECODE = """async (source) => {
  const picture = Object.assign(new Image(), { src: source });
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data, width, height } = canvas.getImageData(0, 0, picture.width, picture.height);
  return jsQR(data, width, height)?.data;
}"""
CONTRAST = """([colour, surface]) => {
  document.documentElement.style.setProperty("--primary-color", colour);
  harness.setHass({ themes: { ...harness.hass().themes } });
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  const luminance = (style) => {
    canvas.fillStyle = style;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) =>
      value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const mark = harness.element.shadowRoot.querySelector(".mark");
  const [low, high] = [luminance(getComputedStyle(mark).color), luminance(surface)].sort(
    (a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.fixture
def page(harness_page: Page) -> Page:
    return harness_page


# What test_panel_home.py does not come by.
STATES = {
    "stale": (f"{ROOT}/guide?state=stale", "text=for a long time"),
    "signal lost": (f"{ROOT}/guide?state=slate", "text=Signal lost: Movies."),
    "signal lost, status": (f"{ROOT}/status?state=slate", "text=does not answer, or too slowly"),
    "signal lost, japanese": (f"{ROOT}/status?state=slate&lang=ja", ".streams .lost"),
    "nobody watches": (f"{ROOT}/status?state=idle", "text=Nobody is watching"),
    "not set up": (f"{ROOT}/guide?state=unloaded", "text=Set it up"),
    "guest": (f"{ROOT}/guide?user=guest", "tdl-grid .cell.live"),
    "full history": (f"{ROOT}/status", ".chain"),
    "spanish": (f"{ROOT}/connect?lang=es", ".tile"),
    "spanish, hostile": (f"{ROOT}/guide?lang=es&hostile&state=lost", "tdl-grid .cell.live"),
    "right to left": (f"{ROOT}/guide?lang=ar", "tdl-grid .cell.live"),
    "own colour": (f"{ROOT}/guide?primary=%23ffeb3b", "tdl-grid .cell.live"),
    "card": ("/card?card=%7B%22guide%22:true%7D", ".frame .row"),
    "card, not set up": ("/card?card=%7B%7D&state=unloaded", ".note"),
}


@pytest.mark.parametrize(
    "state", by_night(STATES, keep=["signal lost, japanese", "spanish, hostile", "right to left"])
)
def test_every_state_can_be_used_by_everybody(page: Page, state: str) -> None:
    path, landmark = STATES[state]
    page.goto(path)
    expect(page.locator(landmark).first).to_be_visible()

    themed = "tdl-card" if path.startswith("/card") else PANEL
    check_viewports(
        page, f"harness_{state.replace(', ', '_').replace(' ', '_')}", themed, whole="body"
    )


def test_titles_are_text_and_nothing_else(page: Page) -> None:
    page.goto(f"{ROOT}/guide?hostile")
    page.locator("tdl-grid .cell.live").first.click()
    expect(page.get_by_role("dialog").locator("h2")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("tdl-search")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("tdl-search input")).to_be_focused()
    page.keyboard.type("script")
    expect(page.locator("tdl-search [role=option]").first).to_contain_text("<script>")

    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src^='javascript']").count() == 0


def test_the_console_goes_offline_and_comes_back(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    cell = page.locator("tdl-grid .cell.live").first
    expect(cell).to_be_visible()

    page.evaluate("harness.connection.setConnected(false)")
    expect(page.get_by_role("alert")).to_contain_text("connection to Home Assistant is lost")
    expect(cell).to_be_visible()
    assert violations(page, "body") == []

    page.evaluate("harness.connection.setConnected(true)")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.nightly
def test_the_first_feed_appears_by_itself(page: Page) -> None:
    page.goto(f"{ROOT}/guide?state=empty")
    expect(page.get_by_role("button", name="Refresh now")).to_be_visible()

    page.evaluate("harness.connection.state = ''; harness.connection.push('overview')")

    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()


def test_guests_see_the_guide_and_what_is_followed_only(page: Page) -> None:
    page.goto(f"{ROOT}/connect?user=guest")

    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_text([re.compile(name) for name in ("Guide", "My shows", "Recordings")])
    asked = page.evaluate("harness.connection.asked.map(({ type }) => type)")
    assert not {"toonami_downlink/connect", "toonami_downlink/refresh"} & set(asked)


def test_secrets_stay_masked_until_they_are_asked_for(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    for tile in page.locator(".tile").all():
        tile.click()
        assert TOKEN not in page.locator("tdl-connect .column").first.inner_text()
    page.locator(".tile", has_text="VLC").click()
    page.get_by_role("button", name="Show the secret").first.click()
    expect(page.locator(".steps .value")).to_contain_text(TOKEN)

    page.locator(".tile", has_text="Kodi").click()
    assert TOKEN not in page.locator("tdl-connect .column").first.inner_text()


def test_replacing_the_secrets_asks_first_and_shows_the_new_ones(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="VLC").click()
    page.get_by_role("button", name="Replace…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("stop working")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()

    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Replace…").click()
    page.get_by_role("button", name="Replace now").click()

    expect(page.get_by_text("The secrets are replaced")).to_be_visible()
    page.get_by_role("button", name="Show the secret").first.click()
    expect(page.locator(".steps .value")).to_contain_text("N3w")
    assert TOKEN not in page.locator(".steps .value").inner_text()


@pytest.mark.nightly
def test_plex_is_told_what_it_lacks(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    page.locator(".tile", has_text="Plex").click()
    expect(page.get_by_text("Plex takes channels from a television tuner only")).to_be_visible()

    page.goto(f"{ROOT}/connect?state=tuner")
    page.locator(".tile", has_text="Plex").click()
    expect(page.locator(".steps .row")).to_have_count(2)


def test_copying_works_where_the_page_is_not_secure(page: Page, harness: str) -> None:
    page.goto(f"{harness.replace('127.0.0.1', 'tv.test')}{ROOT}/connect")
    page.locator(".tile", has_text="Smarters").click()
    assert page.evaluate("isSecureContext") is False

    page.get_by_role("button", name="Copy: Username").click()

    expect(page.get_by_text("Copied")).to_be_attached()
    page.locator("#origin").select_option(label="Another address")
    page.get_by_placeholder("http://192.168.1.5:8123").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_placeholder("http://192.168.1.5:8123")).to_have_value("toonamik3x9qz")


def test_qr_codes_say_what_is_copied(page: Page) -> None:
    page.goto(f"{ROOT}/connect")
    page.add_script_tag(path=JSQR)
    page.locator(".tile", has_text="Channels DVR").click()
    for field, value in (
        ("Source: URL", f"http://192.168.1.5:8123/api/toonami_downlink/{TOKEN}/playlist.m3u"),
        (
            "XMLTV guide data: URL",
            f"http://192.168.1.5:8123/api/toonami_downlink/{TOKEN}/guide.xml",
        ),
    ):
        page.get_by_role("button", name=f"QR code: {field}").click()
        picture = b64encode(page.locator("#qr svg").screenshot()).decode()
        assert page.evaluate(DECODE, f"data:image/png;base64,{picture}") == value
        page.keyboard.press("Escape")


@pytest.mark.nightly
def test_playing_on_a_media_player(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    page.locator("tdl-grid .cell.live").first.click()
    dialog = page.get_by_role("dialog")
    choice = dialog.get_by_label("Play on")
    assert choice.evaluate("element => [...element.options].map(({ value }) => value)") == [
        "media_player.lounge",
        "media_player.den",
    ]
    choice.select_option("media_player.den")
    dialog.get_by_role("button", name="Play", exact=True).click()

    expect(page.get_by_text("Den television is playing")).to_be_visible()
    expect(choice).to_have_value("media_player.den")
    # Players that come and go do not change what was chosen.
    page.evaluate(
        """() => {
          const { "media_player.lounge": lounge, ...states } = harness.hass().states;
          const named = (friendly_name) => ({ ...lounge.attributes, friendly_name });
          for (const id of ["media_player.a", "media_player.b"]) {
            states[id] = { ...lounge, entity_id: id, attributes: named(id) };
          }
          harness.setHass({ states });
        }"""
    )
    expect(choice.locator("option")).to_have_count(3)
    expect(choice).to_have_value("media_player.den")
    assert page.evaluate("harness.calls")[0] == [
        "media_player",
        "play_media",
        {
            "media_content_id": "media-source://toonami_downlink/1",
            "media_content_type": "channel",
        },
        {"entity_id": "media_player.den"},
    ]


def test_a_changed_state_costs_the_panel_nothing(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.evaluate(
        """() => {
          window.changes = 0;
          const watch = (root) => {
            new MutationObserver((list) => { window.changes += list.length; })
              .observe(root, { subtree: true, childList: true, attributes: true });
          };
          watch(harness.element.shadowRoot);
          watch(harness.element.shadowRoot.querySelector("tdl-guide").shadowRoot);
        }"""
    )
    script = """async () => {
      const before = window.changes;
      for (let i = 0; i < 500; i += 1) harness.setHass({ states: {} });
      await new Promise(requestAnimationFrame);
      return window.changes - before;
    }"""
    # The clock of the page itself may tick once in between.
    assert min(page.evaluate(script) for _ in range(3)) == 0


@pytest.mark.nightly
def test_less_motion_is_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{ROOT}/guide?state=lost")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.wait_for_function("document.getAnimations({ subtree: true }).length === 0")
    scanline = page.locator(".hero .screen").evaluate(
        "element => getComputedStyle(element, '::after').display"
    )
    assert scanline == "none"


@pytest.mark.nightly
def test_the_panel_speaks_spanish(page: Page) -> None:
    page.goto(f"{ROOT}/status?lang=es-419")

    expect(page.locator("#sentence")).to_contain_text("Recibiendo. 7 canales")
    missing = page.locator("toonami-downlink-panel").evaluate(
        "host => host.shadowRoot.textContent.match(/\\b[a-z]+\\.[a-z_]+\\b/g)"
    )
    assert missing is None, json.dumps(missing)


@pytest.mark.parametrize("language", by_night(["ar", "fi"], keep=["ar"]))
def test_languages_without_texts_get_all_of_english(page: Page, language: str) -> None:
    page.goto(f"{ROOT}/status?lang={language}&clock=12")
    page.evaluate("document.documentElement.dir = 'rtl'")

    sentence = page.locator("#sentence")
    expect(sentence).to_contain_text("Receiving. 7 channels, guide until ")
    expect(sentence).to_contain_text(re.compile(r"until [A-Z]\w+day \d.* 3:00 AM"))
    assert sentence.evaluate("element => getComputedStyle(element).direction") == "ltr"


@pytest.mark.nightly
def test_a_colour_of_the_users_own_can_be_read(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    for scheme, surface in (("dark", "#16223a"), ("light", "#e8f0f7")):
        set_viewport(page, f"desktop_{scheme}", PANEL)
        for colour in ("#ff0000", "#000000", "#ffffff", "#5a28a0", "#ffeb3b", "#0000ff", "#00ff00"):
            assert page.evaluate(CONTRAST, [colour, surface]) >= 4.5, f"{colour}, {scheme}"
        assert page.evaluate(CONTRAST, ["#009AC7", surface]) > 4.5
        expect(page.locator(PANEL)).not_to_have_attribute("own", "")


def test_the_next_version_does_not_break_the_one_that_is_open(page: Page) -> None:
    page.goto(f"{ROOT}/guide")
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()

    # As Home Assistant does it when it is back after an update.
    page.evaluate(
        """async () => {
          const old = harness.element;
          old.remove();
          await import("/toonami_downlink_static/next/panel.js");
          const { route, narrow } = { route: { path: "/guide" }, narrow: false };
          harness.element = document.createElement("toonami-downlink-panel");
          Object.assign(harness.element, { hass: harness.hass(), narrow, route });
          document.body.append(harness.element);
        }"""
    )

    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()


def test_a_file_that_does_not_come_is_asked_for_again(page: Page, console: list[str]) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        if name in refused:
            route.continue_()
        else:
            refused.append(name)
            route.abort()

    page.route(re.compile(r"\.json$"), refuse)
    page.goto(f"{ROOT}/guide")

    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".chain")).to_be_visible()
    assert refused == ["en.panel.json", "en.rest.json"]
    assert len(console) == len(refused)
    console.clear()


@pytest.mark.nightly
def test_a_page_that_an_update_took_away_is_said(page: Page, console: list[str]) -> None:
    page.route("**/ui/status-page.js", lambda route: route.abort())
    page.goto(f"{ROOT}/guide")
    page.get_by_role("link", name="Status").click()

    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    assert len(console) == 1
    console.clear()
    page.unroute("**/ui/status-page.js")
    page.get_by_role("button", name="Reload").click()

    expect(page.locator(".chain")).to_be_visible()


@pytest.mark.nightly
def test_a_television_that_an_update_took_away_is_said(page: Page, console: list[str]) -> None:
    page.route("**/ui/player.js", lambda route: route.abort())
    page.goto(f"{ROOT}/guide")
    watch = page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True)
    watch.click()

    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(page.get_by_role("button", name="Reload")).to_be_visible()
    expect(page.locator("tdl-grid .cell.live").first).to_be_visible()
    assert violations(page, PANEL) == []
    console.clear()


@pytest.mark.nightly
def test_a_sheet_that_did_not_come_is_asked_for_again(page: Page, console: list[str]) -> None:
    page.route(re.compile("/ui/programme-sheet"), lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed", lambda request: "programme-sheet" in request.url):
        page.goto(f"{ROOT}/guide")
    page.locator("tdl-grid .cell.live").first.click()

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(console) == 1
    console.clear()
