"""Recordings to test with."""

from datetime import timedelta
from typing import Any

from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.recording.model import Recording, State

from .factories import NOON, SLOT


def make_recording(**values: Any) -> Recording:
    """Make a recording of what was on before noon, complete unless something else is said."""
    start = values.get("start", NOON - timedelta(hours=1))
    stop = values.get("stop", start + SLOT)
    usual = {
        "identity": "0123456789abcdef",
        "number": 1,
        "channel": "toonami_east",
        "start": start,
        "stop": stop,
        "programme": Programme(start=start, stop=stop, title="Outlaw Star", season=1, episode=3),
        "state": State.COMPLETE,
        "since": NOON - timedelta(days=1),
    }
    return Recording(**(usual | values))
