"""A house that is lost comes back from Home Assistant's own backup: no player has to be told."""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
from typing import Any, Final

import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.flow import DOMAIN, set_options
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.kodi import Kodi, is_installed
from tests.e2e.clients.restored import (
    DEVICES,
    addresses,
    aired,
    back_up,
    furnish,
    lose,
    players,
    recordings,
    restore,
)

_WAIT: Final = 90.0
_PACKET: Final = 188
"""Bytes, each packet beginning with the same one."""


@pytest.fixture
def home(make_home: Callable[[], Home], upstream: Upstream) -> Home:
    """A Home Assistant of the test's own, with all that can be lost."""
    home = make_home()
    furnish(home, upstream)
    return home


@pytest.mark.waits
def test_players_go_on_after_a_restore(home: Home, upstream: Upstream) -> None:
    known = addresses(home)
    assert known.keys() == {"", *DEVICES}
    seen, was_on, following = players(home, known), aired(home), follows(home)
    archive = back_up(home)
    recorded = recordings(home)
    assert {one["state"] for one in recorded.values()} >= {"cancelled", "interrupted"}
    assert was_on

    archive = lose(home, archive)
    restore(home, archive)
    upstream.set_faults({"offline": True})
    home.start()

    assert addresses(home) == known
    for told in known.values():
        assert request("GET", f"{home.base_url}{told['playlist']}").status == 503
    upstream.set_faults({})
    wait_for(lambda: is_refreshed(home), "There is no feed again", _WAIT)
    assert players(home, known) == seen
    watch(home, known["Den"])
    assert aired(home) >= was_on
    assert follows(home) == following
    check_recordings(home, recorded)


def watch(home: Home, told: Mapping[str, str]) -> None:
    """Tune to a device's second channel, and see that it is sent."""
    answer = request("GET", f"{home.base_url}{told['hdhomerun']}/auto/v2?duration=2")
    assert answer.status == 200
    assert set(answer.body[::_PACKET]) == {0x47}


def is_refreshed(home: Home) -> bool:
    return home.client.command(f"{DOMAIN}/refresh")["error"] is None


def follows(home: Home) -> list[tuple[str, str]]:
    """Return what it says that is followed."""
    path = f"/api/services/{DOMAIN}/get_follows?return_response"
    found = home.client.post(path, {})["service_response"]["follows"]
    return [(one["id"], one["title"]) for one in found]


def check_recordings(home: Home, before: Mapping[str, Mapping[str, Any]]) -> None:
    """See that it says that the folder is gone, then what was in it, and records none of it."""

    def is_told() -> bool:
        issues = home.client.command("repairs/list_issues")["issues"]
        return "recordings_disk" in {one["issue_id"] for one in issues if one["domain"] == DOMAIN}

    wait_for(is_told, "It says nothing of the folder", _WAIT)
    rules = home.storage(f"{DOMAIN}.recordings")["rules"]
    assert recordings(home).items() >= before.items()
    # As its text advises.
    set_options(home.client, {"recordings": False})
    set_options(home.client, {"recordings": True})
    wait_for(lambda: not is_told(), "The folder is not made", _WAIT)
    states = {key: "gone" if one["file"] else one["state"] for key, one in before.items()}

    def found() -> dict[str, str]:
        return {key: one["state"] for key, one in recordings(home).items()}

    wait_for(
        lambda: found().items() >= states.items(), "It is not said", _WAIT, lambda: str(found())
    )
    after = {key: {**one, **json.loads(one["programme"])} for key, one in recordings(home).items()}
    (gone,) = (one for key, one in after.items() if key in before and before[key]["file"])
    assert f"The files of recordings are not there any more: {gone['title']}" in home.log
    assert home.storage(f"{DOMAIN}.recordings")["rules"] == rules
    # Of one without a number, nobody knows when it is on again.
    marks = ("title", "season", "episode") if gone.get("episode") else ("channel", "start")
    same = [one for one in after.values() if all(one.get(key) == gone.get(key) for key in marks)]
    assert same == [gone]


@pytest.mark.nightly
@pytest.mark.kodi
@pytest.mark.skipif(not is_installed(), reason="scripts/setup kodi installs it")
def test_kodi_keeps_its_channels(home: Home, tmp_path: Path) -> None:
    told = addresses(home)["Den"]
    folder = tmp_path / "kodi"
    folder.mkdir()

    def look(*, is_first: bool = False) -> tuple[list[tuple[Any, ...]], dict[str, str]]:
        """Return the channels and the favourites, once one of those plays."""
        names = ("channelid", "uniqueid", "channelnumber", "label")
        with Kodi(folder, f"{home.base_url}{told['playlist']}") as kodi:
            television = kodi.channels("alltv")
            channels = [*television, *kodi.channels("allradio")]
            if is_first:
                kodi.add_favourite(television[0])
            found = kodi.favourites()
            path = found[television[0]["label"]]
            with kodi.watching(television[0]["channelid"], favourite=path):
                pass
        return [tuple(one[name] for name in names) for one in channels], found

    before = look(is_first=True)
    assert len(before[0]) == len(DEVICES["Den"]["channels"])
    assert len(before[1]) == 1
    restore(home, lose(home, back_up(home)))
    home.start()
    wait_for(lambda: is_refreshed(home), "There is no feed again", _WAIT)
    assert look() == before
