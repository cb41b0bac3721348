"""The environment to break: Home Assistant, the upstream, a provider, a disk and a clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Final

import aiohttp

from scripts.lib.develop.accounts import make_reader
from scripts.lib.develop.client import Client
from scripts.lib.develop.feed import Access, find_access, wait_for_feed
from scripts.lib.develop.flow import DOMAIN, entry_id, remove_others, set_options, set_up
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import DevelopError, wait_for
from scripts.lib.traffic import Traffic
from tests.e2e.assertions import log_records
from tests.engine.authority import Certificate
from tests.hostile.commands import Campaign as Logins
from tests.hostile.guest import Secrets

from .assertions import FeedAssertions
from .disk import Disk
from .fault_injector import FaultInjector

BAD_CLI: Final = ROOT / "tests" / "fakes" / "bad_cli.py"
GO_CLI: Final = BAD_CLI.with_name("go_cli.py")
CONFIGURATION: Final = """\
# Only what the integration itself needs, because this starts again and again.
homeassistant:
  time_zone: America/New_York
config:
logger:
  default: warning
  logs:
    custom_components.toonami_downlink: debug
"""
TIMEOUT: Final = 60.0
"""Seconds for what takes a second or two on an idle machine."""
REFRESH_GRACE: Final = 2.0
"""Seconds that a refresh may go on after its round; then the entry is reloaded to end it."""
PLAYERS: Final = 2
PLAYER_INTERVAL: Final = (0.25, 0.25)
PLAYER_TIMEOUT: Final = 30.0
_BACK: Final = -86_400
"""The clock's offset at the login, so that its token stays valid when the clock is set back."""


class MinimalHome(Home):
    """A Home Assistant with little beside the integration."""

    def write_configuration(self) -> None:
        """Write it, without what a browser would need."""
        super().write_configuration()
        (self.folder / "configuration.yaml").write_text(CONFIGURATION, "utf-8")


