"""The cases of an officer's office: finding and deciding them."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.foundation.errors import HabeasError
from habeas.portal.cases.models import Case
from habeas.portal.officers.models import Officer

#: Cases on one page of the desk.
_PAGE = 200
DECISIONS = (Case.State.APPROVED, Case.State.DECLINED)


class UnknownCaseError(HabeasError):
    """No such case is before the officer's office."""

    code = "unknown-case"
    status = 404
    remedy = "Check the reference."


class DecisionError(HabeasError):
    """A decision that is none, or comes too late."""

    code = "decision"
    status = 409
    remedy = "A case is decided once: approved or declined."


def open_cases(officer: Officer) -> Sequence[Case]:
    """The open cases of the officer's office, oldest day first."""
    found = Case.objects.filter(office=officer.office, state=Case.State.OPEN)
    return list(found.order_by("day", "pk")[:_PAGE])


def find(officer: Officer, reference: str) -> Case:
    """A case of the officer's office.

    Raises:
        UnknownCaseError: there is none of this reference.
    """
    found = Case.objects.filter(pk=reference, office=officer.office).first()
    if found is None:
        raise UnknownCaseError("There is no such case.")
    return found


def decide(officer: Officer, reference: str, decision: str) -> None:
    """Decide a case. Its pointer to the photo is erased with the decision.

    Raises:
        UnknownCaseError: it is not a case of the officer's office.
        DecisionError: *decision* is none, or the case is decided.
    """
    case = find(officer, reference)
    if decision not in DECISIONS:
        raise DecisionError("There is no such decision.")
    decided = Case.objects.filter(pk=case.pk, state=Case.State.OPEN).update(
        state=decision, pointer=None
    )
    if not decided:
        raise DecisionError("The case is decided already.")
