"""Who may import whom: one table (`architecture`), so that the data keeps flowing one way."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
import json
from pathlib import Path
import re
from typing import Final

import pytest

from .architecture import ENGINE, LOADED_BY_NAME, ROOT, RULES, Rule

STARTS: Final = re.compile(
    r"(?:asyncio\.)?(?:create_)?subprocess(?:_exec|_shell)?|multiprocessing(?:\.\w+)?|Popen|pty"
    r"|ProcessPoolExecutor|posix_spawnp?|fork(?:pty)?|os\.system|popen|(?:exec|spawn)[lv]p?e?"
)
"""Names that begin another process."""


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name if name == "__init__" else name.removesuffix(".__init__")


MODULES: Final[Mapping[str, Path]] = {
    module_of(path): path for path in sorted(ROOT.rglob("*.py")) if "frontend" not in path.parts
}


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def statements(module: str) -> Iterator[tuple[str, str | None]]:
    """Yield the module and the name of each import, ours as paths below the integration."""
    path = MODULES[module]
    package = () if module == "__init__" else tuple(module.split("."))
    package = package if path.stem == "__init__" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            if node.module and within(node.module, "downlink"):
                yield from ((f"engine.{node.module}", alias.name) for alias in node.names)
            else:
                yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            for alias in node.names:
                yield ".".join(part for part in base if part) or "__init__", alias.name


def is_ours(name: str) -> bool:
    return name in MODULES or name == ENGINE.partition(".")[0]


def imports(module: str) -> Iterator[str]:
    """Yield what a module imports of ours, with the name that it takes from there."""
    for base, name in statements(module):
        whole = f"{base}.{name}" if base != "__init__" else f"{name}"
        if is_ours(base) or whole in MODULES:
            yield whole


def target_of(name: str) -> str:
    """Return the module that an import loads."""
    return name if name in MODULES else name.rpartition(".")[0] or "__init__"


def rule_for(module: str) -> Rule:
    return next(rule for rule in RULES if within(module, rule.part))


def broken_by(module: str, imported: Sequence[str]) -> str | None:
    """Return a sentence for the first import that no rule allows."""
    rule = rule_for(module)
    for name in imported:
        allowed = any(within(name, part) for part in (rule.part, *rule.may_import))
        if not allowed or (name.split(".")[0] in LOADED_BY_NAME and module not in LOADED_BY_NAME):
            return f"{module} imports {name}, but {rule.because}"
    return None


def test_every_module_has_a_rule() -> None:
    assert [name for name in MODULES if not any(within(name, rule.part) for rule in RULES)] == []


def test_every_rule_has_a_module() -> None:
    parts = {rule.part for rule in RULES}
    assert [part for part in parts if not any(within(name, part) for name in MODULES)] == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_keep_the_rules(module: str) -> None:
    assert broken_by(module, list(imports(module))) is None


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "engine")])
def test_engine_has_no_home_assistant_in_it(module: str) -> None:
    assert [
        name for name, _ in statements(module) if name.startswith(("homeassistant", "custom_"))
    ] == []


@pytest.mark.parametrize("module", MODULES)
def test_nobody_imports_what_home_assistant_loads_by_name(module: str) -> None:
    assert [name for name in imports(module) if name.split(".")[0] in LOADED_BY_NAME] == []


def started_by(source: str) -> set[str]:
    """Return what a module could start another process with."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name):
                names |= {name, ast.unparse(node)}
            case ast.Name(id=name):
                names.add(name)
            case ast.Import(names=found):
                names |= {one.name for one in found}
            case ast.ImportFrom(module=str(module), names=found):
                names |= {module, *(f"{module}.{one.name}" for one in found)}
                names |= {one.name for one in found}
    return {name for name in names if STARTS.fullmatch(name)}


def test_processes_are_started_in_one_place() -> None:
    """A provider is one, the ingest, and what makes a recording one file; nothing for a stream."""
    found = [name for name, path in MODULES.items() if started_by(path.read_text())]
    assert found == [f"{ENGINE}.process.child"]
    manifest = json.loads((ROOT / "manifest.json").read_bytes())
    words = (*manifest["dependencies"], *manifest["after_dependencies"], *manifest["requirements"])
    assert "ffmpeg" not in " ".join(words)


@pytest.mark.parametrize("part", ["streaming", f"{ENGINE}.relay"])
def test_streams_lead_to_no_process(part: str) -> None:
    graph = {name: {target_of(found) for found in imports(name)} for name in MODULES}
    reached: set[str] = set()
    wanted = [name for name in MODULES if within(name, part)]
    while wanted:
        name = wanted.pop()
        if name not in reached:
            reached.add(name)
            wanted += graph[name]
    assert [name for name in reached if within(name, f"{ENGINE}.process")] == []


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess",
        "os.system('ffmpeg')",
        "from os import system",
        "from asyncio import create_subprocess_shell",
        "asyncio.create_subprocess_exec('ffmpeg')",
        "os.posix_spawn('/bin/sh', [], {})",
        "from multiprocessing.pool import Pool",
        "concurrent.futures.ProcessPoolExecutor()",
        "loop.subprocess_exec(make)",
    ],
)
def test_a_start_is_seen(source: str) -> None:
    assert started_by(source)


def test_no_import_leads_in_a_circle() -> None:
    graph = {name: {target_of(found) for found in imports(name)} - {name} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as err:
        pytest.fail(f"these import each other: {' → '.join(err.args[1])}")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.part)
def test_each_rule_can_be_broken(rule: Rule) -> None:
    for stranger in ("media_source.Source", "views.base.TokenView", f"{ENGINE}.ingest.ingest"):
        if not any(within(stranger, part) for part in (rule.part, *rule.may_import)):
            sentence = broken_by(rule.part, [stranger])
            assert sentence
            assert rule.because in sentence
            return
    pytest.fail("it allows everything")
