"""A real VLC without a screen, as a media player of Home Assistant."""

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
TIMEOUT: Final = 30.0


@dataclass(frozen=True, slots=True)
class VlcPlayer:
    """The media player entity of a running VLC."""

    home: Home
    entity_id: str

    @property
    def name(self) -> str:
        """What people call it."""
        state = self.home.client.get(f"/api/states/{self.entity_id}")
        return str(state["attributes"]["friendly_name"])

    def call(self, service: str, **fields: object) -> None:
        """Call a service of the media player."""
        fields["entity_id"] = self.entity_id
        self.home.client.post(f"/api/services/media_player/{service}", fields)

    def state(self) -> dict[str, Any]:
        """Ask VLC for its state, and return it."""
        self.home.client.post(
            "/api/services/homeassistant/update_entity", {"entity_id": self.entity_id}
        )
        state: dict[str, Any] = self.home.client.get(f"/api/states/{self.entity_id}")
        return state

    def wait_until_playing(self) -> None:
        """Wait until it plays and its position advances."""
        positions: set[int] = set()

        def advances() -> bool:
            state = self.state()
            if state["state"] == "playing":
                positions.add(state["attributes"].get("media_position", 0))
            return len(positions) > 2

        wait_for(advances, "VLC did not play", TIMEOUT, lambda: str(self.state()))

    def reset(self) -> None:
        """Stop, and clear the list of what to play."""
        self.call("media_stop")
        self.call("clear_playlist")
        wait_for(lambda: self.state()["state"] == "idle", "VLC does not stop", TIMEOUT)


@contextmanager
def vlc_player(home: Home, folder: Path) -> Iterator[VlcPlayer]:
    """Start a VLC and add it to a running Home Assistant; remove both at the end."""
    port = free_port()
    words = [
        *("cvlc", "--no-dbus", "--no-media-library", "--aout", "dummy", "--vout", "dummy"),
        *("--intf", "telnet", "--telnet-host", HOST),
        *("--telnet-port", str(port), "--telnet-password", PASSWORD),
    ]
    if os.geteuid() == 0:  # VLC refuses to run as root
        words = ["runuser", "-u", "nobody", "--", *words]
    with Child("VLC", words, log=folder / "vlc.log", cwd=Path("/")) as vlc:
        wait_for(lambda: _listens(vlc, port), "VLC did not start", TIMEOUT, vlc.tail)
        # Otherwise players are sent to an address in the network, where nobody listens.
        home.client.command("config/core/update", internal_url=home.base_url)
        step = home.client.post(FLOW_PATH, {"handler": "vlc_telnet"})
        login = {"password": PASSWORD, "host": HOST, "port": port}
        done = home.client.post(f"{FLOW_PATH}/{step['flow_id']}", login)
        entry = done["result"]["entry_id"]
        try:
            yield VlcPlayer(home, wait_for(lambda: _player(home, entry), "No player", TIMEOUT))
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
