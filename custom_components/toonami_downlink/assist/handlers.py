"""All intents."""

from typing import Final

from .following import FollowedTonightHandler, FollowHandler, UnfollowHandler
from .intents import (
    DownlinkIntentHandler,
    WhatsNextHandler,
    WhatsOnHandler,
    WhenAgainHandler,
    WhenIsHandler,
    WhenWasHandler,
)
from .recording import CancelRecordingHandler, RecordHandler
from .watching import WatchOnHandler

HANDLERS: Final[tuple[type[DownlinkIntentHandler], ...]] = (
    WhatsOnHandler,
    WhatsNextHandler,
    WhenIsHandler,
    WhenAgainHandler,
    WhenWasHandler,
    WatchOnHandler,
    FollowHandler,
    UnfollowHandler,
    FollowedTonightHandler,
    RecordHandler,
    CancelRecordingHandler,
)
