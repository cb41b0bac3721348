"""The page behind a short address: what it shows, to whom in which words, and what it forbids."""

from html import escape
from http import HTTPStatus
from importlib import import_module
import logging
import re
import sys

from aiohttp import hdrs
import pytest

from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.storage.secret_sets import Credentials
from custom_components.toonami_downlink.views.guesses import (
    ADDRESSES_KEPT,
    GUESSES_ALLOWED,
    GUESSES_ALLOWED_TOGETHER,
    WINDOW_SECONDS,
    GuessLimit,
)
from custom_components.toonami_downlink.views.short_page import Page, draw_qr, render_page
from custom_components.toonami_downlink.views.short_texts import (
    TEXTS,
    Device,
    device_of,
    language_of,
)

from .harness import Harness

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"
CODE = "k7f3qx9m"
CREDENTIALS = Credentials(feed_token="t" * 43, username="toonamiabcdef", password="p" * 20)


def page_of(name: str = "Kids", language: str = "en", device: Device = Device.PHONE) -> str:
    origin = "http://192.168.1.5:8123"
    address = f"{origin}/tv/{CODE}"
    return render_page(Page(name, origin, address, CREDENTIALS, language, device)).decode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_browser_gets_the_page(harness: Harness, method: str) -> None:
    code = harness.coordinator.credentials.code(HOME)
    headers = {
        hdrs.ACCEPT: "text/html,*/*;q=0.8",
        hdrs.USER_AGENT: BROWSER,
        hdrs.ACCEPT_LANGUAGE: "de-AT,de;q=0.9,en;q=0.5",
    }
    answer = await harness.client.request(method, f"/tv/{code}", headers=headers)
    assert answer.status == HTTPStatus.OK
    assert answer.headers[hdrs.CONTENT_TYPE] == "text/html; charset=utf-8"
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert answer.headers[hdrs.VARY] == "Accept, Accept-Language, User-Agent"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    text = await answer.text()
    (record,) = harness.coordinator.clients.records
    assert (record.kind, record.outcome) == (RequestKind.PAGE, Outcome.OK)
    if method == "HEAD":
        assert text == ""
        return
    credentials = harness.coordinator.credentials
    assert '<html lang="de">' in text
    assert f"<h1>{harness.entry.title}</h1>" in text
    assert f'{harness.origin}/tv/<b class="code">{code}</b>' in text
    for value in (harness.origin, credentials.username, credentials.password):
        assert f"<dd>{value}</dd>" in text
    for step in TEXTS["de"]["computer"]:
        assert f"<li>{escape(step)}</li>" in text


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("device", Device)
def test_nothing_is_loaded_and_nothing_runs(language: str, device: Device) -> None:
    page = page_of(language=language, device=device)
    assert not re.search(r"<script|<link|<img|<iframe|<form|<a |@import|url\(|style=| on\w+=", page)
    assert "http" not in page.replace("http://192.168.1.5:8123", "")
    assert f'<html lang="{language}">' in page
    assert "<details><summary>" in page
    assert CREDENTIALS.feed_token not in page


def test_a_name_is_text_and_nothing_else() -> None:
    name = "<script>alert(1)</script>\"'&"
    page = page_of(name)
    assert "<script" not in page
    assert f"<h1>{escape(name)}</h1>" in page


def test_all_languages_say_the_same() -> None:
    for texts in TEXTS.values():
        assert texts.keys() == TEXTS["en"].keys()
        for device in ("television", "phone", "computer"):
            assert len(texts[device]) == len(TEXTS["en"][device])


def test_the_code_is_that_of_the_address() -> None:
    address = "http://192.168.1.5:8123/tv/k7f3qx9m"
    drawing = draw_qr(address)
    assert drawing is not None
    size, path = drawing
    rows = import_module("pyqrcode").create(address, error="M").code
    assert size == len(rows) + 8
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    assert dark == {(x, y) for y, row in enumerate(rows) for x, one in enumerate(row) if one}
    assert f'viewBox="-4 -4 {size} {size}"' in page_of()


def test_without_the_library_there_is_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyqrcode", None)
    draw_qr.cache_clear()
    assert draw_qr("http://192.168.1.5:8123/tv/k7f3qx9m") is None
    page = page_of()
    draw_qr.cache_clear()
    assert "<svg" not in page
    assert CODE in page


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, fr;q=0.9", "de"),
        ("fr;q=0.4, ja;q=0.5", "ja"),
        ("pt", "pt-BR"),
        ("pt-PT,pt;q=0.8,en;q=0.5", "pt-BR"),
        ("ES-mx", "es"),
        ("tlh, *;q=0.5", "en"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=nan, de;q=inf, de;q=2, de;q=-1, de;q=x, de;v=1", "en"),
        ("x," * 255 + "xx,de", "en"),
        ("\udcff;q=\udcff", "en"),
    ],
)
def test_the_language_that_a_browser_likes_best(header: str, language: str) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("", Device.COMPUTER),
        (BROWSER, Device.COMPUTER),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/150.0 Mobile Safari/537", Device.PHONE),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", Device.PHONE),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) TV Safari/537.36", Device.TELEVISION),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) Chrome/120.0 Safari/537.36", Device.TELEVISION),
        ("Mozilla/5.0 (Linux; Android 11; AFTKA) Silk/120 Safari/537.36", Device.TELEVISION),
        ("Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) Chrome/120.0", Device.TELEVISION),
        ("x" * 512 + "tizen", Device.COMPUTER),
    ],
)
def test_what_a_browser_runs_on(user_agent: str, device: Device) -> None:
    assert device_of(user_agent) is device


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_guesses_of_one_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    limit = GuessLimit(clock)
    noted = [limit.is_noted("10.0.0.1") for _ in range(GUESSES_ALLOWED + 2)]
    assert noted == [True] * GUESSES_ALLOWED + [False] * 2
    assert limit.is_noted("10.0.0.2")
    assert len(caplog.records) == 1
    # As long as it goes on it is told once; after a quiet window it is told again.
    clock.now = WINDOW_SECONDS
    assert [limit.is_noted("10.0.0.1") for _ in range(GUESSES_ALLOWED + 1)][-1] is False
    assert len(caplog.records) == 1
    clock.now = 2 * WINDOW_SECONDS
    assert limit.is_noted("10.0.0.1")
    clock.now = 3 * WINDOW_SECONDS
    for _ in range(GUESSES_ALLOWED + 1):
        limit.is_noted("10.0.0.1")
    assert len(caplog.records) == 2


def test_guesses_of_many_addresses() -> None:
    clock = Clock()
    limit = GuessLimit(clock)
    noted = [limit.is_noted(f"10.0.{n // 256}.{n % 256}") for n in range(5 * ADDRESSES_KEPT)]
    assert noted.count(True) == GUESSES_ALLOWED_TOGETHER
    assert all(noted[:GUESSES_ALLOWED_TOGETHER])
    clock.now = WINDOW_SECONDS - 0.001
    assert not limit.is_noted("10.9.9.9")
    clock.now = WINDOW_SECONDS
    assert limit.is_noted("10.9.9.9")
