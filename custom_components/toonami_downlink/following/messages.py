"""What people are told of the showings that they follow, in the language of the installation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.announced import AnnouncementStage
from ..engine.downlink.announcements import Message, Part, later_in_the_west
from ..engine.downlink.models import Programme
from ..engine.downlink.policy import LONGEST_PAUSE
from ..engine.downlink.text import clean_line
from ..places import programme_place
from ..refreshing.texts import text

WATCH: Final = "watch"
WEST: Final = "west"
NOT_THIS: Final = "not_this"
ANSWERS: Final = (WATCH, WEST, NOT_THIS)

_ACTION: Final = f"{DOMAIN}:"
_MAX_ACTION_CHARS: Final = 100
_MAX_NAME_CHARS: Final = 80
_OTHERS_NAMED: Final = 4
_ANGLES: Final = str.maketrans(
    {
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message as words; whatever of it is a provider's is short and has no markup."""

    tag: str
    """What it is withdrawn or replaced by."""
    title: str
    lines: tuple[str, ...]
    place: str
    """Where in the panel the first programme is."""
    actions: tuple[tuple[str, str], ...]
    """The id and the name of each answer."""
    is_new: bool
    """Whether it is to be heard; else it quietly takes the place of the last one."""
    until: datetime
    """When all of it is over."""


def tag_of(message: str) -> str:
    """Return the tag of a message."""
    return f"{DOMAIN}_{message}"


def action_id(answer: str, message: str) -> str:
    """Return the id of an answer to a message."""
    return f"{_ACTION}{answer}:{message}"


def read_action(action: object) -> tuple[str, str] | None:
    """Return the answer and the message of an action's id; None for what is not ours."""
    if not isinstance(action, str) or len(action) > _MAX_ACTION_CHARS:
        return None
    answer, _, message = action.removeprefix(_ACTION).partition(":")
    is_ours = action.startswith(_ACTION) and answer in ANSWERS and message
    return (answer, message) if is_ours else None


def write_notice(hass: HomeAssistant, message: Message, player: str | None) -> Notice:
    """Write a message; `player` is the name of the one to watch on."""
    return _Writer(hass).write(message, player)


class _Writer:
    """Write for one moment."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    def write(self, message: Message, player: str | None) -> Notice:
        head = next(
            (part for part in message.parts if part.showing.identity == message.identity),
            message.parts[0],
        )
        more = len(message.parts) - 1
        title = _name(head.airing.programme.title)
        return Notice(
            tag=tag_of(message.identity),
            title=f"{title} + {more}" if more else title,
            lines=tuple(self._lines(message, head)),
            place=programme_place(head.airing.channel.number, head.airing.start),
            actions=tuple(self._actions(message, player)),
            is_new=message.is_new,
            until=max(part.airing.stop for part in message.parts),
        )

    def _lines(self, message: Message, head: Part) -> Iterator[str]:
        airing = head.airing
        values = {"title": _whole(airing.programme), "channel": _name(airing.channel.name)}
        if message.stage is AnnouncementStage.SOON:
            yield self.say("announce_soon", time=self._time(airing.start), **values)
        else:
            yield self.say("announce_started", time=self._time(airing.stop), **values)
        row = _in_a_row(message.parts, head)
        if len(row) > 1:
            until = self._time(row[-1].airing.stop)
            yield self.say("announce_until", time=until, count=len(row))
        others = [part.airing for part in message.parts if part not in row]
        for other in others[:_OTHERS_NAMED]:
            yield self.say(
                "announce_also",
                title=_whole(other.programme),
                time=self._time(other.start),
                channel=_name(other.channel.name),
            )
        if west := later_in_the_west(head):
            channel = _name(west.channel.name)
            yield self.say("announce_again", time=self._time(west.start), channel=channel)

    def _actions(self, message: Message, player: str | None) -> Iterator[tuple[str, str]]:
        if player:
            name = self.say("announce_watch", player=_name(player))
            yield action_id(WATCH, message.identity), name
        if any(map(later_in_the_west, message.parts)):
            yield action_id(WEST, message.identity), self.say("announce_west")
        if message.stage is AnnouncementStage.SOON:
            yield action_id(NOT_THIS, message.identity), self.say("announce_not_this")

    def say(self, key: str, **values: object) -> str:
        return text(self._hass, f"common.{key}", **values)

    def _time(self, at: datetime) -> str:
        """Write a time in the zone of the house, as its language does."""
        return dt_util.as_local(at).strftime(self.say("assist_time")).removeprefix("0")


def _in_a_row(parts: Sequence[Part], head: Part) -> list[Part]:
    """Return the showings that follow each other on the channel of the first, with it."""
    row = [head]
    for part in parts:
        last, airing = row[-1].airing, part.airing
        is_next = last.start < airing.start <= last.stop + LONGEST_PAUSE
        if is_next and airing.channel == last.channel:
            row.append(part)
    return row


def _whole(programme: Programme) -> str:
    """Name a programme and its episode."""
    episode = programme.episode_title or programme.episode_code
    title = _name(programme.title)
    return f"{title}, {_name(episode)}" if episode else title


def _name(words: str) -> str:
    """Make words short, and take what telephones read as markup out of them."""
    return clean_line(words, _MAX_NAME_CHARS)[0].translate(_ANGLES)
