"""Ask what the panel asks over its websocket."""

import asyncio
from typing import Any

from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from .factories import MIDNIGHT

DAY = 86_400
START = int(MIDNIGHT.timestamp())


async def ask(socket: MockHAClientWebSocket, command: str, **fields: Any) -> dict[str, Any]:
    """Send a command and return the whole answer; what is pushed before it is left out."""
    await socket.send_json_auto_id({"type": f"toonami_downlink/{command}", **fields})
    answer: dict[str, Any] = await socket.receive_json()
    while answer["type"] == "event":
        answer = await socket.receive_json()
    return answer


async def event(socket: MockHAClientWebSocket) -> dict[str, Any]:
    """Return the next event."""
    async with asyncio.timeout(5):
        message = await socket.receive_json()
    assert message["type"] == "event", message
    pushed: dict[str, Any] = message["event"]
    return pushed
