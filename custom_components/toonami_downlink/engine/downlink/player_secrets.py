"""What the secrets of players look like: what is not made like that was not made here."""

from collections.abc import Mapping
import re
from typing import Final

SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "feed_token": re.compile(r"[A-Za-z0-9]{43}", re.ASCII),
    "username": re.compile(r"toonami[a-z0-9]{6}", re.ASCII),
    "password": re.compile(r"[A-Za-z0-9]{20}", re.ASCII),
}
"""By the names that they are kept under."""
USERNAME_START: Final = "toonami"


def is_shaped(name: str, text: str) -> bool:
    """Whether a text can be the secret of that name."""
    return SHAPES[name].fullmatch(text) is not None
