"""The panel's texts, in the parts in which browsers load them."""

from collections.abc import Callable, Mapping
import json
import re
from typing import Any, Final

from .modules import Module, reachable

PANEL: Final = "panel"
"""What the first page can say."""
REST: Final = "rest"
"""What only the other pages say, and what opens above the first."""
CARD: Final = "card"
"""What the card and its editor can say."""

_PREFIX: Final = re.compile(r"`([a-z_]+\.(?:[a-z_.]*))\$\{")
_OPEN: Final = re.compile(r"`\$\{\w+\}\.")


def share_out(modules: Mapping[str, Module], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts of the texts of each language, by path."""
    panel = _needed_by(reachable("panel.js", modules), modules)
    card = _needed_by(reachable("card.js", modules, later=True), modules)
    parts: dict[str, Callable[[str], bool]] = {
        PANEL: panel,
        REST: lambda key: not panel(key),
        CARD: card,
    }
    served: dict[str, bytes] = {}
    for path, content in files.items():
        if path.startswith("i18n/"):
            texts: dict[str, Any] = json.loads(content)
            for part, is_in in parts.items():
                chosen = {key: text for key, text in texts.items() if is_in(key)}
                written = json.dumps(chosen, ensure_ascii=False, separators=(",", ":"))
                served[path.replace(".json", f".{part}.json")] = written.encode()
    return served


def _needed_by(paths: list[str], modules: Mapping[str, Module]) -> Callable[[str], bool]:
    """Return whether these modules can name a text: in full, or by how its key begins."""
    code = "\n".join(modules[path].body for path in paths)
    # What stands between two quotation marks, whichever of them open.
    quoted = set(code.split('"')[1:-1])
    prefixes = tuple(_PREFIX.findall(code))
    # A key whose first word is a value: any word in quotation marks may be it.
    words = set(re.findall(r'"([a-z_]+)"', code)) if _OPEN.search(code) else set()

    def is_needed(key: str) -> bool:
        return key in quoted or key.startswith(prefixes) or key.partition(".")[0] in words

    return is_needed
