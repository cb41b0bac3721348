"""One tree of errors; each that the command line can end with carries its exit code."""

from typing import ClassVar


class DownlinkError(Exception):
    """Anything that goes wrong in the engine, in one line of our own that says what to do.

    `stderr` is the last line that a provider wrote to standard error, or an empty string. It may
    hold its secrets: it is for administrators, and never stored.
    """

    key: ClassVar[str] = "unexpected"
    """Names the cause for translations, repairs and the history."""
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, stderr: str = "") -> None:
        """Keep what a provider said last beside the message."""
        super().__init__(message)
        self.stderr = stderr


class UsageError(DownlinkError):
    """A command line, cron expression or option that cannot be used."""

    key = "usage"
    exit_code = 2


class UpstreamUnreachableError(DownlinkError):
    """No connection to the upstream server, or none that can be trusted."""

    key = "upstream_unreachable"
    exit_code = 3


class UpstreamNonsenseError(DownlinkError):
    """The upstream server answered, but nothing that a feed can be made of."""

    key = "upstream_nonsense"
    exit_code = 4


class CannotWriteError(DownlinkError):
    """A file could not be written: disk full, no permission."""

    key = "cannot_write"
    exit_code = 5


class TimedOutError(DownlinkError):
    """The upstream server took longer than the whole run may take."""

    key = "upstream_timed_out"
    exit_code = 6


class ProviderError(DownlinkError):
    """The provider command did not bring its two files."""

    key = "provider_failed"


class ProviderMissingError(ProviderError):
    """The provider command does not exist or may not be executed."""

    key = "provider_command_missing"


class ProviderTimedOutError(ProviderError):
    """The provider ran into its time limit and was ended."""

    key = "provider_timed_out"


class ProviderOutputError(ProviderError):
    """The provider ended well, but its files are missing, too large or not plain files."""

    key = "provider_output"


class FeedError(DownlinkError):
    """A provider's file that cannot become a feed: which file, where in it, and why."""

    key = "feed_refused"

    def __init__(self, file: str, why: str, *, line: int | None = None) -> None:
        """Name the file (``playlist`` or ``guide``), the reason and the line (from 1)."""
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {why}")
        self.file = file
        self.line = line
        self.why = why


class StoreError(DownlinkError):
    """The data folder could not be read or written."""

    key = "cannot_store"


class NewerVersionError(DownlinkError):
    """What is stored was written by a version that is newer than this one: it is left alone."""

    key = "newer_version"


class FollowError(Exception):
    """A text that nothing can be followed by: empty, too long, or without a letter or digit.

    No refresh fails by it, and no command ends with it.
    """
