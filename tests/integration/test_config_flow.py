"""The dialogs: every step, every error and the way out of it."""

import asyncio
from pathlib import Path
import shlex
import sys
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import copy_command, make_entry, make_feed, write_provider_files
from .harness import setup_integration


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the dialog."""
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == {}
    assert is_collapsed(result)
    return result


def is_collapsed(result: ConfigFlowResult) -> bool:
    """Tell whether the form hides what is below *Advanced*."""
    assert result["data_schema"] is not None
    (part,) = result["data_schema"].schema.values()
    collapsed: bool = part.options["collapsed"]
    return collapsed


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, provider: str, **settings: object
) -> ConfigFlowResult:
    """Fill in a form, and see what it leads to after the progress page."""
    flow = hass.config_entries.flow
    entered = {"advanced": {"provider": provider, **settings}}
    result = await flow.async_configure(result["flow_id"], entered)
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        assert result["progress_action"] == "refresh"
        await hass.async_block_till_done()
        result = await flow.async_configure(result["flow_id"])
    return result


async def test_command(hass: HomeAssistant, folder: Path) -> None:
    command = copy_command(folder)
    # What was typed for another source is not kept.
    result = await submit(
        hass, await start(hass), "command", provider_command=command, provider_folder="/x"
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Toonami Downlink"
    assert result["data"] == {"provider": "command", "provider_command": command}
    assert result["options"] == {"stream_links": "relay"}
    assert result["description_placeholders"] == {"panel": "/toonami-downlink"}
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = result["result"].runtime_data
    assert coordinator.data is not None
    assert [record.cause for record in coordinator.history] == [Cause.SETUP]


async def test_folder(hass: HomeAssistant, folder: Path) -> None:
    result = await submit(hass, await start(hass), "folder", provider_folder=str(folder))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"provider": "folder", "provider_folder": str(folder)}


async def test_bundled_passes_what_was_entered(hass: HomeAssistant) -> None:
    # Nothing listens on port 9 of the loopback: the real provider finds nobody.
    entered = {"api_url": "http://127.0.0.1:9", "verify_tls": False}
    result = await submit(hass, await start(hass), "bundled", **entered)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert not is_collapsed(result)
    assert result["data_schema"] is not None
    proposed = result["data_schema"]({"advanced": {}})["advanced"]
    assert proposed == {"provider": "bundled", **entered}
    assert result["errors"] == {"base": "upstream_unreachable"}
    assert result["description_placeholders"] is not None
    assert "127.0.0.1" in result["description_placeholders"]["message"]


@pytest.mark.parametrize(
    ("provider", "user_input", "error"),
    [
        pytest.param("command", {}, "usage", id="no command"),
        pytest.param("folder", {}, "usage", id="no folder named"),
        pytest.param("command", {"provider_command": "'open"}, "usage", id="quote left open"),
        pytest.param(
            "command",
            {"provider_command": "/nowhere/at/all"},
            "provider_command_missing",
            id="none",
        ),
        pytest.param(
            "command",
            {"provider_command": shlex.join([sys.executable, "-c", "raise SystemExit('no')"])},
            "provider_failed",
            id="fails",
        ),
        pytest.param("folder", {"provider_folder": "relative"}, "usage", id="relative folder"),
        pytest.param("folder", {"provider_folder": "/nowhere/at/all"}, "usage", id="no folder"),
        pytest.param(
            "folder", {"provider_folder": "/"}, "provider_output", id="folder without files"
        ),
        pytest.param(
            "bundled",
            {"api_url": "ftp://example.com"},
            "usage",
            id="other scheme",
        ),
        pytest.param(
            "bundled",
            {"api_url": "http://["},
            "usage",
            id="no address",
        ),
    ],
)
async def test_error_and_recovery(
    hass: HomeAssistant, folder: Path, provider: str, user_input: dict[str, Any], error: str
) -> None:
    result = await submit(hass, await start(hass), provider, **user_input)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"] is not None
    assert result["description_placeholders"]["message"]
    assert not hass.config_entries.async_entries(DOMAIN)
    if provider == "command":
        good = {"provider_command": copy_command(folder)}
        assert (await submit(hass, result, provider, **good))["type"] is FlowResultType.CREATE_ENTRY
    elif provider == "folder":
        good = {"provider_folder": str(folder)}
        assert (await submit(hass, result, provider, **good))["type"] is FlowResultType.CREATE_ENTRY


async def test_words_of_a_provider_are_quoted(hass: HomeAssistant) -> None:
    """Whoever sets it up reads them as text: short, on one line, with no link and no picture."""
    words = "![x](http://evil.example/x.png) <img src=x> `b`\n" + "x" * 1000
    command = shlex.join([sys.executable, "-c", f"raise SystemExit({words!r})"])
    result = await submit(hass, await start(hass), "command", provider_command=command)
    assert result["description_placeholders"] is not None
    message = result["description_placeholders"]["message"]
    assert message.startswith("python ended with exit code 1. `")
    assert message.endswith("`")
    assert "\n" not in message
    assert message.count("`") == 2
    assert len(message) < 400


async def test_closed_dialog_ends_the_provider(hass: HomeAssistant) -> None:
    result = await start(hass)
    command = shlex.join([sys.executable, "-c", "import time; time.sleep(600)"])
    flow = hass.config_entries.flow
    entered = {"provider": "command", "provider_command": command}
    result = await flow.async_configure(result["flow_id"], {"advanced": entered})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    flow.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not flow.async_progress()


async def test_only_one_entry(hass: HomeAssistant, folder: Path) -> None:
    await setup_integration(hass, make_entry(folder))
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "single_instance_allowed"


async def test_reconfigure(hass: HomeAssistant, folder: Path, tmp_path: Path) -> None:
    entry = make_entry(folder, guide_days=3)
    await setup_integration(hass, entry)
    other = tmp_path / "other"
    write_provider_files(other, make_feed(show="Other"))
    result = await entry.start_reconfigure_flow(hass)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    assert not is_collapsed(result)
    result = await submit(hass, result, "folder", provider_folder=str(other))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {"provider": "folder", "provider_folder": str(other)}
    assert entry.options == {"guide_days": 3}
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.data is not None
    # What was on before stays what it was, whoever provides the rest.
    titles = [one.title for one in coordinator.data.feed.guide["toonami_east"]]
    assert titles[:25] == [*(f"Show 1-{n}" for n in range(24)), "Other 1-24"]
    assert Cause.SETUP in {record.cause for record in coordinator.history}


async def test_failed_reconfigure_changes_nothing(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    published = coordinator.data
    result = await entry.start_reconfigure_flow(hass)
    assert result["data_schema"] is not None
    (part,) = result["data_schema"].schema.values()
    suggested = {str(key): key.description for key in part.schema.schema if key.description}
    assert suggested["provider_command"] == {"suggested_value": copy_command(folder)}
    result = await submit(hass, result, "command", provider_command="/nowhere/at/all")
    assert result["step_id"] == "reconfigure"
    assert result["errors"] == {"base": "provider_command_missing"}
    assert entry.runtime_data.data is published
    assert entry.data["provider_command"] == copy_command(folder)


@pytest.mark.parametrize("first", ["dialog", "coordinator"])
async def test_a_dialog_and_a_refresh_at_the_same_time(
    hass: HomeAssistant, folder: Path, hass_storage: dict[str, Any], first: str
) -> None:
    """Whoever saves last does not leave out what the other did."""
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    result = await entry.start_reconfigure_flow(hass)
    flow = hass.config_entries.flow
    given = {"advanced": {"provider": "command", "provider_command": copy_command(folder)}}
    if first == "coordinator":
        refresh = hass.async_create_task(coordinator.async_refresh_feed(Cause.BUTTON))
        await asyncio.sleep(0)
        result = await flow.async_configure(result["flow_id"], given)
    else:
        result = await flow.async_configure(result["flow_id"], given)
        refresh = hass.async_create_task(coordinator.async_refresh_feed(Cause.BUTTON))
    await refresh
    await hass.async_block_till_done()
    done = sorted((Cause.START, Cause.BUTTON, Cause.SETUP))
    saved = hass_storage["toonami_downlink.state"]["data"]["history"]
    assert sorted(record["cause"] for record in saved) == done
    assert sorted(record.cause for record in coordinator.history) == done
    await flow.async_configure(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sorted(record.cause for record in entry.runtime_data.history) == done
