"""Addresses of the panel, for who links to it; ``frontend/model/place.js`` has the same ones.

They are paths on Home Assistant's own server: what a notification, a dashboard or a conversation
takes for a link.
"""

from datetime import datetime

from .const import PANEL_PATH


def programme_place(number: int, start: datetime) -> str:
    """Return where the programme of a channel is that starts at a time."""
    return f"/{PANEL_PATH}/guide/{number}/{int(start.timestamp())}"


def watch_place(number: int) -> str:
    """Return where a channel is watched."""
    return f"/{PANEL_PATH}/watch/{number}"
