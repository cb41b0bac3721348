"""What is followed, in Home Assistant's storage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import logging
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.errors import FollowError
from ..engine.downlink.follows import Follow, FollowKind, Mark, make_follow
from ..engine.downlink.limits import MAX_FOLLOWS, MAX_MARKS, MAX_SEEN
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)
_KEY: Final = f"{DOMAIN}.follows"
_IDENTITY: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The follows, and what has to be remembered of their showings."""

    follows: tuple[Follow, ...] = ()
    seen: tuple[str, ...] = ()
    """Identities of the showings that were put aside, the last one last."""
    marks: tuple[Mark, ...] = ()


class FollowStore:
    """The file that the follows are in."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a look at it."""
        self._file = VersionedStore(hass, _KEY)

    async def async_load(self) -> Followed:
        """Load it; what cannot be used is left out of it, but stays in a copy, and the log says so.

        Raises as `VersionedStore.async_load`.
        """
        followed, is_partial = read_followed(await self._file.async_load() or {})
        if is_partial:
            kept = await self._file.async_keep_copy()
            _LOGGER.warning("Some of what is followed is damaged and was left out; see %s", kept)
        return followed

    async def async_save(self, followed: Followed) -> None:
        """Save it, or raise StoreError."""
        await self._file.async_save_surely(followed_to_json(followed))

    async def async_remove(self) -> None:
        """Delete it."""
        await self._file.async_remove()


def followed_to_json(followed: Followed) -> Data:
    """Write it as it is stored."""
    return {
        "follows": [
            {
                "kind": follow.kind.value,
                "text": follow.text,
                "channel": follow.channel,
                "since": follow.since.isoformat(),
            }
            for follow in followed.follows
        ],
        "seen": list(followed.seen),
        "marks": [
            [mark.identity, mark.thing, mark.show, mark.start.isoformat()]
            for mark in followed.marks
        ],
    }


def read_followed(data: Mapping[str, Any]) -> tuple[Followed, bool]:
    """Read what was stored, and whether something of what is followed cannot be used."""
    items = data.get("follows") if data else []
    follows = _follows(items)
    followed = Followed(
        follows=tuple(follows.values())[:MAX_FOLLOWS],
        seen=tuple(one for one in _list(data.get("seen")) if _is_identity(one))[-MAX_SEEN:],
        marks=tuple(mark for one in _list(data.get("marks")) if (mark := _mark(one)))[:MAX_MARKS],
    )
    return followed, not isinstance(items, list) or len(follows) < len(items)


def _follows(data: Any) -> dict[str, Follow]:
    """Read the follows by their identity."""
    follows = (follow for item in _list(data) if (follow := _follow(item)))
    return {follow.identity: follow for follow in follows}


def _follow(data: Any) -> Follow | None:
    values: Data = dict(data) if isinstance(data, Mapping) else {}
    kind, text = values.get("kind"), values.get("text")
    channel, since = values.get("channel"), _moment(values.get("since"))
    if not isinstance(kind, str) or not isinstance(text, str) or since is None:
        return None
    if not isinstance(channel, str | None):
        return None
    try:
        return make_follow(FollowKind(kind), text, channel, since)
    except FollowError, ValueError:
        return None


def _mark(data: Any) -> Mark | None:
    match data:
        case [identity, thing, show, start]:
            moment = _moment(start)
            if moment and all(map(_is_identity, (identity, thing, show))):
                return Mark(identity, thing, show, moment)
    return None


def _is_identity(data: Any) -> bool:
    return isinstance(data, str) and _IDENTITY.fullmatch(data) is not None


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def _moment(data: Any) -> datetime | None:
    moment = dt_util.parse_datetime(data) if isinstance(data, str) else None
    return dt_util.as_utc(moment) if moment and moment.tzinfo else None
