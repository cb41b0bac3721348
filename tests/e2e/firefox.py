"""Firefox, driven over WebDriver BiDi, which it speaks by itself.

https://w3c.github.io/webdriver-bidi/ describes the commands, and what they answer.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from itertools import count
import json
from pathlib import Path
import re
import shutil
import subprocess
import threading
from typing import Any, Final, Self

import aiohttp

from scripts.lib.develop.waiting import DevelopError, wait_for

PATIENCE: Final = 60.0
_LISTENING: Final = re.compile(r"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")
_MAX_MESSAGE: Final = 32 * 1024 * 1024
_PREFERENCES: Final = {
    # Nothing is fetched that no page asks for.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "captivedetect.canonicalURL": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
}
FIND: Final = """function find(selector, text) {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
  const above = (node) => node.parentElement ?? node.getRootNode().host;
  const isBelow = (node, [last, ...rest]) =>
    !last || (node && isBelow(above(node), node.matches(last) ? rest : [last, ...rest]));
  const [own, ...outer] = selector.split(" ").reverse();
  return all(document).find((element) =>
    element.matches(own) && isBelow(above(element), outer) && element.getClientRects().length
    && (!text || [element.ariaLabel, element.textContent.trim()].includes(text)));
}"""
"""Finds the first element that is seen, in shadow roots as well.

By a selector of simple ones with a space between, and by its name or all of its text.
"""


class Firefox:
    """A Firefox of its own with one page, for as long as the block runs."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        """What its console called an error."""
        self.requested: list[str] = []
        """The addresses that its page has asked for."""
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count(1)
        self._page = ""

    def __enter__(self) -> Self:
        profile = self._folder / "profile"
        profile.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), "utf-8")
        program = shutil.which("firefox-esr") or shutil.which("firefox") or "firefox"
        words = ["--headless", "--no-remote", "--width=1280", "--height=900"]
        self._output = (self._folder / "firefox.log").open("w+")
        self._process = subprocess.Popen(  # noqa: S603  # the browser
            [program, *words, "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        self._thread.start()
        address = wait_for(self._address, "Firefox does not listen", PATIENCE)
        self._run(self._connect(f"{address}/session"))
        self.send("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self.send("session.subscribe", events=events)
        self._page = self.send("browsingContext.getTree")["contexts"][0]["context"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._output.close()

    def _address(self) -> str | None:
        found = _LISTENING.search((self._folder / "firefox.log").read_text("utf-8"))
        return found and found[1]

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(PATIENCE)

    async def _connect(self, url: str) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(url, max_msg_size=_MAX_MESSAGE)
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            data = json.loads(message.data)
            if data["type"] == "event":
                self._note(data["method"], data["params"])
            elif waiting := self._waiting.pop(data["id"], None):
                waiting.set_result(data)

    async def _end(self) -> None:
        await self._reading
        await self._session.close()

    def _note(self, method: str, event: dict[str, Any]) -> None:
        if method == "network.beforeRequestSent":
            self.requested.append(event["request"]["url"])
        elif event["level"] == "error":
            frames = (event.get("stackTrace") or {}).get("callFrames") or [{}]
            self.said.append(f"{event['text']} ({frames[0].get('url')})")

    async def _send(self, method: str, parameters: dict[str, Any]) -> Any:
        number = next(self._numbers)
        waiting = self._waiting[number] = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        answer = await waiting
        if answer["type"] == "error":
            raise DevelopError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result. Raises DevelopError for an error."""
        return self._run(self._send(method, parameters))

    def before_each_page(self, function: str) -> None:
        """Call a function in each page that is opened, before the page's own code runs."""
        self.send("script.addPreloadScript", functionDeclaration=function)

    def go(self, url: str) -> None:
        """Open an address, as typing it does."""
        self.send("browsingContext.navigate", context=self._page, url=url, wait="interactive")

    def run(self, code: str, *values: object) -> Any:
        """Return what the body of a function makes of values: anything that JSON can say."""
        given = ", ".join(json.dumps(value) for value in values)
        answer = self.send(
            "script.evaluate",
            expression=f"(async (...given) => JSON.stringify(await (async () => {{{FIND}\n{code}"
            f"}})() ?? null))({given})",
            target={"context": self._page},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise DevelopError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def sees(self, selector: str, text: str = "") -> bool:
        """Return whether such an element can be seen."""
        return bool(self.run("return Boolean(find(...given))", selector, text))

    def text(self, selector: str) -> str:
        """Return all the text of an element; nothing where there is none."""
        return str(self.run("return find(...given)?.textContent ?? ''", selector))

    def wait_to_see(self, selector: str, text: str = "", patience: float = PATIENCE) -> None:
        """Wait until such an element can be seen."""
        wait_for(lambda: self.sees(selector, text), f"No {selector} {text}", patience)

    def click(self, selector: str, text: str = "") -> None:
        """Click on the middle of an element, as a hand with a mouse does."""
        self.wait_to_see(selector, text)
        x, y = self.run(
            """const { left, top, width, height } = find(...given).getBoundingClientRect();
            return [left + width / 2, top + height / 2].map(Math.round)""",
            selector,
            text,
        )
        move = {"type": "pointerMove", "x": x, "y": y}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def _act(self, source: dict[str, Any]) -> None:
        self.send("input.performActions", context=self._page, actions=[source])
