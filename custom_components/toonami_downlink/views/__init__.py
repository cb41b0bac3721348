"""The web server's views. They read the coordinator, and nothing else."""

from homeassistant.core import HomeAssistant, callback

from .context import ViewContext
from .feed import GuideView, PlaylistView
from .hdhomerun import TUNER_VIEWS
from .health import HealthView
from .stream import STREAM_VIEWS
from .xtream import XTREAM_PREFIXES, XTREAM_VIEWS


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Register all views; they stay until Home Assistant stops."""
    context = ViewContext(hass)
    for view in (
        *(make(context) for make in (PlaylistView, GuideView, *STREAM_VIEWS, *TUNER_VIEWS)),
        HealthView(),
        *(make(context, prefix) for prefix in XTREAM_PREFIXES for make in XTREAM_VIEWS),
    ):
        hass.http.register_view(view)
