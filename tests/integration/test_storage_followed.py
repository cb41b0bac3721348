"""The file of what is followed: damaged, of a later version, cut off, and full."""

from collections.abc import Iterator
from datetime import timedelta
import json
from pathlib import Path
import subprocess
import sys
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import storage
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_FOLLOWS,
    MAX_MARKS,
    MAX_SEEN,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following.follows import Follows, async_follows
from custom_components.toonami_downlink.storage.followed import FollowStore
from tests.night import by_night

from .factories import NOON, make_feed, write_provider_files
from .harness import limit_platforms, setup_integration

FILE = f"{DOMAIN}.follows"
HOUR = timedelta(hours=1)
REAL = {name: getattr(storage.Store, name) for name in ("_async_load", "_async_write_data")}
"""Before the test plugin puts something in memory in their place."""
SHOW, BLOCK, WORDS = FollowKind


@pytest.fixture
def follows(panel_coordinator: DownlinkCoordinator) -> Follows:
    found = async_follows(panel_coordinator.hass)
    assert found
    return found


@pytest.fixture
def not_loaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> MockConfigEntry:
    limit_platforms(monkeypatch, ())
    return entry


def follow_json(**values: Any) -> dict[str, Any]:
    return {
        "kind": "show",
        "text": "Show 1-30",
        "channel": None,
        "since": NOON.isoformat(),
        **values,
    }


def stored(**data: Any) -> dict[str, Any]:
    return {"version": 1, "minor_version": 1, "key": FILE, "data": data}


async def test_a_later_version_wrote_it(
    hass: HomeAssistant, not_loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    later = {**stored(follows=[follow_json()], wishes=1), "version": 2}
    hass_storage[FILE] = json.loads(json.dumps(later))
    not_loaded.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(not_loaded.entry_id)
    assert not_loaded.state is ConfigEntryState.SETUP_ERROR
    assert not_loaded.error_reason_translation_key == "newer_version"
    assert hass_storage[FILE] == later
    assert async_follows(hass) is None


@pytest.mark.parametrize(
    ("data", "count"),
    by_night(
        [
            ({"follows": 5, "seen": {}, "marks": "x"}, 0),
            ({"follows": [None, [], {}, 7]}, 0),
            ({"follows": [follow_json(), follow_json(kind="cult")]}, 1),
            ({"follows": [follow_json(), follow_json(text="x" * 501)]}, 1),
            ({"follows": [follow_json(), follow_json(text="\0")]}, 1),
            ({"follows": [follow_json(), follow_json(text=["x"])]}, 1),
            ({"follows": [follow_json(), follow_json(channel=1)]}, 1),
            ({"follows": [follow_json(), follow_json(since="2026-11-24T12:00:00")]}, 1),
            ({"follows": [follow_json(), follow_json(since="soon")]}, 1),
            ({"follows": [follow_json(), follow_json()]}, 1),
        ],
        keep=[
            ({"follows": [None, [], {}, 7]}, 0),
            ({"follows": [follow_json(), follow_json(kind="cult")]}, 1),
        ],
    ),
)
async def test_damaged_follows(
    hass: HomeAssistant,
    not_loaded: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
    count: int,
) -> None:
    hass_storage[FILE] = stored(**data)
    await setup_integration(hass, not_loaded)
    follows = async_follows(hass)
    assert follows
    assert len(follows.items) == len(follows.showings) == count
    assert f"{FILE}.corrupt" in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"seen": [1, "x", None, "A" * 16], "marks": [1, [], ["a"], [None] * 4, {}]},
        {"marks": [["0" * 16, "1" * 16, "2" * 16, "soon"], ["0" * 16] * 5, ["x"] * 4]},
    ],
)
async def test_damaged_remainder(
    hass: HomeAssistant, not_loaded: MockConfigEntry, hass_storage: dict[str, Any], data: Any
) -> None:
    hass_storage[FILE] = stored(follows=[follow_json()], **data)
    await setup_integration(hass, not_loaded)
    follows = async_follows(hass)
    assert follows
    assert (len(follows.items), follows.seen) == (1, frozenset())


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_follows_of_a_file(
    hass: HomeAssistant, hass_storage: dict[str, Any], extra: int
) -> None:
    many = [follow_json(text=f"Show {number}") for number in range(MAX_FOLLOWS + extra)]
    hass_storage[FILE] = stored(follows=many)
    assert len((await FollowStore(hass).async_load()).follows) == MAX_FOLLOWS


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_of_the_remainder_of_a_file(
    hass: HomeAssistant, hass_storage: dict[str, Any], extra: int
) -> None:
    names = [f"{number:016x}" for number in range(MAX_MARKS + extra)]
    marks = [[name, "1" * 16, "2" * 16, NOON.isoformat()] for name in names]
    seen = names[: MAX_SEEN + extra]
    hass_storage[FILE] = stored(follows=[], seen=seen, marks=marks)
    loaded = await FollowStore(hass).async_load()
    assert loaded.seen == tuple(seen[-MAX_SEEN:])
    assert [mark.identity for mark in loaded.marks] == names[:MAX_MARKS]


