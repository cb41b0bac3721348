"""Say what hassfest, HACS and Home Assistant's Marketplace would find wrong with the repository.

Their own checks run in .github/workflows; this one needs nothing but the test environment. Texts,
icons and services are compared with the code in tests/integration/test_translations.py.
"""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
import sys
from typing import Any, Final

from homeassistant.const import Platform

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "custom_components" / "toonami_downlink"

REQUIRED: Final = {
    "domain",
    "name",
    "codeowners",
    "documentation",
    "iot_class",
    "issue_tracker",
    "version",
}
OPTIONAL: Final = {
    "after_dependencies",
    "config_flow",
    "dependencies",
    "integration_type",
    "loggers",
    "requirements",
    "single_config_entry",
}
HACS_KEYS: Final = {"name", "homeassistant", "zip_release", "filename"}
"""Those we want out of the ones that are known; any other is refused by HACS."""
# What may be imported from homeassistant.components without being a dependency.
FREE: Final = {platform.value for platform in Platform} | {"frontend", "system_health"}
ICON: Final = (256, 256)
LOGO_SIDE: Final = range(128, 257)
"""Pixels of the shorter side of a logo."""
MAX_WORDS: Final = 2500
"""Of README: ten minutes of reading."""
# Where README answers each documentation rule of the quality scale that is not exempt.
README: Final = {
    "docs-high-level-description": "# Toonami Downlink",
    "docs-installation-instructions": "## Install",
    "docs-installation-parameters": "### Where the feed comes from",
    "docs-configuration-parameters": "## Options",
    "docs-actions": "### Actions",
    "docs-examples": "### Examples",
    "docs-use-cases": "## What it is for",
    "docs-supported-functions": "## What there is in Home Assistant",
    "docs-data-update": "## How the data is kept fresh",
    "docs-known-limitations": "## Known limitations",
    "docs-troubleshooting": "## Troubleshooting",
    "docs-removal-instructions": "## Remove",
}


def read(path: Path) -> Any:
    """Return the JSON of a file."""
    return json.loads(path.read_bytes())


def manifest() -> Iterator[str]:
    """Check the manifest by hassfest's rules."""
    found: dict[str, Any] = read(FOLDER / "manifest.json")
    keys = list(found)
    if missing := REQUIRED - set(keys):
        yield f"lacks {sorted(missing)}"
    if unknown := set(keys) - REQUIRED - OPTIONAL:
        yield f"has keys that hassfest may refuse: {sorted(unknown)}"
    if keys[:2] != ["domain", "name"] or keys[2:] != sorted(keys[2:]):
        yield "has its keys out of order: domain, name, then by the alphabet"
    if found.get("domain") != FOLDER.name:
        yield "names another domain than its folder"
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", found.get("version", "")):
        yield f"has the version {found.get('version')!r}, which is not of the form 1.2.3 or 1.2.3b1"
    for key in ("documentation", "issue_tracker"):
        if not found.get(key, "").startswith("https://github.com/"):
            yield f"{key} does not lead to the repository"
    owners = (ROOT / ".github" / "CODEOWNERS").read_text("utf-8")
    if any(owner not in owners.split() for owner in found.get("codeowners", [])):
        yield "has other code owners than .github/CODEOWNERS"
    if any(re.search(r"\s", item) for item in found.get("requirements", [])):
        yield "has a requirement with a space in it"


def imports() -> Iterator[str]:
    """Check that each part of Home Assistant that is imported is a dependency."""
    found = read(FOLDER / "manifest.json")
    known = FREE | {*found["dependencies"], *found["after_dependencies"]}
    known |= {path.stem for path in FOLDER.glob("*.py")}
    for path in sorted(FOLDER.rglob("*.py")):
        for name in sorted(_components(ast.parse(path.read_text("utf-8"))) - known):
            yield f"{path.relative_to(FOLDER)} imports {name}, which the manifest does not name"


