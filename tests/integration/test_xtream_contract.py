"""What each action of the Xtream Codes API answers: every field, and its type.

Players read the API with all kinds of parsers, so a type that changes breaks somebody's. Another
type, another field or one that is missing has to be changed in the tables below as well.
"""

from base64 import b64decode
from collections.abc import Callable
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.night import by_night

from .harness import NOW, Harness, start_harness

type Shape = str | dict[str, Shape] | list[Shape]
"""A kind of value, an object of all these fields, or an array of items of one shape."""

USER_INFO: Shape = {
    "username": "text",
    "password": "text",
    "message": "text",
    "auth": "0 or 1",
    "status": "text",
    "exp_date": "epoch as text",
    "is_trial": "number as text",
    "active_cons": "number as text",
    "created_at": "epoch as text",
    "max_connections": "number as text",
    "allowed_output_formats": ["text"],
}
SERVER_INFO: Shape = {
    "url": "text",
    "port": "number as text",
    "https_port": "number as text",
    "server_protocol": "text",
    "rtmp_port": "number as text",
    "timezone": "text",
    "timestamp_now": "int",
    "time_now": "date",
    "process": "bool",
}
ACCOUNT: dict[str, Shape] = {"user_info": USER_INFO, "server_info": SERVER_INFO}
CATEGORY: Shape = {"category_id": "number as text", "category_name": "text", "parent_id": "int"}
LIVE_STREAM: dict[str, Shape] = {
    "num": "int",
    "name": "text",
    "stream_type": "text",
    "stream_id": "int",
    "stream_icon": "text",
    "epg_channel_id": "text",
    "added": "epoch as text",
    "is_adult": "number as text",
    "category_id": "number as text",
    "category_ids": ["int"],
    "custom_sid": "text",
    "tv_archive": "0 or 1",
    "direct_source": "text",
    "tv_archive_duration": "int",
    "thumbnail": "text",
}
LISTING: dict[str, Shape] = {
    "id": "number as text",
    "epg_id": "number as text",
    "title": "base64",
    "lang": "text",
    "start": "date",
    "end": "date",
    "description": "base64",
    "channel_id": "text",
    "start_timestamp": "epoch as text",
    "stop_timestamp": "epoch as text",
    "stop": "date",
}
TABLE_LISTING: Shape = {**LISTING, "now_playing": "0 or 1", "has_archive": "0 or 1"}
PANEL_CHANNEL: Shape = {
    **LIVE_STREAM,
    "type_name": "text",
    "category_name": "text",
    "series_no": "null",
    "live": "number as text",
    "container_extension": "text",
}
CONTRACT: dict[str, Shape] = {
    "": ACCOUNT,
    "get_account_info": ACCOUNT,
    "get_profile": ACCOUNT,
    "get_server_info": ACCOUNT,
    "an_action_that_nobody_knows": ACCOUNT,
    "get_live_categories": [CATEGORY],
    "get_live_streams": [LIVE_STREAM],
    "get_short_epg": {"epg_listings": [LISTING]},
    "get_simple_data_table": {"epg_listings": [TABLE_LISTING]},
    "get_simple_date_table": {"epg_listings": [TABLE_LISTING]},
    "get_vod_categories": "empty array",
    "get_vod_streams": "empty array",
    "get_series_categories": "empty array",
    "get_series": "empty array",
    "get_vod_info": {"info": "empty array", "movie_data": "empty array"},
    "get_series_info": {
        "seasons": "empty array",
        "info": "empty array",
        "episodes": "empty array",
    },
}
PANEL: Shape = {
    **ACCOUNT,
    "categories": {"live": [CATEGORY], "movie": "empty array", "series": "empty array"},
    "available_channels": {str(number): PANEL_CHANNEL for number in range(1, 8)},
}
INT32 = 2**31 - 1


def is_text(value: object, pattern: str) -> bool:
    """Whether a value is text of that form and, as a number, fits where Jellyfin.Xtream puts it."""
    return isinstance(value, str) and bool(re.fullmatch(pattern, value)) and int(value) <= INT32


