"""Start the programs of others."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import subprocess
from typing import Any, Final

from scripts.lib.develop.home import ROOT

HERE: Final = Path(__file__).parent
TIMEOUT: Final = 90


def run(
    *words: object,
    check: bool = True,
    timeout: float = TIMEOUT,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; with `check`, fail when it does."""
    command = [str(word) for word in words]
    env = {**os.environ, **(environment or {})}
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False, env=env
    )
    if check and done.returncode:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def node(script: str, *words: str, **environment: str) -> Any:
    """Run one of the scripts beside this file; return the JSON that it prints."""
    return json.loads(run("node", HERE / script, *words, environment=environment).stdout)


def probe(url: str) -> dict[str, Any]:
    """Open a stream with the distribution's ffprobe; return its container and kinds of streams."""
    done = run("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", url)
    found = json.loads(done.stdout)
    return {
        "container": found["format"]["format_name"],
        "streams": sorted({stream["codec_type"] for stream in found["streams"]}),
    }
