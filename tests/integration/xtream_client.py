"""Ask the Xtream Codes API as a player does, and build the account that it should get."""

from http import HTTPStatus
from typing import Any

from aiohttp import hdrs

from .harness import NOW, Harness

PREFIX = "/api/toonami_downlink/xtream"
PHP = ("/player_api.php", "/panel_api.php", "/get.php", "/xmltv.php")
METHODS = (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST)


async def ask(harness: Harness, action: str = "", **parameters: str) -> Any:
    """Return the answer to an action."""
    query = {**harness.login, **({"action": action} if action else {}), **parameters}
    answer = await harness.client.get("/player_api.php", params=query)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/json"
    return await answer.json()


def account(harness: Harness, **user_info: object) -> dict[str, Any]:
    """Return the account that the client of the test should see."""
    return {
        "user_info": {
            **harness.login,
            "message": "",
            "auth": 1,
            "status": "Active",
            "exp_date": "2145916800",
            "is_trial": "0",
            "active_cons": "0",
            "created_at": "1577836800",
            "max_connections": "10",
            "allowed_output_formats": ["m3u8", "ts"],
            **user_info,
        },
        "server_info": {
            "url": "127.0.0.1",
            "port": str(harness.client.port),
            "https_port": str(harness.client.port),
            "server_protocol": "http",
            "rtmp_port": "0",
            "timezone": "UTC",
            "timestamp_now": int(NOW.timestamp()),
            "time_now": "2026-11-24 12:10:00",
            "process": True,
        },
    }
