"""The simulated upstream, as a process of its own."""

from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import sys
from typing import Any, Final

from .client import request
from .home import ROOT
from .processes import Child
from .waiting import DevelopError, wait_for

START_TIMEOUT: Final = 30.0


class Upstream:
    """``python -m tests.simulator``, which says on its first line where it is."""

    def __init__(self, log: Path, arguments: Sequence[str] = ()) -> None:
        self.url = ""
        self._child = Child(
            "The simulated upstream",
            [sys.executable, "-m", "tests.simulator", *arguments],
            log=log,
            cwd=ROOT,
        )

    def start(self) -> None:
        """Start it and wait for its address."""
        self._child.start()
        self.url = wait_for(
            self._address, "The simulated upstream did not start", START_TIMEOUT, self._child.tail
        )

    def _address(self) -> str | None:
        self._child.check()
        line, end, _ = self._child.log.read_text("utf-8").partition("\n")
        return str(json.loads(line)["url"]) if end else None

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def set_faults(self, faults: Mapping[str, object]) -> None:
        """Replace what is wrong with it; ``{}`` is nothing."""
        body = json.dumps(faults).encode()
        answer = request("POST", f"{self.url}/_sim/faults", body=body)
        if answer.status != 204:
            raise DevelopError(answer.body.decode())

    def log(self) -> dict[str, Any]:
        """Return its requests and the most at once."""
        found: dict[str, Any] = request("GET", f"{self.url}/_sim/log").json()
        return found

    def clear_log(self) -> None:
        """Forget its requests so far."""
        request("DELETE", f"{self.url}/_sim/log")
