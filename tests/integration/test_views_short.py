"""The short address: what it answers at home, and that there is none for anybody else."""

import asyncio
from collections.abc import Iterable, Iterator
import gzip
from http import HTTPStatus
from itertools import product
import logging
import re
from types import MappingProxyType
from typing import Any

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from hass_nabucasa import remote
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.engine.downlink.client_log import (
    Outcome,
    RequestKind,
)
from custom_components.toonami_downlink.engine.downlink.formats.m3u import parse_m3u
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.short_codes import (
    ALPHABET,
    LENGTH,
    MAX_CHARS,
    make_code,
)
from custom_components.toonami_downlink.views.guesses import (
    GUESSES_ALLOWED,
    GUESSES_ALLOWED_TOGETHER,
)
from tests.night import by_night

from .harness import NOW, Harness, start_harness, start_without_feed

BROWSER = {hdrs.ACCEPT: "text/html,application/xhtml+xml,*/*;q=0.8"}
OUTSIDE = ("8.8.8.8", "100.64.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8")
HOME_ADDRESSES = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.7", "169.254.1.1"),
    *("::1", "fd00::7", "fe80::7", "::ffff:192.168.1.7"),
)


@pytest.fixture
async def behind(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    """Let clients come through a proxy that Home Assistant trusts."""
    freezer.move_to(NOW)
    proxy = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": proxy})
    return await start_harness(hass, hass_client_no_auth)


def code_of(harness: Harness, identity: str = HOME) -> str:
    return harness.coordinator.credentials.code(identity) or ""


def short(harness: Harness, tail: str = "") -> str:
    return f"/tv/{code_of(harness)}{tail}"


def wrong(harness: Harness) -> str:
    """A code that opens nothing, as long as a right one."""
    return next(code for code in iter(make_code, "") if code != code_of(harness))


def asked(harness: Harness) -> list[tuple[RequestKind, Outcome, int]]:
    return [(one.kind, one.outcome, one.count) for one in harness.coordinator.clients.records]


async def raw_answer(
    harness: Harness,
    method: str,
    path: str,
    headers: Iterable[str] = (),
    port: int | None = None,
) -> bytes:
    """Return all bytes of an answer but the time in it."""
    port = port or harness.client.port
    reader, writer = await asyncio.open_connection(harness.client.host, port)
    try:
        head = (f"{method} {path} HTTP/1.1", "Host: ha.example:8123", *headers, "Connection: close")
        writer.write("\r\n".join((*head, "", "")).encode("latin-1"))
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"Date: "))


async def test_a_player_gets_the_playlist(harness: Harness) -> None:
    usual = await harness.client.get(f"{harness.base}/playlist.m3u")
    answer = await harness.client.get(short(harness))
    assert answer.status == HTTPStatus.OK
    # With a parameter, mpv does not know it: there is no ending to go by.
    assert answer.headers[hdrs.CONTENT_TYPE] == "audio/x-mpegurl"
    assert answer.headers[hdrs.ETAG] == usual.headers[hdrs.ETAG]
    assert answer.headers[hdrs.VARY] == "Accept, Accept-Encoding"
    assert await answer.read() == await usual.read()
    assert (RequestKind.SHORT, Outcome.OK, 1) in asked(harness)


async def test_whatever_a_player_accepts(harness: Harness) -> None:
    for accept in ("*/*", "", "audio/x-mpegurl", "x" * 2000 + ",text/html"):
        answer = await harness.client.get(short(harness), headers={hdrs.ACCEPT: accept})
        assert (await answer.read()).startswith(b"#EXTM3U")


async def test_a_program_in_java_is_no_browser(harness: Harness) -> None:
    headers = {
        hdrs.ACCEPT: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        hdrs.USER_AGENT: "Java/17.0.1",
    }
    answer = await harness.client.get(short(harness), headers=headers)
    assert (await answer.read()).startswith(b"#EXTM3U")


