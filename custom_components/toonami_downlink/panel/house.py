"""Everything of a house as one file, for administrators: to download, and to upload.

Over HTTP, because a websocket of Home Assistant takes no message of more than 4 MiB, and would
write the passphrase into the log when it is told to log everything.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import json
from typing import Any, Final

from aiohttp import BodyPartReader, hdrs, web
from homeassistant.components.http import KEY_HASS, HomeAssistantView, require_admin

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.house_file import MAX_FILE_BYTES, FileRefusal, HouseFileError
from ..engine.downlink.models import Cause
from ..moving.house import async_export, async_import
from ..views.base import unavailable
from ..views.paths import API

_MAX_PHRASE_BYTES: Final = 4096
_MAX_PARTS: Final = 4
_CHUNK: Final = 64 * 1024
_UPLOAD_SECONDS: Final = 120.0
"""Whoever takes longer for a form would let all others wait."""
_FILE_TYPE: Final = "application/octet-stream"


class HouseView(HomeAssistantView):
    """A view that does one thing at a time: a file and what is made of it take a lot of memory."""

    trouble: FileRefusal
    """What the house's own store is to blame for, when it fails."""

    def __init__(self, busy: asyncio.Lock) -> None:
        """`busy`: held by whoever moves the house, one way or the other."""
        self._busy = busy

    async def _answer(
        self,
        request: web.Request,
        act: Callable[[DownlinkCoordinator, dict[str, bytes]], Awaitable[web.Response]],
    ) -> web.Response:
        """Read the form and act on it; say why it cannot be done."""
        async with self._busy:
            try:
                form = await _form(request)
                # Not before: meanwhile, it may have been loaded anew.
                coordinator = async_loaded_coordinator(request.app[KEY_HASS])
                if coordinator is None:
                    return unavailable()
                return await act(coordinator, form)
            except HouseFileError as err:
                return _refused(err.refusal)
            except DownlinkError:
                return _refused(self.trouble)


class ExportView(HouseView):
    """Answers the field ``passphrase`` with the file."""

    url = f"{API}/house/export"
    name = "toonami_downlink:export"
    trouble = FileRefusal.NOT_READ

    @require_admin
    async def post(self, request: web.Request) -> web.Response:
        """Answer POST."""

        async def export(coordinator: DownlinkCoordinator, form: dict[str, bytes]) -> web.Response:
            phrase = _phrase(form, FileRefusal.BAD_KEY)
            body = await async_export(coordinator.hass, coordinator, phrase)
            headers = {hdrs.CACHE_CONTROL: "no-store"}
            return web.Response(body=body, content_type=_FILE_TYPE, headers=headers)

        return await self._answer(request, export)


class ImportView(HouseView):
    """Takes the fields ``passphrase`` and ``file``, and puts that house in the place of this."""

    url = f"{API}/house/replace"
    name = "toonami_downlink:replace"
    trouble = FileRefusal.NOT_SAVED

    @require_admin
    async def post(self, request: web.Request) -> web.Response:
        """Answer POST; the new house is loaded then."""

        async def put(coordinator: DownlinkCoordinator, form: dict[str, bytes]) -> web.Response:
            hass = coordinator.hass
            phrase = _phrase(form, FileRefusal.WRONG_KEY)
            await async_import(hass, coordinator, form.get("file", b""), phrase)
            if loaded := async_loaded_coordinator(hass):
                # The numbers of channels may be other ones now.
                loaded.config_entry.async_create_background_task(
                    hass, loaded.async_refresh_feed(Cause.PANEL), f"{DOMAIN} import"
                )
            return self.json({"loaded": loaded is not None})

        return await self._answer(request, put)


async def _form(request: web.Request) -> dict[str, bytes]:
    """Read a form piece by piece, for as long as it is neither too large nor too slow."""
    if request.content_type != "multipart/form-data":
        raise HouseFileError(FileRefusal.NOT_OURS)
    form: dict[str, bytes] = {}
    try:
        async with asyncio.timeout(_UPLOAD_SECONDS):
            parts = await request.multipart()
            while part := await parts.next():
                if not isinstance(part, BodyPartReader) or len(form) >= _MAX_PARTS:
                    raise HouseFileError(FileRefusal.NOT_OURS)
                limit = MAX_FILE_BYTES if part.name == "file" else _MAX_PHRASE_BYTES
                form[part.name or ""] = await _read(part, limit)
    except TimeoutError:
        raise HouseFileError(FileRefusal.DAMAGED) from None
    except ValueError, web.HTTPException:
        raise HouseFileError(FileRefusal.NOT_OURS) from None
    return form


async def _read(part: BodyPartReader, limit: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise HouseFileError(FileRefusal.TOO_LARGE)
    return bytes(data)


def _phrase(form: dict[str, bytes], refusal: FileRefusal) -> str:
    try:
        return form.get("passphrase", b"").decode()
    except UnicodeDecodeError:
        raise HouseFileError(refusal) from None


def _refused(refusal: FileRefusal) -> web.Response:
    body: dict[str, Any] = {"error": refusal.value}
    return web.Response(
        text=json.dumps(body), content_type="application/json", status=HTTPStatus.BAD_REQUEST
    )
