"""docs/security/asvs.md: each requirement has a row, and what a row names is there; and checks of
what no other test shows."""

import ast
import re
from re import _constants as sre_constants
from re import _parser as sre_parse

import pytest

from tests.places import PACKAGES, PORTAL, ROOT
from tests.unit.portal.conftest import _database, _tables, browser, city, data  # noqa: F401
from tests.unit.security.levels import LEVELS, up_to

PAGE = (ROOT / "docs" / "security" / "asvs.md").read_text()
ROWS = re.findall(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+) \| (\S+) \| (.+) \|$", PAGE, re.MULTILINE)
#: Where photos are touched: files, cryptography, data, defences around dangerous code.
_LEVEL_3 = (5, 11, 14, 15)
_SOURCES = [each for each in PACKAGES.glob("*/src/habeas/**/*.py") if "/vendor/" not in str(each)]


def numbers():
    return [each for row in ROWS for each in row[0].split(", ")]


def evidence():
    return sorted({each for row in ROWS for each in re.findall(r"`([\w./-]+(?:::\w+)?)`", row[2])
                   if "/" in each or each.endswith((".toml", ".md"))})  # fmt: skip


def test_the_standard_is_whole():
    assert sum(map(len, LEVELS.values())) == 345
    assert len(up_to(1)) == 70
    assert len(up_to(2)) == 253


def test_each_requirement_stands_once():
    found = numbers()
    assert len(found) == len(set(found))
    assert set(found) <= up_to(3)
    assert up_to(2) - set(found) == set(), "level 2, whole"
    assert up_to(3, chapters=_LEVEL_3) - set(found) == set(), "level 3, where photos are touched"


def test_each_row_says_yes_with_evidence_or_what_is_missing():
    for row, state, words in ROWS:
        assert state in {"yes", "–", "part", "no"}, row
        assert len(words) > 3, row


@pytest.mark.parametrize("each", evidence())
def test_the_evidence_is_there(each):
    if each.startswith("/"):
        return  # an address
    file, _, name = each.partition("::")
    assert (ROOT / file).exists()
    if name:
        tree = ast.parse((ROOT / file).read_text())
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_template_and_no_script_renders_text_as_markup():
    unsafe = re.compile(r"\|\s*safe\b|autoescape off|mark_safe")
    for file in (*PORTAL.rglob("*.html"), *PORTAL.rglob("*.py")):
        assert not unsafe.search(file.read_text()), file
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    scripts = [*(PORTAL / "static").rglob("*.js"), *(PORTAL.parent / "office").rglob("*.js")]
    assert scripts
    for file in scripts:
        assert not sinks.search(file.read_text()), file


def test_cookies_are_of_this_host_alone():
    from django.conf import settings

    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Strict"
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    source = (PORTAL / "site" / "settings.py").read_text()
    assert "__Host-officer" in source
    assert "__Host-csrf" in source
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"


def test_headers_of_level_3(city, browser):  # noqa: F811
    answer = browser.get("/help/")
    policy = answer["Content-Security-Policy"]
    for directive in (
        "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
    ):  # fmt: skip
        assert directive in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not {"Server", "X-Powered-By"} & set(answer.headers)


def test_trace_is_not_answered(city, browser):  # noqa: F811
    answer = browser.generic("TRACE", "/help/", headers={"x-secret": "secret"})
    assert answer.status_code in {400, 403, 405, 501}
    assert b"secret" not in answer.content


def test_nothing_of_development_is_on():
    from django.conf import settings

    assert not settings.DEBUG
    assert not [each for each in settings.INSTALLED_APPS if "debug" in each or "admin" in each]
    assert settings.SECURE_HSTS_INCLUDE_SUBDOMAINS


def _calls(name):
    """Keyword arguments called *name*, with their file."""
    for file in _SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == name:
                yield file, node.value


def test_no_client_leaves_certificates_unchecked():
    for file, value in _calls("verify"):
        assert not (isinstance(value, ast.Constant) and value.value is False), file
    for file in _SOURCES:
        assert "CERT_NONE" not in file.read_text(), file


def test_no_client_follows_redirects():
    for file, value in _calls("follow_redirects"):
        assert not (isinstance(value, ast.Constant) and value.value), file


def test_no_cell_of_the_registers_csv_is_a_formula(monkeypatch):
    from habeas.portal.register import exports

    for begins in "=+-@\t\r":
        assert exports._cell(f"{begins}cmd|' /C calc'!A0")[0] == "'"
    assert exports._cell("licensing-office") == "licensing-office"


def _expressions():
    """Regular expressions of the sources: what `re` is called with, and patterns of fields."""
    for file in _SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            of_re = isinstance(node.func, ast.Attribute) and (
                isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            )
            said = node.args[:1] if of_re else []
            said += [each.value for each in node.keywords if each.arg == "pattern"]
            for each in said:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield file, each.value


def _inner(argument):
    """The parts within one part of an expression, each as a sequence."""
    if isinstance(argument, sre_parse.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _inner(each)


def _takes(parsed, code):
    """Whether any single character that stands in *parsed* can be *code*."""

    def one(operator, argument):
        match operator:
            case sre_constants.LITERAL:
                return argument == code
            case sre_constants.RANGE:
                return argument[0] <= code <= argument[1]
            case sre_constants.IN if argument[0][0] is sre_constants.NEGATE:
                return not _takes(argument[1:], code)
            case sre_constants.IN:
                return _takes(argument, code)
            case sre_constants.ANY | sre_constants.NOT_LITERAL | sre_constants.CATEGORY:
                return True
        return any(_takes(each, code) for each in _inner(argument))

    return any(one(*each) for each in parsed)


def _endless(parsed):
    """Repeats without an end, in *parsed* and within its parts."""
    repeats = (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT)
    for operator, argument in parsed:
        if operator in repeats and argument[1] is sre_constants.MAXREPEAT:
            yield argument[2]
        for each in _inner(argument):
            yield from _endless(each)


def _body(parsed):
    """What a group holds."""
    while len(parsed) == 1 and parsed[0][0] is sre_constants.SUBPATTERN:
        parsed = parsed[0][1][-1]
    return list(parsed)


def _runs_away(parsed):
    """Whether a repeat without an end holds another one, and no mark divides their rounds.

    Then one text can be taken in ways without number, and each is tried before it is refused.
    """
    for repeated in _endless(parsed):
        if next(_endless(repeated), None) is None:
            continue
        (first, mark), *rest = _body(repeated)
        if first is not sre_constants.LITERAL or _takes(rest, mark):
            return True
    return False


def test_no_expression_can_be_tried_in_ways_without_number():
    for text in ("(a+)+", "(a|b+)*", "(-[a-z-]+)*"):
        assert _runs_away(sre_parse.parse(text)), text
    for text in ("a+b*", r"[a-z]+(\.[a-z]+)*"):
        assert not _runs_away(sre_parse.parse(text)), text
    found = list(_expressions())
    assert len(found) > 40
    for file, text in found:
        assert not _runs_away(sre_parse.parse(text)), (file, text)
