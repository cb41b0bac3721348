"""Rules: what they go by, and on which days."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from downlink.airings import Airing
from downlink.follows import FollowKind, make_follow
from downlink.limits import MAX_KEEP_LAST, MAX_RULES, MAX_TITLE_CHARS, MAX_VALUE_CHARS
from downlink.models import Programme
from downlink.recording.model import RecordingError, Rule, RuleKind
from downlink.recording.rules import RuleMatcher, make_rule, with_rule

from .announcing import BY_KEY
from .planning import rule
from .samples import HOUR, NOON
from .test_airings import EAST, SNICK, WEST, programme

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY, SUNDAY = 5, 6


def refused(
    kind: RuleKind, text: str = "Trigun", channel: str | None = None, **values: object
) -> str:
    with pytest.raises(RecordingError) as info:
        make_rule(kind, text, channel, NOON, **values)  # type: ignore[arg-type]  # what nobody may give
    assert str(info.value)
    return info.value.key


def test_same_rule_twice_is_one_rule() -> None:
    one, other = rule("Yu-Gi-Oh!"), rule("YU GI OH", only_missing=False, keep_last=3)
    assert one.identity == other.identity
    assert (one.text, one.key, other.text) == ("Yu-Gi-Oh!", "yugioh", "YU GI OH")
    others = rule("Yu-Gi-Oh!", channel=EAST), rule("yugioh", RuleKind.WORDS), rule("yugioh 2")
    assert len({one.identity, *(each.identity for each in others)}) == 4


def test_what_is_followed_needs_no_text() -> None:
    one = rule("whatever", RuleKind.FOLLOWED)
    assert (one.text, one.key) == ("", "")
    assert one.identity == rule("", RuleKind.FOLLOWED).identity
    assert one.identity != rule("", RuleKind.FOLLOWED, channel=EAST).identity


@pytest.mark.parametrize("kind", RuleKind)
def test_longest_key_of_a_channel(kind: RuleKind) -> None:
    assert rule("Trigun", kind, channel="x" * MAX_VALUE_CHARS).channel
    for channel in ("", "x" * (MAX_VALUE_CHARS + 1)):
        assert refused(kind, channel=channel) == "bad_rule"


@pytest.mark.parametrize("kind", sorted(set(RuleKind) - {RuleKind.FOLLOWED}))
def test_nothing_to_go_by(kind: RuleKind) -> None:
    for text in ("", "\0 \n", "x" * (MAX_TITLE_CHARS + 1)):
        assert refused(kind, text) == "bad_rule"
    assert rule("x" * MAX_TITLE_CHARS, kind).text == "x" * MAX_TITLE_CHARS


def test_keep_last() -> None:
    assert rule().keep_last is None
    for most in (1, MAX_KEEP_LAST):
        assert rule(keep_last=most).keep_last == most
    for most in (0, -1, MAX_KEEP_LAST + 1):
        assert refused(RuleKind.SHOW, keep_last=most) == "bad_keep_last"


def test_days() -> None:
    assert rule().days == frozenset(range(7))
    assert rule(days=[6, 6, 0]).days == {0, 6}
    for days in ((), (7,), (0, -1)):
        assert refused(RuleKind.SHOW, days=days) == "no_days"


def test_since_is_in_utc() -> None:
    begun = datetime(2026, 11, 26, 20, tzinfo=timezone(-5 * HOUR))
    since = make_rule(RuleKind.SHOW, "Trigun", None, begun).since
    assert (since, since.tzinfo) == (begun, UTC)


def test_most_rules() -> None:
    rules: tuple[Rule, ...] = ()
    for number in range(MAX_RULES):
        rules = with_rule(rules, rule(f"Show {number}"))
    assert len(rules) == MAX_RULES
    with pytest.raises(RecordingError) as info:
        with_rule(rules, rule("One more"))
    assert (info.value.key, info.value.values) == ("too_many_rules", {"most": "100"})
    changed = with_rule(rules, rule("SHOW 7", keep_last=5))
    assert len(changed) == MAX_RULES
    assert [one.keep_last for one in changed].index(5) == 7


# What they match


def matching(
    shown: Programme, *rules: Rule, channel: str = EAST, zone: ZoneInfo = NEW_YORK
) -> list[str]:
    follows = [
        make_follow(FollowKind.SHOW, "Trigun", None, NOON),
        make_follow(FollowKind.SHOW, "Bebop", WEST, NOON),
    ]
    airing = Airing(BY_KEY[channel], shown.start, shown.stop, shown)
    return [one.text or one.channel or "" for one in RuleMatcher(rules, follows, zone).of(airing)]


def test_in_the_order_of_the_rules() -> None:
    rules = (
        rule("trigun the", RuleKind.WORDS),
        rule("", RuleKind.FOLLOWED),
        rule("Midnight Run", RuleKind.BLOCK),
        rule("TRIGUN"),
        rule("Trigun!", channel=SNICK),
        rule("", RuleKind.FOLLOWED, channel=SNICK),
    )
    shown = programme(0, "Trigun", episode_title="The Trigun", block="midnight run")
    assert matching(shown, *rules) == ["trigun the", "", "Midnight Run", "TRIGUN"]
    assert matching(shown, *rules, channel=SNICK)[-2:] == ["Trigun!", SNICK]
    assert matching(programme(0, "Outlaw Star"), *rules) == []


def test_what_is_followed_on_one_channel_only() -> None:
    followed = rule("", RuleKind.FOLLOWED)
    shown = programme(0, "Bebop")
    assert matching(shown, followed) == []
    assert matching(shown, followed, channel=WEST) == [""]
    assert matching(shown, rule("Trigun"), channel=WEST) == []


@pytest.mark.parametrize(
    ("local", "day"),
    [
        # Clocks go back on Sunday, 1 November 2026, at 2:00, and ahead on 14 March 2027.
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=NEW_YORK), SATURDAY),
        (datetime(2026, 11, 1, 0, 0, tzinfo=NEW_YORK), SUNDAY),
        (datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1), SUNDAY),
        (datetime(2026, 11, 1, 23, 30, tzinfo=NEW_YORK), SUNDAY),
        (datetime(2026, 11, 2, 0, 0, tzinfo=NEW_YORK), 0),
        (datetime(2027, 3, 13, 23, 59, 59, tzinfo=NEW_YORK), SATURDAY),
        (datetime(2027, 3, 14, 3, 0, tzinfo=NEW_YORK), SUNDAY),
        (datetime(2027, 3, 14, 23, 30, tzinfo=NEW_YORK), SUNDAY),
        (datetime(2027, 3, 15, 0, 0, tzinfo=NEW_YORK), 0),
    ],
)
def test_days_in_the_zone_of_the_house(local: datetime, day: int) -> None:
    start = local.astimezone(UTC)
    shown = Programme(start=start, stop=start + timedelta(minutes=30), title="Trigun")
    assert [found for found in range(7) if matching(shown, rule("Trigun", days=[found]))] == [day]
