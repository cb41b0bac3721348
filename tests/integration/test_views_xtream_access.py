"""The Xtream Codes API over HTTP: logins, methods, bodies, and what players get wrong."""

from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import FormData, hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from tests.night import by_night

from .harness import Harness, start_without_feed
from .raw_http import raw_request
from .xtream_client import METHODS, PHP, PREFIX, account


def wrong_logins(harness: Harness) -> list[dict[str, str]]:
    """Return logins that are wrong in one way each."""
    right = harness.login
    return [
        {},
        {"username": right["username"]},
        {"password": right["password"]},
        {**right, "username": ""},
        {**right, "password": ""},
        {**right, "username": right["username"].upper()},
        {**right, "password": f"{right['password']}x"},
        {**right, "password": right["password"][:-1]},
        {"username": right["password"], "password": right["username"]},
        {**right, "password": "pässwörd\x00"},
    ]


@pytest.mark.parametrize(
    "path",
    by_night([*PHP, *(f"{PREFIX}{path}" for path in PHP)], keep=[PHP[0], f"{PREFIX}{PHP[-1]}"]),
)
async def test_wrong_login(harness: Harness, path: str) -> None:
    expected = account(
        harness,
        username="",
        password="",
        auth=0,
        status="Disabled",
        message="Wrong user name or password",
    )
    for index, login in enumerate(wrong_logins(harness)):
        answer = await harness.client.request(METHODS[index % 3], path, params=login)
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert answer.content_type == "application/json"
        assert hdrs.WWW_AUTHENTICATE not in answer.headers
        if index % 3 != 1:
            assert await answer.json() == expected


@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize("live", ["", "/live"])
async def test_wrong_login_of_a_stream(harness: Harness, prefix: str, live: str) -> None:
    username, password = harness.login["username"], harness.login["password"]
    for pair in (
        f"{username}/wrong",
        f"{username}/{password}x",
        f"{username}/{password.swapcase()}",
        f"toonamixxxxxx/{password}",
    ):
        answer = await harness.client.get(f"{prefix}{live}/{pair}/1.m3u8")
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert await answer.read() == b""


async def test_login_after_decoding_once(harness: Harness) -> None:
    username = "".join(f"%{ord(char):02X}" for char in harness.login["username"])
    query = f"username={username}&password={harness.login['password']}"
    answer = await raw_request(harness, f"GET /player_api.php?{query} HTTP/1.1\nHost: tv")
    assert answer.status == 200
    twice = query.replace("%", "%25")
    answer = await raw_request(harness, f"GET /player_api.php?{twice} HTTP/1.1\nHost: tv")
    assert answer.status == 401


