"""Send HTTP requests as they are, mistakes and all; a library would correct them."""

import asyncio
from dataclasses import dataclass

from .harness import Harness


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer, not decoded."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


async def raw_request(harness: Harness, head: str, body: bytes = b"") -> RawAnswer:
    """Send a request line and headers as they are, and read the answer until it is closed."""
    host, port = harness.client.host, harness.client.port
    reader, writer = await asyncio.open_connection(host, port)
    try:
        request = "\r\n".join((*head.strip().split("\n"), "Connection: close", "", ""))
        writer.write(request.encode("latin-1") + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    start, _, content = answer.partition(b"\r\n\r\n")
    status, *lines = start.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return RawAnswer(int(status.split()[1]), headers, content)
