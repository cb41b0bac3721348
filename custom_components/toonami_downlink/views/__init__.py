"""The web server's views. They read the coordinator, and nothing else."""

from homeassistant.core import HomeAssistant, callback

from .feed import GuideFileView, Guides, GuideView, PlaylistView
from .guard import LoginGuard
from .hdhr import TUNER_VIEWS
from .status import HealthView, StatusView
from .streams import StreamView
from .xtream import XTREAM_PREFIXES, XTREAM_VIEWS, Shared


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Register all views; they stay until Home Assistant stops."""
    guard = LoginGuard(hass)
    guides = Guides(hass)
    shared = Shared(guard, guides)
    for view in (
        HealthView(),
        StatusView(),
        PlaylistView(guard),
        GuideView(guard, guides),
        GuideFileView(guard, guides),
        StreamView(guard),
        *(make(guard) for make in TUNER_VIEWS),
        *(make(shared, prefix) for prefix in XTREAM_PREFIXES for make in XTREAM_VIEWS),
    ):
        hass.http.register_view(view)
