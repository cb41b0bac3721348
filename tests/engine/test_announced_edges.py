"""What became of showings, at its edges: what is still open, where the West is, how answers go."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from downlink.announced import (
    AnnouncementStage,
    Record,
    fresh,
    postpone,
    put_aside,
    records_from_json,
    records_to_json,
    west_of,
)
from downlink.limits import MAX_ANNOUNCED, MAX_VALUE_CHARS
from downlink.policy import ANNOUNCED_KEPT_FOR

from .announcing import airing, showing
from .samples import HOUR, MINUTE, NOON
from .test_airings import EAST, SNICK, WEST

TICK = timedelta(microseconds=1)
BARE = Record(channel=EAST, start=NOON, stop=NOON + HOUR)


@pytest.mark.parametrize(
    ("changes", "is_loose", "is_open"),
    [
        ({}, True, True),
        ({"stage": AnnouncementStage.SOON}, False, False),
        ({"stage": AnnouncementStage.STARTED}, False, False),
        ({"message": "one"}, True, False),
        ({"is_aside": True}, False, False),
        ({"is_postponed": True}, False, True),
        ({"is_withdrawn": True}, True, True),
    ],
)
def test_what_is_loose_and_what_is_open(
    changes: dict[str, Any], is_loose: bool, is_open: bool
) -> None:
    one = replace(BARE, **changes)
    assert (one.is_loose, one.is_open) == (is_loose, is_open)
    assert records_from_json(records_to_json({"a": one})) == {"a": one}


def test_what_is_forgotten_first() -> None:
    end = BARE.stop + ANNOUNCED_KEPT_FOR
    assert fresh({"a": BARE}, end - TICK) == {"a": BARE}
    assert fresh({"a": BARE}, end) == {}
    many = {str(n): replace(BARE, start=NOON + n * MINUTE) for n in range(MAX_ANNOUNCED)}
    assert fresh(many, NOON) == many
    early = replace(BARE, start=NOON - MINUTE)
    one_more = fresh({**many, "early": early}, NOON)
    assert one_more.keys() == {*many, "early"} - {str(MAX_ANNOUNCED - 1)}


def test_put_aside_is_all_of_one_message_and_nothing_else() -> None:
    told = replace(BARE, message="one", stage=AnnouncementStage.SOON)
    records = {"one": told, "two": told, "three": replace(told, message="three")}
    aside = replace(told, message="", is_aside=True)
    assert put_aside(records, "one") == {"one": aside, "two": aside, "three": records["three"]}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([airing(1, WEST)], 1),
        ([airing(0, WEST)], None),
        ([airing(-1, WEST), airing(180, WEST), airing(181, WEST)], 180),
        ([airing(180, SNICK)], None),
        ([airing(180, EAST), airing(190, WEST)], 190),
        ([], None),
    ],
)
def test_where_the_west_is(others: list[Any], expected: float | None) -> None:
    found = west_of(showing(0, *others), EAST, NOON)
    assert (found and (found.start - NOON) / MINUTE) == expected


def test_a_channel_without_a_pair_has_no_west() -> None:
    one = showing(0, airing(180, WEST), channel=SNICK)
    assert west_of(one, SNICK, NOON) is None
    assert west_of(one, "gone", NOON) is None
    assert west_of(showing(0, airing(180, EAST), channel=WEST), WEST, NOON) is None


@pytest.mark.parametrize(("now", "is_postponed"), [(180 - 1, True), (180, False), (181, False)])
def test_only_a_west_that_has_not_begun_is_waited_for(now: float, is_postponed: bool) -> None:
    told = replace(BARE, message="one", follows=("a", "b"), stage=AnnouncementStage.SOON)
    records = {"one": told, "other": replace(told, message="other")}
    found = postpone([showing(0, airing(180, WEST))], records, "one", NOON + now * MINUTE)
    assert found["other"] == records["other"]
    if is_postponed:
        start = NOON + 180 * MINUTE
        assert found["one"] == Record(
            channel=WEST,
            start=start,
            stop=start + 30 * MINUTE,
            follows=("a", "b"),
            is_postponed=True,
        )
    else:
        assert found["one"] == replace(told, message="", is_aside=True)


def test_what_is_in_no_guide_any_more_is_put_aside_with_the_rest() -> None:
    told = replace(BARE, message="one")
    found = postpone([showing(0, airing(180, WEST))], {"gone": told, "one": told}, "one", NOON)
    assert (found["gone"].is_aside, found["one"].is_postponed) == (True, True)


@pytest.mark.parametrize("name", ["showing", "channel", "message"])
@pytest.mark.parametrize("more", [0, 1])
def test_longest_keys(name: str, more: int) -> None:
    data = records_to_json({"a": BARE})
    data[0][name] = "x" * (MAX_VALUE_CHARS + more)
    assert len(records_from_json(data)) == 1 - more


@pytest.mark.parametrize("name", ["aside", "postponed", "withdrawn"])
def test_only_true_is_true(name: str) -> None:
    data = records_to_json({"a": BARE})
    data[0][name] = 1
    assert records_from_json(data) == {"a": BARE}
    data[0][name] = True
    expected: dict[str, Any] = {f"is_{name}": True}
    assert records_from_json(data) == {"a": replace(BARE, **expected)}
