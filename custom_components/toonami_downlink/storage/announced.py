"""What was announced, in Home Assistant's storage."""

from typing import Final

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..engine.downlink.announced import Record, Records, records_from_json, records_to_json
from .versioned_store import VersionedStore

_KEY: Final = f"{DOMAIN}.announced"


class AnnouncedStore:
    """The file with what was announced; it is saved before anybody is told."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a look at it."""
        self._file = VersionedStore(hass, _KEY)

    async def async_load(self) -> dict[str, Record]:
        """Load it; what cannot be used is left out. Raises as `VersionedStore.async_load`."""
        return records_from_json((await self._file.async_load() or {}).get("records"))

    async def async_save(self, records: Records) -> None:
        """Save it, or raise StoreError."""
        await self._file.async_save_surely({"records": records_to_json(records)})

    async def async_remove(self) -> None:
        """Delete it."""
        await self._file.async_remove()