async def test_the_guide(harness: Harness) -> None:
    usual = await (await harness.client.get(f"{harness.base}/guide.xml")).read()
    tails = ("/guide", "/guide/", "/guide.xml", "/guide.xml.gz")
    for tail, accept in product(tails, ("*/*", BROWSER[hdrs.ACCEPT])):
        answer = await harness.client.get(short(harness, tail), headers={hdrs.ACCEPT: accept})
        assert answer.status == HTTPStatus.OK
        body = await answer.read()
        assert (gzip.decompress(body) if tail.endswith(".gz") else body) == usual
    assert asked(harness) == [(RequestKind.GUIDE, Outcome.OK, 9)]


FORMS = (
    "/tv/{code}/",
    "/tv/{upper}",
    "/TV/{upper}/",
    "/Tv/{code}",
    "/tv/{first}-{second}",
    "/tv/{first}%20{second}",
    "/tv/{percent}",
    "/tv/{code}" + "-" * (MAX_CHARS - LENGTH),
    "/tv/{code}?q=1",
)


async def test_a_code_is_read_however_it_was_typed(harness: Harness) -> None:
    code = code_of(harness)
    for form, method in product(FORMS, ("GET", "HEAD")):
        path = form.format(
            code=code,
            upper=code.upper(),
            first=code[:4],
            second=code[4:],
            percent="".join(f"%{ord(letter):02X}" for letter in code),
        )
        answer = await raw_answer(harness, method, path)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), path
        assert b"Content-Type: audio/x-mpegurl" in answer
        assert answer.partition(b"\r\n\r\n")[2].startswith(b"#EXTM3U") == (method == "GET")


NOWHERE = "/tw/k7f3qx9m"
"""A path that nobody knows."""


HOSTILE = (
    "/tv",
    "/tv/",
    "/tv/{wrong}",
    "/tv/{wrong}/guide",
    "/tv/{code}x",
    "/tv/{less}",
    "/tv/--------",
    "/tv/{code}" + "-" * (MAX_CHARS - LENGTH + 1),
    "/tv/" + "a" * 8000,
    "/tv/" + "a" * 10_000,
    "/tv/" + "%61" * 2600,
    "/tv/{code}/other",
    "/tv/{code}//",
    "/tv/{code}/guide.xml.bz2",
    "/tv/%E2%84%AA7f3qx9m",
    "/tv/%EF%BC%977f3qx9m",
    "/tv/%ff%fe",
    "/tv/%00",
    "/tv/{code}%00",
    "/tv/{code}%0a",
    "/tv/{code}%2f",
    "/tv/../tv/{wrong}",
    "/tv/{code};x=1",
    "/tv/{{code}}",
    "/tv/{code}%3Cscript%3E",
)
"""What opens nothing. The first longer than a web server reads is refused by it, wherever it is."""


async def test_everything_else_is_not_there(harness: Harness) -> None:
    code = code_of(harness)
    page = f"Accept: {BROWSER[hdrs.ACCEPT]}"
    for path, method, headers in product(HOSTILE, ("GET", "HEAD"), ((), (page,))):
        asked_for = path.format(code=code, less=code[:-1], wrong=wrong(harness))
        elsewhere = asked_for.replace("/tv", "/tw")
        answer = await raw_answer(harness, method, asked_for, headers)
        assert answer == await raw_answer(harness, method, elsewhere, headers), path
        assert answer.startswith((b"HTTP/1.1 404 Not Found\r\n", b"HTTP/1.1 400 Bad Request"))


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
ORIGIN = ("Origin: https://evil.example", "Access-Control-Request-Method: GET")


async def test_from_outside_it_does_not_exist(behind: Harness) -> None:
    extras = ((), ORIGIN, ("Accept: text/html",))
    tails = ("", "/", "/guide", "/guide.xml.gz")
    for address, tail, method, extra in product(OUTSIDE, tails, METHODS, extras):
        headers = (f"X-Forwarded-For: {address}", *extra)
        nowhere = await raw_answer(behind, method, NOWHERE + tail, headers)
        assert nowhere.startswith(b"HTTP/1.1 404 Not Found\r\n")
        assert await raw_answer(behind, method, short(behind, tail), headers) == nowhere
    assert behind.coordinator.clients.records == ()


