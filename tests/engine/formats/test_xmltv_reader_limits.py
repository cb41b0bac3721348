"""The XMLTV reader on texts that are too long, or that nobody could publish."""

import pytest

from downlink.errors import FeedError
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.limits import MAX_LIST_ITEMS, MAX_TEXT_CHARS, MAX_TITLE_CHARS, MAX_VALUE_CHARS, MIB
from downlink.models import Fix

from .reading import START, parse, programme


@pytest.mark.parametrize("of_channel", [True, False])
def test_ids_over_their_limit_are_none(of_channel: bool) -> None:
    for length in (MAX_VALUE_CHARS, MAX_VALUE_CHARS + 1):
        name = "i" * length
        is_read = length == MAX_VALUE_CHARS
        if of_channel:
            assert (name in parse(f'<channel id="{name}"/>').channels) is is_read
        else:
            parsed = parse(f'<programme start="20261014120000" channel="{name}"/>')
            assert (name in parsed.programmes) is is_read
            assert parsed.flaws == ({} if is_read else {Fix.ORPHAN: 1})


def test_texts_over_their_limits_are_cut() -> None:
    people = "".join(f"<actor>{n}</actor>" for n in range(MAX_LIST_ITEMS + 1))
    genres = "".join(f"<category>{n}</category>" for n in range(MAX_LIST_ITEMS + 1))
    parsed = parse(
        f"{START}<title>{'t' * 501}</title><desc>{'d' * 5001}</desc><credits>{people}</credits>"
        f"{genres}</programme>"
    )
    (found,) = parsed.programmes["1"]
    assert len(found.title) == MAX_TITLE_CHARS
    assert found.description
    assert len(found.description) == MAX_TEXT_CHARS
    assert len(found.credits) == len(found.categories) == MAX_LIST_ITEMS
    assert parsed.flaws == {Fix.TEXT_CUT: 2}


def test_elements_over_all_measure_are_not_read() -> None:
    found = programme("<category>x</category>" * 400 + "<title>late</title>")
    assert found.categories == ("x",)
    assert found.title == ""
    assert programme("<category>x</category>" * 399 + "<title>in time</title>").title == "in time"


@pytest.mark.parametrize(("more", "title"), [("", "t"), (" ", "")])
def test_what_begins_too_late_in_an_element_is_not_read(more: str, title: str) -> None:
    """However many pieces it comes in: each line is one."""
    blanks = " " * 65_534 + more
    assert programme(f"<title>{blanks}\nt</title>").title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(b"a\x01b", "ab", id="control"),
        pytest.param(b"a&#1;b", "ab", id="decimal reference"),
        pytest.param(b"a&#x0b;b", "ab", id="hexadecimal reference"),
        pytest.param(b"a&#xD83D;b", "ab", id="reference to a surrogate"),
        pytest.param(b"a&#57343;b", "ab", id="decimal reference to a surrogate"),
        pytest.param(b"a&#xFFFE;b", "ab", id="reference to a non-character"),
        pytest.param(b"a\xed\xa0\xbdb", "a\ufffd\ufffd\ufffdb", id="surrogate"),
        pytest.param(b"a\xef\xbf\xbeb", "ab", id="non-character"),
        pytest.param(b"a\xc2\x9fb", "ab", id="C1 control"),
        pytest.param(b"Caf\xe9", "Caf\ufffd", id="not UTF-8"),
    ],
)
def test_what_cannot_be_published_is_dropped(text: bytes, title: str) -> None:
    parsed = parse_xmltv(f"<tv>{START}<title>".encode() + text + b"</title></programme></tv>")
    assert parsed.programmes["1"][0].title == title
    assert parsed.flaws[Fix.TEXT_CUT] >= 1


@pytest.mark.parametrize(
    "reference", ["&#9;", "&#x20;", "&#32;", "&#xD7FF;", "&#xE000;", "&#x10FFFD;"]
)
def test_allowed_references_stay(reference: str) -> None:
    parsed = parse(f"{START}<title>a{reference}b</title></programme>")
    assert parsed.flaws == {}
    assert len(parsed.programmes["1"][0].title) == 3


def test_the_replacement_character_is_a_character() -> None:
    parsed = parse(f"{START}<title>a\ufffdb</title></programme>")
    assert parsed.programmes["1"][0].title == "a\ufffdb"
    assert parsed.flaws == {}


@pytest.mark.parametrize(
    ("rest", "flaws"),
    [(" ", {}), ("x", {Fix.MARKUP: 1}), ("x" * (MIB // 4 + 1), {Fix.MARKUP: 1})],
    ids=["blank", "one piece", "two pieces"],
)
def test_what_follows_the_document_is_not_read(rest: str, flaws: dict[Fix, int]) -> None:
    # Documents are read in pieces of that size.
    piece = f"<tv>{START}<title>A</title></programme></tv>".ljust(MIB // 4)
    parsed = parse_xmltv(f"{piece}{rest}".encode())
    assert [one.title for one in parsed.programmes["1"]] == ["A"]
    assert parsed.flaws == flaws


@pytest.mark.parametrize(("blanks", "title"), [(65_534, "la"), (65_535, "l"), (65_536, "")])
def test_of_a_text_in_many_pieces_no_more_is_read_than_of_one(blanks: int, title: str) -> None:
    assert programme(f"<title>{' ' * blanks}late</title>").title == title


@pytest.mark.parametrize("before", ["", "Notice: one\n", "\n\n\n"])
@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("<?xml version='1.0'?>\n<tv>\n</x>\n\n", 3),
        ("<?xml version='1.0' encoding='x'?>\n<tv/>\n\n", 1),
    ],
)
def test_lines_are_those_of_the_file(before: str, document: str, line: int) -> None:
    with pytest.raises(FeedError) as raised:
        parse_xmltv(f"{before}{document}".encode())
    assert raised.value.line == line + before.count("\n")


def test_white_space_before_the_document_is_nothing() -> None:
    assert parse_xmltv(b" \n<tv></tv>").flaws == {}


def test_what_stands_before_the_document_is_counted_once() -> None:
    parsed = parse_xmltv(b"Notice\n<?xml version='1.0'?><tv></tv>")
    assert parsed.flaws == {Fix.MARKUP: 1}
    assert parse_xmltv(b"<?xml version='1.0'?><tv></tv>").flaws == {}
