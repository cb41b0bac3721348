"""A hostile guest at a real Home Assistant that logs all it can."""

from collections.abc import Callable
import os

import pytest

from scripts.lib.develop.accounts import make_reader
from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, fetch, wait_for_feed
from scripts.lib.develop.flow import set_options, set_up
from scripts.lib.develop.home import HOST, Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.assertions import log_records
from tests.hostile.campaign import attack
from tests.hostile.commands import Campaign
from tests.hostile.guest import Guest, Secrets, leaks

NUMBER = int(os.environ.get("HOSTILE_REQUESTS", "2000"))
"""How many requests; a long campaign sets more."""


@pytest.fixture
def home(make_home: Callable[[], Home], upstream: Upstream) -> Home:
    """A Home Assistant of the test's own, with the tuner on and everything logged."""
    home = make_home()
    home.start()
    client = home.client
    client.post("/api/services/logger/set_default_level", {"level": "debug"})
    client.post("/api/services/logger/set_level", {"aiohttp.access": "debug"})
    set_up(client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    set_options(client, {"hdhomerun": True})
    return home


def secrets_of(access: Access) -> Secrets:
    token = access.playlist_url.split("/")[-2]
    return Secrets(token, access.xtream["username"], access.xtream["password"])


@pytest.mark.timeout(1800)
def test_nothing_gets_in_or_breaks(home: Home) -> None:
    access = wait_for_feed(home.client)
    secrets = secrets_of(access)
    before = fetch(access.playlist_url).body, fetch(access.guide_url).body
    guest = Guest(HOST, home.port)

    attack(guest, secrets, NUMBER)
    for client in (home.client, make_reader(home.client)):
        logged_in = Campaign(
            home.base_url, client.access_token, secrets, is_admin=client is home.client
        )
        logged_in.run()
        print(f"{logged_in.seen.total()} commands and actions: {dict(logged_in.seen)}")
        assert logged_in.wrong == []
        assert logged_in.seen["invalid_format"] > 300

    print(f"{guest.requests} requests: {dict(sorted(guest.statuses.items()))}")
    assert guest.requests >= NUMBER
    assert (fetch(access.playlist_url).body, fetch(access.guide_url).body) == before
    assert wait_for_feed(home.client) == access
    log = home.log
    assert "Serving /api/toonami_downlink/**REDACTED**/playlist.m3u" in log
    assert any(level == "DEBUG" for level, _ in log_records(log))
    assert leaks(log, secrets) == []


@pytest.mark.nightly
def test_nothing_is_told_in_normal_use_and_by_rotation(home: Home) -> None:
    """Everything that has a secret in it, with everything logged."""
    client = home.client
    access = wait_for_feed(client)
    old = secrets_of(access)
    login = f"username={old.username}&password={old.password}"
    base = access.playlist_url.rpartition("/")[0]
    for url in (
        f"{base}/stream/1.m3u8",
        f"{client.base_url}/player_api.php?{login}",
        f"{client.base_url}/get.php?{login}&type=m3u_plus",
        f"{client.base_url}/{old.username}/{old.password}/1.m3u8",
        f"{client.base_url}/player_api.php?{login}&action=../../x",
        f"{client.base_url}/player_api.php?{login}&action=<script>",
    ):
        assert request("GET", url).status in {200, 302, 400}
    form = login.encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = request("POST", f"{client.base_url}/player_api.php", headers=kind, body=form)
    assert answer.status == 200
    client.command("toonami_downlink/connect")
    client.post("/api/services/toonami_downlink/rotate_credentials", {})
    new = secrets_of(wait_for_feed(client))
    assert leaks(home.log, old) == []
    # From here on the old one opens nothing, and is logged like anything else that is wrong.
    assert request("GET", access.playlist_url).status == 403
    client.command("toonami_downlink/credentials/rotate")
    newest = secrets_of(wait_for_feed(client))

    log = home.log
    assert len({old, new, newest}) == 3
    for secrets in (new, newest):
        assert leaks(log, secrets) == []
