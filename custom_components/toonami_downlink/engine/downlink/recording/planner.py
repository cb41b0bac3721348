"""What is to be recorded: recordings are facts, and rules are evaluated at every refresh.

All times are aware and in UTC; nothing here asks the clock. A refresh of the guide moves, renames,
takes away and brings back programmes: each recording stays that of its airing (`matching`), and
what somebody cancelled or deleted is not planned again by any rule.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import chain
from typing import Final

from ..airings import Airing
from ..follows import Follow
from ..identity import identity
from ..limits import MAX_RECORDINGS
from ..models import Feed
from ..policy import FORGOTTEN_AFTER
from .by_hand import new, record
from .chances import Chances, is_worth_repeating, moved_to, second_chance, superseded
from .conflicts import Conflict, Fitted, Span, fit, rank
from .matching import Guide, Known, align, is_definite, slot_of
from .model import Padding, Reason, Recording, Rule, State
from .rules import RuleMatcher, digest

__all__ = ("Conflict", "Plan", "Span", "plan", "record", "second_chance", "superseded")

_HAD: Final = frozenset(State) - {State.CANCELLED, State.FAILED}
"""With these, an episode is there, will be, or was and is not wanted again."""
_ROUNDS: Final = 20
"""What takes its way out leaves a place to others: one or two rounds settle that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known and to be recorded."""

    recordings: tuple[Recording, ...]
    """By their number; those that nobody wants any more are left out."""
    conflicts: tuple[Conflict, ...]
    spans: Mapping[str, Span]
    """From when to when to record, by identity: each that is planned or running and has a place.
    It has its padding, cut short, down to nothing, where a programme on another channel needs the
    place. What is planned and has no span is not to be begun: its reason says why."""
    next_number: int


def plan(
    feed: Feed | None,
    rules: Sequence[Rule],
    follows: Sequence[Follow],
    known: Sequence[Recording],
    now: datetime,
    *,
    places: int,
    padding: Padding,
    zone: tzinfo,
    next_number: int,
) -> Plan:
    """Bring the known recordings up to date with the guide, and plan what rules ask for.

    `places` is how many channels may be fetched at once, `zone` is the house's, `next_number` was
    never given to a recording. To plan what was planned changes nothing.

    - What is planned, runs or was cancelled follows its airing. What the guide does not have any
      more waits with `Reason.LEFT_GUIDE`, unless the same is on before it; what finds no place
      waits with `Reason.BUSY`.
    - What is still only planned when its programme ends has failed, for that reason or because of
      `Reason.ABSENT`. If the same is still to come, it is planned there and keeps its identity.
    - For one with gaps, a new one is planned there, which `replaces` it (`superseded`).
    - What a rule wants and finds no place takes the West or a repeat.
    - What a rule planned goes with the rule, unless it is kept by hand. What is not followed any
      more is not repeated.

    It looks through the whole guide: call it in an executor.
    """
    planning = _Planning(feed, rules, known, now, next_number)
    planning.follow_the_guide()
    matcher = RuleMatcher(rules, follows, zone)
    fitted = None
    rounds = 0
    while fitted is None or fitted.moved:
        rounds += 1
        planning.repeat_what_failed(matcher)
        planning.evaluate(matcher)
        fitted = planning.find_places(places, padding, may_move=rounds < _ROUNDS)
    return Plan(
        recordings=tuple(sorted(planning.recordings.values(), key=_number)),
        conflicts=fitted.conflicts,
        spans=fitted.spans,
        next_number=planning.next_number,
    )


class _Planning:
    """One plan in the making."""

    def __init__(
        self,
        feed: Feed | None,
        rules: Sequence[Rule],
        known: Sequence[Recording],
        now: datetime,
        next_number: int,
    ) -> None:
        self._guide = Guide(feed)
        self._rules = {rule.identity: rule for rule in rules}
        self._now = now
        self._settled = {one.identity for one in known if _is_settled(one)}
        """What nothing has to replace any more."""
        self.recordings = {one.identity: one for one in known if self._is_wanted(one)}
        self.next_number = max([next_number, *(one.number + 1 for one in known)])
        self._forgettable: deque[Recording] | None = None
        self._index = Known((), now)
        self._chances = Chances(self._guide, self._index, self.recordings, now)

    def _is_wanted(self, one: Recording) -> bool:
        """Whether it is more than the plan of a rule that is gone, or for what is whole or gone."""
        if one.state is not State.PLANNED or one.is_kept or one.rule is None:
            return True
        return self._has_its_rule(one) and one.replaces not in self._settled

    def _has_its_rule(self, one: Recording) -> bool:
        return one.rule is None or one.rule in self._rules

    def _put(self, one: Recording) -> None:
        self.recordings[one.identity] = one
        self._index.put(one)

    def follow_the_guide(self) -> None:
        """Find the airing of each recording, and leave out what is planned twice by now."""
        moving = sorted(filter(self._moves, self.recordings.values()), key=_number)
        found, taken = align(self._guide, moving, self._now)
        for one in moving:
            airing = found.get(one.identity)
            followed = _told(moved_to(one, airing)) if airing else one
            if followed.state is State.PLANNED and followed.stop <= self._now:
                followed = _failed(followed)
            self.recordings[one.identity] = followed
        self._leave_out_what_is_planned_twice()
        lost = [one for one in moving if one.identity not in found]
        # What is in the slot now is rather what was there than what was gone already.
        lost.sort(key=lambda one: one.reason is Reason.LEFT_GUIDE)
        for one in lost if self._guide.is_known else ():
            if one.stop > self._now and one.identity in self.recordings:
                self._look_in_its_slot(one, taken)

    def _moves(self, one: Recording) -> bool:
        if one.is_tombstone:
            return one.stop > self._now
        return one.state in {State.PLANNED, State.RECORDING}

    def _leave_out_what_is_planned_twice(self) -> None:
        """Keep what is a fact, and of what rules plan what nothing else is a recording of."""
        loose = []
        for one in self.recordings.values():
            is_by_rule = one.state is State.PLANNED and not one.is_kept
            if is_by_rule and one.rule and not one.replaces:
                loose.append(one)
            elif one.state is not State.FAILED:
                self._index.put(one)
        for one in sorted(loose, key=rank):
            if self._is_superfluous(one):
                del self.recordings[one.identity]
            else:
                self._index.put(one)

    def _is_superfluous(self, one: Recording) -> bool:
        """Whether another recording is of the same airing, or has what the rule misses."""
        same = self._index.same(one.channel, one.programme)
        rule = self._rules.get(one.rule or "")
        had = self._index.having(one.programme) if rule and rule.only_missing else ()
        others = chain(same, (each for each in had if each.state in _HAD))
        return any(each.identity != one.identity for each in others)

    def _look_in_its_slot(self, one: Recording, taken: set[tuple[str, datetime]]) -> None:
        """Take what is on in a recording's place for its airing, whatever it is called by now."""
        airing = slot_of(self._guide, one)
        if airing and (airing.channel.key, airing.start) not in taken:
            renamed = moved_to(one, airing)
            of_others = self._index.same(airing.channel.key, airing.programme)
            is_free = all(each.identity == one.identity for each in of_others)
            if is_free and not (one.rule and self._is_superfluous(renamed)):
                taken.add((airing.channel.key, airing.start))
                if not one.is_tombstone:
                    self._put(_told(renamed))
                    return
                # It may have left, or be called otherwise: neither of both comes back.
                number = self._number()
                name = digest(one.identity, str(number))
                self._put(_told(replace(renamed, identity=name, number=number)))
        if one.state is not State.RECORDING:
            is_missed = self._guide.misses(one)
            self._put(replace(one, reason=Reason.LEFT_GUIDE) if is_missed else _told(one))

    def _number(self) -> int:
        self.next_number += 1
        return self.next_number - 1

    def repeat_what_failed(self, matcher: RuleMatcher) -> None:
        """Plan once more what failed or has gaps, where the same is still to come, and wanted.

        What has left the guide too, where the same is on before its time: it may have been moved
        by more than a night. Where it is on only after that, it waits until it has failed, for it
        may come back.
        """
        repeated = {one.replaces for one in self.recordings.values()}
        for one in sorted(filter(self._has_its_rule, self.recordings.values()), key=_number):
            is_holed = is_worth_repeating(one) and one.identity not in repeated
            may_be_ahead = _is_lost(one) and is_definite(one.programme)
            if not (is_holed or may_be_ahead or one.state is State.FAILED):
                continue
            rule = self._rules.get(one.rule or "")
            if rule and not matcher.still_asks(rule, one.programme):
                continue
            airing = self._chances.after_failing(one, is_any_night=self._is_for_any_night(one))
            if airing is None or (may_be_ahead and airing.start >= one.start):
                continue
            if not is_holed:
                self._try_again(one, airing)
            elif self._has_room():
                number = self._number()
                self._put(new(airing, number, self._now, rule=one.rule, replaces=one.identity))

    def _try_again(self, failed: Recording, airing: Airing) -> None:
        if failed.rule and failed.replaces in self._settled:
            return
        again = moved_to(failed, airing)
        again = replace(again, state=State.PLANNED, reason=None, gaps=(), file=None, size=0)
        if again.replaces or not (again.rule and self._is_superfluous(again)):
            self._put(again)

    def evaluate(self, matcher: RuleMatcher) -> None:
        """Plan what rules ask for and begins from now on."""
        airings = self._guide.airings
        for airing in airings[bisect_left(airings, self._now, key=_start) :]:
            rule = self._rule_for(airing, matcher)
            if rule and not self._has_room():
                return
            if rule:
                self._put(new(airing, self._number(), self._now, rule=rule.identity, replaces=None))

    def _rule_for(self, airing: Airing, matcher: RuleMatcher) -> Rule | None:
        """Return the first rule that asks for an airing which is of no recording."""
        rules = matcher.of(airing)
        key, one, index = airing.channel.key, airing.programme, self._index
        if not rules or any(chain(index.of_night(one), index.same(key, one))):
            return None
        # What has left the guide only waits: what is in its slot now is something else.
        if not all(map(_is_lost, index.in_place_of(key, one))):
            return None
        is_had = any(each.state in _HAD for each in index.having(one))
        return next((rule for rule in rules if not (is_had and rule.only_missing)), None)

    def _has_room(self) -> bool:
        """Whether there can be one recording more, once what says nothing any more is forgotten."""
        if len(self.recordings) < MAX_RECORDINGS:
            return True
        if self._forgettable is None:
            old = sorted(filter(self._says_nothing, self.recordings.values()), key=_stop)
            self._forgettable = deque(old)
        if self._forgettable:
            del self.recordings[self._forgettable.popleft().identity]
        return len(self.recordings) < MAX_RECORDINGS

    def _says_nothing(self, one: Recording) -> bool:
        """Whether it is of nothing that is to come, as far as is known today."""
        is_over = one.stop < self._now - FORGOTTEN_AFTER and not one.replaces
        is_empty = one.is_tombstone or one.state is State.FAILED
        return is_over and is_empty and not self._guide.of(identity(one.programme))

    def find_places(self, places: int, padding: Padding, *, may_move: bool) -> Fitted:
        """Say what is recorded when; what finds no place waits, or is recorded elsewhere."""
        wanted = [one for one in self.recordings.values() if _wants_a_place(one)]
        fitted = fit(wanted, self._ways_out, self._take, places, padding, may_move=may_move)
        busy = {conflict.identity for conflict in fitted.conflicts}
        for one in wanted:
            reason = Reason.BUSY if one.identity in busy else None
            stays = one.state is State.PLANNED and one.identity not in fitted.moved
            if stays and one.reason is not reason:
                self._put(replace(one, reason=reason))
        return fitted

    def _take(self, one: Recording, airing: Airing) -> None:
        self._put(replace(moved_to(one, airing), reason=None))

    def _ways_out(self, one: Recording) -> Iterator[Airing]:
        return self._chances.ways_out(one, is_any_night=self._is_for_any_night(one))

    def _is_for_any_night(self, one: Recording) -> bool:
        # With a rule that takes repeats, those of other nights have recordings of their own.
        rule = self._rules.get(one.rule or "")
        return rule is None or rule.only_missing


def _told(one: Recording) -> Recording:
    """Return a recording of which the guide says where it is."""
    return replace(one, reason=None) if one.reason is Reason.LEFT_GUIDE else one


def _failed(one: Recording) -> Recording:
    return replace(one, state=State.FAILED, reason=one.reason or Reason.ABSENT)


def _is_settled(one: Recording) -> bool:
    return one.is_tombstone or one.state is State.COMPLETE


def _is_lost(one: Recording) -> bool:
    """Whether it is planned, but not in the guide any more."""
    return one.state is State.PLANNED and one.reason is Reason.LEFT_GUIDE


def _wants_a_place(one: Recording) -> bool:
    return one.state in {State.PLANNED, State.RECORDING} and not _is_lost(one)


def _number(one: Recording) -> int:
    return one.number


def _start(airing: Airing) -> datetime:
    return airing.start


def _stop(one: Recording) -> datetime:
    return one.stop
