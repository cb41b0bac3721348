"""A newer release is put in the place of an older one in a home that is in use."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import set_options, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.assertions import log_complaints
from tests.e2e.clients.party import Party
from tests.e2e.clients.relay import PATIENCE, Relay
from tests.e2e.clients.test_restart import ReconnectingFfmpeg
from tests.e2e.releases import install, installed_version, stamped
from tests.simulator import counter

NEXT: Final = "99.0.0"
ACTIONS: Final = "/api/services/toonami_downlink"
LONG_ENOUGH: Final = 6.0
"""Seconds of picture that a recording has before and after."""


@pytest.fixture
def home(tmp_path: Path, release_zip: bytes) -> Iterator[Home]:
    """A Home Assistant into which the release was unpacked by hand."""
    home = Home(tmp_path / "home", linked=False)
    install(release_zip, home)
    try:
        home.start()
        yield home
    finally:
        home.discard()


def recording(home: Home) -> dict[str, Any]:
    """Return the only recording there is."""
    answer = home.client.post(f"{ACTIONS}/get_recordings?return_response", {})
    (one,) = answer["service_response"]["recordings"]
    return dict(one)


@pytest.mark.waits
def test_players_and_a_recording_go_on_over_an_upgrade(
    home: Home, upstream: Upstream, release_zip: bytes, tmp_path: Path
) -> None:
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    wait_for_feed(home.client)
    set_options(home.client, {"recordings": True})
    relay = Relay(home, upstream, wait_for_feed(home.client))
    home.client.post(f"{ACTIONS}/record", {"channel": "Toonami Aftermath East"})
    wait_for(lambda: recording(home)["state"] == "recording", "Nothing is recorded", PATIENCE)
    begun = recording(home)

    with Party(tmp_path) as party:
        player = party.invite(ReconnectingFfmpeg, "ffmpeg", relay.url("ts"))
        player.wait_until_begun(PATIENCE)
        position = relay.position
        wait_for(
            lambda: counter.forward(position, relay.position) > LONG_ENOUGH, "It stands", PATIENCE
        )

        install(stamped(release_zip, NEXT), home)
        home.stop()
        first_log = home.log
        home.start()

        assert installed_version(home) == NEXT
        assert wait_for_feed(home.client) == relay.access
        position = relay.position
        player.wait_until(position, PATIENCE)
        wait_for(
            lambda: counter.forward(position, relay.position) > LONG_ENOUGH, "It stands", PATIENCE
        )
        party.check()

    going_on = recording(home)
    assert (going_on["id"], going_on["state"]) == (begun["id"], "recording")
    home.client.post(f"{ACTIONS}/cancel_recording", {"id": begun["id"]})
    (file,) = wait_for(lambda: list(home.folder.rglob("*.mp4")), "There is no file", PATIENCE)
    seen = list(counter.positions(str(file)))
    assert counter.forward(seen[0], seen[-1]) > 2 * LONG_ENOUGH
    assert all(counter.forward(one, other) > 0 for one, other in pairwise(seen))
    assert recording(home)["missing"], "the time of the restart is not there, and not stated"
    home.stop()
    assert log_complaints(first_log) == []
    assert log_complaints(home.log) == []
