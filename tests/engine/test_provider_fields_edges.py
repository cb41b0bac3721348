"""Values of upstream at the limits of what is taken."""

from collections import Counter
import sys
from typing import Any

import pytest

from downlink.provider.fields import Fields, objects

from .test_provider_fields import MOMENT, read


@pytest.mark.parametrize(
    ("method", "value", "expected"),
    [
        pytest.param("number", 1, (1, 0), id="smallest number"),
        pytest.param("number", "0", (None, 0), id="zero as text"),
        pytest.param("number", 999_999, (999_999, 0), id="largest number"),
        pytest.param("number", "999999", (999_999, 0), id="largest number as text"),
        pytest.param("number", 1e6, (None, 1), id="huge with a point"),
        pytest.param("number", "0000022", (None, 1), id="one digit too many"),
        pytest.param("number", "\u0663", (None, 1), id="digit of another script"),
        pytest.param("decimal", 0, (0.0, 0), id="nothing at all"),
        pytest.param("decimal", None, (None, 0), id="no decimal"),
        pytest.param("decimal", True, (None, 1), id="true for a decimal"),
        pytest.param("decimal", sys.float_info.max, (sys.float_info.max, 0), id="largest float"),
        pytest.param("decimal", 10**400, (None, 1), id="larger than any float"),
        pytest.param("decimal", float("nan"), (None, 1), id="no number for a decimal"),
        pytest.param("flag", False, (False, 0), id="false"),
        pytest.param("time", "2026-07-03T16:47:05." + 20 * "5", (MOMENT, 0), id="long time"),
        pytest.param("time", "2026-07-03T16:47:05." + 20 * "5" + "x", (MOMENT, 0), id="longer"),
        pytest.param("time", "2026-07-03T16:47:05." + 19 * "5" + "x", (None, 1), id="bad end"),
        pytest.param("address", 5, (None, 1), id="number for an address"),
    ],
)
def test_values_at_the_limits(method: str, value: Any, expected: tuple[Any, int]) -> None:
    assert read(method, value) == expected


@pytest.mark.parametrize(("length", "left_out"), [(5000, 0), (5001, 1), (5003, 3)])
def test_texts_beyond_the_limit_are_counted(length: int, left_out: int) -> None:
    found, ignored = read("texts", ["a"] * length)
    assert (len(found), ignored) == (5000, left_out)


@pytest.mark.parametrize(("length", "found"), [(5000, 5000), (5001, 5000)])
def test_objects_up_to_the_limit(length: int, found: int) -> None:
    assert len(list(objects([{}] * length, Counter()))) == found


def test_what_is_no_object_is_counted_each_time() -> None:
    ignored: Counter[str] = Counter()
    assert [one.text("name") for one in objects([1, {"name": "a"}, "b"], ignored)] == ["a"]
    assert ignored == {"answer": 2}
    assert list(Fields({"list": {}}, ignored).children("list")) == []
    assert ignored == {"answer": 2, "list": 1}
