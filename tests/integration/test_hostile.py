"""A hostile guest on the network, at Home Assistant's own web server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
import gzip
from http import HTTPStatus
from io import StringIO
import json
import logging
from urllib.parse import quote

from aiohttp import hdrs
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_HDHOMERUN
from custom_components.toonami_downlink.storage.secret_sets import Credentials
from custom_components.toonami_downlink.views import request_parameters
from tests.hostile.campaign import attack
from tests.hostile.guest import Guest, Secrets, leaks

from .harness import Harness, start_harness
from .raw_http import raw_request

pytestmark = pytest.mark.usefixtures("socket_enabled")
NUMBER = 1000
MULTIPART = "multipart/form-data; boundary=b"


@pytest.fixture
async def harness(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> Harness:
    caplog.set_level(logging.DEBUG)
    return await start_harness(hass, hass_client_no_auth, options={CONF_HDHOMERUN: True})


@pytest.fixture
def secrets(harness: Harness) -> Secrets:
    credentials = harness.coordinator.credentials
    return Secrets(credentials.feed_token, credentials.username, credentials.password)


@contextmanager
def logged_here_alone() -> Iterator[StringIO]:
    """Collect all that is logged; pytest's own processes choke on half characters in it."""
    root, log = logging.getLogger(), StringIO()
    before = root.handlers
    root.handlers = [logging.StreamHandler(log)]
    try:
        yield log
    finally:
        root.handlers = before


@pytest.mark.timeout(300)
async def test_nothing_comes_of_nonsense(
    harness: Harness, secrets: Secrets, hass: HomeAssistant
) -> None:
    guest = Guest(str(harness.client.host), int(harness.client.port or 0))

    with logged_here_alone() as log:
        await hass.async_add_executor_job(attack, guest, secrets, NUMBER)

    print(f"{guest.requests} requests: {dict(guest.statuses)}")
    assert guest.requests >= NUMBER
    assert "Serving /api/toonami_downlink/**REDACTED**/" in log.getvalue()
    assert leaks(log.getvalue(), secrets) == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({hdrs.CONTENT_ENCODING: "gzip"}, b"\0\0", id="no-gzip"),
        pytest.param({hdrs.CONTENT_ENCODING: "deflate"}, b"\xff" * 9, id="no-deflate"),
        pytest.param(
            {hdrs.CONTENT_ENCODING: "gzip"}, gzip.compress(b"a=" * 9_000_000), id="gzip-bomb"
        ),
        pytest.param(
            {hdrs.CONTENT_ENCODING: "gzip", hdrs.CONTENT_TYPE: MULTIPART},
            gzip.compress(
                b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
                + b"x" * 1_000_000
                + b"\r\n--b--\r\n"
            ),
            id="multipart-bomb",
        ),
        pytest.param(
            {hdrs.CONTENT_TYPE: MULTIPART},
            b'--b\r\nContent-Disposition: form-data; name="username"\r\n'
            b"Content-Transfer-Encoding: none-such\r\n\r\nx\r\n--b--\r\n",
            id="transfer-encoding",
        ),
        pytest.param(
            {hdrs.CONTENT_TYPE: MULTIPART},
            b'--b\r\nContent-Disposition: form-data; name="username"\r\n'
            b"Content-Type: text/plain; charset=none-such\r\n\r\nx\r\n--b--\r\n",
            id="charset",
        ),
        pytest.param({hdrs.CONTENT_TYPE: MULTIPART}, b"--b\r\nno colon\r\n\r\n--b--", id="header"),
    ],
)
async def test_a_body_that_cannot_be_read_is_left_out(
    harness: Harness, headers: dict[str, str], body: bytes
) -> None:
    head = "\n".join(f"{name}: {value}" for name, value in headers.items())
    query = "username={username}&password={password}&action=get_live_streams"
    path = f"/player_api.php?{query.format(**harness.login)}"

    answer = await raw_request(
        harness,
        f"POST {path} HTTP/1.1\nHost: tv.local\nContent-Length: {len(body)}\n{head}",
        body,
    )

    assert answer.status == HTTPStatus.OK
    assert answer.body.count(b'"stream_id"') == 7


async def test_no_form_is_looked_for_behind_a_bomb(harness: Harness) -> None:
    """A body is counted from its first byte on, not from where a form begins in it."""
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in harness.login.items()
    )
    headers = {hdrs.CONTENT_TYPE: MULTIPART, hdrs.CONTENT_ENCODING: "gzip"}
    answers = [
        await harness.client.post(
            "/player_api.php",
            data=gzip.compress(f"{lines}{parts}--b--\r\n".encode()),
            headers=headers,
        )
        for lines in ("", "\r\n" * 50_000)
    ]
    assert [one.status for one in answers] == [HTTPStatus.OK, HTTPStatus.UNAUTHORIZED]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", MULTIPART])
