"""The relay of a running Home Assistant, as its status page and the simulated upstream see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import entry_id
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for

CHANNEL: Final = 1
SLUG: Final = "est"
KEY: Final = "toonami_east"
PATIENCE: Final = 90.0


@dataclass(frozen=True, slots=True)
class Relay:
    """Channel 1 of a Home Assistant, and where it comes from."""

    home: Home
    upstream: Upstream
    access: Access

    def url(self, extension: str) -> str:
        """Return the address of the channel: ``ts`` or ``m3u8``."""
        return f"{self.access.playlist_url.rpartition('/')[0]}/stream/{CHANNEL}.{extension}"

    @property
    def status(self) -> Mapping[str, Any]:
        """What the status page says about streams."""
        found: Mapping[str, Any] = self.home.client.get("/api/toonami_downlink/status")["streams"]
        return found

    @property
    def channel(self) -> Mapping[str, Any]:
        """What it says about the channel."""
        found: Mapping[str, Any] = next(
            channel for channel in self.status["channels"] if channel["key"] == KEY
        )
        return found

    @property
    def nodes(self) -> list[str]:
        """The nodes that the channel has come from, in their order."""
        names = [
            request["node"]
            for request in self.upstream.log()["requests"]
            if request["slug"] == SLUG and request["part"] == "segment"
        ]
        return [name for name, _ in groupby(names)]

    @property
    def asked(self) -> Mapping[str, Any]:
        """What upstream was asked for the channel since its log was cleared."""
        found: Mapping[str, Any] = self.upstream.streams()["streams"].get(SLUG, {})
        return found

    @property
    def position(self) -> float:
        """Where upstream is in its loop, in seconds."""
        return float(self.upstream.streams()["clock"]["position"])

    def begin_anew(self) -> None:
        """End what is still fetched for those who watched before, rather than wait for its end."""
        client = self.home.client
        client.post(f"/api/config/config_entries/entry/{entry_id(client)}/reload", {})
        assert wait_for_feed(client) == self.access
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until nothing is fetched any more."""
        wait_for(lambda: self.status["upstream"] == 0, "Streams are fetched for nobody", PATIENCE)

    def wait_for_slate(self, *, shown: bool) -> None:
        """Wait until viewers see that the signal is lost, or see the channel again."""
        wait_for(
            lambda: (self.channel["slate_since"] is not None) is shown,
            "The signal is not lost" if shown else "The signal is not back",
            PATIENCE,
        )
