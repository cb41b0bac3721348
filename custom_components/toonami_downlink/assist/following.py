"""Follow a show or a block, follow it no more, and what is followed tonight."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..engine.downlink.airings import Airing
from ..engine.downlink.follows import Follow, FollowKind, Showing
from ..engine.downlink.identity import show_key
from ..engine.downlink.limits import MAX_FOLLOWS
from ..engine.downlink.models import Feed
from ..following.follows import Follows, async_follows
from .answers import airing_data
from .intents import DownlinkIntentHandler, Request, TitleHandler
from .matching import Showing as Shown, resolve_title
from .names import (
    INTENT_FOLLOW,
    INTENT_FOLLOWED_TONIGHT,
    INTENT_UNFOLLOW,
    SLOT_PROGRAMME,
)
from .speech import Reply

NIGHT_ENDS: Final = timedelta(hours=6)
"""So long after midnight it is still tonight."""
MAX_TONIGHT: Final = 5
"""So many showings are said; the others are counted."""
MAX_SHOWINGS: Final = 10
"""So many showings are in one answer as values."""
MAX_FOLLOWS_SAID: Final = 5


class FollowHandler(TitleHandler):
    """Follow a show, or a block."""

    intent_type = INTENT_FOLLOW
    tool = "follow"
    title = "Follow a show"
    description = (
        "Follows a television show of the Toonami Aftermath channels for the whole house, by the "
        "title that the guide has, or a programming block by its name: the house is told when it "
        "is on. The title has to be in the guide, or to have been on in the last year."
    )
    is_question = False

    @override
    async def async_reply(self, request: Request) -> Reply:
        follows = async_follows(request.hass)
        if follows is None:
            return Reply(request.answers.say("assist_no_feed"))
        wanted = request.slots[SLOT_PROGRAMME]
        kind, text = FollowKind.SHOW, None
        found = await request.async_resolve(wanted, aired=True)
        if found.title and show_key(found.title) == show_key(wanted):
            text = found.title
        elif block := _block(request.feed, wanted):
            kind, text = FollowKind.BLOCK, block
        else:
            text = found.title
        if text is None:
            return request.answers.not_found(wanted, found.nearest)
        return await _async_follow(request, follows, kind, text)


class UnfollowHandler(TitleHandler):
    """Follow something no more, on whichever channel."""

    intent_type = INTENT_UNFOLLOW
    tool = "unfollow"
    title = "Follow a show no more"
    description = (
        "Ends that the house follows a television show, a programming block or words; it can be "
        "followed again at any time."
    )
    is_question = False

    @override
    async def async_reply(self, request: Request) -> Reply:
        follows = async_follows(request.hass)
        if follows is None:
            return Reply(request.answers.say("assist_no_feed"))
        wanted = request.slots[SLOT_PROGRAMME]
        items = follows.items
        found = await request.hass.async_add_executor_job(
            resolve_title, [item.text for item in items], wanted
        )
        if found.title is None:
            return _not_followed(request, wanted, items)
        removed = [
            item
            for item in items
            if show_key(item.text) == show_key(found.title)
            and (request.channel is None or item.channel == request.channel.key)
        ]
        if not await follows.async_remove(*(item.identity for item in removed)):
            return _not_followed(request, wanted, items)
        data = {"title": found.title, "followed": False, "removed": len(removed)}
        return Reply(
            request.answers.say("assist_no_more_follows", title=found.title), data, is_done=True
        )


class FollowedTonightHandler(DownlinkIntentHandler):
    """Say what is on tonight of what is followed."""

    intent_type = INTENT_FOLLOWED_TONIGHT
    tool = "followed_tonight"
    title = "What is followed tonight"
    description = (
        "Says which of the television shows that the house follows are on from now until early "
        "tomorrow morning, and lists everything that is followed."
    )

    @override
    async def async_reply(self, request: Request) -> Reply:
        answers = request.answers
        follows = async_follows(request.hass)
        if follows is None or not follows.items:
            return Reply(answers.say("assist_follows_nothing"), {"follows": [], "tonight": []})
        until = _end_of_night(answers.now)
        tonight = [
            airing
            for showing in follows.showings
            if showing.identity not in follows.seen
            and (airing := _to_come(request, showing))
            and airing.start < until
        ]
        tonight.sort(key=lambda airing: (airing.start, airing.channel.number))
        data: dict[str, Any] = {
            "follows": [item.text for item in follows.items],
            "tonight": [airing_data(airing) for airing in tonight[:MAX_SHOWINGS]],
            "count": len(tonight),
        }
        if not tonight:
            return Reply(answers.say("assist_nothing_tonight"), data)
        said = [answers.on_at(_shown(airing)) for airing in tonight[:MAX_TONIGHT]]
        if more := len(tonight) - len(said):
            said.append(answers.say("assist_more_tonight", count=more))
        return Reply(" ".join(said), data)


async def _async_follow(request: Request, follows: Follows, kind: FollowKind, text: str) -> Reply:
    """Follow it, and say when it is on."""
    answers = request.answers
    before = {item.identity for item in follows.items}
    channel = request.channel.key if request.channel else None
    try:
        follow = await follows.async_add(kind, text, channel)
    except ServiceValidationError:
        said = answers.say("assist_too_many_follows", title=text, limit=MAX_FOLLOWS)
        return Reply(said, {"followed": False})
    is_new = follow.identity not in before
    said = (
        answers.say("assist_following", title=follow.text)
        if is_new
        else answers.say("assist_follows_already", title=follow.text)
    )
    data: dict[str, Any] = {"title": follow.text, "kind": follow.kind, "followed": True}
    if found := follows.next_of(follow.identity, answers.now):
        _, airing = found
        return Reply(
            f"{said} {answers.on_at(_shown(airing))}",
            data | {"next": airing_data(airing), "link": airing_data(airing)["link"]},
            is_done=True,
        )
    return Reply(f"{said} {answers.say('assist_not_soon')}", data, is_done=True)


def _not_followed(request: Request, wanted: str, items: tuple[Follow, ...]) -> Reply:
    answers = request.answers
    texts = [item.text for item in items]
    said = answers.say("assist_not_followed", title=wanted)
    others = (
        answers.say("assist_follows", titles=answers.all_of(texts[:MAX_FOLLOWS_SAID]))
        if texts
        else answers.say("assist_follows_nothing")
    )
    return Reply(f"{said} {others}", {"followed": False, "follows": texts})


def _block(feed: Feed, wanted: str) -> str | None:
    """Return the block that is called so, as the guide spells it."""
    key = show_key(wanted)
    return next(
        (
            programme.block
            for programmes in feed.guide.values()
            for programme in programmes
            if programme.block and show_key(programme.block) == key
        ),
        None,
    )


def _to_come(request: Request, showing: Showing) -> Airing | None:
    airings = (showing.airing, *showing.others)
    return next(
        (
            airing
            for airing in airings
            if airing.stop > request.answers.now and request.channel in (None, airing.channel)
        ),
        None,
    )


def _end_of_night(now: datetime) -> datetime:
    """Return when tonight ends: in the small hours of tomorrow, or of today before that."""
    local = dt_util.as_local(now)
    midnight = dt_util.start_of_local_day(local)
    if local >= midnight + NIGHT_ENDS:
        midnight = dt_util.start_of_local_day(local + timedelta(days=1))
    return midnight + NIGHT_ENDS


def _shown(airing: Airing) -> Shown:
    return Shown(airing.programme, airing.channel)
