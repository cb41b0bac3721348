"""The simulated upstream, as a process of its own; `tests.simulator` tells what it can do."""

from collections.abc import Mapping, Sequence
import json
import os
from pathlib import Path
import ssl
import sys
from typing import Any, Final

from .client import request
from .home import ROOT
from .processes import Child
from .waiting import DevelopError, wait_for

START_TIMEOUT: Final = 30.0
MAKING_TIMEOUT: Final = 240.0
"""For what the streams show, which is made by the first simulated upstream on a machine."""


class Upstream:
    """``python -m tests.simulator``, which says on its first line where it is.

    With `nodes` it streams over TLS, as upstream does: whoever is to believe it needs
    `environment`, which is there before it starts.
    """

    def __init__(
        self,
        log: Path,
        arguments: Sequence[str] = (),
        *,
        nodes: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.url = ""
        """The API and the mirror, in clear."""
        self.https_url = ""
        self.control_url = ""
        """What is below ``/_sim/``, also while the rest is offline."""
        self.nodes: Mapping[str, str] = {}
        """The addresses of the nodes, by their names."""
        self.ca_file = Path()
        """The root of its certificates."""
        self.chain_file = Path()
        """The same, and the link that its servers leave out."""
        self.environment: Mapping[str, str] = {}
        """For programs that are to trust it besides what they trust already."""
        self._trusted = log.with_suffix(".pem")
        self._child = Child(
            "The simulated upstream",
            [
                *(sys.executable, "-m", "tests.simulator"),
                *(("--nodes",) if nodes else ()),
                *arguments,
            ],
            log=log,
            cwd=ROOT,
            env=env,
        )
        if nodes:
            self.environment = {"SSL_CERT_FILE": str(self._trusted)}
            self._trusted.write_bytes(_roots())

    def start(self) -> None:
        """Start it and wait for its addresses."""
        self._child.start()
        found = wait_for(
            self._addresses, "The simulated upstream did not start", START_TIMEOUT, self._child.tail
        )
        self.url, self.https_url = found["url"], found["https_url"]
        self.control_url, self.nodes = found["control_url"], found["nodes"]
        self.ca_file, self.chain_file = Path(found["ca_file"]), Path(found["chain_file"])
        if self.environment:
            self._trusted.write_bytes(_roots() + self.ca_file.read_bytes())

    def _addresses(self) -> dict[str, Any] | None:
        self._child.check()
        line, end, _ = self._child.log.read_text("utf-8").partition("\n")
        found: dict[str, Any] | None = json.loads(line) if end else None
        return found

    def wait_for_streams(self) -> None:
        """Wait until there is something to be shown, and forget the requests for it."""
        for slug in ("est", "radio"):
            answer = request("GET", f"{self.url}/{slug}/playlist.m3u8", timeout=MAKING_TIMEOUT)
            if answer.status != 200:
                raise DevelopError(answer.body.decode(errors="replace"))
        self.clear_log()

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def set_faults(self, faults: Mapping[str, object]) -> None:
        """Replace what is wrong with it; ``{}`` is nothing."""
        body = json.dumps(faults).encode()
        answer = request("POST", f"{self.control_url}/_sim/faults", body=body)
        if answer.status != 204:
            raise DevelopError(answer.body.decode())

    def log(self) -> dict[str, Any]:
        """Return its requests and the most at once."""
        found: dict[str, Any] = request("GET", f"{self.control_url}/_sim/log").json()
        return found

    def streams(self) -> dict[str, Any]:
        """Return its clock, and how often each stream was asked for."""
        found: dict[str, Any] = request("GET", f"{self.control_url}/_sim/streams").json()
        return found

    def clear_log(self) -> None:
        """Forget its requests so far."""
        request("DELETE", f"{self.control_url}/_sim/log")


def _roots() -> bytes:
    """Return the certificates that this system trusts: programs that are started may need them."""
    file = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    return Path(file).read_bytes() + b"\n" if file and Path(file).is_file() else b""
