"""The circle, and withdrawal, for programs."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import Field

from habeas.portal.site.calls import Said, body, call, say
from habeas.portal.vault.custodian import custody, in_force
from habeas.protocol.document import Document, Hex32, KeyName
from habeas.protocol.terms import MAX_TRUSTEES


class CircleSaid(Said):
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


class WithdrawalProgress(Said):
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
