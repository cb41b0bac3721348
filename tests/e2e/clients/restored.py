"""A Home Assistant that is set up for a house, lost, and restored from its own backup."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from typing import Any, Final

from pyxtream import XTream

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Airing, airings, fetch, wait_for_feed
from scripts.lib.develop.flow import DOMAIN, add_device, set_options, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.assertions import channel_ids

DEVICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "Den": {"channels": ["radio", "toonami_west", "toonami_east"], "is_renumbered": True},
    "Guest": {"channels": ["movies", "toonami_east"], "recordings": False},
}
"""Devices with a pass, and what each may see."""
TOLD: Final = ("username", "password", "short_url", "playlist", "guide", "xtream", "hdhomerun")
_GUIDE_IDS: Final[Mapping[str, int]] = {
    "toonami-east.toonamiaftermath.com": 1,
    "toonami-west.toonamiaftermath.com": 2,
    "snick-east.toonamiaftermath.com": 3,
    "snick-west.toonamiaftermath.com": 4,
}
_RESTART: Final = 100
"""The exit code of a Home Assistant that wants to be started again."""
_WAIT: Final = 60.0


def furnish(home: Home, upstream: Upstream) -> None:
    """Set up devices, a follow, a rule, a recording, and one that is not wanted."""
    packages = home.folder / "packages"
    packages.mkdir(parents=True)
    (packages / "backup.yaml").write_text("backup:\n")
    home.start()
    client = home.client
    set_up(client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    set_options(client, {"recordings": True, "hdhomerun": True})
    guide = fetch(wait_for_feed(client).guide_url).body
    for name, fields in DEVICES.items():
        add_device(client, name, fields)
    now = datetime.now(UTC)
    shown = [one for one in airings(guide) if one.channel in _GUIDE_IDS]
    on_now = max((one for one in shown if one.start <= now), key=lambda one: one.stop)
    # Of another title: the West shows again, as the same airing, what the East shows now.
    others = (one for one in shown if one.title != on_now.title)
    later = next(one for one in others if one.start > now + timedelta(hours=1))
    client.command(f"{DOMAIN}/follows/add", kind="show", text=later.title)
    _do_not_record(home, later)
    _record(home, on_now)
    # Not before: what is on would be recorded another time, in full.
    for title in {on_now.title, later.title}:
        client.command(f"{DOMAIN}/recordings/rules/add", kind="show", text=title)
    wait_for(lambda: _is_saved(home), "The devices were not saved", _WAIT)


def _do_not_record(home: Home, airing: Airing) -> None:
    channel, start = _GUIDE_IDS[airing.channel], int(airing.start.timestamp())
    one = home.client.command(f"{DOMAIN}/recordings/record", channel=channel, start=start)
    home.client.command(f"{DOMAIN}/recordings/cancel", recording=one["id"])


def _record(home: Home, airing: Airing) -> None:
    """Record a little of what is on, and wait until there is a file of it."""
    channel = _GUIDE_IDS[airing.channel]
    one = home.client.command(f"{DOMAIN}/recordings/record", channel=channel)["id"]

    def hint() -> str:
        return f"{airing}: {recordings(home)[one]}"

    def has(name: str, value: object = None) -> bool:
        found = recordings(home)[one][name]
        return bool(found) if value is None else found == value

    wait_for(lambda: has("state", "recording"), "No recording", _WAIT, hint)
    tracks = home.folder / "media" / "Toonami Downlink"
    wait_for(lambda: sum(1 for _ in tracks.rglob("*.*")) > 2, "Nothing is recorded", _WAIT, hint)
    home.client.command(f"{DOMAIN}/recordings/cancel", recording=one)
    wait_for(lambda: has("file"), "The recording is no file", _WAIT, hint)


def recordings(home: Home) -> dict[str, dict[str, Any]]:
    """Return what is stored of the recordings, by their identity."""
    stored = home.storage(f"{DOMAIN}.recordings")["recordings"]
    return {one["identity"]: one for one in stored}


def _is_saved(home: Home) -> bool:
    """Whether Home Assistant, which takes its time, has written the devices to disk."""
    entries = home.storage("core.config_entries")["entries"]
    ours = [len(entry["subentries"]) for entry in entries if entry["domain"] == DOMAIN]
    return ours == [len(DEVICES)]


def back_up(home: Home) -> Path:
    """Let Home Assistant make a backup of itself; return the file."""
    name = {"name": "Before the loss", "include_database": False}
    home.client.command("backup/generate", agent_ids=["backup.local"], **name)

    def is_made() -> bool:
        info = home.client.command("backup/info")
        return info["state"] == "idle" and bool(info["backups"])

    wait_for(is_made, "There is no backup", _WAIT)
    (archive,) = (home.folder / "backups").glob("*.tar")
    return archive


def lose(home: Home, archive: Path) -> Path:
    """Stop it and take all of it away; return where the backup is now."""
    home.stop()
    lost = home.folder.rename(home.folder.with_name("lost"))
    return lost / archive.relative_to(home.folder)


def restore(home: Home, archive: Path) -> None:
    """Let a Home Assistant that was never started there restore a backup, as core does it.

    What its own *Restore* leaves to the next start is this file. Recordings are in no backup where
    Home Assistant has a folder for media beside its configuration, as in a container.
    """
    backups = home.folder / "backups"
    backups.mkdir(parents=True)
    shutil.copy(archive, backups)
    order = {
        "path": str(backups / archive.name),
        "password": None,
        "remove_after_restore": False,
        "restore_database": False,
        "restore_homeassistant": True,
    }
    (home.folder / ".HA_RESTORE").write_text(json.dumps(order))
    words = [sys.executable, "-m", "homeassistant", "--config", str(home.folder)]
    done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603  # our own program
    assert done.returncode == _RESTART, done.stderr.decode()
    shutil.rmtree(home.folder / "media")
    assert not (home.folder / ".cache" / DOMAIN).exists()
    # It has become a copy of what it was a link to.
    shutil.rmtree(home.folder / "custom_components")


def addresses(home: Home) -> dict[str, dict[str, str]]:
    """Return what Connect tells for the house and for each device, by name."""
    devices = home.client.command(f"{DOMAIN}/connect")["devices"]
    told = {
        one["name"]: home.client.command(f"{DOMAIN}/connect", device=one["id"]) for one in devices
    }
    return {name: {key: one[key] for key in TOLD} for name, one in told.items()}


def players(home: Home, known: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """Return what players find at the addresses that they know: all that they remember it by."""
    base = home.base_url
    found = {}
    for name, told in known.items():
        playlist = fetch(f"{base}{told['playlist']}").body
        assert fetch(f"{base}{told['short_url']}").body == playlist
        found[name] = {
            "playlist": playlist.decode(),
            "guide": channel_ids(fetch(f"{base}{told['guide']}").body),
            "xtream": _pyxtream(base, told["username"], told["password"]),
            "tuner": _tuner(f"{base}{told['hdhomerun']}"),
        }
    return found


def _pyxtream(base: str, username: str, password: str) -> list[tuple[Any, ...]]:
    # It must not answer from what it has kept.
    with tempfile.TemporaryDirectory() as folder:
        client = XTream("Toonami", username, password, base, cache_path=folder)
        assert client.load_iptv()
        return [(one.id, one.name, one.epg_channel_id, one.url) for one in client.channels]


def _tuner(base: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    device: dict[str, Any] = request("GET", f"{base}/discover.json").json()
    return device, request("GET", device["LineupURL"]).json()


def aired(home: Home) -> set[tuple[str, int, int]]:
    """Return what was on, as remembered: channel, start and stop."""
    path = home.folder / ".storage" / f"{DOMAIN}.aired.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return set(database.execute("SELECT channel, start, stop FROM airing"))
