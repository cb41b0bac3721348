"""Short addresses, guesses, and what strangers send, at the limits of what is looked at."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
import logging
import os
from pathlib import Path
import tempfile
from typing import Any, Final

from aiohttp import hdrs, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.http import KEY_HASS
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.publish.publication import Body
from custom_components.toonami_downlink.recording.disk import Disk
from custom_components.toonami_downlink.storage.secret_sets import Credentials
from custom_components.toonami_downlink.views.base import _head, respond
from custom_components.toonami_downlink.views.guesses import GuessLimit
from custom_components.toonami_downlink.views.health import version
from custom_components.toonami_downlink.views.origin import parse_origin
from custom_components.toonami_downlink.views.parts import Part, send_parts
from custom_components.toonami_downlink.views.rate_limit import RateLimit
from custom_components.toonami_downlink.views.request_parameters import read_parameters
from custom_components.toonami_downlink.views.short import is_at_home, is_browser
from custom_components.toonami_downlink.views.short_page import Page, render_page
from custom_components.toonami_downlink.views.short_texts import Device, device_of, language_of

from .stream_harness import count_open_files

pytestmark = pytest.mark.nightly

CHUNK: Final = 524_288
CREDENTIALS = Credentials(feed_token="t" * 43, username="toonamiabcdef", password="p" * 20)
LONGEST: Final = ".".join(["a" * 63] * 3 + ["a" * 61])


class Clock:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


# Short addresses


@pytest.mark.parametrize(
    ("accept", "player", "expected"),
    [
        ("x" * 1015 + "text/html", "Mozilla/5.0", True),
        ("x" * 1016 + "text/html", "Mozilla/5.0", False),
        ("TEXT/HTML", "", True),
        ("TEXT/HTML", "Java/17.0.1", False),
        ("*/*", "Java/17.0.1", False),
    ],
)
def test_who_looks_at_a_page(accept: str, player: str, expected: bool) -> None:
    headers = {hdrs.ACCEPT: accept, hdrs.USER_AGENT: player}
    assert is_browser(make_mocked_request("GET", "/", headers=headers)) is expected


@pytest.mark.parametrize(
    ("remote", "expected"),
    [("192.168.1.7", True), ("8.8.8.8", False), ("nonsense", False), ("", False)],
)
async def test_who_has_no_address_is_not_at_home(
    hass: HomeAssistant, remote: str, expected: bool
) -> None:
    request = make_mocked_request("GET", "/")
    request.app[KEY_HASS] = hass
    assert is_at_home(request.clone(remote=remote) if remote else request) is expected


@pytest.mark.parametrize(("name", "count"), [("Kids", 1), ("Toonami Downlink", 0)])
def test_the_brand_is_named_unless_it_is_the_name(name: str, count: int) -> None:
    origin = "http://tv.lan"
    page = Page(name, origin, f"{origin}/tv/k7f3qx9m", CREDENTIALS, "en", Device.PHONE)
    text = render_page(page).decode()
    assert text.count('<p class="dim">Toonami Downlink</p>') == count
    assert f"<h1>{name}</h1>" in text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr;q=1, de", "fr"),
        ("fr;q=0.9, de;q=1", "de"),
        ("x" * 509 + ",de", "de"),
        ("x" * 510 + ",de", "en"),
    ],
)
def test_languages_at_the_limits(header: str, language: str) -> None:
    assert language_of(header) == language


def test_the_last_word_that_is_read_of_a_browser() -> None:
    assert device_of("x" * 507 + "tizen") is Device.TELEVISION
    assert device_of("x" * 508 + "tizen") is Device.COMPUTER


# Who guesses


def test_so_many_guesses_are_noted_in_each_minute() -> None:
    clock = Clock()
    limit = GuessLimit(clock)
    for minute in range(2):
        clock.now = 1000.0 + 60 * minute
        assert [limit.is_noted("10.0.0.1") for _ in range(21)] == [*[True] * 20, False]
        noted = [limit.is_noted(f"10.1.0.{number}") for number in range(90)]
        assert noted == [*[True] * 79, *[False] * 11]
        clock.now += 59.5
        assert not limit.is_noted("10.2.0.1")


def test_who_guesses_as_often_as_is_noted_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    limit = GuessLimit(clock)
    told = []
    for count in (21, 20, 21, 19, 21):
        for _ in range(count):
            limit.is_noted("10.0.0.1")
        told.append(caplog.text.count("Somebody guesses"))
        clock.now += 60
    assert told == [1, 1, 1, 1, 2]


def test_guesses_take_little_memory() -> None:
    limit = GuessLimit(Clock())
    for number in range(1500):
        limit.is_noted(f"address {number}")
    assert len(limit._by_address) == 1000  # noqa: SLF001  # nobody else sees what it takes


@pytest.fixture
def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(hass.loop, "time", clock)
    return clock


def fail(limit: RateLimit, *addresses: str) -> list[int | None]:
    return [limit.fail(address, "VLC") for address in addresses]


async def test_after_a_minute_one_may_fail_as_often_again(
    hass: HomeAssistant, clock: Clock
) -> None:
    limit = RateLimit(hass)
    for _ in range(2):
        assert fail(limit, *["10.0.0.1"] * 21) == [*[None] * 20, 60]
        clock.now += 59.5
        assert fail(limit, "10.0.0.1") == [1]
        clock.now += 0.5


@pytest.mark.parametrize(("others", "expected"), [(999, 60), (1000, None)])
async def test_so_many_addresses_are_remembered(
    hass: HomeAssistant, clock: Clock, others: int, expected: int | None
) -> None:
    limit = RateLimit(hass)
    fail(limit, *["10.0.0.1"] * 20, *(f"address {number}" for number in range(others)))
    assert fail(limit, "10.0.0.1") == [expected]


async def test_who_fails_again_is_remembered_longer(hass: HomeAssistant, clock: Clock) -> None:
    limit = RateLimit(hass)
    fail(limit, *["10.0.0.1"] * 20, *(f"address {number}" for number in range(998)))
    assert fail(limit, "10.0.0.1", "one", "two", "10.0.0.1") == [60, None, None, 60]


async def test_nothing_more_is_logged_once_it_stops(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, freezer: FrozenDateTimeFactory
) -> None:
    fail(RateLimit(hass), "10.0.0.1", "10.0.0.1")
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    freezer.tick(61)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert caplog.text.count("Refused") == 1


@pytest.mark.parametrize(
    ("authority", "port"),
    [("tv.lan:1", 1), ("tv.lan:65535", 65535), (f"{LONGEST}:65535", 65535)],
    ids=["first-port", "last-port", "longest-name"],
)
def test_origins_at_the_limits(authority: str, port: int) -> None:
    origin = parse_origin("http", authority)
    assert origin
    assert (origin.port, origin.url) == (port, f"http://{authority}")


def test_only_what_is_short_of_a_request_is_remembered() -> None:
    body = Body.of(b"#EXTM3U\n")
    _head.cache_clear()
    for accepted, known, count in ((200, 100, 1), (200, 101, 1), (301, 0, 1), (0, 300, 2)):
        headers = {hdrs.ACCEPT_ENCODING: "x" * accepted, hdrs.IF_NONE_MATCH: "y" * known}
        answer = respond(make_mocked_request("GET", "/", headers=headers), body, "text/plain")
        assert (answer.status, answer.headers[hdrs.ETAG]) == (200, body.etag)
        assert hdrs.CONTENT_DISPOSITION not in answer.headers
        assert _head.cache_info().currsize == count
    _head.cache_clear()


async def test_the_version_is_that_of_the_manifest(hass: HomeAssistant) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert version(hass) == integration.manifest["version"]


# What is read of a form


def note_timeouts(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Note how long is waited for anything."""
    timeout, waited = asyncio.timeout, list[float | None]()

    def note(delay: float | None) -> asyncio.Timeout:
        waited.append(delay)
        return timeout(delay)

    monkeypatch.setattr(asyncio, "timeout", note)
    return waited


