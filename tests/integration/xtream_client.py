"""What a player of the Xtream Codes API asks, and the account that it should see."""

from http import HTTPStatus
from typing import Any

from aiohttp import hdrs

from .harness import NOON, Station

PREFIX = "/api/toonami_downlink/xtream"
PHP = ("/player_api.php", "/panel_api.php", "/get.php", "/xmltv.php")
METHODS = (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST)


async def ask(station: Station, action: str = "", **parameters: str) -> Any:
    """Return the answer to an action."""
    query = {**station.login, **({"action": action} if action else {}), **parameters}
    answer = await station.client.get("/player_api.php", params=query)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/json"
    return await answer.json()


def account(station: Station, **user_info: object) -> dict[str, Any]:
    """Return the account that the client of the test should see."""
    return {
        "user_info": {
            **station.login,
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
            "port": str(station.client.port),
            "https_port": str(station.client.port),
            "server_protocol": "http",
            "rtmp_port": "0",
            "timezone": "UTC",
            "timestamp_now": int(NOON.timestamp()),
            "time_now": "2026-11-24 12:10:00",
            "process": True,
        },
    }
