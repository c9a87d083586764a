"""The documents hold together: links lead somewhere, and decisions fit a page."""

import re

import pytest

from tests.places import ROOT

#: Where documents lie that the project writes; what set-up brings is not among them.
_DOCUMENTS = sorted(
    file
    for folder in (".", "docs", "packages", "requirements", "vectors", "web", ".github")
    for file in (ROOT / folder).glob("*.md" if folder == "." else "**/*.md")
    if not {"node_modules", ".venv", "build"} & set(file.parts)
)
_DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
#: Words on a printed page, as A4 is set with tables and headings.
_PAGE = 500


def links(text):
    """Files that a Markdown text points at, relative to it."""
    for link in _LINK.findall(_BLOCK.sub("", text)):
        target = link.partition("#")[0]
        if target and "://" not in link and not link.startswith("mailto:"):
            yield target


def test_the_search_finds_links():
    text = "[a](b.md#part) ![c](d.svg) [e](https://f.example/) [g](#h)\n```\n[i](j)\n```\n"
    assert list(links(text)) == ["b.md", "d.svg"]
    assert len(_DOCUMENTS) > 30
    assert len(_DECISIONS) > 20


@pytest.mark.parametrize("file", _DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_to_files(file):
    broken = [each for each in links(file.read_text()) if not (file.parent / each).exists()]
    assert not broken


@pytest.mark.parametrize("file", _DECISIONS, ids=lambda file: file.name)
def test_a_decision_fits_a_page_and_stands_in_the_index(file):
    text = file.read_text()
    assert len(text.split()) <= _PAGE, "measurements belong into docs/evaluation"
    title = re.match(r"# (\d{4}) (.+)\n\nStatus: \w+", text)
    assert title
    assert title[1] == file.name[:4]
    row = f"| [{title[1]}]({file.name}) | {title[2]} |"
    assert row in (ROOT / "docs" / "adr" / "README.md").read_text().splitlines()
