"""What people are told about their photo: a cause, and what to do. A module for each language.

Second person and hedged, never a verdict on the person and nothing about anybody's skin. What
is advised can be done with a photo that exists already (choose another, use it anyway), and
where a check can be wrong the words say how to go on. Advice never stops anybody.
"""

from __future__ import annotations

from habeas.portrait.words import english, polish, russian

_LANGUAGES = {"en": english, "pl": polish, "ru": russian}
LANGUAGES = tuple(_LANGUAGES)

#: Cause and remedy, by language.
Texts = dict[str, tuple[str, str]]


def _by_code(kind: str) -> dict[str, Texts]:
    return {
        code: {name: getattr(module, kind)[code] for name, module in _LANGUAGES.items()}
        for code in getattr(english, kind)
    }


#: What stops; what was done, and is said; what is advised.
STOPS, NOTES, ADVICE = _by_code("STOPS"), _by_code("NOTES"), _by_code("ADVICE")


def words(code: str, language: str = "en") -> tuple[str, str]:
    """Cause and remedy of *code* in *language*; English where a language is missing."""
    texts = {**STOPS, **NOTES, **ADVICE}[code]
    return texts.get(language, texts["en"])
