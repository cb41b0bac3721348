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
STATE, CREDENTIALS, PASSES = (f"{DOMAIN}.{name}" for name in ("state", "credentials", "passes"))
KNOWN = {
    "token": "F" * 43,
    "login": ["toonamiabc123", "P" * 20],
    "numbers": {"other_night_owl": 101},
    "done_until": "2026-11-24 12:00:00+00:00",
    "history": 2,
}
"""What is in each layout that players know, or that a schedule is followed by."""


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
@pytest.mark.parametrize(
    "layout", [pytest.param(path, id=path.name) for path in sorted(LAYOUTS.iterdir())]
)
async def test_killed_at_every_write(layout: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_text() for path in (layout / "storage").iterdir()}
    version = json.loads(before[STATE])["version"]
    *killed, whole = await attempts(layout, tmp_path)

    # A file that is new, and one that is brought up to date and copied before.
    files = (PASSES not in before) + 2 * (version < 3)
    assert len(killed) >= 5 * files
    assert all(one["is_killed"] for one in killed)
    assert not whole["is_killed"]
    for one in (*killed, whole):
        first, second = one["found"]
        assert first == second
        assert first.items() >= KNOWN.items()
        assert is_code(first["code"])
        assert one["files"][CREDENTIALS] == before[CREDENTIALS]
        assert json.loads(one["files"][STATE])["version"] == 3
        copies = {name: text for name, text in one["files"].items() if name.endswith(".v1")}
        assert (f"{STATE}.v{version}" in one["files"]) is (version < 3)
        if version < 3:
            assert one["files"][f"{STATE}.v{version}"] == before[STATE]
        assert set(copies) <= {f"{STATE}.v1"}
        assert not any(".corrupt" in name for name in one["files"])
