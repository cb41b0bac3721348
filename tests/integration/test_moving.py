"""A house that moves to another Home Assistant: with everything, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
import json
import logging
from typing import Any, Final

from aiohttp import FormData
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink import house_file
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.house_file import Section, seal, unseal
from custom_components.toonami_downlink.engine.downlink.lineup import Lineup
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import Aired
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.panel import house as views
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.storage.followed import FollowStore
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore
from custom_components.toonami_downlink.storage.state import State
from custom_components.toonami_downlink.storage.versioned_store import VersionedStore

from .factories import make_entry, make_feed
from .harness import NOW, Harness, publish_feed, setup_integration, start_harness
from .test_passes import subentry
from .test_storage_recorded import HOLED, RULE
from .users import token_of

PHRASE: Final = "correct horse battery"
WAITING: Final = f"{DOMAIN}.import"
OPTIONS: Final = {"guide_days": 3, "hdhomerun": True, "stream_links": "relay", "max_channels": 7}
type Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys at the lowest cost that is allowed."""
    monkeypatch.setattr(house_file, "_COST", 2**14)


@pytest.fixture
async def old(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    """Start a house that somebody lives in."""
    freezer.move_to(NOW)
    passes = [subentry("kids", channels=["toonami_west"], is_renumbered=True), subentry("guest")]
    house = await start_harness(hass, hass_client_no_auth, options=OPTIONS, subentries=passes)
    await house.coordinator.async_rotate_credentials()
    follows = async_follows(hass)
    state = State.shared(hass)
    assert follows
    assert state
    await follows.async_add(FollowKind.WORDS, "outlaw")
    await RecordingStore(hass).async_save(
        Recorded(rules=(RULE,), recordings=(HOLED,), next_number=7)
    )
    night = {"other_late": make_feed(NOW - timedelta(days=30)).guide["toonami_east"]}
    await house.coordinator.aired.async_freeze(Feed(made=NOW, channels=(), guide=night))
    state.lineup = Lineup({"other_late": 12})
    await state.async_save(hass)
    return house


@pytest.fixture
async def admin(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Client:
    return await hass_client()


async def send(client: Client, which: str, **fields: bytes | str) -> tuple[int, bytes]:
    """Send a form, as the panel does; return the status and the body."""
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value, **({"filename": "x"} if isinstance(value, bytes) else {}))
    async with client.post(f"/api/{DOMAIN}/house/{which}", data=form) as answer:
        return answer.status, await answer.read()


async def export(client: Client) -> bytes:
    status, body = await send(client, "export", passphrase=PHRASE)
    assert status == HTTPStatus.OK
    return body


async def refused(client: Client, file: bytes, phrase: str = PHRASE) -> str:
    """Return why a file is not imported."""
    status, body = await send(client, "replace", passphrase=phrase, file=file)
    assert status == HTTPStatus.BAD_REQUEST
    reason: str = json.loads(body)["error"]
    return reason


async def move(hass: HomeAssistant) -> MockConfigEntry:
    """Take the old house away, and start a new one that nobody lives in."""
    await hass.config_entries.async_remove("home")
    feed = replace(make_feed(), made=dt_util.utcnow())
    await hass.async_add_executor_job(publish_feed, hass, feed)
    entry = make_entry("provider {m3u} {xmltv}")
    object.__setattr__(entry, "entry_id", "fresh")
    await setup_integration(hass, entry)
    return entry


async def seen(client: Client, credentials: CredentialStore) -> dict[str, Any]:
    """Return what players get at these addresses, whichever house answers."""
    found: dict[str, Any] = {}
    for identity in (HOME, "kids", "guest"):
        one = credentials.of(identity)
        assert one
        login = f"username={one.username}&password={one.password}"
        for path in (
            f"/api/{DOMAIN}/{one.feed_token}/playlist.m3u",
            f"/api/{DOMAIN}/{one.feed_token}/guide.xml",
            f"/api/{DOMAIN}/hdhr/{one.feed_token}/discover.json",
            f"/api/{DOMAIN}/hdhr/{one.feed_token}/lineup.json",
            f"/api/{DOMAIN}/hdhr/{one.feed_token}/device.xml",
            f"/player_api.php?{login}&action=get_live_streams",
            f"/get.php?{login}",
            f"/tv/{credentials.code(identity)}",
        ):
            async with client.get(path) as answer:
                found[path] = answer.status, await answer.text()
    return found


def kept(hass: HomeAssistant, hass_storage: dict[str, Any]) -> str:
    """Return all that is stored of the house, to compare."""
    files = {key: value["data"] for key, value in hass_storage.items() if key.startswith(DOMAIN)}
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    subentries = [one.as_dict() for one in entry.subentries.values()]
    return json.dumps([files, dict(entry.options), subentries], default=str, sort_keys=True)


def _place(one: Aired) -> tuple[str, datetime]:
    return one.channel, one.programme.start


# What moves


async def test_everything_moves(hass: HomeAssistant, old: Harness, admin: Client) -> None:
    before = old.coordinator.credentials
    players = await seen(old.client, before)
    assert {status for status, _ in players.values()} == {HTTPStatus.OK}
    follows = async_follows(hass)
    assert follows
    items = follows.items
    aired = await old.coordinator.aired.async_all()
    assert sum(one.channel == "other_late" for one in aired) == 96
    file = await export(admin)

    entry = await move(hass)
    assert len(await entry.runtime_data.aired.async_all()) < len(aired)
    assert {status for status, _ in (await seen(old.client, before)).values()} != {HTTPStatus.OK}
    status, body = await send(admin, "replace", passphrase=PHRASE, file=file)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert (status, json.loads(body)) == (HTTPStatus.OK, {"loaded": True})
    assert await seen(old.client, before) == players
    now = entry.runtime_data
    assert [one.name for one in now.passes.items] == ["The kids", "The guest"]
    assert now.passes.items[0].channels == ("toonami_west",)
    assert {key: entry.options[key] for key in OPTIONS} == OPTIONS
    moved = async_follows(hass)
    assert moved
    assert moved.items == items
    recorded = await RecordingStore(hass).async_load()
    assert (recorded.rules, recorded.recordings, recorded.next_number) == ((RULE,), (HOLED,), 7)
    assert (await State.async_load(hass)).lineup.assigned == {"other_late": 12}
    assert sorted(await now.aired.async_all(), key=_place) == sorted(aired, key=_place)
    # It moves on from there, and is still the same to the players.
    assert unseal(await export(admin), PHRASE) == unseal(file, PHRASE)


async def test_passes_that_are_here_go_or_stay(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    """What is here and in the file keeps its device; what is not in it goes."""
    file = await export(admin)
    entries = hass.config_entries
    entries.async_remove_subentry(old.entry, "kids")
    entries.async_update_subentry(old.entry, old.entry.subentries["guest"], title="Somebody")
    await hass.async_block_till_done()
    sections = [one for one in unseal(file, PHRASE) if one[0] != "passes"]
    with_one = [("passes", [{"id": "guest", "title": "Aunt", "data": {"is_enabled": False}}])]
    data = dict(sections)["secrets"]
    for part in ("passes", "codes"):
        del data["passes"][part]["kids"]
    status, _ = await send(
        admin, "replace", passphrase=PHRASE, file=seal([*sections, *with_one], PHRASE)
    )
    assert status == HTTPStatus.OK
    assert [one.title for one in old.entry.subentries.values()] == ["Aunt"]
    status, _ = await send(admin, "replace", passphrase=PHRASE, file=file)
    assert status == HTTPStatus.OK
    assert [one.title for one in old.entry.subentries.values()] == ["The guest", "The kids"]


# What does not


def stub(_: bytes) -> bytes:
    return seal([("house", {}), ("secrets", {}), ("options", {})], PHRASE)


def edited(**changes: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Return what makes another file of one: its sections changed by their names."""

    def edit(file: bytes) -> bytes:
        sections: list[Section] = [
            (name, changes.get(name, lambda value: value)(value))
            for name, value in unseal(file, PHRASE)
        ]
        return seal(sections, PHRASE)

    return edit


def crowd(passes: list[Any]) -> list[Any]:
    return [{**passes[0], "id": f"a{number}"} for number in range(33)]


def same_codes(secrets: Any) -> Any:
    codes = {**secrets["passes"]["codes"], "kids": secrets["passes"]["codes"]["guest"]}
    return {**secrets, "passes": {**secrets["passes"], "codes": codes}}


def same_tokens(secrets: Any) -> Any:
    passes = secrets["passes"]["passes"]
    token = {"feed_token": secrets["home"]["current"]["feed_token"]}
    sets = {**passes, "kids": {**passes["kids"], **token}}
    return {**secrets, "passes": {**secrets["passes"], "passes": sets}}


REFUSED: Final[dict[str, tuple[Callable[[bytes], bytes], str]]] = {
    "nothing": (lambda _: b"", "empty"),
    "a stub": (stub, "empty"),
    "no sections": (lambda _: seal([("options", {})], PHRASE), "empty"),
    "another file": (lambda _: b"PK\x03\x04" * 9, "not_ours"),
    "cut": (lambda file: file[:-9], "damaged"),
    "a later version": (
        lambda file: file.replace(b'"version":1', b'"version":2', 1),
        "newer",
    ),
    "a later section": (lambda file: seal([*unseal(file, PHRASE), ("x", 1)], PHRASE), "newer"),
    "33 passes": (edited(passes=crowd), "too_many_passes"),
    "a pass twice": (edited(passes=lambda passes: [passes[0], *passes]), "duplicate"),
    "a code twice": (edited(secrets=same_codes), "duplicate"),
    "a token twice": (edited(secrets=same_tokens), "duplicate"),
    "the folder of secrets": (
        edited(
            options=lambda options: {
                **options,
                "recordings": True,
                "recordings_folder": "/etc",
            }
        ),
        "folder",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_refused_changes_nothing(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any], what: str
) -> None:
    make, reason = REFUSED[what]
    file = make(await export(admin))
    before = kept(hass, hass_storage)
    loaded = old.entry.runtime_data
    assert await refused(admin, file) == reason
    assert kept(hass, hass_storage) == before
    assert old.entry.runtime_data is loaded


async def test_a_wrong_passphrase(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    file = await export(admin)
    before = kept(hass, hass_storage)
    assert await refused(admin, file, "correct horse") == "passphrase"
    assert await refused(admin, file, "") == "passphrase"
    assert (await send(admin, "export", passphrase="7 chars"))[0] == HTTPStatus.BAD_REQUEST
    assert (await send(admin, "export"))[1] == b'{"error": "bad_passphrase"}'
    assert (await send(admin, "export", passphrase=b"\xff" * 9))[1] == (
        b'{"error": "bad_passphrase"}'
    )
    assert kept(hass, hass_storage) == before


async def test_a_full_disk_changes_nothing(
    hass: HomeAssistant,
    old: Harness,
    admin: Client,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = await export(admin)
    before = kept(hass, hass_storage)

    async def fail(*_: object) -> None:
        raise WriteError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        assert await refused(admin, file) == "not_saved"
    assert kept(hass, hass_storage) == before
    assert await hass.config_entries.async_reload("home")
    assert kept(hass, hass_storage) == before


# What a crash leaves


async def test_a_crash_in_the_middle(
    hass: HomeAssistant, old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has begun, it is finished: with the next start, if not with this one."""
    players = await seen(old.client, old.coordinator.credentials)
    credentials = old.coordinator.credentials
    file = await export(admin)
    entry = await move(hass)

    async def fail(*_: object) -> None:
        raise StoreError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FollowStore, "async_save", fail)
        status, body = await send(admin, "replace", passphrase=PHRASE, file=file)
        assert (status, json.loads(body)) == (HTTPStatus.OK, {"loaded": False})
        assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await hass.config_entries.async_reload("fresh")
    assert await seen(old.client, credentials) == players


async def test_an_entry_that_was_not_saved(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    """Home Assistant saves it a second later: what was lost until then is put back."""
    file = await export(admin)
    entry = await move(hass)
    await send(admin, "replace", passphrase=PHRASE, file=file)
    assert WAITING in hass_storage
    assert await hass.config_entries.async_unload("fresh")
    # As it was on the disk.
    for identity in ("kids", "guest"):
        hass.config_entries.async_remove_subentry(entry, identity)
    object.__setattr__(entry, "modified_at", dt_util.utc_from_timestamp(0))
    assert await hass.config_entries.async_setup("fresh")
    assert [*entry.subentries] == ["kids", "guest"]
    token = entry.runtime_data.credentials.of("kids").feed_token
    assert (await old.client.get(f"/api/{DOMAIN}/{token}/playlist.m3u")).status == HTTPStatus.OK


async def test_what_is_changed_later_stays(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    await send(admin, "replace", passphrase=PHRASE, file=await export(admin))
    hass.config_entries.async_update_entry(old.entry, options={"guide_days": 5})
    hass.config_entries.async_remove_subentry(old.entry, "kids")
    assert await hass.config_entries.async_reload("home")
    assert old.entry.options == {"guide_days": 5}
    assert [*old.entry.subentries] == ["guest"]
    assert WAITING not in hass_storage


async def test_what_waits_and_is_damaged(
    hass: HomeAssistant,
    old: Harness,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = kept(hass, hass_storage)
    await VersionedStore(hass, WAITING, private=True).async_save({"sections": [["house", {}]]})
    assert await hass.config_entries.async_reload("home")
    assert "is damaged, and was not imported" in caplog.text
    assert kept(hass, hass_storage) == before


async def test_removed_with_the_entry(
    hass: HomeAssistant, old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    await send(admin, "replace", passphrase=PHRASE, file=await export(admin))
    assert WAITING in hass_storage
    await hass.config_entries.async_remove("home")
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


# The door


@pytest.mark.parametrize("kind", ["user", "read-only", "nobody"])
async def test_not_for_others(
    hass: HomeAssistant,
    old: Harness,
    hass_client: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    kind: str,
) -> None:
    nobody = kind == "nobody"
    client = old.client if nobody else await hass_client(await token_of(hass, kind))
    before = kept(hass, hass_storage)
    for which in ("export", "replace"):
        status, body = await send(client, which, passphrase=PHRASE, file=b"x")
        assert status == HTTPStatus.UNAUTHORIZED
        assert old.coordinator.credentials.feed_token.encode() not in body
    assert kept(hass, hass_storage) == before


async def test_forms(old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    file = await export(admin)
    url = f"/api/{DOMAIN}/house/replace"
    bodies: tuple[dict[str, Any], ...] = (
        {"data": b"x"},
        {"json": {}},
        {"data": {"passphrase": PHRASE}},
    )
    for fields in bodies:
        async with admin.post(url, **fields) as answer:
            assert (answer.status, await answer.json()) == (400, {"error": "not_ours"})
    headers = {"Content-Type": "multipart/form-data"}
    async with admin.post(url, data=b"--x\r\n", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "not_ours"})
    more = {f"field{number}": "x" for number in range(5)}
    assert (await send(admin, "replace", **more))[1] == b'{"error": "not_ours"}'
    assert (await send(admin, "export", passphrase="x" * 4096))[1] == (
        b'{"error": "bad_passphrase"}'
    )
    assert (await send(admin, "export", passphrase="x" * 4097))[1] == b'{"error": "too_large"}'
    monkeypatch.setattr(views, "MAX_FILE_BYTES", len(file) - 1)
    assert await refused(admin, file) == "too_large"
    monkeypatch.setattr(views, "MAX_FILE_BYTES", len(file))
    assert (await send(admin, "replace", passphrase=PHRASE, file=file))[0] == HTTPStatus.OK


async def test_while_it_is_not_loaded(hass: HomeAssistant, old: Harness, admin: Client) -> None:
    assert await hass.config_entries.async_unload("home")
    assert (await send(admin, "export", passphrase=PHRASE))[0] == HTTPStatus.SERVICE_UNAVAILABLE


async def test_nothing_of_it_is_logged(
    old: Harness, admin: Client, caplog: pytest.LogCaptureFixture
) -> None:
    # It stands for the disk here, and tells what it keeps.
    caplog.set_level(logging.INFO, "pytest_homeassistant_custom_component.common")
    caplog.set_level(logging.DEBUG)
    file = await export(admin)
    await send(admin, "replace", passphrase=PHRASE, file=file)
    await refused(admin, file, "another passphrase")
    credentials = old.coordinator.credentials
    for secret in (PHRASE, "another passphrase", *credentials.all_secrets):
        assert secret not in caplog.text
