"""Every regular expression takes time in proportion to its input, whatever that is.

They are found in the source, so that a new one has to be added here. A text that is twice as long
may take twice as long: three doublings are measured in one process, and eight times the work is
told from sixty-four times with room to spare. How fast the machine is does not matter.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
import re
import time
from typing import Any, Final

import pytest

import custom_components.toonami_downlink as integration

ROOT: Final = Path(integration.__file__).parent
FUNCTIONS: Final = frozenset(
    ("compile", "match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn")
)
OUR_OWN: Final = ROOT / "panel" / "files"
"""What is read there is the panel's code and nothing from outside."""
SMALLEST: Final = 1000
DOUBLINGS: Final = 3
MOST: Final = 3.0
"""Times the work that is fair: a quadratic one is at eight here, a cubic one at sixty-four."""
REPEATED: Final = (" ", "\t", "\n", "a", "a ", "0", "0.", ".", "-", '"', "<", "&", "&#0", "/", "é")
"""What is tried with each expression."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression in the source."""

    where: str
    """The module and the name, or the function and its pattern."""
    pattern: re.Pattern[Any]
    methods: frozenset[str]
    """How it is used."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that nearly matches, made longer and longer."""

    repeated: str
    before: str = ""
    after: str = "\x01"

    def text(self, count: int) -> str:
        return self.before + self.repeated * (count // len(self.repeated)) + self.after


@dataclass(slots=True)
class Source:
    """A module, and the uses of compiled expressions in it."""

    name: str
    tree: ast.Module
    uses: dict[str, set[str]] = field(default_factory=dict)


ENGINE: Final = "engine.downlink."
ATTACKS: Final[Mapping[str, tuple[Attack, ...]]] = {
    "refreshing.texts._MARKUP": (Attack("http"), Attack("http:"), Attack("www.")),
    "views.origin._NAME": (Attack("a."), Attack("a-"), Attack("a" * 62 + ".")),
    "views.origin:fullmatch(:[0-9]{1,5})": (Attack("1", ":"),),
    "views.hdhomerun:fullmatch([0-9]{1,6})": (),
    "views.base:fullmatch(\\s*q\\s*=\\s*([01](?:\\.[0-9]{0,3})?)\\s*)": (
        Attack(" ", "q"),
        Attack(" ", "q="),
        Attack(" ", "q=1"),
    ),
    'views.base:findall("[^"]*")': (Attack("x", '"'), Attack('"x')),
    "views.stream._NAME": (Attack("1", "", ".m3u8"),),
    "views.stream._NUMBER": (Attack("1"),),
    "views.stream._SEGMENT": (Attack("1"), Attack("1", "1/"), Attack("notice", "1/")),
    "views.xtream._NUMBER": (Attack("0", "1."),),
    "assist.sentences:sub([^\\w'/ -])": (),
    "assist.sentences:sub([^\\w'/&.:,!? -])": (),
    "assist.sentences:sub((?<!\\w)[.:,!?]|[:,!?](?!\\w)|(?<!\\w\\.\\w)\\.(?!\\w))": (
        Attack("a."),
        Attack("a.", "", "."),
        Attack(":", "a"),
    ),
    "assist.sentences:sub((?<![a-z0-9]) | (?![a-z0-9]))": (),
    "moving.content._IDENTITY": (Attack("a"),),
    "moving.content._DIGEST": (Attack("a"),),
    "storage.followed._IDENTITY": (Attack("a"),),
    "storage.recorded._IDENTITY": (Attack("a"),),
    "recording.library._TRACK": (Attack("a"),),
    "recording.library:sub(([*?\\[]))": (Attack("*"), Attack("[")),
    "storage.log_filter._TYPED": (Attack("a", "/tv/"), Attack("/tv/"), Attack("%61", "/tv/")),
    "storage.log_filter._WATCHING": (Attack("a", "/watch/"), Attack("/watch/")),
    "views.parts._RANGE": (Attack("1", "bytes="), Attack("1", "bytes=1-")),
    "views.past._PLACE": (Attack("1"), Attack("1", "1-")),
    "views.recordings._NAME": (Attack("1"), Attack("1", "", ".mp4")),
    "views.recordings._SEGMENT": (Attack("1"), Attack("1", "1/")),
    "recording.pausing._OURS": (Attack("a"),),
    f"{ENGINE}player_secrets.SHAPES": (Attack("A"), Attack("a", "toonami")),
    f"{ENGINE}short_codes._CODE": (Attack("a"),),
    f"{ENGINE}formats.timeshift._WRITTEN": (Attack("1"), Attack("1", "2026-11-26:20-30-")),
    f"{ENGINE}formats.timeshift._SECONDS": (Attack("1"),),
    f"{ENGINE}formats.timeshift._MILLISECONDS": (Attack("1"),),
    f"{ENGINE}formats.timeshift._LENGTH": (Attack("1"), Attack("1", "1.")),
    f"{ENGINE}recording.finish._PROGRESS": (
        Attack("frame=\n"),
        Attack(" ", "frame="),
        Attack("1", "frame="),
        Attack("frame=1\n"),
    ),
    f"{ENGINE}recording.journal._RECORD": (
        Attack("#EXT-X-DISCONTINUITY\n"),
        Attack("#EXT-X-PROGRAM-DATE-TIME:"),
        Attack("1", "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:30:00."),
        Attack("\n"),
    ),
    f"{ENGINE}recording.naming._LIKE_NUMBERS": (Attack("e"), Attack("ep_"), Attack("e1")),
    f"{ENGINE}recording.naming._REFUSED": (Attack(":"),),
    f"{ENGINE}recording.naming._RESERVED": (Attack(" ", "CON"), Attack("CON")),
    f"{ENGINE}recording.tags._SPECIAL": (Attack("="),),
    f"{ENGINE}recording.track._SEGMENT": (Attack("1"), Attack("1", "", ".ts")),
    f"{ENGINE}text._WORD": (Attack("a"),),
    f"{ENGINE}lineup:sub([^a-z0-9]+)": (Attack("-"),),
    f"{ENGINE}client_log:match([\\w .+-]+)": (Attack("a+"),),
    f"{ENGINE}process.command._OPTION": (Attack("-"), Attack("-m")),
    f"{ENGINE}provider.tls._HASHED": (Attack("0", "00000000."),),
    f"{ENGINE}relay.addresses._NUMERIC": (Attack("0"), Attack("a", "0x")),
    f"{ENGINE}relay.elementary._H264_START": (Attack("\0"), Attack("\0\0\1")),
    f"{ENGINE}relay.playlist._ATTRIBUTE": (
        Attack(" "),
        Attack("A"),
        Attack("x", 'A="'),
        Attack("x", "A="),
        Attack(" ", "A=x"),
        Attack(" ", "A=", '"'),
    ),
    f"{ENGINE}relay.playlist._DECIMAL": (Attack("1"), Attack("1", "1.")),
    f"{ENGINE}relay.playlist._INTEGER": (Attack("1"),),
    f"{ENGINE}text.FORBIDDEN": (Attack("\x01"),),
    f"{ENGINE}text._LINE_END": (Attack("\r"), Attack("\r\n")),
    f"{ENGINE}text._BLANK_LINES": (Attack("\n\nx"), Attack("\n\n\n")),
    f"{ENGINE}text._ENTITY": (Attack("0", "&#"), Attack("a", "&"), Attack("&a"), Attack("&#x")),
    f"{ENGINE}text._BREAK": (Attack(" ", "<br"), Attack("<br ")),
    f"{ENGINE}text._TAG": (Attack("<b"), Attack("</")),
    f"{ENGINE}text._URL": (
        Attack("a.", "http://"),
        Attack("a-", "http://"),
        Attack("a", "http://"),
        Attack(":", "http://["),
        Attack("0", "http://a:"),
        Attack("/", "http://a"),
    ),
    f"{ENGINE}formats.m3u._DURATION": (Attack("-1"), Attack("1."), Attack(" ", "", "-")),
    f"{ENGINE}formats.m3u._KEY": (Attack("a-"), Attack(" ", "a"), Attack(" ", "a=")),
    f"{ENGINE}formats.m3u._END_OF_WORD": (),
    f"{ENGINE}formats.m3u._MARKUP": (Attack("<!"),),
    f"{ENGINE}formats.xml_repair._UNREADABLE": (Attack("&#"), Attack("0", "&#"), Attack("&#x0")),
    f"{ENGINE}formats.xml_repair._LOOSE": (
        Attack("a", "&"),
        Attack("&a"),
        Attack("<"),
        Attack("]"),
        Attack("0", "&#"),
    ),
    f"{ENGINE}formats.xml_repair._TOO_HIGH": (Attack("0", "&#"), Attack("&#9999999")),
    f"{ENGINE}formats.xml_repair._SECTION": (Attack("<![CDATA"), Attack("]]")),
    f"{ENGINE}formats.xmltv_document._ENCODING": (Attack("encoding"), Attack(" ", "encoding")),
    f"{ENGINE}formats.xmltv_document._WEB_PAGE": (Attack(" ", "<!doctype"),),
    f"{ENGINE}formats.xmltv_writer._SPECIAL": (),
    f"{ENGINE}formats.xmltv_values._TIME": (
        Attack("1", "20261010062907."),
        Attack(" ", "20261010062907"),
        Attack("0", "20261010062907+"),
    ),
    f"{ENGINE}formats.xmltv_values._MADE": (Attack("0", "19990417T"), Attack(" ", "1999")),
    f"{ENGINE}formats.xmltv_values._NUMBERED": (
        Attack(" ", "1"),
        Attack(" / ", "1"),
        Attack(".", "1"),
        Attack("0", "1/"),
        Attack("0", "1.1."),
    ),
    f"{ENGINE}formats.xmltv_values._ONSCREEN": (
        Attack(" ", "S1"),
        Attack("0", "s"),
        Attack("e1", "s1"),
        Attack("-1", "s1e1"),
    ),
    f"{ENGINE}formats.xmltv_values._CROSSED": (Attack("1x"), Attack("1", "1x")),
    f"{ENGINE}formats.xmltv_values._ALONE": (Attack("1/"),),
    f"{ENGINE}formats.xmltv_values._CLUMP": (Attack("1/"),),
    f"{ENGINE}formats.xmltv_values._STARS": (Attack("1", "1."), Attack(" ", "1/1.")),
    f"{ENGINE}boilerplate._NO_PLOT": (Attack("be the first "), Attack("know what this is about")),
    f"{ENGINE}boilerplate._NO_NAME": (Attack("0", "", " more credit"), Attack("see more")),
    f"{ENGINE}boilerplate._NO_TITLE": (Attack("1.", "episode #"), Attack("episode ")),
    f"{ENGINE}boilerplate._NO_PICTURE": (Attack("imdb_"), Attack("media-amazon.com/images")),
    f"{ENGINE}ingest.marking._FILM": (Attack("movie "), Attack("film")),
    f"{ENGINE}ingest.normalise._NO_DAY": (Attack("0"), Attack("0101")),
    f"{ENGINE}ingest.channel_matching._SHIFT": (Attack("1", "+"), Attack("1", "1.")),
    f"{ENGINE}process.runner._VERSION": (Attack("1.1-"), Attack("1.", "", "_"), Attack("v1")),
    f"{ENGINE}process.command.PLACEHOLDER": (Attack("{m3u"),),
    f"{ENGINE}publish.store._NUMBER": (Attack("0", "", "x"),),
    f"{ENGINE}provider.imdb._CUT": (
        Attack(" ", "..."),
        Attack("...", "", " x"),
        Attack(" ..."),
        Attack(" ", "... see full summary", "x"),
    ),
    f"{ENGINE}provider.dates._YEAR": (Attack("199"), Attack("1999", "", "0")),
    f"{ENGINE}provider.dates._WRITTEN": (Attack("jan"), Attack("1 "), Attack(" ", "1 jan")),
    f"{ENGINE}provider.dates._ISO": (Attack("1999-"), Attack("1999-01-")),
    f"{ENGINE}provider.title_matching._YEAR_SUFFIX": (Attack("(1999)", "", "x"), Attack(" (1999)")),
    f"{ENGINE}provider.title_matching:findall(\\w+)": (),
    f"{ENGINE}provider.title_matching:sub(['\\u2019])": (Attack("'"),),
}
"""The worst inputs of each expression, beside `REPEATED`."""


def is_use(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.attr in FUNCTIONS
    )


@cache
def sources() -> tuple[Source, ...]:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.is_relative_to(OUR_OWN):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found.append(Source(name, ast.parse(path.read_text())))
        for node in ast.walk(found[-1].tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[-1].uses.setdefault(node.value.id, set()).add(node.attr)
    return tuple(found)


def methods_of(name: str, source: Source) -> frozenset[str]:
    """How a compiled expression is used; one that others import, in all of them."""
    using = (source,) if name.startswith("_") else sources()
    used = {method for one in using for method in one.uses.get(name, ())}
    return frozenset(used & FUNCTIONS) or frozenset({"fullmatch"})


def expressions_in(source: Source) -> Iterator[Expression]:
    compiled: set[int] = set()
    for node in source.tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not node.value:
            continue
        calls = [one for one in ast.walk(node.value) if uses_re(one)]
        if not calls:
            continue
        compiled |= {id(one) for one in calls}
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = ast.unparse(target)
        loaded = getattr(import_module(f"{integration.__name__}.{source.name}"), name)
        for pattern in loaded.values() if isinstance(loaded, Mapping) else (loaded,):
            yield Expression(f"{source.name}.{name}", pattern, methods_of(name, source))
    for call in ast.walk(source.tree):
        if isinstance(call, ast.Call) and uses_re(call) and id(call) not in compiled:
            written = ast.literal_eval(call.args[0])
            names = {one.attr for one in ast.walk(call) if isinstance(one, ast.Attribute)}
            flags = re.ASCII if "ASCII" in names else re.RegexFlag(0)
            function = ast.unparse(call.func).rpartition(".")[2]
            where = f"{source.name}:{function}({written})"
            yield Expression(where, re.compile(written, flags), frozenset({function}))


def uses_re(node: ast.AST) -> bool:
    return is_use(node) and ast.unparse(node).startswith("re.")


@cache
def expressions() -> tuple[Expression, ...]:
    return tuple(one for source in sources() for one in expressions_in(source))


def worst_growth(pattern: re.Pattern[Any], method: str, attack: Attack) -> float:
    """How much longer the longest text takes than it should, measured against the shortest."""
    is_bytes = isinstance(pattern.pattern, bytes)
    nothing: tuple[Any, ...] = (b"" if is_bytes else "",) if method in {"sub", "subn"} else ()

    def seconds(count: int) -> float:
        written = attack.text(count)
        text: Any = written.encode() if is_bytes else written
        work: Callable[..., Any] = getattr(pattern, method)
        best = float("inf")
        for _ in range(3):
            started = time.thread_time()
            result = work(*nothing, text)
            if method == "finditer":
                list(result)
            best = min(best, time.thread_time() - started)
        return best

    # What takes next to no time is measured as taking as long as a small thing.
    shortest = max(seconds(SMALLEST), 2e-5)
    return seconds(SMALLEST * 2**DOUBLINGS) / shortest / 2**DOUBLINGS


def test_every_expression_is_in_the_table() -> None:
    found = {expression.where for expression in expressions()}
    assert sorted(found - ATTACKS.keys()) == []
    assert sorted(ATTACKS.keys() - found) == []


@pytest.mark.parametrize("where", ATTACKS)
def test_work_grows_as_the_input_does(where: str) -> None:
    for expression in expressions():
        for method in expression.methods if expression.where == where else ():
            for attack in (*ATTACKS[where], *map(Attack, REPEATED)):
                growth = worst_growth(expression.pattern, method, attack)
                # Another process may have had the cache: what is really bad stays bad.
                for _ in range(4):
                    if growth < MOST:
                        break
                    growth = worst_growth(expression.pattern, method, attack)
                assert growth < MOST, (method, attack)


@pytest.mark.parametrize(
    ("written", "attack"),
    [
        (r"\s*x\s*\s*y", Attack(" ", "x")),
        (r"\s*([0-9]{1,5})?\s*(?:/[^.]*)?\.", Attack(" ")),
        (r"\s*\.\.\.$", Attack(" ")),
        (r"jan[a-z]*1", Attack("jan")),
    ],
)
def test_what_grows_faster_is_noticed(written: str, attack: Attack) -> None:
    method = "search" if "$" in written or "jan" in written else "fullmatch"
    assert worst_growth(re.compile(written), method, attack) >= MOST
