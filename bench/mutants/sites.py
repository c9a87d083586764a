"""The places where one small change of the source would break a promise, and what it would be."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Room:
    """What is mutated, and by which tests it has to be noticed.

    Attributes:
        distribution: the folder in `packages`.
        files: patterns below ``src/habeas``.
        without: names of files that unit tests do not reach: they speak with others.
        tests: folders of unit tests.
    """

    distribution: str
    files: tuple[str, ...]
    without: tuple[str, ...]
    tests: tuple[str, ...]

    def sources(self) -> list[Path]:
        """The files, in a fixed order."""
        top = ROOT / "packages" / self.distribution / "src" / "habeas"
        found = {file for pattern in self.files for file in top.glob(pattern)}
        return sorted(each for each in found if each.name not in self.without)


ROOMS = {
    "protocol": Room(
        "habeas-protocol", ("protocol/**/*.py",), ("client.py", "panel.py"),
        ("tests/unit/protocol",),
    ),
    "trustee": Room(
        "habeas-trustee", ("trustee/*rules.py", "trustee/facts.py"), (), ("tests/unit/trustee",)
    ),
    "tlog": Room(
        "habeas-tlog", ("tlog/*.py",),
        ("__main__.py", "command.py", "copying.py", "options.py", "pushing.py"),
        ("tests/unit/tlog",),
    ),
    "custody": Room("habeas", ("custody/*.py",), (), ("tests/unit/custody",)),
}  # fmt: skip

_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"), ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.BitXor: ("^", "|"),
    ast.And: ("and", "or"), ast.Or: ("or", "and"),
}  # fmt: skip


@functools.cache
def _content(file: Path) -> bytes:
    """What stood in a file when its places were counted."""
    return file.read_bytes()


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: bytes *begin* to *end* of *file* become *after*.

    The lines *first* to *last* are those of the statement that it stands in.
    """

    room: str
    file: Path
    line: int
    first: int
    last: int
    begin: int
    end: int
    before: str
    after: str

    @property
    def module(self) -> str:
        """The name under which the file is imported."""
        top = ROOT / "packages" / ROOMS[self.room].distribution / "src"
        parts = self.file.relative_to(top).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def name(self) -> str:
        """What a reason is filed under: no line numbers, which move."""
        where = self.file.relative_to(ROOT / "packages" / ROOMS[self.room].distribution / "src")
        content = _content(self.file)
        start = content.rfind(b"\n", 0, self.begin) + 1
        line = content[start:].partition(b"\n")[0].decode()
        column = self.begin - start - (len(line) - len(line.lstrip()))
        return f"{where}: {line.strip()} [{column}] {self.before} -> {self.after}"

    def changed(self) -> bytes:
        """The file's content with the change in it."""
        source = _content(self.file)
        return source[: self.begin] + self.after.encode() + source[self.end :]


class _Sites(ast.NodeVisitor):
    """Collects the changes of one file; types and texts for people are left alone."""

    def __init__(self, room: str, file: Path) -> None:
        self._room, self._file = room, file
        self._source = _content(file)
        self._lines = [0]
        for line in self._source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._statement = (0, 0)
        self.found: list[Mutant] = []

    def visit(self, node: ast.AST) -> None:
        """Keep in mind which statement it is: of one with a body, the lines before that."""
        around = self._statement
        if isinstance(node, ast.stmt):
            body: list[ast.stmt] = getattr(node, "body", [])
            last = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
            self._statement = (node.lineno, max(node.lineno, last))
        super().visit(node)
        self._statement = around

    def _at(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self._at(node.lineno, node.col_offset)
        return begin, self._at(node.end_lineno, node.end_col_offset)

    def _add(self, line: int, begin: int, end: int, after: str) -> None:
        before = self._source[begin:end].decode()
        where = (self._room, self._file, line, *self._statement)
        self.found.append(Mutant(*where, begin, end, before, after))

    def _between(self, left: ast.expr, right: ast.expr, operator: ast.AST) -> None:
        if type(operator) not in _OPERATORS:
            return
        before, after = _OPERATORS[type(operator)]
        begin, end = self._span(left)[1], self._span(right)[0]
        at = self._source.find(before.encode(), begin, end)
        if at >= 0:
            self._add(left.lineno, at, at + len(before), after)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self._between(left, right, operator)
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        texts = (ast.JoinedStr, ast.Constant)
        if not (isinstance(node.left, texts) and isinstance(getattr(node.left, "value", ""), str)):
            self._between(node.left, node.right, node.op)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, node.op)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            begin, end = self._span(node)
            self._add(node.lineno, begin, end, f"bool({ast.unparse(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        begin, end = self._span(node)
        if isinstance(node.value, bool):
            self._add(node.lineno, begin, end, str(not node.value))
        elif isinstance(node.value, int):
            self._add(node.lineno, begin, end, str(node.value + 1))
        elif isinstance(node.value, bytes) and node.value:
            self._add(node.lineno, begin, end, repr(node.value + b"x"))

    def visit_Raise(self, node: ast.Raise) -> None:
        begin, end = self._span(node)
        self._add(node.lineno, begin, end, "pass")
        # What is raised is made of words for people; conditions stand around it.

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (
            isinstance(node.value, ast.Constant) and node.value.value is None
        ):
            begin, end = self._span(node)
            self._add(node.lineno, begin, end, "return None")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            begin, end = self._span(node)
            self._add(node.lineno, begin, end, "pass")
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in node.body:
            self.visit(part)

    def visit_Import(self, node: ast.Import) -> None: ...

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None: ...

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None: ...


def mutants(name: str) -> list[Mutant]:
    """Every mutant of a room."""
    found = []
    for file in ROOMS[name].sources():
        sites = _Sites(name, file)
        sites.visit(ast.parse(file.read_text()))
        for each in sites.found:
            changed = each.changed()
            try:
                ast.parse(changed)
            except SyntaxError:
                continue
            found.append(each)
    return found
