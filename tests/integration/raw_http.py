"""HTTP without a library that corrects what players get wrong."""

import asyncio
from dataclasses import dataclass

from .harness import Station


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


async def raw_request(station: Station, head: str, body: bytes = b"") -> RawAnswer:
    """Send a request line and headers as they are, and read the answer until it is closed."""
    host, port = station.client.host, station.client.port
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
