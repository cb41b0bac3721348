"""The form of the options."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import MAX_NOTIFY
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.storage.settings import Settings

from .factories import make_entry
from .harness import setup_integration


async def test_options(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    plain = {
        "guide_days": 2,
        "past_days": 3,
        "stream_links": "home_assistant",
        "max_channels": 2,
        "pause_minutes": 0,
        "users_may_watch": False,
        "hdhomerun": True,
    }
    advanced = {"schedule": "15 */6 * * *", "provider_timeout": 60, "stale_hours": 24}
    followed = {"notify": ["persistent_notification"], "lead_minutes": 15}
    recorded = {
        "recordings": False,
        "recordings_folder": "/somewhere",
        "recordings_gb": 20,
        "recordings_days": 30,
        "padding_before": 2,
        "padding_after": 5,
    }
    options = plain | followed | recorded | advanced
    plain |= {"followed": followed, "recorded": recorded}
    flow = hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    wrong = plain | {"advanced": advanced | {"schedule": "now and then"}}
    result = await flow.async_configure(result["flow_id"], wrong)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_schedule"}
    assert result["data_schema"] is not None
    assert result["data_schema"].schema["advanced"].options == {"collapsed": False}
    result = await flow.async_configure(result["flow_id"], plain | {"advanced": advanced})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == options
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert (coordinator.settings.guide_days, coordinator.settings.past_days) == (2, 3)
    assert (coordinator.settings.stream_links, coordinator.settings.max_channels) == (
        "home_assistant",
        2,
    )
    assert coordinator.next_refresh is not None
    assert coordinator.next_refresh.minute == 15
    assert Cause.MISSED not in {record.cause for record in coordinator.history}


async def options_form(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    return result


def chosen(**followed: Any) -> dict[str, Any]:
    """Fill in the form of the options, with these values about what is followed."""
    usual = Settings.from_mappings({}, {})
    names = (
        *("guide_days", "past_days", "stream_links", "max_channels", "pause_minutes"),
        *("users_may_watch", "hdhomerun"),
    )
    return {
        **{name: getattr(usual, name) for name in names},
        "followed": {"notify": [], "lead_minutes": 10, **followed},
        "recorded": {},
        "advanced": {"schedule": "0 3 * * *", "provider_timeout": 60, "stale_hours": 24},
    }


@pytest.mark.parametrize("lead", [1, 120])
async def test_limits_of_the_lead(hass: HomeAssistant, folder: Path, lead: int) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    flow = hass.config_entries.options
    result = await options_form(hass, entry)
    for wrong in (0, 121):
        with pytest.raises(InvalidData):
            await flow.async_configure(result["flow_id"], chosen(lead_minutes=wrong))
    result = await flow.async_configure(result["flow_id"], chosen(lead_minutes=lead))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.settings.lead_minutes == lead


@pytest.mark.parametrize("minutes", [0, 240])
async def test_limits_of_the_pause(hass: HomeAssistant, folder: Path, minutes: int) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    assert entry.runtime_data.settings.pause_minutes == 10
    flow = hass.config_entries.options
    result = await options_form(hass, entry)
    for wrong in (-1, 241):
        with pytest.raises(InvalidData):
            await flow.async_configure(result["flow_id"], chosen() | {"pause_minutes": wrong})
    given = chosen() | {"pause_minutes": minutes}
    result = await flow.async_configure(result["flow_id"], given)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.settings.pause_minutes == minutes


async def test_whom_to_tell(hass: HomeAssistant, folder: Path) -> None:
    """Everything that can be told has a name there, also what was chosen and is gone."""
    app = MockConfigEntry(domain="mobile_app", data={"device_name": "Ed's phone"})
    app.add_to_hass(hass)
    async_mock_service(hass, "notify", "mobile_app_ed_s_phone")
    async_mock_service(hass, "notify", "smtp")
    hass.states.async_set("notify.board", "unknown", {"friendly_name": "Board"})
    er.async_get(hass).async_get_or_create("notify", "mobile_app", "ed", config_entry=app)
    hass.states.async_set("notify.mobile_app_ed", "unknown", {"friendly_name": "Ed's phone"})
    entry = make_entry(folder, notify=["notify.gone"], watch_on="media_player.den")
    await setup_integration(hass, entry)
    result = await options_form(hass, entry)
    assert result["data_schema"] is not None
    part = result["data_schema"].schema["followed"].schema.schema
    (offered,) = (value.validators[0] for key, value in part.items() if key == "notify")
    assert {one["value"]: one["label"] for one in offered.config["options"]} == {
        "persistent_notification": "Home Assistant itself, in the side bar",
        "notify.mobile_app_ed_s_phone": "Ed's phone",
        "notify.board": "Board",
        "notify.gone": "notify.gone",
    }
    (player,) = (key for key in part if key == "watch_on")
    assert player.description == {"suggested_value": "media_player.den"}
    flow = hass.config_entries.options
    for wrong in ({"notify": ["notify.stranger"]}, {"watch_on": "light.den"}, {"notify": "x"}):
        with pytest.raises(InvalidData):
            await flow.async_configure(result["flow_id"], chosen(**wrong))
    given = chosen(notify=["notify.board", "notify.gone"], watch_on="media_player.den")
    result = await flow.async_configure(result["flow_id"], given)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["notify"] == ["notify.board", "notify.gone"]
    assert entry.options["watch_on"] == "media_player.den"
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await options_form(hass, entry)
    result = await flow.async_configure(result["flow_id"], chosen())
    assert "watch_on" not in entry.options
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_how_many_to_tell(hass: HomeAssistant, folder: Path) -> None:
    many = [f"notify.board_{number}" for number in range(MAX_NOTIFY + 1)]
    for entity in many:
        hass.states.async_set(entity, "unknown")
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    flow = hass.config_entries.options
    result = await options_form(hass, entry)
    with pytest.raises(InvalidData):
        await flow.async_configure(result["flow_id"], chosen(notify=many))
    result = await flow.async_configure(result["flow_id"], chosen(notify=many[:MAX_NOTIFY]))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_options_over_http(
    hass: HomeAssistant, folder: Path, hass_client: ClientSessionGenerator
) -> None:
    """What the form asks for can be told to a browser."""
    assert await async_setup_component(hass, "config", {})
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    client = await hass_client()
    response = await client.post(
        "/api/config/config_entries/options/flow", json={"handler": entry.entry_id}
    )
    assert response.status == HTTPStatus.OK
    form = await response.json()
    (part,) = (one for one in form["data_schema"] if one["name"] == "followed")
    assert [one["name"] for one in part["schema"]] == ["notify", "lead_minutes", "watch_on"]
    assert part["schema"][0]["selector"]["select"]["multiple"]
