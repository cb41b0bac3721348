"""What is read of a house: all of it as it was written, or nothing."""

from collections.abc import Callable
import copy
from dataclasses import replace
import json
from typing import Any, Final

import pytest
import voluptuous as vol

from custom_components.toonami_downlink import config_flow
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind, make_follow
from custom_components.toonami_downlink.engine.downlink.house_file import (
    FileRefusal,
    HouseFileError,
    Section,
)
from custom_components.toonami_downlink.engine.downlink.limits import MAX_RECORDINGS
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.passes import MAX_PASSES
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import Aired
from custom_components.toonami_downlink.moving import aired as moving_aired
from custom_components.toonami_downlink.moving.content import (
    House,
    MovedPass,
    read_house,
    sections_of,
)
from custom_components.toonami_downlink.moving.options import KNOWN, read_options
from custom_components.toonami_downlink.storage.followed import Followed
from custom_components.toonami_downlink.storage.recorded import Recorded
from custom_components.toonami_downlink.storage.settings import Settings

from .factories import NOON, SLOT
from .recorded import make_recording
from .test_storage_recorded import HOLED, RULE

CODES: Final = ("k7f3qx9m", "m4cdyx7q")
SETS: Final = tuple(
    {"feed_token": letter * 43, "username": f"toonami{letter * 6}", "password": letter * 20}
    for letter in "ab"
)
HOUSE: Final = House(
    tuner="01JABCDEF",
    secrets={
        "home": {"current": SETS[0], "previous": ["0" * 64]},
        "passes": {
            "passes": {"kids": SETS[1]},
            "codes": {"home": CODES[0], "kids": CODES[1]},
            "previous": [],
        },
    },
    passes=(MovedPass(identity="kids", title="The kids", data={"channels": ["toonami_west"]}),),
    options={"guide_days": 3, "notify": ["notify.phone"], "watch_on": None},
    numbers={"other_late": 12},
    followed=Followed(follows=(make_follow(FollowKind.WORDS, "outlaw", None, NOON),)),
    announced={},
    recorded=Recorded(rules=(RULE,), recordings=(HOLED,), next_number=7),
    aired=tuple(
        Aired(channel, Programme(start=NOON + start, stop=NOON + start + SLOT, title=title), flag)
        for channel, start, title, flag in (
            ("toonami_east", SLOT * 0, "Trigun", True),
            ("toonami_west", SLOT * 1, "Trigun", False),
            ("toonami_east", SLOT * 2, "Bebop", False),
        )
    ),
)


def sections() -> dict[str, Any]:
    """Return the sections as they come out of a file."""
    found: dict[str, Any] = json.loads(json.dumps(dict(sections_of(HOUSE))))
    return found


def refusal(found: dict[str, Any] | list[Section]) -> FileRefusal:
    items = found.items() if isinstance(found, dict) else found
    with pytest.raises(HouseFileError) as caught:
        read_house(items)
    return caught.value.refusal


def test_round_trip() -> None:
    assert read_house(sections().items()) == HOUSE


def test_lists_come_in_pieces() -> None:
    recordings = tuple(
        make_recording(identity=f"{number:016x}", number=number) for number in range(1, 1000)
    )
    many = House(
        **{
            **{name: getattr(HOUSE, name) for name in House.__slots__},
            "recorded": Recorded(recordings=recordings, next_number=1000),
        }
    )
    found = list(sections_of(many))
    assert sum(name == "recordings" for name, _ in found) > 1
    assert read_house(found) == many


def place(found: dict[str, Any], *path: Any) -> Callable[[Any], None]:
    """Return what sets the value at a place in the sections."""

    def put(value: Any) -> None:
        part: Any = found
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value

    return put


