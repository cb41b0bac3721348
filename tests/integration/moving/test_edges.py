"""The edges of a move: the most that a file may have, and what is left of the house before it."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.announced import (
    Record,
    Records,
    records_to_json,
)
from custom_components.toonami_downlink.engine.downlink.house_file import FileRefusal, seal, unseal
from custom_components.toonami_downlink.engine.downlink.limits import MAX_VALUE_CHARS
from custom_components.toonami_downlink.moving import aired as moving_aired
from custom_components.toonami_downlink.moving.content import LOG, read_house
from custom_components.toonami_downlink.moving.options import read_options
from custom_components.toonami_downlink.storage.announced import AnnouncedStore
from custom_components.toonami_downlink.storage.state import State

from ..harness import NOW, Harness
from ..released import aired_file
from ..test_moving_content import refusal, sections
from .house import OPTIONS, PHRASE, WAITING, Client, edited, export, refused, send

HOUR: Final = timedelta(hours=1)


async def replace(admin: Client, file: bytes) -> None:
    """Let the house of a file take the place of the one that is here."""
    status, _ = await send(admin, "replace", passphrase=PHRASE, file=file)
    assert status == HTTPStatus.OK


def prepared(hass: HomeAssistant) -> Path:
    """Return where a log is that is to take the place of the one that is here."""
    return aired_file(hass).with_name(f"{DOMAIN}.aired.next.db")


def without_kids(file: bytes) -> bytes:
    """Return a file without one of its passes."""

    def secrets(found: Any) -> Any:
        kept = {
            part: {key: value for key, value in found["passes"][part].items() if key != "kids"}
            for part in ("passes", "codes")
        }
        return {**found, "passes": {**found["passes"], **kept}}

    def passes(found: Any) -> Any:
        return [one for one in found if one["id"] != "kids"]

    return edited(secrets=secrets, passes=passes)(file)


# What may be in a file


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("guide_days", 1, 14),
        ("past_days", 0, 14),
        ("provider_timeout", 30, 3600),
        ("max_channels", 1, 32),
        ("pause_minutes", 0, 240),
        ("stale_hours", 1, 720),
        ("lead_minutes", 1, 120),
        ("recordings_gb", 1, 100_000),
        ("recordings_days", 0, 3650),
        ("padding_before", 0, 60),
        ("padding_after", 0, 60),
    ],
)
def test_limits_of_options(name: str, low: int, high: int) -> None:
    for value in (low, high):
        assert read_options({name: value}) == {name: value}
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match="option"):
            read_options({name: value})


@pytest.mark.parametrize("part", ["home", "passes"])
def test_most_secrets_that_were_replaced(part: str) -> None:
    found = sections()
    found["secrets"][part]["previous"] = ["0" * 64] * 64
    assert read_house(found.items()).secrets[part]["previous"] == ["0" * 64] * 64
    found["secrets"][part]["previous"] = ["0" * 64] * 65
    assert refusal(found) is FileRefusal.DAMAGED


def test_most_numbers_of_channels() -> None:
    found = sections()
    found["numbers"] = {f"other_{number}": number for number in range(1, 10_001)}
    assert read_house(found.items()).numbers == found["numbers"]
    found["numbers"]["other_more"] = 10_001
    assert refusal(found) is FileRefusal.DAMAGED


def test_the_longest_key_of_a_channel_with_a_number() -> None:
    found = sections()
    found["numbers"] = {"x" * MAX_VALUE_CHARS: 12}
    assert read_house(found.items()).numbers == found["numbers"]
    found["numbers"] = {"x" * (MAX_VALUE_CHARS + 1): 12}
    assert refusal(found) is FileRefusal.DAMAGED


@pytest.mark.parametrize(
    "row",
    [["x" * MAX_VALUE_CHARS, 0, 1, 0, 0], ["x", 2**33 - 1, 2**33, 1, 0]],
    ids=["first", "last"],
)
def test_the_first_and_the_last_that_can_have_been_on(row: list[Any]) -> None:
    found = sections()
    found["shows"], found["airings"] = found["shows"][:1], [row]
    (one,) = read_house(found.items()).aired
    times = [int(at.timestamp()) for at in (one.programme.start, one.programme.stop)]
    assert [one.channel, *times, int(one.is_planned)] == row[:4]


@pytest.mark.parametrize(
    "row",
    [
        ["x" * (MAX_VALUE_CHARS + 1), 0, 1, 0, 0],
        ["x", -1, 1, 0, 0],
        ["x", 5, 5, 0, 0],
        ["x", 2**33, 2**33 + 1, 0, 0],
        ["x", 0, 1, 0, 1],
    ],
    ids=["channel", "too early", "no length", "too late", "no such show"],
)
def test_what_can_not_have_been_on(row: list[Any]) -> None:
    found = sections()
    found["shows"], found["airings"] = found["shows"][:1], [row]
    assert refusal(found) is FileRefusal.DAMAGED


def test_how_much_of_what_was_on_moves() -> None:
    """It is less than a file may have: there is always room for the rest."""
    assert moving_aired.MAX_AIRINGS == 400_000
    assert moving_aired.MAX_BYTES == 48 * 1024 * 1024


# What is written


async def test_what_could_not_be_imported_is_not_exported(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    hass.config_entries.async_update_entry(old.entry, options={**OPTIONS, "guide_days": 99})
    answer = await send(admin, "export", passphrase=PHRASE)
    assert answer == (HTTPStatus.BAD_REQUEST, b'{"error": "damaged"}')


# What waits


async def test_what_waits_has_the_log_in_a_file_of_its_own(
    old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    file = await export(admin)
    names = {name for name, _ in unseal(file, PHRASE)}
    assert names > set(LOG)
    await replace(admin, file)
    waiting = {name for name, _ in hass_storage[WAITING]["data"]["sections"]}
    assert waiting == names - set(LOG)


async def test_a_log_that_nobody_waits_for_is_cleared_away(
    hass: HomeAssistant, old: Harness
) -> None:
    """A crash has left it, before anything else was saved."""
    prepared(hass).write_bytes(b"a part of it")
    assert await hass.config_entries.async_reload("home")
    assert not prepared(hass).exists()


async def test_a_full_disk_leaves_no_log_behind(
    hass: HomeAssistant, old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await export(admin)
    was_there: list[bool] = []

    async def fail(store: Store[Any], _data: object) -> None:
        if store.key == WAITING:
            was_there.append(prepared(hass).exists())
        raise WriteError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        assert await refused(admin, file) == "not_saved"
    assert was_there == [True]
    assert not prepared(hass).exists()


# What is put


async def test_a_folder_counts_where_something_is_recorded(old: Harness, admin: Client) -> None:
    """Where nothing is, it may be one that nobody may choose."""
    folder = "/nowhere/at/all"
    change = edited(
        options=lambda options: {**options, "recordings": False, "recordings_folder": folder}
    )
    await replace(admin, change(await export(admin)))
    assert old.entry.options["recordings_folder"] == folder


async def test_options_of_a_later_version_stay_and_all_others_go(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    file = await export(admin)
    options = {"of_a_later_version": 1, "stale_hours": 72}
    hass.config_entries.async_update_entry(old.entry, options=options)
    await replace(admin, file)
    assert dict(old.entry.options) == {"of_a_later_version": 1, **OPTIONS}


async def test_a_pass_that_is_not_in_the_file_goes(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    """What is no pass stays: it is of a later version."""
    file = without_kids(await export(admin))
    other = ConfigSubentry(
        data=MappingProxyType({}),
        subentry_id="later",
        subentry_type="other",
        title="Something else",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(old.entry, other)
    await hass.async_block_till_done()
    await replace(admin, file)
    assert [*old.entry.subentries] == ["guest", "later"]


async def test_a_pass_comes_after_one_that_is_here(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    file = await export(admin)
    hass.config_entries.async_remove_subentry(old.entry, "guest")
    await hass.async_block_till_done()
    await replace(admin, file)
    assert [*old.entry.subentries] == ["kids", "guest"]


async def test_what_was_announced_moves(
    old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    showing, save = "a" * 16, AnnouncedStore.async_save
    record = Record(channel="toonami_east", start=NOW + HOUR, stop=NOW + 2 * HOUR, is_aside=True)
    more = "announced", records_to_json({showing: record})
    file = seal([*unseal(await export(admin), PHRASE), more], PHRASE)
    saved: list[Record | None] = []

    async def note(store: AnnouncedStore, records: Records) -> None:
        saved.append(records.get(showing))
        await save(store, records)

    monkeypatch.setattr(AnnouncedStore, "async_save", note)
    await replace(admin, file)
    assert record in saved


async def test_nobody_holds_the_state_after_it_was_put(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    await replace(admin, await export(admin))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert State.shared(hass)
    assert await hass.config_entries.async_unload("home")
    assert State.shared(hass) is None
