"""Load what is stored in processes that are killed at their n-th write, for every n.

``python -m tests.integration.killed LAYOUT FOLDER`` prints what came of each, as JSON. A write is
any call by which Home Assistant's storage, or ours, changes what is on the disk: each process is
killed right before it, and so right after the one before. They are copies of this process: what
takes time, to import Home Assistant, is done once.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
import json
import os
from pathlib import Path
import shutil
import signal
import sys
import threading
from types import FrameType
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.storage.announced import AnnouncedStore
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.storage.followed import FollowStore
from custom_components.toonami_downlink.storage.recorded import RecordingStore
from custom_components.toonami_downlink.storage.state import State

WRITES: Final = frozenset(
    {
        *("write", "flush", "fsync", "fdatasync", "truncate", "ftruncate", "sendfile", "fchmod"),
        *("rename", "replace", "link", "unlink", "remove", "mkdir", "rmdir", "chmod"),
    }
)
"""By their names in C. A file that was only made shows before the first of them."""
_MOST: Final = 400
"""Writes; there are no more than so many, or it never comes to an end."""
_ANSWER: Final = "answer.json"


def kill_at(number: int) -> Callable[[FrameType, str, Any], None]:
    """Return what ends this process, as ``kill -9`` does, when it is called for that write."""
    numbers = count(1)

    def look(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in WRITES and next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return look


async def load(folder: Path) -> dict[str, Any]:
    """Load all that is stored, as a start does, and return what players know it by."""
    hass = HomeAssistant(str(folder))
    credentials = await CredentialStore.async_load(hass)
    state = await State.async_load(hass)
    followed = await FollowStore(hass).async_load()
    await AnnouncedStore(hass).async_load()
    recorded = await RecordingStore(hass).async_load()
    return {
        "token": credentials.feed_token,
        "login": [credentials.username, credentials.password],
        "code": credentials.code(HOME),
        "numbers": dict(state.lineup.assigned),
        "done_until": str(state.done_until),
        "history": len(state.history),
        "follows": [follow.text for follow in followed.follows],
        "rules": len(recorded.rules),
    }


def start(folder: Path, killed_at: int = 0) -> dict[str, Any] | None:
    """Load all in another process; return None if that was killed before it came to an end."""
    answer = folder / _ANSWER
    answer.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        # Storage works in threads, and there are none yet.
        threading.setprofile(kill_at(killed_at))
        answer.write_text(json.dumps(asyncio.run(load(folder))))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert status == 0
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def attempts(layout: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Begin with the same files again and again, and kill at one write after the other, twice."""
    for number in range(1, _MOST):
        house = folder / str(number)
        storage = house / STORAGE_DIR
        shutil.copytree(layout / "storage", storage)
        is_killed = start(house, number) is None
        again = start(house, number)
        yield {
            "is_killed": is_killed,
            "was_killed_again": again is None,
            "found": [start(house), start(house)],
            "files": {path.name: path.read_text() for path in sorted(storage.iterdir())},
        }
        if not is_killed:
            return


if __name__ == "__main__":
    print(json.dumps(list(attempts(*map(Path, sys.argv[1:])))))
