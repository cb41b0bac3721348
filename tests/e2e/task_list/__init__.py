"""An integration for tests: an action that tells which tasks run, and in which files they are."""

import asyncio
from collections.abc import Iterator

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.typing import ConfigType


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register the action ``task_list.get``."""

    @callback
    def get(_call: ServiceCall) -> ServiceResponse:
        return {"tasks": [" ".join(_describe(task)) for task in asyncio.all_tasks()]}

    hass.services.async_register("task_list", "get", get, supports_response=SupportsResponse.ONLY)
    return True


def _describe(task: asyncio.Task[object]) -> Iterator[str]:
    """Yield a task's name, the file of its coroutine, and those of what that waits for."""
    yield task.get_name()
    waiting: object = task.get_coro()
    while kind := next((one for one in ("cr", "ag") if hasattr(waiting, f"{one}_code")), None):
        yield getattr(waiting, f"{kind}_code").co_filename
        waiting = getattr(waiting, f"{kind}_await")
