"""Sentences, lists and times as they are spoken, in the language of whoever asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .languages import translation_of

_PREFIX: Final = f"component.{DOMAIN}.common."
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAYS_IN_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and the same as values for programs.

    Titles and other texts from outside are only ever values: nothing is made of them that tells a
    language model what to do.
    """

    speech: str
    data: dict[str, Any] = field(default_factory=dict)
    is_done: bool = False
    """Whether something was done, and not only asked."""


class Speech:
    """Say things at one moment."""

    def __init__(self, texts: dict[str, str], now: datetime) -> None:
        """Speak with the texts below ``common`` in a translation; use `async_create`."""
        self._texts = texts
        self.now = now

    @classmethod
    async def async_create(cls, hass: HomeAssistant, language: str) -> Self:
        """Learn a language; what is not translated is said in English."""
        texts = await async_get_translations(hass, translation_of(language), "common", (DOMAIN,))
        return cls(texts, dt_util.utcnow())

    def say(self, key: str, **values: object) -> str:
        """Say a sentence."""
        return self._texts[_PREFIX + key].format(**values)

    def any_of(self, names: Sequence[str]) -> str:
        """Say ``one, another or a third``."""
        *others, last = names
        return self.say("assist_or", rest=self._listed(others), last=last) if others else last

    def all_of(self, names: Sequence[str]) -> str:
        """Say ``one, another and a third``."""
        *others, last = names
        return self.say("assist_and", rest=self._listed(others), last=last) if others else last

    def when(self, at: datetime) -> str:
        """Say when something begins: on which day, and at what time."""
        days, time, weekday = self._parts(at)
        if days == 0:
            return self.say("assist_today", time=time)
        if days == 1:
            return self.say("assist_tomorrow", time=time)
        if days < _DAYS_IN_WEEK:
            return self.say("assist_on_day", day=weekday, time=time)
        return self.say("assist_on_day_later", day=weekday, days=days, time=time)

    def earlier(self, at: datetime) -> str:
        """Say when something began that is over."""
        days, time, weekday = self._parts(at)
        if days == 0:
            return self.say("assist_earlier_today", time=time)
        if days == -1:
            return self.say("assist_yesterday", time=time)
        return self.say("assist_days_ago", day=weekday, days=-days, time=time)

    def time(self, at: datetime) -> str:
        """Write a time as the language does, without a zero in front, which is not spoken."""
        return dt_util.as_local(at).strftime(self.say("assist_time")).removeprefix("0")

    def _parts(self, at: datetime) -> tuple[int, str, str]:
        local = dt_util.as_local(at)
        days = (local.date() - dt_util.as_local(self.now).date()).days
        return days, self.time(at), self.say(f"assist_{_WEEKDAYS[local.weekday()]}")

    def _listed(self, names: Sequence[str]) -> str:
        comma = self.say("assist_comma")
        # The Japanese one has its blank in it.
        return (f"{comma} " if comma.isascii() else comma).join(names)
