"""A real VLC without a screen, and Home Assistant's own integration for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import socket
from typing import Any, Final

from scripts.lib.develop.flow import FLOW_PATH
from scripts.lib.develop.home import HOST, Home, free_port
from scripts.lib.develop.processes import Child
from scripts.lib.develop.waiting import wait_for

PASSWORD: Final = "downlink"
PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Television:
    """A media player of Home Assistant's that is a VLC."""

    home: Home
    entity_id: str

    def do(self, service: str, **fields: object) -> None:
        """Call a service of the media player."""
        fields["entity_id"] = self.entity_id
        self.home.client.post(f"/api/services/media_player/{service}", fields)

    def look(self) -> dict[str, Any]:
        """Return its state, which Home Assistant has just asked VLC for."""
        self.home.client.post(
            "/api/services/homeassistant/update_entity", {"entity_id": self.entity_id}
        )
        state: dict[str, Any] = self.home.client.get(f"/api/states/{self.entity_id}")
        return state

    def wait_until_time_passes(self) -> None:
        """Wait until it plays and gets on."""
        positions: set[int] = set()

        def gets_on() -> bool:
            state = self.look()
            if state["state"] == "playing":
                positions.add(state["attributes"].get("media_position", 0))
            return len(positions) > 2

        wait_for(gets_on, "VLC did not play", PATIENCE, lambda: str(self.look()))

    def rest(self) -> None:
        """Stop, and forget what there was to play."""
        self.do("media_stop")
        self.do("clear_playlist")
        wait_for(lambda: self.look()["state"] == "idle", "VLC does not stop", PATIENCE)


@contextmanager
def television(home: Home, folder: Path) -> Iterator[Television]:
    """Start a VLC and add it to a running Home Assistant; at the end there is neither."""
    port = free_port()
    words = [
        *("cvlc", "--no-dbus", "--no-media-library", "--aout", "dummy", "--vout", "dummy"),
        *("--intf", "telnet", "--telnet-host", HOST),
        *("--telnet-port", str(port), "--telnet-password", PASSWORD),
    ]
    if os.geteuid() == 0:  # VLC refuses to run as root
        words = ["runuser", "-u", "nobody", "--", *words]
    with Child("VLC", words, log=folder / "vlc.log", cwd=Path("/")) as vlc:
        wait_for(lambda: _listens(vlc, port), "VLC did not start", PATIENCE, vlc.tail)
        # Otherwise players are sent to an address in the network, where nobody listens.
        home.client.command("config/core/update", internal_url=home.base_url)
        step = home.client.post(FLOW_PATH, {"handler": "vlc_telnet"})
        login = {"password": PASSWORD, "host": HOST, "port": port}
        done = home.client.post(f"{FLOW_PATH}/{step['flow_id']}", login)
        entry = done["result"]["entry_id"]
        try:
            yield Television(home, wait_for(lambda: _player(home, entry), "No player", PATIENCE))
        finally:
            home.client.send("DELETE", f"/api/config/config_entries/entry/{entry}")


def _listens(vlc: Child, port: int) -> bool:
    vlc.check()
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _player(home: Home, entry: str) -> str | None:
    for known in home.client.command("config/entity_registry/list"):
        if known["config_entry_id"] == entry:
            return str(known["entity_id"])
    return None


def watched(home: Home) -> set[tuple[str, str]]:
    """Return who watches what: the channel's key, and what Home Assistant calls the player."""
    streams = home.client.get("/api/toonami_downlink/status")["streams"]
    return {(session["channel"], session["player"]) for session in streams["sessions"]}
