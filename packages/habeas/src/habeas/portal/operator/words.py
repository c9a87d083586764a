"""What the console calls the parts of a portal's health, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


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
