"""The websocket between a browser and Home Assistant, to be cut, and to lose requests."""

from contextlib import suppress
import json
import re
from typing import Any, Final

from playwright.sync_api import Error, Page, WebSocketRoute

_UNKNOWN: Final = {
    "type": "result",
    "success": False,
    "error": {"code": "unknown_command", "message": "Unknown command."},
}


class Wire:
    """The websocket of a page that is not open yet."""

    def __init__(self, page: Page) -> None:
        """Put it between the page and Home Assistant."""
        self.is_cut = False
        self.lost: set[str] = set()
        """The types of requests that Home Assistant never gets to see."""
        self.unknown: set[str] = set()
        """Those that are answered as they are before the integration is set up."""
        self._open: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/api/websocket"), self._connect)

    def cut(self) -> None:
        """End the connection, and refuse others until `mend`."""
        self.is_cut = True
        while self._open:
            with suppress(Error):
                self._open.pop().close()

    def mend(self) -> None:
        """Let the page connect again."""
        self.is_cut = False

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        self._open.append(socket)
        server = socket.connect_to_server()

        def on_message(message: str | bytes) -> None:
            items = self._items(message)
            known = [item for item in items if item["type"] not in self.unknown]
            for item in items:
                if item not in known:
                    socket.send(json.dumps({**_UNKNOWN, "id": item["id"]}))
            if known and not {item["type"] for item in known} & self.lost:
                server.send(message if known == items else json.dumps(known))

        socket.on_message(on_message)

    @staticmethod
    def _items(message: str | bytes) -> list[Any]:
        data: Any = json.loads(message)
        return data if isinstance(data, list) else [data]
