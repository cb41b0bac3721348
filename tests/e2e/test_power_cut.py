"""Home Assistant is killed in the middle of a refresh, and started again."""

from collections.abc import Callable
from contextlib import suppress
import threading

import pytest

from scripts.lib.develop.feed import fetch, wait_for_feed
from scripts.lib.develop.flow import DOMAIN, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for

pytestmark = pytest.mark.nightly


def _is_saved(home: Home) -> bool:
    """Whether Home Assistant, which takes its time, has written the entry to disk."""
    entries = home.storage("core.config_entries")["entries"]
    return any(entry["domain"] == DOMAIN for entry in entries)


def _press(home: Home) -> None:
    """Press the button; the answer comes after the refresh, or never."""
    press = {"entity_id": "button.toonami_downlink_refresh"}
    with suppress(OSError):
        home.client.send("POST", "/api/services/button/press", press)


def test_last_good_feed_is_served_after_a_kill(
    make_home: Callable[[], Home], upstream: Upstream
) -> None:
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    access = wait_for_feed(home.client)
    wait_for(lambda: _is_saved(home), "The entry was not saved", 30)
    before = fetch(access.playlist_url).body, fetch(access.guide_url).body
    upstream.clear_log()
    upstream.set_faults({"latency": 2})
    threading.Thread(target=_press, args=(home,), daemon=True).start()
    wait_for(lambda: upstream.log()["requests"], "The refresh did not begin", 30)

    home.kill()
    orphans = home.processes()
    assert orphans
    upstream.clear_log()
    upstream.set_faults({"latency": 60})
    home.start()

    after = wait_for_feed(home.client, timeout=30)
    assert after == access
    assert (fetch(after.playlist_url).body, fetch(after.guide_url).body) == before
    assert home.client.get("/api/toonami_downlink/health")["status"] == "ok"
    status = home.client.get("/api/toonami_downlink/status")
    assert status["feed"]["generation"] == 1
    assert not list(home.folder.glob(".cache/toonami_downlink/staging/*"))
    assert not set(home.processes()) & set(orphans)
