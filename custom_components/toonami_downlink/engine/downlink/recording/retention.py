"""Which recordings have to go: the oldest first, never what is kept by hand or still runs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from .chances import superseded
from .model import Recording, Rule, State


def to_delete(
    recordings: Sequence[Recording],
    *,
    now: datetime,
    quota: int,
    max_age: timedelta | None,
    rules: Sequence[Rule],
) -> tuple[str, ...]:
    """Return the identities of the recordings that have to go, the oldest first.

    Those with gaps that a complete one replaces (`chances.superseded`), those that ended `max_age`
    ago or earlier, of the rest those of a rule that are more than it keeps, and as many as it takes
    until all have at most `quota` bytes. Bytes of files that are no recordings do not count: for a
    stranger's files nothing is deleted.
    """
    loose = sorted(filter(_may_go, recordings), key=lambda one: (one.start, one.number))
    replaced = frozenset(superseded(recordings))
    going = {one.identity for one in loose if max_age is not None and one.stop <= now - max_age}
    going |= replaced
    of_rule: defaultdict[str | None, list[Recording]] = defaultdict(list)
    for one in loose:
        if one.identity not in replaced:
            of_rule[one.rule].append(one)
    for rule in rules:
        if rule.keep_last is not None:
            going |= {one.identity for one in of_rule[rule.identity][: -rule.keep_last]}
    used = sum(one.size for one in recordings if one.has_picture and one.identity not in going)
    for one in loose:
        if used > quota and one.identity not in going:
            going.add(one.identity)
            used -= one.size
    return tuple(one.identity for one in loose if one.identity in going)


def _may_go(one: Recording) -> bool:
    return one.has_picture and one.state is not State.RECORDING and not one.is_kept