def _components(tree: ast.Module) -> set[str]:
    """Return the names of the components that a module imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    parts = [name.split(".") for name in found]
    return {words[2] for words in parts if words[:2] == ["homeassistant", "components"]}


def hacs() -> Iterator[str]:
    """Check hacs.json, and that there is one integration to be found."""
    found = read(ROOT / "hacs.json")
    if set(found) != HACS_KEYS:
        yield f"has the keys {sorted(found)} instead of {sorted(HACS_KEYS)}"
        return
    if found["name"] != read(FOLDER / "manifest.json")["name"]:
        yield "has another name than the manifest"
    if found["zip_release"] is not True or found["filename"] != f"{FOLDER.name}.zip":
        yield "does not name the zip that scripts/release builds"
    if not re.fullmatch(r"\d{4}\.\d+\.\d+", found["homeassistant"]):
        yield "has no usable version of Home Assistant"
    for text in ("README.md", "pyproject.toml"):
        if found["homeassistant"] not in (ROOT / text).read_text("utf-8"):
            yield f"needs Home Assistant {found['homeassistant']}, of which {text} knows nothing"
    if len(list((ROOT / "custom_components").glob("*/manifest.json"))) != 1:
        yield "is beside more or less than one integration"


def brand() -> Iterator[str]:
    """Check that all eight pictures are there, in the sizes of Home Assistant's brands."""
    names = {
        f"{dark}{kind}{size}.png"
        for dark in ("", "dark_")
        for kind in ("icon", "logo")
        for size in ("", "@2x")
    }
    here = {path.name for path in (FOLDER / "brand").iterdir()}
    if here != names:
        yield f"lacks or has too much: {sorted(here ^ names)}"
    for name in sorted(here & names):
        scale = 2 if "@2x" in name else 1
        width, height = (side / scale for side in _size(FOLDER / "brand" / name))
        good = (width, height) == ICON if "icon" in name else min(width, height) in LOGO_SIDE
        if not good:
            yield f"{name} has {width * scale:g} by {height * scale:g} pixels"


def _size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        return 0, 0
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def icons() -> Iterator[str]:
    """Check that icons are icons, and that a state's differs from the usual one."""
    pending: list[tuple[str, Any]] = [("", read(FOLDER / "icons.json"))]
    while pending:
        path, node = pending.pop()
        if isinstance(node, dict):
            pending += [(f"{path}.{key}".lstrip("."), value) for key, value in node.items()]
            if node.get("default") in node.get("state", {}).values():
                yield f"{path} has a state with the default icon"
        elif not re.fullmatch(r"mdi:[a-z0-9-]+", node):
            yield f"{path} is {node!r}"


def readme() -> Iterator[str]:
    """Check that every documentation rule has its heading, and that it is short."""
    text = (ROOT / "README.md").read_text("utf-8")
    lines = text.splitlines()
    for rule, heading in README.items():
        if heading not in lines:
            yield f"has no heading {heading!r} for the rule {rule}"
    # Neither code nor where links lead is read.
    read_aloud = re.sub(r"```.*?```|<[^>]+>|\]\([^)]*\)", " ", text, flags=re.DOTALL)
    if (count := len(re.findall(r"\w[\w'.-]*", read_aloud))) > MAX_WORDS:
        yield f"has {count} words instead of {MAX_WORDS}: what is long belongs below docs/"


def documents() -> Iterator[str]:
    """Check that each link of a document has its target, and each heading a line of its own."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        name = path.relative_to(ROOT)
        if found := re.search(r"\S +#{2,} .*", text):
            yield f"{name} has a heading within a line: {found[0]}"
        for link in re.findall(r"\]\(([^):]+)\)|src(?:set)?=\"([^\":]+)\"", text):
            target, _, anchor = "".join(link).partition("#")
            file = path.parent / target if target else path
            if not file.exists():
                yield f"{name} links to {target}, which is not there"
            elif anchor and anchor not in _anchors(file.read_text("utf-8")):
                yield f"{name} links to {target}#{anchor}, a heading that is not there"


def _anchors(text: str) -> set[str]:
    """Return what GitHub calls the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main() -> int:
    """Print what is wrong; return the exit code."""
    checks = {
        "manifest.json": manifest,
        "imports": imports,
        "hacs.json": hacs,
        "brand": brand,
        "icons.json": icons,
        "README.md": readme,
        "document": documents,
    }
    wrong = [f"{name} {text}" for name, check in checks.items() for text in check()]
    for text in wrong:
        print(text)
    return int(bool(wrong))


sys.exit(main())
