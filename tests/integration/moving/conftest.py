"""Fixtures for a house that moves."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.engine.downlink import house_file
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.lineup import Lineup
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore
from custom_components.toonami_downlink.storage.state import State

from ..factories import make_feed
from ..harness import NOW, Harness, start_harness
from ..test_passes import subentry
from ..test_storage_recorded import HOLED, RULE
from .house import OPTIONS, Client


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
