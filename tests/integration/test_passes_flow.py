"""The dialogs of a device's pass: what they take and refuse, and that nothing is reloaded."""

from datetime import time
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry, SubentryFlowContext, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.access import Ceiling, Hours
from custom_components.toonami_downlink.engine.downlink.limits import MAX_CHANNELS
from custom_components.toonami_downlink.engine.downlink.passes import (
    MAX_NAME,
    MAX_PASSES,
    Pass,
    read_pass,
)
from tests.night import by_night

from .factories import MISSING_COMMAND, make_entry
from .harness import setup_integration

pytestmark = pytest.mark.usefixtures("panel_coordinator")
TABLET = {
    "name": "Tablet",
    "channels": ["toonami_west", "toonami_east"],
    "is_renumbered": True,
    "stream_links": "direct",
    "recordings": False,
    "allowed_from": "06:00",
    "allowed_until": "20:30",
    "max_age": 10,
    "shows_unrated": False,
    "users": [],
}


async def begin(
    hass: HomeAssistant, entry: MockConfigEntry, changed: ConfigSubentry | None = None
) -> SubentryFlowResult:
    context = SubentryFlowContext(source="user")
    if changed:
        context = SubentryFlowContext(source="reconfigure", subentry_id=changed.subentry_id)
    flows = hass.config_entries.subentries
    return await flows.async_init((entry.entry_id, "pass"), context=context)


async def fill(hass: HomeAssistant, form: SubentryFlowResult, **values: Any) -> SubentryFlowResult:
    assert form["type"] is FlowResultType.FORM
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], values)
    await hass.async_block_till_done()
    return result


async def add(hass: HomeAssistant, entry: MockConfigEntry, **values: Any) -> SubentryFlowResult:
    return await fill(hass, await begin(hass, entry), **TABLET | values)


