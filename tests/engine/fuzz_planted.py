"""Readers with bugs that scripts/fuzz has to find, and one without."""

from collections.abc import Mapping
import re
from typing import Final

from scripts.lib.fuzz.target import Target

_kept: Final[list[list[bytes]]] = []
_SLOW: Final = re.compile(rb"a=[^;]* *;")


def read_good(data: bytes) -> None:
    """Refuse what is too long, as a reader should."""
    if len(data) > 1000:
        raise ValueError("too long")
    data.decode("utf-8", "replace").split("\n")


def read_raising(data: bytes) -> int:
    """Break on a word behind another one."""
    if data.startswith(b"HEAD") and b"boom" in data:
        raise KeyError(data)
    return len(data)


def read_slowly(data: bytes) -> None:
    """Look for the end of each of many values, in the whole of the rest."""
    _SLOW.search(data)


def read_for_ever(data: bytes) -> None:
    """Keep a list of each input."""
    _kept.append([data])


TARGETS: Final[Mapping[str, Target]] = {
    "good": Target(read_good, (ValueError,)),
    "raising": Target(read_raising, (ValueError,), (b"HEAD", b"boom")),
    "slow": Target(read_slowly, (), (b"a=",)),
    "leaking": Target(read_for_ever, ()),
}
