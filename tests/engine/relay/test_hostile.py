"""A table of what upstream may try: each with its outcome, and an internal host nobody asks."""

import asyncio
import gzip
from ipaddress import ip_network
from itertools import count
from pathlib import Path

from aiohttp import web
import pytest

from downlink.limits import MAX_REDIRECTS, MAX_SEGMENT_BYTES
from downlink.provider.tls import CertificateVerifier
from downlink.relay.addresses import AddressGuard
from downlink.relay.download import Downloader
from downlink.relay.errors import Reason, RelayError
from tests.engine.authority import Certificate

from ..relay_ts.writer import adts, segment as ts_segment
from .hostile import (
    BOUNDS,
    HEAD,
    ONE,
    Handler,
    downloader,
    follow,
    listing,
    outcome,
    redirect,
    trap,
    upstream,
    variant,
)
from .station import USER_AGENT
from .test_addresses import Names

FAST_TIME = True


INSIDE = "http://127.0.0.2:{port}/a.ts"
BY_NAME = "http://inside.example:{port}/a.ts"
MIXED = "http://mixed.example:{port}/a.ts"
REBOUND = "http://rebound.example:{port}/a.ts"
REAL = ts_segment(900_000, frames=100)
SOUND = adts(188)
TAG = b"ID3\x04" + bytes(6)
TABLE = [
    pytest.param({"/p": "file:///etc/passwd"}, Reason.NOT_A_PLAYLIST, id="an address as playlist"),
    pytest.param({"/p": variant("/p")}, Reason.NESTED, id="loop of masters"),
    pytest.param({"/p": variant("/q"), "/q": variant("/r")}, Reason.NESTED, id="nested masters"),
    pytest.param({"/p": variant(INSIDE)}, Reason.INTERNAL_ADDRESS, id="variant inside"),
    pytest.param({"/p": variant(BY_NAME)}, Reason.INTERNAL_ADDRESS, id="variant inside by DNS"),
    pytest.param({"/p": variant(MIXED)}, Reason.INTERNAL_ADDRESS, id="one of two inside"),
    pytest.param({"/p": listing(INSIDE)}, Reason.INTERNAL_ADDRESS, id="segment inside"),
    pytest.param({"/p": listing(BY_NAME)}, Reason.INTERNAL_ADDRESS, id="segment inside by DNS"),
    pytest.param(
        {"/p": listing("http://2130706434:{port}/a.ts")}, Reason.BAD_ADDRESS, id="decimal"
    ),
    pytest.param({"/p": listing("http://0x7f.2:{port}/a.ts")}, Reason.BAD_ADDRESS, id="hex"),
    pytest.param(
        {"/p": listing("http://[::ffff:127.0.0.2]:{port}/a.ts")},
        Reason.INTERNAL_ADDRESS,
        id="mapped",
    ),
    pytest.param(
        {"/p": listing("http://metadata.example/latest/")}, Reason.INTERNAL_ADDRESS, id="metadata"
    ),
    pytest.param({"/p": listing("file:///etc/passwd")}, Reason.BAD_ADDRESS, id="file"),
    pytest.param({"/p": redirect(INSIDE)}, Reason.INTERNAL_ADDRESS, id="redirect inside"),
    pytest.param({"/p": redirect(BY_NAME)}, Reason.INTERNAL_ADDRESS, id="redirect by DNS"),
    pytest.param({"/p": redirect("file:///etc/passwd")}, Reason.BAD_ADDRESS, id="redirect to file"),
    pytest.param({"/p": redirect("/p")}, Reason.REDIRECTS, id="redirect to itself"),
    pytest.param({"/p": redirect("http://[::")}, Reason.BAD_ADDRESS, id="redirect to nothing"),
    pytest.param(
        {"/p": ONE, "/a.ts": redirect(INSIDE)}, Reason.INTERNAL_ADDRESS, id="segment away"
    ),
    pytest.param(
        {
            "/p": '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="' + INSIDE + '"\n'
            '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\n/q\n'
        },
        Reason.SEPARATE_TRACKS,
        id="audio group inside",
    ),
    pytest.param(
        {"/p": f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="{INSIDE}"\n#EXTINF:4,\na.ts\n'},
        Reason.ENCRYPTED,
        id="key inside",
    ),
    pytest.param(
        {"/p": f'{HEAD}#EXT-X-MAP:URI="{INSIDE}"\n#EXTINF:4,\na.mp4\n'},
        Reason.FRAGMENTED_MP4,
        id="initialisation inside",
    ),
    pytest.param({"/p": "<html><title>502</title>"}, Reason.WEB_PAGE, id="page"),
    pytest.param({"/p": '{"url": "http://x"}'}, Reason.JSON, id="JSON"),
    pytest.param({"/p": b"\x89PNG\r\n\x1a\n"}, Reason.IMAGE, id="image"),
    pytest.param({"/p": b""}, Reason.EMPTY, id="nothing"),
    pytest.param({"/p": b"\0" * 24_000_000}, Reason.TOO_LARGE, id="24 MB playlist"),
    pytest.param({"/p": HEAD + "\n" * 20_000}, Reason.TOO_MANY, id="20,000 lines"),
    pytest.param({"/p": HEAD + "#" + "x" * 20_000}, Reason.TOO_LARGE, id="long line"),
    pytest.param({"/p": web.Response(status=503)}, Reason.STATUS, id="status"),
    pytest.param({"/p": web.Response(status=304)}, Reason.STATUS, id="not modified"),
    pytest.param({"/p": web.Response(status=206, text=ONE)}, Reason.STATUS, id="a part"),
    pytest.param({}, Reason.NOT_FOUND, id="not found"),
    pytest.param(
        {
            "/p": web.Response(
                body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}
            )
        },
        Reason.ENCODED,
        id="gzip bomb",
    ),
    pytest.param(
        {"/p": web.Response(body=ONE.encode(), headers={"Content-Encoding": "br"})},
        Reason.ENCODED,
        id="unknown encoding",
    ),
    pytest.param({"/p": ONE, "/a.ts": b""}, Reason.EMPTY, id="empty segment"),
    pytest.param({"/p": ONE, "/a.ts": b"<html></html>"}, Reason.WEB_PAGE, id="segment is a page"),
    pytest.param({"/p": ONE, "/a.ts": b'[{"a": 1}]'}, Reason.JSON, id="segment is JSON"),
    pytest.param({"/p": ONE, "/a.ts": b"\xff\xd8\xff\xe0JFIF"}, Reason.IMAGE, id="segment is JPEG"),
    pytest.param({"/p": ONE, "/a.ts": ONE}, Reason.NOT_MEDIA, id="segment is a playlist"),
    pytest.param(
        {"/p": ONE, "/a.ts": b"\0\0\0\x18ftypmp42"}, Reason.FRAGMENTED_MP4, id="segment is MP4"
    ),
    pytest.param({"/p": ONE, "/a.ts": REAL[:-1]}, Reason.CORRUPT, id="truncated segment"),
    pytest.param({"/p": ONE, "/a.ts": REAL + bytes(188)}, Reason.CORRUPT, id="damaged segment"),
    pytest.param(
        {"/p": ONE, "/a.ts": b"\x47" * (MAX_SEGMENT_BYTES + 188)}, Reason.TOO_LARGE, id="too large"
    ),
    pytest.param({"/p": ONE, "/a.ts": b"ID3\x04" + bytes(60)}, Reason.CORRUPT, id="damaged tag"),
    pytest.param({"/p": ONE, "/a.ts": SOUND[:-1]}, Reason.CORRUPT, id="truncated sound"),
    pytest.param(
        {"/p": ONE, "/a.ts": b"\xff\xfb\x90\x00" + bytes(60)}, Reason.PACKED_AUDIO, id="MP3"
    ),
    pytest.param({"/p": ONE, "/a.ts": b"\x0b\x77" + bytes(60)}, Reason.PACKED_AUDIO, id="AC-3"),
    pytest.param(
        {"/p": ONE, "/a.ts": TAG + b"\xff\xfb\x90\x00" + bytes(60)},
        Reason.PACKED_AUDIO,
        id="MP3 with a tag",
    ),
    pytest.param(
        {"/p": ONE, "/a.ts": TAG + b"\x0b\x77" + bytes(60)},
        Reason.PACKED_AUDIO,
        id="AC-3 with a tag",
    ),
    pytest.param({"/p": ONE, "/a.ts": REAL}, None, id="as it should be"),
    pytest.param({"/p": ONE, "/a.ts": SOUND}, None, id="sound without a stream around it"),
]


