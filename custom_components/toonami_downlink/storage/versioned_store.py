"""Home Assistant's storage, with layouts that are brought up to date step by step."""

from collections.abc import Callable, Sequence
from contextlib import suppress
import logging
from pathlib import Path
import shutil
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..engine.downlink.errors import NewerVersionError, StoreError

_LOGGER = logging.getLogger(__name__)

type Data = dict[str, Any]
type Step = Callable[[Data], Data]
"""Makes the next layout out of one."""


class VersionedStore(Store[Data]):
    """A file below ``.storage`` whose version is the number of steps up to it, and one.

    Whatever changes a layout is a step: then an older version of the integration refuses the
    file, instead of leaving out what it does not know when it saves.
    """

    def __init__(
        self, hass: HomeAssistant, key: str, steps: Sequence[Step] = (), *, private: bool = False
    ) -> None:
        """Keep a file under `key`; `steps` lead from each layout that there was to the next."""
        super().__init__(hass, len(steps) + 1, key, private=private, atomic_writes=True)
        self._steps = steps

    @override
    async def async_load(self) -> Data | None:
        """Load the file in today's layout; None without one.

        One that is damaged is put aside, as Home Assistant does with what is not even JSON. Raises
        NewerVersionError when a newer version of the integration wrote it, and StoreError when it
        cannot be read.
        """
        try:
            data = await super().async_load()
            return None if data is None else dict(data)
        except UnsupportedStorageVersionError as err:
            raise NewerVersionError(f"{self.key} has version {err.found_version}") from err
        except HomeAssistantError as err:
            raise StoreError(str(err)) from err
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            path = Path(self.path)
            aside = path.with_name(f"{path.name}.corrupt")
            with suppress(OSError):
                await self.hass.async_add_executor_job(path.replace, aside)
            _LOGGER.warning("%s is damaged (%r); it was renamed to %s", path, err, aside.name)
            return {}

    async def async_keep_copy(self) -> str:
        """Keep a copy of the file as it is, for some of it cannot be used; return its name."""
        path = Path(self.path)
        aside = path.with_name(f"{path.name}.corrupt")
        with suppress(OSError):
            await self.hass.async_add_executor_job(shutil.copyfile, path, aside)
        return aside.name

    async def async_save_surely(self, data: Data) -> None:
        """Save, and look whether it was: Home Assistant only logs when it was not.

        Raises StoreError.
        """
        await self.async_save(data)
        if await self.async_load() != data:
            raise StoreError(f"{self.path} cannot be written.")

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Data
    ) -> Data:
        for step in self._steps[old_major_version - 1 :]:
            old_data = step(old_data)
        return old_data
