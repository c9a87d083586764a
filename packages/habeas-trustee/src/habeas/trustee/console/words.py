"""What the console says: a file for each language, ``words/en.toml`` (docs/translating.md)."""

from __future__ import annotations

from pathlib import Path

from habeas.trustee.words import Translations, Words

CATALOGUE = Translations(Path(__file__).with_name("words"))
#: By the language's name (BCP 47): as its speakers call it, and its words.
LANGUAGES = CATALOGUE.languages
words_for = CATALOGUE.choose

__all__ = ["CATALOGUE", "LANGUAGES", "Words", "words_for"]
