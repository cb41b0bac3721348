"""What a house is made of, besides what Home Assistant fetches again: to sections, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Any, Final

from ..engine.downlink.announced import Record, records_from_json, records_to_json
from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.house_file import FileRefusal, HouseFileError, Section, batches
from ..engine.downlink.limits import MAX_VALUE_CHARS
from ..engine.downlink.passes import HOME, MAX_PASSES, read_pass
from ..engine.downlink.player_secrets import SHAPES, is_shaped
from ..engine.downlink.publish.aired_log import Aired
from ..engine.downlink.short_codes import is_code
from ..storage.followed import Followed, followed_to_json, read_followed
from ..storage.recorded import Recorded, read_recorded, recorded_to_json
from ..storage.state import read_numbers
from ..storage.versioned_store import Data
from ..streaming.manager import RECORDER
from .aired import read_aired, sections_of_aired
from .options import read_options

_IDENTITY: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MAX_PREVIOUS: Final = 64
_MAX_NUMBERS: Final = 10_000
_WRONG: Final = (AttributeError, DownlinkError, KeyError, OverflowError, TypeError, ValueError)
"""What is raised by what is not as it should be."""
_ONCE: Final = ("house", "secrets", "options", "numbers", "follows", "next_number")
"""The sections that are there once; without the first two, nothing is in a file."""
LOG: Final = ("shows", "airings")
"""What was on: it is kept in a file of its own."""
_MANY: Final = ("passes", "announced", "rules", "recordings", *LOG)
"""Those that are lists, in as many pieces as they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPass:
    """A pass as its config subentry has it."""

    identity: str
    title: str
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What moves: everything that Home Assistant does not make again by itself."""

    tuner: str
    """By what players know the tuners."""
    secrets: Mapping[str, Data]
    """As `CredentialStore.as_data`, with those of the passes that are here, and no others."""
    passes: tuple[MovedPass, ...]
    options: Mapping[str, Any]
    numbers: Mapping[str, int]
    """Of the channels that are not the station's own."""
    followed: Followed
    announced: Mapping[str, Record]
    recorded: Recorded
    aired: tuple[Aired, ...] = ()


def sections_of(house: House) -> Iterator[Section]:
    """Write a house as the sections of a file."""
    recorded = recorded_to_json(house.recorded)
    yield "house", {"tuner": house.tuner}
    yield "secrets", dict(house.secrets)
    yield "options", dict(house.options)
    yield "numbers", dict(house.numbers)
    yield "follows", followed_to_json(house.followed)
    yield "next_number", recorded["next_number"]
    lists = {
        "passes": [
            {"id": one.identity, "title": one.title, "data": one.data} for one in house.passes
        ],
        "announced": records_to_json(house.announced),
        "rules": recorded["rules"],
        "recordings": recorded["recordings"],
    }
    for name, items in lists.items():
        yield from ((name, batch) for batch in batches(items))
    yield from sections_of_aired(house.aired)


def read_house(sections: Iterable[Section]) -> House:
    """Read the sections of a file; all of it is right, or none of it is taken.

    Raises HouseFileError.
    """
    found = _sorted(sections)
    try:
        passes = _passes(found["passes"])
        return House(
            tuner=_matching(_IDENTITY, _mapping(found["house"])["tuner"]),
            secrets=_secrets(_mapping(found["secrets"]), [one.identity for one in passes]),
            passes=passes,
            options=read_options(found["options"]),
            numbers=_numbers(found["numbers"]),
            followed=_followed(found["follows"]),
            announced=_announced(found["announced"]),
            recorded=_recorded(found),
            aired=read_aired(*(found[name] for name in LOG)),
        )
    except _WRONG:
        raise HouseFileError(FileRefusal.DAMAGED) from None


def _numbers(data: Any) -> dict[str, int]:
    numbers = read_numbers(_mapping(data))
    _require_all(len(numbers) == len(data) <= _MAX_NUMBERS)
    _require_all(all(len(key) <= MAX_VALUE_CHARS for key in numbers))
    return numbers


