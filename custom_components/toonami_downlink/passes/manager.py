"""The passes of the entry: read from its subentries, and kept in step with secrets and streams."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigSubentry,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, SUBENTRY_TYPE
from ..engine.downlink.old_address import OldSecrets
from ..engine.downlink.passes import HOME, MAX_NAME, MAX_PASSES, Pass, PassError, read_pass
from ..engine.downlink.publish.publication import Offer, Publication
from ..engine.downlink.text import clean_line
from ..storage.credentials import CredentialStore
from ..streaming.manager import Session, StreamManager

_LOGGER = logging.getLogger(__name__)
_HOME: Final = Pass(identity=HOME, name="Home")
_TOLD_EVERY: Final = timedelta(minutes=1)


class Passes:
    """The passes of a loaded entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        credentials: CredentialStore,
        streams: StreamManager,
    ) -> None:
        """Read them; `async_start` makes their secrets."""
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._streams = streams
        self._subentries = _subentries(entry)
        self._all: dict[str, Pass] = {one.identity: one for one in _read(entry)}
        self._offers: dict[str, Offer] = {}
        self._seen: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self._listeners: list[CALLBACK_TYPE] = []
        self._unsubscribe: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Make the secrets of what is new, and follow the entry from now on."""
        await self._async_keep_secrets()
        self._unsubscribe = [
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_on_entry_changed
            ),
            self._streams.async_add_listener(self._tell),
        ]

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @property
    def items(self) -> tuple[Pass, ...]:
        """All but *Home*, also those that are disabled, in the order in which they were made."""
        return tuple(self._all.values())

    def find(self, identity: str) -> Pass | None:
        """Return a pass, or *Home*."""
        return _HOME if identity == HOME else self._all.get(identity)

    def get(self, identity: str) -> Pass | None:
        """Return a pass that opens something now, or *Home*."""
        one = self.find(identity)
        return one if one and one.is_enabled else None

    def of_user(self, user: User) -> str:
        """Return whose pass a user of Home Assistant watches with there.

        *Home* for an administrator, and for a user that no pass names; of several the first one.
        """
        named = (one.identity for one in self._all.values() if user.id in one.users)
        return HOME if user.is_admin else next(named, HOME)

    def watch_token(self, identity: str, lasts: timedelta) -> str | None:
        """Return a secret that opens the streams of a pass for a while; None: it opens nothing."""
        if self.get(identity) is None or self._credentials.of(identity) is None:
            return None
        return self._credentials.watch_token(dt_util.utcnow() + lasts, identity)

    def offer(self, publication: Publication, one: Pass) -> Offer:
        """Return what a pass may see, the same object as long as nothing changes."""
        if one.identity == HOME:
            return publication
        offer = self._offers.get(one.identity)
        if offer is None or offer.publication is not publication or offer.owner is not one:
            offer = self._offers[one.identity] = publication.offer(one)
        return offer

    def number_for(self, publication: Publication, identity: str, number: int) -> int | None:
        """Return the number that a channel has for a pass, from its number in the house.

        None when there is no such channel, or none for that pass.
        """
        one, channel = self.get(identity), publication.feed.channel(number)
        if one is None or channel is None:
            return None
        seen = self.offer(publication, one).feed.channels
        return next((other.number for other in seen if other.key == channel.key), None)

    def last_seen(self, identity: str) -> datetime | None:
        """When something last came with the secrets of a pass, in UTC, since the start."""
        return self._seen.get(identity)

    def watching(self, identity: str) -> tuple[Session, ...]:
        """Who watches with a pass, the longest first."""
        return tuple(one for one in self._streams.sessions if one.watcher.identity == identity)

    @callback
    def note(self, identity: str) -> None:
        """Note that something came with the secrets of a pass."""
        now = self._seen[identity] = dt_util.utcnow()
        if (told := self._told.get(identity)) is None or now - told >= _TOLD_EVERY or now < told:
            self._told[identity] = now
            self._tell()

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `listener` when passes change, when one is seen, and when somebody watches or stops.

        One that is seen again and again is told once a minute.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_end(self, identity: str) -> None:
        """End what is watched with a pass; each may come back after a minute."""
        for session in self.watching(identity):
            self._streams.async_end(session.identity)

    async def async_rotate(self, identity: str) -> None:
        """Replace the secrets of a pass, and end what is watched with the old ones.

        Raises HomeAssistantError when they cannot be saved; then nothing has changed.
        """
        await self._credentials.async_rotate(identity)
        self._streams.async_end_of(identity)
        self._tell()

    async def async_adopt(self, identity: str, old: OldSecrets) -> None:
        """Let a pass have secrets from before; what is watched with those that they replace ends.

        Raises as `CredentialStore.async_adopt`; then nothing has changed.
        """
        await self._credentials.async_adopt(identity, old)
        if not old.code:
            self._streams.async_end_of(identity)
        self._tell()

    @callback
    def _async_on_entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry is not self._entry or change is not ConfigEntryChange.UPDATED:
            return
        # Home Assistant changes them in place.
        if (subentries := _subentries(entry)) == self._subentries:
            return
        self._subentries = subentries
        before, self._all = self._all, {one.identity: one for one in _read(entry)}
        for identity, one in before.items():
            now = self._all.get(identity)
            # Under another name everything else is what it was.
            if now is None or replace(now, name=one.name) != one:
                self._streams.async_end_of(identity)
        for kept in (self._offers, self._seen, self._told):
            for identity in kept.keys() - self._all.keys() - {HOME}:
                del kept[identity]
        entry.async_create_task(self._hass, self._async_keep(), f"{DOMAIN} passes")

    async def _async_keep(self) -> None:
        await self._async_keep_secrets()
        self._tell()

    async def _async_keep_secrets(self) -> None:
        # One that cannot be read opens nothing, but its player is to go on once it is mended.
        await self._credentials.async_keep(self._all, self._entry.subentries)

    @callback
    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def read_subentry(subentry: ConfigSubentry) -> Pass:
    """Read a pass, under a name that one can have. Raises PassError.

    Home Assistant's own *Rename* takes any title; the forms here do not.
    """
    name, _ = clean_line(str(subentry.title), MAX_NAME)
    return read_pass(subentry.subentry_id, name or "?", subentry.data)


def _subentries(entry: ConfigEntry) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(one.subentry_id, one.title, one.data) for one in entry.subentries.values()]


def _read(entry: ConfigEntry) -> Iterator[Pass]:
    """Yield the passes of an entry; what is none is left out, and said."""
    count = 0
    for subentry in entry.subentries.values():
        if subentry.subentry_type != SUBENTRY_TYPE:
            continue
        count += 1
        if count > MAX_PASSES:
            _LOGGER.warning("Only the first %d devices have a pass", MAX_PASSES)
            return
        try:
            yield read_subentry(subentry)
        except PassError as err:
            _LOGGER.warning("A device has no pass: %s Set it up again", err)