STRANGE: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    1.5,
    "",
    "x",
    [],
    [None],
    {},
    {"x": {}},
    float("inf"),
)
PLACES: Final[tuple[tuple[Any, ...], ...]] = (
    ("house",),
    ("house", "tuner"),
    ("secrets",),
    ("secrets", "home"),
    ("secrets", "home", "current"),
    ("secrets", "home", "current", "feed_token"),
    ("secrets", "home", "current", "username"),
    ("secrets", "home", "current", "password"),
    ("secrets", "home", "previous"),
    ("secrets", "passes"),
    ("secrets", "passes", "passes"),
    ("secrets", "passes", "passes", "kids"),
    ("secrets", "passes", "passes", "kids", "password"),
    ("secrets", "passes", "codes"),
    ("secrets", "passes", "codes", "kids"),
    ("passes", 0),
    ("passes", 0, "id"),
    ("passes", 0, "title"),
    ("passes", 0, "data"),
    ("passes", 0, "data", "channels"),
    ("passes", 0, "data", "is_enabled"),
    ("options",),
    ("options", "guide_days"),
    ("options", "notify"),
    ("options", "schedule"),
    ("numbers",),
    ("numbers", "other_late"),
    ("follows",),
    ("follows", "follows"),
    ("follows", "follows", 0),
    ("rules", 0),
    ("rules", 0, "kind"),
    ("recordings", 0),
    ("recordings", 0, "file"),
    ("next_number",),
    ("announced",),
    ("shows",),
    ("shows", 0),
    ("airings", 0),
    ("airings", 0, 0),
    ("airings", 0, 1),
    ("airings", 0, 2),
    ("airings", 0, 3),
    ("airings", 0, 4),
)
FINE: Final[dict[tuple[Any, ...], tuple[Any, ...]]] = {
    # What is empty is a house without it.
    ("house", "tuner"): ("x",),
    ("secrets", "home", "previous"): ([],),
    ("passes", 0, "title"): ("x",),
    ("passes", 0, "data"): ({}, {"x": {}}),
    ("passes", 0, "data", "channels"): ([], ["x"]),
    ("passes", 0, "data", "is_enabled"): (True,),
    ("options",): ({}, {"x": {}}),
    ("options", "guide_days"): (True, 1.5),
    ("options", "notify"): ([],),
    ("numbers",): ({},),
    ("follows",): ({},),
    ("follows", "follows"): ([],),
    ("recordings", 0, "file"): (None,),
    ("announced",): ([],),
    ("airings", 0, 0): ("x",),
}


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_strange_values(path: tuple[Any, ...]) -> None:
    fine = [repr(value) for value in FINE.get(path, ())]
    for value in STRANGE:
        found = sections()
        found.setdefault("announced", [])
        place(found, *path)(copy.deepcopy(value))
        try:
            read_house(found.items())
        except HouseFileError:
            assert repr(value) not in fine
        else:
            assert repr(value) in fine


def test_nothing_may_be_missing() -> None:
    for name in sections():
        found = sections()
        del found[name]
        empty = name in {"house", "secrets"}
        if name in {"passes", "rules", "recordings", "shows", "airings"}:
            continue
        assert refusal(found) is (FileRefusal.EMPTY if empty else FileRefusal.DAMAGED)
    assert refusal([]) is FileRefusal.EMPTY


def test_nothing_may_be_there_twice() -> None:
    assert refusal([*sections().items(), ("options", {})]) is FileRefusal.DAMAGED


def test_passes_to_the_limit() -> None:
    for count in (MAX_PASSES, MAX_PASSES + 1):
        found = sections()
        names = [f"a{number}" for number in range(count)]
        found["passes"] = [{"id": name, "title": name, "data": {}} for name in names]
        letters = "cdefghijklmnopqrstuvwxyzABCDEFGHIJ"
        found["secrets"]["passes"]["passes"] = {
            name: {
                "feed_token": letter * 43,
                "username": f"toonami{index:06}",
                "password": letter * 20,
            }
            for index, (name, letter) in enumerate(zip(names, letters, strict=False))
        }
        alphabet = "acdefghjkmnpqrtwxy34679"
        found["secrets"]["passes"]["codes"] = {
            name: alphabet[index % 23] * 7 + alphabet[index // 23]
            for index, name in enumerate(["home", *names])
        }
        if count <= MAX_PASSES:
            assert len(read_house(found.items()).passes) == count
        else:
            assert refusal(found) is FileRefusal.TOO_MANY_PASSES


def test_too_many_recordings() -> None:
    found = sections()
    found["recordings"] = found["recordings"] * (MAX_RECORDINGS + 1)
    assert refusal(found) is FileRefusal.DAMAGED


def test_what_was_on_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving_aired, "MAX_AIRINGS", 3)
    assert read_house(sections_of(HOUSE)) == HOUSE
    found = sections()
    monkeypatch.setattr(moving_aired, "MAX_AIRINGS", 2)
    assert refusal(found) is FileRefusal.DAMAGED
    # The oldest stays behind.
    assert read_house(sections_of(HOUSE)).aired == HOUSE.aired[1:]


