"""Answers in plain speech, from the guide, in the language of the question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.airings import Airing, Airings
from ..engine.downlink.identity import identity, show_key
from ..engine.downlink.models import Channel, Feed, Programme
from ..engine.downlink.publish.publication import Publication
from ..engine.downlink.timeline import on_air, upcoming
from ..places import programme_place
from .matching import Showing, showings

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


class Answers:
    """Say what the guide says at one moment."""

    def __init__(self, texts: dict[str, str], now: datetime) -> None:
        """Speak with the texts below ``common`` in a translation; use `async_create`."""
        self._texts = texts
        self._now = now

    @classmethod
    async def async_create(cls, hass: HomeAssistant, language: str) -> Answers:
        """Learn a language; what is not translated is said in English."""
        texts = await async_get_translations(hass, language, "common", (DOMAIN,))
        return cls(texts, dt_util.utcnow())

    def say(self, key: str, **values: object) -> str:
        """Say a sentence."""
        return self._texts[_PREFIX + key].format(**values)

    def whats_on(self, feed: Feed, channels: Sequence[Channel]) -> str:
        """Say what is on now, one sentence for each channel."""
        return " ".join(self._now_on(feed, channel) for channel in channels)

    def whats_next(self, feed: Feed, channels: Sequence[Channel]) -> str:
        """Say what is on next, one sentence for each channel."""
        return " ".join(self._next_on(feed, channel) for channel in channels)

    def place_of(self, feed: Feed, channels: Sequence[Channel], title: str) -> str | None:
        """Return where in the panel the programme is that `when_is` speaks of; None without one."""
        found = showings(feed, channels, title, self._now)
        return programme_place(found[0].channel.number, found[0].programme.start) if found else None

    def when_is(self, publication: Publication, channels: Sequence[Channel], title: str) -> str:
        """Say when a programme is on, when again, and when the same episode is on again."""
        found = showings(publication.feed, channels, title, self._now)
        if not found:
            return self.say("assist_not_in_guide", title=title)
        first = found[0]
        values = {"title": first.programme.title, "channel": first.channel.name}
        if first.programme.start <= self._now:
            until = self._time(first.programme.stop)
            answer = self.say("assist_on_air", until=until, **values)
        else:
            answer = self.say("assist_later", when=self._when(first.programme.start), **values)
        again = next((item for item in found if item.programme.start > first.programme.start), None)
        same = self._same_again(publication.airings, channels, first)
        if again and (same is None or (same.channel, same.start) != _place(again)):
            when = self._when(again.programme.start)
            answer += f" {self.say('assist_again', when=when, channel=again.channel.name)}"
        return f"{answer} {self._say_same(same)}" if same else answer

    def _say_same(self, airing: Airing) -> str:
        """Say when the same is on again."""
        when, channel = self._when(airing.start), airing.channel.name
        if airing.is_about:
            return self.say("assist_about", when=when, channel=channel)
        if identity(airing.programme) == show_key(airing.programme.title):
            return self.say("assist_again", when=when, channel=channel)
        return self.say("assist_same", when=when, channel=channel)

    def _same_again(
        self, airings: Airings, channels: Sequence[Channel], first: Showing
    ) -> Airing | None:
        """Return when the same episode is on again on one of the channels."""
        programme = first.programme
        after = max(self._now, programme.start)
        also = airings.also(first.channel.key, programme, after)
        return next((airing for airing in also if airing.channel in channels), None)

    def _now_on(self, feed: Feed, channel: Channel) -> str:
        programme = on_air(feed.guide.get(channel.key, ()), self._now)
        if programme is None or programme.is_filler:
            return self.say("assist_no_guide", channel=channel.name)
        until = self._time(programme.stop)
        return self.say("assist_now", title=_title(programme), channel=channel.name, until=until)

    def _next_on(self, feed: Feed, channel: Channel) -> str:
        programme = next(iter(upcoming(feed.guide.get(channel.key, ()), self._now)), None)
        if programme is None or programme.is_filler:
            return self.say("assist_no_guide", channel=channel.name)
        when = self._when(programme.start)
        return self.say("assist_next", title=_title(programme), channel=channel.name, when=when)

    def _when(self, at: datetime) -> str:
        local = dt_util.as_local(at)
        days = (local.date() - dt_util.as_local(self._now).date()).days
        time = self._time(at)
        if days == 0:
            return self.say("assist_today", time=time)
        if days == 1:
            return self.say("assist_tomorrow", time=time)
        weekday = self.say(f"assist_{_WEEKDAYS[local.weekday()]}")
        if days < _DAYS_IN_WEEK:
            return self.say("assist_on_day", day=weekday, time=time)
        return self.say("assist_on_day_later", day=weekday, days=days, time=time)

    def _time(self, at: datetime) -> str:
        """Write a time as the language does, without a zero in front, which is not spoken."""
        return dt_util.as_local(at).strftime(self.say("assist_time")).removeprefix("0")


def _place(showing: Showing) -> tuple[Channel, datetime]:
    return showing.channel, showing.programme.start


def _title(programme: Programme) -> str:
    if programme.episode_title:
        return f"{programme.title}, {programme.episode_title},"
    return programme.title
