"""The engine's folder is a program."""

import json
from pathlib import Path
import runpy
import sys

import pytest

from downlink.provider import cli

ENGINE = Path(cli.__file__).parents[2]
MANIFEST = ENGINE.parent / "manifest.json"


def test_run_as_a_folder(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["engine", "version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(ENGINE), run_name="__main__")
    assert not caught.value.code
    assert json.loads(MANIFEST.read_text())["version"] in capfd.readouterr().out
