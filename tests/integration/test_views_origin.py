"""The addresses in a body begin with what the client reached us at, and with nothing else."""

from typing import Any
from unittest.mock import Mock

from aiohttp import hdrs
from aiohttp.test_utils import make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.http import KEY_HASS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.toonami_downlink.views.origin import (
    client_origin,
    is_own_address,
    make_origin,
    parse_origin,
)
from tests.night import by_night

from .harness import NOW, Harness, start_harness
from .raw_http import raw_request

FALLBACK = "http://10.10.10.10:8123"
"""What Home Assistant believes of itself in a test."""
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize(
    ("scheme", "authority", "expected"),
    [
        pytest.param("http", "tv.local:8123", "http://tv.local:8123", id="name-and-port"),
        pytest.param("http", "tv.local", "http://tv.local", id="default-port"),
        pytest.param("http", "tv.local:80", "http://tv.local", id="default-port-given"),
        pytest.param("https", "tv.example.com:443", "https://tv.example.com", id="https"),
        pytest.param("https", "tv.example.com:80", "https://tv.example.com:80", id="other-port"),
        pytest.param("http", "192.168.1.5:8123", "http://192.168.1.5:8123", id="ipv4"),
        pytest.param("http", "[fd00::5]:8123", "http://[fd00::5]:8123", id="ipv6"),
        pytest.param("https", "[FD00::5]", "https://[fd00::5]", id="ipv6-without-port"),
        pytest.param("http", "TV.Local:8123", "http://tv.local:8123", id="upper-case"),
        pytest.param("http", "home_assistant:8123", "http://home_assistant:8123", id="underscore"),
        pytest.param("http", "tv.local.:8123", "http://tv.local.:8123", id="dot-at-the-end"),
        pytest.param("http", "xn--mnchen-3ya.example", "http://xn--mnchen-3ya.example", id="idna"),
        pytest.param("http", f"{'a' * 63}.example", f"http://{'a' * 63}.example", id="long-label"),
        pytest.param("http", f"{'a' * 64}.example", None, id="label-too-long"),
        pytest.param("http", ".".join(["a" * 60] * 5), None, id="name-too-long"),
        pytest.param("http", "a" * 100_000, None, id="far-too-long"),
        pytest.param("http", "", None, id="empty"),
        pytest.param("http", ":8123", None, id="no-host"),
        pytest.param("http", "tv.local:", None, id="no-port"),
        pytest.param("http", "tv.local:0", None, id="port-0"),
        pytest.param("http", "tv.local:65536", None, id="port-too-high"),
        pytest.param("http", "tv.local:+80", None, id="port-with-sign"),
        pytest.param("http", "tv.local:८०", None, id="port-in-other-digits"),
        pytest.param("http", "tv.local:80:80", None, id="two-ports"),
        pytest.param("http", "user@tv.local", None, id="user"),
        pytest.param("http", "user:pass@tv.local", None, id="user-and-password"),
        pytest.param("http", "tv.local/evil", None, id="path"),
        pytest.param("http", "tv.local?a=b", None, id="query"),
        pytest.param("http", "tv.local#a", None, id="fragment"),
        pytest.param("http", "tv local", None, id="space"),
        pytest.param("http", ' tv.local"', None, id="quote"),
        pytest.param("http", "tv.local\n", None, id="line-end"),
        pytest.param("http", "tv.local\\evil", None, id="backslash"),
        pytest.param("http", "<script>", None, id="markup"),
        pytest.param("http", "tv.local,evil", None, id="comma"),
        pytest.param("http", "-tv.local", None, id="hyphen-first"),
        pytest.param("http", "tv..local", None, id="empty-label"),
        pytest.param("http", "tv.løcal", None, id="not-ascii"),
        pytest.param("http", "fd00::5", None, id="ipv6-without-brackets"),
        pytest.param("http", "[fd00::5", None, id="bracket-open"),
        pytest.param("http", "[fe80::1%eth0]:8123", None, id="ipv6-zone"),
        pytest.param("http", "[tv.local]", None, id="name-in-brackets"),
        pytest.param("http", "[fd00::5]evil", None, id="after-the-bracket"),
        pytest.param("ftp", "tv.local", None, id="other-scheme"),
        pytest.param("", "tv.local", None, id="no-scheme"),
    ],
)
def test_parse_origin(scheme: str, authority: str, expected: str | None) -> None:
    origin = parse_origin(scheme, authority)
    assert (None if origin is None else str(origin)) == expected


STRANGE = [
    pytest.param('evil"onload="x', id="quote"),
    pytest.param("evil.example/path", id="path"),
    pytest.param("user@evil.example", id="user"),
    pytest.param("<evil>", id="markup"),
    pytest.param("evil.example:99999", id="port"),
    pytest.param("evil." * 60, id="too-long"),
    pytest.param("", id="empty"),
]


@pytest.mark.parametrize("host", by_night(STRANGE, keep=["quote", "path"]))
async def test_a_strange_host_gets_into_no_body(harness: Harness, host: str) -> None:
    login = "username={username}&password={password}".format(**harness.login)
    paths = (
        f"{harness.base}/playlist.m3u",
        f"{harness.base}/guide.xml",
        f"/player_api.php?{login}",
        f"/player_api.php?{login}&action=get_live_streams",
        f"/get.php?{login}",
        f"/panel_api.php?{login}",
        "/player_api.php",
    )
    for path in paths:
        answer = await raw_request(harness, f"GET {path} HTTP/1.1\nHost: {host}")
        assert answer.status in {200, 400, 401}
        assert b"evil" not in answer.body
        if answer.status != 400:
            # Who has not logged in learns nothing of ours from it.
            assert (b"10.10.10.10" in answer.body) == (answer.status == 200)
        others = await raw_request(harness, f"GET {path} HTTP/1.1\nHost: tv.local:8123")
        assert b"evil" not in others.body
        assert b"10.10.10.10" not in others.body
        assert b"tv.local" in others.body


