"""What the panel makes a browser load: before its first page is there, and later."""

from collections.abc import Iterator
from typing import Final

from .panel_files import FRONTEND, File, ModuleError, read_files, texts

PANEL_FILE: Final = "panel.js"
"""What Home Assistant loads for the panel: the guide, its first page, with all that draws it."""
CARD_FILE: Final = "card.js"
"""Home Assistant loads it with every page of its own."""
SOON: Final = (
    *("ui/search-box.js", "ui/programme-sheet.js"),
    *("shared/ui/play-on.js", "shared/ui/follow-button.js", "shared/ui/way-out.js"),
    *("shared/lib/copy.js", "shared/lib/stored-values.js", "lib/panning.js"),
)
"""What the guide fetches itself when it is there, before anybody asks for it."""
LIMIT: Final = 150_000
WIRE_LIMIT: Final = 45_000
"""Bytes before the first page is there: as they are, and over the network."""
CARD_WIRE_LIMIT: Final = 8_000


def first_page() -> dict[str, File]:
    """Return what is loaded before the guide is there; of the texts, the largest language's."""
    files = read_files(FRONTEND)
    languages = [path for path in files if path.endswith(f".{texts.PANEL}.json")]
    largest = max(languages, key=lambda path: len(files[path].content))
    return {path: files[path] for path in (PANEL_FILE, CARD_FILE, largest)}


def later() -> dict[str, File]:
    """Return what is loaded only when somebody goes on, the largest first; of the texts none."""
    files = read_files(FRONTEND)
    rest = {path for path in files if path.endswith(".js")} - {PANEL_FILE, CARD_FILE}
    return {path: files[path] for path in sorted(rest, key=lambda path: -len(files[path].content))}


def too_large() -> Iterator[str]:
    """Print the sizes, and yield what is over its limit."""
    try:
        page = first_page()
    except ModuleError as err:
        yield str(err)
        return
    print("The panel's first page:")
    _print_sizes(page)
    raw = sum(len(file.content) for file in page.values())
    wire = sum(map(_on_the_wire, page.values()))
    print(f"  {raw:7} bytes of {LIMIT}, {wire:6} of {WIRE_LIMIT} over the network")
    if raw > LIMIT:
        yield f"the panel's first page: {raw} bytes, {LIMIT} at most"
    if wire > WIRE_LIMIT:
        yield f"the panel's first page: {wire} bytes over the network, {WIRE_LIMIT} at most"
    if (card := _on_the_wire(page[CARD_FILE])) > CARD_WIRE_LIMIT:
        yield f"{CARD_FILE} on every page: {card} bytes over the network, {CARD_WIRE_LIMIT} at most"
    print("Loaded later:")
    _print_sizes(later())


def _print_sizes(files: dict[str, File]) -> None:
    for path, file in files.items():
        print(f"  {len(file.content):7} bytes, {_on_the_wire(file):6} over the network  {path}")


def _on_the_wire(file: File) -> int:
    return len(file.gzipped or file.content)
