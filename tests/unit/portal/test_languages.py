"""Every text of the pages exists in every language, in every plural form that it has."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from habeas.portrait import LANGUAGES
from habeas.portrait.words import ADVICE, NOTES, STOPS
from tests.places import PORTAL

LOCALE = PORTAL / "site" / "locale"
OFFERED = [code for code, _ in settings.LANGUAGES if code != "en"]
#: Languages whose own script shows that a text was not left in English.
SCRIPTS = {"ru": re.compile("[А-Яа-яЁё]")}
#: The same in English and in some languages with the Latin script.
SAME = {"Menu", "Portal", "State", "k, q, r", "Format"}
TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate", re.DOTALL)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
HOLE = re.compile(r"%\((\w+)\)s")
_CALLED = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2}
#: One text, or a singular and its plural.
Text = tuple[str] | tuple[str, str]


class Catalogue:
    """What is compiled for one language."""

    def __init__(self, code: str) -> None:
        with (LOCALE / code / "LC_MESSAGES" / "django.mo").open("rb") as file:
            found: Any = gettext.GNUTranslations(file)
        self.texts: dict[str | tuple[str, int], str] = found._catalog
        self.forms = int(re.search(r"nplurals=(\d+)", found.info()["plural-forms"])[1])

    def said(self, text: Text) -> list[str]:
        """All that is said of a text: for a plural, each form; empty where there is none."""
        if len(text) == 1:
            return [self.texts.get(text[0], "")]
        return [self.texts.get((text[0], form), "") for form in range(self.forms)]


def _texts() -> set[Text]:
    return {*_of_templates(), *_of_code()}


def _of_templates() -> Iterator[Text]:
    for file in PORTAL.rglob("templates/**/*.html"):
        source = file.read_text()
        for double, single in TRANSLATE.findall(source):
            yield ((double or single).replace("400%", "400%%"),)
        for block in BLOCK.findall(source):
            holes = (
                re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", each) for each in PLURAL.split(block)
            )
            yield tuple(each.replace("400%", "400%%") for each in holes)


def _of_code() -> Iterator[Text]:
    for file in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                number = _CALLED.get(node.func.id, 0)
                said = [each.value for each in node.args[:number] if isinstance(each, ast.Constant)]
                if number and len(said) == number:
                    yield tuple(said)


def test_three_languages_are_offered():
    assert {"pl", "ru"} <= set(OFFERED)


@pytest.mark.parametrize("code", OFFERED)
def test_every_text_of_the_pages_is_said_in_every_form(code):
    catalogue = Catalogue(code)
    texts = _texts()
    assert len(texts) > 400
    assert sum(len(each) == 2 for each in texts) > 5
    assert not {text for text in texts if not all(catalogue.said(text))}
    script = SCRIPTS.get(code)
    for text in texts - {(each,) for each in SAME}:
        for said in catalogue.said(text):
            assert script.search(said) if script else said not in text or len(said) < 5, text


@pytest.mark.parametrize("code", OFFERED)
def test_what_viewing_refuses_is_said(code):
    # The use case says it in English, and the page translates what it is given.
    source = "".join(
        (PORTAL.parent / "cameras" / name).read_text()
        for name in ("viewing.py", "exports.py", "proving.py", "quota.py")
    )
    errors = "NoViewingError|Refusal|HourOpenError|ExportQuotaError|LookQuotaError"
    raised = re.findall(rf'(?:{errors})\(\s*((?:"[^"]+",?\s*)+)\)', source)
    raised += re.findall(r'remedy = ("[^"]+")', source)
    said = {text for each in raised for text in re.findall(r'"([^"]+)"', each) if " " in text}
    assert len(said) > 10
    catalogue = Catalogue(code)
    assert not {text for text in said if not catalogue.texts.get(text)}


def test_every_word_about_photos_is_in_every_language():
    assert set(LANGUAGES) == {"en", *OFFERED}
    for code, texts in {**STOPS, **NOTES, **ADVICE}.items():
        assert set(texts) == set(LANGUAGES), code
        assert all(cause and remedy for cause, remedy in texts.values()), code
        assert all(mine != other for mine, other in pairwise(texts.values())), code


@pytest.mark.parametrize("code", OFFERED)
def test_the_placeholders_are_kept(code):
    for text, said in Catalogue(code).texts.items():
        # A plural stands under its singular, which may leave the number to a word.
        if isinstance(text, str) and text:
            assert set(HOLE.findall(text)) == set(HOLE.findall(said)), text


@pytest.mark.parametrize("code", OFFERED)
def test_the_compiled_catalogue_is_that_of_the_source(code):
    source = (LOCALE / code / "LC_MESSAGES" / "django.po").read_text()
    written = set(re.findall(r'^msgstr(?:\[\d\])? "([^"\\]+)"$', source, re.MULTILINE))
    assert len(written) > 300
    said = set(Catalogue(code).texts.values())
    assert not written - said


def test_no_file_of_a_language_is_left_out():
    folders = {each.parent.parent.name for each in Path(LOCALE).glob("*/LC_MESSAGES/django.po")}
    assert folders == set(OFFERED)
