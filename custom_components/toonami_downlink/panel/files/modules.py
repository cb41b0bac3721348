"""The panel's modules, put together for the network.

The sources are small modules that browsers could load as they are, each by a request of its own:
over a slow line, with the six connections that a browser has, most of the time is waiting then. So
the modules that a page needs at once travel as one file, the style sheets and data that they name
in it. Nothing is translated: each module becomes a function of its own, in the order in which the
imports would run them. Nothing is stored either: this is done when Home Assistant starts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import json
from posixpath import dirname, join, normpath, relpath
import re
from typing import Final

ROOTS: Final = ("panel.js", "card.js")
"""What Home Assistant loads. What both need is in both: the card is on pages without the panel."""
TEXTS: Final = "lib/strings.js"
"""The module whose `withTexts` waits for the texts of what is loaded later."""

_NAME: Final = "tdl$"
_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*|//[^\n]*)", re.MULTILINE | re.DOTALL)
_IMPORT: Final = re.compile(
    r'^import\s*(?:(?P<names>\{[^}]*\})\s*from\s*)?"(?P<path>\.[^"]+)";$', re.MULTILINE
)
_PASSED_ON: Final = re.compile(
    r'^export\s*(?P<names>\{[^}]*\})\s*from\s*"(?P<path>\.[^"]+)";$', re.MULTILINE
)
_DECLARED: Final = re.compile(
    r"^export (?=(?:async function|function|class|const) (?P<name>\w+))", re.MULTILINE
)
_LISTED: Final = re.compile(r"\bexport\s*(?P<names>\{[^{}]*\});?[ \t]*$", re.MULTILINE)
_LEFT_OVER: Final = re.compile(r"^\s*(?:export\b|import\b(?!\())[^\n]*", re.MULTILINE)
_LATER: Final = re.compile(r"\bimport\((?P<quote>[\"`])(?P<path>\.[^\"`]+)(?P=quote)\)")
_FILE: Final = re.compile(r'\b(?P<call>load(?P<kind>Sheet|Data))\("(?P<name>[^"]+)"\)')
_HERE: Final = "import.meta.url"


class ModuleError(Exception):
    """A module is not written in the form that can be put together."""


@dataclass(frozen=True)
class Module:
    """A module, taken apart; names are pairs of the name here and the name outside."""

    path: str
    body: str
    """The code without its imports and exports."""
    imports: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    passed_on: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    exports: list[tuple[str, str]] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    """What it loads when it is needed."""

    @property
    def needs(self) -> list[str]:
        """The modules that have to run before this one."""
        return [path for path, _ in (*self.imports, *self.passed_on)]


@dataclass(frozen=True)
class Chunk:
    """Modules that travel together, each after those that it needs."""

    path: str
    modules: list[str]


def parse_all(files: Mapping[str, bytes]) -> dict[str, Module]:
    """Return the modules among the panel's files, by path. Raises ModuleError."""
    return {path: parse(path, files) for path in files if path.endswith(".js")}


