"""What is said of an error in the reader's language, by the error's stable code.

Rooms below the portal say what happened in English, for whoever runs it. A page first says in
the reader's language what it means for them; the English words follow it, marked as English
(WCAG 2.2, 3.1.2). What scripts ask for is answered in their reader's language, too (ADR 0165).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from habeas.foundation.doors import NotSignedInError
from habeas.foundation.errors import HabeasError
from habeas.portal.site.refused import words_of

#: Errors that are raised with words of the reader's language already.
_SPEAK = frozenset(
    {"too-many-requests", "passkey", "oidc", "sign-in-not-begun", "not-followed-yet"}
)
_SERVER = 500


@dataclass(frozen=True)
class Said:
    """What a page says.

    Attributes:
        lines: in the reader's language.
        detail: in English, for whoever can mend it; empty where it adds nothing.
        general: the lines say nothing of this error alone, so that the detail is needed.
    """

    lines: tuple[str, ...]
    detail: tuple[str, ...] = ()
    general: bool = False


def said(error: HabeasError, status: int) -> Said:
    """What a page says of *error*, which is answered with *status* (RFC 9110)."""
    code = "not-signed-in" if isinstance(error, NotSignedInError) else error.code
    words = _by_code(code) or words_of(code)
    english = (error.cause, error.remedy)
    if words:
        return Said(words, english)
    translated = tuple(_(each) for each in english)
    if translated != english:
        return Said(translated)
    language = get_language() or "en"
    if language.startswith("en") or error.code in _SPEAK:
        return Said(english)
    return Said(_by_status(status), english, general=True)


def in_words(error: HabeasError, status: int) -> tuple[str, str, str]:
    """Detail, remedy and, where they are general words, what they stand for in English.

    Programs, and whoever reads English, get the error's own words: they say more.
    """
    if (get_language() or "en").startswith("en"):
        return error.cause, error.remedy, ""
    words = said(error, status)
    detail, *remedy = words.lines
    return detail, " ".join(remedy), " ".join(words.detail) if words.general else ""


def _by_code(code: str) -> tuple[str, ...]:
    return {
        "read-only": (
            _("This service only shows, and takes nothing, at present."),
            _(
                "Nothing that was confirmed to you is lost, and nothing of what you sent was "
                "kept. Try again later."
            ),
        ),
        "no-circle": (
            _("This service is not set up yet: it has no trustees."),
            _("Try again later."),
        ),
        "receipt-foreign": (
            _("This receipt is not of this portal’s circle; nobody was asked about it."),
            _("Show it to the portal that gave it, or ask yourself: habeas verify."),
        ),
        "preview": (
            _("This console shows pages, and sends nothing."),
            _("Nothing was sent. Send it at the portal’s own address."),
        ),
        "not-signed-in": (
            _("You are not signed in to this console."),
            _("On the portal’s machine, run: habeas portal console. It prints a link."),
        ),
    }.get(code, ())


def _by_status(status: int) -> tuple[str, ...]:
    if status >= _SERVER:
        return (
            _("Something that this service needs does not answer."),
            _("Nothing that was confirmed to you is lost. Try again in a minute."),
        )
    return (_("The portal cannot do this as it was asked."), _("Nothing was changed."))
