"""The cases of an office: finding and deciding them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from habeas.foundation.errors import HabeasError
from habeas.portal.cases.models import Case

#: Cases in one answer.
PAGE = 50
DECISIONS = (Case.State.APPROVED, Case.State.DECLINED)


class UnknownCaseError(HabeasError):
    """No such case is before the office."""

    code = "unknown-case"
    status = 404
    remedy = "Check the reference; cases of other offices are not shown."


class DecisionError(HabeasError):
    """A decision that cannot be taken."""

    code = "decision"
    status = 409
    remedy = "Decisions are: approved, declined; of cases that are open."


def listed(office: str, state: str, after: str) -> tuple[Sequence[Case], bool]:
    """Cases of an office in that state, oldest first, and whether there are more.

    Args:
        office: whose.
        state: ``open``, ``approved`` or ``declined``.
        after: the reference of the last case that was seen; empty for the first.
    """
    found = Case.objects.filter(office=office, state=state).order_by("day", "reference")
    last = Case.objects.filter(office=office, reference=after).first() if after else None
    if last is not None:
        # As rows are compared in SQL (ISO/IEC 9075-2, 8.2), which the index answers at once.
        place = Tuple("day", "reference")
        found = found.filter(TupleGreaterThan(place, (last.day, last.reference)))
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def find(office: str, reference: str) -> Case:
    """One case of the office.

    Raises:
        UnknownCaseError: it is not before this office.
    """
    found = Case.objects.filter(reference=reference, office=office).first()
    if found is None:
        raise UnknownCaseError("There is no such case before this office.")
    return found


def decide(office: str, reference: str, decision: str) -> None:
    """Decide an open case. Its pointer goes: only the receipt leads to the photo from then on.

    Raises:
        UnknownCaseError: it is not before this office.
        DecisionError: it is decided already, or this is no decision.
    """
    if decision not in DECISIONS:
        raise DecisionError(f"{decision!r} is no decision.")
    case = find(office, reference)
    changed = Case.objects.filter(pk=case.pk, state=Case.State.OPEN).update(
        state=decision, pointer=None
    )
    if not changed:
        raise DecisionError("The case is decided already.")


def ask_again(office: str, reference: str) -> None:
    """The photo could not be read: the case stays open, lets go of it, and waits for another.

    Raises:
        UnknownCaseError: it is not before this office.
        DecisionError: it is decided already.
    """
    case = find(office, reference)
    asked = Case.objects.filter(pk=case.pk, state=Case.State.OPEN)
    if not asked.update(pointer=None, photo_wanted=True):
        raise DecisionError("The case is decided already.")
