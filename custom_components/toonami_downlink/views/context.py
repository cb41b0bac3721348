"""The context that all views share: coordinator, rate limit, rendered bodies."""

from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..recording.shelf import Shelf
from .held import HeldCache
from .rate_limit import RateLimit
from .response_cache import GuideCache, ResponseCache


@dataclass(slots=True)
class ViewContext:
    """One for all views: a player may get the same body in several ways."""

    hass: HomeAssistant
    rate_limit: RateLimit = field(init=False)
    guides: GuideCache = field(init=False)
    held: HeldCache = field(init=False)
    cache: ResponseCache = field(default_factory=ResponseCache)
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        """Begin with nothing rendered and no client refused."""
        self.rate_limit = RateLimit(self.hass)
        self.guides = GuideCache(self.hass)
        self.held = HeldCache(self.hass)

    @property
    def coordinator(self) -> DownlinkCoordinator | None:
        """The coordinator of the entry, while it is loaded."""
        return async_loaded_coordinator(self.hass)
