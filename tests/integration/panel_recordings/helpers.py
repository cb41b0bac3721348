"""What is asked and told."""

from typing import Any

from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.engine.downlink.recording.model import (
    Recording,
    State,
)
from custom_components.toonami_downlink.recording.manager import Recordings

from ..factories import NOON, SLOT
from ..panel_client import ask, event

SOON = int((NOON + 6 * SLOT).timestamp())
"""When a programme begins on each channel, later today."""
NOBODY = "0" * 16
MINE: dict[str, dict[str, Any]] = {
    "recordings/record": {"channel": 1, "start": SOON},
    "recordings/cancel": {"recording": NOBODY},
    "recordings/watch": {"recording": NOBODY},
}
"""What is for those who may watch."""
ADMINS: dict[str, dict[str, Any]] = {
    "recordings/delete": {"recording": NOBODY},
    "recordings/keep": {"recording": NOBODY, "keep": True},
    "recordings/rules/add": {"kind": "show", "text": "Show 1-30"},
    "recordings/rules/remove": {"rule": NOBODY},
}


def states(recordings: Recordings) -> list[State]:
    return [one.state for one in recordings.items]


async def put(recordings: Recordings, *made: Recording) -> None:
    """Let there be recordings."""
    await recordings._catalogue.async_change(*made)  # noqa: SLF001


async def subscribe(socket: MockHAClientWebSocket, **fields: Any) -> dict[str, Any]:
    assert (await ask(socket, "recordings/subscribe", **fields))["success"]
    return await event(socket)


def code(answer: dict[str, Any]) -> str:
    return "ok" if answer["success"] else str(answer["error"]["code"])
