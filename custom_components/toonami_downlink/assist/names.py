"""Names of the intents and their slots: what sentences, handlers and models agree on."""

from typing import Final

INTENT_WHATS_ON: Final = "ToonamiDownlinkWhatsOn"
INTENT_WHATS_NEXT: Final = "ToonamiDownlinkWhatsNext"
INTENT_WHEN_IS: Final = "ToonamiDownlinkWhenIs"
INTENT_WHEN_AGAIN: Final = "ToonamiDownlinkWhenAgain"
INTENT_WHEN_WAS: Final = "ToonamiDownlinkWhenWas"
INTENT_WATCH_ON: Final = "ToonamiDownlinkWatchOn"
INTENT_FOLLOW: Final = "ToonamiDownlinkFollow"
INTENT_UNFOLLOW: Final = "ToonamiDownlinkUnfollow"
INTENT_FOLLOWED_TONIGHT: Final = "ToonamiDownlinkFollowedTonight"
INTENT_RECORD: Final = "ToonamiDownlinkRecord"
INTENT_CANCEL_RECORDING: Final = "ToonamiDownlinkCancelRecording"

INTENTS: Final = (
    INTENT_WHATS_ON,
    INTENT_WHATS_NEXT,
    INTENT_WHEN_IS,
    INTENT_WHEN_AGAIN,
    INTENT_WHEN_WAS,
    INTENT_WATCH_ON,
    INTENT_FOLLOW,
    INTENT_UNFOLLOW,
    INTENT_FOLLOWED_TONIGHT,
    INTENT_RECORD,
    INTENT_CANCEL_RECORDING,
)

SLOT_CHANNEL: Final = "channel"
SLOT_PROGRAMME: Final = "programme"
SLOT_AREA: Final = "area"
SLOT_NAME: Final = "name"
"""A media player, by its name."""
