"""Programmes as JSON: what is written comes back, and nothing else is taken for one."""

from dataclasses import fields, replace
import json

from hypothesis import given
import pytest

from downlink.limits import MAX_LIST_ITEMS, MAX_TEXT_CHARS
from downlink.models import Credit, Programme, Role, Source
from downlink.publish.programme_json import programme_from_json, programme_to_json

from ..samples import HOUR, NOON
from ..strategies import programmes

BARE = Programme(start=NOON, stop=NOON + HOUR, title="Trigun")
FULL = Programme(
    start=NOON,
    stop=NOON + HOUR,
    title="Trigun",
    episode_title="The $$60,000,000,000 Man",
    description="Where is he?\n\nHere.",
    season=1,
    episode=1,
    aired="19980401",
    categories=("Animation", "Series"),
    block="Toonami",
    rating="TV-14",
    rating_system="VCHIP",
    stars=8.2,
    image="https://images.example.com/1.png",
    credits=(Credit(Role.DIRECTOR, "Satoshi Nishimura"), Credit(Role.WRITER, "Yasuhiro Nightow")),
    is_rerun=True,
    first_shown="1998",
    is_premiere=True,
    is_new=True,
    source=Source.MEDIA,
)


def test_sample_has_everything() -> None:
    """A field that is added to `Programme` has to be added there, and comes back then."""
    assert [one.name for one in fields(FULL) if getattr(FULL, one.name) == one.default] == []


def test_what_is_absent_is_left_out() -> None:
    assert programme_to_json(BARE) == '{"title":"Trigun"}'


@pytest.mark.parametrize("programme", [BARE, FULL], ids=["bare", "full"])
def test_comes_back(programme: Programme) -> None:
    assert programme_from_json(programme_to_json(programme), NOON, NOON + HOUR) == programme


@given(programmes())
def test_anything_comes_back(programme: Programme) -> None:
    text = programme_to_json(programme)
    again = programme_from_json(text.encode(), NOON, NOON + HOUR)
    assert again == replace(programme, start=NOON, stop=NOON + HOUR)
    assert programme_to_json(again) == text


def test_its_times_are_not_in_it() -> None:
    later = replace(FULL, start=NOON + HOUR, stop=NOON + 2 * HOUR)
    assert programme_to_json(later) == programme_to_json(FULL)


def test_what_only_a_later_version_knows() -> None:
    text = json.dumps({"title": "Trigun", "smell": ["gunpowder"]})
    assert programme_from_json(text, NOON, NOON + HOUR) == BARE


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "null", "[]", "3", '"Trigun"', "{}", '{"title":""}', '{"title":3}'),
        "[" * 100_000,
        *(
            json.dumps({"title": "Trigun", name: value})
            for name, value in (
                ("description", ["a"]),
                ("season", "1"),
                ("season", True),
                ("season", 1.5),
                ("stars", "8"),
                ("stars", True),
                ("is_new", 1),
                ("categories", "Series"),
                ("categories", [1]),
                ("categories", ["a"] * (MAX_LIST_ITEMS + 1)),
                ("credits", [["director"]]),
                ("credits", [["director", 1]]),
                ("credits", [["nobody", "A"]]),
                ("credits", ["ab"]),
                ("credits", [["director", "A"]] * (MAX_LIST_ITEMS + 1)),
                ("source", "rumour"),
                ("description", "a" * (MAX_TEXT_CHARS + 1)),
            )
        ),
    ],
    ids=lambda text: text[:40],
)
def test_anything_else_is_no_programme(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each of them
        programme_from_json(text, NOON, NOON + HOUR)


def test_limits_are_just_met() -> None:
    full = replace(
        BARE,
        description="a" * MAX_TEXT_CHARS,
        categories=("a",) * MAX_LIST_ITEMS,
        credits=(Credit(Role.ACTOR, "A"),) * MAX_LIST_ITEMS,
    )
    assert programme_from_json(programme_to_json(full), NOON, NOON + HOUR) == full


def test_a_list_of_one_and_one_of_none() -> None:
    samples: list[dict[str, object]] = [
        {"categories": ["a"]},
        {"categories": []},
        {"credits": [["actor", "A"]]},
    ]
    for values in samples:
        text = json.dumps({"title": "Trigun", **values})
        again = programme_to_json(programme_from_json(text, NOON, NOON + HOUR))
        assert json.loads(again) == {"title": "Trigun", **{k: v for k, v in values.items() if v}}


@pytest.mark.parametrize("name", ["title", "episode_title", "block", "image"])
def test_the_longest_text_of_each_kind(name: str) -> None:
    longest = {"title": "Trigun", name: "a" * MAX_TEXT_CHARS}
    programme = programme_from_json(json.dumps(longest), NOON, NOON + HOUR)
    assert getattr(programme, name) == longest[name]
    with pytest.raises(ValueError, match="too long"):
        programme_from_json(json.dumps({**longest, name: f"{longest[name]}a"}), NOON, NOON + HOUR)


def test_text_is_written_as_it_is_and_in_one_order() -> None:
    one = replace(BARE, title="Pokémon", season=1, block="Toonami")
    assert programme_to_json(one) == '{"block":"Toonami","season":1,"title":"Pokémon"}'


def test_whole_stars_are_a_number() -> None:
    text = json.dumps({"title": "Trigun", "stars": 8})
    assert programme_from_json(text, NOON, NOON + HOUR).stars == 8.0
