"""What the console calls parts of a portal's health and of webhooks, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from habeas.portal.webhooks.tallies import ADDRESS, FAULT, SILENT


def figure(name: str) -> str:
    """What a figure of the portal's health counts; its name where there are no words for it."""
    return {
        "log_size": _("Entries of the public log that were read"),
        "owed": _("Entries that the log has not taken"),
        "pending_deposits": _("Parts that trustees have not got yet"),
    }.get(name, name)


def loop(name: str) -> str:
    """What one of the worker's loops does; its name where there are no words for it."""
    return {
        "cases": _("Deletes answers whose time is over"),
        "custody": _("Ends photos whose time is over"),
        "drafts": _("Clears unfinished applications"),
        "follow": _("Reads the public log"),
        "owed": _("Tells the log and the trustees what they are owed"),
        "sessions": _("Clears sessions that are over"),
        "standing": _("Compares clock, disk and log"),
    }.get(name, name)


def event(name: str) -> str:
    """What a webhook tells; its type where there are no words for it."""
    return {
        "application.received": _("an application has come"),
        "application.decided": _("an application was decided"),
        "photo.withdrawn": _("a photo was withdrawn"),
        "webhook.test": _("a test"),
    }.get(name, name)


def outcome(name: str) -> str:
    """How a delivery ended (`webhooks.tallies`)."""
    known = {
        SILENT: _("no answer"),
        ADDRESS: _("the receiver’s address is not allowed, or cannot be found"),
        FAULT: _("could not be sent; the portal’s journal says why"),
        "410": _("wants no more messages (410)"),
    }
    if name.startswith("2"):
        return _("confirmed")
    return known.get(name) or _("not confirmed: it answered %(status)s") % {"status": name}
