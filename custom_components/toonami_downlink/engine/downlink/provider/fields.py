"""JSON objects of upstream read gently: a value of the wrong type counts as absent, and is counted.

Upstream's data base has no schema, so any field may be missing or something else (upstream.md 1).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
import sys
from typing import Any, Final, NamedTuple

from ..text import clean_line, clean_text, is_usable_url

_MAX_TIME_CHARS: Final = 40
_MAX_DIGITS: Final = 6
_MAX_ITEMS: Final = 5_000
"""More members of one list than any honest answer has; what follows them is not read."""

type Ignored = Counter[str]
"""How many values of each field were of no use."""


class Fields(NamedTuple):
    """The fields of one JSON object."""

    data: Mapping[Any, Any]
    ignored: Ignored

    def text(self, key: str) -> str | None:
        """Return one line without surplus white space; None for nothing."""
        value = self._get(key, str)
        return clean_line(value)[0] or None if value else None

    def prose(self, key: str) -> str | None:
        """Return a text with its lines; None for nothing."""
        value = self._get(key, str)
        return clean_text(value)[0] or None if value else None

    def number(self, key: str) -> int | None:
        """Return a positive whole number, also from a text that is one."""
        value = self.data.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value) if len(value) <= _MAX_DIGITS else -1
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MAX_DIGITS:
            return value or None
        self._ignore(key, value)
        return None

    def decimal(self, key: str) -> float | None:
        """Return a number that is not negative."""
        value = self._get(key, int | float)
        # A whole number of JSON may be larger than any float.
        if value is None or isinstance(value, bool) or not 0 <= value <= sys.float_info.max:
            self._ignore(key, value)
            return None
        return float(value)

    def flag(self, key: str) -> bool | None:
        """Return true or false; None for anything else."""
        value: bool | None = self._get(key, bool)
        return value

    def time(self, key: str) -> datetime | None:
        """Return an ISO time as UTC with whole seconds; without an offset it is taken as UTC."""
        value = self._get(key, str)
        if value is None:
            return None
        try:
            time = datetime.fromisoformat(value[:_MAX_TIME_CHARS])
            if time.tzinfo is None:
                time = time.replace(tzinfo=UTC)
            return time.astimezone(UTC).replace(microsecond=0)
        except OverflowError, ValueError:
            self._ignore(key, value)
            return None

    def address(self, key: str) -> str | None:
        """Return an http or https address that a player can use."""
        value = self.text(key)
        if value is None or is_usable_url(value):
            return value
        self._ignore(key, value)
        return None

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list, each on one line, without empty ones."""
        values = self._get(key, list) or []
        found = [value for value in values[:_MAX_ITEMS] if isinstance(value, str)]
        if len(found) < len(values):
            self.ignored[key] += len(values) - len(found)
        return [line for value in found if (line := clean_line(value)[0])]

    def child(self, key: str) -> Fields:
        """Return an object inside this one, without any fields when there is none."""
        return Fields(self._get(key, dict) or {}, self.ignored)

    def children(self, key: str) -> Iterator[Fields]:
        """Yield the objects of a list inside this one."""
        return objects(self._get(key, list), self.ignored, key)

    def _get(self, key: str, kind: Any) -> Any:
        value = self.data.get(key)
        if isinstance(value, kind):
            return value
        self._ignore(key, value)
        return None

    def _ignore(self, key: str, value: object) -> None:
        if value is not None:
            self.ignored[key] += 1


def objects(answer: Any, ignored: Ignored, key: str = "answer") -> Iterator[Fields]:
    """Yield the objects of a list; what is no list has none."""
    for entry in answer[:_MAX_ITEMS] if isinstance(answer, list) else ():
        if isinstance(entry, dict):
            yield Fields(entry, ignored)
        else:
            ignored[key] += 1


def whole(answer: Any, ignored: Ignored) -> Fields:
    """Return an answer that should be one object."""
    return Fields({"answer": answer}, ignored).child("answer")