def is_int(value: object) -> bool:
    """Whether a value is a number that fits there; True is none, and 1.0 is none either."""
    return type(value) is int and 0 <= value <= INT32


def is_date(value: object) -> bool:
    """Whether a value is a date as Jellyfin.Xtream and open-tv read one."""
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value))


def is_base64(value: object) -> bool:
    return isinstance(value, str) and bool(b64decode(value, validate=True).decode())


KINDS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number as text": lambda value: is_text(value, "0|[1-9][0-9]*"),
    "epoch as text": lambda value: is_text(value, "[1-9][0-9]{9}"),
    "date": is_date,
    "base64": is_base64,
    "int": is_int,
    "0 or 1": lambda value: is_int(value) and value in {0, 1},
    "bool": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "empty array": lambda value: value == [],
}


def differences(value: Any, shape: Shape, where: str = "answer") -> list[str]:
    """Return in which places a value is not of that shape."""
    if isinstance(shape, str):
        return [] if KINDS[shape](value) else [f"{where} is {value!r}, not {shape}"]
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{where} is {value!r}, not an array"]
        return [
            found
            for index, item in enumerate(value)
            for found in differences(item, shape[0], f"{where}[{index}]")
        ]
    if not isinstance(value, dict) or list(value) != list(shape):
        return [f"{where} is {value!r}, not an object of {list(shape)}"]
    return [
        found for key in shape for found in differences(value[key], shape[key], f"{where}.{key}")
    ]


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    freezer.move_to(NOW)
    return await start_harness(hass, hass_client_no_auth)


@pytest.mark.parametrize(
    "action", by_night(CONTRACT, keep=["", "get_live_streams", "get_short_epg", "get_vod_info"])
)
@pytest.mark.parametrize("method", by_night(["GET", "POST"], keep=["POST"]))
async def test_player_api(harness: Harness, action: str, method: str) -> None:
    query = {**harness.login, "action": action, "stream_id": "1", "vod_id": "1", "series_id": "1"}
    asked, posted = (query, None) if method == "GET" else (None, query)
    answer = await harness.client.request(method, "/player_api.php", params=asked, data=posted)
    assert answer.headers["Content-Type"] == "application/json"
    assert differences(await answer.json(), CONTRACT[action]) == []


async def test_panel_api(harness: Harness) -> None:
    answer = await harness.client.get("/panel_api.php", params=harness.login)
    assert answer.headers["Content-Type"] == "application/json"
    assert differences(await answer.json(), PANEL) == []


@pytest.mark.parametrize("path", ["player_api.php", "panel_api.php", "get.php", "xmltv.php"])
async def test_a_wrong_login(harness: Harness, path: str) -> None:
    query = {**harness.login, "password": "wrong", "action": "get_live_streams"}
    answer = await harness.client.get(f"/{path}", params=query)
    assert answer.status == 401
    assert differences(await answer.json(), ACCOUNT) == []


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (1, "text"),
        ("", "number as text"),
        ("01", "number as text"),
        ("2147483648", "number as text"),
        ("2026-11-24", "epoch as text"),
        (1795521600, "epoch as text"),
        ("20261124120000", "date"),
        ("2026-11-24T12:00:00", "date"),
        (True, "int"),
        (1.0, "int"),
        ("1", "int"),
        (INT32 + 1, "int"),
        (True, "0 or 1"),
        (2, "0 or 1"),
        (1, "bool"),
        ("", "null"),
        ({}, "empty array"),
        ([], ["int"]),
        ({}, ["int"]),
        ([1, "2"], ["int"]),
        ({"a": 1}, {"a": "int", "b": "int"}),
        ({"a": 1, "b": 2}, {"a": "int"}),
        ({"a": 1, "b": "2"}, {"a": "int", "b": "int"}),
        ([], {"a": "int"}),
    ],
)
def test_the_contract_can_be_broken(value: Any, shape: Shape) -> None:
    assert differences(value, shape)