def _followed(data: Any) -> Followed:
    followed, is_partial = read_followed(_mapping(data))
    _require_all(not is_partial)
    return followed


def _announced(items: Sequence[Any]) -> dict[str, Record]:
    announced = records_from_json(items)
    _require_all(len(announced) == len(items))
    return announced


def _recorded(found: Mapping[str, Any]) -> Recorded:
    recorded = read_recorded({name: found[name] for name in ("rules", "recordings", "next_number")})
    _require_all(not recorded.is_partial and recorded.next_number == found["next_number"])
    return recorded


def _require_all(is_complete: bool) -> None:
    """Refuse what would be left out where it is read from the disk."""
    if not is_complete:
        raise ValueError("some of it cannot be used")


def _sorted(sections: Iterable[Section]) -> dict[str, Any]:
    """Return the sections by their names, the pieces of each list together."""
    found: dict[str, Any] = {name: [] for name in _MANY}
    for name, value in sections:
        if name in _MANY:
            found[name].extend(value if isinstance(value, list) else [value])
        elif name not in _ONCE:
            raise HouseFileError(FileRefusal.NEWER)
        elif name in found:
            raise HouseFileError(FileRefusal.DAMAGED)
        else:
            found[name] = value
    if not (found.get("house") and found.get("secrets")):
        raise HouseFileError(FileRefusal.EMPTY)
    return found


def _passes(items: Sequence[Any]) -> tuple[MovedPass, ...]:
    if len(items) > MAX_PASSES:
        raise HouseFileError(FileRefusal.TOO_MANY_PASSES)
    passes = tuple(map(_pass, items))
    # Under these two, the house and its recordings watch.
    _require_different([HOME, RECORDER, *(one.identity for one in passes)])
    return passes


def _pass(item: Any) -> MovedPass:
    data = _mapping(item)
    one = MovedPass(
        identity=_matching(_IDENTITY, data["id"]),
        title=data["title"],
        data=dict(_mapping(data["data"])),
    )
    read_pass(one.identity, one.title, one.data)
    return one


def _secrets(data: Mapping[str, Any], identities: Sequence[str]) -> dict[str, Data]:
    home, passes = _mapping(data["home"]), _mapping(data["passes"])
    given, codes = _mapping(passes["passes"]), _mapping(passes["codes"])
    if given.keys() != set(identities) or codes.keys() != {HOME, *identities}:
        raise ValueError("secrets of others")
    current = _set(home["current"])
    sets = {identity: _set(given[identity]) for identity in identities}
    for name in ("feed_token", "username"):
        _require_different([current[name], *(one[name] for one in sets.values())])
    _require_different(list(codes.values()))
    if not all(isinstance(code, str) and is_code(code) for code in codes.values()):
        raise ValueError("no code")
    return {
        "home": {"current": current, "previous": _digests(home["previous"])},
        "passes": {
            "passes": sets,
            "codes": dict(codes),
            "previous": _digests(passes["previous"]),
        },
    }


def _set(data: Any) -> dict[str, str]:
    found = {name: _mapping(data)[name] for name in SHAPES}
    if not all(isinstance(text, str) and is_shaped(name, text) for name, text in found.items()):
        raise ValueError("no secrets")
    return found


def _require_different(values: Sequence[Any]) -> None:
    if len(set(values)) < len(values):
        raise HouseFileError(FileRefusal.DUPLICATE)


def _digests(data: Any) -> list[str]:
    if not isinstance(data, list) or len(data) > _MAX_PREVIOUS:
        raise ValueError("no digests")
    return [_matching(_DIGEST, one) for one in data]


def _mapping(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError("no mapping")
    return data


def _matching(shape: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or not shape.fullmatch(text):
        raise ValueError("no such text")
    return text
