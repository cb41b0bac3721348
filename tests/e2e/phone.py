"""A telephone with the mobile app, as a running Home Assistant knows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
from typing import Any, Final, override

from scripts.lib.develop.home import HOST, Home

TARGET: Final = "notify.mobile_app_the_phone"
_REGISTRATION: Final = {
    "app_id": "io.example.app",
    "app_name": "App",
    "app_version": "1.0",
    "device_id": "phone",
    "device_name": "The phone",
    "manufacturer": "Example",
    "model": "One",
    "os_name": "Linux",
    "os_version": "1",
    "supports_encryption": False,
}


@dataclass(frozen=True, slots=True)
class Phone:
    """What was pushed to it, the newest last, and how it answers."""

    home: Home
    webhook: str
    pushed: list[dict[str, Any]] = field(default_factory=list)

    def action(self, name: str) -> str | None:
        """Return the id of the action with that name in the newest message that has one."""
        for message in reversed(self.pushed):
            for action in message.get("data", {}).get("actions", ()):
                if action["title"] == name:
                    return str(action["action"])
        return None

    def tap(self, action: str) -> None:
        """Tap an action: the app tells Home Assistant so by its webhook."""
        event = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        told = {"type": "fire_event", "data": event}
        self.home.client.post(f"/api/webhook/{self.webhook}", told)


@contextmanager
def registered_phone(home: Home) -> Iterator[Phone]:
    """Register a telephone, and remove it at the end."""
    pushed: list[dict[str, Any]] = []

    class Push(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            pushed.append(json.loads(self.rfile.read(length)))
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"message": "sent"}')

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Push)
    Thread(target=server.serve_forever, daemon=True).start()
    push_url = f"http://{HOST}:{server.server_port}/"
    app = {"push_token": "token", "push_url": push_url}
    try:
        answer = home.client.post(
            "/api/mobile_app/registrations", {**_REGISTRATION, "app_data": app}
        )
        yield Phone(home, answer["webhook_id"], pushed)
    finally:
        for entry in home.client.get("/api/config/config_entries/entry?domain=mobile_app"):
            home.client.send("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")
        server.shutdown()
        server.server_close()
