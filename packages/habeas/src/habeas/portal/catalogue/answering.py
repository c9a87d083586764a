"""What counts as an answer to a question of a form: one rule for the server and for devices.

A device that seals its answers lets nobody else look at them, so it must hold them against the
same rules: `web/answers/rules.ts` has them too, and ``vectors/answers.json`` holds both to one.

Addresses are those of the HTML Living Standard, section 4.10.5.1.5, with a dot in the domain and
with internationalized domains (RFC 5890); dates are calendar dates of ISO 8601, or as Russian
forms write them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from habeas.portal.catalogue.declaration import FormField

#: Why something typed is no answer.
Wrong = Literal["required", "too-long", "character", "email", "date"]


@dataclass(frozen=True)
class AnswerLimits:
    """Most characters (Unicode code points) of an answer.

    Attributes:
        text: of any answer; what a form asks for fits into it.
        email: of an address: RFC 5321 section 4.5.3.1.3, without its angle brackets.
    """

    text: int = 500
    email: int = 254


LIMITS = AnswerLimits()
#: White space of Unicode (property White_Space), which surrounds no answer.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000"
)
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_LETTER = "A-Za-z0-9\u00a1-\ud7ff\uf900-\uffff"
_LABEL = f"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@(?:{_LABEL}\.)+{_LABEL}")
_YEAR_FIRST = re.compile("([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


class NoAnswerError(ValueError):
    """What was typed is no answer.

    Attributes:
        code: why.
    """

    def __init__(self, code: Wrong) -> None:
        super().__init__(code)
        self.code = code


def most(declared: FormField) -> int:
    """Most characters of an answer to this question."""
    return LIMITS.email if declared.kind == "email" else LIMITS.text


def wrongs(declared: FormField) -> tuple[Wrong, ...]:
    """What may be wrong with an answer to this question."""
    always: tuple[Wrong, ...] = ("too-long", "character")
    if declared.required:
        always = ("required", *always)
    if declared.kind == "email":
        return (*always, "email")
    return (*always, "date") if declared.kind == "date" else always


def answer_of(declared: FormField, typed: str) -> str:
    """The answer in what was typed: trimmed, lines ended by LF, dates as YYYY-MM-DD.

    Returns:
        The answer; empty where an optional question is not answered.

    Raises:
        NoAnswerError: it is none.
    """
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip(_SPACE)
    if not text:
        if declared.required:
            raise NoAnswerError("required")
        return ""
    if len(text) > most(declared):
        raise NoAnswerError("too-long")
    if _UNUSABLE.search(text):
        raise NoAnswerError("character")
    if declared.kind == "email" and not _EMAIL.fullmatch(text):
        raise NoAnswerError("email")
    return _day(text) if declared.kind == "date" else text


def _day(text: str) -> str:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise NoAnswerError("date")
    try:
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise NoAnswerError("date") from error
