"""Why a stream cannot be had, or not be passed on."""

from enum import StrEnum

from ..errors import DownlinkError


class Reason(StrEnum):
    """Names a cause for the health of a channel, repairs and diagnostics."""

    # The address
    BAD_ADDRESS = "bad_address"
    INTERNAL_ADDRESS = "internal_address"
    DOWNGRADE = "downgrade"
    REDIRECTS = "redirects"
    NO_ADDRESS = "no_address"

    # The connection
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    SILENT = "silent"
    TOO_SLOW = "too_slow"
    BROKEN_OFF = "broken_off"

    # The answer
    NOT_FOUND = "not_found"
    STATUS = "status"
    BAD_ANSWER = "bad_answer"
    ENCODED = "encoded"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    WEB_PAGE = "web_page"
    JSON = "json"
    IMAGE = "image"
    NOT_MEDIA = "not_media"
    CORRUPT = "corrupt"

    # The playlist
    NOT_A_PLAYLIST = "not_a_playlist"
    BAD_PLAYLIST = "bad_playlist"
    TOO_MANY = "too_many"
    NESTED = "nested"
    ENDED = "ended"
    FROZEN = "frozen"
    BACKWARDS = "backwards"

    # What is right in itself, but not passed on
    ENCRYPTED = "encrypted"
    BYTE_RANGES = "byte_ranges"
    FRAGMENTED_MP4 = "fragmented_mp4"
    PACKED_AUDIO = "packed_audio"
    """Sound in another format than AAC, without a transport stream around it."""
    SEPARATE_TRACKS = "separate_tracks"
    I_FRAMES_ONLY = "i_frames_only"
    DELTA_UPDATES = "delta_updates"
    VARIABLES = "variables"


class RelayError(DownlinkError):
    """Something about one stream; `reason` names it, the text is one line for the log."""

    def __init__(self, reason: Reason, message: str) -> None:
        """Keep the reason beside the message, which holds no address: those may hold secrets."""
        super().__init__(message)
        self.reason = reason


class UpstreamError(RelayError):
    """Upstream did not bring what it should; it may do so the next time."""


class AddressRefusedError(RelayError):
    """An address that must not be opened."""


class UnsupportedFormatError(RelayError):
    """A form of HLS that is not passed on."""


class BusyError(DownlinkError):
    """As many channels as the user allows are being watched."""


class ViewerEndedError(DownlinkError):
    """A viewer that was ended from here, or comes back too soon after that."""


class RingClosedError(DownlinkError):
    """The channel has stopped; there will be no further segments."""
