"""Why a photo's history is not complete, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from habeas.register.causes import Cause
from habeas.register.verdicts import Verification

#: What is true a moment after each act, until the log is published again.
_SETTLING = {"owed", "not-shown-yet"}


def in_words(cause: Cause) -> str:
    """What a trustee's cause says, after the trustee's name."""
    return {
        "trustee-unreachable": _("does not answer now."),
        "trustee-answer": _("answered with something that cannot be used."),
        "behind": _("has just started, and still reads the log. Ask again in a moment."),
        "rolled-back": _("was restored from an old copy, and says nothing until that is mended."),
        "view-old": _(
            "has read the public log only as it was more than an hour ago: it may not know of "
            "openings since then."
        ),
        "view-behind": _(
            "has read the public log only as it was before others read it: it may not know of "
            "openings since then."
        ),
        "owed": _("has told something that the public log does not show yet."),
        "not-shown-yet": _("has told something that the public log does not show yet."),
        "pending": _("had not got its part when the photo was sealed, and does not answer now."),
        "denied": _(
            "says that it holds no such photo; its acknowledgement in your receipt says otherwise."
        ),
        "numbers-missing": _("does not show everything that it wrote about this photo."),
        "more-than-said": _("shows more than it says that it wrote."),
        "request-unlogged": _("gave its part for a request that is not on the public log."),
        "contradiction": _("has signed something that contradicts the public log."),
    }.get(cause.code) or _("could not be asked: %(cause)s") % {"cause": cause}


def still_owed(*, away: bool) -> str:
    """Why a trustee has not confirmed a withdrawal yet, after the trustee's name."""
    if away:
        return _("does not answer now.")
    return _("has told something that the public log does not show yet.")


def unread_in_words(cause: Cause) -> str:
    """Why the log could not be read afresh."""
    if cause.code == "view-old":
        return _(
            "What the witnesses last saw of the public log is more than an hour old: openings "
            "since then are not shown."
        )
    if cause.code == "contradiction":
        return _("The public log is not the one that your receipt is of.")
    return _("The public log could not be read now. Try again in a few minutes.")


def is_settling(found: Verification) -> bool:
    """Whether all that is missing is what the log does not show a moment after each act."""
    causes = [cause for verdict in found.verdicts.values() for cause in verdict.causes]
    return (
        found.outcome == "incomplete"
        and found.unread is None
        and bool(causes)
        and all(cause.code in _SETTLING for cause in causes)
    )