async def test_too_many_wrong_logins(
    harness: Harness, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    wrong = {**harness.login, "password": "guessed-password"}
    statuses = [
        (await harness.client.get("/player_api.php", params=wrong)).status for _ in range(20)
    ]
    assert statuses == [HTTPStatus.UNAUTHORIZED] * 20
    for path in ("/player_api.php", "/get.php", "/live/toonamixxxxxx/guessed-password/1.ts"):
        answer = await harness.client.get(path, params=wrong)
        assert answer.status == HTTPStatus.TOO_MANY_REQUESTS
        assert 0 < int(answer.headers[hdrs.RETRY_AFTER]) <= 60
        assert await answer.read() == b""
    answer = await harness.client.get(f"/api/{DOMAIN}/wrong/playlist.m3u")
    assert answer.status == HTTPStatus.TOO_MANY_REQUESTS
    # The other players of the house may have the same address.
    answer = await harness.client.get("/player_api.php", params=harness.login)
    assert answer.status == HTTPStatus.OK
    assert len([item for item in caplog.records if "wrong credentials" in item.message]) == 1
    ours = [item for item in caplog.records if "toonami_downlink" in item.name]
    assert not any("guessed-password" in item.getMessage() for item in ours)


async def test_wrong_logins_are_no_business_of_home_assistant(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """Its ban would log the password and might lock the whole house out."""
    caplog.clear()
    for path in (
        "/player_api.php",
        "/live/toonamixxxxxx/secret/1.ts",
        f"/api/{DOMAIN}/x/guide.xml",
    ):
        await harness.client.get(path, params={"password": "secret"})
    assert "homeassistant.components.http.ban" not in {item.name for item in caplog.records}


async def test_replaced_password(harness: Harness) -> None:
    old = harness.login
    await harness.coordinator.credentials.async_rotate()
    answer = await harness.client.get(
        "/player_api.php", params=old, headers={hdrs.USER_AGENT: "IPTVSmartersPlayer"}
    )
    assert answer.status == HTTPStatus.UNAUTHORIZED
    (record,) = harness.coordinator.clients.with_old_credentials
    assert (record.player, record.kind) == ("IPTV Smarters", RequestKind.ACCOUNT)
    answer = await harness.client.get("/player_api.php", params=harness.login)
    assert answer.status == HTTPStatus.OK


@pytest.mark.parametrize(
    "path", by_night([*PHP, "{live}/1.m3u8", "/live{live}/1.ts"], keep=[PHP[0], "/live{live}/1.ts"])
)
async def test_unavailable_while_not_loaded(harness: Harness, path: str) -> None:
    assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    answer = await harness.client.get(path.format(live=harness.live), params=harness.login)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers[hdrs.RETRY_AFTER] == "30"


async def test_unavailable_before_the_first_feed(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    harness = await start_without_feed(hass, hass_client_no_auth)
    for path in (*PHP, f"{harness.live}/1.m3u8"):
        answer = await harness.client.get(path, params=harness.login)
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers[hdrs.RETRY_AFTER] == "30"
    assert harness.coordinator.clients.records[0].outcome is Outcome.NO_FEED
    answer = await harness.client.get("/player_api.php")
    assert answer.status == HTTPStatus.UNAUTHORIZED


# How they ask


@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize("path", by_night(PHP, keep=[PHP[0]]))
async def test_methods(harness: Harness, prefix: str, path: str) -> None:
    url = f"{prefix}{path}"
    got = await harness.client.get(url, params=harness.login)
    posted = await harness.client.post(url, data=harness.login)
    asked = await harness.client.head(url, params=harness.login)
    assert [it.status for it in (got, posted, asked)] == [HTTPStatus.OK] * 3
    assert await posted.read() == await got.read()
    assert await asked.read() == b""
    assert asked.headers[hdrs.CONTENT_LENGTH] == got.headers[hdrs.CONTENT_LENGTH]
    refused = await harness.client.put(url, params=harness.login)
    assert refused.status == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", PHP)
async def test_two_slashes(harness: Harness, path: str) -> None:
    query = urlencode(harness.login)
    answer = await raw_request(harness, f"GET /{path}?{query} HTTP/1.1\nHost: tv")
    assert answer.status == 200


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "query"),
    by_night(
        [
            pytest.param(FORM, "{login}&action=get_live_categories", "", id="form"),
            pytest.param(
                f"{FORM}; charset=utf-8", "{login}&action=get_live_categories\r\n", "", id="charset"
            ),
            pytest.param("text/plain", "{login}&action=get_live_categories", "", id="text"),
            pytest.param("", "{login}&action=get_live_categories", "", id="no-type"),
            pytest.param(FORM, "action=get_live_categories", "{login}", id="login-in-query"),
            pytest.param(FORM, "{login}", "action=get_live_categories", id="action-in-query"),
            pytest.param(FORM, "", "{login}&action=get_live_categories", id="empty"),
            pytest.param(
                "application/json", "{{}}", "{login}&action=get_live_categories", id="empty-json"
            ),
            pytest.param(
                "application/json",
                '{{"username":"{username}","password":"{password}","action":"get_live_categories","more":[1]}}',
                "",
                id="json",
            ),
            pytest.param(
                "application/json",
                "{{broken",
                "{login}&action=get_live_categories",
                id="broken-json",
            ),
            pytest.param(
                FORM, "\x00\xff%zz&&=&a", "{login}&action=get_live_categories", id="nonsense"
            ),
            pytest.param(
                FORM,
                "&".join("abcdefghij" * 9),
                "{login}&action=get_live_categories",
                id="many-fields",
            ),
            pytest.param(
                FORM, "a=" + "x" * 200_000, "{login}&action=get_live_categories", id="far-too-long"
            ),
            pytest.param(
                "multipart/form-data",
                "x" * 200_000,
                "{login}&action=get_live_categories",
                id="multipart-too-long",
            ),
            pytest.param(
                "multipart/form-data; boundary=b",
                "not that",
                "{login}&action=get_live_categories",
                id="multipart-bad",
            ),
            pytest.param(
                "multipart/form-data",
                "nothing",
                "{login}&action=get_live_categories",
                id="no-boundary",
            ),
        ],
        keep=["form", "json", "broken-json", "far-too-long"],
    ),
)
async def test_bodies(harness: Harness, kind: str, body: str, query: str) -> None:
    values = {"login": urlencode(harness.login), **harness.login}
    answer = await harness.client.post(
        f"/player_api.php?{query.format(**values)}",
        data=body.format(**values).encode("latin-1") if "{" in body else body.encode("latin-1"),
        headers={hdrs.CONTENT_TYPE: kind} if kind else None,
        skip_auto_headers=[] if kind else [hdrs.CONTENT_TYPE],
    )
    assert answer.status == HTTPStatus.OK
    assert [item["category_id"] for item in await answer.json()] == ["1", "2"]


async def test_a_body_that_is_too_long_is_not_read(harness: Harness) -> None:
    body = f"a={'x' * 70_000}&{urlencode(harness.login)}"
    answer = await harness.client.post(
        "/player_api.php", data=body, headers={hdrs.CONTENT_TYPE: FORM}
    )
    assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_multipart_body(harness: Harness) -> None:
    form = FormData({**harness.login, "action": "get_live_categories"})
    form.add_field("file", b"content", filename="file.bin")
    answer = await harness.client.post("/player_api.php", data=form)
    assert len(await answer.json()) == 2


async def test_the_body_wins_over_the_query(harness: Harness) -> None:
    query = {**harness.login, "password": "wrong", "action": "get_live_streams"}
    answer = await harness.client.post(
        "/player_api.php", params=query, data={**harness.login, "action": "get_live_categories"}
    )
    assert len(await answer.json()) == 2


async def test_cors_on_every_method(harness: Harness) -> None:
    headers = {hdrs.ORIGIN: "https://player.example"}
    for path in PHP:
        for method in METHODS:
            answer = await harness.client.request(
                method, path, params=harness.login, headers=headers
            )
            assert answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == "https://player.example"
            preflight = {**headers, hdrs.ACCESS_CONTROL_REQUEST_METHOD: method}
            answer = await harness.client.options(path, headers=preflight)
            assert answer.status == HTTPStatus.OK
    refused = await harness.client.get("/player_api.php", headers=headers)
    assert refused.status == HTTPStatus.UNAUTHORIZED
    assert refused.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == "https://player.example"


@pytest.mark.parametrize(
    "path",
    by_night(
        [
            "/live{live}/1.mkv",
            "/live{live}/99.m3u8",
            "/live{live}/0",
            "/live{live}/one.ts",
            "/live{live}/1.m3u8.ts",
            "/live{live}/-1.ts",
            "/live{live}/1111111111111111111111.ts",
            "{live}/99.m3u8",
            "/api/toonami_downlink/xtream{live}/99",
        ],
        keep=["/live{live}/99.m3u8", "/live{live}/1111111111111111111111.ts"],
    ),
)
async def test_unknown_channel(harness: Harness, path: str) -> None:
    answer = await harness.client.get(path.format(live=harness.live))
    assert answer.status == HTTPStatus.NOT_FOUND
    assert await answer.read() == b""
    assert harness.coordinator.clients.records[0].outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/toonami/secret/1.ts",
        "/toonamiABC123/secret/1.ts",
        "/toonamiabc1234/secret/1.ts",
        "/xtoonamiabc123/secret/1.ts",
        "/movies{live}/1.mp4",
        "/toonami-downlink",
    ],
)
async def test_other_paths_stay_with_home_assistant(harness: Harness, path: str) -> None:
    answer = await harness.client.get(path.format(live=harness.live))
    assert await answer.read() == b"404: Not Found"
