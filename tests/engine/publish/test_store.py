"""Generations on disk: whole or not there at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
import json
import os
from pathlib import Path
import resource
from typing import Any, NoReturn

from hypothesis import HealthCheck, given, settings
import pytest

from downlink.errors import NewerVersionError, StoreError
from downlink.limits import MAX_CHANNELS, MAX_FILE_BYTES, MAX_PROGRAMMES, MAX_TEXT_CHARS
from downlink.lineup import Lineup
from downlink.models import Channel, Feed, Programme
from downlink.policy import GENERATIONS_KEPT
from downlink.publish.store import GUIDE, MANIFEST, PLAYLIST, Store

from ..factories import make_feed
from ..samples import NOON
from ..strategies import feeds
from .builders import REPORT, generation_names, publish


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_nothing_there(store: Store, tmp_path: Path) -> None:
    assert store.load() is None
    assert store.damaged == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_published_is_loaded(store: Store, tmp_path: Path) -> None:
    published = publish(store, make_feed(NOON, hours=4))
    assert published.number == 1
    assert Store(tmp_path).load() == published
    assert generation_names(tmp_path) == ["00000001"]
    assert sorted(path.name for path in store.path(1).iterdir()) == [GUIDE, MANIFEST, PLAYLIST]
    assert (store.path(1) / GUIDE).read_bytes() == published.guide


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(feed=feeds())
def test_any_feed_is_loaded_as_it_was(feed: Feed, tmp_path: Path) -> None:
    store = Store(tmp_path)
    published = publish(store, feed, replace(REPORT, guide_until=None))
    assert store.load() == published
    assert published.feed == feed


def channels(count: int) -> tuple[Channel, ...]:
    lineup = Lineup()
    found = []
    for n in range(count):
        known, lineup = lineup.admit(f"Channel {n}")
        found.append(known.channel("http://a/"))
    return tuple(found)


def many(count: int) -> Feed:
    """A feed with that many programmes of a second."""
    one = make_feed(NOON, hours=1)
    second = timedelta(seconds=1)
    shown = tuple(
        Programme(start=NOON + n * second, stop=NOON + (n + 1) * second, title="x")
        for n in range(count)
    )
    key = one.channels[0].key
    return replace(one, channels=one.channels[:1], guide={key: shown})


def with_channels(count: int) -> Feed:
    found = channels(count)
    return Feed(made=NOON, channels=found, guide={one.key: () for one in found})


@pytest.mark.parametrize(
    ("make", "limit", "why"),
    [
        pytest.param(with_channels, MAX_CHANNELS, "more than 200 channels", id="channels"),
        pytest.param(many, MAX_PROGRAMMES, "more than 100000 programmes", id="programmes"),
    ],
)
def test_what_publish_accepts_load_accepts(
    store: Store, tmp_path: Path, make: Callable[[int], Feed], limit: int, why: str
) -> None:
    feed = make(limit)
    # It is read back for that: what is returned is what was loaded.
    assert publish(store, feed).feed == feed
    with pytest.raises(StoreError, match=why):
        publish(store, make(limit + 1))
    assert generation_names(tmp_path) == ["00000001"]


@pytest.mark.parametrize("name", [PLAYLIST, GUIDE])
def test_a_file_over_the_limit_is_not_published(store: Store, tmp_path: Path, name: str) -> None:
    feed = make_feed(NOON, hours=1)
    before = publish(store, feed)
    files = {PLAYLIST: before.playlist, GUIDE: before.guide}
    at_the_limit = {**files, name: files[name].ljust(MAX_FILE_BYTES)}
    published = store.publish(feed, REPORT, *at_the_limit.values())
    assert store.load() == published
    too_large = {**files, name: files[name].ljust(MAX_FILE_BYTES + 1)}
    with pytest.raises(StoreError, match=f"{name} is larger than {MAX_FILE_BYTES} bytes"):
        store.publish(feed, REPORT, *too_large.values())
    assert generation_names(tmp_path) == ["00000001", "00000002"]


def test_quotes_do_not_make_a_guide_grow(store: Store) -> None:
    one = make_feed(NOON, hours=1)
    quotes = replace(one.guide["toonami_east"][0], description='"' * MAX_TEXT_CHARS)
    feed = replace(one, guide={**one.guide, "toonami_east": (quotes,)})
    published = publish(store, feed)
    assert published.feed == feed
    assert published.guide.count(b'"' * MAX_TEXT_CHARS) == 1


def test_three_are_kept(store: Store, tmp_path: Path) -> None:
    for _ in range(GENERATIONS_KEPT + 2):
        latest = publish(store, make_feed(NOON, hours=1))
    assert latest.number == 5
    assert generation_names(tmp_path) == ["00000003", "00000004", "00000005"]
    loaded = store.load()
    assert loaded
    assert loaded.number == 5


def test_a_newer_format_is_refused(store: Store, tmp_path: Path) -> None:
    publish(store, make_feed(NOON, hours=1))
    publish(store, make_feed(NOON, hours=1))
    rewrite_manifest(store.path(2), lambda manifest: manifest.update(format=2, more=[1]))
    with pytest.raises(NewerVersionError, match="format 2"):
        store.load()
    assert generation_names(tmp_path) == ["00000001", "00000002"]


def test_a_damaged_number_of_the_format_is_no_newer_one(store: Store) -> None:
    publish(store, make_feed(NOON, hours=1))
    publish(store, make_feed(NOON, hours=1))
    manifest = store.path(2) / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"format": 1', b'"format": 9'))
    loaded = store.load()
    assert loaded
    assert loaded.number == 1
    assert "has been changed" in store.damaged[0]


def test_two_at_the_same_time(store: Store, tmp_path: Path) -> None:
    feed = make_feed(NOON)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: publish(Store(tmp_path), feed).number, range(12)))
    assert sorted(made) == list(range(1, 13))
    assert generation_names(tmp_path) == ["00000010", "00000011", "00000012"]


def test_nothing_else_is_taken_for_a_generation(store: Store, tmp_path: Path) -> None:
    publish(store, make_feed(NOON, hours=1))
    (tmp_path / "generations" / "notes.txt").touch()
    (tmp_path / "generations" / "9999").mkdir()
    (tmp_path / "generations" / "٠٠٠٠٠٠٠٩").mkdir()
    loaded = store.load()
    assert loaded
    assert loaded.number == 1
    assert store.damaged == []
    assert publish(store, make_feed(NOON, hours=1)).number == 2


def rewrite_manifest(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest and seal it again, as an older or a broken version would have."""
    manifest = json.loads((path / MANIFEST).read_bytes())
    change(manifest)
    from downlink.publish.store import _seal  # noqa: PLC0415

    manifest["sha256"] = _seal(manifest)
    (path / MANIFEST).write_text(json.dumps(manifest))


