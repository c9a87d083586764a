"""Every text of the pages exists in Russian, and the compiled catalogue is that of the source."""

import gettext
import re

from habeas.portrait import LANGUAGES
from habeas.portrait.words import ADVICE, STOPS
from tests.places import PORTAL

MO = PORTAL / "site" / "locale" / "ru" / "LC_MESSAGES" / "django.mo"
TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate", re.DOTALL)
CALL = re.compile(r'(?<![\w.])_\("([^"]+)"\)')


def _catalogue():
    with MO.open("rb") as file:
        return vars(gettext.GNUTranslations(file))["_catalog"]


def _texts():
    for file in PORTAL.rglob("*.html"):
        source = file.read_text()
        for double, single in TRANSLATE.findall(source):
            yield double or single
        for block in BLOCK.findall(source):
            yield re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", block)
    for file in PORTAL.rglob("*.py"):
        yield from CALL.findall(file.read_text())


def test_every_text_of_the_pages_is_in_russian():
    catalogue = _catalogue()
    texts = {text.replace("400%", "400%%") for text in _texts()}
    assert len(texts) > 200
    missing = {text for text in texts if not catalogue.get(text)}
    assert not missing
    cyrillic = re.compile("[А-Яа-яЁё]")
    assert all(cyrillic.search(catalogue[text]) for text in texts)


def test_what_viewing_refuses_is_in_russian():
    # The use case says it in English, and the page translates what it is given.
    source = (PORTAL.parent / "cameras" / "viewing.py").read_text()
    raised = re.findall(r'(?:NoViewingError|Refusal)\(\s*((?:"[^"]+",?\s*)+)\)', source)
    said = {text for each in raised for text in re.findall(r'"([^"]+)"', each) if " " in text}
    assert len(said) > 10
    assert not {text for text in said if not _catalogue().get(text)}


def test_every_word_about_photos_is_in_every_language():
    for code, texts in {**STOPS, **ADVICE}.items():
        assert set(texts) == set(LANGUAGES), code
        assert all(cause and remedy for cause, remedy in texts.values()), code


def test_the_placeholders_are_kept():
    for text, translated in _catalogue().items():
        if text and isinstance(text, str):
            names = set(re.findall(r"%\((\w+)\)s", text))
            assert names == set(re.findall(r"%\((\w+)\)s", translated)), text
