"""Who may import whom: one table, so that the data keeps flowing one way.

A module's name here is its path below the integration's folder, with dots. `RULES` names what each
part may import beside itself; what no rule allows is forbidden.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
import json
from pathlib import Path
import re
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2] / "custom_components" / "toonami_downlink"
ENGINE: Final = "engine.downlink"
LOADED_BY_NAME: Final = frozenset(
    (
        *("backup", "binary_sensor", "button", "calendar", "event", "sensor", "todo"),
        *("diagnostics", "intent", "llm", "media_source", "repairs", "system_health"),
    )
)
"""What Home Assistant looks for under these names, and loads when it likes."""
STARTS: Final = re.compile(
    r"(?:asyncio\.)?(?:create_)?subprocess(?:_exec|_shell)?|multiprocessing(?:\.\w+)?|Popen|pty"
    r"|ProcessPoolExecutor|posix_spawnp?|fork(?:pty)?|os\.system|popen|(?:exec|spawn)[lv]p?e?"
)
"""Names that begin another process."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one part of the integration may import beside itself, and why not more."""

    part: str
    may_import: tuple[str, ...]
    because: str


def engine(part: str, *may_import: str, because: str) -> Rule:
    return Rule(f"{ENGINE}.{part}", tuple(f"{ENGINE}.{name}" for name in may_import), because)


VALUES: Final = ("models", "errors", "limits", "policy", "text")
"""What every part of the engine may use."""
FEED_READERS: Final = tuple(
    f"{ENGINE}.{name}"
    for name in (
        *VALUES,
        *("client_log", "formats", "lineup", "publish.history", "publish.publication"),
        *("publish.store.Generation", "publish.refresh.logo_url", "timeline", "description"),
        *("airings", "identity", "publish.aired_log.Aired", "publish.aired_log.MAX_AIRED"),
        *("announced", "announcements", "follows", "recording"),
    )
)
"""What those may use that read the published feed: its values, and questions to them."""
STANDS_ON: Final = ("const", "coordinator", "storage", "refreshing", "streaming")

