"""Print the tests that have failed in the last run of pytest, one a line, as pytest takes them."""

import json
from pathlib import Path
import re
from typing import Final

CACHE: Final = Path(".pytest_cache/v/cache/lastfailed")
"""Where pytest's plugin for its cache keeps them: an object with their names."""
_GROUP: Final = re.compile(r"@[\w-]+$")
"""What xdist adds to the name of a test that belongs to a group."""


def last_failed(cache: Path = CACHE) -> list[str]:
    """Return the tests; none when pytest has failed for another reason than a test."""
    if not cache.exists():
        return []
    return sorted(_GROUP.sub("", name) for name in json.loads(cache.read_text("utf-8")))


if __name__ == "__main__":
    for name in last_failed():
        print(name)
