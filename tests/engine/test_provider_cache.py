"""What outlives a run: remembered for a time, up to a size, and never trusted."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

import pytest

from downlink.errors import CannotWriteError
from downlink.provider import cache as module
from downlink.provider.cache import Cache, Kind

URL = "https://api.example.com"
NOW = datetime(2026, 10, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def opened(path: Path | None, now: datetime = NOW, url: str = URL) -> Cache:
    return Cache(path, url, now)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cache.json"
    cache = opened(path)
    cache.remember(Kind.DETAIL, "found", {"name": "A \u2028 b"})
    cache.remember(Kind.DETAIL, "missed", None)
    cache.remember(Kind.TITLE, "title", None)
    cache.remember(Kind.PLAYLIST, "day", {"playlist": {}})
    cache.save()
    return path


def kept(file: Path, now: datetime) -> list[str]:
    cache = opened(file, now)
    keys = {Kind.DETAIL: ("found", "missed"), Kind.TITLE: ("title",), Kind.PLAYLIST: ("day",)}
    return [key for kind, names in keys.items() for key in names if cache.find(kind, key)]


def test_round_trip(file: Path) -> None:
    cache = opened(file, NOW + timedelta(hours=2))
    found = cache.find(Kind.DETAIL, "found")
    assert found == ({"name": "A \u2028 b"}, timedelta(hours=2))
    missed = cache.find(Kind.DETAIL, "missed")
    assert missed == (None, timedelta(hours=2))
    assert cache.find(Kind.DETAIL, "day") is None
    assert cache.find(Kind.DETAIL, "unheard of") is None


def test_misses_are_forgotten_after_a_week(file: Path) -> None:
    assert kept(file, NOW + 7 * DAY) == ["found", "missed", "title", "day"]
    assert kept(file, NOW + 8 * DAY) == ["found", "day"]


def test_what_is_over_leaves_the_file(file: Path) -> None:
    later = opened(file, NOW + 8 * DAY)
    later.find(Kind.PLAYLIST, "day")
    later.save()
    assert set(json.loads(file.read_text())["details"]) == {"found"}
    assert kept(file, NOW + 17 * DAY) == ["found", "day"]
    opened(file, NOW + 19 * DAY).save()
    assert kept(file, NOW + 19 * DAY) == ["found"]


def test_no_file() -> None:
    cache = opened(None)
    cache.remember(Kind.DETAIL, "found", {})
    cache.save()
    assert cache.find(Kind.DETAIL, "found")


def test_go_program_can_read_it(file: Path) -> None:
    assert json.loads(file.read_text())["episodeCache"] == {}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\xff garbage", id="garbage"),
        pytest.param(b"[1, 2]", id="list"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(
            b'{"episodeCache": {"https://a/mediaInfo?name=x": {}}}', id="the Go program's"
        ),
        pytest.param(b'{"schema": "toonami-downlink/999", "details": {}}', id="of the future"),
        pytest.param(
            json.dumps({"schema": "toonami-downlink/1", "api": "https://other", "details": {}}),
            id="of another server",
        ),
        pytest.param(
            json.dumps({"schema": "toonami-downlink/1", "api": URL, "details": [1]}),
            id="list for details",
        ),
        pytest.param(
            json.dumps(
                {
                    "schema": "toonami-downlink/1",
                    "api": URL,
                    "details": {"found": {}, "missed": [1], "a": ["x", 1, None], "b": None},
                    "playlists": {"day": [NOW.timestamp() + 99, NOW.timestamp(), {}]},
                }
            ),
            id="odd entries",
        ),
    ],
)
def test_strange_files_count_as_empty(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "cache.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert kept(path, NOW) == []
    opened(path).save()


def test_other_server_has_a_memory_of_its_own(file: Path) -> None:
    assert opened(file, url="https://other.example.com").find(Kind.DETAIL, "found") is None


def test_missing_file_counts_as_empty(tmp_path: Path) -> None:
    assert kept(tmp_path / "cache.json", NOW) == []


def test_oversized_file_counts_as_empty(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    assert kept(file, NOW) == []


def test_least_used_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3000)
    path = tmp_path / "cache.json"
    plot = {"summary": "x" * 700}
    for hour, key in enumerate(("a", "b", "c")):
        cache = opened(path, NOW + timedelta(hours=hour))
        cache.remember(Kind.DETAIL, key, plot)
        if key == "c":
            cache.find(Kind.DETAIL, "a")
        cache.save()
    assert path.stat().st_size <= 3000
    assert set(json.loads(path.read_text())["details"]) == {"a", "c"}


def test_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError):
        opened(tmp_path / "nowhere" / "cache.json").save()


def test_odd_answers_survive(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    answers: list[Any] = [{"a": "\ud800"}, [1, 2], "text", 1.5]
    cache = opened(path)
    for number, answer in enumerate(answers):
        cache.remember(Kind.DETAIL, str(number), answer)
    cache.save()
    again = opened(path)
    found = [again.find(Kind.DETAIL, str(number)) for number in range(len(answers))]
    assert [one.answer for one in found if one] == answers
