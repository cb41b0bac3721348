"""Watching television in the panel, in Firefox."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.browser import NOT_OURS, logged_in
from tests.e2e.firefox import Firefox
from tests.e2e.television import GRAY, PATIENCE, position_of, wait_until_idle
from tests.simulator import counter


@pytest.fixture
def firefox(home: Home, access: object, tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox that shows the panel of the shared Home Assistant; its console stays clean."""
    with Firefox(tmp_path) as firefox:
        tokens = json.dumps(json.dumps(logged_in(home.client, home.base_url)))
        # The page that the browser begins with has no storage.
        firefox.before_each_page(
            f"() => {{ if (location.host) localStorage.setItem('hassTokens', {tokens}); }}"
        )
        firefox.go(f"{home.base_url}/toonami-downlink/guide")
        yield firefox
        assert [text for text in firefox.said if not NOT_OURS.search(text)] == []


def position(firefox: Firefox) -> float | None:
    return position_of(firefox.run(f"const video = find('video'); return video && ({GRAY})(video)"))


def state(firefox: Firefox, name: str) -> Any:
    return firefox.run("return find('video')?.[given[0]]", name)


def wait_until_further(firefox: Firefox, seconds: float) -> None:
    """Wait until picture and clock of the media element have gone on by so much."""
    begun = wait_for(lambda: position(firefox), "There is no picture", PATIENCE)
    clock = state(firefox, "currentTime")

    def is_there() -> bool:
        now = position(firefox)
        return now is not None and counter.forward(begun, now) >= seconds

    wait_for(is_there, "The picture stands still", PATIENCE)
    assert state(firefox, "currentTime") - clock >= seconds - 1 / counter.PICTURES_A_SECOND


def test_watch_browse_zap_and_leave(firefox: Firefox, home: Home, upstream: Upstream) -> None:
    firefox.click("tdl-guide .hero button", "Watch")
    wait_until_further(firefox, 2)
    behind = counter.forward(position(firefox) or 0, upstream.streams()["clock"]["position"])
    assert 0 < behind < 60
    heard = [state(firefox, name) for name in ("muted", "volume", "mozHasAudio", "paused")]
    assert heard == [False, 1, True, False]
    firefox.wait_to_see("tdl-player[place=docked]")

    firefox.click("nav a", "Status")
    firefox.wait_to_see("tdl-player[place=mini]")
    firefox.wait_to_see("tdl-status")
    wait_until_further(firefox, 2)
    firefox.press("m")
    assert state(firefox, "muted") is True
    firefox.press("m")
    assert state(firefox, "muted") is False
    firefox.click("tdl-player .expand")
    firefox.wait_to_see("tdl-player[place=docked]")
    firefox.press("3")
    hero = "tdl-guide .hero .over"
    wait_for(lambda: "Snickelodeon East" in firefox.text(hero), "It did not zap", PATIENCE)
    wait_until_further(firefox, 2)

    firefox.click("ha-sidebar [href='/config']")
    wait_for(lambda: not firefox.sees("toonami-downlink-panel"), "The panel stays", PATIENCE)
    wait_until_idle(home, upstream)