@asynccontextmanager
async def served(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[TestClient[Any, Any]]:
    """Answer everything so, without Home Assistant."""
    app = web.Application()
    app.router.add_route("*", "/", handler)
    async with TestClient(TestServer(app)) as client:
        yield client


async def read(request: web.Request) -> web.Response:
    return web.json_response(await read_parameters(request))


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("method", "body", "expected"),
    [
        pytest.param("POST", f"a={'x' * 65_534}", {"a": "x" * 65_534}, id="longest"),
        pytest.param("POST", f"a={'x' * 65_535}", {}, id="too-long"),
        pytest.param(
            "POST",
            "&".join(f"k{number}=" for number in range(50)),
            {f"k{number}": "" for number in range(50)},
            id="most-fields",
        ),
        pytest.param("POST", "&".join(["a=1"] * 51), {}, id="too-many-fields"),
        pytest.param("POST", "q=&a=+1+", {"q": "", "a": "1"}, id="empty-over-the-query"),
        pytest.param("POST", "", {}, id="empty"),
        pytest.param("GET", "a=1", {}, id="not-posted"),
    ],
)
async def test_parameters_at_their_limits(
    monkeypatch: pytest.MonkeyPatch, method: str, body: str, expected: dict[str, str]
) -> None:
    waited = note_timeouts(monkeypatch)
    query, headers = {"q": " 2 "}, {hdrs.CONTENT_TYPE: "application/x-www-form-urlencoded"}
    async with served(read) as client:
        answer = await client.request(
            method, "/", params=query, data=body.encode(), headers=headers
        )
        assert await answer.json() == {"q": "2", **expected}
        assert {seconds for seconds in waited if seconds} <= {10}


