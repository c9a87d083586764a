"""Docs/protocol/desk.md: an office's cases, found and read. What is done to them: `acts`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from habeas.portal.cases.models import Case
from habeas.portal.catalogue import offices, services
from habeas.portal.catalogue.answering import most
from habeas.portal.catalogue.declaration import FormField
from habeas.portal.desk import cases as desk
from habeas.portal.desk import lists
from habeas.portal.desk.sessions import Session, for_officers
from habeas.portal.site.calls import ApiAnswer, call, say
from habeas.protocol.document import base64_of

_GET = require_http_methods(["GET", "OPTIONS"])
_MOST_TEXT = 64


class Listed(ApiAnswer):
    """A case in the list.

    *photo*: whether it has one that can be asked for; *proposal*: the decision that waits for a
    second officer; *holder*: whose it is.
    """

    reference: str
    service: str
    day: str
    state: Literal["open", "approved", "declined"]
    photo: bool
    proposal: Literal["", "approved", "declined"]
    holder: Literal["", "me", "colleague"]


class Cases(ApiAnswer):
    """At most 50 cases, oldest first.

    *more*: whether there are others after them; *total*: how many, counted ten seconds ago at most;
    *services*: the names of the office's services, by id and language.
    """

    cases: list[Listed]
    more: bool
    total: int
    services: dict[str, dict[str, str]]


class CaseQuestion(ApiAnswer):
    """A question of a case's service: its words, by language, and what counts as an answer.

    Applicants' devices seal the answers, and nobody looks at them before the desk does.
    """

    name: str
    label: dict[str, str]
    kind: str
    required: bool
    most: int


class OneCase(Listed):
    """A case; answers, pointer and notes are sealed to the office, base64.

    *answers* is empty once their time is over (*answers_until*). *later* has the last day of
    each purpose for which the photo of a decided case may still be asked for; *would_leave* has
    the same for the decisions that an open case can get today. *proposed_by_me*: a second
    officer has to confirm. *questions* are those of its service as it is declared today; null
    where it is declared no more.
    """

    answers: str
    questions: list[CaseQuestion] | None
    pointer: str | None
    notes: list[str]
    later: dict[str, str]
    would_leave: dict[str, dict[str, str]]
    answers_until: str | None
    second_person: bool
    proposed_by_me: bool


def today() -> date:
    """The day, UTC."""
    return datetime.now(UTC).date()


def _listed(case: Case, session: Session) -> Listed:
    whose = "me" if case.holder == session.person else "colleague" if case.holder else ""
    return Listed.model_validate(
        {
            "reference": case.reference, "service": case.service, "day": case.day.isoformat(),
            "state": case.state, "photo": case.pointer is not None, "holder": whose,
            "proposal": case.proposal,
        }
    )  # fmt: skip


@for_officers
@_GET
@call(
    "GET",
    gives=Cases,
    officers=True,
    query=("state", "reference", "service", "holder", "after"),
)
def cases(request: HttpRequest, session: Session) -> HttpResponse:
    """The office's cases, oldest first."""
    asked = {name: str(value)[:_MOST_TEXT] for name, value in request.GET.items()}
    holder = asked.get("holder", "")
    wanted = lists.Wanted(
        state=asked.get("state", Case.State.OPEN),
        text=asked.get("reference", "").strip().upper(),
        service=asked.get("service", ""),
        holder=session.person if holder == "me" else holder,
    )
    page = lists.listed(session.office, wanted, asked.get("after", ""))
    found = [_listed(each, session) for each in page.cases]
    names = {
        each.id: each.name.model_dump(exclude_none=True)
        for each in services().values()
        if each.office == session.office
    }
    return say(
        Cases(
            cases=found, more=page.more, total=page.total, services=names
        )
    )  # fmt: skip


@for_officers
@_GET
@call("GET", gives=OneCase, officers=True)
def case(_: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """One case; answers, pointer and notes are sealed to the office."""
    return say(shown(desk.find(session.office, reference), session))


def _question(declared: FormField) -> CaseQuestion:
    return CaseQuestion(
        name=declared.name, label=declared.label.model_dump(), kind=declared.kind,
        required=declared.required, most=most(declared),
    )  # fmt: skip


def shown(found: Case, session: Session) -> OneCase:
    """A case as the desk has it."""
    declared = offices().get(session.office)
    is_open = found.state == Case.State.OPEN
    leaves = {each.value: desk.later_of(found, each, today()) for each in lists.DECISIONS}
    until = found.answers_until
    service = services().get(found.service)
    return OneCase(
        **_listed(found, session).model_dump(),
        answers=base64_of(bytes(found.answers)),
        questions=None if service is None else [_question(each) for each in service.fields],
        pointer=None if found.pointer is None else base64_of(bytes(found.pointer)),
        notes=[base64_of(bytes(each.note)) for each in found.notes.all()],
        later=found.later,
        would_leave=leaves if is_open else {},
        answers_until=None if until is None else until.isoformat(),
        second_person=declared is not None and declared.second_person,
        proposed_by_me=bool(found.proposal) and found.proposer == session.person,
    )
