"""Answers from the guide and the aired log: what is on, what is next, when a title is or was on."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..engine.downlink.airings import Airing, Airings
from ..engine.downlink.identity import identity, show_key
from ..engine.downlink.models import Channel, Feed, Programme
from ..engine.downlink.publish.publication import Publication
from ..engine.downlink.timeline import on_air, upcoming
from ..places import programme_place, watch_place
from .matching import Showing, fold, showings
from .speech import Reply, Speech

MAX_AIRINGS: Final = 10
"""So many airings are in one answer as values."""
_SPOKEN_AGAIN: Final = 2
"""So many airings to come are said."""

type _Say = Callable[[Channel, Programme], str]


class Answers(Speech):
    """Say what is known at one moment."""

    def whats_on(self, feed: Feed, channels: Sequence[Channel]) -> Reply:
        """Say what is on now, one sentence for each channel."""
        now = [on_air(feed.guide.get(channel.key, ()), self.now) for channel in channels]
        return self._one_each(feed, channels, now, self._now_on)

    def whats_next(self, feed: Feed, channels: Sequence[Channel]) -> Reply:
        """Say what is on next, one sentence for each channel."""
        following = [self._following(feed, channel) for channel in channels]
        return self._one_each(feed, channels, following, self._next_on)

    def when_is(self, publication: Publication, channels: Sequence[Channel], title: str) -> Reply:
        """Say when a programme is on, when again, and when the same episode is on again."""
        found = self._showings(publication.feed, channels, title)
        if not found:
            return self.not_found(title)
        first = found[0]
        again = next((item for item in found if item.programme.start > first.programme.start), None)
        also = self._also(publication.airings, channels, first)
        same = also[0] if also else None
        said = [self.on_at(first)]
        if again and (same is None or (same.channel, same.start) != _place(again)):
            said.append(self._again(_airing(again)))
        if same:
            said.append(self._say_same(same))
        data = _about(first) | _airings([_airing(one) for one in found], also)
        return Reply(" ".join(said), data)

    def when_again(
        self, publication: Publication, channels: Sequence[Channel], title: str
    ) -> Reply:
        """Say when a programme is on after what is on now."""
        found = self._showings(publication.feed, channels, title)
        if not found:
            return self.not_found(title)
        first = found[0]
        later = [_airing(one) for one in found if one.programme.start > self.now]
        also = self._also(publication.airings, channels, first)
        later += [airing for airing in also if airing.is_about]
        later.sort(key=lambda airing: (airing.start, airing.channel.number))
        title = first.programme.title
        if not later:
            return Reply(self.say("assist_not_again", title=title), _about(first))
        said = [self.say("assist_again_title", title=title, **self._when_and_where(later[0]))]
        said += [self._again(airing) for airing in later[1:_SPOKEN_AGAIN]]
        return Reply(" ".join(said), _about(first) | _airings(later, also))

    def when_was(self, title: str, airing: Airing | None, times: int) -> Reply:
        """Say when a show was on last, and how often it was in the last thirty days."""
        if airing is None:
            return Reply(self.say("assist_never_was", title=title), {"found": False})
        when, channel = self.earlier(airing.start), airing.channel.name
        said = self.say("assist_was", title=title, when=when, channel=channel)
        if times > 1:
            said += f" {self.say('assist_times', times=times)}"
        data = {"title": title, "last": airing_data(airing), "times_in_30_days": times}
        return Reply(said, data)

    def not_found(self, wanted: str, nearest: Sequence[str] = ()) -> Reply:
        """Say that nothing is called so, and what is called nearly so."""
        said = self.say("assist_not_in_guide", title=wanted)
        if nearest:
            said += f" {self.say('assist_nearest', titles=self.any_of(nearest))}"
        return Reply(said, {"found": False, "nearest": list(nearest)})

    def on_at(self, showing: Showing) -> str:
        """Say that something is on now, or when it is."""
        programme = showing.programme
        values = {"title": programme.title, "channel": showing.channel.name}
        if programme.start <= self.now:
            return self.say("assist_on_air", until=self.time(programme.stop), **values)
        return self.say("assist_later", when=self.when(programme.start), **values)

    def _showings(self, feed: Feed, channels: Sequence[Channel], title: str) -> list[Showing]:
        """Return when a programme is on: if several have that in their titles, the first of them.

        An answer names one title, so what it says has to be true of that one.
        """
        found = showings(feed, channels, title, self.now)
        meant = fold(found[0].programme.title) if found else ""
        return [one for one in found if fold(one.programme.title) == meant]

    def _following(self, feed: Feed, channel: Channel) -> Programme | None:
        """Return what is on next on a channel, be it after a gap in the guide."""
        guide = feed.guide.get(channel.key, ())
        to_come = upcoming(guide, self.now, len(guide))
        return next((one for one in to_come if not one.is_filler), None)

    def _one_each(
        self,
        feed: Feed,
        channels: Sequence[Channel],
        found: Sequence[Programme | None],
        say: _Say,
    ) -> Reply:
        known = [
            (channel, programme)
            for channel, programme in zip(channels, found, strict=True)
            if programme and not programme.is_filler
        ]
        data: dict[str, Any] = {
            "programmes": [airing_data(_airing(Showing(one, channel))) for channel, one in known]
        }
        if len(channels) == 1:
            data["link"] = watch_place(channels[0].number)
            if about := known[0][1] if known else self._following(feed, channels[0]):
                data["title"] = about.title
        sentences = {channel.key: say(channel, programme) for channel, programme in known}
        said = (
            sentences.get(channel.key) or self._nothing_on(feed, channel) for channel in channels
        )
        return Reply(" ".join(said), data)

    def _nothing_on(self, feed: Feed, channel: Channel) -> str:
        """Say when something is on again on a channel, as far as there is a guide."""
        if following := self._following(feed, channel):
            return self._next_on(channel, following)
        return self.say("assist_no_guide", channel=channel.name)

    def _now_on(self, channel: Channel, programme: Programme) -> str:
        until = self.time(programme.stop)
        return _tidy(
            self.say("assist_now", title=_title(programme), channel=channel.name, until=until)
        )

    def _next_on(self, channel: Channel, programme: Programme) -> str:
        when = self.when(programme.start)
        return _tidy(
            self.say("assist_next", title=_title(programme), channel=channel.name, when=when)
        )

    def _again(self, airing: Airing) -> str:
        when_and_where = self._when_and_where(airing)
        if airing.is_about:
            return self.say("assist_about", **when_and_where)
        return self.say("assist_again", **when_and_where)

    def _say_same(self, airing: Airing) -> str:
        """Say when the same is on again."""
        is_same_title = identity(airing.programme) == show_key(airing.programme.title)
        if airing.is_about or is_same_title:
            return self._again(airing)
        return self.say("assist_same", **self._when_and_where(airing))

    def _when_and_where(self, airing: Airing) -> dict[str, str]:
        return {"when": self.when(airing.start), "channel": airing.channel.name}

    def _also(self, airings: Airings, channels: Sequence[Channel], first: Showing) -> list[Airing]:
        """Return when the same episode is on again on these channels, the soonest first."""
        programme = first.programme
        after = max(self.now, programme.start)
        also = airings.also(first.channel.key, programme, after)
        return [airing for airing in also if airing.channel in channels]


def airing_data(airing: Airing) -> dict[str, Any]:
    """Return an airing as values; times are ISO 8601 in Home Assistant's time zone."""
    programme = airing.programme
    data: dict[str, Any] = {
        "title": programme.title,
        "channel": airing.channel.name,
        "number": airing.channel.number,
        "start": dt_util.as_local(airing.start).isoformat(),
        "stop": dt_util.as_local(airing.stop).isoformat(),
        "link": programme_place(airing.channel.number, airing.start),
    }
    if programme.episode_title:
        data["episode_title"] = programme.episode_title
    return data | ({"about": True} if airing.is_about else {})


def _about(showing: Showing) -> dict[str, Any]:
    programme = showing.programme
    link = programme_place(showing.channel.number, programme.start)
    return {"title": programme.title, "link": link}


def _airings(found: Sequence[Airing], also: Sequence[Airing]) -> dict[str, Any]:
    return {
        "airings": [airing_data(airing) for airing in found[:MAX_AIRINGS]],
        "also": [airing_data(airing) for airing in also[:MAX_AIRINGS]],
    }


def _airing(showing: Showing) -> Airing:
    programme = showing.programme
    return Airing(showing.channel, programme.start, programme.stop, programme)


def _place(showing: Showing) -> tuple[Channel, Any]:
    return showing.channel, showing.programme.start


def _title(programme: Programme) -> str:
    if programme.episode_title:
        return f"{programme.title}, {programme.episode_title},"
    return programme.title


def _tidy(sentence: str) -> str:
    """Remove the comma behind an episode where the sentence goes on with one, or ends."""
    return sentence.replace(",,", ",").replace(",.", ".")
