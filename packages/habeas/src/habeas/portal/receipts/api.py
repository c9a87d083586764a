"""The circle, and withdrawal, for programs."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import Field

from habeas.portal.site.calls import ApiAnswer, body, call, say
from habeas.portal.vault.custodian import custody, in_force
from habeas.protocol.document import Document, Hex32, KeyName, base64_of
from habeas.protocol.terms import MAX_TRUSTEES


class CircleSaid(ApiAnswer):
    """The circle in force: a signed note."""

    circle: str


class Secret(Document):
    """The withdrawal secret of a receipt.

    Attributes:
        pending: trustees that the receipt has as pending; only their word is taken that they
            never held their part. Without it, nobody's is.
    """

    secret: Hex32
    pending: Annotated[tuple[KeyName, ...], Field(max_length=MAX_TRUSTEES)] | None = None


class WithdrawalProgress(ApiAnswer):
    """How far a withdrawal has come.

    Attributes:
        complete: all trustees have confirmed.
        statements: signed `erased` statements (notes), by trustee.
        never_held: pending trustees whose deposit never arrived; they take none any more.
        owed: trustees that have not confirmed yet, with why.
    """

    complete: bool
    statements: dict[str, str]
    never_held: list[str]
    owed: dict[str, str]


class KeptLine(ApiAnswer):
    """One of the portal's entries about a photo.

    Attributes:
        entry: as it stands on the log.
        number: in the portal's stream; none for a closing.
        locked: salt and details (base64), under a key that only the receipt has; of number 0
            the salt alone, as it is; empty once they were forgotten.
        proof: a C2SP tlog-proof of the entry.
    """

    entry: str
    number: int | None
    locked: str
    proof: str | None


class KeptPhoto(ApiAnswer):
    """All of a receipt that is no secret: with its words it is the receipt again.

    Attributes:
        circle: note of the promise's circle.
        promise: canonical JSON.
        acknowledgements: signed notes, by trustee.
    """

    circle: str
    promise: str
    lines: list[KeptLine]
    acknowledgements: dict[str, str]


@require_GET
@call("GET", gives=KeptPhoto)
def kept(_: HttpRequest, seal_id: str) -> HttpResponse:
    """What this portal keeps of a photo's receipt, for any page that knows the photo's id."""
    found = custody().kept(seal_id)
    lines = [
        KeptLine(
            entry=each.entry.decode(), number=each.number, locked=base64_of(each.locked),
            proof=each.proof,
        )
        for each in found.lines
    ]  # fmt: skip
    answer = say(
        KeptPhoto(
            circle=found.circle, promise=found.promise.decode(), lines=lines,
            acknowledgements=found.acknowledgements,
        )
    )  # fmt: skip
    # A receipt is opened from a disk: its page is of no origin, and reads this like any other.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_GET
@call("GET", gives=CircleSaid)
def circle(_: HttpRequest) -> HttpResponse:
    """The note of the circle in force."""
    return say(CircleSaid(circle=in_force().note))


@csrf_exempt
@require_POST
@call("POST", takes=Secret, gives=WithdrawalProgress)
def withdraw(request: HttpRequest, seal_id: str) -> HttpResponse:
    """Withdraw a photo with its secret; ask again until nobody owes."""
    shown = body(request, Secret)
    done = custody().withdraw(seal_id, bytes.fromhex(shown.secret), shown.pending or ())
    return say(
        WithdrawalProgress(
            complete=done.complete, statements=done.statements,
            never_held=list(done.never_held), owed=done.owed,
        )
    )  # fmt: skip