MULTIPART: Final = "multipart/form-data; boundary=b"
FILE: Final = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n'
TEXT: Final = '--b\r\nContent-Disposition: form-data; name="a"\r\n{}\r\n{}\r\n'
END: Final = "--b--\r\n"
ROOM: Final = 65_536 - len(TEXT.format("", "") + END)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(FILE + TEXT.format("", " 1 "), {"a": "1"}, id="file"),
        pytest.param(FILE * 49 + TEXT.format("", "1"), {"a": "1"}, id="most-fields"),
        pytest.param(FILE * 50 + TEXT.format("", "1"), {}, id="too-many-fields"),
        pytest.param(TEXT.format("", "x" * ROOM), {"a": "x" * ROOM}, id="longest"),
        pytest.param(TEXT.format("", "x" * (ROOM + 1)), {}, id="too-long"),
        pytest.param("\r\n" * 99 + TEXT.format("", "1"), {"a": "1"}, id="after-blank-lines"),
        pytest.param("x\r\n" + TEXT.format("", "1"), {}, id="after-something-else"),
        pytest.param("--bx\r\n" + TEXT.format("", "1"), {}, id="after-what-looks-like-it"),
        pytest.param(
            TEXT.format("Content-Transfer-Encoding: base64\r\n", "MQ=="), {"a": "1"}, id="encoded"
        ),
    ],
)
async def test_forms_at_their_limits(
    monkeypatch: pytest.MonkeyPatch, body: str, expected: dict[str, str]
) -> None:
    opened: list[BytesIO] = []

    def note(*_: object, **__: object) -> BytesIO:
        opened.append(BytesIO())
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", note)
    headers = {hdrs.CONTENT_TYPE: MULTIPART}
    async with served(read) as client:
        answer = await client.post("/", data=f"{body}{END}".encode(), headers=headers)
        assert await answer.json() == expected
    assert opened == [], "a file is kept nowhere"


# What is sent of a file


def sending(
    part: Part, answers: list[object]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    disk = Disk()

    async def serve(request: web.Request) -> web.StreamResponse:
        answer = await send_parts(request, disk, [part], "video/mp4")
        answers.append(answer)
        return answer

    return serve


@pytest.mark.usefixtures("socket_enabled")
async def test_a_file_is_read_in_pieces_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = tmp_path / "file.mp4", (bytes(range(251)) * 4200)[: 2 * CHUNK + 10]
    path.write_bytes(content)
    sizes, answers, pread = list[int](), list[object](), os.pread
    waited = note_timeouts(monkeypatch)

    def note(descriptor: int, size: int, offset: int) -> bytes:
        sizes.append(size)
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", note)
    async with served(sending(Part(path, 0, len(content)), answers)) as client:
        assert await (await client.get("/")).read() == content
        assert sizes == [CHUNK, CHUNK, 10]
        open_files = count_open_files()
        for first, last in ((CHUNK - 2, CHUNK + 1), (0, 0), (2 * CHUNK, 2 * CHUNK + 9)):
            headers = {hdrs.RANGE: f"bytes={first}-{last}"}
            answer = await client.get("/", headers=headers)
            assert await answer.read() == content[first : last + 1]
        assert count_open_files() <= open_files
        assert {seconds for seconds in waited if seconds} == {30.0}
    assert all(isinstance(one, web.StreamResponse) for one in answers)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    secret, link = tmp_path / "secret", tmp_path / "file.mp4"
    secret.write_bytes(b"secret")
    link.symlink_to(secret)
    async with served(sending(Part(link, 0, 6), [])) as client:
        answer = await client.get("/")
        assert (answer.status, await answer.read()) == (503, b"")
