"""Home Assistant is killed at every write while it brings the files of version 1.0 up to date."""

import asyncio
import json
from pathlib import Path
import sys
from typing import Any

import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.short_codes import is_code

from .released import LAYOUTS

ROOT = Path(__file__).parents[2]
FIRST = LAYOUTS / "1" / "storage"
STATE, CREDENTIALS, PASSES = (f"{DOMAIN}.{name}" for name in ("state", "credentials", "passes"))
KNOWN = {
    "token": "F" * 43,
    "login": ["toonamiabc123", "P" * 20],
    "numbers": {"other_night_owl": 101},
    "done_until": "2026-11-24 12:00:00+00:00",
    "history": 2,
    "follows": [],
    "rules": 0,
}
"""What version 1.0 had stored that players know, or that its schedule is followed by."""
SAVES = 3
"""The secrets of passes, which are new; the copy of the state, and the state."""
WRITES = 5
"""Of each, at least: permissions, write, flush, sync, rename."""


async def attempts(layout: Path, folder: Path) -> list[dict[str, Any]]:
    """Return what came of each attempt; the last one was not killed."""
    words = ("-m", "tests.integration.killed", str(layout), str(folder))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    found: list[dict[str, Any]] = json.loads(output)
    return found


@pytest.mark.timeout(120)
async def test_killed_at_every_write(tmp_path: Path) -> None:
    before = {path.name: path.read_text() for path in FIRST.iterdir()}

    *killed, whole = await attempts(FIRST.parent, tmp_path)

    assert len(killed) >= SAVES * WRITES
    assert not whole["is_killed"]
    for one in (*killed, whole):
        first, second = one["found"]
        assert first == second
        assert first.items() >= KNOWN.items()
        assert is_code(first["code"])
        files = one["files"]
        assert files[CREDENTIALS] == before[CREDENTIALS]
        assert json.loads(files[STATE])["version"] == 3
        assert files[f"{STATE}.v1"] == before[STATE]
        # Beside them is only what a killed process has not renamed yet.
        ours = {name for name in files if name.startswith(DOMAIN)}
        assert ours == {CREDENTIALS, PASSES, STATE, f"{STATE}.v1"}
    assert len(whole["files"]) == 4
