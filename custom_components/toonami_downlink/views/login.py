"""Who may use the Xtream Codes API, and what they sent with it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import hdrs, web
from orjson import JSONDecodeError, loads

_MAX_BODY: Final = 65_536
_MAX_FIELDS: Final = 50


async def read_parameters(request: web.Request) -> dict[str, str]:
    """Return the query, and over it what is in the body of a POST.

    Some players send everything as a form, some a query and an empty or senseless body, some
    call a form something else: what cannot be read is left out.
    """
    parameters = dict(request.query)
    if request.method == hdrs.METH_POST and request.body_exists:
        parameters.update(await _read_body(request))
    return {key: value.strip() for key, value in parameters.items()}


async def _read_body(request: web.Request) -> Mapping[str, str]:
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _MAX_BODY:
            return {}
    if body.lstrip().startswith(b"{"):
        return _read_json(bytes(body))
    try:
        text = body.decode("utf-8", "replace").strip()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}


async def _read_multipart(request: web.Request) -> Mapping[str, str]:
    if (request.content_length or _MAX_BODY + 1) > _MAX_BODY:
        return {}
    try:
        fields = await request.post()
    except ValueError:
        return {}
    return {key: value for key, value in fields.items() if isinstance(value, str)}


def _read_json(body: bytes) -> Mapping[str, str]:
    try:
        value = loads(body)
    except JSONDecodeError:
        return {}
    return {key: str(item) for key, item in value.items() if isinstance(item, str | int)}
