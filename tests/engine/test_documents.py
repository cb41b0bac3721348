"""What the documents name is there."""

from pathlib import Path
import re
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = (
    "SECURITY.md",
    "CONTRIBUTING.md",
    "README.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
)
PLACES: Final = re.compile(r"(?:tests|scripts|blueprints|custom_components|\.ci|\.github)/.*")


def named(document: str) -> list[str]:
    """Return what is in the document's code, without what is said to a program."""
    text = (ROOT / document).read_text("utf-8")
    return [code.partition(" ")[0] for code in re.findall(r"`([^`\n]+)`", text)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_are_there(document: str) -> None:
    found = [name for name in named(document) if PLACES.fullmatch(name)]
    assert [name for name in found if not (ROOT / name).exists()] == []


def test_tests_are_named_by_their_paths() -> None:
    names = named("SECURITY.md")
    assert [name for name in names if re.search(r"\btest_\w+\.py", name) and "/" not in name] == []
    table = (ROOT / "SECURITY.md").read_text("utf-8").partition("## How this is checked")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    assert [row for row in rows if not re.search(r"`(?:tests|scripts)/[^`]+`", row)] == []