async def test_a_body_that_never_comes_is_not_waited_for(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(request_parameters, "_MAX_SECONDS", 0.01)
    head = f"Host: tv.local\nContent-Type: {kind}\nContent-Length: 100"

    answer = await raw_request(harness, f"POST /player_api.php HTTP/1.1\n{head}", b"username=")

    assert answer.status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "form", [str, lambda secret: "".join(f"%{ord(one):02X}" for one in secret)]
)
@pytest.mark.parametrize(
    ("logger", "level", "message"),
    [
        ("homeassistant.helpers.http", logging.DEBUG, "Served %s %s"),
        ("homeassistant.components.http.security_filter", logging.WARNING, "Filtered %s %s"),
        ("homeassistant.components.websocket_api.http.connection", logging.DEBUG, "Sent %s %s"),
        ("aiohttp.access", logging.INFO, "%s %s"),
    ],
)
async def test_secrets_are_crossed_out(
    secrets: Secrets,
    caplog: pytest.LogCaptureFixture,
    logger: str,
    level: int,
    message: str,
    form: type[str],
) -> None:
    logging.getLogger(logger).log(level, message, "100%", "nothing")
    for secret in (secrets.token, secrets.password):
        logging.getLogger(logger).log(level, message, f"/a/{form(secret)}/b", "guest")

    assert leaks(caplog.text, secrets) == []
    assert "100% nothing" in caplog.text
    assert caplog.text.count("/a/**REDACTED**/b") == 2


@pytest.mark.parametrize(
    "form",
    [
        str,
        str.upper,
        lambda path: quote(path, safe=""),
        lambda path: "".join(f"%{ord(one):02X}" for one in path),
        lambda path: json.dumps({"id": 7, "result": {"url": path}}).encode(),
    ],
    ids=["plain", "capitals", "slashes", "all", "json"],
)
async def test_tokens_to_watch_with_are_crossed_out(
    harness: Harness, caplog: pytest.LogCaptureFixture, form: Callable[[str], str | bytes]
) -> None:
    """They are made when they are asked for, and kept nowhere."""
    token = harness.coordinator.credentials.watch_token(dt_util.utcnow() + timedelta(hours=1))
    caplog.clear()
    for name in ("1.m3u8", "recordings/2.mp4"):
        path = f"/api/toonami_downlink/watch/{token}/{name}"
        logging.getLogger("homeassistant.helpers.http").debug("Serving %s", form(path))
    text = caplog.text.lower()
    assert token not in text
    assert "/watch/**redacted**/1.m3u8" in text
    assert "/watch/**redacted**/recordings/2.mp4" in text


async def test_tokens_are_crossed_out_of_what_is_logged_of_a_login(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant signs the addresses that it gives to the media players of the house."""
    token = harness.coordinator.credentials.watch_token(dt_util.utcnow() + timedelta(hours=1))
    path = f"/api/toonami_downlink/watch/{token}/99.m3u8"
    url = async_process_play_media_url(harness.hass, path, allow_relative_url=True)
    caplog.clear()

    await harness.client.get(url)

    assert "using signed request" in caplog.text
    assert token not in caplog.text


async def test_tokens_are_crossed_out_of_what_players_log(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """A Chromecast names in a warning what it could not play."""
    token = harness.coordinator.credentials.watch_token(dt_util.utcnow() + timedelta(hours=1))
    url = f"http://tv.local:8123/api/toonami_downlink/watch/{token}/1.m3u8"
    caplog.clear()
    names = ("core", "components.cast.media_player", "components.dlna_dmr")
    for name in names:
        logging.getLogger(f"homeassistant.{name}").warning("Cannot play %s", url)

    assert caplog.text.count("/watch/**REDACTED**/1.m3u8") == len(names)
    assert token not in caplog.text


async def test_a_stray_sign_does_not_hide_a_secret(
    harness: Harness, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``%43x…`` is also ``Cx…``."""
    password = "43xPassword5of20Sign"
    credentials = harness.coordinator.credentials
    current = Credentials(
        feed_token=credentials.feed_token, username=credentials.username, password=password
    )
    monkeypatch.setattr(credentials, "_current", current)
    logging.getLogger("aiohttp.access").info("/player_api.php?password=%%%s", password)

    assert password not in caplog.text
    assert "password=%**REDACTED**" in caplog.text


async def test_secrets_are_crossed_out_of_exceptions(
    harness: Harness, secrets: Secrets, caplog: pytest.LogCaptureFixture
) -> None:
    """The web server quotes a request that it cannot read."""
    path = f"../player_api.php?password={quote(secrets.password)}"

    answer = await raw_request(harness, f"GET {path} HTTP/1.1\nHost: tv.local")

    assert answer.status == HTTPStatus.BAD_REQUEST
    assert leaks(caplog.text, secrets) == []
    assert "password=**REDACTED**" in caplog.text
    assert "InvalidURLError" in caplog.text


async def test_the_secrets_of_today_are_crossed_out(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """Also while the entry is disabled: they will open the feed again."""
    await harness.coordinator.credentials.async_rotate()
    await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    caplog.clear()

    answer = await harness.client.get(f"{harness.base}/guide.xml")

    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    lines = [one.getMessage() for one in caplog.records if one.name == "homeassistant.helpers.http"]
    path = "/api/toonami_downlink/**REDACTED**/guide.xml"
    assert lines == [f"Serving {path} to 127.0.0.1 (auth: False)"]
