"""What was planned because it was followed, and is not any more."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..engine.downlink.follows import Follow, Matcher
from ..engine.downlink.recording.model import Recording, Rule, RuleKind, State


class Unfollowed:
    """Looks at what is followed, again and again.

    A plan cannot tell: what has got another name in the guide matches no follow either, and stays.
    """

    def __init__(self) -> None:
        """Begin with nothing that could be lost."""
        self._before: Sequence[Follow] = ()

    def look(
        self, follows: Sequence[Follow], rules: Iterable[Rule], recordings: Iterable[Recording]
    ) -> frozenset[str]:
        """Return the recordings that are planned for follows which are gone since the last look."""
        before, self._before = self._before, follows
        gone = [one for one in before if one not in follows]
        if not gone:
            return frozenset()
        # What finds no place on a channel is recorded on another one.
        was, still = Matcher([replace(one, channel=None) for one in gone]), Matcher(follows)
        own = {rule.identity for rule in rules if rule.kind is RuleKind.FOLLOWED}
        return frozenset(
            one.identity
            for one in recordings
            if one.state is State.PLANNED and one.rule in own and not one.is_kept
            if any(was.of(one.channel, one.programme))
            if not any(still.of(one.channel, one.programme))
        )
