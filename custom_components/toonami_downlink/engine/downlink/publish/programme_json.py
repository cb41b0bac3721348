"""A programme without its times as JSON, and back: for what is kept beside the guide's XMLTV."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
import json
from typing import Any, Final, get_type_hints

from ..limits import MAX_LIST_ITEMS, MAX_TEXT_CHARS
from ..models import Credit, Programme, Role, Source

_TIMES: Final = frozenset({"start", "stop"})
_TYPES: Final[Mapping[str, Any]] = {
    name: kind for name, kind in get_type_hints(Programme).items() if name not in _TIMES
}
_DEFAULTS: Final = {field.name: field.default for field in fields(Programme)}


def programme_to_json(programme: Programme) -> str:
    """Write what a programme is, the same one always in the same way; what is absent is left out.

    Its times are not in it.
    """
    values = {
        name: value
        for name in sorted(_TYPES)
        if (value := getattr(programme, name)) != _DEFAULTS[name]
    }
    if programme.credits:
        values["credits"] = [[one.role, one.name] for one in programme.credits]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def programme_from_json(text: str | bytes, start: datetime, stop: datetime) -> Programme:
    """Read what `programme_to_json` wrote, on air at those times. Raises as `values_from_json`."""
    return Programme(start=start, stop=stop, **values_from_json(text))


def values_from_json(text: str | bytes) -> dict[str, Any]:
    """Read what `programme_to_json` wrote, as arguments of `Programme`.

    What only a later version knows is left out. Raises ValueError for anything else.
    """
    try:
        values = json.loads(text)
    except RecursionError as err:
        raise ValueError("it is nested too deeply") from err
    if not isinstance(values, dict) or not values.get("title"):
        raise ValueError("it is no programme")
    return {name: _READERS[kind](values[name]) for name, kind in _TYPES.items() if name in values}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise ValueError("a text is none, or too long")
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("a number is none")
    return value


def _decimal(value: Any) -> float:
    if type(value) is not int and type(value) is not float:
        raise ValueError("a number is none")
    return float(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_LIST_ITEMS:
        raise ValueError("a list is none, or too long")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _items(value)))


def _credits(value: Any) -> tuple[Credit, ...]:
    return tuple(Credit(Role(role), _text(name)) for role, name in map(_items, _items(value)))


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: _text,
    str | None: _text,
    int | None: _number,
    float | None: _decimal,
    bool: _flag,
    tuple[str, ...]: _texts,
    tuple[Credit, ...]: _credits,
    Source: Source,
}