@pytest.mark.parametrize(("answers", "expected"), TABLE)
async def test_table(
    answers: dict[str, web.Response | str | bytes], expected: Reason | None
) -> None:
    names = Names(
        {
            "inside.example": [["127.0.0.2"]],
            "mixed.example": [["127.0.0.1", "127.0.0.2"]],
            "metadata.example": [["169.254.169.254"]],
        }
    )
    async with upstream({}) as server, trap(server.port) as inside, downloader(names) as client:
        server.answers.update(
            {
                path: answer.replace("{port}", str(server.port))
                if isinstance(answer, str)
                else answer
                for path, answer in answers.items()
            }
        )
        for path, answer in answers.items():
            if isinstance(answer, web.Response) and (where := answer.headers.get("Location")):
                server.answers[path] = redirect(where.replace("{port}", str(server.port)))
        found = await outcome(client, f"{server.url}/p")
    assert found == expected
    assert inside.connections == 0


async def test_trap_is_one() -> None:
    """Where the guard allows it, the internal host is asked: the table could have failed."""
    async with upstream({}) as server, trap(server.port) as inside:
        client = Downloader(
            AddressGuard(allowed=[ip_network("127.0.0.0/8")]), CertificateVerifier(), USER_AGENT
        )
        server.answers["/p"] = listing(f"{inside.url}/a.ts")
        assert await outcome(client, f"{server.url}/p") is Reason.BROKEN_OFF
        await client.close()
    assert inside.connections >= 1


