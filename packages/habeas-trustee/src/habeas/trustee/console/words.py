"""What the console says: a file for each language, ``words/en.toml`` (docs/translating.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("words")


def _read(file: Path) -> tuple[str, Mapping[str, str]]:
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return str(found["name"]), found["words"]


#: By the language's name (BCP 47): as its speakers call it, and its words.
LANGUAGES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    file.stem: _read(file) for file in sorted(_FOLDER.glob("*.toml"))
}
#: Scripts that run from right to left (Unicode, UAX 9).
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    def __getitem__(self, name: str) -> str:
        return LANGUAGES[self.language][1][name]

    def of(self, name: str) -> str:
        """The words of a name that others gave; that itself where there are none."""
        return LANGUAGES[self.language][1].get(name, name.removeprefix("code-"))


def words_for(asked: str | None, kept: str | None, accepted: str) -> Words:
    """The words that somebody wants: as asked for now, or before, or by the browser."""
    for each in (asked, kept, *(part.split(";")[0].strip()[:2] for part in accepted.split(","))):
        if each is not None and each in LANGUAGES:
            return Words(each)
    return Words("en")