def put_together(modules: Mapping[str, Module], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the modules as they are served, by path, with the files that they name in them.

    Raises ModuleError.
    """
    served: dict[str, bytes] = {}
    for root in ROOTS:
        chunks = list(_chunks(root, modules))
        places = {path: chunk.path for chunk in chunks for path in chunk.modules}
        if TEXTS not in places and len(chunks) > 1:
            raise ModuleError(f"{root} loads something later, but not {TEXTS}")
        for chunk in chunks:
            if chunk.path in served:
                raise ModuleError(f"{chunk.path} is loaded later by the panel and by the card")
            if _is_alone(chunk, modules):
                served[chunk.path] = files[chunk.path]
            else:
                served[chunk.path] = _Writer(chunk, modules, places, files).text().encode()
    return served


def reachable(path: str, modules: Mapping[str, Module], *, later: bool = False) -> list[str]:
    """Return a module and what it needs, each after what it needs itself.

    With `later` also what is only loaded when it is needed.
    """
    found: dict[str, None] = {}
    begun: set[str] = set()

    def visit(path: str) -> None:
        if path in begun:
            if path not in found and not later:
                raise ModuleError(f"{path} needs itself, by way of others")
            return
        begun.add(path)
        module = modules[path]
        for needed in (*module.needs, *(module.later if later else ())):
            visit(needed)
        found[path] = None

    visit(path)
    return list(found)


def parse(path: str, files: Mapping[str, bytes]) -> Module:
    """Take a module apart. Raises ModuleError."""
    text = files[path].decode()
    if _is_vendored(path):
        return _parse_vendored(path, text)
    text = _COMMENT.sub("", text)
    module = Module(path, "")
    for pattern, found in ((_IMPORT, module.imports), (_PASSED_ON, module.passed_on)):
        for match in pattern.finditer(text):
            found.append((_target(path, match["path"], files), _names(match["names"])))
        text = pattern.sub("", text)
    module.exports.extend((match["name"],) * 2 for match in _DECLARED.finditer(text))
    text = _DECLARED.sub("", text)
    for match in _LISTED.finditer(text):
        module.exports.extend(_names(match["names"]))
    text = _LISTED.sub("", text)
    if left_over := _LEFT_OVER.search(text):
        raise ModuleError(f"{path}: cannot be put together: {left_over[0].strip()}")
    if _NAME in text:
        raise ModuleError(f"{path}: names that begin with {_NAME} are taken")
    for match in _LATER.finditer(text):
        module.later.extend(_targets(path, match["path"], files))
    # What is indented is code or markup, where a line's own blanks mean nothing.
    lines = map(str.strip, text.splitlines())
    return Module(
        path,
        "\n".join(line for line in lines if line),
        module.imports,
        module.passed_on,
        module.exports,
        module.later,
    )


def _is_vendored(path: str) -> bool:
    return path.startswith("vendor/")


def _parse_vendored(path: str, text: str) -> Module:
    """Take a module of others apart: it needs nothing, and lists what it exports at its end."""
    listed = list(_LISTED.finditer(text))
    if not listed:
        return Module(path, text)
    return Module(path, text[: listed[-1].start()], exports=_names(listed[-1]["names"]))


def _names(names: str | None) -> list[tuple[str, str]]:
    """Return pairs of what stands before and behind ``as``."""
    if names is None:
        return []
    words = [name.split(" as ") for name in names.strip("{}").split(",") if name.strip()]
    return [(parts[0].strip(), parts[-1].strip()) for parts in words]


def _target(path: str, asked: str, files: Mapping[str, bytes]) -> str:
    target = normpath(join(dirname(path), asked))
    if target not in files:
        raise ModuleError(f"{path} imports {asked}, which is not there")
    return target


def _targets(path: str, asked: str, files: Mapping[str, bytes]) -> list[str]:
    """Return what a path with values in it can mean."""
    pattern = normpath(join(dirname(path), re.sub(r"\$\{[^}]*\}", "*", asked)))
    found = [name for name in files if fnmatchcase(name, pattern)]
    if not found:
        raise ModuleError(f"{path} imports {asked}, which is not there")
    return sorted(found)


def _chunks(root: str, modules: Mapping[str, Module]) -> Iterator[Chunk]:
    """Share out what a root can load: at once, with one thing later, or with several."""
    first = reachable(root, modules)
    yield Chunk(root, first)
    entries = sorted(
        {name for path in reachable(root, modules, later=True) for name in modules[path].later}
        - set(first)
    )
    needed = {entry: reachable(entry, modules) for entry in entries}
    groups: dict[tuple[str, ...], list[str]] = {(entry,): [] for entry in entries}
    for path in dict.fromkeys(path for paths in needed.values() for path in paths):
        if path not in first:
            users = tuple(entry for entry in entries if path in needed[entry])
            groups.setdefault(users, []).append(path)
    for users, paths in groups.items():
        ordered = [path for path in needed[users[0]] if path in paths]
        yield Chunk(users[0] if len(users) == 1 else f"shared/{ordered[-1]}", ordered)


def _is_alone(chunk: Chunk, modules: Mapping[str, Module]) -> bool:
    """Whether it is a file of others that nothing has to be put to."""
    return chunk.modules == [chunk.path] and _is_vendored(chunk.path)


class _Writer:
    """Writes the file of a chunk."""

    def __init__(
        self,
        chunk: Chunk,
        modules: Mapping[str, Module],
        places: Mapping[str, str],
        files: Mapping[str, bytes],
    ) -> None:
        self._chunk = chunk
        self._modules = modules
        self._places = places
        self._files = files
        numbers = {path: number for number, path in enumerate(sorted(modules))}
        self._variables = {path: f"{_NAME}{number}" for path, number in numbers.items()}

    def text(self) -> str:
        """Return the whole file."""
        here = [self._variables[path] for path in self._chunk.modules]
        written = [self._module(self._modules[path]) for path in self._chunk.modules]
        lines = [*self._imports(), *written]
        if here:
            lines.append(f"export {{ {', '.join(here)} }};")
        entry = self._modules.get(self._chunk.path)
        if entry and (names := [outside for _, outside in self._offered(entry)]):
            lines.append(f"export const {{ {', '.join(names)} }} = {self._variables[entry.path]};")
        return "\n".join(lines) + "\n"

    def _imports(self) -> Iterator[str]:
        """Import what travels elsewhere."""
        needed: set[str] = set()
        for path in self._chunk.modules:
            needed.update(self._modules[path].needs)
            if self._modules[path].later:
                needed.add(TEXTS)
        if self._chunk.path in self._modules:
            needed.add(self._chunk.path)
        by_place: dict[str, list[str]] = {}
        for path in sorted(needed - set(self._chunk.modules)):
            by_place.setdefault(self._places[path], []).append(self._variables[path])
        for place, variables in by_place.items():
            yield f'import {{ {", ".join(variables)} }} from "{self._way(place)}";'

    def _module(self, module: Module) -> str:
        """Write a module as a function that returns what it exports."""
        taken = [
            f"const {{ {_pairs(names)} }} = {self._variables[path]};"
            for path, names in module.imports
            if names
        ]
        given = [
            f"{outside}: {inside}" if inside != outside else inside
            for inside, outside in module.exports
        ]
        given += [
            f"{outside}: {self._variables[path]}.{inside}"
            for path, names in module.passed_on
            for inside, outside in names
        ]
        return "\n".join(
            [
                f"/* {module.path} */",
                f"const {self._variables[module.path]} = (() => {{",
                *taken,
                self._body(module),
                f"return {{ {', '.join(given)} }};",
                "})();",
            ]
        )

    def _body(self, module: Module) -> str:
        """Return the code with its paths turned, and with the files that it names."""
        body = module.body.replace(_HERE, f'new URL("{self._way(module.path)}", {_HERE}).href')
        body = _FILE.sub(self._with_file, body)
        return _LATER.sub(lambda match: self._later(module, match), body)

    def _with_file(self, call: re.Match[str]) -> str:
        """Put a file's content behind its name."""
        name = call["name"]
        path = f"css/{name}.css" if call["kind"] == "Sheet" else name
        if path not in self._files:
            raise ModuleError(f"{self._chunk.path} loads {path}, which is not there")
        text = self._files[path].decode()
        content = _sheet(text) if call["kind"] == "Sheet" else json.loads(text)
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return f'{call["call"]}("{name}", {written})'

    def _later(self, module: Module, match: re.Match[str]) -> str:
        way = self._way(normpath(join(dirname(module.path), match["path"])))
        asked = f"import({match['quote']}{way}{match['quote']})"
        return f"{self._variables[TEXTS]}.withTexts({asked})"

    def _offered(self, module: Module) -> Iterable[tuple[str, str]]:
        return (*module.exports, *(pair for _, names in module.passed_on for pair in names))

    def _way(self, path: str) -> str:
        """Return the way from this chunk's folder to a path."""
        way = relpath(path, dirname(self._chunk.path) or ".")
        return way if way.startswith(".") else f"./{way}"


def _pairs(names: Iterable[tuple[str, str]]) -> str:
    """Write imported names as a pattern."""
    return ", ".join(f"{name}: {local}" if name != local else name for name, local in names)


def _sheet(text: str) -> str:
    """Return a style sheet without comments, indentation and line ends."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return " ".join(line for line in map(str.strip, bare.splitlines()) if line)
