"""The file of a house: what is sealed comes back, and nothing else does."""

from collections.abc import Callable
import hashlib
import json
from typing import Any
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
import pytest

from downlink import house_file
from downlink.house_file import (
    FORMAT,
    MAX_DEPTH,
    MAX_LINE_BYTES,
    MAX_PASSPHRASE,
    MIN_PASSPHRASE,
    FileRefusal,
    HouseFileError,
    Section,
    batches,
    seal,
    unseal,
)

PHRASE = "correct horse battery"
SECTIONS: tuple[Section, ...] = (
    ("house", {"tuner": "home"}),
    ("follows", [["a", 1, None, True, 1.5], "é\ufdfa\ud800"]),
    ("options", {}),
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys at the lowest cost that is allowed."""
    monkeypatch.setattr(house_file, "_COST", 2**14)


def refusal(file: bytes, phrase: str = PHRASE) -> FileRefusal:
    with pytest.raises(HouseFileError) as caught:
        unseal(file, phrase)
    return caught.value.refusal


def sign(whole: bytes) -> bytes:
    return whole + hashlib.sha256(whole).digest()


def with_head(**changes: Any) -> bytes:
    """Return a file with another head, and the right checksum."""
    file = seal(SECTIONS, PHRASE)
    line, _, rest = file[:-32].partition(b"\n")
    head = {key: value for key, value in {**json.loads(line), **changes}.items() if value != ()}
    return sign(json.dumps(head, separators=(",", ":")).encode() + b"\n" + rest)


def with_content(content: bytes, *, is_packed: bool = False) -> bytes:
    """Seal what no export would, as somebody who knows the passphrase can."""
    salt, nonce = b"s" * 16, b"n" * 12
    head = house_file._head(salt, nonce)  # noqa: SLF001
    key = house_file._key(PHRASE, salt, 2**14)  # noqa: SLF001
    cipher = AESGCM(key)
    return sign(
        head + cipher.encrypt(nonce, content if is_packed else zlib.compress(content), head)
    )


def line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def written(section: Section) -> bytes:
    """Write a section as short as an export does."""
    return json.dumps(section, separators=(",", ":")).encode() + b"\n"


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


# What comes back


def test_round_trip() -> None:
    file = seal(SECTIONS, PHRASE)
    assert unseal(file, PHRASE) == SECTIONS
    assert json.loads(file.partition(b"\n")[0])["format"] == FORMAT


def test_nothing_of_it_can_be_read() -> None:
    file = seal([("secrets", {"password": "pW7xK2mQ9vL4nT8bR3zC"})], PHRASE)
    assert b"pW7xK2mQ9vL4nT8bR3zC" not in file
    assert b"secrets" not in file
    assert file != seal([("secrets", {"password": "pW7xK2mQ9vL4nT8bR3zC"})], PHRASE)


def test_a_passphrase_from_another_keyboard() -> None:
    file = seal(SECTIONS, "caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait")
    assert unseal(file, "cafe\N{COMBINING ACUTE ACCENT} au lait") == SECTIONS


def test_every_cost_that_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for cost in (2**14, 2**15, 2**16):
        monkeypatch.setattr(house_file, "_COST", cost)
        file = seal(SECTIONS, PHRASE)
        monkeypatch.setattr(house_file, "_COST", 2**15)
        assert unseal(file, PHRASE) == SECTIONS


# Passphrases


@pytest.mark.parametrize("length", [MIN_PASSPHRASE, MAX_PASSPHRASE])
def test_a_passphrase_that_is_long_enough(length: int) -> None:
    assert unseal(seal(SECTIONS, "x" * length), "x" * length) == SECTIONS


@pytest.mark.parametrize("length", [0, MIN_PASSPHRASE - 1, MAX_PASSPHRASE + 1])
def test_a_passphrase_that_is_not(length: int) -> None:
    with pytest.raises(HouseFileError) as caught:
        seal(SECTIONS, "x" * length)
    assert caught.value.refusal is FileRefusal.BAD_KEY
    assert refusal(seal(SECTIONS, PHRASE), "x" * length) is FileRefusal.WRONG_KEY


def test_a_wrong_passphrase() -> None:
    assert refusal(seal(SECTIONS, PHRASE), f"{PHRASE}!") is FileRefusal.WRONG_KEY


# Files that are none, or not whole


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b"", FileRefusal.EMPTY),
        (b"\n", FileRefusal.NOT_OURS),
        (b"{}", FileRefusal.NOT_OURS),
        (b"{}\n", FileRefusal.NOT_OURS),
        (b"null\n" + b"x" * 100, FileRefusal.NOT_OURS),
        (b"[" * 1000 + b"\n", FileRefusal.NOT_OURS),
        (b"\xff\xfe\n", FileRefusal.NOT_OURS),
        (b"PK\x03\x04" + b"\0" * 2000, FileRefusal.NOT_OURS),
        (b'{"format":"somebody.else","version":1}\n', FileRefusal.NOT_OURS),
        (b'{"format":"toonami_downlink.house","version":2}\n', FileRefusal.NEWER),
        (b'{"format":"toonami_downlink.house","version":true}\n', FileRefusal.DAMAGED),
        (b'{"format":"toonami_downlink.house"}\n', FileRefusal.DAMAGED),
    ],
)
def test_what_is_no_file_of_ours(file: bytes, expected: FileRefusal) -> None:
    assert refusal(file) is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": "1"},
        {"kdf": "pbkdf2"},
        {"cipher": "none"},
        {"n": 2**13},
        {"n": 2**17},
        {"n": 2**62},
        {"n": 2.0**14},
        {"n": True},
        {"n": None},
        {"r": 1024},
        {"r": True},
        {"p": 1024},
        {"salt": ""},
        {"salt": 7},
        {"salt": "x" * 24},
        {"salt": "AAAAAAAAAAAAAAAAAAAAAAAA"},
        {"nonce": None},
        {"nonce": "AAAA"},
        {"nonce": ()},
        {"extra": 1},
    ],
    ids=str,
)
def test_what_a_head_may_not_ask_for(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """It is refused before a key is made, which is what takes memory and time."""
    file = with_head(**changes)

    def never(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(house_file, "_key", never)
    assert refusal(file) is FileRefusal.DAMAGED


def test_a_head_is_no_longer_than_it_has_to_be() -> None:
    assert refusal(with_head(extra="x" * 2000)) is FileRefusal.NOT_OURS


def test_another_head_is_noticed() -> None:
    """Also one that is allowed, and has the right checksum."""
    assert refusal(with_head(n=2**15)) is FileRefusal.WRONG_KEY


def cut(file: bytes) -> list[bytes]:
    return [file[:-1], file[:-32], file[:-33], file[: file.index(b"\n") + 1]]


def changed(file: bytes) -> list[bytes]:
    places = (file.index(b"\n") + 1, len(file) // 2, len(file) - 33, len(file) - 1)
    return [file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :] for at in places]


@pytest.mark.parametrize("harm", [cut, changed, lambda file: [file + b"x", file + b"\n"]])
def test_damage(harm: Callable[[bytes], list[bytes]]) -> None:
    for file in harm(seal(SECTIONS, PHRASE)):
        assert refusal(file) is FileRefusal.DAMAGED


def test_who_makes_a_checksum_anew_does_not_get_in() -> None:
    file = bytearray(seal(SECTIONS, PHRASE)[:-32])
    file[-1] ^= 1
    assert refusal(sign(bytes(file))) is FileRefusal.WRONG_KEY


# Size, depth and count


def test_the_largest_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = seal(SECTIONS, PHRASE)
    monkeypatch.setattr(house_file, "MAX_FILE_BYTES", len(file))
    assert unseal(file, PHRASE) == SECTIONS
    assert len(seal(SECTIONS, PHRASE)) == len(file)
    monkeypatch.setattr(house_file, "MAX_FILE_BYTES", len(file) - 1)
    assert refusal(file) is FileRefusal.TOO_LARGE
    with pytest.raises(HouseFileError) as caught:
        seal(SECTIONS, PHRASE)
    assert caught.value.refusal is FileRefusal.TOO_LARGE


def test_the_longest_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may become a large one: no more of it is unpacked than there may be."""
    content = b"".join(line(section) for section in SECTIONS)
    size = sum(len(written(section)) for section in SECTIONS)
    file = with_content(content)
    monkeypatch.setattr(house_file, "MAX_CONTENT_BYTES", len(content))
    assert unseal(file, PHRASE) == SECTIONS
    monkeypatch.setattr(house_file, "MAX_CONTENT_BYTES", len(content) - 1)
    assert refusal(file) is FileRefusal.TOO_LARGE
    monkeypatch.setattr(house_file, "MAX_CONTENT_BYTES", size)
    assert seal(SECTIONS, PHRASE)
    monkeypatch.setattr(house_file, "MAX_CONTENT_BYTES", size - 1)
    with pytest.raises(HouseFileError) as caught:
        seal(SECTIONS, PHRASE)
    assert caught.value.refusal is FileRefusal.TOO_LARGE


def test_the_longest_line() -> None:
    longest = ("a", "x" * (MAX_LINE_BYTES - len('["a",""]\n')))
    file = seal([longest, longest], PHRASE)
    assert unseal(file, PHRASE) == (longest, longest)
    too_long = ("a", f"{longest[1]}x")
    with pytest.raises(HouseFileError) as caught:
        seal([too_long], PHRASE)
    assert caught.value.refusal is FileRefusal.TOO_LARGE
    assert refusal(with_content(written(too_long))) is FileRefusal.DAMAGED


def test_depth() -> None:
    assert unseal(with_content(line(["a", nested(MAX_DEPTH - 1)])), PHRASE)
    assert refusal(with_content(line(["a", nested(MAX_DEPTH)]))) is FileRefusal.DAMAGED
    assert refusal(with_content(line({"a": nested(MAX_DEPTH)}))) is FileRefusal.DAMAGED
    assert refusal(with_content(b"[" * 200_000 + b"\n")) is FileRefusal.DAMAGED


@pytest.mark.parametrize(
    "content",
    [
        b"{}\n",
        b"[]\n",
        b'["a"]\n',
        b'["a",1,2]\n',
        b"[1,2]\n",
        b"\n",
        b"null\n",
        b'["a",1]',
        b'["a",1]\n["b"\n',
        b'["a",1]\n\xff\n',
        b'["a",' + b"9" * 5000 + b"]\n",
    ],
)
def test_lines_that_are_no_sections(content: bytes) -> None:
    assert refusal(with_content(content)) is FileRefusal.DAMAGED


def test_a_stub() -> None:
    """Others' exports have held nothing, and erased everything when they were imported."""
    assert refusal(with_content(b"")) is FileRefusal.EMPTY
    assert refusal(seal([], PHRASE)) is FileRefusal.EMPTY


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no zlib",
        zlib.compress(line(["a", 1]))[:-1],
        zlib.compress(line(["a", 1])) + b"x",
    ],
)
def test_content_that_is_not_packed_rightly(packed: bytes) -> None:
    assert refusal(with_content(packed, is_packed=True)) is FileRefusal.DAMAGED


# Lists


def test_batches() -> None:
    items = [{"x": "y" * 90}] * 25
    shared = list(batches(items, 1000))
    assert [item for batch in shared for item in batch] == items
    assert all(len(json.dumps(batch, separators=(",", ":"))) <= 1001 for batch in shared)
    assert len(shared) == 3
    assert list(batches([])) == []
    assert list(batches(["x" * 2000, "y"], 1000)) == [["x" * 2000], ["y"]]
