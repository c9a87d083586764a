"""The receipt's pages: what happened to the photo, and having it destroyed.

Nothing about the receipt is kept between two pages: it travels with each form.
"""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.custody import Withdrawal
from habeas.foundation.errors import HabeasError
from habeas.portal.cases.asked import asked_for
from habeas.portal.catalogue import office_name, services
from habeas.portal.receipts import history, words
from habeas.portal.register.log import NoCircleError
from habeas.portal.site.said import said
from habeas.portal.site.served import served
from habeas.portal.vault import receipt_page
from habeas.portal.vault.custodian import chain, custody, in_force
from habeas.protocol import MalformedError, Receipt
from habeas.protocol.receipt import SignedAcknowledgement
from habeas.protocol.receipt_file import MAX_BYTES
from habeas.protocol.receipt_file import read_receipt as receipt_of
from habeas.protocol.seal import complete_receipt

#: How long a page waits for all trustees to confirm a withdrawal, and between two looks; seconds.
_PATIENCE, _PAUSE = 5.0, 0.3


def read_receipt(request: HttpRequest) -> Receipt | str:
    """The receipt of a form: a file, or the text that an earlier page carried; or what is wrong."""
    file = request.FILES.get("receipt")
    if file is not None:
        content = file.read(MAX_BYTES + 1)
    else:
        content = request.POST.get("receipt", "").encode()
    if not content:
        return _("Select your receipt")
    try:
        return receipt_of(content)
    except MalformedError:
        return _("The selected file is not a receipt, or was changed")


def _asking(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    """The page that asks for a receipt, and then asks the log and the trustees by itself."""
    response = render(request, "receipts/receipt.html", {"error": error}, status=status)
    try:
        circles = [link.circle for link in chain().links]
    except NoCircleError:
        circles = []  # there is nobody to ask
    asked = {circle.log.url for circle in circles}
    asked |= {trustee.url for circle in circles for trustee in circle.trustees}
    sources = " ".join(f"{each}/" for each in sorted(asked))
    response["Content-Security-Policy"] = served().csp.replace(
        "connect-src 'self'", f"connect-src 'self' {sources}"
    )
    return response


@require_GET
def lost(request: HttpRequest) -> HttpResponse:
    """What somebody can do who has lost the receipt."""
    circle = in_force().circle
    return render(request, "receipts/lost.html", {"trustees": circle.trustees, "k": circle.k})


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt; then show every act on its photo."""
    if request.method == "GET":
        return _asking(request)
    receipt = read_receipt(request)
    if isinstance(receipt, str):
        return _asking(request, receipt, 422)
    found, problem = None, None
    try:
        found = history.verify(receipt)
    except HabeasError as error:
        problem = said(error, error.status)
    late = custody().acknowledgements(receipt.promise.seal_id)
    context = {
        "receipt": receipt,
        "text": receipt.encode().decode(),
        "service": services().get(receipt.promise.service),
        "recipients": [office_name(each) for each in receipt.promise.recipients],
        "found": found,
        "problem": problem,
        "late": [name for name in receipt.pending if name in late],
    }
    if found is not None:
        openings = history.openings(receipt, found)
        context |= {
            "openings": [(each, office_name(each.act.entry.office or "")) for each in openings],
            "seats": history.seats(receipt, found, late),
            "closed": history.is_closed(found),
            "withdrawn": history.is_withdrawn(found),
            "wanted": asked_for(receipt),
            "settling": words.is_settling(found),
            "unread": words.unread_in_words(found.unread) if found.unread else "",
            "causes": [
                (name, words.in_words(cause))
                for name, verdict in found.verdicts.items()
                for cause in verdict.causes
                if found.unread is None or cause != found.unread
            ],
        }
    return render(request, "receipts/status.html", context)


@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """The receipt, with what trustees that were pending have acknowledged since."""
    receipt = read_receipt(request)
    if isinstance(receipt, str):
        return _asking(request, receipt, 422)
    late = custody().acknowledgements(receipt.promise.seal_id)
    notes = [
        SignedAcknowledgement(trustee=name, note=late[name])
        for name in receipt.pending
        if name in late
    ]
    return receipt_page.download(complete_receipt(receipt, notes))


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask once more; then have the photo destroyed and show the trustees' statements."""
    receipt = read_receipt(request)
    if isinstance(receipt, str):
        return _asking(request, receipt, 422)
    text = receipt.encode().decode()
    if "confirmed" not in request.POST:
        return render(request, "receipts/withdraw.html", {"receipt": receipt, "text": text})
    done = _withdraw(receipt)
    left = len(receipt.promise.trustees.keys) - len(done.statements) - len(done.never_held)
    context = {
        "receipt": receipt,
        "text": text,
        "done": done,
        "waits": [(name, words.still_owed(away=name in done.away)) for name in done.owed],
        "closed": left < receipt.promise.trustees.k,
    }
    return render(request, "receipts/withdrawn.html", context)


def _withdraw(receipt: Receipt) -> Withdrawal:
    """Withdraw, and give the entries of those that answer a moment to stand on the log."""
    secret = bytes.fromhex(receipt.withdraw_secret)
    give_up = time.monotonic() + _PATIENCE
    while True:
        done = custody().withdraw(receipt.promise.seal_id, secret, receipt.pending)
        if done.away.issuperset(done.owed) or time.monotonic() + _PAUSE > give_up:
            return done
        time.sleep(_PAUSE)
