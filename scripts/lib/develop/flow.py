"""The integration's own dialogs, walked through over REST."""

from collections.abc import Mapping
from typing import Any, Final

from .client import Client
from .waiting import DevelopError, wait_for

DOMAIN: Final = "toonami_downlink"
FLOW_PATH: Final = "/api/config/config_entries/flow"
OPTIONS_PATH: Final = "/api/config/config_entries/options/flow"
DEVICES_PATH: Final = "/api/config/config_entries/subentries/flow"
PROGRESS_TIMEOUT: Final = 330.0
_MAX_STEPS: Final = 12
_WARNED: Final = {"base": "recordings_warning"}


def entry_id(client: Client) -> str | None:
    """Return the id of the integration's entry, or None when it is not set up."""
    entries = client.get(f"/api/config/config_entries/entry?domain={DOMAIN}")
    return entries[0]["entry_id"] if entries else None


def set_up(client: Client, provider: str, fields: Mapping[str, object]) -> None:
    """Add the integration, or reconfigure it where it is there already.

    `fields` are values by the names that the dialogs give them, wherever they come up. Raises
    DevelopError with what the dialog says when it refuses.
    """
    start: dict[str, object] = {"handler": DOMAIN, "show_advanced_options": True}
    if known := entry_id(client):
        start["entry_id"] = known
    step = client.post(FLOW_PATH, start)
    for number in range(_MAX_STEPS):
        kind = step["type"]
        if kind == "create_entry":
            return
        if kind == "abort":
            if step["reason"] == "reconfigure_successful":
                return
            raise DevelopError(f"The dialog was ended: {step['reason']}")
        if kind == "form" and step.get("errors"):
            raise DevelopError(
                f"The dialog refused step {step['step_id']} ({number}): {step['errors']} "
                f"{step.get('description_placeholders') or ''}"
            )
        step = _advance(client, step, {"provider": provider, **fields})
    raise DevelopError("The dialog does not come to an end.")


def set_options(client: Client, fields: Mapping[str, object]) -> None:
    """Change options; the entry is reloaded. Raises DevelopError when they are refused.

    What speaks against them is heeded by nobody: they are sent again.
    """
    step = client.post(OPTIONS_PATH, {"handler": entry_id(client)})
    path = f"{OPTIONS_PATH}/{step['flow_id']}"
    values = _fill(step["data_schema"], fields)
    step = client.post(path, values)
    if step.get("errors") == _WARNED:
        step = client.post(path, values)
    if step["type"] != "create_entry":
        raise DevelopError(f"The options were refused: {step}")


def add_device(client: Client, name: str, fields: Mapping[str, object] | None = None) -> str:
    """Add a device with a pass of its own, and return its identity. Raises DevelopError."""
    known = entry_id(client)
    step = client.post(DEVICES_PATH, {"handler": [known, "pass"]})
    values = _fill(step["data_schema"], {"name": name, **(fields or {})})
    step = client.post(f"{DEVICES_PATH}/{step['flow_id']}", values)
    if step["type"] != "create_entry":
        raise DevelopError(f"The device was refused: {step}")
    subentries = client.command("config_entries/subentries/list", entry_id=known)
    return next(str(one["subentry_id"]) for one in subentries if one["title"] == name)


def remove_others(client: Client) -> None:
    """Remove what onboarding has set up, which looks for the internet again and again.

    It may not be all there yet when Home Assistant runs: what comes later stays.
    """
    for entry in client.get("/api/config/config_entries/entry"):
        if entry["domain"] != DOMAIN:
            client.send("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")


def remove(client: Client) -> None:
    """Remove the integration, if it is set up."""
    if known := entry_id(client):
        answer = client.send("DELETE", f"/api/config/config_entries/entry/{known}")
        if answer.status != 200:
            raise DevelopError(f"The integration cannot be removed: {answer.body!r}")


def _advance(client: Client, step: dict[str, Any], fields: Mapping[str, object]) -> dict[str, Any]:
    path = f"{FLOW_PATH}/{step['flow_id']}"
    answer: dict[str, Any]
    if step["type"] == "form":
        answer = client.post(path, _fill(step["data_schema"], fields))
    else:
        answer = wait_for(
            lambda: _past_progress(client, path), "The first refresh did not end", PROGRESS_TIMEOUT
        )
    return answer


def _past_progress(client: Client, path: str) -> dict[str, Any] | None:
    step: dict[str, Any] = client.get(path)
    return None if step["type"] == "progress" else step


def _fill(schema: list[dict[str, Any]], fields: Mapping[str, object]) -> dict[str, object]:
    """Fill a form: what is known, then what it proposes; sections are forms in forms."""
    data: dict[str, object] = {}
    for field in schema:
        name = field["name"]
        if field.get("type") == "expandable":
            data[name] = _fill(field["schema"], fields)
        elif name in fields:
            data[name] = fields[name]
        elif "default" in field:
            data[name] = field["default"]
    return data
