"""The secrets that players know: made here, kept in private storage, replaced on demand."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
import hmac
import logging
from typing import Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..engine.downlink.errors import StoreError
from ..engine.downlink.old_address import OldAddressError, OldSecrets, Refusal
from ..engine.downlink.passes import HOME
from ..engine.downlink.player_secrets import SHAPES
from .secret_sets import (
    Credentials,
    PassSecrets,
    digest_of,
    make_credentials,
    read_digests,
    read_pass_secrets,
    usable_secrets,
    with_replaced,
)
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)

_KEY: Final = f"{DOMAIN}.credentials"
_PASSES_KEY: Final = f"{DOMAIN}.passes"
"""A file of its own: an earlier version, which knows no passes, leaves it alone."""
_PREVIOUS_KEPT: Final = 10


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
        passes: PassSecrets,
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
        kept = usable_secrets(data.get("current") if data else None)
        previous = read_digests(data, _PREVIOUS_KEPT)
        passes = read_pass_secrets(of_passes)
        credentials = cls(hass, replace(make_credentials(), **kept), previous, passes)
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
        digest = digest_of(secret)
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
                old, self._current = self._current, make_credentials(self.username)
                self._previous = with_replaced(self._previous, old, self._current, _PREVIOUS_KEPT)
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
                self._previous = with_replaced(self._previous, known, changed, _PREVIOUS_KEPT)
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
        self, current: Credentials, previous: tuple[str, ...], passes: PassSecrets
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

    async def async_keep(self, identities: Iterable[str], others: Iterable[str] = ()) -> None:
        """Make the secrets of new passes, and forget those of passes that there are no more.

        `others` keep those that they have, and get none.
        """
        async with self._changing:
            passes = self._passes.kept(identities, others)
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


def _storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, private=True)


def _passes_storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _PASSES_KEY, private=True)


async def _async_complain(store: VersionedStore, data: Data, advice: str) -> None:
    """Say that stored secrets were damaged. Keeps a copy, unless all of it was put aside."""
    kept = f"; see {await store.async_keep_copy()}" if data else ""
    _LOGGER.warning("The stored credentials were damaged; %s%s", advice, kept)


def _watch_mac(feed_token: str, expires: str) -> str:
    message = f"watch {expires}".encode("utf-8", "surrogatepass")
    return hmac.new(feed_token.encode(), message, "sha256").hexdigest()[:32]


def _equal(given: str, expected: str) -> bool:
    # `compare_digest` takes text only as ASCII, which all secrets are.
    return given.isascii() and hmac.compare_digest(given, expected)
