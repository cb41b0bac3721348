"""Say which modules and functions are too long, and what the panel makes a browser load."""

import ast
from collections.abc import Iterator
from pathlib import Path
import subprocess
import sys
from typing import Final

from .panel_sizes import too_large

MODULE: Final = 400
FUNCTION: Final = 60
"""Lines that one can keep in mind."""
SUFFIXES: Final = (".py", ".js", ".mjs", ".css", ".sh")


def modules() -> Iterator[Path]:
    """Yield what is ours and tracked; programs have no suffix."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)  # noqa: S607
    for name in listed.stdout.rstrip("\0").split("\0"):
        path = Path(name)
        program = path.parts[0] in (".ci", "scripts") and not path.suffix
        if "vendor" not in path.parts and (path.suffix in SUFFIXES or program) and path.is_file():
            yield path


def too_long(path: Path) -> Iterator[str]:
    """Yield what is too long in a module; eslint measures the functions of JavaScript."""
    text = path.read_text("utf-8")
    lines = text.count("\n")
    if lines > MODULE:
        yield f"{path}: {lines} lines, {MODULE} at most"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, {FUNCTION} at most"


def main() -> int:
    """Print what is too long or too large; return the exit code."""
    found = [text for path in modules() for text in too_long(path)]
    found.extend(too_large())
    for text in found:
        print(text)
    return int(bool(found))


sys.exit(main())
