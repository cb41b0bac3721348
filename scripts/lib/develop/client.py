"""Home Assistant's HTTP and websocket API, as far as it is needed here."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
import json
import ssl
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp

from .waiting import DevelopError

TIMEOUT: Final = 60.0
TOKEN_DAYS: Final = 30


class CommandError(DevelopError):
    """Home Assistant refused a websocket command; `code` is its own word for why."""

    def __init__(self, kind: str, error: Mapping[str, Any]) -> None:
        super().__init__(f"{kind}: {error}")
        self.code = str(error.get("code", ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON. Raises DevelopError for anything else."""
        try:
            return json.loads(self.body)
        except ValueError as err:
            text = self.body[:200].decode("utf-8", "replace")
            raise DevelopError(f"Not JSON (status {self.status}): {text}") from err


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = TIMEOUT,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Send one request; `context` says whom to trust.

    Raises OSError when there is no connection; redirects are not followed.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        HTTPSConnection(host, parts.port, timeout=timeout, context=context)
        if parts.scheme == "https"
        else HTTPConnection(host, parts.port, timeout=timeout)
    )
    try:
        target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    except HTTPException as err:
        raise ConnectionError(f"{url}: {err!r}") from err
    finally:
        connection.close()


class Client:
    """One Home Assistant, and the login for it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.tokens: dict[str, Any] = {}
        """What the login brought, for a browser; its access token lasts half an hour."""
        self.access_token = ""
        """One that lasts, for everything that is sent from here."""

    @property
    def client_id(self) -> str:
        """What Home Assistant's front end calls itself."""
        return f"{self.base_url}/"

    def send(self, method: str, path: str, data: object = None) -> Answer:
        """Send JSON to a path; with the login, once there is one."""
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        body = json.dumps(data).encode() if data is not None else None
        return request(method, f"{self.base_url}{path}", headers=headers, body=body)

    def get(self, path: str) -> Any:
        """Return the JSON of a path. Raises DevelopError for a status other than 200 and 201."""
        return self._checked("GET", path, None)

    def post(self, path: str, data: object) -> Any:
        """Send JSON and return JSON, as `get` does."""
        return self._checked("POST", path, data)

    def _checked(self, method: str, path: str, data: object) -> Any:
        answer = self.send(method, path, data)
        if answer.status not in (200, 201):
            text = answer.body[:300].decode("utf-8", "replace")
            raise DevelopError(f"{method} {path} answered {answer.status}: {text}")
        return answer.json()

    def take_tokens(self, code: str) -> None:
        """Trade an authorisation code for tokens, and use them from now on."""
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.client_id}
        answer = request(
            "POST",
            f"{self.base_url}/auth/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
        if answer.status != 200:
            raise DevelopError(f"Home Assistant gave no token: {answer.body!r}")
        self.tokens = answer.json()
        self.access_token = self.tokens["access_token"]

    def take_lasting_token(self) -> None:
        """Use an access token from now on that outlives the login's half hour."""
        name = f"scripts/develop {datetime.now(UTC).isoformat()}"
        kind = "auth/long_lived_access_token"
        self.access_token = self.command(kind, client_name=name, lifespan=TOKEN_DAYS)

    def command(self, kind: str, /, **fields: object) -> Any:
        """Send one websocket command and return its result. Raises CommandError for an error."""
        message = {"id": 1, "type": kind, **fields}
        # In a thread of its own, because a browser's event loop may be running in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._command(message)).result()

    async def _command(self, message: dict[str, Any]) -> Any:
        url = f"{self.base_url}/api/websocket"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, max_msg_size=0) as ws,
        ):
            await ws.receive_json(timeout=TIMEOUT)
            await ws.send_json({"type": "auth", "access_token": self.access_token})
            await ws.receive_json(timeout=TIMEOUT)
            await ws.send_json(message)
            answer = await ws.receive_json(timeout=TIMEOUT)
        if not answer.get("success"):
            raise CommandError(message["type"], answer.get("error") or {})
        return answer["result"]
