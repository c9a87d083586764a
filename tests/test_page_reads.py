"""Seen in the source of tests with a browser: none reads a page at once (`tests/browser/seen.py`).

A click ends before what it began. What a page says is therefore read by what waits for it:
Playwright's `expect`, the functions of `tests.browser.seen`, or `until` and its like, which call a
function again and again. Only in such a function, a lambda or one within another, stands a read.
What a test's own script gives, the page's state aside, it gets by `computed`.
"""

import ast

import pytest

from tests.places import ROOT

TESTS = ROOT / "tests"
BROWSER = TESTS / "browser"
#: Where reads are made to wait; and this file.
EXCEPT = {BROWSER / "seen.py", BROWSER / "webkit.py", TESTS / "test_page_reads.py"}
#: Methods of Playwright's pages, frames and locators, and of `tests.browser.webkit`, that answer
#: with what stands at that moment.
READS = {
    "all", "all_inner_texts", "all_text_contents", "aria_snapshot", "bounding_box", "content",
    "count", "eval_on_selector", "eval_on_selector_all", "evaluate", "evaluate_all",
    "evaluate_handle", "get_attribute", "inner_html", "inner_text", "input_value", "is_checked",
    "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible", "query_selector",
    "query_selector_all", "text_content", "title",
}  # fmt: skip
#: Words of Python's own types, too: those of a page have no argument.
SHARED = {"all", "content", "count", "title"}
#: Sleeps for luck.
SLEEP = "wait_for_timeout"


def _called(node):
    """The name of the method that *node* calls, if it calls one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr
    return None


def _reads(node):
    """Whether *node* asks a page what stands there now."""
    if isinstance(node, ast.Attribute) and node.attr == "url":
        owner = node.value
        return getattr(owner, "attr", getattr(owner, "id", None)) in {"page", "frame"}
    name = _called(node)
    return name in READS and not (name in SHARED and (node.args or node.keywords))


class _Finder(ast.NodeVisitor):
    """Lines that read at once."""

    def __init__(self):
        self.lines, self.within = [], 0

    def _go(self, node, deeper):
        self.within += deeper
        self.generic_visit(node)
        self.within -= deeper

    def visit_FunctionDef(self, node):
        self._go(node, 1)

    def visit_Lambda(self, node):
        # As deep as a function within another.
        self._go(node, 2)

    def visit_Expr(self, node):
        if _called(node.value) in READS:
            # An act: nobody asks what it gives.
            super().generic_visit(node.value)
        else:
            self.generic_visit(node)

    def visit_Assert(self, node):
        # Nothing calls an assertion again, wherever it stands.
        self._go(node, -self.within)

    def generic_visit(self, node):
        if _called(node) == SLEEP or (self.within < 2 and _reads(node)):
            self.lines.append(node.lineno)
        super().generic_visit(node)


def read_at_once(source):
    """The lines of *source* that read a page at once."""
    finder = _Finder()
    finder.visit(ast.parse(source))
    return finder.lines


@pytest.mark.parametrize(
    "line",
    [
        "assert page.inner_text('h1') == 'Cases'",
        "assert visitor.page.url == 'http://localhost/'",
        "said = page.inner_text('h1')",
        "assert page.locator('li').count() == 3",
        "if page.is_visible('form'): pass",
        "return desk.page.evaluate('document.title')",
        "webkit.wait(webkit.evaluate('return 1'))",
        "page.wait_for_timeout(50)",
        "until(lambda: (page.wait_for_timeout(50), held)[1], 'it')",
        "\n def told():\n  assert page.title() == 'Cases'",
        "for each in page.locator('a').all(): pass",
    ],
)
def test_a_read_at_once_is_found(line):
    assert read_at_once(f"def test_it(page):\n {line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "expect(page.locator('h1')).to_have_text('Cases')",
        "until(lambda: page.inner_text('h1') == 'Cases', 'the cases')",
        "page.evaluate('location.hash = \"#/cases\"')",
        "becomes(lambda: page.locator('li').count(), 3)",
        "\n def told():\n  return page.title() == 'Cases'\n until(told, 'it')",
        "assert said.count('habeas verify') == 1",
        "assert city.url in text_of(page, 'main')",
        "assert answer.content == b''",
    ],
)
def test_what_waits_and_what_acts_is_let_be(line):
    assert not read_at_once(f"def test_it(page):\n {line}\n")


def _with_a_browser():
    for file in sorted(TESTS.rglob("*.py")):
        source = file.read_text()
        drives = "tests.browser" in source or "playwright" in source
        if (drives or file.is_relative_to(BROWSER)) and file not in EXCEPT:
            yield file, source


def test_no_test_reads_a_page_at_once():
    found = {file: read_at_once(source) for file, source in _with_a_browser()}
    assert len(found) > 30
    assert not [
        f"{file.relative_to(ROOT)}:{line}" for file, lines in found.items() for line in lines
    ]
