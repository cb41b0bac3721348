"""The relay is proposed to those who have it not: once, and with one click."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    DOMAIN,
    LINKS_DIRECT,
    LINKS_HOME_ASSISTANT,
    LINKS_RELAY,
    WATCH_INTERVAL,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.issues import USE_THE_RELAY
from custom_components.toonami_downlink.storage.state import State

from .factories import NOON, make_entry
from .harness import move_clock, setup_integration

API = "/api/repairs/issues/fix"


@pytest.fixture(autouse=True)
async def repairs_component(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "repairs", {})


def issue(hass: HomeAssistant) -> ir.IssueEntry | None:
    found = ir.async_get(hass).async_get_issue(DOMAIN, USE_THE_RELAY)
    return found if found and found.active else None


class Home:
    """An entry, a clock that is moved on, and a client for the dialogs."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        freezer: FrozenDateTimeFactory,
        client: TestClient[Any, Any],
    ) -> None:
        self.hass = hass
        self.entry = entry
        self._freezer = freezer
        self._client = client
        self._now = NOON

    async def look(self) -> ir.IssueEntry | None:
        """Let half a minute pass, and return the issue."""
        self._now += WATCH_INTERVAL
        await move_clock(self.hass, self._freezer, self._now)
        return issue(self.hass)

    async def reload(self) -> None:
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def choose(self, step: str) -> dict[str, Any]:
        """Open the dialog and choose one of its two ways."""
        flow = await self._post(API, {"handler": DOMAIN, "issue_id": USE_THE_RELAY})
        assert (flow["type"], flow["menu_options"]) == ("menu", ["use", "leave"])
        return await self._post(f"{API}/{flow['flow_id']}", {"next_step_id": step})

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(path, json=data)
        assert answer.status == HTTPStatus.OK
        found: dict[str, Any] = await answer.json()
        return found


@pytest.fixture
async def home(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
) -> Home:
    """Give a home whose entry is from before the relay."""
    entry = make_entry(folder, guide_days=3)
    await setup_integration(hass, entry)
    return Home(hass, entry, freezer, await hass_client())


@pytest.mark.parametrize(
    ("options", "is_proposed"),
    [
        ({}, True),
        ({"stream_links": LINKS_DIRECT}, True),
        ({"stream_links": LINKS_HOME_ASSISTANT}, True),
        ({"stream_links": LINKS_RELAY}, False),
    ],
)
async def test_to_whom_it_is_proposed(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    options: dict[str, str],
    is_proposed: bool,
) -> None:
    await setup_integration(hass, make_entry(folder, **options))
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    found = issue(hass)
    assert bool(found) is is_proposed
    if found:
        assert found.is_fixable
        assert found.severity is ir.IssueSeverity.WARNING


async def test_use_it(home: Home) -> None:
    assert await home.look()
    before = home.entry.runtime_data

    assert (await home.choose("use"))["type"] == "create_entry"

    assert home.entry.options == {"guide_days": 3, "stream_links": LINKS_RELAY}
    assert home.entry.runtime_data is not before
    assert home.entry.runtime_data.settings.stream_links == LINKS_RELAY
    assert not issue(home.hass)
    assert not await home.look()
    assert not (await State.async_load(home.hass)).is_relay_declined


async def test_leave_it(home: Home) -> None:
    assert await home.look()

    assert (await home.choose("leave"))["type"] == "create_entry"

    assert home.entry.options == {"guide_days": 3}
    assert not issue(home.hass)
    assert not await home.look()
    await home.reload()
    assert not await home.look()


async def test_leaving_it_outlives_a_restart(home: Home, hass_storage: dict[str, Any]) -> None:
    await home.look()
    await home.choose("leave")
    assert hass_storage[f"{DOMAIN}.state"]["data"]["relay_declined"] is True
    # All that a restart leaves is what is stored.
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    ir.async_delete_issue(home.hass, DOMAIN, USE_THE_RELAY)
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert not await home.look()


async def test_a_refresh_does_not_forget_it(home: Home) -> None:
    await home.look()
    await home.choose("leave")
    await home.entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    assert (await State.async_load(home.hass)).is_relay_declined


async def test_ignore_it(home: Home) -> None:
    assert await home.look()
    ir.async_ignore_issue(home.hass, DOMAIN, USE_THE_RELAY, ignore=True)
    for _ in range(3):
        found = await home.look()
        assert found
        assert found.dismissed_version


@pytest.mark.parametrize("step", ["use", "leave"])
async def test_not_loaded_any_more(home: Home, step: str) -> None:
    assert await home.look()
    flow = await home._post(API, {"handler": DOMAIN, "issue_id": USE_THE_RELAY})  # noqa: SLF001
    await home.hass.config_entries.async_set_disabled_by(
        home.entry.entry_id, ConfigEntryDisabler.USER
    )
    path = f"{API}/{flow['flow_id']}"
    answer = await home._post(path, {"next_step_id": step})  # noqa: SLF001
    assert (answer["type"], answer["reason"]) == ("abort", "not_loaded")
    assert home.entry.options == {"guide_days": 3}


async def test_an_entry_that_cannot_be_loaded_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> bool:
        return False

    assert await home.look()
    monkeypatch.setattr(home.hass.config_entries, "async_reload", fail)
    answer = await home.choose("use")
    assert (answer["type"], answer["reason"]) == ("abort", "not_loaded")
    # It is what the user wants, and holds from the next start on.
    assert home.entry.options["stream_links"] == "relay"
