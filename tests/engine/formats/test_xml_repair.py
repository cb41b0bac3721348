"""What is repaired in a document, also where it comes in several pieces."""

from collections import Counter

import pytest

from downlink.formats.xml_repair import readable
from downlink.models import Fix

PIECE = 256 * 1024
"""Documents are read in pieces of that size."""


def repaired(data: bytes) -> tuple[bytes, dict[Fix, int]]:
    flaws: Counter[Fix] = Counter()
    whole = b"".join(readable(data, flaws))
    return whole, {fix: count for fix, count in flaws.items() if count}


@pytest.mark.parametrize("length", [5, PIECE - 1, PIECE, PIECE + 1])
def test_a_character_torn_at_the_end_is_counted_once(length: int) -> None:
    text = b"a" * (length - 1)
    assert repaired(text + b"\xc3") == (text + "\ufffd".encode(), {Fix.TEXT_CUT: 1})


def test_a_character_torn_between_pieces_is_whole() -> None:
    text = b"a" * (PIECE - 1) + "é".encode() + b"a" * PIECE
    assert repaired(text) == (text, {})


def test_what_is_lost_is_counted_over_all_pieces() -> None:
    text = b"\xff\x01" + b"a" * PIECE + b"\xff\x01" + b"a" * PIECE + b"\xff\x01"
    assert repaired(text)[1] == {Fix.TEXT_CUT: 6}


def test_what_is_meant_is_counted_over_all_pieces() -> None:
    text = b"& & " + b"a" * PIECE + b" & <![CDATA[ & ]]> &" + b"a" * PIECE + b" & "
    whole, flaws = repaired(text)
    assert whole.count(b"&amp;") == 5
    assert flaws == {Fix.MARKUP: 5}


def test_no_piece_holds_back_more_than_a_mark_may_need() -> None:
    # Else a document without a mark at its end would be read over and over.
    pieces = [len(one) for one in readable(b"<a>" + b"x" * (3 * PIECE), Counter())]
    assert pieces == [PIECE, PIECE, PIECE, 3, 0]


@pytest.mark.parametrize("seam", range(1, 9))
@pytest.mark.parametrize("mark", [b"&eacute;", b"&#x1F600;", b"<![CDATA[&]]>", b"a]]&amp;"])
def test_marks_between_pieces_are_whole(mark: bytes, seam: int) -> None:
    before = b"a" * (PIECE - seam)
    whole, _ = repaired(before + mark + b"b")
    assert whole == before + mark.replace(b"&eacute;", b"&#233;") + b"b"


@pytest.mark.parametrize("seam", range(45, 55))
def test_the_end_of_a_section_is_whole_where_the_search_for_marks_begins(seam: int) -> None:
    inside = b"<![CDATA[".ljust(PIECE - seam, b"a") + b"]]>"
    before, rest = b"a" * (PIECE - seam), b"a" * PIECE
    assert repaired(inside + b" & " + rest) == (inside + b" &amp; " + rest, {Fix.MARKUP: 1})
    assert repaired(before + b"]]>" + rest) == (before + b"]]&gt;" + rest, {Fix.MARKUP: 1})


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        (b"<& ", b"&lt;&amp; ", 2),
        (b"<<b>", b"&lt;<b>", 1),
        (b"<" * 30 + b" ", b"&lt;" * 30 + b" ", 30),
        (b"<" * 99 + b" ", b"&lt;" * 99 + b" ", 99),
        (b"<<![CDATA[<& ]]>", b"&lt;<![CDATA[<& ]]>", 1),
    ],
)
@pytest.mark.parametrize("seam", range(45, 55))
def test_a_sign_before_a_mark_is_no_tag_in_another_piece_either(
    text: bytes, expected: bytes, count: int, seam: int
) -> None:
    before, rest = b"a" * (PIECE - seam), b"a" * PIECE
    assert repaired(before + text + rest) == (before + expected + rest, {Fix.MARKUP: count})


def test_a_section_keeps_its_signs_over_the_pieces() -> None:
    text = b"<![CDATA[".ljust(PIECE - 49, b"a") + b"<& " + b"a" * PIECE + b"]]>"
    assert repaired(text) == (text, {})


def test_brackets_in_a_row_are_not_held_back() -> None:
    pieces = [len(one) for one in readable(b"]" * (3 * PIECE), Counter())]
    assert pieces == [PIECE - 49, PIECE, PIECE, 49]


@pytest.mark.parametrize(
    ("text", "expected", "flaws"),
    [
        ("&#1114111;", "&#1114111;", {}),
        ("&#1114112;", "", {Fix.TEXT_CUT: 1}),
        ("&#x10FFFF;", "&#x10FFFF;", {}),
        ("&#x110000;", "", {Fix.TEXT_CUT: 1}),
        ("&#65;", "&#65;", {}),
        ("\x01&#x110000;", "", {Fix.TEXT_CUT: 2}),
    ],
)
def test_references_up_to_the_highest_character(
    text: str, expected: str, flaws: dict[Fix, int]
) -> None:
    assert repaired(text.encode()) == (expected.encode(), flaws)


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        ("<![CDATA[a & b]]> & c", "<![CDATA[a & b]]> &amp; c", 1),
        ("a ]]> b <![CDATA[&]]>", "a ]]&gt; b <![CDATA[&]]>", 1),
        ("<![CDATA[<![CDATA[ & ]]> ]]>", "<![CDATA[<![CDATA[ & ]]> ]]&gt;", 1),
        ("<![CDATA[&]]>&<![CDATA[&]]>", "<![CDATA[&]]>&amp;<![CDATA[&]]>", 1),
        ("a < b", "a &lt; b", 1),
        ("&nosuch; &auml; &amp;", "&amp;nosuch; &#228; &amp;", 2),
        ("<a>b</a>", "<a>b</a>", 0),
    ],
)
def test_only_what_is_outside_of_sections_is_mended(text: str, expected: str, count: int) -> None:
    assert repaired(text.encode()) == (expected.encode(), {Fix.MARKUP: count} if count else {})


def test_a_section_goes_on_over_the_pieces() -> None:
    inside = b"<![CDATA[" + b"a" * PIECE + b" & " + b"a" * PIECE + b" & ]]>"
    assert repaired(inside + b"&") == (inside + b"&amp;", {Fix.MARKUP: 1})
