"""Fuzz targets one after another from the command line; see scripts/fuzz."""

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
import os
from pathlib import Path
import platform
from random import SystemRandom
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Final

from .target import CORPUS, ENGINE, ROOT, load
from .watch import Wrong, read

NAMES: Final = ("m3u", "xmltv", "hls", "segment", "json", "certificates")
SECONDS: Final = 20
HAS_ATHERIS: Final = sys.platform == "linux" and platform.machine() == "x86_64"
"""Whether there is an Atheris for this machine: as `pyproject.toml` says."""
_MERCY: Final = 120
"""Seconds more than were asked for; then something hangs that nothing else has noticed."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz", description="Feed the readers with inputs that reach every line."
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--input", type=Path, help="read this file alone")
    parser.add_argument("target", nargs="*", default=NAMES)
    return parser.parse_args()


def main() -> int:
    """Fuzz them all; return 0 when nothing was wrong."""
    args = _parse()
    sys.path.insert(0, str(ENGINE))
    if args.input:
        return min(sum(not _is_read(name, args.input) for name in args.target), 1)
    if not find_spec("atheris"):
        return _read_corpus(args.target)
    print(f"seed {args.seed}, {args.seconds} seconds each", flush=True)
    return min(sum(not _fuzz(name, args.seconds, args.seed) for name in args.target), 1)


def _read_corpus(targets: Sequence[str]) -> int:
    """Do what can be done without Atheris; where there could be one, that is not enough."""
    if HAS_ATHERIS:
        print("Atheris is missing: scripts/setup test")
        return 1
    print("There is no Atheris for this machine: nothing but the corpus is read.")
    found = [(name, path) for name in targets for path in (CORPUS / name).glob("*")]
    return min(sum(not _is_read(name, path) for name, path in found), 1)


def _is_read(name: str, path: Path) -> bool:
    try:
        seconds = read(load(name), path.read_bytes())
    except Wrong as err:
        print(f"{name}, {path}: {err}")
        return False
    print(f"{name}, {path}: {seconds:.3f} s")
    return True


def _fuzz(name: str, seconds: int, seed: int) -> bool:
    """Fuzz one target in a process of its own, and say how that went."""
    folder = Path(tempfile.mkdtemp(prefix="downlink-fuzz-"))
    argv = [sys.executable, "-m", "scripts.lib.fuzz.child", name, f"--folder={folder}"]
    argv += [f"--seconds={seconds}", f"--seed={seed}"]
    env = os.environ | {"PYTHONPATH": f"{ENGINE}{os.pathsep}{ROOT}"}
    with (folder / "log").open("wb") as log:
        try:
            code = subprocess.run(  # noqa: S603  # ourselves
                argv,
                cwd=ROOT,
                env=env,
                stderr=log,
                stdout=log,
                check=False,
                timeout=seconds + _MERCY,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
    told = (folder / "log").read_text("utf-8", "replace")
    print(f"{name}: {_figures(told)}", flush=True)
    if code == 0:
        shutil.rmtree(folder)
        return True
    print("\n".join(line for line in told.splitlines()[-40:] if not line.startswith("#")))
    for path in folder.glob("bad-*"):
        print(f"The input is in {path}. Alone: scripts/fuzz --input {path} {name}")
    print(
        f"{name}: FAILED, exit code {code}; everything it said is in {folder / 'log'}", flush=True
    )
    return False


def _figures(told: str) -> str:
    """Return what libFuzzer says of its work, in a line."""
    done = re.search(r"Done (\d+) runs in (\d+) second", told)
    edges = [int(number) for number in re.findall(r"cov: (\d+)", told)] or [0]
    grown = re.findall(r"^GROWN: (-?\d+)", told, re.MULTILINE) or ["?"]
    runs, took = (int(done[1]), int(done[2])) if done else (0, 1)
    start = re.search(r"INITED\s+cov: (\d+)", told)
    return (
        f"{runs} inputs, {runs // max(took, 1)} a second, {edges[-1]} edges reached"
        f" ({start[1] if start else 0} by the corpus), memory {grown[-1]} blocks"
    )


if __name__ == "__main__":
    sys.exit(main())
