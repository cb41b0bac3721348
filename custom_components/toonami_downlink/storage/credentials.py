"""The secrets that players know: made here, kept in private storage, replaced on demand."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
import hashlib
import hmac
import logging
import secrets
import string
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..engine.downlink.errors import StoreError
from ..engine.downlink.old_address import OldAddressError, OldSecrets, Refusal
from ..engine.downlink.passes import HOME
from ..engine.downlink.player_secrets import SHAPES, is_shaped
from ..engine.downlink.short_codes import is_code, make_code
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)

_KEY: Final = f"{DOMAIN}.credentials"
_PASSES_KEY: Final = f"{DOMAIN}.passes"
"""A file of its own: an earlier version, which knows no passes, leaves it alone."""
_LOWER: Final = string.ascii_lowercase + string.digits
_ALPHABET: Final = string.ascii_letters + string.digits
_PREVIOUS_KEPT: Final = 10
_PREVIOUS_OF_PASSES_KEPT: Final = 64


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One set of secrets. Letters and digits only: players mangle everything else."""

    feed_token: str
    """43 characters, in the path of the playlist and guide."""
    username: str
    """``toonami`` and six lower-case letters or digits."""
    password: str
    """20 letters and digits."""


def _make(username: str | None = None) -> Credentials:
    return Credentials(
        feed_token=_random(_ALPHABET, 43),
        username=username or f"toonami{_random(_LOWER, 6)}",
        password=_random(_ALPHABET, 20),
    )


