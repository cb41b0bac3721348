"""A configuration folder of Home Assistant, and the process that runs on it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
import json
import os
from pathlib import Path
from random import SystemRandom
import signal
import socket
import sys
from typing import Any, Final

from .accounts import log_in
from .client import Client, request
from .processes import Child
from .waiting import DevelopError, wait_for

ROOT: Final = Path(__file__).resolve().parents[3]
INTEGRATION: Final = ROOT / "custom_components" / "toonami_downlink"
HOST: Final = "127.0.0.1"
PORTS: Final = range(20_000, 32_000)
"""Below those that Linux and macOS give to connections by themselves."""
START_TIMEOUT: Final = 240.0
"""A first start may install what core's own integrations need."""

# What default_config would bring, without all that looks around in the network.
CONFIGURATION: Final = """\
# Written by scripts/develop at each start; put what is to stay into packages/*.yaml.
homeassistant:
  name: Downlink development
  time_zone: America/New_York
  country: US
  currency: USD
  language: en
  unit_system: us_customary
  packages: !include_dir_named packages
  media_dirs:
    local: {media}
frontend:
config:
diagnostics:
history:
logbook:
media_source:
mobile_app:
repairs:
stream:
system_health:
logger:
  default: warning
  logs:
    custom_components.toonami_downlink: debug
"""
# Since 2026.11 the web server is set up here: a port in the YAML file would be on trial for five
# minutes, at the first start, and unheeded from then on.
HTTP_STORAGE: Final[dict[str, Any]] = {
    "version": 3,
    "minor_version": 1,
    "key": "http",
    "data": {
        "stable": {
            "server_host": [HOST],
            "cors_allowed_origins": ["https://cast.home-assistant.io"],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "intermediate_v6",
            "use_x_frame_options": True,
            "created_at": "2026-11-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    },
}

# These steps of onboarding set up what looks for the internet again and again, while Home Assistant
# starts and while it stops: the weather, foreign radio, a voice.
ONBOARDING_STORAGE: Final[dict[str, Any]] = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics"]},
}


def free_port() -> int:
    """Return a port of loopback that nobody listens on.

    It is none that the system gives to connections by itself: whoever stops and starts again finds
    it free, whatever else the machine does meanwhile.
    """
    for port in SystemRandom().sample(PORTS, len(PORTS)):
        with suppress(OSError), socket.create_server((HOST, port)):
            return port
    raise DevelopError(f"No port of {HOST} from {PORTS[0]} to {PORTS[-1]} is free.")


def check_port(port: int) -> None:
    """Raise DevelopError when somebody else listens on a port."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as err:
        raise DevelopError(
            f"Port {port} cannot be used ({os.strerror(err.errno or 0)}): "
            "choose another with --port, or --port 0 for any that is free."
        ) from err


class Home:
    """A Home Assistant: ``start``, then ``client`` is logged in to it.

    `linked`: with the integration as it is in this checkout; without, whoever starts it brings one.
    `program`: what runs in its stead, as words for Python.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        linked: bool = True,
        program: Sequence[str | Path] = ("-m", "homeassistant"),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.port = port or free_port()
        self._linked = linked
        self.client = Client(f"http://{HOST}:{self.port}")
        self._child = Child(
            "Home Assistant",
            [sys.executable, *program, "--config", self.folder],
            log=self.folder / "home-assistant-output.log",
            cwd=self.folder.parent,
            env=env,
        )

    @property
    def base_url(self) -> str:
        """The address of its web server."""
        return self.client.base_url

    @property
    def pid(self) -> int:
        """The process id of Home Assistant."""
        return self._child.pid

    @property
    def log(self) -> str:
        """What it has written to its log since this start."""
        return self._child.log.read_text("utf-8", "replace")

    def write_configuration(self) -> None:
        """Write the configuration, and put the integration in by a link."""
        (self.folder / "packages").mkdir(parents=True, exist_ok=True)
        # In a container it would be /media, which belongs to somebody else.
        media = self.folder / "media"
        media.mkdir(exist_ok=True)
        text = CONFIGURATION.replace("{media}", json.dumps(str(media)))
        (self.folder / "configuration.yaml").write_text(text, "utf-8")
        self._set_port()
        self._shorten_onboarding()
        if self._linked:
            self._link()

    def _link(self) -> None:
        link = self.folder / "custom_components" / INTEGRATION.name
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink() or link.resolve() != INTEGRATION:
            if link.exists() and not link.is_symlink():
                raise DevelopError(f"{link} is in the way: it should be a link to {INTEGRATION}.")
            link.unlink(missing_ok=True)
            link.symlink_to(INTEGRATION, target_is_directory=True)

    def _set_port(self) -> None:
        data = HTTP_STORAGE["data"]
        stable = {**data["stable"], "server_port": self.port}
        self._store("http", {**HTTP_STORAGE, "data": {**data, "stable": stable}})

    def _shorten_onboarding(self) -> None:
        """Leave it to whoever logs in to add the user, and nothing else."""
        if not (self.folder / ".storage" / "onboarding").exists():
            self._store("onboarding", ONBOARDING_STORAGE)

    def _store(self, key: str, content: Mapping[str, Any]) -> None:
        """Write a file below ``.storage``."""
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        (storage / key).write_text(json.dumps(content, indent=2), "utf-8")

    def start(self, *, login: bool = True) -> None:
        """Start it and wait until it answers; then log in, and wait until it runs in full."""
        self.write_configuration()
        check_port(self.port)
        self._child.start()
        wait_for(self._answers, "Home Assistant did not start", START_TIMEOUT, self._child.tail)
        if login:
            log_in(self.client)
            wait_for(self._runs, "Home Assistant did not finish starting", START_TIMEOUT)

    def _answers(self) -> bool:
        self._child.check()
        try:
            answer = request("GET", f"{self.base_url}/manifest.json", timeout=5)
        except OSError:
            return False
        return answer.status == 200

    def _runs(self) -> bool:
        self._child.check()
        return bool(self.client.get("/api/config")["state"] == "RUNNING")

    def stop(self) -> None:
        """Stop it as its own interrupt would."""
        self._child.stop()

    def kill(self) -> None:
        """End it at once, as a power cut would, and wait until it is gone."""
        self._child.signal(signal.SIGKILL)
        self._child.wait(10)

    def discard(self) -> None:
        """End it and all that it has started at once: nobody needs it or its folder any more."""
        self.kill()
        self._child.stop()
        self.end_orphans()

    def processes(self) -> list[int]:
        """Return what runs with this folder in its command line, Home Assistant itself aside."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended
            pid = int(process.name)
            if os.fsencode(self.folder) in words and not self._child.is_pid(pid):
                found.append(pid)
        return found

    def end_orphans(self) -> None:
        """End what a killed Home Assistant has left behind."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, as `Child.wait`."""
        return self._child.wait(timeout)

    def entities(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {state["entity_id"]: state for state in self.client.get("/api/states")}

    def storage(self, key: str) -> Any:
        """Return the data of a file below ``.storage``."""
        return json.loads((self.folder / ".storage" / key).read_text("utf-8"))["data"]
