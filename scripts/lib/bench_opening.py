"""How long the panel takes to open in a Home Assistant that is warm, over a slow line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
import tempfile
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import open_page

LATENCY: Final = 100
"""Milliseconds until an answer begins."""
SPEED: Final = 10_000_000 // 8
"""Bytes a second."""
COLD_LIMIT: Final = 750.0
WARM_LIMIT: Final = 350.0
"""Milliseconds from the click in the side bar to the first programmes on screen."""
# A name is not loopback: no secure context, so no service worker between, as in most homes.
HOST: Final = "tv.test"
ELSEWHERE: Final = "/profile/general"
"""A page of Home Assistant that shows nothing of ours."""

# As a click in the side bar does.
GO: Final = """{
  history.pushState(null, "", "/toonami-downlink");
  dispatchEvent(new CustomEvent("location-changed"));
}"""
# From the click to the end of the frame that has the first programme: the guide draws them within
# a frame, and the first task after that finds them.
OPEN: Final = """() => new Promise((resolve) => {
  const find = (path) => path.reduce(
    (node, step) => (node?.shadowRoot ?? node)?.querySelector(step), document);
  const { port1, port2 } = new MessageChannel();
  const start = performance.now();
  const frame = () => port2.postMessage(null);
  port1.onmessage = () => {
    const seen = find(["home-assistant", "home-assistant-main", "toonami-downlink-panel",
      "tdl-guide", "tdl-grid", ".cell.live"]);
    if (seen) resolve(performance.now() - start);
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  GO;
})""".replace("GO", GO)


@dataclass
class Traffic:
    """What the browser fetched of ours from Home Assistant, and when; times in seconds."""

    starts: dict[str, float] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    size: float = 0

    def follow(self, session: CDPSession) -> None:
        """Note what is fetched from now on."""
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if "toonami_downlink" in url:
            self.starts[event["requestId"]] = event["timestamp"]

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.starts:
            self.ends[event["requestId"]] = event["timestamp"]
            self.size += event["encodedDataLength"]

    def waves(self) -> int:
        """Count how often a request had to wait for an answer to an earlier one."""
        count, first_answer = 0, float("-inf")
        for request, start in sorted(self.starts.items(), key=lambda item: item[1]):
            if start >= first_answer:
                count += 1
                first_answer = float("inf")
            first_answer = min(first_answer, self.ends.get(request, float("inf")))
        return count


@contextmanager
def running_home() -> Iterator[Home]:
    """Run a Home Assistant with a feed, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream(Path(folder) / "upstream.log")
        home = Home(Path(folder) / "home")
        try:
            upstream.start()
            home.start()
            set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": False})
            wait_for_feed(home.client)
            yield home
        finally:
            home.stop()
            upstream.stop()


def warm_up(browser: Browser, home: Home) -> BrowserContext:
    """Return a browser that has all of Home Assistant's own files, and none of the panel's."""
    page = open_page(browser, home, at=f"http://{HOST}:{home.port}")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setBlockedURLs", {"urls": ["*_static/*/panel.js"]})
    go_elsewhere(page)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/panel.js")):
        page.evaluate(GO)
    page.wait_for_load_state("networkidle")
    page.close()
    return page.context


def go_elsewhere(page: Page) -> None:
    """Load a page that shows nothing of ours, and wait until all of it is there."""
    page.goto(ELSEWHERE)
    page.locator("ha-sidebar").get_by_text("Toonami Downlink").wait_for()
    page.wait_for_load_state("networkidle")


def measure_opening(context: BrowserContext) -> dict[str, Any]:
    """Open the panel over a slow line; return what that took."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    go_elsewhere(page)
    traffic = Traffic()
    traffic.follow(session)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": SPEED,
            "uploadThroughput": SPEED,
        },
    )
    took = float(page.evaluate(OPEN))
    page.wait_for_load_state("networkidle")
    page.close()
    return {
        "ms": round(took),
        "requests": len(traffic.starts),
        "waves": traffic.waves(),
        "bytes": round(traffic.size),
    }


def measure_openings(browser: Browser, runs: int) -> dict[str, Any]:
    """Open it with nothing of it in the cache, and again with all of it, so many times each."""
    cold: list[dict[str, Any]] = []
    warm: list[dict[str, Any]] = []
    with running_home() as home:
        for _ in range(runs):
            context = warm_up(browser, home)
            cold.append(measure_opening(context))
            warm.append(measure_opening(context))
            context.close()
    return {"cold": _summary(cold), "warm": _summary(warm)}


def _summary(openings: list[dict[str, Any]]) -> dict[str, Any]:
    # Whatever else the machine does only adds to it.
    times = [opening.pop("ms") for opening in openings]
    return {"best_ms": min(times), "all_ms": times, **openings[-1]}
