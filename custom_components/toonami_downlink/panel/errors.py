"""The error codes of our websocket commands, besides Home Assistant's own."""

from typing import Final

ERR_NOT_LOADED: Final = "not_loaded"
"""There is no entry, or it is not loaded."""
ERR_NO_FEED: Final = "no_feed"
"""Nothing was ever published."""
ERR_BAD_RANGE: Final = "bad_range"
"""A window that ends before it begins, or is too long."""
ERR_TOO_MANY_ROWS: Final = "too_many_rows"
ERR_RECORDING_REFUSED: Final = "recording_refused"
"""Something that cannot be recorded or deleted, a rule of nothing, or a disk that does not work."""
ERR_FOLLOW_REFUSED: Final = "follow_refused"
"""Something that cannot be followed, one follow too many, or a disk that is full."""
ERR_ADDRESS_REFUSED: Final = "address_refused"
"""An old address that is none of ours, is not whole, or belongs to somebody else."""
ERR_NOT_SAVED: Final = "not_saved"
"""The disk does not work; nothing has changed."""