class CredentialStore:
    """The current secrets, and the digests of those that were replaced.

    Those of *Home*, the house's own, are in the file that has been there since the first version;
    those of the passes, and all short codes, in one beside it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        current: Credentials,
        previous: tuple[str, ...],
        passes: _Passes,
    ) -> None:
        """Hold loaded secrets; use `async_load`."""
        self._store = _storage(hass)
        self._passes_store = _passes_storage(hass)
        self._current = current
        self._previous = previous
        self._passes = passes
        self._changing = asyncio.Lock()

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Load the secrets, or make and save the first ones. Raises as `VersionedStore.async_load`.

        What is no secret of ours any more, because something else wrote to the file, is made
        anew, the log says so, and a copy of the file is kept; the rest stays what it is.
        """
        data = await _storage(hass).async_load()
        of_passes = await _passes_storage(hass).async_load()
        kept = _usable(data.get("current") if data else None)
        previous = _digests(data, _PREVIOUS_KEPT)
        passes = _read_passes(of_passes)
        credentials = cls(hass, replace(_make(), **kept), previous, passes)
        if len(kept) < len(SHAPES):
            if data is not None:
                lost = ", ".join(name for name in SHAPES if name not in kept)
                await _async_complain(
                    credentials._store, data, f"give the players new ones ({lost})"
                )
            await credentials._store.async_save(credentials._as_data())
        if (whole := passes.as_data()) != of_passes:
            if of_passes is not None:
                lost = "give new ones to the devices with a pass that are refused"
                await _async_complain(credentials._passes_store, of_passes, lost)
            await credentials._passes_store.async_save(whole)
        return credentials

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete the stored secrets."""
        await _storage(hass).async_remove()
        await _passes_storage(hass).async_remove()

    @property
    def feed_token(self) -> str:
        """The secret in the playlist and guide addresses of *Home*."""
        return self._current.feed_token

    @property
    def username(self) -> str:
        """The Xtream user name of *Home*."""
        return self._current.username

    @property
    def password(self) -> str:
        """The Xtream password of *Home*."""
        return self._current.password

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """Everything that nobody may read in a log."""
        sets = (self._current, *self._passes.credentials.values())
        secrets = (secret for one in sets for secret in (one.feed_token, one.password))
        return (*secrets, *self._passes.codes.values())

    @property
    def tuner(self) -> str | None:
        """By what players know the tuners, where that came with a house that has moved."""
        return self._passes.tuner

    @property
    def home(self) -> Credentials:
        """The secrets of *Home*."""
        return self._current

    def of(self, identity: str) -> Credentials | None:
        """Return the secrets of a pass, or of *Home*."""
        return self._current if identity == HOME else self._passes.credentials.get(identity)

    def code(self, identity: str) -> str | None:
        """Return the short code of a pass, or of *Home*."""
        return self._passes.codes.get(identity)

    def find_token(self, token: str) -> str | None:
        """Return whose feed token it is. All are compared with, each in constant time."""
        found = HOME if _equal(token, self.feed_token) else None
        for identity, one in self._passes.credentials.items():
            if _equal(token, one.feed_token):
                found = identity
        return found

    def find_login(self, username: str, password: str) -> str | None:
        """Return whose login it is. All are compared with, each in constant time."""
        found = None
        for identity, one in ((HOME, self._current), *self._passes.credentials.items()):
            user_matches = _equal(username, one.username)
            if _equal(password, one.password) and user_matches:
                found = identity
        return found

    def find_code(self, code: str) -> str | None:
        """Return whose short code it is. All are compared with, each in constant time."""
        found = None
        for identity, one in self._passes.codes.items():
            if _equal(code, one):
                found = identity
        return found

    def watch_token(self, until: datetime, identity: str = HOME) -> str:
        """Return a secret that opens the streams of a pass, and nothing else, until that time.

        It is made of the feed token: it outlives a restart, and ends with a rotation. Raises
        KeyError for a pass without secrets.
        """
        one = self._current if identity == HOME else self._passes.credentials[identity]
        expires = f"{int(until.timestamp()):010x}"
        return f"{expires}{_watch_mac(one.feed_token, expires)}"

    def find_watch_token(self, token: str, now: datetime) -> str | None:
        """Return whose such a secret is, until its time is over.

        It is compared with those of all, each in constant time.
        """
        expires, mac = token[:10], token[10:]
        found = None
        for identity, one in ((HOME, self._current), *self._passes.credentials.items()):
            if _equal(mac, _watch_mac(one.feed_token, expires)):
                found = identity
        return found if found and int(expires, 16) > now.timestamp() else None

    def is_previous(self, secret: str) -> bool:
        """Whether this feed token or password was valid before a rotation."""
        digest = _digest(secret)
        return digest in self._previous or digest in self._passes.previous

    async def async_rotate(self, identity: str = HOME) -> None:
        """Replace the feed token, the password and the short code of a pass; the user name stays.

        Raises HomeAssistantError when they cannot be saved: then the old ones stay, which would
        be back after a restart anyway.
        """
        # One after another: what one has replaced must not come back when another fails.
        async with self._changing:
            before = self._current, self._previous, self._passes
            self._passes = self._passes.rotated(identity)
            if identity == HOME:
                old, self._current = self._current, _make(self.username)
                self._previous = _replaced(self._previous, old, self._current, _PREVIOUS_KEPT)
            await self._async_save_or_undo(*before)

    async def async_adopt(self, identity: str, old: OldSecrets) -> None:
        """Let a pass have secrets that players know from before; what they replace ends.

        Secrets that were replaced once, and are given back by that, are valid again. Raises
        OldAddressError when they are valid already, or belong to another pass, and
        HomeAssistantError when they cannot be saved; then nothing has changed.
        """
        async with self._changing:
            if (known := self.of(identity)) is None:
                raise OldAddressError(Refusal.NO_DEVICE)
            if self._owner(old) not in {None, identity}:
                raise OldAddressError(Refusal.TAKEN)
            given = {name: value for name in SHAPES if (value := getattr(old, name))}
            changed = replace(known, **given)
            if changed == known and old.code in {None, self.code(identity)}:
                raise OldAddressError(Refusal.ALREADY)
            before = self._current, self._previous, self._passes
            if old.code:
                self._passes = self._passes.with_code(identity, old.code)
            elif identity == HOME:
                self._previous = _replaced(self._previous, known, changed, _PREVIOUS_KEPT)
                self._current = changed
            else:
                self._passes = self._passes.changed(identity, changed)
            await self._async_save_or_undo(*before)

    def _owner(self, old: OldSecrets) -> str | None:
        """Return who has any of those secrets; a user name is never given twice."""
        if old.feed_token:
            return self.find_token(old.feed_token)
        if old.code:
            return self.find_code(old.code)
        sets = ((HOME, self._current), *self._passes.credentials.items())
        return next((owner for owner, one in sets if one.username == old.username), None)

    async def _async_save_or_undo(
        self, current: Credentials, previous: tuple[str, ...], passes: _Passes
    ) -> None:
        """Save what is not what it was before; raise HomeAssistantError, and be what it was."""
        try:
            if self._passes is not passes:
                await self._passes_store.async_save_surely(self._passes.as_data())
            if self._current is not current:
                await self._store.async_save_surely(self._as_data())
        except StoreError as err:
            self._current, self._previous, self._passes = current, previous, passes
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=err.key,
                translation_placeholders={"message": str(err)},
            ) from err

    async def async_keep(self, identities: Iterable[str]) -> None:
        """Make the secrets of new passes, and forget those of passes that there are no more."""
        async with self._changing:
            passes = self._passes.kept(identities)
            if passes != self._passes:
                self._passes = passes
                await self._passes_store.async_save(passes.as_data())

    def as_data(self) -> dict[str, Data]:
        """Return what is in both files, by what they are for: ``home`` and ``passes``."""
        return {"home": self._as_data(), "passes": self._passes.as_data()}

    @staticmethod
    async def async_put(hass: HomeAssistant, data: Mapping[str, Data]) -> None:
        """Write both files, as `as_data` has them. Raises StoreError."""
        await _passes_storage(hass).async_save_surely(data["passes"])
        await _storage(hass).async_save_surely(data["home"])

    def _as_data(self) -> Data:
        return {"current": asdict(self._current), "previous": list(self._previous)}


@dataclass(frozen=True, slots=True)
class _Passes:
    """The secrets of the passes, by the passes' identities."""

    credentials: Mapping[str, Credentials]
    codes: Mapping[str, str]
    """Also of *Home*, which has one always."""
    previous: tuple[str, ...]
    tuner: str | None = None

    def as_data(self) -> Data:
        return {
            **({"tuner": self.tuner} if self.tuner else {}),
            "passes": {identity: asdict(one) for identity, one in self.credentials.items()},
            "codes": dict(self.codes),
            "previous": list(self.previous),
        }

    def kept(self, identities: Iterable[str]) -> _Passes:
        wanted = tuple(identities)
        return replace(
            self,
            credentials={one: self.credentials.get(one) or _make() for one in wanted},
            codes={one: self.codes.get(one) or make_code() for one in (HOME, *wanted)},
        )

    def rotated(self, identity: str) -> _Passes:
        old = self.credentials.get(identity)
        rotated = self.changed(identity, _make(old.username)) if old else self
        return rotated.with_code(identity, make_code())

    def changed(self, identity: str, new: Credentials) -> _Passes:
        """Return it with other secrets of a pass that is there."""
        old = self.credentials[identity]
        return replace(
            self,
            credentials={**self.credentials, identity: new},
            previous=_replaced(self.previous, old, new, _PREVIOUS_OF_PASSES_KEPT),
        )

    def with_code(self, identity: str, code: str) -> _Passes:
        return replace(self, codes={**self.codes, identity: code})


