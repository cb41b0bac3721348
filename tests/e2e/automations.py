"""Add blueprints and automations to a running Home Assistant as its own pages do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from scripts.lib.develop.client import Client
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.waiting import wait_for

BLUEPRINTS: Final = ROOT / "blueprints" / "automation" / "toonami_downlink"
TIMEOUT: Final = 60.0
_LEADS: Final = tuple(timedelta(seconds=seconds) for seconds in (8, 16, 32, 64))


def arrange(prepare: Callable[[datetime], None]) -> datetime:
    """Call `prepare` with a time some seconds ahead, until it is done before that; return the time.

    A machine that was too slow for that gets twice as long at the next try. Triggers of calendars
    look ahead when an automation is made, so it has to be made anew each time.
    """
    for lead in _LEADS:
        at = (datetime.now(UTC) + lead).replace(microsecond=0)
        prepare(at)
        if datetime.now(UTC) < at:
            return at
    raise AssertionError("The machine is too slow.")


def enable_automations(folder: Path) -> None:
    """Configure automations, which `default_config` would bring, before Home Assistant starts."""
    (folder / "automations.yaml").write_text("[]\n", "utf-8")
    (folder / "packages").mkdir()
    (folder / "packages" / "at_home.yaml").write_text(
        "automation: !include ../automations.yaml\n", "utf-8"
    )


def import_blueprints(client: Client) -> None:
    """Save the blueprints where an import from their addresses puts them."""
    for path in BLUEPRINTS.glob("*.yaml"):
        client.command(
            "blueprint/save",
            domain="automation",
            path=f"toonami_downlink/{path.stem}",
            yaml=path.read_text("utf-8"),
        )


def from_blueprint(name: str, **inputs: object) -> dict[str, Any]:
    """Return the configuration of an automation that uses a blueprint."""
    return {"use_blueprint": {"path": f"toonami_downlink/{name}.yaml", "input": inputs}}


def automate(home: Home, name: str, config: dict[str, Any]) -> None:
    """Create or replace an automation, and wait until it is on."""
    # Home Assistant keeps an automation of which nothing has changed.
    made = {"alias": name, "description": f"Made at {datetime.now(UTC)}", **config}
    home.client.post(f"/api/config/automation/config/{name}", made)
    wait_for(
        lambda: home.entities().get(f"automation.{name}", {}).get("state") == "on",
        f"The automation {name} is not on",
        TIMEOUT,
    )


def last_run(home: Home, name: str) -> datetime | None:
    """Return when an automation last ran; None for never."""
    at = home.entities()[f"automation.{name}"]["attributes"]["last_triggered"]
    return datetime.fromisoformat(at) if at else None


def ran_since(home: Home, name: str, since: datetime) -> bool:
    """Return whether an automation ran at that time or later."""
    at = last_run(home, name)
    return at is not None and at >= since


def notifications(client: Client) -> dict[str, dict[str, Any]]:
    """Return the notifications that are shown, by id."""
    return {
        shown["notification_id"]: shown for shown in client.command("persistent_notification/get")
    }