def test_what_was_on_and_has_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 3 * 64 + sum(len(json.dumps(text)) + 1 for text in sections()["shows"])
    monkeypatch.setattr(moving_aired, "MAX_BYTES", size)
    assert read_house(sections_of(HOUSE)) == HOUSE
    monkeypatch.setattr(moving_aired, "MAX_BYTES", size - 1)
    assert read_house(sections_of(HOUSE)).aired == HOUSE.aired[1:]


def test_what_was_on_in_other_letters_takes_the_room_that_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moving_aired, "MAX_BYTES", 10_000)
    one = HOUSE.aired[0]
    many = [
        one._replace(programme=replace(one.programme, title=f"{number}{'я' * 500}"))
        for number in range(20)
    ]
    found = list(moving_aired.sections_of_aired(many))
    assert len(dict(found)["airings"]) == 3
    assert len(json.dumps(found)) <= 10_000


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [rows[0], rows[0]],
        lambda rows: rows[::-1],
        lambda rows: [*rows[:2], [*rows[2][:1], rows[2][1] - 1801, *rows[2][2:]]],
        lambda rows: [[*rows[0][:4], 2]],
        lambda rows: [[*rows[0], 1]],
        lambda rows: [rows[0][:4]],
        lambda rows: [[rows[0][0], rows[0][2], rows[0][1], *rows[0][3:]]],
        lambda rows: [[rows[0][0], 2**33, 2**33 + 1, *rows[0][3:]]],
        lambda rows: rows[:1],
    ],
)
def test_what_cannot_have_been_on(change: Callable[[list[Any]], list[Any]]) -> None:
    found = sections()
    found["airings"] = change(found["airings"])
    assert refusal(found) is FileRefusal.DAMAGED


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("home", FileRefusal.DUPLICATE),
        ("recording", FileRefusal.DUPLICATE),
        ("../x", FileRefusal.DAMAGED),
        ("a" * 65, FileRefusal.DAMAGED),
    ],
)
def test_identities(identity: str, expected: FileRefusal) -> None:
    found = sections()
    found["passes"][0]["id"] = identity
    assert refusal(found) is expected


def test_every_option_is_known() -> None:
    def names(schema: vol.Schema) -> set[str]:
        found: set[str] = set()
        for key, value in schema.schema.items():
            inner = getattr(value, "schema", None)
            found |= names(inner) if isinstance(inner, vol.Schema) else {str(key)}
        return found

    schema = config_flow._options_schema(Settings.from_mappings({}, {}))  # noqa: SLF001
    assert names(schema) == KNOWN


@pytest.mark.parametrize(
    ("options", "is_right"),
    [
        ({"guide_days": 1}, True),
        ({"guide_days": 14.0}, True),
        ({"guide_days": 0}, False),
        ({"guide_days": 15}, False),
        ({"guide_days": float("nan")}, False),
        ({"guide_days": float("inf")}, False),
        ({"guide_days": 10**400}, False),
        ({"schedule": "0 3 * * *"}, True),
        ({"schedule": "never"}, False),
        ({"schedule": "0 3 * * *" + " " * 192}, False),
        ({"stream_links": "relay"}, True),
        ({"stream_links": "elsewhere"}, False),
        ({"notify": ["a"] * 20}, True),
        ({"notify": ["a"] * 21}, False),
        ({"notify": "a"}, False),
        ({"recordings_folder": "/" + "x" * 1023}, True),
        ({"recordings_folder": "/" + "x" * 1024}, False),
        ({"max_channels": 33}, False),
        ({"hdhomerun": 1}, False),
        ({"of_a_later_version": [1]}, True),
    ],
    ids=lambda value: str(value)[:40],
)
def test_options(options: dict[str, Any], is_right: bool) -> None:
    if is_right:
        assert read_options(options) == {
            key: value for key, value in options.items() if key in KNOWN
        }
    else:
        with pytest.raises(ValueError, match="option"):
            read_options(options)