def to_symlink(path: Path) -> None:
    moved = path.rename(path.with_name(f"{path.name}.moved"))
    path.symlink_to(moved)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(MAX_FILE_BYTES + 1)


def to_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = [
    pytest.param(lambda path: (path / GUIDE).unlink(), "guide.xml cannot be read", id="no guide"),
    pytest.param(lambda path: (path / MANIFEST).unlink(), "manifest.json cannot", id="no manifest"),
    pytest.param(
        lambda path: flip(path / GUIDE), "guide.xml has been changed", id="a bit of the guide"
    ),
    pytest.param(
        lambda path: flip(path / PLAYLIST), "playlist.m3u has been", id="a bit of the playlist"
    ),
    pytest.param(
        lambda path: (path / PLAYLIST).write_bytes(b"#EXTM3U\n"),
        "8 bytes instead of",
        id="other size",
    ),
    pytest.param(
        lambda path: (path / MANIFEST).write_bytes(b'{"format": 1'), "is not JSON", id="truncated"
    ),
    pytest.param(lambda path: (path / MANIFEST).write_bytes(b"\xff"), "is not JSON", id="bytes"),
    pytest.param(
        lambda path: (path / MANIFEST).write_bytes(b"[" * 200_000), "is not JSON", id="deep JSON"
    ),
    pytest.param(
        lambda path: (path / MANIFEST).write_bytes(b"[1]"), "another version", id="a list"
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest.update(format=0)),
        "another version",
        id="another version",
    ),
    pytest.param(
        lambda path: (path / MANIFEST).write_bytes(
            (path / MANIFEST).read_bytes().replace(b"n1.example.com", b"evil.example.x")
        ),
        "manifest.json has been changed",
        id="another address",
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest["files"].pop(GUIDE)),
        "does not list guide.xml",
        id="file not listed",
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest.update(files=[])),
        "does not list playlist.m3u",
        id="no list",
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest.pop("made")),
        "content cannot be used: KeyError",
        id="no date",
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest["channels"][0].update(x=1)),
        "content cannot be used: TypeError",
        id="another channel",
    ),
    pytest.param(
        lambda path: rewrite_manifest(path, lambda manifest: manifest.update(report={})),
        "content cannot be used: KeyError",
        id="another report",
    ),
    pytest.param(lambda path: to_symlink(path / GUIDE), "guide.xml is not a plain file", id="link"),
    pytest.param(
        lambda path: to_symlink(path / MANIFEST),
        "manifest.json is not a plain",
        id="linked manifest",
    ),
    pytest.param(to_symlink, "not a directory", id="linked generation"),
    pytest.param(lambda path: to_fifo(path / GUIDE), "is not a plain file", id="pipe"),
    pytest.param(lambda path: grow(path / GUIDE), "guide.xml is larger than", id="huge"),
]


