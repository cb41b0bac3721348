"""A house that somebody lives in, and ways to move it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
import json
from typing import Any, Final

from aiohttp import FormData
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.house_file import Section, seal, unseal
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import Aired
from custom_components.toonami_downlink.storage.credentials import CredentialStore

from ..factories import make_entry, make_feed
from ..harness import publish_feed, setup_integration

PHRASE: Final = "correct horse battery"
WAITING: Final = f"{DOMAIN}.import"
OPTIONS: Final = {"guide_days": 3, "hdhomerun": True, "stream_links": "relay", "max_channels": 7}
type Client = TestClient[Any, Any]


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


def place(one: Aired) -> tuple[str, datetime]:
    return one.channel, one.programme.start


def edited(**changes: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Return what makes another file of one: its sections changed by their names."""

    def edit(file: bytes) -> bytes:
        sections: list[Section] = [
            (name, changes.get(name, lambda value: value)(value))
            for name, value in unseal(file, PHRASE)
        ]
        return seal(sections, PHRASE)

    return edit
