"""The web server's views. They read the coordinator, and nothing else."""

from homeassistant.core import HomeAssistant, callback

from .context import ViewContext
from .feed import GuideView, PlaylistView
from .hdhomerun import TUNER_VIEWS
from .health import HealthView
from .past import TimeshiftView
from .recordings import RECORDING_VIEWS
from .short import ShortView
from .stream import STREAM_VIEWS, WATCH_VIEWS
from .xtream import XTREAM_PREFIXES, XTREAM_VIEWS
from .xtream_recordings import XTREAM_RECORDING_VIEWS


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Register all views; they stay until Home Assistant stops."""
    context = ViewContext(hass)
    # They are tried in this order. Streams are first, because they are asked for most; what users
    # watch is behind the recordings, whose segments would fit it too.
    tokens = (
        *STREAM_VIEWS,
        *(PlaylistView, GuideView, TimeshiftView),
        *(*RECORDING_VIEWS, *WATCH_VIEWS, *TUNER_VIEWS),
    )
    logins = (*XTREAM_RECORDING_VIEWS, *XTREAM_VIEWS)
    for view in (
        *(make(context) for make in tokens),
        HealthView(),
        ShortView(context),
        *(make(context, prefix) for prefix in XTREAM_PREFIXES for make in logins),
    ):
        hass.http.register_view(view)