@pytest.mark.parametrize(("damage", "why"), DAMAGES)
def test_a_damaged_generation_is_skipped(
    damage: Callable[[Path], object], why: str, store: Store
) -> None:
    old = publish(store, make_feed(NOON, hours=2, show="Old"))
    publish(store, make_feed(NOON, hours=2, show="New"))
    damage(store.path(2))
    assert store.load() == old
    (reason,) = store.damaged
    assert reason.startswith("generation 2: ")
    assert why in reason
    assert publish(store, make_feed(NOON, hours=2)).number == 3
    assert store.load()
    assert store.damaged == []


def test_a_guide_that_is_not_xmltv_is_not_published(store: Store, tmp_path: Path) -> None:
    before = publish(store, make_feed(NOON, hours=1))
    with pytest.raises(StoreError, match="a web page"):
        store.publish(make_feed(NOON, hours=1), REPORT, b"", b"<html>")
    assert store.load() == before
    assert generation_names(tmp_path) == ["00000001"]


def test_a_file_may_vanish_while_it_is_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store, make_feed(NOON, hours=1))

    def deny(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    assert store.load() is None
    assert "manifest.json cannot be read: [Errno 13]" in store.damaged[0]


def test_all_damaged(store: Store) -> None:
    for _ in range(2):
        publish(store, make_feed(NOON, hours=1))
    for number in (1, 2):
        flip(store.path(number) / GUIDE)
    assert store.load() is None
    assert [reason[:13] for reason in store.damaged] == ["generation 2:", "generation 1:"]


def test_a_folder_that_cannot_be_read(store: Store, tmp_path: Path) -> None:
    (tmp_path / "generations").write_text("a file")
    with pytest.raises(StoreError, match="cannot be read"):
        store.load()
    with pytest.raises(StoreError, match="cannot be written"):
        publish(store, make_feed(NOON, hours=1))
    with pytest.raises(StoreError, match="cannot be emptied"):
        store.clear()


def test_leftovers_are_cleaned_up(store: Store, tmp_path: Path) -> None:
    publish(store, make_feed(NOON, hours=1))
    leftover = tmp_path / "generations" / ".abc"
    leftover.mkdir()
    (leftover / GUIDE).write_bytes(b"half")
    publish(store, make_feed(NOON, hours=1))
    assert generation_names(tmp_path) == ["00000001", "00000002"]


def test_clear(store: Store, tmp_path: Path) -> None:
    store.clear()
    publish(store, make_feed(NOON, hours=1))
    store.clear()
    assert store.load() is None
    assert list(tmp_path.iterdir()) == []


def test_disk_full(store: Store, tmp_path: Path) -> None:
    old = publish(store, make_feed(NOON, hours=1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            publish(store, make_feed(NOON, hours=48))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert generation_names(tmp_path) == ["00000001"]
    assert store.load() == old


def test_the_line_up_is_not_the_stores_business(store: Store) -> None:
    feed = make_feed(NOON, hours=1)
    unknown, _ = Lineup().admit("Midnight Run")
    channel = replace(feed.channels[0], key=unknown.key, name="Midnight Run", missed=2)
    published = publish(store, Feed(made=NOON, channels=(channel,), guide={channel.key: ()}))
    assert store.load() == published
