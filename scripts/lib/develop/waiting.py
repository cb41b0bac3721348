"""Waiting for conditions, never for time alone."""

from collections.abc import Callable
import time
from typing import Final

INTERVAL: Final = 0.2


class DevelopError(Exception):
    """Something did not start or did not answer, in words for the person at the terminal."""


def wait_for[Result](
    attempt: Callable[[], Result | None], what: str, timeout: float, hint: Callable[[], str] = str
) -> Result:
    """Return the first result of `attempt` that is not None or False.

    Raises DevelopError after `timeout` seconds; `hint` then says more about the cause.
    """
    deadline = time.monotonic() + timeout
    while True:
        if result := attempt():
            return result
        if time.monotonic() > deadline:
            raise DevelopError(f"{what} within {timeout:g} seconds. {hint()}".strip())
        time.sleep(INTERVAL)