async def test_rebinding() -> None:
    """A name that leads elsewhere the next time: each connection goes where was looked."""

    async def segment(_request: web.Request) -> web.Response:
        response = web.Response(body=REAL)
        response.force_close()
        return response

    names = Names({"rebound.example": [["127.0.0.1"], ["127.0.0.2"]]})
    async with (
        upstream({"/a.ts": segment}) as server,
        downloader(names) as client,
        trap(server.port) as inside,
    ):
        address = f"http://rebound.example:{server.port}/a.ts"
        server.answers["/p"] = HEAD + f"#EXTINF:4,\n{address}\n" * 2
        segments = follow(client, f"{server.url}/p").segments()
        assert (await anext(segments)).data == REAL
        with pytest.raises(RelayError) as caught:
            await anext(segments)
        assert caught.value.reason is Reason.INTERNAL_ADDRESS
    assert inside.connections == 0
    assert names.asked == ["rebound.example"] * 2


async def test_playlist_that_grows_faster_than_the_clock() -> None:
    """It is followed at most at three times the pace of a live stream."""
    grown = count(step=1000)

    async def playlist(_request: web.Request) -> web.Response:
        number = f"#EXT-X-MEDIA-SEQUENCE:{next(grown)}\n"
        return web.Response(text=HEAD + number + "#EXTINF:1,\na.ts\n" * 1000)

    async with upstream({"/p": playlist, "/a.ts": REAL}) as server, downloader() as client:
        segments = follow(client, f"{server.url}/p").segments()
        begin = asyncio.get_running_loop().time()
        found = [await anext(segments) for _ in range(4 * 4 + 5 * 12)]
        await segments.aclose()
        assert asyncio.get_running_loop().time() - begin >= 5 * 4
    assert [one.discontinuity for one in found].count(True) == 5


async def test_name_and_host_stay_what_they_were() -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Host"])
        return web.Response(text="#EXTM3U")

    names = Names({"node.example": [["127.0.0.1"]]})
    async with upstream({"/p": answer}) as server, downloader(names) as client:
        await client.get(f"http://node.example:{server.port}/p", BOUNDS)
    assert seen == [f"node.example:{server.port}"]


@pytest.mark.parametrize("steps", [MAX_REDIRECTS, MAX_REDIRECTS + 1])
async def test_limit_of_redirects(steps: int) -> None:
    answers: dict[str, web.Response | Handler | str | bytes] = {
        f"/{number}": redirect(f"/{number + 1}") for number in range(steps)
    }
    answers[f"/{steps}"] = "here"
    async with upstream(answers) as server, downloader() as client:
        if steps > MAX_REDIRECTS:
            with pytest.raises(RelayError) as caught:
                await client.get(f"{server.url}/0", BOUNDS)
            assert caught.value.reason is Reason.REDIRECTS
        else:
            answer = await client.get(f"{server.url}/0", BOUNDS)
            assert (answer.body, answer.url) == (b"here", f"{server.url}/{steps}")


@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunked", "length"])
@pytest.mark.parametrize("size", [1000, 1001])
async def test_limit_of_size(size: int, is_chunked: bool) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if is_chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = size
        await response.prepare(request)
        await response.write(bytes(size))
        return response

    async with upstream({"/p": answer}) as server, downloader() as client:
        if size > 1000:
            with pytest.raises(RelayError) as caught:
                await client.get(f"{server.url}/p", BOUNDS)
            assert caught.value.reason is Reason.TOO_LARGE
        else:
            assert (await client.get(f"{server.url}/p", BOUNDS)).body == bytes(size)


