"""What the ingest's own process does, done in this one: the same files, and the same answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
import json
from pathlib import Path
import runpy
import sys

import pytest

from downlink.errors import CannotWriteError
from downlink.formats.m3u import parse_m3u
from downlink.models import Credit, Fix, Programme, Role
from downlink.publish import ingest_worker
from downlink.publish.ingest_process import ENGINE_DIR
from downlink.publish.ingest_worker import (
    AIRED,
    ANSWER,
    GUIDE,
    PLAYLIST,
    PREVIOUS,
    REFUSED,
    REQUEST as REQUEST_FILE,
    RESULT,
    aired_from_json,
    aired_to_json,
    main,
)
from downlink.publish.publication import ORIGIN_PLACEHOLDER
from downlink.publish.store import Generation, read_generation, write_generation

from ..factories import make_feed, render_feed
from ..samples import NAMES, NOON, playlist
from .builders import REPORT
from .ingesting import GOOD, REQUEST, files_of_at_most, ingested

# One of them is in nobody's line-up yet.
FILES = replace(GOOD, playlist=playlist(*NAMES[:4], ("New One", "http://one.example.com/")))


@pytest.fixture(name="folder")
def prepared(tmp_path: Path) -> Path:
    """The folder as it is made for the process."""
    folder = tmp_path / "working"
    folder.mkdir()
    (folder / PLAYLIST).write_bytes(FILES.playlist)
    (folder / GUIDE).write_bytes(FILES.guide)
    (folder / REQUEST_FILE).write_text(REQUEST.to_json())
    (folder / AIRED).write_text(aired_to_json({}))
    return folder


def result(folder: Path) -> Generation:
    return read_generation(folder / RESULT)


def answer(folder: Path) -> Mapping[str, object]:
    read: Mapping[str, object] = json.loads((folder / ANSWER).read_text())
    return read


def test_a_generation_and_the_numbers_it_gave(folder: Path) -> None:
    assert main(folder) == 0
    assert answer(folder) == {"assigned": {"other_kept": 9, "other_new_one": 10}}
    made = result(folder)
    assert [one.number for one in made.feed.channels] == [1, 2, 3, 4, 10]
    assert made.feed.made == NOON
    assert "Known" in [one.title for one in made.feed.guide["toonami_east"]]
    assert [entry.url for entry in parse_m3u(made.playlist)] == [
        channel.stream_url for channel in made.feed.channels
    ]
    # Where it is served from is not known here.
    assert f"{ORIGIN_PLACEHOLDER}/".encode() in made.guide


async def test_the_process_makes_the_same_of_it(folder: Path, tmp_path: Path) -> None:
    published, lineup = await ingested(tmp_path, FILES)
    assert main(folder) == 0
    made = result(folder)
    assert (made.feed, made.report) == (published.feed, published.report)
    assert (made.playlist, made.guide) == (published.playlist, published.guide)
    assert answer(folder) == {"assigned": lineup.assigned}


def test_run_as_a_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["engine", "ingest", str(folder)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ENGINE_DIR), run_name="__main__")
    assert ended.value.code == 0
    assert result(folder).feed.channels[0].key == "toonami_east"


def keep(folder: Path) -> None:
    """Lay the last generation beside the files."""
    feed = make_feed(NOON)
    (folder / PREVIOUS).mkdir()
    write_generation(folder / PREVIOUS, feed, REPORT, *render_feed(feed))


def test_the_last_feed_is_gone_on_from(folder: Path) -> None:
    keep(folder)
    assert main(folder) == 0
    made = result(folder)
    assert made.report.fixes[Fix.VANISHED_CHANNEL] == len(NAMES) - 4
    titles = [one.title for one in made.feed.guide["toonami_east"]]
    assert {"Known", "Show 1-1"} <= set(titles)
    assert "Show 1-0" not in titles


def test_a_last_feed_that_cannot_be_read(folder: Path) -> None:
    keep(folder)
    (folder / PREVIOUS / "guide.xml").write_bytes(b"")
    assert main(folder) == REFUSED
    found = answer(folder)
    assert (found["file"], found["line"]) == (GUIDE, None)
    assert str(found["why"]).startswith("The feed cannot be loaded again: ")
    assert not (folder / RESULT).exists()


def test_a_playlist_that_is_refused(folder: Path) -> None:
    (folder / PLAYLIST).write_bytes(b"\nhttp://a/")
    assert main(folder) == REFUSED
    assert answer(folder) == {
        "file": "playlist",
        "why": "not a playlist: it does not begin with #EXTM3U",
        "line": 2,
    }
    assert not (folder / RESULT).exists()


def test_more_memory_than_there_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_worker, "ingest", lambda *_, **__: bytearray(1 << 60))
    assert main(folder) == REFUSED
    assert answer(folder) == {
        "file": "guide",
        "why": "reading it takes more than 1024 MiB of memory",
        "line": None,
    }


def test_a_guide_that_would_be_too_large_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(folder)
    size = len(result(folder).guide)
    for name in (RESULT, ANSWER):
        (folder / name).rename(folder / f"first {name}")
    monkeypatch.setattr(ingest_worker, "MAX_FILE_BYTES", size)
    main(folder)
    assert result(folder).report.guide_error is None
    (folder / RESULT).rename(folder / "second")
    monkeypatch.setattr(ingest_worker, "MAX_FILE_BYTES", size - 1)
    assert main(folder) == 0
    assert result(folder).report.guide_error == (
        f"guide: it would be published with more than {size - 1} bytes"
    )


YESTERDAY = {
    "toonami_east": [
        Programme(
            start=NOON - timedelta(days=1),
            stop=NOON - timedelta(hours=23),
            title="Past",
            credits=(Credit(Role.ACTOR, "A"),),
        )
    ]
}


def test_what_was_on_is_read_as_it_was_written() -> None:
    assert aired_from_json(aired_to_json(YESTERDAY)) == YESTERDAY
    assert aired_from_json(aired_to_json({})) == {}


def test_what_was_on_before_is_in_the_guide(folder: Path) -> None:
    (folder / AIRED).write_text(aired_to_json(YESTERDAY))
    assert main(folder) == 0
    made = result(folder)
    assert made.feed.guide["toonami_east"][0] == YESTERDAY["toonami_east"][0]
    assert made.guide.count(b"<title>Past</title>") == 1
    # What the provider brought is counted, and nothing else.
    assert made.report.programmes == 1


def test_a_past_that_makes_the_guide_too_large_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / AIRED).write_text(aired_to_json(YESTERDAY))
    main(folder)
    size = len(result(folder).guide)
    for limit, name in ((size, "first"), (size - 1, "second")):
        (folder / RESULT).rename(folder / name)
        (folder / ANSWER).unlink()
        monkeypatch.setattr(ingest_worker, "MAX_FILE_BYTES", limit)
        assert main(folder) == 0
        made = result(folder)
        assert (b"Past" in made.guide) is (limit == size)
        assert b"Known" in made.guide
        assert made.report.guide_error is None


@pytest.mark.parametrize("room", [0, 1000])
def test_a_full_disk_says_nothing_against_the_files(
    folder: Path, room: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with files_of_at_most(room):
        assert main(folder) == CannotWriteError.exit_code
    assert capsys.readouterr().err == "File too large\n"
