"""The secrets that players know: made here, kept in private storage, replaced on demand."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
import hashlib
import hmac
import logging
import re
import secrets
import string
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..engine.downlink.errors import StoreError
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)

_KEY: Final = f"{DOMAIN}.credentials"
_LOWER: Final = string.ascii_lowercase + string.digits
_ALPHABET: Final = string.ascii_letters + string.digits
_PREVIOUS_KEPT: Final = 10
_SHAPES: Final = {
    "feed_token": re.compile(r"[A-Za-z0-9]{43}", re.ASCII),
    "username": re.compile(r"toonami[a-z0-9]{6}", re.ASCII),
    "password": re.compile(r"[A-Za-z0-9]{20}", re.ASCII),
}


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
    """The current secrets, and the digests of those that were replaced."""

    def __init__(
        self, store: VersionedStore, current: Credentials, previous: tuple[str, ...]
    ) -> None:
        """Hold loaded secrets; use `async_load`."""
        self._store = store
        self._current = current
        self._previous = previous
        self._rotating = asyncio.Lock()

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Load the secrets, or make and save the first ones. Raises as `VersionedStore.async_load`.

        What is no secret of ours any more, because something else wrote to the file, is made
        anew; the rest stays what it is.
        """
        store = _storage(hass)
        data = await store.async_load()
        kept = _usable(data.get("current") if data else None)
        credentials = cls(store, replace(_make(), **kept), _digests(data))
        if len(kept) < len(_SHAPES):
            if data is not None:
                lost = ", ".join(name for name in _SHAPES if name not in kept)
                _LOGGER.warning(
                    "The stored credentials were damaged; give the players new ones (%s)", lost
                )
            await store.async_save(credentials._as_data())
        return credentials

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete the stored secrets."""
        await _storage(hass).async_remove()

    @property
    def feed_token(self) -> str:
        """The secret in the playlist and guide addresses."""
        return self._current.feed_token

    @property
    def username(self) -> str:
        """The Xtream user name."""
        return self._current.username

    @property
    def password(self) -> str:
        """The Xtream password."""
        return self._current.password

    def token_matches(self, token: str) -> bool:
        """Compare a feed token in constant time."""
        return _equal(token, self.feed_token)

    def login_matches(self, username: str, password: str) -> bool:
        """Compare a user name and password, both of them always, in constant time."""
        user_matches = _equal(username, self.username)
        return _equal(password, self.password) and user_matches

    def watch_token(self, until: datetime) -> str:
        """Return a secret that opens the streams, and nothing else, until that time.

        It is made of the feed token: it outlives a restart, and ends with a rotation.
        """
        expires = f"{int(until.timestamp()):010x}"
        return f"{expires}{self._watch_mac(expires)}"

    def watch_token_matches(self, token: str, now: datetime) -> bool:
        """Compare such a secret in constant time, and look whether its time is over."""
        expires, mac = token[:10], token[10:]
        if not _equal(mac, self._watch_mac(expires)):
            return False
        return int(expires, 16) > now.timestamp()

    def _watch_mac(self, expires: str) -> str:
        message = f"watch {expires}".encode("utf-8", "surrogatepass")
        return hmac.new(self.feed_token.encode(), message, "sha256").hexdigest()[:32]

    def is_previous(self, secret: str) -> bool:
        """Whether this feed token or password was valid before a rotation."""
        return _digest(secret) in self._previous

    async def async_rotate(self) -> None:
        """Replace the feed token and the password; the user name stays.

        Raises HomeAssistantError when they cannot be saved: then the old ones stay, which would
        be back after a restart anyway.
        """
        # One after another: what one has replaced must not come back when another fails.
        async with self._rotating:
            before = self._current, self._previous
            replaced = (_digest(self.feed_token), _digest(self.password))
            self._previous = (*self._previous, *replaced)[-_PREVIOUS_KEPT:]
            self._current = _make(self.username)
            try:
                await self._store.async_save_surely(self._as_data())
            except StoreError as err:
                self._current, self._previous = before
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key=err.key,
                    translation_placeholders={"message": str(err)},
                ) from err

    def _as_data(self) -> Data:
        return {"current": asdict(self._current), "previous": list(self._previous)}


def _storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, private=True)


def _usable(data: Any) -> dict[str, str]:
    """Return the secrets of a stored set that can be used."""
    found = data if isinstance(data, Mapping) else {}
    return {
        name: value
        for name, shape in _SHAPES.items()
        if isinstance(value := found.get(name), str) and shape.fullmatch(value)
    }


def _digests(data: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the digests of replaced secrets that were stored."""
    found = data.get("previous") if data else None
    digests = found if isinstance(found, list) else ()
    return tuple(digest for digest in digests if isinstance(digest, str))[-_PREVIOUS_KEPT:]


def _equal(given: str, expected: str) -> bool:
    # `compare_digest` takes text only as ASCII, which all secrets are.
    return given.isascii() and hmac.compare_digest(given, expected)