async def test_media_playlist_that_becomes_a_master_playlist() -> None:
    async with upstream({"/p": ONE, "/a.ts": REAL}) as server, downloader() as client:
        segments = follow(client, f"{server.url}/p").segments()
        await anext(segments)
        server.answers["/p"] = variant("/q")
        with pytest.raises(RelayError) as caught:
            await anext(segments)
    assert caught.value.reason is Reason.NESTED


async def test_gaps_are_left_out() -> None:
    gap = HEAD + "#EXTINF:4,\na.ts\n#EXT-X-GAP\n#EXTINF:4,\nb.ts\n#EXTINF:4,\nc.ts\n"
    answers: dict[str, web.Response | Handler | str | bytes] = {
        "/p": gap,
        "/a.ts": REAL,
        "/c.ts": REAL,
    }
    async with upstream(answers) as server, downloader() as client:
        segments = follow(client, f"{server.url}/p").segments()
        found = [await anext(segments), await anext(segments)]
        await segments.aclose()
    assert [one.discontinuity for one in found] == [False, True]
    assert [one.missing for one in found] == [0.0, 4.0]
    assert "/b.ts" not in server.asked


@pytest.mark.parametrize(
    ("number", "missing"), [(1, 0.0), (2, 4.0), (3, 8.0), (4, 0.0), (10**17, 0.0)]
)
async def test_numbers_that_are_left_out(number: int, missing: float) -> None:
    """More of them than there can have been in four seconds: that is another count."""
    async with upstream({"/p": ONE, "/a.ts": REAL}) as server, downloader() as client:
        segments = follow(client, f"{server.url}/p").segments()
        await anext(segments)
        server.answers["/p"] = ONE.replace("#EXTINF", f"#EXT-X-MEDIA-SEQUENCE:{number}\n#EXTINF")
        found = await anext(segments)
        await segments.aclose()
    assert (found.missing, found.discontinuity) == (missing, number > 1)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The only root that the system trusts."""
    root = Certificate.root()
    (tmp_path / "roots.pem").write_bytes(root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return root


async def test_https_never_becomes_http(root: Certificate, tmp_path: Path) -> None:
    context = root.leaf().served(tmp_path)
    async with (
        upstream({"/p": "in clear"}) as plain,
        upstream({"/on": redirect("/end"), "/end": "end"}, context) as server,
        downloader() as client,
    ):
        server.answers["/away"] = redirect(f"{plain.url}/p")
        plain.answers["/up"] = redirect(f"{server.url}/end")
        assert (await client.get(f"{server.url}/on", BOUNDS)).body == b"end"
        assert (await client.get(f"{plain.url}/up", BOUNDS)).body == b"end"
        with pytest.raises(RelayError) as caught:
            await client.get(f"{server.url}/away", BOUNDS)
        assert caught.value.reason is Reason.DOWNGRADE
    assert plain.asked == ["/up"]


async def test_node_that_leaves_a_link_out(root: Certificate, tmp_path: Path) -> None:
    """As upstream's nodes do (upstream.md 1.5); what is missing is fetched once."""
    middle = root.authority("Middle")
    async with upstream({"/middle": middle.der}) as shop:
        context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
        async with (
            upstream({"/p": ONE, "/a.ts": REAL}, context) as node,
            downloader() as client,
        ):
            assert await outcome(client, f"{node.url}/p") is None
            await client.close()
            assert await outcome(client, f"{node.url}/p") is None
    assert shop.asked == ["/middle"]


async def test_certificate_that_cannot_be_trusted(root: Certificate, tmp_path: Path) -> None:
    assert root
    foreign = Certificate.root("Foreign")
    async with (
        upstream({"/p": ONE}, foreign.leaf().served(tmp_path, foreign)) as node,
        downloader() as client,
    ):
        assert await outcome(client, f"{node.url}/p") is Reason.CERTIFICATE
    assert node.asked == []


async def test_issuer_inside_is_not_asked(root: Certificate, tmp_path: Path) -> None:
    """The address that a certificate names is one more that comes from outside."""
    middle = root.authority("Middle")
    async with upstream({}) as shop, trap(shop.port) as inside:
        context = middle.leaf(issuer_url=f"{inside.url}/middle").served(tmp_path)
        async with upstream({"/p": ONE}, context) as node, downloader() as client:
            assert await outcome(client, f"{node.url}/p") is Reason.CERTIFICATE
    assert inside.connections == 0
