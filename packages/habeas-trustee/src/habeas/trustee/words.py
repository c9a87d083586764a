"""What people read of a trustee: a file for each language in a folder (docs/translating.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Scripts that run from right to left (Unicode, UAX 9).
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


class Translations:
    """All languages of one room.

    Args:
        folder: with a TOML file for each language, named by it (BCP 47).

    Attributes:
        languages: by name, as its speakers call it, and its words.
    """

    def __init__(self, folder: Path) -> None:
        self.languages: Mapping[str, tuple[str, Mapping[str, str]]] = {
            file.stem: _read(file) for file in sorted(folder.glob("*.toml"))
        }

    def choose(self, asked: str | None, kept: str | None, accepted: str) -> Words:
        """The words that somebody wants: as asked for now, or before, or by the browser."""
        said = (part.split(";")[0].strip()[:2] for part in accepted.split(","))
        for each in (asked, kept, *said):
            if each is not None and each in self.languages:
                return Words(self, each)
        return Words(self, "en")


def _read(file: Path) -> tuple[str, Mapping[str, str]]:
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return str(found["name"]), found["words"]


@dataclass(frozen=True)
class Words:
    """The words of one language; English where the catalogue has no such language."""

    catalogue: Translations
    wanted: str

    @property
    def language(self) -> str:
        """Its name (BCP 47)."""
        return self.wanted if self.wanted in self.catalogue.languages else "en"

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    def __getitem__(self, name: str) -> str:
        return self.catalogue.languages[self.language][1][name]

    def of(self, name: str) -> str:
        """The words of a name that others gave; that itself where there are none.

        A code without words of its own has those of `code-other`, where the catalogue has them.
        """
        words = self.catalogue.languages[self.language][1]
        if name.startswith("code-"):
            return words.get(name) or words.get("code-other", name.removeprefix("code-"))
        return words.get(name, name)
