"""What is remembered is bounded in bytes, whatever is asked for, and however often."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
import json
from pathlib import Path
from random import Random
import tracemalloc
from typing import Any, Final, cast
import zlib

from aiohttp import hdrs
from aiohttp.test_utils import make_mocked_request
import pytest

from custom_components.toonami_downlink.assist.matching import fold
from custom_components.toonami_downlink.assist.sentences import _spellings, spoken_titles
from custom_components.toonami_downlink.engine.downlink.client_log import player_name
from custom_components.toonami_downlink.engine.downlink.identity import show_key
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_TITLE_CHARS,
    MAX_URL_CHARS,
    MIB,
)
from custom_components.toonami_downlink.engine.downlink.network import may_lead_to
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import (
    _short_values,
    _values,
)
from custom_components.toonami_downlink.engine.downlink.publish.publication import Body, Offer
from custom_components.toonami_downlink.panel.files import read_files
from custom_components.toonami_downlink.panel.registration import FRONTEND_DIR
from custom_components.toonami_downlink.views.base import _REMEMBERED_CHARS, respond
from custom_components.toonami_downlink.views.origin import _MAX_HOST_CHARS, parse_origin
from custom_components.toonami_downlink.views.response_cache import (
    _GUIDE_BYTES,
    _KEPT_BYTES,
    GuideCache,
    ResponseCache,
    _Bodies,
)
from custom_components.toonami_downlink.views.short_page import draw_qr
from custom_components.toonami_downlink.views.xtream import _NUMBER_CHARS, Call
from custom_components.toonami_downlink.views.xtream_responses import account
from tests.night import by_night

from .harness import Harness

PACKAGE: Final = "custom_components.toonami_downlink"
ROOT: Final = Path(__file__).parents[2].joinpath(*PACKAGE.split("."))
NOW: Final = datetime(2026, 11, 26, tzinfo=UTC)
SMALL: Final = Body(b"", b"", '"x"')


@dataclass(frozen=True, slots=True)
class Asked:
    """How a function that remembers is asked for something else each time.

    `ask` goes in where others do, with the longest text that is remembered from there; the text
    begins with what is different. `size` is all that may be kept then, in bytes.
    """

    ask: Callable[[str], object]
    chars: int
    size: int
    fill: str = "x"
    """What the text is filled up with: U+20000 takes four bytes, and is a letter."""


def ask_in_a_way(accepted: str) -> None:
    request = make_mocked_request("GET", "/", headers={hdrs.ACCEPT_ENCODING: accepted})
    respond(request, SMALL, "text/plain")


def ask_for_a_number(text: str) -> None:
    nothing = cast("Any", None)
    Call(nothing, nothing, {"limit": text}).number("limit")


def ask_for_an_account(text: str) -> None:
    origin = parse_origin("http", text)
    assert origin
    account("toonamiabcdef", "p" * 20, 1, origin, NOW)


def ask_for_an_address(host: str) -> None:
    may_lead_to(f"http://{host}.example/", "http://example.com/")


def read_a_programme(text: str) -> None:
    _values(zlib.compress(json.dumps({"title": text[:99], "description": text}).encode()))


ASKED: Final = {
    "views.base._head": Asked(ask_in_a_way, _REMEMBERED_CHARS, 4 * MIB),
    "views.origin._parse_origin": Asked(
        lambda text: parse_origin("http", f"{text}:65535"), _MAX_HOST_CHARS, MIB
    ),
    "views.xtream._number": Asked(ask_for_a_number, _NUMBER_CHARS, MIB // 4),
    "views.short_page.draw_qr": Asked(draw_qr, 300, MIB),
    "views.xtream_responses.account": Asked(ask_for_an_account, 60, MIB // 4),
    "engine.downlink.client_log._player_name": Asked(player_name, 65_536, MIB),
    "engine.downlink.identity.show_key": Asked(show_key, MAX_TITLE_CHARS, 48 * MIB, "\U00020000"),
    "engine.downlink.network.is_global_host": Asked(
        ask_for_an_address, MAX_URL_CHARS - 16, 2 * MIB
    ),
    "engine.downlink.publish.aired_log._short_values": Asked(read_a_programme, 1_800, 24 * MIB),
    "assist.matching.fold": Asked(fold, MAX_TITLE_CHARS, 24 * MIB, "\U00020000"),
    "assist.sentences.spoken_titles": Asked(spoken_titles, MAX_TITLE_CHARS, 48 * MIB, "\U00020000"),
    "assist.sentences._spellings": Asked(_spellings, MAX_TITLE_CHARS, 96 * MIB, "\U00020000"),
}
"""Each function that remembers what it was asked, but for those of `FIXED`."""
FIXED: Final = {
    "engine.downlink.provider.tls.shared_verifier": "by whether it verifies, and our own file",
    "engine.downlink.relay.slate.slate_segment": "by whether it is the radio's",
    "engine.downlink.relay.slate.notice": "by whether it is the radio's",
}


def remembering() -> set[str]:
    """Return all functions of ours that remember what they were asked, by module and name."""
    found = set()
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    makers = node.decorator_list
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=maker))
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=maker))
                ):
                    makers = [maker]
                case _:
                    continue
            if any(called(maker) in {"cache", "lru_cache"} for maker in makers):
                found.add(f"{module}.{name}")
    return found


def called(maker: ast.expr) -> str:
    """Return the name that a decorator, or what is called, begins with."""
    while isinstance(maker, ast.Call):
        maker = maker.func
    return maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")


def test_all_that_remember_are_in_the_table() -> None:
    assert remembering() == {*ASKED, *FIXED}


def grown_by(function: Any, one: Asked) -> int:
    """Ask for more than is remembered; return how much memory that has taken."""
    function.cache_clear()
    count = function.cache_parameters()["maxsize"]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(count + count // 4):
            mark = f"{number}-"
            one.ask(mark + one.fill * (one.chars - len(mark)))
        assert function.cache_info().currsize == count, "it is another one that remembers"
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        function.cache_clear()


@pytest.mark.parametrize(
    "name", by_night(ASKED, keep=["views.base._head", "engine.downlink.network.is_global_host"])
)
def test_what_is_remembered_has_a_size(name: str) -> None:
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"{PACKAGE}.{module}"), function)
    grown = grown_by(found, ASKED[name])
    print(name, grown)
    assert grown <= ASKED[name].size


def test_a_long_text_about_a_programme_is_not_remembered() -> None:
    def remembered(text: str) -> int:
        _short_values.cache_clear()
        read_a_programme(text)
        return _short_values.cache_info().currsize

    # Neither a short text that was made long, nor what is not a short one in the first place.
    assert grown_by(_short_values, Asked(read_a_programme, 5_000, 0)) < 4 * MIB
    assert remembered(Random(1).randbytes(2_400).hex()) == 0  # no secret


def body(size: int) -> Body:
    """Return one that takes so many bytes."""
    return Body(bytes(size - 10), bytes(10), '"x"')


def test_bodies_make_room_at_the_limit() -> None:
    bodies = _Bodies[str](count=3, size=100)
    for key, size in (("a", 40), ("b", 40), ("c", 20)):
        bodies.put(key, body(size))
    assert (bodies.size, [key for key in "abc" if bodies.get(key)]) == (100, ["a", "b", "c"])
    # One more than there may be; then a byte more.
    bodies.put("d", body(10))
    assert (bodies.size, [key for key in "abcd" if bodies.get(key)]) == (70, ["b", "c", "d"])
    bodies.put("b", body(71))
    assert (bodies.size, [key for key in "bcd" if bodies.get(key)]) == (81, ["b", "d"])
    # The newest is kept, however large it is.
    bodies.put("e", body(101))
    assert (bodies.size, [key for key in "bde" if bodies.get(key)]) == (101, ["e"])
    bodies.put("f", body(10))
    assert (bodies.size, bodies.get("e")) == (10, None)
    bodies.clear()
    assert (bodies.size, bodies.get("f")) == (0, None)


async def test_answers_are_kept_up_to_a_size(harness: Harness) -> None:
    cache, made = ResponseCache(), list[int]()

    def make(_offer: Offer, number: int) -> bytes:
        made.append(number)
        return Random(number).randbytes(MIB)  # gzip can do nothing about it

    for number in range(20):
        cache.get(harness.publication, make, number)
        assert 2 * MIB < cache.size <= _KEPT_BYTES
    made.clear()
    for number in reversed(range(20)):
        cache.get(harness.publication, make, number)
    assert made == list(range(12, -1, -1))


async def test_guides_are_kept_up_to_a_size(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.publication, "guide", lambda _origin: body(20 * MIB))
    cache = GuideCache(harness.hass)
    origins = [f"http://tv{number}.lan" for number in range(5)]
    for one in origins:
        await cache.async_get(harness.publication, one, is_own=True)
        assert 20 * MIB <= cache.size <= _GUIDE_BYTES
    kept = [bool(cache.get(harness.publication, one)) for one in origins]
    assert kept == [False, False, True, True, True]


def test_files_of_the_panel_are_all_there_is() -> None:
    files = read_files(FRONTEND_DIR)
    kept = sum(len(file.content) + len(file.gzipped or b"") for file in files.values())
    assert kept <= 3 * MIB