async def test_other_methods_are_not_there_at_home_either(harness: Harness) -> None:
    for method in METHODS[2:]:
        nowhere = await raw_answer(harness, method, NOWHERE, ORIGIN)
        assert await raw_answer(harness, method, short(harness), ORIGIN) == nowhere


async def test_the_home_network(behind: Harness) -> None:
    for address in HOME_ADDRESSES:
        answer = await behind.client.get(short(behind), headers={"X-Forwarded-For": address})
        assert answer.status == HTTPStatus.OK, address


async def test_other_sites_cannot_read_it(harness: Harness) -> None:
    answer = await harness.client.get(short(harness), headers={hdrs.ORIGIN: "https://evil.example"})
    assert answer.status == HTTPStatus.OK
    assert hdrs.ACCESS_CONTROL_ALLOW_ORIGIN not in answer.headers


async def test_the_cloud_is_outside(hass: HomeAssistant, harness: Harness) -> None:
    hass.config.components.add("cloud")
    runner = harness.client.server.runner
    assert runner is not None
    server = runner.server
    assert server is not None
    # The cloud's client marks what it brings so: a connection has the context of who listens.
    mark = remote.is_cloud_request.set(True)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    remote.is_cloud_request.reset(mark)
    port = listener.sockets[0].getsockname()[1]
    try:
        nowhere = await raw_answer(harness, "GET", NOWHERE, port=port)
        assert await raw_answer(harness, "GET", short(harness), port=port) == nowhere
    finally:
        listener.close()
    assert (await harness.client.get(short(harness))).status == HTTPStatus.OK


async def test_before_and_after_the_entry_is_loaded(hass: HomeAssistant, harness: Harness) -> None:
    path = short(harness)
    assert await hass.config_entries.async_unload(harness.entry.entry_id)
    nowhere = await raw_answer(harness, "GET", NOWHERE)
    assert await raw_answer(harness, "GET", path) == nowhere
    assert await hass.config_entries.async_setup(harness.entry.entry_id)
    assert (await raw_answer(harness, "GET", path)).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_without_a_feed(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    harness = await start_without_feed(hass, hass_client_no_auth)
    for tail in ("", "/guide"):
        answer = await harness.client.get(short(harness, tail))
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers[hdrs.RETRY_AFTER] == "30"
    assert asked(harness) == [(RequestKind.SHORT, Outcome.NO_FEED, 2)]
    # The page for people needs none.
    assert (await harness.client.get(short(harness), headers=BROWSER)).status == HTTPStatus.OK


async def test_after_a_rotation_the_old_one_is_gone(harness: Harness) -> None:
    old = short(harness)
    await harness.coordinator.async_rotate_credentials()
    assert short(harness) != old
    nowhere = await raw_answer(harness, "GET", NOWHERE)
    assert await raw_answer(harness, "GET", old) == nowhere
    assert (await harness.client.get(short(harness))).status == HTTPStatus.OK


def a_pass(name: str, **data: Any) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(data), subentry_type="pass", title=name, unique_id=None
    )


async def test_a_pass_gets_its_own(hass: HomeAssistant, harness: Harness) -> None:
    kids = a_pass("Kids", channels=["movies", "mtv97"], is_renumbered=True)
    hass.config_entries.async_add_subentry(harness.entry, kids)
    await hass.async_block_till_done()
    path = f"/tv/{code_of(harness, kids.subentry_id)}"
    assert path != short(harness)
    entries = parse_m3u(await (await harness.client.get(path)).read())
    names = [entry.attributes["tvg-name"] for entry in entries]
    assert len(names) == 2
    guide = await (await harness.client.get(f"{path}/guide")).text()
    assert "toonami-east" not in guide
    assert "movies.toonamiaftermath.com" in guide
    page = await (await harness.client.get(path, headers=BROWSER)).text()
    assert "<h1>Kids</h1>" in page
    own, house = (harness.coordinator.credentials.of(one) for one in (kids.subentry_id, HOME))
    assert own is not None
    assert house is not None
    assert own.password in page
    assert house.password not in page

    hass.config_entries.async_update_subentry(
        harness.entry, kids, data={**kids.data, "is_enabled": False}
    )
    await hass.async_block_till_done()
    nowhere = await raw_answer(harness, "GET", NOWHERE)
    assert await raw_answer(harness, "GET", path) == nowhere

    hass.config_entries.async_remove_subentry(harness.entry, kids.subentry_id)
    await hass.async_block_till_done()
    assert await raw_answer(harness, "GET", path) == nowhere


