"""What the simulated nodes do to playlists and segments when they are told to."""

from collections.abc import Iterator
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts.lib.develop.client import Answer, request
from scripts.lib.develop.home import HOST
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import DevelopError, wait_for
from tests.e2e.clients.programs import run
from tests.e2e.nodes import PATIENCE, STREAM, address, ask, chunklist, newest, started
from tests.night import by_night
from tests.simulator.stream_spoilers import HUGE_PLAYLIST_BYTES

PACKET = 188
ELSEWHERE = "http://10.0.0.1:8123/{name}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    with started(tmp_path_factory.mktemp("nodes"), nodes=True) as upstream:
        yield upstream


@pytest.fixture
def nodes(running: Upstream) -> Upstream:
    running.set_faults({})
    running.clear_log()
    return running


def spoil(upstream: Upstream, **rule: object) -> None:
    upstream.set_faults({"rules": [STREAM | rule]})


def fetched(upstream: Upstream, url: str, limit: int) -> tuple[bytes, bytes]:
    """Read so many bytes of a raw answer at most; return its head and the rest."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=str(upstream.chain_file))
    with (
        socket.create_connection((HOST, parts.port or 0), 10) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        connection.settimeout(2)
        data = b""
        while len(data) < limit and (more := _received(connection)):
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def _received(connection: ssl.SSLSocket) -> bytes:
    try:
        return connection.recv(1 << 20)
    except TimeoutError:
        return b""


def is_whole(answer: Answer) -> bool:
    """Whether this is a transport stream: a sync byte in front of each packet."""
    body = answer.body
    return len(body) % PACKET == 0 and set(body[::PACKET]) == {0x47}


# Segments


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("kind", "status", "whole"),
    [
        pytest.param("missing", 404, None, id="missing"),
        pytest.param("forbidden", 403, None, id="forbidden"),
        pytest.param("html200", 200, None, id="a page"),
        pytest.param("html502", 502, None, id="bad gateway"),
        pytest.param("image", 200, None, id="a picture"),
        pytest.param("empty", 200, None, id="nothing"),
        pytest.param("short", 200, True, id="short"),
        pytest.param("ragged", 200, False, id="ragged"),
        pytest.param("corrupt", 200, False, id="corrupt"),
        pytest.param("without_sync", 200, False, id="without sync bytes"),
    ],
)
def test_bad_segment(nodes: Upstream, kind: str, status: int, whole: bool | None) -> None:
    good = ask(nodes, url := newest(nodes))
    spoil(nodes, kind=kind, part="segment", node="n3")
    bad = ask(nodes, url)

    assert is_whole(good)
    assert bad.status == status
    assert int(bad.headers["content-length"]) == len(bad.body) < len(good.body) + 1
    if whole is not None:
        assert (is_whole(bad), bad.headers["content-type"]) == (whole, "video/mp2t")
    assert bad.body != good.body
    assert ask(nodes, chunklist(nodes)).body.startswith(b"#EXTM3U\n")
    assert is_whole(ask(nodes, newest(nodes, "n4")))


@pytest.mark.nightly
def test_ffprobe_finds_fault_with_a_corrupt_segment(nodes: Upstream) -> None:
    words = ("ffmpeg", "-v", "error", "-i", newest(nodes), "-f", "null", "-")
    assert not run(*words).stderr
    spoil(nodes, kind="corrupt", part="segment")
    assert run(*words, check=False).stderr


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["stall", "broken_off"])
def test_half_a_segment(nodes: Upstream, kind: str) -> None:
    good = ask(nodes, url := newest(nodes))
    spoil(nodes, kind=kind, part="segment")
    head, body = fetched(nodes, url, len(good.body))

    assert f"content-length: {len(good.body)}".encode() in head.lower()
    assert body == good.body[: len(good.body) // 2]


@pytest.mark.nightly
def test_endless_segment(nodes: Upstream) -> None:
    good = ask(nodes, url := newest(nodes))
    spoil(nodes, kind="endless", part="segment")
    limit = 20 * len(good.body)
    head, body = fetched(nodes, url, limit)

    assert b"content-length" not in head.lower()
    assert len(body) > limit * 0.9


@pytest.mark.nightly
def test_endless_headers(nodes: Upstream) -> None:
    url = newest(nodes)
    spoil(nodes, kind="endless_headers")
    head, body = fetched(nodes, url, 20_000)

    assert head.startswith(b"HTTP/1.1 200 OK\r\nX-More-0: ")
    assert len(head) >= 20_000
    assert not body
    # And it ends with the client.
    wait_for(lambda: nodes.streams()["connections"] == 0, "it still writes", PATIENCE)


def test_slow_line(nodes: Upstream) -> None:
    url = newest(nodes)
    size = len(ask(nodes, url).body)
    spoil(nodes, kind="slow", part="segment", value=size)
    begun = time.monotonic()
    assert len(ask(nodes, url).body) == size
    # Never faster, however fast the machine is.
    assert time.monotonic() - begun > 0.8


@pytest.mark.nightly
def test_the_nth_request_and_every_so_many_segments(nodes: Upstream) -> None:
    base, _, last = newest(nodes).rpartition("-")
    number = int(last.removesuffix(".ts"))
    urls = [f"{base}-{number - back}.ts" for back in (0, 1, 2, 3)]
    spoil(nodes, kind="missing", part="segment", nth=[2])
    once = [ask(nodes, url).status for url in (*urls, urls[1])]
    spoil(nodes, kind="missing", part="segment", every=2)
    always = [ask(nodes, url).status for url in urls]

    assert once == [200, 404, 200, 200, 200]
    assert always == ([404, 200] * 2 if number % 2 == 0 else [200, 404] * 2)


# Playlists


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("kind", "value", "part", "holds"),
    [
        pytest.param("key", None, "chunklist", '#EXT-X-KEY:METHOD=AES-128,URI="', id="key"),
        pytest.param("map", None, "chunklist", '#EXT-X-MAP:URI="init.mp4"\n#EXTINF', id="map"),
        pytest.param("byte_ranges", None, "chunklist", "#EXT-X-BYTERANGE:9400@0\n", id="ranges"),
        pytest.param("tags", ["#EXT-X-GAP"], "chunklist", "#EXT-X-GAP\n#EXTINF", id="a tag"),
        pytest.param("addresses", ELSEWHERE, "chunklist", "\nhttp://10.0.0.1:8123/", id="segments"),
        pytest.param("addresses", ELSEWHERE, "master", "\nhttp://10.0.0.1:8123/", id="variant"),
        pytest.param("addresses", "file:///etc/passwd", "master", "\nfile:///etc", id="file"),
        pytest.param("audio_group", "http://localhost/a", "master", 'URI="http://loc', id="audio"),
        pytest.param("text", "#EXTM3U\n#EXT-X-ENDLIST\n", "chunklist", "ENDLIST", id="own words"),
        pytest.param("html200", None, "chunklist", "Maintenance", id="page"),
    ],
)
def test_bad_playlist(nodes: Upstream, kind: str, value: Any, part: str, holds: str) -> None:
    url = address(nodes, node="n3") if part == "master" else chunklist(nodes)
    good = ask(nodes, url)
    spoil(nodes, kind=kind, part=part, value=value)
    bad = ask(nodes, url)

    assert holds not in good.body.decode()
    assert holds in bad.body.decode()
    if kind != "html200":
        assert bad.headers["content-type"].startswith("application/vnd.apple.mpegurl")


@pytest.mark.nightly
def test_relative_variant(nodes: Upstream) -> None:
    spoil(nodes, kind="relative", part="master")
    url = address(nodes, node="n3")
    last = ask(nodes, url).body.decode().splitlines()[-1]

    assert last == url.rpartition("/")[2].replace("-playlist", "-chunklist")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("nth", "levels"), [pytest.param([1], 1, id="once"), pytest.param([], 9, id="for ever")]
)
def test_nested_masters(nodes: Upstream, nth: list[int], levels: int) -> None:
    spoil(nodes, kind="nested", part="chunklist", nth=nth)
    url, depth = chunklist(nodes), 0
    while depth < 9 and "#EXT-X-STREAM-INF" in (text := ask(nodes, url).body.decode()):
        url, depth = f"{nodes.nodes['n3']}{text.splitlines()[-1]}", depth + 1

    assert depth == levels


def test_redirect(nodes: Upstream) -> None:
    url = chunklist(nodes)
    spoil(nodes, kind="redirect", value="http://127.0.0.1:1/")
    there = ask(nodes, url)
    spoil(nodes, kind="redirect_loop")
    round_about = ask(nodes, url)

    assert (there.status, there.headers["location"]) == (302, "http://127.0.0.1:1/")
    assert round_about.headers["location"] == urlsplit(url).path


@pytest.mark.nightly
def test_huge_playlist(nodes: Upstream) -> None:
    spoil(nodes, kind="huge_playlist", part="chunklist")
    body = ask(nodes, chunklist(nodes)).body

    assert HUGE_PLAYLIST_BYTES < len(body) < HUGE_PLAYLIST_BYTES * 1.1
    assert body.startswith(b"#EXTM3U\n")
    assert body.endswith(b"#EXTINF:2.0,\nmedia-1.ts\n")


@pytest.mark.nightly
def test_gzip_bomb_keeps_the_type(nodes: Upstream) -> None:
    spoil(nodes, kind="gzip_bomb", part="chunklist")
    answer = ask(nodes, chunklist(nodes))

    assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 2_000_000


@pytest.mark.nightly
def test_wrong_type(nodes: Upstream) -> None:
    spoil(nodes, kind="type", value="text/html", part="segment")
    answer = ask(nodes, newest(nodes))

    assert answer.headers["content-type"] == "text/html"
    assert is_whole(answer)


@pytest.mark.nightly
def test_late_answer_and_silence(nodes: Upstream) -> None:
    url = chunklist(nodes)
    spoil(nodes, kind="wait", value=0.5)
    with pytest.raises(TimeoutError):
        ask(nodes, url, timeout=0.2)
    assert ask(nodes, url).status == 200
    spoil(nodes, kind="silence")
    with pytest.raises(TimeoutError):
        ask(nodes, url, timeout=0.2)


# Rules


@pytest.mark.nightly
def test_rules_for_the_api_leave_the_nodes_alone(nodes: Upstream) -> None:
    url = newest(nodes)
    nodes.set_faults({"rules": [{"endpoint": "*", "kind": "html502"}]})

    assert request("GET", f"{nodes.url}/est/playlist.m3u8").status == 502
    assert request("GET", f"{nodes.url}/streamUrl?channelName=est").status == 502
    assert is_whole(ask(nodes, url))


@pytest.mark.nightly
def test_address_that_one_slug_does_not_get(nodes: Upstream) -> None:
    nodes.set_faults({"rules": [{"endpoint": "streamurl", "slug": "est", "kind": "empty"}]})

    assert address(nodes) == ""
    assert address(nodes, "mtv97")


_REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("no such kind", {"rules": [STREAM | {"kind": "sulk"}]}),
    ("no such node", {"rules": [STREAM | {"kind": "missing", "node": "n9"}]}),
    ("no such part", {"rules": [STREAM | {"kind": "missing", "part": "chunk"}]}),
    ("no value", {"rules": [STREAM | {"kind": "slow"}]}),
    ("late by nothing", {"rules": [STREAM | {"kind": "late"}]}),
    ("view of a part", {"rules": [STREAM | {"kind": "frozen", "part": "chunklist"}]}),
    ("view of the API", {"rules": [{"endpoint": "media", "kind": "frozen"}]}),
    ("state of no node", {"nodes": {"n0": "dead"}}),
    ("no such state", {"nodes": {"n1": "ill"}}),
    ("draw of no node", {"draw": ["n0"]}),
    ("draw of nothing", {"draw": []}),
    ("unknown field", {"node": "n1"}),
]


@pytest.mark.parametrize(
    "faults",
    by_night(
        [pytest.param(faults, id=name) for name, faults in _REFUSED],
        keep=["no such kind", "unknown field"],
    ),
)
def test_nothing_is_asked_for_by_mistake(nodes: Upstream, faults: dict[str, Any]) -> None:
    nodes.set_faults({"nodes": {"n3": "dead"}})
    with pytest.raises(DevelopError):
        nodes.set_faults(faults)
    with pytest.raises(ConnectionRefusedError):
        ask(nodes, address(nodes, node="n3"))  # and what was set before stays
