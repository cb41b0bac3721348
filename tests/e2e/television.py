"""The television in the panel, as a browser shows it."""

from base64 import b64decode
from typing import Any, Final

from playwright.sync_api import Error, Locator, Page, expect

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.nodes import passes
from tests.simulator import counter

WIDTH, HEIGHT = 160, 120
PATIENCE: Final = 60.0
GRAY: Final = f"""video => {{
  if (video.readyState < 2) return null;
  const context = new OffscreenCanvas({WIDTH}, {HEIGHT}).getContext("2d");
  context.drawImage(video, 0, 0, {WIDTH}, {HEIGHT});
  const pixels = context.getImageData(0, 0, {WIDTH}, {HEIGHT}).data;
  const gray = Uint8Array.from({{ length: {WIDTH} * {HEIGHT} }}, (_, at) => pixels[at * 4 + 1]);
  return gray.toBase64();
}}"""
"""Returns the picture of a media element in gray, for the counter to be read from."""


class Set:
    """The television of a page that shows the panel."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.player = page.locator("tdl-player")
        self.video = page.locator("tdl-player video")

    def watch(self) -> None:
        """Press *Watch* on the guide, and wait for the picture."""
        self.page.locator("tdl-guide").get_by_role("button", name="Watch", exact=True).click()
        self.wait_for_picture()

    def state(self, name: str) -> Any:
        """Return a property of the media element."""
        return self.video.evaluate(f"video => video.{name}")

    @property
    def position(self) -> float | None:
        """Where in its loop the picture is, in seconds; None without a counter in it."""
        try:
            gray = self.video.evaluate(GRAY, timeout=2000) if self.video.count() else None
        except Error:
            # Taken away in between, because Home Assistant makes its page anew.
            return None
        return position_of(gray)

    def wait_for_picture(self, patience: float = PATIENCE) -> float:
        """Wait until there is a picture with a counter, and return its position."""
        position = wait_for(lambda: self.position, "There is no picture", patience, self.hint)
        assert position is not None
        return position

    def wait_until_further(self, seconds: float = 2.0, patience: float = PATIENCE) -> None:
        """Wait until the picture has gone on by so much from where it is now."""
        begun = self.wait_for_picture(patience)

        def is_there() -> bool:
            now = self.position
            return now is not None and counter.forward(begun, now) >= seconds

        wait_for(is_there, "The picture stands still", patience, self.hint)

    def hint(self) -> str:
        """Say what it shows instead."""
        if not self.player.count():
            return "There is no player."
        return str(self.player.evaluate("element => element.shadowRoot.textContent"))[:400]

    def button(self, name: str) -> Locator:
        """Return one of its buttons."""
        return self.player.get_by_role("button", name=name)

    def expect_place(self, place: str) -> None:
        """Wait until it is there: docked, mini or off."""
        expect(self.player).to_have_attribute("place", place)


def position_of(gray: str | None) -> float | None:
    """Return where in its loop a gray picture is, in seconds; None without a counter in it."""
    number = counter.read(b64decode(gray), WIDTH, HEIGHT) if gray else None
    return None if number is None else number / counter.PICTURES_A_SECOND


def wait_until_idle(home: Home, upstream: Upstream) -> None:
    """Wait for what has to come within ten seconds: upstream is asked for nothing any more."""

    def streams() -> Any:
        return home.client.get("/api/toonami_downlink/status")["streams"]

    wait_for(lambda: not streams()["upstream"], "A stream is still fetched", 10)
    before = upstream.streams()["streams"]
    passes(upstream, 3)
    assert upstream.streams()["streams"] == before
    assert not streams()["viewers"]
