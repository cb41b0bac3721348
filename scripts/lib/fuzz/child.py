"""Fuzz one target in a process of its own, which libFuzzer ends."""

import argparse
import os
from pathlib import Path
import sys
from typing import Final

import atheris

from .target import CORPUS, load, place_of
from .watch import Watch

WRONG: Final = 77
"""The exit code when an input is bad, as it is libFuzzer's."""
_MAX_BYTES: Final = 16 * 1024
"""Of what is not stretched."""
_HANG: Final = 30
_MEMORY: Final = 1024
"""MiB."""


def main() -> None:
    """Fuzz until the time is up; bad inputs are written to the folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    module, key = place_of(args.target)
    with atheris.instrument_imports(include=["downlink", module]):
        target = load(args.target)
    new, words, bad = args.folder / "new", args.folder / "words", args.folder / "bad-stopped"
    new.mkdir()
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens), "ascii")
    watch = Watch(target, args.seconds, args.seed, bad)

    def keep(data: bytes) -> None:
        bad.unlink(missing_ok=True)
        (args.folder / "bad-input").write_bytes(data)
        sys.stderr.flush()
        os._exit(WRONG)

    options: dict[str, object] = {
        "seed": args.seed,
        "max_total_time": args.seconds,
        "max_len": _MAX_BYTES,
        "timeout": _HANG,
        "rss_limit_mb": _MEMORY,
        "artifact_prefix": args.folder / "bad-",
    }
    if target.tokens:
        options["dict"] = words
    known = [str(path) for path in (CORPUS / key,) if path.is_dir()]
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(new), *known],
        lambda data: watch.try_all(bytes(data), keep),
    )
    atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main()
