"""Webhooks as an operator sees them: who is called, how the last days went, and a test.

A receiver's secret is shown once, by the command that adds it; no page here has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import forward
from habeas.portal.operator.words import event, outcome
from habeas.portal.webhooks import endpoints, tallies
from habeas.portal.webhooks.addresses import ReceiverError, is_proxied
from habeas.portal.webhooks.endpoints import Receiver

#: For how many seconds the answer to a test is shown, to whom asked for it.
_SHOWN_SECONDS = 60
_SALT = "operator.test"


@dataclass(frozen=True)
class _Line:
    """Deliveries of one day that ended in one way, in words."""

    tally: tallies.Tally
    event: str
    outcome: str


@dataclass(frozen=True)
class _Row:
    """A receiver, how it is reached, and how deliveries to it went."""

    receiver: Receiver
    events: str
    proxied: bool
    lines: list[_Line]


@require_GET
def all_receivers(request: HttpRequest) -> HttpResponse:
    """Who is called, what waits, and how the deliveries of the last month ended."""
    wrong: HabeasError | None = None
    try:
        named = forward()
    except HabeasError as error:
        named, wrong = None, error
    context = {
        "here": "webhooks",
        "rows": [_row(each) for each in endpoints.known()],
        "proxy": named.called if named else None,
        "wrong": wrong,
        "days": tallies.KEPT_DAYS,
        "tested": _tested(request),
    }
    return render(request, "operator/webhooks.html", context)


@require_POST
def send_test(_request: HttpRequest, name: str) -> HttpResponse:
    """Send a receiver a message of no consequence, and show how that ended.

    Raises:
        ReceiverError: there is none of that name.
    """
    if name not in {each.name for each in endpoints.known()}:
        raise ReceiverError(f"There is no receiver {name}.", "It was removed meanwhile.")
    ended: int | HabeasError
    try:
        ended = endpoints.send_test(name)
    except HabeasError as error:
        ended = error
    said = signing.dumps({"name": name, "outcome": tallies.outcome_of(ended)}, salt=_SALT)
    return HttpResponseRedirect(f"{reverse('operator:webhooks')}?said={said}")


def _row(receiver: Receiver) -> _Row:
    found = tallies.of(receiver.name)
    lines = [_Line(each, event(each.event), outcome(each.outcome)) for each in found]
    try:
        proxied = is_proxied(receiver.url, receiver.private)
    except HabeasError:
        proxied = False
    return _Row(receiver, ", ".join(map(event, receiver.events)), proxied, lines)


def _tested(request: HttpRequest) -> dict[str, object] | None:
    """The test that was just sent: to whom, and how it ended."""
    try:
        said = signing.loads(request.GET.get("said", ""), salt=_SALT, max_age=_SHOWN_SECONDS)
    except signing.BadSignature:
        return None
    ended = str(said["outcome"])
    return {"name": said["name"], "words": outcome(ended), "confirmed": ended.startswith("2")}
