"""A plugin of pytest: notes how long each test took that passed."""

from collections import defaultdict
import json
import os
from pathlib import Path
from typing import Final

import pytest

VARIABLE: Final = "MUTANTS_NOTES"
"""The variable of the environment with the file to write."""

_seconds: defaultdict[str, float] = defaultdict(float)
_not_passed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the parts of a test; with several processes, the one that shares out hears of all."""
    _seconds[report.nodeid] += report.duration
    if report.outcome != "passed":
        _not_passed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write them: the test and its seconds."""
    if VARIABLE in os.environ and not hasattr(session.config, "workerinput"):
        passed = {name: _seconds[name] for name in sorted(_seconds.keys() - _not_passed)}
        Path(os.environ[VARIABLE]).write_text(json.dumps(passed), "utf-8")
