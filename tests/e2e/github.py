"""A stand-in for GitHub and for the catalogue: this repository as it is committed, on loopback."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import re
import subprocess
from threading import Thread
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from scripts.lib.develop.home import HOST, ROOT

REPOSITORY: Final = "zachyzissou/toonamiaftermath-downlink"
_BRANCH: Final = "main"
_PUSHED: Final = "2026-11-25T12:00:00Z"

type Query = dict[str, str]
type Content = bytes | dict[str, object] | list[object]
"""The bytes of a file, or what goes out as JSON."""


@dataclass
class GitHub:
    """One repository and its releases."""

    releases: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Files by name, by tag; newest first."""
    asked: list[str] = field(default_factory=list)
    """The paths that were found."""
    url: str = ""

    @contextmanager
    def running(self) -> Iterator[GitHub]:
        """Serve until the context is left."""
        server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self.url = f"http://{HOST}:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def knows(self, ref: str) -> bool:
        """Whether there is such a branch or tag."""
        return ref == _BRANCH or ref.removeprefix("tags/") in self.releases

    def answer(self, path: str, query: Query) -> Content | None:
        """Return what is at a path; None is nothing."""
        for pattern, page in _PAGES:
            if match := pattern.fullmatch(path):
                found = page(self, query, *match.groups())
                if found is not None:
                    self.asked.append(path)
                return found
        return None


type Page = Callable[..., Content | None]
_PAGES: Final[list[tuple[re.Pattern[str], Page]]] = []


def _at(pattern: str) -> Callable[[Page], Page]:
    """Put a page at a path, whose groups it gets."""
    full = pattern.replace("REPOSITORY", re.escape(REPOSITORY))

    def register(page: Page) -> Page:
        _PAGES.append((re.compile(full), page))
        return page

    return register


@_at("/login/device/code")
def _device(hub: GitHub, _: Query) -> Content:
    return {
        "device_code": "device",
        "user_code": "ABCD-1234",
        "verification_uri": f"{hub.url}/login/device",
        "expires_in": 900,
        "interval": 1,
    }


@_at("/login/oauth/access_token")
def _token(_hub: GitHub, _: Query) -> Content:
    return {"access_token": "gho_of_the_stand_in", "token_type": "bearer", "scope": ""}


@_at("/api/rate_limit")
def _rate_limit(_hub: GitHub, _: Query) -> Content:
    core = {"limit": 5000, "used": 0, "remaining": 5000, "reset": 2_000_000_000}
    return {"resources": {"core": core}, "rate": core}


@_at("/api/repos/REPOSITORY")
def _repository(_hub: GitHub, _: Query) -> Content:
    owner, name = REPOSITORY.split("/")
    return {
        "id": 1,
        "name": name,
        "full_name": REPOSITORY,
        "owner": {"login": owner},
        "description": "Toonami Aftermath on every television in the house",
        "default_branch": _BRANCH,
        "pushed_at": _PUSHED,
        "archived": False,
        "has_issues": True,
        "open_issues": 0,
        "stargazers_count": 0,
        "topics": ["home-assistant", "iptv"],
    }


@_at(f"/api/repos/REPOSITORY/branches/{_BRANCH}")
def _branch(_hub: GitHub, _: Query) -> Content:
    return {"name": _BRANCH, "commit": {"sha": (_git("rev-parse", "HEAD") or b"").decode().strip()}}


@_at("/api/repos/REPOSITORY/releases")
def _releases(hub: GitHub, _: Query) -> Content:
    def asset(tag: str, name: str, body: bytes) -> dict[str, object]:
        url = f"{hub.url}/{REPOSITORY}/releases/download/{tag}/{name}"
        size = len(body)
        return {"name": name, "size": size, "download_count": 0, "browser_download_url": url}

    return [
        {
            "tag_name": tag,
            "name": tag,
            "body": "What changed.",
            "draft": False,
            "prerelease": False,
            "published_at": _PUSHED,
            "assets": [asset(tag, name, body) for name, body in files.items()],
        }
        for tag, files in hub.releases.items()
    ]


@_at("/api/repos/REPOSITORY/git/trees/(.+)")
def _tree(hub: GitHub, _: Query, ref: str) -> Content | None:
    if not hub.knows(ref):
        return None
    listed = (_git("ls-tree", "-r", "-t", "-z", "HEAD") or b"").decode()
    entries = [line.partition("\t") for line in listed.rstrip("\0").split("\0")]
    files = [{"path": path, "type": about.split()[1]} for about, _, path in entries]
    return {"truncated": False, "tree": files}


@_at("/api/repos/REPOSITORY/contents/(.+)")
def _contents(hub: GitHub, query: Query, path: str) -> Content | None:
    body = _raw(hub, {}, query.get("ref", _BRANCH), path)
    if not isinstance(body, bytes):
        return None
    content = b64encode(body).decode()
    return {"type": "file", "encoding": "base64", "path": path, "content": content}


@_at("/raw/REPOSITORY/((?:tags/)?[^/]+)/(.+)")
def _raw(hub: GitHub, _: Query, ref: str, path: str) -> Content | None:
    return _git("show", f"HEAD:{path}") if hub.knows(ref) else None


@_at("/REPOSITORY/releases/download/([^/]+)/([^/]+)")
def _download(hub: GitHub, _: Query, tag: str, name: str) -> Content | None:
    return hub.releases.get(tag, {}).get(name)


@_at("/catalogue/(?:removed|critical)/data.json")
def _removals(_hub: GitHub, _: Query) -> Content:
    return []


@_at("/catalogue/[a-z]+/data.json")
def _catalogue(_hub: GitHub, _: Query) -> Content:
    return {}


def _git(*words: str) -> bytes | None:
    """Return what git says, or None when it has nothing of the kind."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607
    return done.stdout if done.returncode == 0 else None


def _handler(hub: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            content = hub.answer(unquote(parts.path), dict(parse_qsl(parts.query)))
            status = 404 if content is None else 200
            if isinstance(content, bytes):
                self._send(status, "application/octet-stream", content)
            else:
                body = json.dumps({"message": "Not Found"} if content is None else content)
                self._send(status, "application/json; charset=utf-8", body.encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what was asked is in `GitHub.asked`."""

    return Handler
