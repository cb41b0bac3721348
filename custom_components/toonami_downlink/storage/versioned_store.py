"""Home Assistant's storage, with layouts that are brought up to date step by step."""

from collections.abc import Callable, Sequence
from contextlib import suppress
import json
import logging
from pathlib import Path
from typing import Any, Final, override

from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.issue_registry import IssueSeverity, async_create_issue
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError, write_utf8_file_atomic

from ..const import DOMAIN
from ..engine.downlink.errors import NewerVersionError, StoreError
from ..engine.downlink.files import delete_aside, name_aside

_LOGGER = logging.getLogger(__name__)

_NOTHING: Final = "there is nothing in it"

type Data = dict[str, Any]
type Step = Callable[[Data], Data]
"""Makes the next layout out of one."""


class VersionedStore(Store[Data]):
    """A file below ``.storage`` whose version is the number of steps up to it, and one.

    Whatever changes a layout is a step: then an older version of the integration refuses the
    file, instead of leaving out what it does not know when it saves. The file as it was before
    stays beside it, as ``KEY.v1``: whoever goes back can rename that.
    """

    def __init__(
        self, hass: HomeAssistant, key: str, steps: Sequence[Step] = (), *, private: bool = False
    ) -> None:
        """Keep a file under `key`; `steps` lead from each layout that there was to the next."""
        super().__init__(hass, len(steps) + 1, key, private=private, atomic_writes=True)
        self._steps = steps
        self._is_private = private

    @override
    async def async_load(self) -> Data | None:
        """Load the file in today's layout; None without one, and nothing of one that is damaged.

        That is put aside, as Home Assistant does with what is not even JSON, and both say so.
        Raises NewerVersionError when a newer version of the integration wrote it, and StoreError
        when it cannot be read.
        """
        try:
            data = await super().async_load()
            found = None if data is None else dict(data)
        except UnsupportedStorageVersionError as err:
            raise NewerVersionError(f"{self.key} has version {err.found_version}") from err
        except HomeAssistantError as err:
            raise StoreError(str(err)) from err
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            await self._async_put_aside(err)
            return {}
        if found is None:
            return await self._async_without()
        if not found:
            await self._async_put_aside(ValueError(_NOTHING))
        return found

    async def async_keep_copy(self) -> str:
        """Keep a copy of the file as it is, for some of it cannot be used; return its name."""
        return await self.hass.async_add_executor_job(self._keep_copy)

    async def async_save_surely(self, data: Data) -> None:
        """Save, and look whether it was: Home Assistant only logs when it was not.

        Raises StoreError.
        """
        await self.async_save(data)
        if await self.async_load() != data:
            raise StoreError(f"{self.path} cannot be written.")

    @override
    async def async_remove(self) -> None:
        """Delete the file, and all copies of it: there may be secrets in them."""
        await super().async_remove()
        await self.hass.async_add_executor_job(self._delete_copies)

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Data
    ) -> Data:
        for step in self._steps[old_major_version - 1 :]:
            old_data = step(old_data)
        await self.hass.async_add_executor_job(self._keep_layout, old_major_version)
        return old_data

    async def _async_without(self) -> Data | None:
        """Return None if there is no file, and nothing of one that was put aside for damage."""
        if await self.hass.async_add_executor_job(self._is_stub):
            await self._async_put_aside(ValueError(_NOTHING))
            return {}
        is_aside = await self.hass.async_add_executor_job(self._has_aside)
        return {} if is_aside else None

    async def _async_put_aside(self, err: Exception) -> None:
        path = Path(self.path)
        aside = await self.hass.async_add_executor_job(name_aside, path)
        with suppress(OSError):
            await self.hass.async_add_executor_job(path.replace, aside)
        _LOGGER.warning("%s is damaged (%r); it was renamed to %s", path, err, aside.name)
        self._async_raise_issue(aside, err)

    @callback
    def _async_raise_issue(self, aside: Path, err: Exception) -> None:
        """Say it in Repairs, in the words that Home Assistant has for a file that is no JSON."""
        async_create_issue(
            self.hass,
            HOMEASSISTANT_DOMAIN,
            f"storage_corruption_{self.key}_{dt_util.utcnow().isoformat()}",
            is_fixable=True,
            issue_domain=DOMAIN,
            translation_key="storage_corruption",
            is_persistent=True,
            severity=IssueSeverity.CRITICAL,
            translation_placeholders={
                "storage_key": self.key,
                "original_path": self.path,
                "corrupt_path": str(aside),
                "error": repr(err),
            },
        )

    # What follows blocks.

    def _is_stub(self) -> bool:
        """Whether there is a file with nothing in it, which Home Assistant takes for none."""
        with suppress(OSError, ValueError, AttributeError):
            return json.loads(Path(self.path).read_bytes()).get("data") is None
        return False

    def _has_aside(self) -> bool:
        path = Path(self.path)
        return not path.exists() and any(path.parent.glob(f"{path.name}.corrupt*"))

    def _keep_copy(self) -> str:
        path = Path(self.path)
        with suppress(OSError):
            content = path.read_bytes()
            for known in path.parent.glob(f"{path.name}.corrupt*"):
                if known.read_bytes() == content:
                    return known.name
            aside = name_aside(path)
            self._write(aside, content)
            return aside.name
        return name_aside(path).name

    def _keep_layout(self, version: int) -> None:
        path = Path(self.path)
        with suppress(OSError):
            self._write(path.with_name(f"{path.name}.v{version}"), path.read_bytes())

    def _write(self, path: Path, content: bytes) -> None:
        # What cannot be written is said by it.
        with suppress(WriteError):
            write_utf8_file_atomic(str(path), content, self._is_private, mode="wb")

    def _delete_copies(self) -> None:
        path = Path(self.path)
        with suppress(OSError):
            delete_aside(path)
            for copy in path.parent.glob(f"{path.name}.v[0-9]*"):
                copy.unlink(missing_ok=True)
