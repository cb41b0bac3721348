"""Serve the panel with a made-up station, as Home Assistant would serve it."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, override
from urllib.parse import urlsplit

from scripts.lib.panel_files import FRONTEND, Files, read_files

HARNESS: Final = Path(__file__).parent
STATIC: Final = ("/toonami_downlink_static/harness/", "/toonami_downlink_static/next/")
TARGETS: Final = {
    "/api/toonami_downlink/logos/": FRONTEND / "channels",
    "/card": HARNESS / "index.html",
    "/toonami-downlink/": HARNESS / "index.html",
}
HEALTH: Final = '{"status":"ok","version":"1.0.0","artifacts":"m3u xml"}'
PICTURE: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360">
<defs><linearGradient id="s" x1="0" y1="0" x2="1" y2="1"><stop stop-color="hsl({hue} 70% 22%)"/>
<stop offset="1" stop-color="hsl({other} 75% 48%)"/></linearGradient></defs>
<rect width="640" height="360" fill="url(#s)"/>
<circle cx="{x}" cy="130" r="92" fill="hsl({other} 90% 70%)"/>
<path d="M0 360 180 190 300 300 430 150 640 360Z" fill="hsl({hue} 60% 12%)"/></svg>"""


class Handler(SimpleHTTPRequestHandler):
    """Serve the harness, the panel's files and made-up pictures."""

    def __init__(self, files: Files, *args: Any, **kwargs: Any) -> None:
        """`files`: the panel's, as Home Assistant serves them."""
        self._files = files
        super().__init__(*args, **kwargs)

    extensions_map = {  # noqa: RUF012  # the base class wants it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".json": "application/json",
    }

    @override
    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/api/toonami_downlink/health":
            self._send("application/json", HEALTH)
        elif path.startswith(STATIC):
            self._send_file(path.split("/", 3)[3])
        elif path.startswith("/pictures/"):
            number = int(Path(path).stem)
            hue, other = number * 67 % 360, (number * 67 + 60) % 360
            self._send("image/svg+xml", PICTURE.format(hue=hue, other=other, x=420 + number * 8))
        else:
            super().do_GET()

    def _send_file(self, path: str) -> None:
        if file := self._files.get(path):
            self._send(file.content_type, file.content.decode())
        else:
            self.send_error(404)

    def _send(self, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def translate_path(self, path: str) -> str:
        clean = urlsplit(path).path
        for prefix, target in TARGETS.items():
            if clean.startswith(prefix) and target.is_dir():
                return str(target / clean.removeprefix(prefix))
            if clean.startswith(prefix) and not clean.endswith(".js"):
                return str(target)
        return str(HARNESS / Path(clean).name)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve(port: int = 0) -> Generator[str]:
    """Serve until the block ends; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, read_files(FRONTEND)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
