"""Requests to upstream: how they are made, and what becomes of answers that are none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import gzip
from pathlib import Path
import socket
import ssl
import tracemalloc
from typing import Any

from aiohttp import web
import pytest

from downlink.errors import (
    DownlinkError,
    TimedOutError,
    UpstreamNonsenseError,
    UpstreamUnreachableError,
)
from downlink.provider import outside
from downlink.provider.api import (
    MAX_ANSWER_BYTES,
    MAX_CONCURRENT,
    MAX_REDIRECTS,
    NoAnswerError,
    NoConnectionError,
    Timeouts,
    Upstream,
)
from downlink.provider.tls import CertificateVerifier

from .upstream import HASTY, QUICK, asking, pretend_names, serving, simulator

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def plain(body: bytes, **headers: str) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": "application/json", **headers})

    return answer


def packed(data: bytes) -> Handler:
    return plain(data, **{"Content-Encoding": "gzip"})


def redirect(to: str) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to})

    return answer


async def ask(handler: Handler, **options: Any) -> Any:
    async with serving(web.get("/thing", handler)) as url, asking(url, **options) as upstream:
        return await upstream.fetch_json("/thing", {"name": "a b&c"})


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        pytest.param(plain(b'{"a": "\xc3\xa9"}'), {"a": "\u00e9"}, id="JSON"),
        pytest.param(plain(b""), None, id="empty"),
        pytest.param(plain(b" \r\n"), None, id="blank"),
        pytest.param(plain(b"null"), None, id="null"),
        pytest.param(plain(b'{"a": "\xff"}'), {"a": "\ufffd"}, id="not UTF-8"),
        pytest.param(packed(gzip.compress(b"[1]")), [1], id="gzip"),
        pytest.param(packed(b""), None, id="empty and packed"),
        pytest.param(plain(b"[" + b" " * (MAX_ANSWER_BYTES - 2) + b"]"), [], id="as large as may"),
    ],
)
async def test_answers(handler: Handler, expected: object) -> None:
    assert await ask(handler) == expected


@pytest.mark.parametrize(
    ("handler", "error", "said"),
    [
        pytest.param(
            plain(b"<html>"), UpstreamNonsenseError, "did not answer with JSON", id="HTML"
        ),
        pytest.param(plain(b"[" * 200_000), UpstreamNonsenseError, "JSON", id="deep"),
        pytest.param(plain(b" " * (MAX_ANSWER_BYTES + 1)), UpstreamNonsenseError, "more than"),
        pytest.param(
            packed(gzip.compress(bytes(MAX_ANSWER_BYTES + 1))),
            UpstreamNonsenseError,
            "more than",
            id="bomb",
        ),
        pytest.param(packed(b"not gzip"), UpstreamNonsenseError, "broke off", id="not gzip"),
        pytest.param(
            packed(gzip.compress(b"[1, 2, 3]")[:-4]), UpstreamNonsenseError, "broke off", id="half"
        ),
        pytest.param(
            plain(b"[]", **{"Content-Encoding": "br"}), UpstreamNonsenseError, "encoding", id="br"
        ),
        pytest.param(redirect("/thing"), UpstreamNonsenseError, "without end", id="loop"),
        pytest.param(redirect("mailto:a"), UpstreamUnreachableError, "broke off", id="mail"),
        pytest.param(redirect("/other"), UpstreamNonsenseError, "status 404", id="gone"),
        pytest.param(redirect("http://127.0.0.1:1/"), NoConnectionError, "cannot be reached"),
    ],
)
async def test_what_is_no_answer(handler: Handler, error: type[DownlinkError], said: str) -> None:
    with pytest.raises(error, match=said):
        await ask(handler)


async def test_answer_that_breaks_off() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"[1")
        assert request.transport
        request.transport.abort()
        return response

    with pytest.raises((UpstreamNonsenseError, UpstreamUnreachableError), match="broke off"):
        await ask(answer)


async def test_no_server() -> None:
    async with asking("http://127.0.0.1:1") as upstream:
        with pytest.raises(NoConnectionError, match=r"^http://127.0.0.1:1 cannot be reached: Con"):
            await upstream.fetch_text("/thing", {})


async def test_other_protocol() -> None:
    async with serving() as url, asking(url.replace("http:", "https:")) as upstream:
        with pytest.raises(NoConnectionError):
            await upstream.fetch_text("/thing", {})


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_silence() -> None:
    with pytest.raises(NoAnswerError, match=r"/thing did not answer within 0\.4 seconds"):
        await ask(hang, timeouts=HASTY)


async def test_time_for_the_run_is_over() -> None:
    with pytest.raises(TimedOutError, match=r"0\.3 seconds were not enough"):
        await ask(hang, timeouts=Timeouts(answer=5, run=0.3))
    with pytest.raises(TimedOutError):
        await ask(plain(b"[]"), timeouts=Timeouts(run=0))


async def test_one_byte_after_the_other() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    with pytest.raises(NoAnswerError):
        await ask(answer, timeouts=HASTY)


@pytest.mark.parametrize(
    ("tries", "failures", "is_good"),
    [
        pytest.param(1, 1, False, id="once"),
        pytest.param(2, 1, True, id="second"),
        pytest.param(2, 2, False, id="twice"),
    ],
)
async def test_hiccups(tries: int, failures: int, is_good: bool) -> None:
    seen = 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        return web.Response(text="<html>" if seen <= failures else "[]")

    async with serving(web.get("/thing", answer)) as url, asking(url) as upstream:
        if is_good:
            assert await upstream.fetch_json("/thing", {}, tries=tries) == []
        else:
            with pytest.raises(UpstreamNonsenseError):
                await upstream.fetch_json("/thing", {}, tries=tries)
        assert seen == upstream.requests == tries


async def test_pause_before_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    async with (
        serving(web.get("/thing", plain(b"<html>"))) as url,
        asking(url, QUICK) as upstream,
    ):
        monkeypatch.setattr(asyncio, "sleep", note)
        with pytest.raises(UpstreamNonsenseError):
            await upstream.fetch_json("/thing", {}, tries=3)
    assert pauses.count(QUICK.pause) == 2


async def test_silence_is_not_tried_again() -> None:
    async with serving(web.get("/thing", hang)) as url, asking(url, HASTY) as upstream:
        with pytest.raises(NoAnswerError):
            await upstream.fetch_json("/thing", {}, tries=3)
        assert upstream.requests == 1


async def test_few_at_a_time_over_few_connections() -> None:
    running = most = 0
    connections = set()

    async def answer(request: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        connections.add(request.transport)
        await asyncio.sleep(0.01)
        running -= 1
        return web.Response(text="[]")

    async with serving(web.get("/thing", answer)) as url, asking(url) as upstream:
        await asyncio.gather(*(upstream.fetch_json("/thing", {}) for _ in range(40)))
    assert most == MAX_CONCURRENT
    assert len(connections) == MAX_CONCURRENT


async def test_what_is_sent() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response([request.path_qs, dict(request.headers)])

    path, headers = await ask(answer)
    assert path == "/thing?name=a+b%26c"
    assert headers["Accept-Encoding"] == "gzip"


async def test_bomb_of_the_simulator_does_not_go_off() -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"rules": [{"endpoint": "media", "kind": "gzip_bomb"}]})
        tracemalloc.start()
        try:
            with pytest.raises(UpstreamNonsenseError, match="more than"):
                await upstream.fetch_json("/media", {})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # The simulator's own 16 MiB are in this process as well; unpacked it would be 1 GiB.
        assert peak < 128 * 1024 * 1024


@asynccontextmanager
async def encrypted(tmp_path: Path, to: str) -> AsyncIterator[str]:
    """Serve a redirect over https, with the certificate of the simulator."""
    async with simulator(tls=True) as sim:
        assert sim.ca_file
        assert sim.upstream.chain
        context: ssl.SSLContext = sim.upstream.chain.server_context(tmp_path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(sim.ca_file))
            async with serving(web.get("/thing", redirect(to)), context=context) as url:
                yield url


class Noted:
    """Answers with a list, or a way back, and knows what was asked of it."""

    def __init__(self, back: str | None = None) -> None:
        self.asked: list[str] = []
        self._back = back

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self._back:
            return web.Response(status=302, headers={"Location": self._back})
        return web.Response(text="[]")


@pytest.mark.parametrize("back", [None, "https://127.0.0.1:1/"], ids=["end", "way back"])
async def test_no_way_out_of_encryption(tmp_path: Path, back: str | None) -> None:
    plain_one = Noted(back)
    async with (
        serving(web.get("/plain", plain_one.answer)) as clear,
        encrypted(tmp_path, f"{clear}/plain") as url,
        asking(url) as upstream,
    ):
        with pytest.raises(UpstreamNonsenseError, match="without encryption"):
            await upstream.fetch_json("/thing", {})
        with pytest.raises(UpstreamNonsenseError, match="without encryption"):
            await Upstream(
                upstream._session,  # noqa: SLF001
                url.replace("https:", "HTTPS:"),
                verifier=CertificateVerifier(),
                timeouts=QUICK,
            ).fetch_json("/thing", {})
    assert plain_one.asked == []


@pytest.mark.parametrize(
    ("host", "error", "said"),
    [
        pytest.param("127.0.0.1", UpstreamNonsenseError, "not public", id="address"),
        pytest.param("localhost", UpstreamNonsenseError, "not public", id="localhost"),
        pytest.param("2130706433", UpstreamNonsenseError, "not public", id="decimal"),
        pytest.param("0x7f.1", UpstreamNonsenseError, "not public", id="hexadecimal"),
        pytest.param("[::ffff:7f00:1]", UpstreamNonsenseError, "not public", id="mapped"),
        pytest.param("router", UpstreamNonsenseError, "not public", id="name of the house"),
        pytest.param(
            "other.example", NoConnectionError, "not a public address", id="name that leads there"
        ),
    ],
)
async def test_no_way_into_the_house(
    host: str, error: type[DownlinkError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_names(monkeypatch, "upstream.example", "upstream.lan", "other.example", "router")
    inner = Noted()
    async with serving(web.get("/inner", inner.answer)) as house:
        away = redirect(f"{house.replace('127.0.0.1', host)}/inner")
        async with serving(web.get("/thing", away)) as url:
            async with asking(url.replace("127.0.0.1", "upstream.example")) as upstream:
                with pytest.raises(error, match=said):
                    await upstream.fetch_json("/thing", {})
            assert inner.asked == []
            if host[-1].isalpha():
                async with asking(url.replace("127.0.0.1", "upstream.lan")) as upstream:
                    assert await upstream.fetch_json("/thing", {}) == []
                assert inner.asked == ["/inner"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects(status: int) -> None:
    async def away(request: web.Request) -> web.Response:
        steps = int(request.query.get("steps", "0"))
        if steps == MAX_REDIRECTS + int("more" in request.query):
            return web.Response(text="[]")
        more = "&more" if "more" in request.query else ""
        return web.Response(status=status, headers={"Location": f"thing?steps={steps + 1}{more}"})

    async with serving(web.get("/thing", away)) as url, asking(url) as upstream:
        assert await upstream.fetch_json("/thing", {}) == []
        with pytest.raises(UpstreamNonsenseError, match="without end"):
            await upstream.fetch_json("/thing", {"more": ""})


async def test_redirect_to_nowhere() -> None:
    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=302)

    with pytest.raises(UpstreamNonsenseError, match="status 302"):
        await ask(away)


@pytest.mark.parametrize("asked", ["example.com", "127.0.0.1"])
async def test_bodies_stay_packed(asked: str) -> None:
    """Who reads them unpacks them, with a limit."""
    async with outside.outside_session(asked) as session:
        assert not session.auto_decompress


@pytest.mark.parametrize(
    ("family", "address"),
    [
        pytest.param(socket.AF_INET, ("8.8.8.8", 80), id="IPv4"),
        pytest.param(socket.AF_INET6, ("2001:4860:4860::8888", 80, 0, 0), id="IPv6"),
    ],
)
def test_way_to_the_internet_is_open(family: socket.AddressFamily, address: Any) -> None:
    """Nothing is connected: this is what is asked for a socket before it is."""
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)
    with outside._open_public_socket(info) as made:  # noqa: SLF001
        assert made.family is family
