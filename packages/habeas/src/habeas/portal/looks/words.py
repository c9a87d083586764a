"""Holds in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habeas.protocol.footage import PublicCamera


def refused(code: str, camera: PublicCamera) -> str:
    """Why something cannot be held, by the code of the rule; the code where there are no words."""
    rules = camera.holds
    values = {
        "hours": rules.hours(camera.keep_days) if rules else 0,
        "days": camera.keep_days + (rules.days if rules else 0),
    }
    found = {
        "viewer-not-named": _("Your office is not among those that may view."),
        "holds-not-promised": _("Nothing of this camera may be held."),
        "hold-future": _("What has not been recorded yet cannot be held."),
        "hold-over": _("The hold would be over already."),
        "hold-too-long": ngettext(
            "An hour of this camera may be kept for %(days)s day in all, in however many holds.",
            "An hour of this camera may be kept for %(days)s days in all, in however many holds.",
            values["days"],
        ),
        "hold-too-much": ngettext(
            "At most %(hours)s hour of this camera may be held at a time.",
            "At most %(hours)s hours of this camera may be held at a time.",
            values["hours"],
        ),
        "no-hold": _("No such hold of your office is in force."),
    }.get(code)
    return code if found is None else found % values


def unwatched(code: str) -> str:
    """Why nobody watches here, by the code; the code where there are no words."""
    return {
        "viewer-not-named": _("Your office is not among those that may view."),
        "live-not-promised": _("This camera is watched live by nobody."),
        "purpose": _("This camera is not watched live for that."),
        "no-live": _("You watch no camera live."),
        "no-grant": _("The camera’s recorder lets nothing out."),
        "recorder-away": _("The camera’s recorder does not answer."),
    }.get(code, code)


#: The field of the form that a refusal is about.
FIELDS = {
    "hold-future": "day", "hold-over": "until", "hold-too-long": "until", "hold-too-much": "hours",
}  # fmt: skip
