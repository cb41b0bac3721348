"""Short codes: what is typed with a remote to reach the playlist of a pass."""

import re
import secrets
from typing import Final

ALPHABET: Final = "acdefghjkmnpqrtwxy34679"
"""Lower-case letters and digits that nobody takes for another one on a television.

Without the groups that look alike across a room: i l 1, o 0, s 5, z 2, b 8, u v.
"""
LENGTH: Final = 8
"""Of 23 characters each: one of 78 billion, 36 bits."""
MAX_CHARS: Final = 32
"""What is read of what somebody typed: a code with a blank or a dash around each character fits."""
_FORGIVEN: Final = str.maketrans("", "", " -")
_CODE: Final = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}", re.ASCII)


def make_code() -> str:
    """Return a new code, which cannot be foretold."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """Read a code as it was typed, with capitals, blanks or dashes; None if it is none."""
    if len(text) > MAX_CHARS or not text.isascii():
        return None
    code = text.translate(_FORGIVEN).lower()
    return code if is_code(code) else None


def is_code(text: str) -> bool:
    """Whether a text is a code in the form in which it is kept."""
    return _CODE.fullmatch(text) is not None
