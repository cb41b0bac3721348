"""What the panel makes a browser load: before its first page is there, and later."""

from collections.abc import Iterator
import gzip
from pathlib import Path
import re
from typing import Final

INTEGRATION: Final = Path(__file__).resolve().parents[2] / "custom_components" / "toonami_downlink"
FRONTEND: Final = INTEGRATION / "frontend"
PANEL: Final = "panel.js"
"""The module that Home Assistant loads; the guide is its first page."""
CARD: Final = "card.js"
"""Home Assistant loads it with every page of its own."""
OTHERS: Final = ("channels/other.png",)
"""The logo of channels that the station does not have today."""
LIMITS: Final = {
    "code": 102_000,
    "card": 7_000,
    "styles": 25_500,
    "texts": 26_000,
    "pictures": 77_000,
}
"""Bytes before the first page is there, by kind, as the files are."""
WIRE_LIMIT: Final = 136_000
"""Bytes of all of it over the network: text compressed, pictures as they are."""

_IMPORT: Final = re.compile(r'(?:^import|\bfrom) "(\.[^"]+)";$', re.MULTILINE)
_SHEET: Final = re.compile(r'loadSheet\("(\w+)"\)')
_SHARED_SHEETS: Final = ("tokens", "controls")
"""Named in a list in lib/assets.js."""


def first_page() -> dict[str, list[Path]]:
    """Return the files that the guide needs, by kind; of the texts, the largest language's."""
    code = sorted(_modules(FRONTEND / PANEL))
    sheets = {name for module in code for name in _SHEET.findall(module.read_text("utf-8"))}
    texts = max((FRONTEND / "i18n").glob("*.json"), key=lambda path: path.stat().st_size)
    others = {FRONTEND / name for name in OTHERS}
    return {
        "code": code,
        "card": sorted(_modules(FRONTEND / CARD) - set(code)),
        "styles": sorted(FRONTEND / f"css/{name}.css" for name in sheets | set(_SHARED_SHEETS)),
        "texts": [texts],
        "pictures": [
            *sorted(set((FRONTEND / "channels").iterdir()) - others),
            FRONTEND / "lib/icons.json",
        ],
    }


def later() -> list[Path]:
    """Return what is loaded only when somebody goes on, the largest first; of the texts none."""
    first = {path for paths in first_page().values() for path in paths}
    suffixes = (".js", ".css", ".png")
    rest = [path for path in FRONTEND.rglob("*") if path.suffix in suffixes and path not in first]
    return sorted(rest, key=lambda path: -path.stat().st_size)


def too_large() -> Iterator[str]:
    """Print the sizes, and yield what is over its limit."""
    page = first_page()
    total = wire = 0
    print("The panel's first page:")
    for kind, paths in page.items():
        size = sum(path.stat().st_size for path in paths)
        sent = sum(_on_the_wire(path) for path in paths)
        total, wire = total + size, wire + sent
        print(f"  {kind:9} {size:7} bytes of {LIMITS[kind]:7}, {sent:7} over the network")
        if size > LIMITS[kind]:
            yield f"the panel's first page: {size} bytes of {kind}, {LIMITS[kind]} at most"
    print(f"  {'all':9} {total:7} bytes of {sum(LIMITS.values()):7}, {wire:7} of {WIRE_LIMIT}")
    if wire > WIRE_LIMIT:
        yield f"the panel's first page: {wire} bytes over the network, {WIRE_LIMIT} at most"
    print("Loaded later:")
    for path in later():
        print(f"  {path.stat().st_size:7} bytes  {path.relative_to(FRONTEND).as_posix()}")


def _modules(start: Path) -> set[Path]:
    """Return a module, and all that it imports at once."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop().resolve()
        if module not in found:
            found.add(module)
            waiting.extend(
                module.parent / name for name in _IMPORT.findall(module.read_text("utf-8"))
            )
    return found


def _on_the_wire(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".png" else len(gzip.compress(content, mtime=0))
