"""Send raw requests, and check the answers and the log."""

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
import re
import socket
from typing import Final

CANARY: Final = "zq<'\"&>qz"
"""Part of every value that a request makes up: no answer may repeat it unescaped."""
INJECTED: Final = "x-zq-injected"
"""A header that no answer may have."""
_OUR_CODE: Final = "custom_components/toonami_downlink/"
_TRACEBACK: Final = re.compile(r"^Traceback .*\n(?:[ ].*\n)+\S.*$", re.MULTILINE)
_LEFT_OVER: Final = "aiohttp.web_protocol.RequestPayloadError"
"""What aiohttp logs of a body that arrives after the answer, read or not."""
_TIMEOUT: Final = 60.0
_TUNNEL: Final = b"CONNECT "
_TUNNEL_TIMEOUT: Final = 1.0
"""aiohttp 3.14.3 never answers a CONNECT to a URL, whatever it serves; 3.14.5 does."""
_MAX_ANSWER: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Secrets:
    """The feed token and the Xtream login, which players know and a guest does not."""

    token: str
    username: str
    password: str

    def forms(self) -> Iterator[str]:
        """List what would give the token or the password away in a log, in lower case."""
        for secret in (self.token, self.password):
            yield secret
            yield "".join(f"%{ord(char):02x}" for char in secret)
            yield secret[::-1]
            for shift in range(3):
                # In base64, what is in the middle depends on where it begins.
                encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
                yield encoded[4:-4]
            yield secret.encode().hex()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(slots=True)
class Guest:
    """A client that sends raw bytes to one server and counts the statuses."""

    host: str
    port: int
    statuses: Counter[int] = field(default_factory=Counter)
    """0 for a connection that was closed without an answer."""

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.statuses.total()

    def send(self, data: bytes) -> Answer | None:
        """Send a request that asks for the connection to be closed, and read the answer."""
        received = bytearray()
        is_tunnel = data.startswith(_TUNNEL)
        timeout = _TUNNEL_TIMEOUT if is_tunnel else _TIMEOUT
        try:
            with socket.create_connection((self.host, self.port), timeout) as connection:
                connection.sendall(data)
                while chunk := connection.recv(65_536):
                    received += chunk
                    if len(received) > _MAX_ANSWER:
                        break
        except BrokenPipeError, ConnectionResetError:
            pass  # it is the server's right to hang up in the middle of nonsense
        except TimeoutError:
            if not is_tunnel:
                raise
        answer = parse(bytes(received))
        self.statuses[answer.status if answer else 0] += 1
        return answer


def parse(data: bytes) -> Answer | None:
    """Read an answer; None for nothing. Raises ValueError for what is no HTTP."""
    answer = data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not answer:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    version, status, *_ = start.split(" ")
    if not version.startswith("HTTP/"):
        raise ValueError(start)
    pairs = (line.partition(":") for line in lines)
    return Answer(int(status), {name.lower(): value.strip() for name, _, value in pairs}, body)


def check_answer(answer: Answer | None, secrets: Secrets, *, knows: bool) -> list[str]:
    """Return what is wrong with an answer; `knows`: the request had the secrets in it."""
    if answer is None:
        return []
    wrong = []
    if answer.status >= 500 and not (answer.status == 503 and "retry-after" in answer.headers):
        wrong.append(f"status {answer.status}")
    if INJECTED in answer.headers or "set-cookie" in answer.headers:
        wrong.append("an injected header")
    # The web server itself quotes what it does not understand, as plain text.
    is_plain = answer.headers.get("content-type", "").startswith("text/plain")
    if CANARY.encode() in answer.body and not is_plain:
        wrong.append("the canary came back")
    if b"Traceback" in answer.body:
        wrong.append("a traceback")
    if not knows:
        everything = f"{answer.headers}".encode() + answer.body
        told = [
            secret for secret in (secrets.token, secrets.password) if secret.encode() in everything
        ]
        wrong += ["a secret was told"] * len(told)
    return wrong


def leaks(log: str, secrets: Secrets) -> list[str]:
    """Return the lines of a log that give a secret away, and the ends of tracebacks through us.

    What Home Assistant's web server has to say of requests that are no HTTP is not ours.
    """
    forms = {form.lower() for form in secrets.forms()}
    told = [line for line in log.splitlines() if any(form in line.lower() for form in forms)]
    broken = [
        text.splitlines()[-1]
        for text in _TRACEBACK.findall(log)
        if _OUR_CODE in text and not text.splitlines()[-1].startswith(_LEFT_OVER)
    ]
    return told + broken
