"""Read the parameters of an Xtream request from its query and body, under limits."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, StreamReader, hdrs, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.helpers import parse_mimetype
from aiohttp.http_exceptions import HttpProcessingError
from orjson import loads

_MAX_BODY: Final = 65_536
"""Bytes, after decompression."""
_MAX_FIELDS: Final = 50
_MAX_SECONDS: Final = 10
"""Nobody has logged in yet: who takes longer to say who he is holds a connection for nothing."""
_UNREADABLE: Final = (
    HttpProcessingError,  # a part of a form with headers that are none
    LookupError,  # a charset that there is not; a form that does not say what is between its parts
    RuntimeError,  # a Content-Transfer-Encoding that there is not
    TimeoutError,
    ValueError,
    web.HTTPException,  # too large
    web.RequestPayloadError,  # not compressed as it says, or broken off
)


async def read_parameters(request: web.Request) -> dict[str, str]:
    """Return the query, and over it what is in the body of a POST.

    Some players send everything as a form, some a query and an empty or senseless body, some
    call a form something else: what cannot be read is left out.
    """
    parameters = dict(request.query)
    if request.method == hdrs.METH_POST and request.body_exists:
        with suppress(*_UNREADABLE):
            async with asyncio.timeout(_MAX_SECONDS):
                parameters.update(await _read_body(request.clone(client_max_size=_MAX_BODY)))
    return {key: value.strip() for key, value in parameters.items()}


async def _read_body(request: web.Request) -> Mapping[str, str]:
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    body = await request.read()
    if body.lstrip().startswith(b"{"):
        value = loads(body)
        return {key: str(item) for key, item in value.items() if isinstance(item, str | int)}
    text = body.decode("utf-8", "replace").strip()
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))


async def _read_form(request: web.Request) -> dict[str, str]:
    """Read the texts of a form; what is sent as a file is kept nowhere.

    `request.post` opens a file for each, and older versions count no empty ones.
    """
    fields: dict[str, str] = {}
    count = 0
    parts = _parts(request, await request.read())
    while part := await parts.next():
        count += 1
        if not isinstance(part, BodyPartReader) or count > _MAX_FIELDS:
            raise ValueError("This is no form, or one of too many fields.")
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
        if part.name and part.filename is None:
            text = await _decoded(part, data)
            fields[part.name] = text.decode(part.get_charset("utf-8"))
    return fields


def _parts(request: web.Request, body: bytes) -> MultipartReader:
    """Return the parts of a form that is here already.

    From the network the reader would also take a compressed gigabyte of what stands before the
    first part, line by line, and give nobody else a turn.
    """
    boundary = parse_mimetype(request.headers[hdrs.CONTENT_TYPE]).parameters["boundary"]
    body = body.lstrip()
    # No client sends anything there, and even what a body has room for would take a while.
    if body.partition(b"\n")[0].rstrip() != f"--{boundary}".encode():
        raise ValueError("This is no form.")
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), _MAX_BODY, loop=loop)
    content.feed_data(body)
    content.feed_eof()
    return MultipartReader(request.headers, content)


async def _decoded(part: BodyPartReader, data: bytearray) -> bytes:
    decoded = bytearray()
    async for piece in part.decode_iter(data):
        decoded += piece
        if len(decoded) > _MAX_BODY:
            raise ValueError("The form is too long.")
    return bytes(decoded)