@pytest.fixture
def real_files(hass: HomeAssistant) -> Iterator[Path]:
    """Let Home Assistant's storage write real files; return that of the follows."""
    with pytest.MonkeyPatch.context() as patch:
        for name, method in REAL.items():
            patch.setattr(storage.Store, name, method)
        yield Path(hass.config.path(storage.STORAGE_DIR, FILE))


def written(path: Path) -> list[Any]:
    """Read the follows of a real file."""
    follows: list[Any] = json.loads(path.read_text())["data"]["follows"]
    return follows


def damage(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


async def test_damage_is_kept_in_a_copy(
    hass: HomeAssistant, not_loaded: MockConfigEntry, real_files: Path
) -> None:
    text = json.dumps(stored(follows=[follow_json(), follow_json(kind="cult")]))
    damage(real_files, text)
    await setup_integration(hass, not_loaded)
    copy = real_files.with_name(f"{FILE}.corrupt")
    assert (len(written(copy)), len(written(real_files))) == (2, 1)


async def test_killed_between_write_and_rename(
    hass: HomeAssistant, not_loaded: MockConfigEntry, real_files: Path
) -> None:
    await setup_integration(hass, not_loaded)
    follows = async_follows(hass)
    assert follows
    await follows.async_add(SHOW, "Show 1-30")
    before = written(real_files)
    # As Home Assistant writes it, by a process that is gone before the new file has its name.
    dying = (
        "import os, sys\n"
        "from homeassistant.helpers.json import save_json\n"
        "os.replace = os.rename = os.link = lambda *_, **__: os._exit(9)\n"
        "save_json(sys.argv[1], {'version': 1, 'data': {'follows': []}}, atomic_writes=True)\n"
    )
    ended = await hass.async_add_executor_job(
        lambda: subprocess.run([sys.executable, "-c", dying, real_files], check=False)  # noqa: S603
    )
    assert ended.returncode == 9
    assert written(real_files) == before
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_reload(entry.entry_id)
    again = async_follows(hass)
    assert again
    assert again.items == follows.items
    await again.async_add(SHOW, "Show 1-31")
    assert len(written(real_files)) == 2


async def test_what_cannot_be_saved_is_not_followed(hass: HomeAssistant, follows: Follows) -> None:
    kept = await follows.async_add(SHOW, "Show 1-30")
    told: list[None] = []
    follows.async_add_listener(lambda: told.append(None))

    async def full(_store: storage.Store[Any], _data: dict[str, Any]) -> None:
        """Home Assistant logs what went wrong, and goes on."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage.Store, "_async_write_data", full)
        for change in (
            follows.async_add(SHOW, "Show 1-31"),
            follows.async_remove(kept.identity),
            follows.async_see(follows.showings[0].identity),
        ):
            with pytest.raises(HomeAssistantError) as raised:
                await change
            assert raised.value.translation_key == "follows_not_saved"
    assert (follows.items, len(follows.showings), follows.seen) == ((kept,), 1, frozenset())
    assert told == []
    await follows.async_add(SHOW, "Show 1-31")
    assert len(told) == 1


async def test_a_feed_is_followed_on_a_full_disk(
    follows: Follows,
    panel_coordinator: DownlinkCoordinator,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await follows.async_add(SHOW, "Other 1-40")

    async def full(_store: storage.Store[Any], _data: dict[str, Any]) -> None:
        """Home Assistant logs what went wrong, and goes on."""

    write_provider_files(folder, make_feed(show="Other"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage.Store, "_async_write_data", full)
        await panel_coordinator.async_refresh_feed(Cause.BUTTON)
        await panel_coordinator.hass.async_block_till_done(wait_background_tasks=True)
    assert [one.airing.programme.title for one in follows.showings] == ["Other 1-40"]
    assert "What was found of the follows could not be saved" in caplog.text
