"""A month of the register in words, and what each kind of entry means."""

from __future__ import annotations

from datetime import date

from django.template.loader import render_to_string
from django.utils.dateformat import format as date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habeas.register.months import Acts, Register


def month_name(month: str) -> str:
    """*month* (YYYY-MM) as people write it."""
    return capfirst(date_format(date.fromisoformat(f"{month}-01"), "F Y"))


def purpose_name(purpose: str) -> str:
    """What a photo was asked for, in words; the protocol's own where there are none."""
    return {
        "decide-application": _("to decide an application"),
        "produce-document": _("to produce a document"),
        "appeal": _("to handle an appeal"),
        "applicant-copy": _("to give the applicant a copy"),
    }.get(purpose, purpose)


#: Codes of a request that the custodian has put together wrongly, or that stands nowhere.
_OFF_THE_LOG = (
    "another-log", "another-photo", "commitment", "entry-differs", "entry-signature",
    "log-signature", "not-a-request", "not-in-view", "not-on-the-log", "one-time-key",
    "tag-foreign", "tag-gap", "tag-reused", "view-forked",
)  # fmt: skip
#: Codes of a trustee that was behind, or whose clock was.
_NOT_THEN = ("behind", "clock-skew", "no-quorum", "owes-the-log", "rolled-back", "view-stale")


def reason_name(code: str) -> str:
    """Why a trustee refused, by its code; the code where there are no words."""
    often = _("The office or officer had asked too often that day")
    return {
        **dict.fromkeys(_OFF_THE_LOG, _("The request did not fit the public log")),
        **dict.fromkeys(_NOT_THEN, _("The trustee could not judge it then")),
        "purpose": _("The applicant was not told of this purpose"),
        "recipient": _("The photo was promised to other offices"),
        "withdrawn": _("The applicant had withdrawn the photo"),
        "expired": _("The photo had expired"),
        "closed": _("The case was closed"),
        "number": _("More openings than were promised"),
        "openings-a-day": _("More openings in one day than were promised"),
        "officer-unknown": _("The officer is not on the office’s list"),
        "officer-too-new": _("The officer’s key was too new"),
        "officer-revoked": _("The officer had been taken off the list"),
        "officer-signature": _("The officer’s signature does not verify"),
        "office-suspended": _("Trustees have suspended the office’s key"),
        "office-forked": _("The office has signed two different lists"),
        **dict.fromkeys(("quota-delay", "quota-office", "quota-purpose"), often),
        "claimed": _("The applicant had asked a trustee’s office to have it destroyed"),
        "purpose-unknown": _("There is no such purpose"),
        "slot": _("The officer’s number of the day was used before"),
        "stale-checkpoint": _("The request was too old"),
        "request-time": _("The request was too old"),
        "paused": _("The trustee was paused"),
    }.get(code, code)


def sentence(register: Register, month: str) -> str:
    """What happened in a month, in a few sentences."""
    acts = register.of_month(month)
    asked, opened = sum(each.asked for each in acts), sum(each.opened for each in acts)
    photos = next(each for each in register.photos if each.month == month)
    parts = [
        ngettext(
            "Offices asked %(n)d time to see a photo.",
            "Offices asked %(n)d times to see a photo.",
            asked,
        )
        % {"n": asked},
        ngettext(
            "At most %(n)d of these photos was opened.",
            "At most %(n)d of these photos were opened.",
            opened,
        )
        % {"n": opened},
        ngettext("%(n)d photo was sealed.", "%(n)d photos were sealed.", photos.sealed)
        % {"n": photos.sealed},
        ngettext(
            "%(n)d was withdrawn by its holder.",
            "%(n)d were withdrawn by their holders.",
            photos.withdrawn,
        )
        % {"n": photos.withdrawn},
    ]
    refused = refusals(acts)
    if refused:
        parts.insert(
            2,
            ngettext(
                "%(n)d request was refused.", "%(n)d requests were refused.", refused
            )
            % {"n": refused},
        )  # fmt: skip
    return " ".join(parts)


def refusals(acts: tuple[Acts, ...]) -> int:
    """Requests that were refused, at least; one may be refused for several reasons."""
    return sum(max(each.refused.values(), default=0) for each in acts)


def explained(kind: str) -> str:
    """What an entry of that kind says, who wrote it, and what it does not tell."""
    return render_to_string("register/explained.html", {"kind": kind}).strip()
