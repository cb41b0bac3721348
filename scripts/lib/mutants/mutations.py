"""All mutants of a module: what could be written there instead, one small thing at a time."""

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
import tokenize
from typing import Final

COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),  # codespell:ignore notin
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.MatMult: ("@", "*"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "&"),
}
_ORDERS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
"""Comparisons whose negation is another mutant than what stands beside them in the table."""
_LOGGER: Final = "_LOGGER"
_UNSEEN: Final = ("debug", "info")
"""Levels that nobody is shown unless they ask."""

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module, and what is known about when its code runs."""

    path: str
    """Of the module, as the tests' coverage names it."""
    start: int
    end: int
    """Bytes of the source that are replaced."""
    operator: str
    old: str
    new: str
    line: int
    source: str
    """The line as it stands there, without its indentation: a name that outlives other changes."""
    statement: int
    """The line where the statement begins."""
    names: tuple[str, ...] = ()
    """What the value goes by; only where the code runs when the module is imported."""
    body: tuple[int, int] | None = None
    """The first and last line of the function whose default value this is."""
    is_called: bool = False
    """Whether the code stands in a function."""

    def __str__(self) -> str:
        """Say where it is and what is changed."""
        return f"{self.path}:{self.line}  {self.change}"

    @property
    def change(self) -> str:
        """The old text and the new one, on one line."""
        return f"{' '.join(self.old.split())} → {' '.join(self.new.split()) or 'nothing'}"

    def applied(self, source: bytes) -> bytes:
        """Return the source with this one change; all other bytes stay."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants(path: str, source: bytes) -> list[Mutant]:
    """Return all mutants of a module, in the order of their places. Raises SyntaxError."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(finder.found, key=lambda one: (one.start, one.end, one.operator))


