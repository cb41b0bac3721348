"""Read the parameters of an Xtream request from its query and body, under limits."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from orjson import loads

_MAX_BODY: Final = 65_536
"""Bytes, after decompression."""
_MAX_FIELDS: Final = 50
_MAX_SECONDS: Final = 10
"""Nobody has logged in yet: who takes longer to say who he is holds a connection for nothing."""
_UNREADABLE: Final = (
    HttpProcessingError,  # a part of a form with headers that are none
    LookupError,  # a charset that there is not
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
    count = size = 0
    parts = await request.multipart()
    while part := await parts.next():
        count += 1
        if not isinstance(part, BodyPartReader) or count > _MAX_FIELDS:
            raise ValueError("This is no form, or one of too many fields.")
        data = bytearray()
        while chunk := await part.read_chunk():
            size += len(chunk)
            if size > _MAX_BODY:
                raise ValueError("The form is too long.")
            data += chunk
        if part.name and part.filename is None:
            text = await _decoded(part, data)
            fields[part.name] = text.decode(part.get_charset("utf-8"))
    return fields


async def _decoded(part: BodyPartReader, data: bytearray) -> bytes:
    decoded = bytearray()
    async for piece in part.decode_iter(data):
        decoded += piece
        if len(decoded) > _MAX_BODY:
            raise ValueError("The form is too long.")
    return bytes(decoded)
