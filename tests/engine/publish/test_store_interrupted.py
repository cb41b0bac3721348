"""A store that is interrupted at any point: the feed is whole, the old one or the new one."""

from collections.abc import Callable, Iterator
import contextlib
import io
import os
from pathlib import Path
import shutil
from typing import Any

import pytest

from downlink.errors import StoreError
from downlink.policy import GENERATIONS_KEPT
from downlink.publish.store import GUIDE, Generation, Store

from ..factories import make_feed
from ..samples import NOON
from .builders import generation_names, publish


class Killed(BaseException):
    """The end of the process, as far as the code under test can tell."""


CALLS = [
    *((os, name) for name in ("mkdir", "open", "fsync", "rename", "unlink", "rmdir", "listdir")),
    *((os, name) for name in ("lstat", "close")),
    (io, "open"),
]


class Interrupter:
    """Make the nth call to the operating system fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.fail_at = -1
        self.error: type[BaseException] = OSError
        for module, name in CALLS:
            monkeypatch.setattr(module, name, self._wrap(getattr(module, name)))

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.calls += 1
            if self.calls - 1 == self.fail_at:
                raise self.error(5, "interrupted")
            return function(*arguments, **options)

        return call

    def start(self, fail_at: int, error: type[BaseException]) -> None:
        self.calls, self.fail_at, self.error = 0, fail_at, error

    def stop(self) -> int:
        self.fail_at = -1
        return self.calls


@pytest.fixture
def interrupter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interrupter]:
    yield Interrupter(monkeypatch)
    monkeypatch.undo()


def prepared(folder: Path) -> tuple[Store, Generation]:
    """A store with as many generations as are kept, and the leftover of a killed publish."""
    shutil.rmtree(folder, ignore_errors=True)
    store = Store(folder)
    for number in range(GENERATIONS_KEPT):
        current = publish(store, make_feed(NOON, hours=1, show=f"Old {number}"))
    leftover = folder / "generations" / ".leftover"
    leftover.mkdir()
    (leftover / GUIDE).write_bytes(b"half")
    return store, current


@pytest.mark.parametrize("error", [OSError, Killed])
def test_an_interruption_anywhere_leaves_a_whole_feed(
    error: type[BaseException], tmp_path: Path, interrupter: Interrupter
) -> None:
    folder = tmp_path / "data"
    new = make_feed(NOON, hours=1, show="New")
    outcomes: list[str] = []
    fail_at = 0
    while True:
        store, old = prepared(folder)
        interrupter.start(fail_at, error)
        published = None
        with contextlib.suppress(StoreError, Killed):
            published = publish(store, new)
        if interrupter.stop() <= fail_at:
            break
        loaded = Store(folder).load()
        assert loaded
        if error is OSError:
            assert loaded == (published or old)
        outcomes.append("new" if loaded.feed == new else "old")
        assert loaded.feed in (new, old.feed)
        following = publish(Store(folder), new)
        assert following.number == loaded.number + 1
        assert generation_names(folder) == [f"{following.number - n:08}" for n in (2, 1, 0)]
        fail_at += 1
    assert len(outcomes) > 20
    assert {"old", "new"} == set(outcomes)
    if error is Killed:
        # Old up to one point, new from there on: there is no way back and nothing in between.
        assert outcomes == sorted(outcomes, reverse=True)


def test_an_error_leaves_nothing_behind(tmp_path: Path, interrupter: Interrupter) -> None:
    store, _ = prepared(tmp_path)
    for fail_at in range(6, 12):
        interrupter.start(fail_at, OSError)
        try:
            publish(store, make_feed(NOON, hours=1))
        except StoreError:
            interrupter.stop()
            assert not [name for name in generation_names(tmp_path) if name.startswith(".")]
