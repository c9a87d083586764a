"""The cases of an office: finding, handing over and deciding them, and what goes afterwards.

Lists of them are in `habeas.portal.desk.lists`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from habeas.foundation.errors import HabeasError
from habeas.portal.cases.models import Case, CaseNoteRow
from habeas.portal.catalogue import offices, services
from habeas.portal.catalogue.declaration import month_end
from habeas.portal.desk.lists import DECISIONS, counts
from habeas.portal.webhooks.events import tell
from habeas.protocol import Purpose
from habeas.protocol.case_note import MAX_SEALED_NOTE
from habeas.protocol.document import digest

#: Notes of one case: far more than people write, and an end for a program that does not stop.
MOST_NOTES = 500
#: Which later purposes a decision leaves: documents are made of what was approved, and appeals
#: are against what was declined.
_LATER: dict[str, frozenset[Purpose]] = {
    Case.State.APPROVED: frozenset({Purpose.PRODUCE_DOCUMENT, Purpose.APPLICANT_COPY}),
    Case.State.DECLINED: frozenset({Purpose.APPEAL, Purpose.APPLICANT_COPY}),
}
#: What marks the label of an officer's authenticator, which is no second person (web/desk).
_SECOND_KEY = "-key"


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


class SecondPersonError(HabeasError):
    """A decision that its proposer wants to confirm."""

    code = "second-person"
    status = 409
    remedy = "Ask a colleague to open the case and confirm; or propose another decision."


class TooManyNotesError(HabeasError):
    """A case with more notes than people write, or a note that is too long."""

    code = "notes"
    status = 409
    remedy = "Shorten the note; what was written before stands."


def person_of(office: str, label: str) -> str:
    """Who an officer is among their office's, hex: the same for each key of one person."""
    name = label.removesuffix(_SECOND_KEY)
    return digest("person", office.encode() + b"\0" + name.encode()).hex()


def find(office: str, reference: str) -> Case:
    """One case of the office.

    Raises:
        UnknownCaseError: it is not before this office.
    """
    found = Case.objects.filter(reference=reference, office=office).first()
    if found is None:
        raise UnknownCaseError("There is no such case before this office.")
    return found


def later_of(case: Case, decision: str, today: date) -> dict[str, str]:
    """The later purposes that a decision of today leaves, with each one's last day."""
    service = services().get(case.service)
    if service is None or service.photo is None or case.pointer is None:
        return {}
    rules = service.photo
    return {
        purpose.value: month_end(today + timedelta(days=rules.later_days[purpose])).isoformat()
        for purpose in rules.purposes
        if purpose in _LATER[decision] and purpose in rules.later_days
    }


@dataclass(frozen=True)
class Chosen:
    """A decision.

    Attributes:
        decision: ``approved`` or ``declined``.
        later: purposes that the photo is kept for.
        note: the sealed note that says so, or None.
    """

    decision: str
    later: Sequence[Purpose] = ()
    note: bytes | None = None


def decide(office: str, reference: str, chosen: Chosen, person: str, today: date) -> Case:
    """Decide an open case, or propose it where the office wants a second person.

    What leads to the photo goes with the decision, or with the last of the purposes that it is
    kept for; answers and notes go when the service's time for them is over.

    Returns:
        The case as it is now: still open, with its proposal, where a second person is wanted.

    Raises:
        UnknownCaseError: it is not before this office.
        DecisionError: it is decided already, or this is no decision.
        SecondPersonError: the proposer confirms.
    """
    if chosen.decision not in DECISIONS:
        raise DecisionError(f"{chosen.decision!r} is no decision.")
    with transaction.atomic():
        find(office, reference)
        case = Case.objects.select_for_update().get(reference=reference, office=office)
        if case.state != Case.State.OPEN:
            raise DecisionError("The case is decided already.")
        declared = offices().get(office)
        if declared is not None and declared.second_person and not _seconded(case, chosen, person):
            case.proposal, case.proposer = chosen.decision, person
        else:
            _close(case, chosen, today)
        case.save()
        if chosen.note is not None:
            _write(case, chosen.note)
    counts.forget()
    return case


def _seconded(case: Case, chosen: Chosen, person: str) -> bool:
    """Whether this confirms what somebody else has proposed."""
    if case.proposal != chosen.decision:
        return False
    if case.proposer == person:
        raise SecondPersonError("This decision waits for a second officer; you proposed it.")
    return True


def _close(case: Case, chosen: Chosen, today: date) -> None:
    possible = later_of(case, chosen.decision, today)
    case.state, case.proposal, case.proposer = chosen.decision, "", ""
    tell("application.decided", case.service, case.reference)
    case.later = {each.value: possible[each.value] for each in chosen.later if each in possible}
    if case.later:
        case.pointer_until = date.fromisoformat(max(case.later.values()))
    else:
        case.pointer = None
    service = services().get(case.service)
    if service is not None:
        case.answers_until = month_end(today, service.answers_months)


def _write(case: Case, note: bytes) -> None:
    if len(note) > MAX_SEALED_NOTE or case.notes.count() >= MOST_NOTES:
        raise TooManyNotesError("The case takes no more notes, or none of this length.")
    CaseNoteRow.objects.create(case=case, note=note)


def write(office: str, reference: str, note: bytes) -> None:
    """Keep a sealed note with a case.

    Raises:
        UnknownCaseError: it is not before this office.
        TooManyNotesError: it has too many, or this one is too long.
    """
    _write(find(office, reference), note)


def hand_over(office: str, reference: str, holder: str, note: bytes | None) -> None:
    """Give an open case to an officer (`person_of`), or to nobody (empty).

    Raises:
        UnknownCaseError: it is not before this office.
        DecisionError: it is decided already.
    """
    case = find(office, reference)
    with transaction.atomic():
        if not Case.objects.filter(pk=case.pk, state=Case.State.OPEN).update(holder=holder):
            raise DecisionError("The case is decided already.")
        if note is not None:
            _write(case, note)
    counts.forget()


def let_go(office: str, reference: str, note: bytes | None) -> None:
    """End the later purposes of a decided case before their time.

    Raises:
        UnknownCaseError: it is not before this office.
        DecisionError: it is not decided yet.
    """
    case = find(office, reference)
    decided = Case.objects.filter(pk=case.pk).exclude(state=Case.State.OPEN)
    with transaction.atomic():
        if not decided.update(pointer=None, later={}, pointer_until=None):
            raise DecisionError("The case is not decided yet.", "Decide it first.")
        if note is not None:
            _write(case, note)


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


def sweep(today: date) -> int:
    """Let go of pointers, answers and notes whose time is over; returns of how many cases."""
    ended = Case.objects.filter(pointer_until__lt=today)
    pointers = ended.update(pointer=None, later={}, pointer_until=None)
    over = Case.objects.filter(answers_until__lt=today)
    with transaction.atomic():
        CaseNoteRow.objects.filter(case__in=over).delete()
        answers = over.update(
            answers=b"", answers_until=None, pointer=None, later={}, pointer_until=None, holder=""
        )
    return pointers + answers
