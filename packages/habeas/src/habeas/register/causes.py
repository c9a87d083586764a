"""Why a verdict is not complete: a sentence in English, and a code for other languages."""

from __future__ import annotations

from typing import Self

from habeas.foundation.errors import HabeasError


class Cause(str):
    """One sentence, for people who read English.

    Attributes:
        code: stable and hyphenated, by which pages say it in another language.
    """

    __slots__ = ("code",)
    code: str

    def __new__(cls, code: str, words: str) -> Self:
        """A cause with that code, said in these words."""
        made = super().__new__(cls, words)
        made.code = code
        return made

    @classmethod
    def of(cls, error: HabeasError, about: str = "", after: str = "") -> Self:
        """The cause of an error, between what it is about and what is added."""
        return cls(error.code, f"{about}{error.cause}{after}")
