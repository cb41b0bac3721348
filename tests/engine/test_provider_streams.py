"""Addresses to play a channel from."""

import logging
from pathlib import Path

from aiohttp import ClientSession, web
import pytest

from downlink.errors import UpstreamUnreachableError
from downlink.lineup import KNOWN, KnownChannel
from downlink.provider import streams
from downlink.provider.api import Timeouts
from downlink.provider.streams import StreamAddress, fetch_stream, mirror_url, resolve_stream
from downlink.provider.tls import shared_verifier

from .authority import Certificate
from .upstream import HASTY, asking, pretend_names, serving, simulator

EAST, WEST, *_ = KNOWN
MIRROR = "http://upstream.example:3000/est/playlist.m3u8"
FAULT = {"endpoint": "streamurl"}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.key)
async def test_each_channel(known: KnownChannel) -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        url = await fetch_stream(upstream, known)
    assert url
    assert f"/livehttporigin/{known.slug}/" in url
    assert url.endswith("?streamDelay=180") is (known.delay == 180)


@pytest.mark.parametrize(
    ("kind", "is_usable"),
    [
        pytest.param("quoted", True, id="quotes and a line end"),
        pytest.param("html502", False, id="error page"),
        pytest.param("html200", False, id="page"),
        pytest.param("empty", False, id="nothing"),
        pytest.param("null", False, id="null"),
        pytest.param("truncated", False, id="half an address"),
        pytest.param("reset", False, id="reset"),
        pytest.param("redirect_loop", False, id="loop"),
    ],
)
async def test_bad_answers(kind: str, is_usable: bool) -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"rules": [FAULT | {"kind": kind}]})
        assert bool(await fetch_stream(upstream, EAST)) is is_usable
        assert upstream.requests == (1 if is_usable else 2)


async def test_second_try_gets_another_node() -> None:
    async with simulator() as sim, asking(sim.url) as upstream:
        sim.set_faults({"rules": [FAULT | {"kind": "html502", "nth": [1]}]})
        assert await fetch_stream(upstream, EAST)


async def test_silence_is_not_tried_again() -> None:
    async with simulator() as sim, asking(sim.url, HASTY) as upstream:
        sim.set_faults({"rules": [FAULT | {"kind": "silence"}]})
        assert await fetch_stream(upstream, EAST) is None
        assert sim.count("streamurl") == 1


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        pytest.param(
            "https://api.toonamiaftermath.com",
            "http://api.toonamiaftermath.com:3000/est/playlist.m3u8?streamDelay=180",
            id="usual",
        ),
        pytest.param(
            "http://127.0.0.1:8080/api",
            "http://127.0.0.1:8080/est/playlist.m3u8?streamDelay=180",
            id="own port",
        ),
        pytest.param(
            "https://[::1]:8443",
            "https://[::1]:8443/est/playlist.m3u8?streamDelay=180",
            id="IPv6",
        ),
    ],
)
def test_mirror(api_url: str, expected: str) -> None:
    assert mirror_url(api_url, WEST) == expected
    assert mirror_url(api_url, EAST) == expected.partition("?")[0]


async def test_mirror_is_really_there() -> None:
    async with (
        simulator() as sim,
        ClientSession() as session,
        session.get(mirror_url(sim.url, WEST)) as response,
    ):
        assert response.status in (200, 503)  # 503: there is no ffmpeg to make segments with


async def test_resolving_with_and_without_a_session() -> None:
    async with simulator() as sim, ClientSession() as session:
        for given in (None, session):
            address = await resolve_stream(sim.url, EAST, given)
            assert address.url.startswith(f"{sim.url}/n")
            assert not address.is_mirror
        assert not session.closed


async def test_resolving_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_AT_PLAY_TIME", HASTY)
    async with simulator() as sim:
        for kind in ("html502", "silence"):
            sim.set_faults({"rules": [FAULT | {"kind": kind}]})
            mirror = StreamAddress(f"{sim.url}/est/playlist.m3u8", is_mirror=True)
            assert await resolve_stream(sim.url, EAST) == mirror


@pytest.mark.parametrize(
    ("answer", "is_mirror", "is_in_clear"),
    [
        pytest.param("https://n1.example/est/a.m3u8", False, False, id="encrypted"),
        pytest.param("http://n1.example/est/a.m3u8", False, True, id="in clear"),
        pytest.param("", True, True, id="none"),
    ],
)
async def test_encryption_is_not_lost_unseen(
    root: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: str,
    is_mirror: bool,
    is_in_clear: bool,
) -> None:
    """As on the real API's host, which is at no port of its own, so that the mirror is in clear."""

    async def stream_url(_request: web.Request) -> web.Response:
        return web.Response(text=answer)

    monkeypatch.setattr(streams, "mirror_url", lambda *_: MIRROR)
    shared_verifier.cache_clear()
    route = web.get("/streamUrl", stream_url)
    with caplog.at_level(logging.INFO):
        async with serving(route, context=root.leaf().served(tmp_path)) as url:
            address = await resolve_stream(url, EAST)
    shared_verifier.cache_clear()
    assert address == StreamAddress(MIRROR if is_mirror else answer, is_mirror)
    assert address.is_in_clear is is_in_clear
    assert (f"is played without encryption: {address.url}" in caplog.text) is is_in_clear


@pytest.mark.parametrize(
    ("host", "is_for_public_api"),
    [
        pytest.param("n1.example", True, id="public"),
        pytest.param("192.168.1.1", False, id="house"),
        pytest.param("supervisor", False, id="Supervisor"),
        pytest.param("2852039166", False, id="metadata of clouds, decimal"),
        pytest.param("[::1]", False, id="loopback"),
    ],
)
async def test_players_are_not_sent_into_the_house(
    host: str, is_for_public_api: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stream_url(_request: web.Request) -> web.Response:
        return web.Response(text=f"https://{host}/est/a.m3u8")

    pretend_names(monkeypatch, "upstream.example")
    async with serving(web.get("/streamUrl", stream_url)) as url:
        async with asking(url.replace("127.0.0.1", "upstream.example")) as upstream:
            found = await fetch_stream(upstream, EAST)
        assert bool(found) is is_for_public_api
        async with asking(url) as upstream:
            assert await fetch_stream(upstream, EAST)


async def test_resolving_without_a_network() -> None:
    with pytest.raises(UpstreamUnreachableError):
        await resolve_stream("http://127.0.0.1:1", EAST)


async def test_resolving_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulator(tls=True) as sim:
        shared_verifier.cache_clear()
        with pytest.raises(UpstreamUnreachableError, match="certificate"):
            await resolve_stream(sim.https_url, EAST)
        assert await resolve_stream(sim.https_url, EAST, verify_tls=False)
        shared_verifier.cache_clear()
        monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        assert await resolve_stream(sim.https_url, EAST)
    shared_verifier.cache_clear()


def test_nobody_waits_long_for_a_picture() -> None:
    timeouts: Timeouts = streams._AT_PLAY_TIME  # noqa: SLF001
    assert timeouts.run <= 10
