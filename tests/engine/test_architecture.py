"""Who may import whom: the rules that keep the data flowing one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "custom_components" / "toonami_downlink"
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
ENGINE = [path for path in MODULES if path.parts[0] == "engine"]
OUTSIDE = [path for path in MODULES if path.parts[0] != "engine"]
ENGINE_PACKAGE = ".engine.downlink."
FOR_THE_COORDINATOR = {"folder", "ingest", "refresh", "runner", "store"}
FOR_ALL = {"..engine.downlink.store.Generation", ".engine.downlink.store.Generation"}


def imports(module: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports; relative ones begin with their dots."""
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from (
                f"{base}.{alias.name}" if base.strip(".") else f"{base}{alias.name}"
                for alias in node.names
            )


def test_there_is_something_to_check() -> None:
    assert Path("engine/downlink/ingest.py") in ENGINE
    assert Path("coordinator.py") in OUTSIDE


@pytest.mark.parametrize("module", ENGINE, ids=str)
def test_engine_has_no_home_assistant_in_it(module: Path) -> None:
    above = "." * len(module.parts)
    for name in imports(module):
        assert not name.startswith(("homeassistant", "custom_components"))
        assert not name.startswith(above), "imports from outside the engine"


@pytest.mark.parametrize("module", OUTSIDE, ids=str)
def test_only_the_coordinator_refreshes(module: Path) -> None:
    engine_imports = {
        name.lstrip(".").removeprefix(ENGINE_PACKAGE.lstrip(".")).split(".")[0]
        for name in imports(module)
        if ENGINE_PACKAGE in f".{name.lstrip('.')}" and name not in FOR_ALL
    }
    if module == Path("coordinator.py"):
        assert engine_imports >= FOR_THE_COORDINATOR - {"ingest"}
    else:
        assert not engine_imports & FOR_THE_COORDINATOR


def test_const_imports_nothing_of_ours() -> None:
    assert not [name for name in imports(Path("const.py")) if name.startswith(".")]