async def test_every_client_gets_its_own_addresses(harness: Harness) -> None:
    for path in ("playlist.m3u", "guide.xml"):
        bodies = set()
        for host in ("tv.local:8123", "192.168.1.5:8123", "[fd00::5]:8123", "tv.local"):
            head = f"GET {harness.base}/{path} HTTP/1.1\nHost: {host}"
            answer = await raw_request(harness, head)
            assert f"http://{host}/api/".encode() in answer.body
            bodies.add(answer.body)
        assert len(bodies) == 4


async def test_no_host_at_all(harness: Harness) -> None:
    answer = await raw_request(harness, f"GET {harness.base}/playlist.m3u HTTP/1.0")
    assert answer.status == 200
    assert f"{FALLBACK}/api/".encode() in answer.body


@pytest.fixture
def proxy_config() -> dict[str, Any]:
    return {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tv.example.com"},
            "https://tv.example.com",
            id="scheme-and-host",
        ),
        pytest.param(
            {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tv.example.com:8443"},
            "https://tv.example.com:8443",
            id="port",
        ),
        pytest.param(
            {"X-Forwarded-Proto": "https", "Host": "tv.example.com"},
            "https://tv.example.com",
            id="host-kept",
        ),
        pytest.param(
            {"X-Forwarded-Proto": "javascript", "Host": "tv.example.com"},
            FALLBACK,
            id="strange-scheme",
        ),
        pytest.param(
            {"X-Forwarded-Host": "evil.example/path", "Host": "tv.example.com"},
            FALLBACK,
            id="strange-host",
        ),
    ],
)
async def test_behind_a_trusted_proxy(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    proxy_config: dict[str, Any],
    headers: dict[str, str],
    expected: str,
) -> None:
    freezer.move_to(NOW)
    assert await async_setup_component(hass, "http", {"http": proxy_config})
    harness = await start_harness(hass, hass_client_no_auth)
    answer = await harness.client.get(
        f"{harness.base}/playlist.m3u", headers={**headers, "X-Forwarded-For": "10.1.2.3"}
    )
    assert answer.status == 200
    assert f'x-tvg-url="{expected}{harness.base}/guide.xml"' in await answer.text()
    # It is the viewer who is remembered, not the proxy.
    assert harness.coordinator.clients.records[0].address == "10.1.2.3"


async def test_a_proxy_that_is_not_trusted_changes_nothing(harness: Harness) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = await harness.client.get(f"{harness.base}/playlist.m3u", headers=headers)
    assert f'x-tvg-url="{harness.origin}/' in await answer.text()


@pytest.fixture
def no_own_address(hass: HomeAssistant) -> None:
    """Let Home Assistant not know where it is reached."""
    hass.config.api = None
    hass.config.internal_url = None
    hass.config.external_url = None


@pytest.mark.usefixtures("no_own_address")
@pytest.mark.parametrize(
    ("sockname", "expected"),
    [
        pytest.param(("192.168.1.5", 8123), "http://192.168.1.5:8123", id="ipv4"),
        pytest.param(("fd00::5", 8123, 0, 0), "http://[fd00::5]:8123", id="ipv6"),
        pytest.param("/run/hass.sock", "http://127.0.0.1", id="unix-socket"),
        pytest.param(None, "http://127.0.0.1", id="gone"),
    ],
)
async def test_without_any_address_the_socket_has_one(
    hass: HomeAssistant, sockname: object, expected: str
) -> None:
    transport = Mock()
    transport.get_extra_info.side_effect = lambda name, default=None: (
        sockname if name == "sockname" else default
    )
    request = make_mocked_request("GET", "/", headers={hdrs.HOST: "<strange>"}, transport=transport)
    request.app[KEY_HASS] = hass
    assert str(client_origin(request)) == expected


async def test_own_address_of_a_strange_kind(hass: HomeAssistant) -> None:
    hass.config.internal_url = "http://our$address:8123"
    request = make_mocked_request("GET", "/", headers={hdrs.HOST: "<strange>"})
    request.app[KEY_HASS] = hass
    assert client_origin(request) == make_origin("http", "127.0.0.1", 80)


@pytest.mark.parametrize(
    ("sockname", "url", "is_own"),
    [
        pytest.param(("192.0.2.7", 8123), "http://192.0.2.7:8123", True, id="its own"),
        pytest.param(("fd00::5", 8123, 0, 0), "http://[fd00::5]:8123", True, id="IPv6"),
        pytest.param(("192.0.2.7", 8123), "http://192.0.2.7", False, id="another port"),
        pytest.param(("192.0.2.7", 8123), "http://192.0.2.8:8123", False, id="another address"),
        pytest.param(("192.0.2.7", 8123), "http://tv.lan:8123", False, id="a name"),
        pytest.param("/run/http.sock", "http://192.0.2.7:8123", False, id="a file"),
        pytest.param(None, "http://192.0.2.7:8123", False, id="gone"),
    ],
)
def test_the_address_of_the_connection_itself(sockname: object, url: str, is_own: bool) -> None:
    transport = Mock()
    transport.get_extra_info.side_effect = {"sockname": sockname}.get
    request = make_mocked_request("GET", "/", transport=transport)
    parts = URL(url)
    host = f"[{parts.host}]" if ":" in f"{parts.host}" else f"{parts.host}"
    origin = make_origin(parts.scheme, host, parts.port or 80)
    assert is_own_address(request, origin) is is_own
