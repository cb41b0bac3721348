"""What makes recordings by itself: rules, and which programmes they are about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
import hashlib
from typing import Final

from ..airings import Airing
from ..errors import FollowError
from ..follows import Follow, FollowKind, Matcher, make_follow
from ..limits import MAX_KEEP_LAST, MAX_RULES, MAX_VALUE_CHARS
from ..models import Programme
from .model import RecordingError, Rule, RuleKind

WEEK: Final = frozenset(range(7))
"""All days, Monday is 0."""


def make_rule(
    kind: RuleKind,
    text: str,
    channel: str | None,
    since: datetime,
    *,
    only_missing: bool = True,
    keep_last: int | None = None,
    days: Iterable[int] = WEEK,
) -> Rule:
    """Make a rule of what somebody typed or picked; `channel` is a key of the line-up.

    The text of a rule about what is followed does not count. Raises RecordingError: `bad_rule` for
    a text or a channel that nothing can be found by, `bad_keep_last`, `no_days`.
    """
    if keep_last is not None and not 0 < keep_last <= MAX_KEEP_LAST:
        raise RecordingError(
            "bad_keep_last", f"Keep 1 to {MAX_KEEP_LAST} recordings.", most=str(MAX_KEEP_LAST)
        )
    chosen = frozenset(days)
    if not chosen or not chosen <= WEEK:
        raise RecordingError("no_days", "Choose a day of the week, Monday is 0.")
    if kind is RuleKind.FOLLOWED:
        line, key = "", ""
        if channel is not None and not 0 < len(channel) <= MAX_VALUE_CHARS:
            raise RecordingError("bad_rule", "There is no such channel.")
    else:
        try:
            follow = make_follow(FollowKind(kind.value), text, channel, since)
        except FollowError as err:
            raise RecordingError("bad_rule", str(err)) from err
        line, key = follow.text, follow.key
    return Rule(
        identity=digest("rule", kind, key, channel or ""),
        kind=kind,
        text=line,
        key=key,
        channel=channel,
        only_missing=only_missing,
        keep_last=keep_last,
        days=chosen,
        since=since.astimezone(UTC),
    )


def with_rule(rules: Sequence[Rule], rule: Rule) -> tuple[Rule, ...]:
    """Return the rules with one more, or with another one in the place of the same.

    Raises RecordingError `too_many_rules`.
    """
    if any(one.identity == rule.identity for one in rules):
        return tuple(rule if one.identity == rule.identity else one for one in rules)
    if len(rules) >= MAX_RULES:
        raise RecordingError(
            "too_many_rules", f"There are {MAX_RULES} rules already.", most=str(MAX_RULES)
        )
    return (*rules, rule)


class RuleMatcher:
    """Rules by what they go by, so that a hundred of them cost no more than one."""

    def __init__(self, rules: Sequence[Rule], follows: Sequence[Follow], zone: tzinfo) -> None:
        """`zone` is the house's: a rule's days begin at midnight there."""
        self._zone = zone
        self._rules = {rule.identity: rule for rule in rules}
        self._order = {rule.identity: place for place, rule in enumerate(rules)}
        self._followed = [rule for rule in rules if rule.kind is RuleKind.FOLLOWED]
        self._follows = Matcher(follows if self._followed else ())
        # What finds no place on a channel is recorded on another one.
        self._anywhere = Matcher([replace(one, channel=None) for one in follows])
        self._others = Matcher([_as_follow(one) for one in rules if one not in self._followed])

    def of(self, airing: Airing) -> list[Rule]:
        """Return the rules that an airing is to be recorded by, in their order."""
        found = list(self._matching(airing))
        if len(found) > 1:
            found.sort(key=lambda rule: self._order[rule.identity])
        return [rule for rule in found if self._is_on_its_day(rule, airing.start)]

    def still_asks(self, rule: Rule, programme: Programme) -> bool:
        """Whether what a rule has planned once is still wanted: not if it was followed, and is not.

        The channel does not count, nor does the day.
        """
        return rule.kind is not RuleKind.FOLLOWED or any(self._anywhere.of("", programme))

    def _matching(self, airing: Airing) -> Iterator[Rule]:
        key = airing.channel.key
        # A rule has one text, but words that are in two titles are found twice.
        for identity in dict.fromkeys(self._others.of(key, airing.programme)):
            yield self._rules[identity]
        if self._followed and any(self._follows.of(key, airing.programme)):
            yield from (rule for rule in self._followed if rule.channel in {None, key})

    def _is_on_its_day(self, rule: Rule, start: datetime) -> bool:
        return rule.days == WEEK or start.astimezone(self._zone).weekday() in rule.days


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits of some texts."""
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _as_follow(rule: Rule) -> Follow:
    return Follow(
        identity=rule.identity,
        kind=FollowKind(rule.kind.value),
        text=rule.text,
        key=rule.key,
        channel=rule.channel,
        since=rule.since,
    )