def plant(
    hass: HomeAssistant, entry: MockConfigEntry, title: str = "Tablet", **data: Any
) -> ConfigSubentry:
    """Put in a subentry as another version, or somebody with an editor, could have left it."""
    subentry = ConfigSubentry(
        data=MappingProxyType(data), subentry_type="pass", title=title, unique_id=None
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    return subentry


def passes(entry: MockConfigEntry) -> list[Pass]:
    found = entry.subentries.values()
    return [read_pass(one.subentry_id, one.title, one.data) for one in found]


def proposed(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what the fields of a form begin with."""
    assert form["data_schema"] is not None
    return {
        str(field): (field.description or {}).get("suggested_value")
        if field.description
        else field.default()
        for field in form["data_schema"].schema
    }


def choices(form: SubentryFlowResult) -> list[dict[str, str]]:
    assert form["data_schema"] is not None
    field = form["data_schema"].schema["channels"]
    options: list[dict[str, str]] = field.validators[0].config["options"]
    return options


async def test_add(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    coordinator: DownlinkCoordinator = entry.runtime_data
    result = await add(hass, entry)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    (one,) = coordinator.passes.items
    assert one == Pass(
        identity=one.identity,
        name="Tablet",
        channels=("toonami_west", "toonami_east"),
        is_renumbered=True,
        links="direct",
        sees_recordings=False,
        hours=Hours(time(6), time(20, 30)),
        ceiling=Ceiling(10, shows_unrated=False),
    )
    assert entry.runtime_data is coordinator
    assert coordinator.credentials.of(one.identity)


async def test_add_with_what_is_proposed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await begin(hass, entry)
    assert form["step_id"] == "user"
    assert proposed(form) == {
        "name": "",
        "channels": [],
        "is_renumbered": False,
        "stream_links": "house",
        "recordings": True,
        "allowed_from": None,
        "allowed_until": None,
        "max_age": None,
        "shows_unrated": True,
        "users": [],
    }
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.data
    assert choices(form) == [
        {"value": channel.key, "label": channel.name} for channel in coordinator.data.feed.channels
    ]
    await fill(hass, form, name="Tablet")
    (one,) = passes(entry)
    assert one == Pass(identity=one.identity, name="Tablet")


async def test_change(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    coordinator: DownlinkCoordinator = entry.runtime_data
    await add(hass, entry)
    (subentry,) = entry.subentries.values()
    secrets = coordinator.credentials.of(subentry.subentry_id)
    form = await begin(hass, entry, subentry)
    assert form["step_id"] == "reconfigure"
    assert proposed(form) == TABLET | {"is_enabled": True}

    result = await fill(hass, form, name="TABLET ", is_enabled=False, stream_links="house")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (one,) = coordinator.passes.items
    assert one == Pass(
        identity=subentry.subentry_id,
        name="TABLET",
        is_renumbered=True,
        sees_recordings=False,
        is_enabled=False,
    )
    assert entry.runtime_data is coordinator
    assert coordinator.credentials.of(one.identity) == secrets
    assert proposed(await begin(hass, entry, subentry))["is_enabled"] is False


async def test_channel_that_has_left_stays(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    subentry = plant(hass, entry, channels=["gone", "toonami_east"])
    form = await begin(hass, entry, subentry)
    assert choices(form)[-1] == {"value": "gone", "label": "gone"}
    assert len({option["value"] for option in choices(form)}) == len(choices(form))
    await fill(hass, form, name="Tablet", channels=["toonami_east", "gone"])
    (one,) = passes(entry)
    assert one.channels == ("toonami_east", "gone")


async def test_without_a_feed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_remove(entry.entry_id)
    empty = make_entry(MISSING_COMMAND)
    await setup_integration(hass, empty)
    form = await begin(hass, empty)
    assert choices(form) == []
    await fill(hass, form, name="Tablet")
    (one,) = passes(empty)
    assert one.channels is None


@pytest.mark.parametrize(
    ("name", "kept"),
    by_night(
        [
            ("x" * MAX_NAME, "x" * MAX_NAME),
            ("📺" * MAX_NAME, "📺" * MAX_NAME),
            ("  Kids'\t tablet \n", "Kids' tablet"),
            ("<script>{0}</script>", "<script>{0}</script>"),
            ("子供部屋", "子供部屋"),
            ("Homer", "Homer"),
            ("-", "-"),
        ],
        keep=[("x" * MAX_NAME, "x" * MAX_NAME), ("<script>{0}</script>", "<script>{0}</script>")],
    ),
)
async def test_name(hass: HomeAssistant, entry: MockConfigEntry, name: str, kept: str) -> None:
    assert (await add(hass, entry, name=name))["type"] is FlowResultType.CREATE_ENTRY
    assert [one.name for one in passes(entry)] == [kept]


@pytest.mark.parametrize(
    "name",
    by_night(
        [
            "",
            " \t\n ",
            "x" * (MAX_NAME + 1),
            "x" * 1_000_000,
            "a\x00b",
            "a\x9bb",
            "a\ud800b",
            "\u200b",
        ],
        keep=["", "x" * (MAX_NAME + 1)],
    ),
    ids=["empty", "blank", "limit + 1", "huge", "nul", "control", "surrogate", "unseen"],
)
async def test_no_name(hass: HomeAssistant, entry: MockConfigEntry, name: str) -> None:
    result = await add(hass, entry, name=name)
    assert result["errors"] == {"name": "invalid_name"}
    assert result["description_placeholders"] == {"max_name": str(MAX_NAME)}
    # What else was filled in is still there.
    assert proposed(result) == TABLET | {"name": name}
    assert (await fill(hass, result, **TABLET))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "name",
    [
        "Kids",
        "kIDS",
        " Kids ",
        "\uff2b\uff49\uff44\uff53",
        "Ki\u200bds",
        "home",
        "HOME",
        "Home\u00ad",
    ],
)
async def test_name_of_another(hass: HomeAssistant, entry: MockConfigEntry, name: str) -> None:
    await add(hass, entry, name="Kids")
    assert (await add(hass, entry, name=name))["errors"] == {"name": "name_taken"}
    tablet = plant(hass, entry)
    changed = await fill(hass, await begin(hass, entry, tablet), name=name)
    assert changed["errors"] == {"name": "name_taken"}
    assert [one.name for one in passes(entry)] == ["Kids", "Tablet"]


async def test_most_passes(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    for number in range(1, MAX_PASSES):
        plant(hass, entry, f"Device {number}")
    open_beside = await begin(hass, entry)
    assert (await add(hass, entry))["type"] is FlowResultType.CREATE_ENTRY
    assert len(passes(entry)) == MAX_PASSES

    for refused in (await begin(hass, entry), await fill(hass, open_beside, name="One more")):
        assert (refused["type"], refused["reason"]) == (FlowResultType.ABORT, "too_many")
        assert refused["description_placeholders"] == {"max_passes": "32"}
    assert len(passes(entry)) == MAX_PASSES
    # Those that there are can be changed all the same.
    last = list(entry.subentries.values())[-1]
    assert (await begin(hass, entry, last))["type"] is FlowResultType.FORM


@pytest.mark.parametrize("is_known", [False, True])
async def test_not_loaded(hass: HomeAssistant, entry: MockConfigEntry, is_known: bool) -> None:
    tablet = plant(hass, entry) if is_known else None
    form = await begin(hass, entry, tablet)
    assert await hass.config_entries.async_unload(entry.entry_id)
    for refused in (await begin(hass, entry, tablet), await fill(hass, form, name="Phone")):
        assert (refused["type"], refused["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_removed_meanwhile(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    tablet = plant(hass, entry)
    form = await begin(hass, entry, tablet)
    hass.config_entries.async_remove_subentry(entry, tablet.subentry_id)
    refused = await fill(hass, form, name="Phone")
    assert (refused["type"], refused["reason"]) == (FlowResultType.ABORT, "removed")
    assert passes(entry) == []


@pytest.mark.parametrize(
    "data",
    [
        {"channels": "all"},
        {"channels": [1]},
        {"stream_links": "moon"},
        {"is_enabled": "maybe"},
        {"allowed_from": "06:00"},
        {"max_age": 99},
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_set_up_again(
    hass: HomeAssistant, entry: MockConfigEntry, data: dict[str, Any]
) -> None:
    coordinator: DownlinkCoordinator = entry.runtime_data
    broken = plant(hass, entry, "Tablet\x00", **data)
    await hass.async_block_till_done()
    assert not coordinator.passes.items
    form = await begin(hass, entry, broken)
    assert proposed(form)["name"] == "Tablet"
    await fill(hass, form, name="Tablet")
    assert coordinator.passes.items == (Pass(identity=broken.subentry_id, name="Tablet"),)


@pytest.mark.parametrize(
    "values",
    by_night(
        [
            {"channels": ["no_such_channel"]},
            {"channels": "toonami_east"},
            {"channels": ["toonami_east"] * (MAX_CHANNELS + 1)},
            {"stream_links": "moon"},
            {"is_enabled": False},
            {"allowed_from": "24:00"},
            {"allowed_from": "half past eight"},
            {"allowed_from": 6},
            {"max_age": -1},
            {"max_age": 19},
            {"max_age": "seven"},
            {"users": ["nobody"]},
            {"users": "nobody"},
            {"name": None},
            {"name": ["Tablet"]},
            {"unheard_of": 1},
        ],
        keep=[{"channels": ["no_such_channel"]}, {"allowed_from": "24:00"}, {"unheard_of": 1}],
    ),
    ids=str,
)
async def test_what_no_form_sends(
    hass: HomeAssistant, entry: MockConfigEntry, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidData):
        await add(hass, entry, **values)
    assert passes(entry) == []


@pytest.mark.parametrize(
    ("hours", "error"),
    [
        ({"allowed_from": "06:00:00"}, "half_hours"),
        ({"allowed_until": "20:30:00"}, "half_hours"),
        ({"allowed_from": "06:00:00", "allowed_until": "06:00:59"}, "no_hours"),
    ],
)
async def test_hours_that_are_none(
    hass: HomeAssistant, entry: MockConfigEntry, hours: dict[str, str], error: str
) -> None:
    form = await begin(hass, entry)
    result = await fill(hass, form, name="\n", **hours)
    assert result["errors"] == {"name": "invalid_name", "allowed_until": error}
    assert {name: proposed(result)[name] for name in hours} == {
        name: text[:5] for name, text in hours.items()
    }
    right = await fill(hass, result, name="T", allowed_from="20:30:59", allowed_until="00:00:00")
    assert right["type"] is FlowResultType.CREATE_ENTRY
    (one,) = passes(entry)
    assert one.hours == Hours(time(20, 30), time(0))
    assert one.ceiling is None


async def test_a_channel_chosen_again_and_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await add(hass, entry, channels=["toonami_east"] * MAX_CHANNELS)
    (one,) = entry.subentries.values()
    assert one.data["channels"] == ["toonami_east"]


async def test_over_http(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """The form survives its way to the browser, which gets it as JSON."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    path = "/api/config/config_entries/subentries/flow"
    response = await client.post(path, json={"handler": [entry.entry_id, "pass"]})
    assert response.status == HTTPStatus.OK
    form = await response.json()
    assert [field["name"] for field in form["data_schema"]] == list(TABLET)
    (channels,) = (field for field in form["data_schema"] if field["name"] == "channels")
    assert channels["selector"]["select"]["multiple"] is True
    response = await client.post(f"{path}/{form['flow_id']}", json=TABLET)
    assert (await response.json())["type"] == "create_entry"
    assert [one.name for one in passes(entry)] == ["Tablet"]
