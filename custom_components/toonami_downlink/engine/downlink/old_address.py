"""Addresses that players have kept of an installation that is gone: which secrets are in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote

from .limits import MAX_URL_CHARS
from .player_secrets import USERNAME_START, is_shaped
from .short_codes import read_code

_MAX_FIELDS: Final = 32
"""Of a query; the players' own have six."""
_SCHEMES: Final = frozenset({"http", "https"})


class Refusal(StrEnum):
    """Why an address is not taken over."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_OURS = "not_ours"
    """It is no address that was ever made here."""
    DAMAGED = "damaged"
    """It may be one, but its secret is not whole."""
    TEMPORARY = "temporary"
    """It was for a user of Home Assistant, for a day."""
    TAKEN = "taken"
    """Another device has that secret."""
    ALREADY = "already"
    """It is what is valid now."""
    NO_DEVICE = "no_device"
    """The device that is to have it is not there any more."""


_SAID: Final[Mapping[Refusal, str]] = {
    Refusal.EMPTY: "There is no address",
    Refusal.TOO_LONG: f"An address has at most {MAX_URL_CHARS} characters",
    Refusal.NOT_OURS: "This is no address of Toonami Downlink",
    Refusal.DAMAGED: "The secret in this address is not whole",
    Refusal.TEMPORARY: "This address was made for a day, and not for a player",
    Refusal.TAKEN: "Another device has this secret",
    Refusal.ALREADY: "This is what is valid already",
    Refusal.NO_DEVICE: "There is no such device",
}


class OldAddressError(Exception):
    """An address that is not taken over; the text has nothing of it."""

    def __init__(self, refusal: Refusal) -> None:
        """Say why."""
        super().__init__(_SAID[refusal])
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSecrets:
    """What was found in an address: a token, or a user name and password, or a code."""

    feed_token: str | None = None
    username: str | None = None
    password: str | None = None
    code: str | None = None


def read_old_address(text: str) -> OldSecrets:
    """Find the secrets in an address as it was copied from a player, or typed.

    It may be that of the playlist, a guide, a stream, the tuner or the Xtream API, or a short one,
    with or without ``http://``. Where it led to does not count: that has changed. Raises
    OldAddressError.
    """
    if len(text) > MAX_URL_CHARS:
        raise OldAddressError(Refusal.TOO_LONG)
    address = text.strip()
    if not address:
        raise OldAddressError(Refusal.EMPTY)
    if not (address.isascii() and address.isprintable()):
        raise OldAddressError(Refusal.NOT_OURS)
    # Kodi keeps what it sends along behind a bar.
    address = address.partition("|")[0].partition("#")[0]
    place, _, query = address.partition("?")
    path = _without_scheme(place).partition("/")[2]
    return _read([unquote(part) for part in path.split("/") if part], query)


def _without_scheme(place: str) -> str:
    scheme, separator, rest = place.partition("://")
    if not separator:
        return place
    if scheme.lower() not in _SCHEMES:
        raise OldAddressError(Refusal.NOT_OURS)
    return rest


def _read(parts: Sequence[str], query: str) -> OldSecrets:
    match parts:
        case ["api", "toonami_downlink", "watch", *_]:
            raise OldAddressError(Refusal.TEMPORARY)
        case ["api", "toonami_downlink", "xtream", *rest]:
            return _login(rest, query)
        case ["api", "toonami_downlink", "hdhr", token, *_]:
            return _token(token)
        case ["api", "toonami_downlink", token, *_]:
            return _token(token)
        case [start, code, *_] if start.lower() == "tv":
            return _code(code)
    return _login(parts, query)


def _token(token: str) -> OldSecrets:
    if not is_shaped("feed_token", token):
        raise OldAddressError(Refusal.DAMAGED)
    return OldSecrets(feed_token=token)


def _code(typed: str) -> OldSecrets:
    code = read_code(typed)
    if code is None:
        raise OldAddressError(Refusal.DAMAGED)
    return OldSecrets(code=code)


def _login(parts: Sequence[str], query: str) -> OldSecrets:
    match parts:
        case ["live" | "movie" | "series" | "timeshift", username, password, *_]:
            pass
        case [*_, page] if page.endswith(".php"):
            fields = _fields(query)
            username, password = fields.get("username", ""), fields.get("password", "")
        case [username, password, _, *_]:
            pass
        case _:
            raise OldAddressError(Refusal.NOT_OURS)
    if not username.startswith(USERNAME_START):
        raise OldAddressError(Refusal.NOT_OURS)
    if not (is_shaped("username", username) and is_shaped("password", password)):
        raise OldAddressError(Refusal.DAMAGED)
    return OldSecrets(username=username, password=password)


def _fields(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise OldAddressError(Refusal.NOT_OURS) from None