async def guess(harness: Harness, addresses: int) -> int:
    """Guess ten thousand times; return how many times there was nothing."""
    found = 0
    reader, writer = await asyncio.open_connection(harness.client.host, harness.client.port)
    for start in range(0, 10_000, 100):
        writer.write("".join(_guesses(harness, start, addresses)).encode())
        for _ in range(100):
            head = await reader.readuntil(b"\r\n\r\n")
            found += head.startswith(b"HTTP/1.1 404 Not Found\r\n")
            await reader.readexactly(len(b"404: Not Found"))
        # Those who know get it all the while, also at the address from which others guess.
        for honest in ("192.168.1.1", "192.168.9.9"):
            headers = {"X-Forwarded-For": honest}
            right = await harness.client.head(short(harness), headers=headers)
            assert right.status == HTTPStatus.OK
    writer.close()
    await writer.wait_closed()
    return found


def _guesses(harness: Harness, start: int, addresses: int) -> Iterator[str]:
    for number in range(start, start + 100):
        yield (
            f"GET /tv/{wrong(harness)} HTTP/1.1\r\nHost: ha.example:8123\r\n"
            f"X-Forwarded-For: 192.168.1.{1 + number % addresses}\r\n\r\n"
        )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("addresses", by_night([1, 200], keep=[200]))
async def test_ten_thousand_guesses_find_nothing(
    behind: Harness, caplog: pytest.LogCaptureFixture, addresses: int
) -> None:
    # What Home Assistant itself writes and checks of each request is most of the work here.
    for name in (None, "aiohttp.access"):
        caplog.set_level(logging.WARNING, name)
    caplog.set_level(logging.INFO, "custom_components.toonami_downlink")
    behind.hass.loop.set_debug(False)
    assert await guess(behind, addresses) == 10_000
    # The clock stands still, so it is one window: what is noted of it ends early, and is told once.
    noted = GUESSES_ALLOWED if addresses == 1 else GUESSES_ALLOWED_TOGETHER
    assert behind.coordinator.clients.refused == noted
    (told,) = [one for one in caplog.records if "guesses" in one.getMessage()]
    assert told.levelno == logging.INFO
    assert "192.168.1." in told.getMessage()
    assert not re.search(rf"\b[{ALPHABET}]{{{LENGTH}}}\b", told.getMessage())


async def test_a_guess_is_in_the_log_of_clients(harness: Harness) -> None:
    await harness.client.get(f"/tv/{wrong(harness)}", headers={hdrs.USER_AGENT: "curl/8"})
    (record,) = harness.coordinator.clients.records
    assert (record.kind, record.outcome) == (RequestKind.SHORT, Outcome.REFUSED)
    assert (record.address, record.player) == ("127.0.0.1", "curl")


async def test_no_code_is_in_a_log(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for path in (short(harness), f"/tv/{code_of(harness).upper()}", short(harness, "/guide")):
        await harness.client.get(path, headers=BROWSER)
    assert code_of(harness) not in caplog.text.lower()


async def test_a_dashboard_of_the_same_name_stays(harness: Harness) -> None:
    """Whoever has a dashboard *tv* goes on to see its pages: only codes are ours."""
    router = harness.hass.http.app.router
    resources = [one for one in router.resources() if one.canonical.startswith("/tv")]
    (pattern,) = [one.get_info()["pattern"] for one in resources]
    for page in ("overview", "settings", "lovelace", "playback", "bedroom1", "0"):
        assert not pattern.fullmatch(f"/tv/{page}")
