"""What all views have in common."""

from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from .bodies import Bodies, Guides
from .guard import LoginGuard


@dataclass(slots=True)
class Shared:
    """One for all views: a player may get the same body in several ways."""

    hass: HomeAssistant
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
        return async_loaded_coordinator(self.hass)
