"""An integration that reports what only Home Assistant's own process can count."""

import asyncio
from collections import Counter
import ctypes
import gc
import sys
import threading
from typing import Any, Final

from aiohttp import web
from homeassistant.components.http import HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "soak_probe"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)


def allocated() -> int:
    """Return the bytes that programs have of jemalloc: all but Python's small objects."""
    jemalloc = ctypes.CDLL("libjemalloc.so.2")
    epoch, value = ctypes.c_uint64(1), ctypes.c_size_t()
    size = ctypes.c_size_t(ctypes.sizeof(value))
    # Its figures are those of the last epoch.
    jemalloc.mallctl(b"epoch", None, None, ctypes.byref(epoch), ctypes.sizeof(epoch))
    jemalloc.mallctl(b"stats.allocated", ctypes.byref(value), ctypes.byref(size), None, 0)
    return value.value


class ProbeView(HomeAssistantView):
    """Count tasks, threads and memory; with ``?objects=1`` also what is left after a collection.

    The task that answers is not counted. Objects come by the name of their type; `blocks` are of
    Python's own allocator, at most 512 bytes each.
    """

    url = f"/api/{DOMAIN}"
    name = DOMAIN
    requires_auth = False

    async def get(self, request: web.Request) -> web.Response:
        """Answer GET."""
        current = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not current]
        counted: dict[str, Any] = {
            "tasks": sorted(task.get_name() for task in tasks),
            "threads": sorted(thread.name for thread in threading.enumerate()),
            "allocated": allocated(),
        }
        if "objects" in request.query:
            gc.collect()
            counted["blocks"] = sys.getallocatedblocks()
            counted["objects"] = Counter(type(one).__qualname__ for one in gc.get_objects())
        return self.json(counted)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the view."""
    hass.http.register_view(ProbeView)
    return True
