"""Values of upstream, right and wrong."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from downlink.provider.fields import Fields, objects, whole

MOMENT = datetime(2026, 7, 3, 16, 47, 5, tzinfo=UTC)


def read(method: str, value: Any) -> tuple[Any, int]:
    """The value that a method gives, and how often it counted it as being of no use."""
    ignored: Counter[str] = Counter()
    found = getattr(Fields({"key": value}, ignored), method)("key")
    return found, ignored["key"]


@pytest.mark.parametrize(
    ("method", "value", "expected"),
    [
        pytest.param("text", "  Men in\n Black ", ("Men in Black", 0), id="text"),
        pytest.param("text", "", (None, 0), id="empty text"),
        pytest.param("text", " \t", (None, 0), id="blank text"),
        pytest.param("text", None, (None, 0), id="no text"),
        pytest.param("text", 5, (None, 1), id="number for a text"),
        pytest.param("text", "a\x00b\ud800", ("ab", 0), id="text that XML forbids"),
        pytest.param("prose", "One.\r\nTwo.", ("One.\nTwo.", 0), id="prose"),
        pytest.param("prose", "", (None, 0), id="empty prose"),
        pytest.param("prose", ["One."], (None, 1), id="list for prose"),
        pytest.param("number", 22, (22, 0), id="number"),
        pytest.param("number", "22", (22, 0), id="number as text"),
        pytest.param("number", 22.0, (22, 0), id="number with a point"),
        pytest.param("number", 0, (None, 0), id="zero"),
        pytest.param("number", -1, (None, 1), id="negative"),
        pytest.param("number", 1.5, (None, 1), id="half"),
        pytest.param("number", float("nan"), (None, 1), id="not a number"),
        pytest.param("number", True, (None, 1), id="true for a number"),
        pytest.param("number", "9" * 5000, (None, 1), id="endless digits"),
        pytest.param("number", 10**6, (None, 1), id="huge"),
        pytest.param("number", "x", (None, 1), id="word for a number"),
        pytest.param("number", None, (None, 0), id="no number"),
        pytest.param("decimal", 7.5, (7.5, 0), id="decimal"),
        pytest.param("decimal", 8, (8.0, 0), id="whole decimal"),
        pytest.param("decimal", float("inf"), (None, 1), id="endless"),
        pytest.param("decimal", -0.5, (None, 1), id="below zero"),
        pytest.param("decimal", "7.5", (None, 1), id="decimal as text"),
        pytest.param("decimal", False, (None, 1), id="false for a decimal"),
        pytest.param("flag", True, (True, 0), id="flag"),
        pytest.param("flag", 1, (None, 1), id="number for a flag"),
        pytest.param("time", "2026-07-03T16:47:05.546Z", (MOMENT, 0), id="time"),
        pytest.param("time", "2026-07-03T12:47:05-04:00", (MOMENT, 0), id="time elsewhere"),
        pytest.param("time", "2026-07-03T16:47:05", (MOMENT, 0), id="time without a zone"),
        pytest.param("time", "", (None, 1), id="empty time"),
        pytest.param("time", "yesterday", (None, 1), id="word for a time"),
        pytest.param("time", 1783097225, (None, 1), id="number for a time"),
        pytest.param("time", "9999-12-31T23:59:59-14:00", (None, 1), id="after the end of time"),
        pytest.param("time", None, (None, 0), id="no time"),
        pytest.param("address", "https://a.example/x@y,z.jpg", ("https://a.example/x@y,z.jpg", 0)),
        pytest.param("address", "ftp://a.example/x.jpg", (None, 1), id="other scheme"),
        pytest.param("address", "", (None, 0), id="empty address"),
        pytest.param("texts", [" a ", "", "b"], (["a", "b"], 0), id="texts"),
        pytest.param("texts", ["a", 1, None], (["a"], 2), id="numbers among texts"),
        pytest.param("texts", "a", ([], 1), id="text for texts"),
        pytest.param("texts", None, ([], 0), id="no texts"),
    ],
)
def test_values(method: str, value: Any, expected: tuple[Any, int]) -> None:
    assert read(method, value) == expected


def test_objects_inside() -> None:
    ignored: Counter[str] = Counter()
    fields = Fields({"info": {"name": "a"}, "list": [{"name": "b"}, 7], "bad": 3}, ignored)
    assert fields.child("info").text("name") == "a"
    assert [child.text("name") for child in fields.children("list")] == ["b"]
    assert list(fields.children("nothing")) == []
    assert fields.child("bad").text("name") is None
    assert ignored == {"list": 1, "bad": 1}


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        pytest.param([{}, {}], 2, id="objects"),
        pytest.param([{}, "html", None], 1, id="mixed"),
        pytest.param({"a": {}}, 0, id="object"),
        pytest.param(None, 0, id="nothing"),
        pytest.param([{}] * 6000, 5000, id="too many"),
    ],
)
def test_list_of_objects(answer: Any, count: int) -> None:
    assert sum(1 for _ in objects(answer, Counter())) == count


def test_whole_answer() -> None:
    ignored: Counter[str] = Counter()
    assert whole({"name": "a"}, ignored).text("name") == "a"
    assert whole([1], ignored).text("name") is None
    assert ignored == {"answer": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    "method", ["text", "prose", "number", "decimal", "flag", "time", "address", "texts", "child"]
)
@given(value=JSON)
def test_nothing_is_too_wrong(method: str, value: Any) -> None:
    reader: Callable[[str], Any] = getattr(Fields({"key": value}, Counter()), method)
    reader("key")