class _Source:
    """Where nodes and operators are, in bytes: that is how the syntax tree counts columns."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines = source.split(b"\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._tokens = sorted(self._read())

    def _read(self) -> Iterator[tuple[int, int, str]]:
        for token in tokenize.tokenize(BytesIO(self.source).readline):
            if token.type in (tokenize.OP, tokenize.NAME):
                yield self._offset(*token.start), self._offset(*token.end), token.string

    def _offset(self, line: int, characters: int) -> int:
        """Return the byte at which the tokenizer's column is, which counts characters."""
        text = self.lines[line - 1].decode()
        return self._starts[line - 1] + len(text[:characters].encode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the bytes of a node, without parentheses around it."""
        last = node.end_lineno or node.lineno
        end = node.end_col_offset or 0
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[last - 1] + end

    def after(self, node: ast.expr, text: str) -> tuple[int, int]:
        """Return the bytes of the operator that follows a node; it may be two words."""
        return self.at(self.span(node)[1], text)

    def at(self, start: int, text: str) -> tuple[int, int]:
        """Return the bytes of the first such operator from there on."""
        words = text.split()
        index = bisect_left(self._tokens, (start, 0, ""))
        while self._tokens[index][2] != words[0]:
            index += 1
        return self._tokens[index][0], self._tokens[index + len(words) - 1][1]

    def line_of(self, byte: int) -> int:
        return bisect_left(self._starts, byte + 1)


class _Finder(ast.NodeVisitor):
    """Goes through a module and notes what can be replaced."""

    def __init__(self, path: str, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._at = _Source(source)
        self._statement = 1
        self._names: tuple[str, ...] = ()
        self._body: tuple[int, int] | None = None
        self._is_called = False

    def _add(self, operator: str, span: tuple[int, int], new: str) -> None:
        start, end = span
        line = self._at.line_of(start)
        self.found.append(
            Mutant(
                self._path,
                start,
                end,
                operator,
                self._at.source[start:end].decode(),
                new,
                line,
                self._at.lines[line - 1].decode().strip(),
                self._statement,
                () if self._is_called else self._names,
                None if self._is_called else self._body,
                self._is_called,
            )
        )

    def visit(self, node: ast.AST) -> None:
        """Visit a node; know in which statement it is."""
        if not isinstance(node, ast.stmt):
            super().visit(node)
            return
        before, self._statement = self._statement, node.lineno
        super().visit(node)
        self._statement = before

    def _visit_all(self, nodes: Sequence[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    # What has a name, and when it runs.

    def visit_FunctionDef(self, node: Function) -> None:
        """Visit defaults and body, but neither decorators nor annotations."""
        before = self._names, self._body, self._is_called
        self._body = node.body[0].lineno, node.end_lineno or node.lineno
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        self._is_called = True
        self._visit_all(node.body)
        self._names, self._body, self._is_called = before

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # as ast has it

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Visit the body alone."""
        before, self._names = self._names, (node.name,)
        self._visit_all(node.body)
        self._names = before

    def visit_Assign(self, node: ast.Assign) -> None:
        """Visit the value; whoever names the target uses it."""
        self._visit_value(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Visit the value, but not the annotation."""
        if node.value is not None:
            self._visit_value([node.target], node.value)

    def _visit_value(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        names = tuple(one.id for one in targets if isinstance(one, ast.Name))
        if "__all__" in names:
            return
        before, self._names = self._names, (*names, *self._names)
        self._visit_all([*targets, value])
        self._names = before

    def visit_arg(self, node: ast.arg) -> None:
        """Leave annotations alone."""

    def visit_TypeAlias(self, node: ast.TypeAlias) -> None:
        """Leave types alone."""

    # What decides.

    def visit_Compare(self, node: ast.Compare) -> None:
        """Move a limit by one, or turn a question round."""
        for left, operator in zip([node.left, *node.comparators], node.ops, strict=False):
            old, new = COMPARISONS[type(operator)]
            self._add("comparison", self._at.after(left, old), new)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Let one of two be enough, or not."""
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left in node.values[:-1]:
            self._add("and/or", self._at.after(left, old), new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Take a `not` away."""
        if isinstance(node.op, ast.Not):
            start, end = self._at.at(self._at.span(node)[0], "not")
            blank = len(self._at.source[end:]) - len(self._at.source[end:].lstrip(b" "))
            self._add("not", (start, end + blank), "")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Turn the condition round; what is for type checkers or a program's start stays."""
        test = node.test
        if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
            self._visit_all(node.orelse)
        elif not (isinstance(test, ast.Compare) and ast.unparse(test.left) == "__name__"):
            self._negate(test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While | ast.IfExp) -> None:
        """Turn the condition round."""
        self._negate(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_While  # noqa: N815  # as ast has it

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Turn the conditions round."""
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        """Turn the condition round, where there is one."""
        if node.guard is not None:
            self._negate(node.guard)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        """Note the negation, unless another mutant is just that."""
        match test:
            case ast.Constant() | ast.UnaryOp(op=ast.Not()):
                return
            case ast.Compare(ops=[operator]) if not isinstance(operator, _ORDERS):
                return
        start, end = self._at.span(test)
        self._add("condition", (start, end), f"not ({self._at.source[start:end].decode()})")

    # What is done.

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave out a call that is made for what it does."""
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            level = _log_level(call)
            if level not in _UNSEEN:
                self._add("call", self._at.span(node), "pass")
            if level:
                return
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """Return nothing; what is nothing or false already stays."""
        if node.value is None:
            return
        value = node.value.value if isinstance(node.value, ast.Constant) else ...
        if value is not None and value is not False:
            self._add("return", self._at.span(node.value), "None")
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        """Go on instead."""
        self._add("loop", self._at.span(node), "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        """End the loop instead."""
        self._add("loop", self._at.span(node), "break")

    def visit_Call(self, node: ast.Call) -> None:
        """Take the largest for the smallest; what names types is left alone."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("min", "max"):
            self._add("min/max", self._at.span(node.func), "max" if name == "min" else "min")
        if name in ("isinstance", "issubclass"):
            self.visit(node.args[0])
        elif name == "cast":
            self._visit_all(node.args[1:])
        else:
            self.generic_visit(node)

    # What is reckoned with.

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Reckon differently; texts cannot be."""
        if not (_is_text(node.left) or _is_text(node.right)):
            old, new = ARITHMETIC[type(node.op)]
            self._add("arithmetic", self._at.after(node.left, old), new)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Reckon differently; texts cannot be."""
        if not _is_text(node.value):
            old, new = ARITHMETIC[type(node.op)]
            self._add("arithmetic", self._at.after(node.target, f"{old}="), f"{new}=")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Count one more, or say the contrary."""
        if isinstance(node.value, bool):
            self._add("boolean", self._at.span(node), str(not node.value))
        elif isinstance(node.value, int | float):
            self._add("number", self._at.span(node), repr(node.value + 1))

    def visit_Slice(self, node: ast.Slice) -> None:
        """Leave out where a slice begins, or where it ends."""
        for bound in (node.lower, node.upper):
            if bound is not None:
                self._add("slice", self._at.span(bound), "")
        self.generic_visit(node)


def _log_level(call: ast.Call) -> str:
    """Return the level of a call to the log, nothing for other calls."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=level) if name == _LOGGER:
            return level
    return ""


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