RULES: Final = (
    engine("models", because="values stand on nothing"),
    engine("errors", because="errors stand on nothing"),
    engine("limits", because="numbers stand on nothing"),
    engine("policy", because="numbers stand on nothing"),
    engine("text", "limits", because="text knows limits only"),
    engine("files", "errors", because="files know errors only"),
    engine("boilerplate", because="texts are told by their words only"),
    engine("cron", "errors", because="a schedule knows no feed"),
    engine("client_log", because="who asked for what has to do with no feed"),
    engine("lineup", "models", "text", because="the line-up knows channels only"),
    engine("identity", "models", "text", because="what is shown is told by its values only"),
    engine(
        "airings",
        *("models", "policy", "identity", "lineup", "timeline"),
        because="when something is on again is told by the guide and the line-up",
    ),
    engine(
        "follows",
        *(*VALUES, "airings", "identity"),
        because="what is followed is found in the guide alone",
    ),
    engine(
        "announced",
        *(*VALUES, "airings", "follows"),
        because="what was announced is told by what is followed",
    ),
    engine(
        "announcements",
        *(*VALUES, "airings", "announced", "follows"),
        because="what is announced is told by what is followed and the time",
    ),
    engine("timeline", "models", because="questions to a guide need its values only"),
    engine("description", "models", because="a programme is described by its values only"),
    engine("formats", *VALUES, "timeline", because="formats read and write, and decide nothing"),
    engine(
        "ingest",
        *(*VALUES, "boilerplate", "formats", "lineup", "network", "timeline"),
        because="the ingest knows no disk and no process, and connects to nothing",
    ),
    engine("process", *VALUES, because="a provider is run without a look at what it writes"),
    engine(
        "publish",
        *(*VALUES, "files", "formats", "ingest", "lineup", "process", "timeline"),
        *("airings", "identity"),
        because="a refresh leads from the provider's process to the disk, past no network",
    ),
    engine(
        "provider",
        *(*VALUES, "boilerplate", "files", "formats", "lineup", "network"),
        because="the bundled provider is a program like any other: it knows nothing of its caller",
    ),
    engine("network", "errors", because="addresses are judged without a look at what is there"),
    engine(
        "relay",
        *(*VALUES, "files", "network", "provider.tls", "provider.streams"),
        because="the relay knows streams, not the feed",
    ),
    engine(
        "recording",
        "formats.xtream",
        *(*VALUES, "airings", "files", "follows", "identity", "lineup", "relay", "timeline"),
        *("process.fed", "process.orphans"),
        because="what is recorded is told by the guide and the rules, and comes from the relay",
    ),
    Rule(
        "engine",
        (f"{ENGINE}.provider.cli", f"{ENGINE}.publish.ingest_worker"),
        "the folder that is run only starts the provider or the ingest",
    ),
    Rule("places", ("const",), "an address of the panel is made of numbers"),
    Rule("const", (), "names and defaults stand on nothing of ours"),
    Rule(
        "storage",
        (
            "const",
            *(f"{ENGINE}.{name}" for name in (*VALUES, "lineup", "publish.history", "identity")),
            *(f"{ENGINE}.{name}" for name in ("publish.aired_log", "publish.aired_file")),
            *(f"{ENGINE}.ingest.past.AiredByChannel", f"{ENGINE}.timeline", f"{ENGINE}.follows"),
            *(f"{ENGINE}.announced", f"{ENGINE}.recording"),
            f"{ENGINE}.publish.programme_json",
        ),
        "what is kept is values of the engine",
    ),
    Rule(
        "streaming",
        (
            *("const", "storage"),
            *(
                f"{ENGINE}.{name}"
                for name in (*VALUES, "lineup", "relay", "provider.streams", "provider.tls")
            ),
        ),
        "streams need no feed beside the channel that is asked for",
    ),
    Rule(
        "refreshing",
        ("const", "storage", ENGINE),
        "the coordinator decides when; this is how",
    ),
    Rule(
        "coordinator",
        ("const", "storage", "refreshing", "streaming", ENGINE),
        "the coordinator knows none of those who read it",
    ),
    Rule(
        "following",
        (*STANDS_ON, *FEED_READERS, "places"),
        "what is followed is looked for in the published feed, and told of with a link",
    ),
    Rule(
        "recording",
        (
            *(*STANDS_ON, *FEED_READERS, "following.follows"),
            *(f"{ENGINE}.network", f"{ENGINE}.provider.outside", f"{ENGINE}.relay.viewer"),
            f"{ENGINE}.relay.store",
        ),
        "what is recorded comes of the published feed, what is followed in it, and the relay",
    ),
    Rule("entity", (*STANDS_ON, *FEED_READERS, "places"), "entities read the coordinator"),
    Rule(
        "views",
        (*STANDS_ON, *FEED_READERS, f"{ENGINE}.relay", "recording"),
        "views read the coordinator, and pass streams and recordings on",
    ),
    Rule(
        "assist",
        (*STANDS_ON, *FEED_READERS, "following", "places", "recording"),
        "answers come from the published feed, and from what is followed and recorded of it",
    ),
    Rule(
        "panel",
        (*STANDS_ON, *FEED_READERS, "following", "recording", "views"),
        "the panel shows what is served, and what is followed and recorded of it",
    ),
    Rule(
        "services",
        (*STANDS_ON, *FEED_READERS, "assist", "following", "places", "recording"),
        "actions ask the coordinator, and change what is followed and recorded",
    ),
    Rule(
        "config_flow",
        (
            *(*STANDS_ON, *FEED_READERS, "following.notifications", "recording.options"),
            *(f"{ENGINE}.cron", f"{ENGINE}.publish.refresh.PastReader"),
        ),
        "the dialogs refresh by the same way as the coordinator, and ask whom to tell",
    ),
    *(
        Rule(
            name,
            (
                *(*STANDS_ON, *FEED_READERS, "assist", "entity", "following", "panel", "views"),
                "recording",
            ),
            "what Home Assistant loads by name reads the coordinator, and stays thin",
        )
        for name in sorted(LOADED_BY_NAME - {"system_health"})
    ),
    Rule(
        "system_health",
        (*STANDS_ON, *FEED_READERS, f"{ENGINE}.provider.tls"),
        "whether upstream answers is asked as the provider asks",
    ),
    Rule(
        "__init__",
        (
            *(*STANDS_ON, *FEED_READERS),
            *("assist", "following", "panel", "recording", "services", "views"),
        ),
        "the integration is put together here",
    ),
)


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
