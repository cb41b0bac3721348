"""What outlives a run: the last second, and the last byte."""

from datetime import timedelta
import json
from pathlib import Path

import pytest

from downlink.provider import cache as module
from downlink.provider.cache import Cache, Kind

from .test_provider_cache import DAY, NOW, URL, file, kept, opened

__all__ = ["file"]
SECOND = timedelta(seconds=1)


def test_a_miss_is_forgotten_a_second_after_a_week(file: Path) -> None:
    assert kept(file, NOW + 7 * DAY) == ["found", "missed", "title", "day"]
    assert kept(file, NOW + 7 * DAY + SECOND) == ["found", "day"]


@pytest.mark.parametrize(
    ("age", "left"), [(10 * DAY, ["found", "day"]), (10 * DAY + SECOND, ["found"])]
)
def test_a_playlist_is_kept_for_ten_days(file: Path, age: timedelta, left: list[str]) -> None:
    opened(file, NOW + age).save()
    assert kept(file, NOW + age) == left


@pytest.mark.parametrize(("ahead", "found"), [(0, ["day"]), (1, [])])
def test_an_answer_of_the_future_is_not_taken(tmp_path: Path, ahead: int, found: list[str]) -> None:
    path, made = tmp_path / "cache.json", NOW.timestamp() + ahead
    data = {"schema": "toonami-downlink/1", "api": URL, "playlists": {"day": [made, made, {}]}}
    path.write_text(json.dumps(data))
    assert kept(path, NOW) == found


def test_of_damaged_entries_the_good_ones_stay(tmp_path: Path) -> None:
    path, made = tmp_path / "cache.json", NOW.timestamp()
    odd = {
        "a": 1,
        "b": [made, "x", {}],
        "found": [made, made, {}],
        "c": [made, made],
        "d": [-1e300, made, {}],
        "e": [-1, made, {}],
        "f": [float("nan"), made, {}],
    }
    data = {
        "schema": "toonami-downlink/1",
        "api": URL,
        "details": odd,
        "titles": [],
        "playlists": odd,
    }
    path.write_text(json.dumps(data))
    cache = opened(path)
    assert [key for key in odd if cache.find(Kind.DETAIL, key)] == ["found"]
    assert [key for key in odd if cache.find(Kind.PLAYLIST, key)] == ["found"]


def test_a_use_beyond_all_time_is_one_of_today(tmp_path: Path) -> None:
    path, made = tmp_path / "cache.json", NOW.timestamp()
    data = {"schema": "toonami-downlink/1", "api": URL, "playlists": {"day": [made, 10**400, {}]}}
    path.write_text(json.dumps(data))
    opened(path).save()
    assert json.loads(path.read_text())["playlists"] == {"day": [made, made, {}]}


@pytest.mark.parametrize(("excess", "found"), [(0, True), (1, False)])
def test_the_largest_file_is_read(
    file: Path, monkeypatch: pytest.MonkeyPatch, excess: int, found: bool
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with file.open("ab") as end:
        end.write(b" " * (4000 + excess - file.stat().st_size))
    assert bool(kept(file, NOW)) is found


def filled(path: Path, sizes: list[int]) -> Cache:
    """A cache with answers of these sizes, each used an hour before the next."""
    for hour, size in enumerate(sizes):
        cache = opened(path, NOW + timedelta(hours=hour))
        cache.remember(Kind.DETAIL, str(hour), "x" * size)
        cache.save()
    return opened(path, NOW + DAY)


@pytest.mark.parametrize(("missing", "left"), [(0, {"0", "1"}), (1, {"1"})])
def test_room_is_used_to_the_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: int, left: set[str]
) -> None:
    path = tmp_path / "cache.json"
    filled(path, [500, 700])
    entries = json.loads(path.read_text())["details"]
    lines = [f'"{key}":{json.dumps(one, separators=(",", ":"))}' for key, one in entries.items()]
    monkeypatch.setattr(module, "MAX_BYTES", 1024 + sum(len(one) + 2 for one in lines) - missing)
    opened(path, NOW + DAY).save()
    assert set(json.loads(path.read_text())["details"]) == left


def test_nothing_older_stays_than_what_had_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cache.json"
    cache = filled(path, [10, 900, 10])
    monkeypatch.setattr(module, "MAX_BYTES", 1500)
    cache.save()
    assert set(json.loads(path.read_text())["details"]) == {"2"}
