"""The ffmetadata file that ffmpeg is given; what it makes of it is in test_finish."""

from datetime import date

import pytest

from downlink.limits import MAX_TEXT_CHARS
from downlink.recording.tags import MAX_CHAPTERS, Tags, write_metadata


def lines(tags: Tags, *breaks: float, seconds: float = 100.0) -> list[str]:
    return write_metadata(tags, breaks, seconds).decode().split("\n")


def test_only_a_title() -> None:
    assert lines(Tags(title="Akira")) == [";FFMETADATA1", "title=Akira", ""]


def test_all_of_it() -> None:
    tags = Tags(
        title="Asteroid Blues",
        show="Cowboy Bebop",
        season=1,
        episode=0,
        description="Two\nlines",
        date=date(2026, 11, 26),
        channel="Toonami Aftermath East",
    )
    assert lines(tags) == [
        ";FFMETADATA1",
        "title=Asteroid Blues",
        "show=Cowboy Bebop",
        "season_number=1",
        "episode_sort=0",
        *("description=Two\\", "lines"),
        *("synopsis=Two\\", "lines"),
        "date=2026-11-26",
        "network=Toonami Aftermath East",
        "media_type=10",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=;#\\x", "\\=\\;\\#\\\\x"),
        ("x\\", "x\\\\ "),
        ("[CHAPTER]", "[CHAPTER]"),
        ("a\0b\x1bc\ud800", "abc"),
        ("  a\r\nb ", "a\\\nb"),
        ("x" * MAX_TEXT_CHARS, "x" * MAX_TEXT_CHARS),
    ],
    ids=repr,
)
def test_what_means_something_is_escaped(text: str, written: str) -> None:
    assert write_metadata(Tags(title=text), (), 1.0).decode() == (
        f";FFMETADATA1\ntitle={written}\n"
    )


def test_long_texts_are_cut() -> None:
    (_, title, _) = lines(Tags(title="x" * (MAX_TEXT_CHARS + 1)))
    assert len(title.removeprefix("title=")) == MAX_TEXT_CHARS


@pytest.mark.parametrize("title", ["", " \0 "])
def test_what_is_empty_is_left_out(title: str) -> None:
    assert lines(Tags(title=title)) == [";FFMETADATA1", ""]


def test_chapters() -> None:
    assert lines(Tags(title="", chapter="{number}. {x}"), 0.0, 12.3456, 100.0)[1:] == [
        *("[CHAPTER]", "TIMEBASE=1/1000", "START=0", "END=12346", "title=1. {x}"),
        *("[CHAPTER]", "TIMEBASE=1/1000", "START=12346", "END=100000", "title=2. {x}"),
        "",
    ]


@pytest.mark.parametrize("more", [0, 1])
def test_so_many_chapters(more: int) -> None:
    breaks = [float(number) for number in range(1, MAX_CHAPTERS + more)]
    written = lines(Tags(title=""), *breaks, seconds=1000.0)
    assert written.count("[CHAPTER]") == MAX_CHAPTERS
    assert "END=1000000" in written
