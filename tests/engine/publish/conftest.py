"""An aired log, and its file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from downlink.publish.aired_log import AiredLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aired.db"


@pytest.fixture
def log(path: Path) -> Iterator[AiredLog]:
    log = AiredLog(path)
    yield log
    log.close()
