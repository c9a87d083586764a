"""docs/security/asvs.md: each requirement has a row, and what a row names is there; and checks of
what no other test shows."""

import ast
import re

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
