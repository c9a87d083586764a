"""Numbers within sentences: each has the form that its language asks for, and no "(s)"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.places import ROOT

_PORTAL = ROOT / "packages" / "habeas" / "src" / "habeas" / "portal"
_WORDS = sorted(
    {
        *(
            file
            for pattern in ("*words*.ts", "en.ts", "pl.ts", "ru.ts", "*.html")
            for file in (ROOT / "web").rglob(pattern)
            if "node_modules" not in file.parts
        ),
        *_PORTAL.rglob("*.po"),
        *_PORTAL.rglob("templates/**/*.html"),
        *(ROOT / "packages" / "habeas-trustee").rglob("words/*.toml"),
    }
)
#: An ending that the reader is to choose, and units cut off so that no ending shows.
_CHOSEN = re.compile(
    r"[^\W\d_]\((?:s|es|y|i|a|e|ów|y/ów|ы|и|а|я|ей|й|ен|на|ый|ая|em|am)\)", re.IGNORECASE
)
_CUT = re.compile(r"(?:\}|\)[sd]) (?:дн|шт|мес|ч|godz|dn|szt|mies)\.", re.IGNORECASE)


def _said(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.lstrip().startswith(("#", "//"))]


def test_it_would_find_them():
    for text in ("20 raz(y)", "{n} trustee(s)", "сохранил(а)", "sam(a)"):
        assert _CHOSEN.search(text), text
    for text in ("через {days} дн. его", "%(hours)s ч.,", "przez %(hours)s godz., tylko"):
        assert _CUT.search(text), text
    assert not _CHOSEN.search("named (see below), luminance (y)")
    assert any(file.name == "promise.html" for file in _WORDS)


@pytest.mark.parametrize("file", _WORDS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_sentence_leaves_its_ending_to_the_reader(file):
    found = [line.strip() for line in _said(file) if _CHOSEN.search(line) or _CUT.search(line)]
    assert not found
