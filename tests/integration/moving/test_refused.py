"""What cannot be imported, and who may not: nothing changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.house_file import seal, unseal
from custom_components.toonami_downlink.moving import house
from custom_components.toonami_downlink.panel import house as views
from custom_components.toonami_downlink.storage.followed import FollowStore
from tests.night import by_night

from ..harness import Harness
from ..users import token_of
from .house import (
    PHRASE,
    Client,
    edited,
    export,
    kept,
    refused,
    send,
)


def stub(_: bytes) -> bytes:
    return seal([("house", {}), ("secrets", {}), ("options", {})], PHRASE)


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


@pytest.mark.parametrize(
    "what", by_night(REFUSED, keep=["cut", "a later version", "the folder of secrets"])
)
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


async def test_a_form_that_does_not_end(
    old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_UPLOAD_SECONDS", 0)
    left = asyncio.Event()

    async def begun() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="passphrase"\r\n\r\nopen'
        await left.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"/api/{DOMAIN}/house/export"
    async with admin.post(url, data=begun(), headers=headers) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "damaged"})
    left.set()


async def test_what_is_loaded_anew_while_a_form_arrives(
    hass: HomeAssistant, old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_form = views._form  # noqa: SLF001  # when it begins, the request has arrived
    begun, done = asyncio.Event(), asyncio.Event()
    exported: list[object] = []

    async def read(request: web.Request) -> dict[str, bytes]:
        begun.set()
        await done.wait()
        return await read_form(request)

    async def note(_hass: HomeAssistant, coordinator: object, _phrase: str) -> bytes:
        exported.append(coordinator)
        return b"x"

    monkeypatch.setattr(views, "_form", read)
    monkeypatch.setattr(views, "async_export", note)
    answering = asyncio.create_task(send(admin, "export", passphrase=PHRASE))
    await begun.wait()
    before = old.coordinator
    assert await hass.config_entries.async_reload("home")
    done.set()
    assert (await answering)[0] == HTTPStatus.OK
    assert len(exported) == 1
    assert exported != [before]


async def test_a_log_that_cannot_be_read_is_not_left_out(old: Harness, admin: Client) -> None:
    """It is closed while the house is loaded anew: a file without it would pass for a whole one."""
    await old.coordinator.aired.async_close()
    answer = await send(admin, "export", passphrase=PHRASE)
    assert answer == (HTTPStatus.BAD_REQUEST, b'{"error": "not_read"}')


async def test_both_ways_take_turns(
    old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await export(admin)
    begun, done = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def late(*arguments: Any) -> None:
        begun.set()
        await done.wait()
        await house.async_import(*arguments)
        ended.append("import")

    async def note(*arguments: Any) -> bytes:
        ended.append("export")
        return await house.async_export(*arguments)

    monkeypatch.setattr(views, "async_import", late)
    monkeypatch.setattr(views, "async_export", note)
    importing = asyncio.create_task(send(admin, "replace", passphrase=PHRASE, file=file))
    await begun.wait()
    exporting = asyncio.create_task(export(admin))
    for _ in range(9):
        # What was asked for before has its turn before it.
        assert (await admin.get(f"/api/{DOMAIN}/health")).status == HTTPStatus.OK
    done.set()
    assert (await importing)[0] == HTTPStatus.OK
    assert unseal(await exporting, PHRASE) == unseal(file, PHRASE)
    assert ended == ["import", "export"]


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


async def test_a_folder_that_cannot_be_looked_at(
    old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("it hangs")

    change = edited(
        options=lambda options: {**options, "recordings": True, "recordings_folder": "/media"}
    )
    monkeypatch.setattr(house, "refusal_of", fail)
    assert await refused(admin, change(await export(admin))) == "folder"


async def test_what_is_here_and_damaged_is_not_exported(
    old: Harness, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(FollowStore, "async_load", fail)
    assert (await send(admin, "export", passphrase=PHRASE))[1] == b'{"error": "not_read"}'
