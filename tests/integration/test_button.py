"""The button: it refreshes, waits, and says what went wrong."""

from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import FAILING_COMMAND
from .harness import set_provider_command


async def press(hass: HomeAssistant) -> None:
    target = {ATTR_ENTITY_ID: "button.toonami_downlink_refresh"}
    await hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, target, blocking=True)


async def test_press(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    before = coordinator.data
    await press(hass)
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.BUTTON
    assert coordinator.data is not before


async def test_press_in_vain(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    with pytest.raises(
        HomeAssistantError, match=r"^The provider failed: python ended with exit code 1\.$"
    ):
        await press(hass)