def _storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, private=True)


def _passes_storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _PASSES_KEY, private=True)


async def _async_complain(store: VersionedStore, data: Data, advice: str) -> None:
    """Say that stored secrets were damaged. Keeps a copy, unless all of it was put aside."""
    kept = f"; see {await store.async_keep_copy()}" if data else ""
    _LOGGER.warning("The stored credentials were damaged; %s%s", advice, kept)


def _read_passes(data: Mapping[str, Any] | None) -> _Passes:
    """Read what can be used of what was stored; the rest is made anew."""
    found = data or {}
    passes, codes = found.get("passes"), found.get("codes")
    credentials = {}
    for identity, stored in passes.items() if isinstance(passes, Mapping) else ():
        kept = _usable(stored)
        credentials[identity] = replace(_make(), **kept)
    usable = codes.items() if isinstance(codes, Mapping) else ()
    read = _Passes(
        credentials,
        {identity: code for identity, code in usable if isinstance(code, str) and is_code(code)},
        _digests(found, _PREVIOUS_OF_PASSES_KEPT),
        tuner if isinstance(tuner := found.get("tuner"), str) else None,
    )
    return read.kept(credentials)


def _usable(data: Any) -> dict[str, str]:
    """Return the secrets of a stored set that can be used."""
    found = data if isinstance(data, Mapping) else {}
    return {
        name: value
        for name in SHAPES
        if isinstance(value := found.get(name), str) and is_shaped(name, value)
    }


def _digests(data: Mapping[str, Any] | None, count: int) -> tuple[str, ...]:
    """Return the digests of replaced secrets that were stored."""
    found = data.get("previous") if data else None
    digests = found if isinstance(found, list) else ()
    return tuple(digest for digest in digests if isinstance(digest, str))[-count:]


def _watch_mac(feed_token: str, expires: str) -> str:
    message = f"watch {expires}".encode("utf-8", "surrogatepass")
    return hmac.new(feed_token.encode(), message, "sha256").hexdigest()[:32]


def _replaced(
    previous: tuple[str, ...], old: Credentials, new: Credentials, count: int
) -> tuple[str, ...]:
    """Return the digests of what was replaced, the last ones last, without what is valid again."""
    pairs = ((old.feed_token, new.feed_token), (old.password, new.password))
    valid = {_digest(after) for _, after in pairs}
    gone = [_digest(before) for before, after in pairs if before != after]
    return (*(one for one in previous if one not in valid), *gone)[-count:]


def _equal(given: str, expected: str) -> bool:
    # `compare_digest` takes text only as ASCII, which all secrets are.
    return given.isascii() and hmac.compare_digest(given, expected)
