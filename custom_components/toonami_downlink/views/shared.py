"""What all views have in common."""

from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .bodies import Bodies, Guides
from .guard import LoginGuard


@dataclass(slots=True)
class Shared:
    """One for all views: a player may get the same body in several ways."""

    hass: HomeAssistant
    _entry: DownlinkConfigEntry | None = None
    """The entry, when it was last seen loaded."""
    guard: LoginGuard = field(init=False)
    guides: Guides = field(init=False)
    bodies: Bodies = field(default_factory=Bodies)

    def __post_init__(self) -> None:
        """Begin with nothing made and nobody refused."""
        self.guard = LoginGuard(self.hass)
        self.guides = Guides(self.hass)

    @property
    def coordinator(self) -> DownlinkCoordinator | None:
        """The coordinator of the entry, while it is loaded."""
        # Asked for by every request: the list of all entries is only looked through when needed.
        if self._entry is None or self._entry.state is not ConfigEntryState.LOADED:
            self._entry = next(iter(self.hass.config_entries.async_loaded_entries(DOMAIN)), None)
        return self._entry.runtime_data if self._entry else None
