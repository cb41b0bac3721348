"""Sets of secrets: what is in them, how they are made, and how they are stored."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
import hashlib
import secrets
import string
from typing import Any, Final

from ..engine.downlink.passes import HOME
from ..engine.downlink.player_secrets import SHAPES, is_shaped
from ..engine.downlink.short_codes import is_code, make_code
from .versioned_store import Data

_LOWER: Final = string.ascii_lowercase + string.digits
_ALPHABET: Final = string.ascii_letters + string.digits
_PREVIOUS_OF_PASSES_KEPT: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One set of secrets. Letters and digits only: players mangle everything else."""

    feed_token: str
    """43 characters, in the path of the playlist and guide."""
    username: str
    """``toonami`` and six lower-case letters or digits."""
    password: str
    """20 letters and digits."""


def make_credentials(username: str | None = None) -> Credentials:
    """Make a set, with that user name if there is one."""
    return Credentials(
        feed_token=_random(_ALPHABET, 43),
        username=username or f"toonami{_random(_LOWER, 6)}",
        password=_random(_ALPHABET, 20),
    )


@dataclass(frozen=True, slots=True)
class PassSecrets:
    """The secrets of the passes, by the passes' identities."""

    credentials: Mapping[str, Credentials]
    codes: Mapping[str, str]
    """Also of *Home*, which has one always."""
    previous: tuple[str, ...]
    tuner: str | None = None
    """By what players know the tuners, where that came with a house that has moved."""

    def as_data(self) -> Data:
        """Return it as it is stored."""
        return {
            **({"tuner": self.tuner} if self.tuner else {}),
            "passes": {identity: asdict(one) for identity, one in self.credentials.items()},
            "codes": dict(self.codes),
            "previous": list(self.previous),
        }

    def kept(self, identities: Iterable[str], others: Iterable[str] = ()) -> PassSecrets:
        """Return it with secrets for these passes, made where there are none.

        `others` keep those that they have; all that is of nobody is left out.
        """
        known = tuple(one for one in others if one in self.credentials)
        wanted = tuple(dict.fromkeys((*identities, *known)))
        return replace(
            self,
            credentials={one: self.credentials.get(one) or make_credentials() for one in wanted},
            codes={one: self.codes.get(one) or make_code() for one in (HOME, *wanted)},
        )

    def rotated(self, identity: str) -> PassSecrets:
        """Return it with a new token, password and short code of a pass; its user name stays."""
        old = self.credentials.get(identity)
        rotated = self.changed(identity, make_credentials(old.username)) if old else self
        return rotated.with_code(identity, make_code())

    def changed(self, identity: str, new: Credentials) -> PassSecrets:
        """Return it with other secrets of a pass that is there."""
        old = self.credentials[identity]
        return replace(
            self,
            credentials={**self.credentials, identity: new},
            previous=with_replaced(self.previous, old, new, _PREVIOUS_OF_PASSES_KEPT),
        )

    def with_code(self, identity: str, code: str) -> PassSecrets:
        """Return it with that short code of a pass."""
        return replace(self, codes={**self.codes, identity: code})


def read_pass_secrets(data: Mapping[str, Any] | None) -> PassSecrets:
    """Read what can be used of what was stored; the rest is made anew."""
    found = data or {}
    passes, codes = found.get("passes"), found.get("codes")
    credentials = {}
    for identity, stored in passes.items() if isinstance(passes, Mapping) else ():
        kept = usable_secrets(stored)
        credentials[identity] = replace(make_credentials(), **kept)
    usable = codes.items() if isinstance(codes, Mapping) else ()
    read = PassSecrets(
        credentials,
        {identity: code for identity, code in usable if isinstance(code, str) and is_code(code)},
        read_digests(found, _PREVIOUS_OF_PASSES_KEPT),
        tuner if isinstance(tuner := found.get("tuner"), str) else None,
    )
    return read.kept(credentials)


def usable_secrets(data: Any) -> dict[str, str]:
    """Return the secrets of a stored set that can be used."""
    found = data if isinstance(data, Mapping) else {}
    return {
        name: value
        for name in SHAPES
        if isinstance(value := found.get(name), str) and is_shaped(name, value)
    }


def read_digests(data: Mapping[str, Any] | None, count: int) -> tuple[str, ...]:
    """Return the digests of replaced secrets that were stored."""
    found = data.get("previous") if data else None
    digests = found if isinstance(found, list) else ()
    return tuple(digest for digest in digests if isinstance(digest, str))[-count:]


def with_replaced(
    previous: tuple[str, ...], old: Credentials, new: Credentials, count: int
) -> tuple[str, ...]:
    """Return the digests of what was replaced, the last ones last, without what is valid again."""
    pairs = ((old.feed_token, new.feed_token), (old.password, new.password))
    valid = {digest_of(after) for _, after in pairs}
    gone = [digest_of(before) for before, after in pairs if before != after]
    return (*(one for one in previous if one not in valid), *gone)[-count:]


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def digest_of(secret: str) -> str:
    """Return what is kept of a secret that was replaced."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
