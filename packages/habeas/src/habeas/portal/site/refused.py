"""What a refusal means for whoever reads it, in their language, by its stable code (ADR 0165).

Trustees, the custodian and the desk refuse with a code, and say why in English. These are the
codes that people meet at the desk, in the photo step and on the portal's pages. A refusal that is
not here is said in general words, with the English beside them.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

#: The trustees could not judge a request now: the log, a clock or their own copy is behind.
_NOT_NOW = (
    "behind", "busy", "clock-skew", "not-in-view", "one-time-key", "owes-the-log",
    "request-time", "stale-checkpoint", "storage", "trustee-answer", "trustee-unreachable",
    "view-stale",
)  # fmt: skip
#: What the custodian has written, or the log shows, does not fit the request.
_WRONG = (
    "another-log", "another-photo", "commitment", "entry-differs", "entry-signature",
    "log-signature", "not-a-request", "not-on-the-log", "tag-foreign", "tag-gap", "tag-reused",
    "view-forked",
)  # fmt: skip


def words_of(code: str) -> tuple[str, ...]:
    """What happened, and what the reader can do; nothing for a code that has no words here."""
    for words in (_of_the_promise(), _of_the_officer(), _of_trustees(), _of_applying()):
        if code in words:
            return words[code]
    return ()


def _of_the_promise() -> dict[str, tuple[str, str]]:
    without = _("Decide without the photo, or ask the applicant for another one.")
    tomorrow = _("Ask again tomorrow.")
    asked = _("Too many photos were asked for today.")
    return {
        "purpose": (
            _("The applicant was not told that the photo would be used for this."),
            _("Ask for what was promised, or decide without the photo."),
        ),
        "purpose-unknown": (
            _("Photos are never opened for this."),
            _("Ask for what was promised, or decide without the photo."),
        ),
        "recipient": (_("The photo was promised to other offices."), without),
        "withdrawn": (_("The applicant has withdrawn the photo."), without),
        "erased": (_("The photo is destroyed."), without),
        "expired": (_("The photo has expired."), without),
        "closed": (_("The case of this photo is closed: nobody opens it any more."), without),
        "claimed": (
            _("The applicant wants this photo destroyed, and has shown so at a trustee’s office."),
            without,
        ),
        "number": (_("All openings that were promised are used up."), without),
        "openings-a-day": (
            _("The openings that were promised for one day are used up."), tomorrow,
        ),
        "quota-office": (asked, tomorrow),
        "quota-purpose": (asked, tomorrow),
        "quota-delay": (asked, _("This request has to wait. Ask again in an hour.")),
        "slot": (asked, _("Sign in again. If that does not help, go on tomorrow.")),
    }  # fmt: skip


def _of_the_officer() -> dict[str, tuple[str, str]]:
    listed = _("Ask whoever keeps your office’s list.")
    settled = _("Your office has to settle it with the trustees.")
    return {
        "sign-in": (
            _("You are not signed in, or no longer."),
            _("Sign in again at your office’s own address."),
        ),
        "sign-in-again": (
            _("You signed in too long ago to do this."), _("Sign in again first."),
        ),
        "officer-unknown": (_("You are not on your office’s list."), listed),
        "officer-revoked": (_("Your key was taken off your office’s list."), listed),
        "officer-too-new": (
            _("Your key is new: it counts after the delay."), _("Ask again when it is over."),
        ),
        "officer-signature": (
            _("The signature does not verify."), _("Sign in again, and sign it anew."),
        ),
        "office-suspended": (_("Trustees have suspended your office’s key."), settled),
        "office-forked": (_("Your office has signed two different lists."), settled),
        "unknown-case": (
            _("There is no such case before your office."), _("Check the reference."),
        ),
        "decision": (
            _("The case is decided already, or cannot be decided in this way."),
            _("Open it again, and see how it stands."),
        ),
        "second-person": (
            _("You proposed this decision: it waits for a second officer."),
            _("Ask a colleague to open the case and confirm, or propose another decision."),
        ),
        "notes": (
            _("The case takes no more notes, or none of this length."),
            _("Shorten the note; what was written before stands."),
        ),
    }  # fmt: skip


def _of_trustees() -> dict[str, tuple[str, str]]:
    soon = _("Nothing is lost. Try again in a few minutes.")
    tell = _("Tell whoever runs the portal, and a trustee.")
    now = (_("The trustees cannot judge this request now."), soon)
    wrong = (_("What stands on the public log does not fit this request."), tell)
    return {
        **dict.fromkeys(_NOT_NOW, now),
        **dict.fromkeys(_WRONG, wrong),
        "no-quorum": (_("Too few witnesses have confirmed the public log."), soon),
        "paused": (_("Trustees have paused all requests."), _("Try again later.")),
        "rolled-back": (
            _("A part of this service was restored from an old copy, and waits for people."), tell,
        ),
        "too-few-trustees": (
            _("Too few trustees answer at present."),
            _("Nothing was lost. Try again when those that are missing are back."),
        ),
        "unknown-photo": (
            _("There is no such photo here, or it was destroyed."),
            _("Check the receipt or the case."),
        ),
    }  # fmt: skip


def _of_applying() -> dict[str, tuple[str, str]]:
    anew = (
        _("This was sealed under terms that have passed, or for another application."),
        _("Nothing is lost. Send it once more: it is sealed anew."),
    )
    release = (
        _("This page is no release that counts today."),
        _("Begin at the portal again. Nothing was sent."),
    )
    return {
        **dict.fromkeys(("other-terms", "given-up"), anew),
        **dict.fromkeys(("app-origin", "app-stale", "app-unknown"), release),
        "no-draft": (
            _("There is no application on its way in this browser."),
            _("Begin it anew; nothing was sent."),
        ),
        "already-sent": (
            _("This application was sent already."), _("What you sent now is not in it."),
        ),
        "not-sealed": (
            _("The photo could not be sealed."),
            _("Nothing was kept. Try again in a minute, or go on without a photo."),
        ),
        "not-asked": (
            _("The office asks for no other photo."),
            _("The case may be decided, or another photo was sent already."),
        ),
        "not-the-holder": (
            _("This is the receipt of another photo."),
            _("Use the receipt of this photo, as you got it."),
        ),
    }  # fmt: skip
