"""The web server's views. They read the coordinator, and nothing else."""

from homeassistant.core import HomeAssistant, callback

from .feed import GuideView, PlaylistView
from .hdhr import TUNER_VIEWS
from .shared import Shared
from .status import HealthView, StatusView
from .streams import StreamView
from .xtream import XTREAM_PREFIXES, XTREAM_VIEWS


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Register all views; they stay until Home Assistant stops."""
    shared = Shared(hass)
    for view in (
        HealthView(),
        StatusView(),
        *(make(shared) for make in (PlaylistView, GuideView, StreamView, *TUNER_VIEWS)),
        *(make(shared, prefix) for prefix in XTREAM_PREFIXES for make in XTREAM_VIEWS),
    ):
        hass.http.register_view(view)
