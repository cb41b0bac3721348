"""What the panel asks over its websocket, and when."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from .common import MIDNIGHT

NOW = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
"""Ten minutes into a programme."""
DAY = 86_400
START = int(MIDNIGHT.timestamp())


async def ask(socket: MockHAClientWebSocket, command: str, **fields: Any) -> dict[str, Any]:
    """Send a command and return the whole answer."""
    await socket.send_json_auto_id({"type": f"toonami_downlink/{command}", **fields})
    answer: dict[str, Any] = await socket.receive_json()
    return answer


async def event(socket: MockHAClientWebSocket) -> dict[str, Any]:
    """Return the next event."""
    async with asyncio.timeout(5):
        message = await socket.receive_json()
    assert message["type"] == "event", message
    pushed: dict[str, Any] = message["event"]
    return pushed