class Environment:
    """Everything that can be broken, and how to repair it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.injector = FaultInjector(folder, folder / "home")
        # Over TLS, so that what is remembered of certificates is used.
        self.upstream = Upstream(folder / "upstream.log", nodes=True)
        env = {**self.injector.env, **self.upstream.environment}
        self.home = MinimalHome(folder / "home", env=env)
        self.disk = Disk(self.home.folder / ".cache" / DOMAIN)
        self.assertions = FeedAssertions(self.home)
        self.mode = folder / "mode"
        self.provider = ""
        self.damaged: set[int] = set()
        """Generations that have been damaged on disk."""
        self.may_have_new_secrets = False
        self.access: Access
        self.is_starting = False
        self.traffic = Traffic(
            access=lambda: self.access,
            players=PLAYERS,
            interval=PLAYER_INTERVAL,
            timeout=PLAYER_TIMEOUT,
            is_starting=lambda: self.is_starting,
        )
        self.has_disk = False
        """Whether the data folder has had a disk of its own."""
        self.secrets: set[str] = set()
        """All there have ever been; none of them may be in a log."""
        self.links = self.disk.folder / "provider" / "cache.certificates.pem"
        """What is remembered of certificates."""
        self.foreign_root = Certificate.root("Foreign").pem
        self.reader: Client
        """The login of a user who may only read."""
        self._granted: list[str] = []
        self._log_read = 0
        self._waiting: list[threading.Thread] = []
        """Requests that have not been answered yet."""

    # Beginning and end

    def open(self, stack: ExitStack) -> None:
        """Start everything, with a first feed."""
        self.disk.mount()
        self.has_disk = self.disk.is_own
        stack.callback(self.disk.unmount)
        stack.callback(self.home.end_orphans)
        self.set_mode("good")
        stack.callback(self.upstream.stop)
        self.upstream.start()
        self.injector.set_clock(_BACK)
        stack.callback(self.home.stop)
        self.home.start()
        self.reader = make_reader(self.home.client)
        self.injector.set_clock(0)
        remove_others(self.home.client)
        self.use_provider("bundled")
        self.access = wait_for_feed(self.home.client)
        set_options(self.home.client, {"provider_timeout": 30, "guide_days": 2})
        self.access = wait_for_feed(self.home.client)
        self._note_secrets()
        wait_for(self._is_saved, "Home Assistant has not saved the entry", TIMEOUT)
        stack.enter_context(self.traffic.in_background(Random(0)))  # noqa: S311  # no secret

    def _is_saved(self) -> bool:
        # Home Assistant runs before it has set all of that up.
        remove_others(self.home.client)
        try:
            entries = self.home.storage("core.config_entries")["entries"]
            tokens = self.home.storage("auth")["refresh_tokens"]
        except OSError, ValueError:
            return False
        is_lasting = any(token["client_name"] for token in tokens)
        return is_lasting and {entry["domain"] for entry in entries} == {DOMAIN}

    def _is_provider_saved(self) -> bool:
        try:
            entries = self.home.storage("core.config_entries")["entries"]
        except OSError, ValueError:
            return False
        ours = [entry["data"]["provider"] for entry in entries if entry["domain"] == DOMAIN]
        return ours == [self.provider]

    def _note_secrets(self) -> None:
        token = self.access.playlist_url.split("/")[-2]
        self.secrets |= {token, self.access.xtream["password"]}

    # The provider

    def set_mode(self, mode: str) -> None:
        """Tell the provider command how to behave."""
        self.mode.write_text(mode, "utf-8")

    def use_provider(self, kind: str) -> None:
        """Reconfigure the entry, if it is not so already."""
        if kind == self.provider:
            return
        fields: dict[str, object] = {"api_url": self.upstream.https_url, "verify_tls": True}
        if kind == "command":
            fields = {"provider_command": f"{sys.executable} {BAD_CLI} @{self.mode}"}
        elif kind == "folder":
            self._write_folder()
            fields = {"provider_folder": str(self.injector.mount)}
        set_up(self.home.client, kind, fields)
        self.provider = kind
        # A kill before that would bring the provider before it back.
        wait_for(self._is_provider_saved, "Home Assistant has not saved the provider", TIMEOUT)

    def _write_folder(self) -> None:
        folder = self.injector.mount
        folder.mkdir(exist_ok=True)
        outputs = [f"--m3u-output={folder / 'index.m3u'}", f"--xmltv-output={folder / 'index.xml'}"]
        # Without the last one it would leave a cache in the folder that this was started from.
        argv = [sys.executable, str(GO_CLI), "run", *outputs, "--cache-file="]
        subprocess.run(argv, check=True, capture_output=True)  # noqa: S603  # fixed arguments

    # Actions

    def try_as_reader(self) -> None:
        """Send everything there is as a user who may only read; keep what should not be."""
        token = self.access.playlist_url.split("/")[-2]
        secrets = Secrets(token, self.access.xtream["username"], self.access.xtream["password"])
        tried = Logins(self.home.base_url, self.reader.access_token, secrets, is_admin=False)
        try:
            tried.run()
        except (aiohttp.ClientError, TypeError, ValueError) as err:
            raise DevelopError("Home Assistant ended meanwhile.") from err
        finally:
            self._granted += tried.granted

    def take_granted(self) -> list[str]:
        """Return what a user who may only read was granted since the last time."""
        granted, self._granted = self._granted, []
        return [f"as a reader: {text}" for text in granted]

    def start_refresh(self) -> None:
        """Press the button, without waiting for the outcome."""
        press = {"entity_id": "button.toonami_downlink_refresh"}
        self._in_background(lambda: self.home.client.send("POST", _PRESS, press))

    def start_rotation(self) -> None:
        """Replace the secrets, without waiting for the outcome; it may be cut short."""
        self.may_have_new_secrets = True
        self._in_background(lambda: self.home.client.send("POST", _ROTATE, {}))

    def _in_background(self, act: Callable[[], object]) -> None:
        def run() -> None:
            with suppress(OSError, DevelopError):
                act()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._waiting.append(thread)

    def wait(self, seconds: float) -> None:
        """Give the requests some time, while the faults last."""
        deadline = time.monotonic() + seconds
        for thread in self._waiting:
            thread.join(max(deadline - time.monotonic(), 0))
        self._waiting = [thread for thread in self._waiting if thread.is_alive()]

    def change_options(self, random: Random) -> None:
        """Change options that have no influence on the outcome."""
        options = {
            "guide_days": random.randint(1, 3),
            "stream_links": random.choice(("relay", "direct", "home_assistant")),
            "provider_timeout": 30,
        }
        set_options(self.home.client, options)

    def reload(self) -> None:
        """Reload the entry."""
        entry = entry_id(self.home.client)
        self.home.client.send("POST", f"/api/config/config_entries/entry/{entry}/reload")

    # Power cuts

    @property
    def is_running(self) -> bool:
        """Whether Home Assistant's process runs."""
        return self.home.wait(0) is None

    def kill(self) -> None:
        """End Home Assistant at once."""
        self.home.kill()

    def start(self) -> None:
        """Start Home Assistant again, and expect the newest whole generation of it."""
        self.assertions.newest = self.newest_on_disk()
        self._log_read = 0
        self.is_starting = True
        try:
            self.home.start(login=False)
            wait_for(self._is_up, "Home Assistant did not finish starting", TIMEOUT * 3)
        except DevelopError:
            if self.is_running or not self.injector.clear():
                raise
            # A fault killed it in the middle of its start.
            self.start()
        self.is_starting = False

    def _is_up(self) -> bool:
        if not self.is_running:
            raise DevelopError("Home Assistant ended while it started.")
        try:
            return bool(self.home.client.get("/api/config")["state"] == "RUNNING")
        except OSError, DevelopError:
            return False

    def newest_on_disk(self) -> int:
        """Return the newest generation that is not damaged, 0 when there is none."""
        numbers = set(self.disk.generations())
        self.damaged &= numbers
        return max(numbers - self.damaged, default=0)

    # After each round

    def heal(self) -> str:
        """End all faults and start Home Assistant; return the operation that it was killed at."""
        killed_at = self.injector.clear()
        if killed_at:
            # The shim writes that before it kills.
            self.home.wait(TIMEOUT)
        self.disk.heal()
        self.upstream.set_faults({})
        self.set_mode("good")
        if not self.is_running:
            self.start()
        self.injector.set_clock(0)
        return killed_at

    def settle(self) -> None:
        """Wait until no refresh runs; one that hangs is ended by a reload."""
        deadline = time.monotonic() + REFRESH_GRACE
        while self._is_refreshing():
            if time.monotonic() > deadline:
                self.reload()
                break
            time.sleep(0.1)
        wait_for(lambda: not self._is_refreshing(), "A refresh did not end", TIMEOUT)
        self.wait(TIMEOUT)

    def _is_refreshing(self) -> bool:
        answer = self.home.client.send("GET", "/api/toonami_downlink/status")
        # Not loaded counts as busy: it is just being reloaded.
        return answer.status != 200 or bool(answer.json()["refresh"]["is_running"])

    def refresh(self) -> str:
        """Refresh without any fault; return why that failed, if it did."""
        if self.provider == "folder":
            self._write_folder()
        record: dict[str, Any] = self.home.client.command(f"{DOMAIN}/refresh")
        return record["error"] and f"{record['error']}: {record['message']}"

    def check_secrets(self) -> Iterator[str]:
        """Yield a complaint when the secrets have changed although they were not replaced."""
        access = find_access(self.home.client)
        if access != self.access and not self.may_have_new_secrets:
            yield "the secrets have changed"
        self.access, self.may_have_new_secrets = access, False
        self._note_secrets()

    def check_links(self) -> Iterator[str]:
        """Yield a complaint when somebody else's root is still remembered after a good refresh."""
        with suppress(OSError):
            if self.provider == "bundled" and self.foreign_root in self.links.read_bytes():
                yield "a root of somebody else's is still remembered"

    def check_log(self) -> Iterator[str]:
        """Yield what should not be in the log: tracebacks of ours, and secrets."""
        log = self.home.log
        new, self._log_read = log[self._log_read :], len(log)
        for level, text in log_records(new):
            is_odd = "Traceback" in text or "blocking call" in text
            if (
                is_odd
                and level != "DEBUG"
                and f"custom_components.{DOMAIN}" in text.replace("/", ".")
            ):
                yield f"in the log: {text}"
        if any(secret in new for secret in self.secrets):
            yield "there is a secret in the log"


_PRESS: Final = "/api/services/button/press"
_ROTATE: Final = f"/api/services/{DOMAIN}/rotate_credentials"


def make_folder() -> Path:
    """Return a new folder for a campaign."""
    return Path(tempfile.mkdtemp(prefix="downlink-chaos-"))
