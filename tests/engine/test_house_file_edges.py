"""The file of a house at its edges: lists that are shared out, and what is refused first."""

import json

import pytest

from downlink import house_file
from downlink.house_file import (
    MAX_LINE_BYTES,
    FileRefusal,
    HouseFileError,
    batches,
    seal,
    unseal,
)

from .test_house_file import PHRASE, SECTIONS, refusal, with_head

QUARTER = MAX_LINE_BYTES // 4


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_file, "_COST", 2**14)


@pytest.mark.parametrize(("size", "shared"), [(0, [4, 4, 1]), (1, [3, 3, 3])])
def test_a_batch_is_a_quarter_of_a_line(size: int, shared: list[int]) -> None:
    # With its quotes and a comma, the shorter one is a quarter of a batch to the byte.
    item = "x" * (QUARTER // 4 - 3 + size)
    assert [len(batch) for batch in batches([item] * 9)] == shared


def test_a_large_item_is_alone_between_small_ones() -> None:
    assert list(batches(["a", "b", "x" * 9, "c", "d"], 8)) == [["a", "b"], ["x" * 9], ["c", "d"]]


def test_a_file_is_empty_before_it_is_anything_else() -> None:
    assert refusal(b"", "x") is FileRefusal.EMPTY


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"version": 0}, FileRefusal.DAMAGED),
        ({"version": 2}, FileRefusal.NEWER),
        ({"n": 2**13}, FileRefusal.DAMAGED),
        ({"n": 2**17}, FileRefusal.DAMAGED),
        ({"format": "other"}, FileRefusal.NOT_OURS),
        ({"more": 1}, FileRefusal.DAMAGED),
    ],
)
def test_a_head_with_another_value(changes: dict[str, object], expected: FileRefusal) -> None:
    assert refusal(with_head(**changes)) is expected


def test_what_is_sealed_is_what_the_head_promises() -> None:
    head = json.loads(seal(SECTIONS, PHRASE).partition(b"\n")[0])
    assert head.keys() == {
        *("format", "version", "kdf", "n", "r", "p", "salt", "cipher", "nonce"),
    }
    assert (head["kdf"], head["r"], head["p"], head["cipher"]) == ("scrypt", 8, 1, "aes-256-gcm")
    assert (head["format"], head["version"]) == ("toonami_downlink.house", 1)
    assert (len(head["salt"]), len(head["nonce"])) == (24, 16)


def test_cost_of_a_key_is_half_of_what_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    head = json.loads(seal(SECTIONS, PHRASE).partition(b"\n")[0])
    assert head["n"] == 32_768


def test_the_same_twice_is_sealed_differently() -> None:
    one, two = seal(SECTIONS, PHRASE), seal(SECTIONS, PHRASE)
    assert one.partition(b"\n")[0] != two.partition(b"\n")[0]
    assert unseal(one, PHRASE) == unseal(two, PHRASE) == SECTIONS


def test_sections_are_counted_together() -> None:
    """The limit is of all lines and not of the last one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house_file, "MAX_CONTENT_BYTES", 2 * len(b'["a",1]\n'))
        assert seal([("a", 1), ("b", 2)], PHRASE)
        with pytest.raises(HouseFileError) as caught:
            seal([("a", 1), ("b", 2), ("c", 3)], PHRASE)
    assert caught.value.refusal is FileRefusal.TOO_LARGE
    assert str(caught.value) == "too_large"
