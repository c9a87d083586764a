"""The applicant's pages, from the start to the receipt. All of them work without JavaScript."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.custody import SealingError
from habeas.foundation.errors import HabeasError
from habeas.portal.apply import checks, drafts, elsewhere
from habeas.portal.apply.again import NotAskedError, again, sending_again
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.sending import Sent, sending
from habeas.portal.cases.asked import asked_for
from habeas.portal.catalogue import office_name, services
from habeas.portal.catalogue.declaration import PhotoRules, Service
from habeas.portal.register import code
from habeas.portal.site.problems import status_of
from habeas.portal.site.said import in_words
from habeas.portal.vault import receipt_page
from habeas.portal.vault.custodian import in_force
from habeas.portrait import FORMATS, PhotoError, PoolBusyError, words
from habeas.protocol import MalformedError, Receipt


def _service(name: str) -> Service:
    try:
        return services()[name]
    except KeyError as error:
        raise Http404 from error


def _draft(request: HttpRequest, service: Service) -> drafts.Draft | None:
    return drafts.load(request, service.id)


def _language() -> str:
    return (get_language() or "en")[:2]


def promise_in_words(service: Service) -> dict[str, object]:
    """What is promised about the photo, for people."""
    rules = service.photo
    if rules is None:
        return {}
    circle = in_force().circle
    return {
        "recipients": [office_name(name) for name in rules.recipients],
        "purposes": list(rules.purposes),
        "opens_until": rules.opens_until(datetime.now(UTC).date()),
        "openings_max": rules.openings_max,
        "openings_a_day": rules.openings_a_day,
        "closed_days": rules.closed_days,
        "trustees": [each.name for each in circle.trustees],
        "k": circle.k,
    }


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All services."""
    return render(request, "apply/home.html", {"services": services().values()})


@require_GET
def start(request: HttpRequest, name: str) -> HttpResponse:
    """What the service is, and what is asked."""
    return render(request, "apply/start.html", {"service": _service(name)})


@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, name: str) -> HttpResponse:
    """The form."""
    service = _service(name)
    draft = _draft(request, service)
    if request.method == "POST":
        form = DetailsForm(service, request.POST.dict())
        if draft is None or draft.reference or draft.again:
            draft = drafts.begin(service.id)
        # What was typed is kept as it was, so that it is there after every way back to the page.
        draft.chosen = draft.chosen or "chosen" in request.GET
        draft.faulty = not form.is_valid()
        draft.fields = form.typed() if draft.faulty else form.answers()
        step = "details" if draft.faulty else "photo" if service.photo else "answers"
        return drafts.save(redirect(f"apply:{step}", name), draft)
    known = draft.fields if draft and not draft.reference else {}
    form = DetailsForm(service, known if known and draft is not None and draft.faulty else None)
    form.data = known
    # Who has answered here goes on here: the server has seen it already.
    stays = draft is not None and draft.stays
    chosen = "chosen" in request.GET or any(known.values()) or stays
    lost = "lost" in request.GET and draft is None
    return show_details(request, service, form, lost=lost, chosen=chosen)


def show_details(
    request: HttpRequest,
    service: Service,
    form: DetailsForm,
    *,
    lost: bool = False,
    old: bool = False,
    chosen: bool = True,
) -> HttpResponse:
    """The form's page.

    Args:
        request: for it.
        service: whose questions these are.
        form: with what was typed.
        lost: what was typed before is not there any more.
        old: it was sent from a page that had been open for too long.
        chosen: the server's way was chosen; else a device that can seal goes its own.
    """  # fmt: skip
    context = {
        "service": service, "form": form, "rows": form.rows(), "lost": lost, "old": old,
        "hours": drafts.KEEP_HOURS, "sealing": code.is_served(), "chosen": chosen,
        "seal_at": elsewhere.step_of(service),
        "asked": "chosen" in request.GET,
    }  # fmt: skip
    return render(request, "apply/details.html", context, status=403 if old else 200)


@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, name: str) -> HttpResponse:
    """The photo step: a file, the camera, or none; each way is as good."""
    service = _service(name)
    draft = _draft(request, service)
    if service.photo is None:
        return redirect("apply:answers", name)
    if draft is None or draft.reference or draft.faulty:
        return again(name, draft)
    if request.method == "POST":
        if "without" in request.POST:
            draft.forget_photo()
            draft.photo_decided = True
            return drafts.save(redirect("apply:answers", name), draft)
        draft.trouble = _take_photo(request, service.photo, draft)
        step = "photo" if draft.trouble else "check-photo"
        return drafts.save(redirect(f"apply:{step}", name), draft)
    error = _in_words(draft.trouble)
    context = {
        "service": service, "draft": draft, "error": error, "chosen": draft.chosen,
        "sealing": code.is_served(), "seal_at": elsewhere.step_of(service),
        "accept": ",".join(each for known in FORMATS for each in known.types),
        **promise_in_words(service),
    }  # fmt: skip
    return render(request, "apply/photo.html", context)


def _take_photo(request: HttpRequest, rules: PhotoRules, draft: drafts.Draft) -> str:
    """Check the uploaded file and put it into the draft; returns what is wrong, as a code."""
    file = request.FILES.get("photo")
    if file is None:
        return "none"
    try:
        assessment = checks.check(file, rules)
    except PhotoError as problem:
        return problem.code
    except PoolBusyError:
        return "busy"
    draft.forget_photo()
    draft.upright, draft.cropped = assessment.upright, assessment.cropped or b""
    draft.advice = [advice.code for advice in assessment.advice]
    return ""


def _in_words(trouble: str) -> str:
    """What is wrong with a picture, in the reader's language."""
    if not trouble:
        return ""
    if trouble == "none":
        return _("Select a photo")
    if trouble == "busy":
        return _("The selected file could not be uploaded – try again")
    return " ".join(words(trouble, _language()))


@require_http_methods(["GET", "POST"])
def check_photo(request: HttpRequest, name: str) -> HttpResponse:
    """The photo as it will be kept, with advice; the applicant decides."""
    service = _service(name)
    draft = _draft(request, service)
    if draft is None or draft.reference or not draft.upright:
        return redirect("apply:photo", name)
    if request.method == "POST":
        draft.use_crop = request.POST.get("picture", "crop") != "whole"
        draft.photo_decided = True
        return drafts.save(redirect("apply:answers", name), draft)
    advice = [words(code, _language()) for code in draft.advice]
    context = {"service": service, "draft": draft, "advice": advice}
    return render(request, "apply/check_photo.html", context)


@require_GET
def picture(request: HttpRequest, name: str, which: str) -> HttpResponse:
    """The draft's own picture, for its own browser."""
    draft = drafts.load(request, name)
    content = b"" if draft is None else {"crop": draft.cropped, "whole": draft.upright}[which]
    if draft is None or draft.reference or not content:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg")


@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest, name: str) -> HttpResponse:
    """Check your answers, and what is promised; then send."""
    service = _service(name)
    draft = _draft(request, service)
    if draft is not None and draft.reference:
        return redirect("apply:done", name)
    if draft is None or draft.faulty:
        return again(name, draft)
    if service.photo and not draft.photo_decided:
        return redirect("apply:photo", name)
    error: HabeasError | None = None
    if request.method == "POST":
        try:
            return _send(service, draft)
        except (SealingError, NotAskedError) as problem:
            error = problem
    asked = () if draft.again else service.fields
    shown = [(each.label, draft.fields.get(each.name, "–")) for each in asked]
    context = {
        "service": service, "draft": draft, "answers": shown,
        "error": in_words(error, status_of(error)) if error else None,
        **(promise_in_words(service) if draft.photo else {}),
    }  # fmt: skip
    return render(request, "apply/answers.html", context, status=503 if error else 200)


def _sending(service: Service, draft: drafts.Draft) -> AbstractContextManager[Sent]:
    if draft.again:
        return sending_again(service, draft.again, draft.photo)
    return sending(service, draft.fields, draft.photo)


@require_POST
def another_photo(request: HttpRequest) -> HttpResponse:
    """Begin to send another photo for the application of a receipt, whose office asks for it."""
    try:
        receipt = Receipt.decode(request.POST.get("receipt", "").encode())
        service = asked_for(receipt)
    except MalformedError:
        service = None
    if service is None:
        return redirect("receipts:status")
    draft = drafts.begin(service.id)
    draft.again = receipt.reference
    return drafts.save(redirect("apply:photo", service.id), draft)


def _send(service: Service, draft: drafts.Draft) -> HttpResponseRedirect:
    # A second click loses: its transaction, and what it has sealed, are undone.
    with (
        contextlib.suppress(drafts.AlreadySentError),
        _sending(service, draft) as sent,
    ):
        receipt = sent.receipt.encode().decode() if sent.receipt else ""
        drafts.close(draft, sent.reference, receipt)
    return redirect("apply:done", service.id)


@require_GET
def done(request: HttpRequest, name: str) -> HttpResponse:
    """The receipt."""
    service = _service(name)
    draft = _draft(request, service)
    if draft is None or not draft.reference:
        return redirect("apply:start", name)
    receipt = Receipt.decode(draft.receipt.encode()) if draft.receipt else None
    context = {
        "service": service, "draft": draft, "receipt": receipt,
        "recipients": [office_name(each) for each in receipt.promise.recipients] if receipt else [],
    }  # fmt: skip
    return render(request, "apply/done.html", context)


@require_GET
def download(request: HttpRequest, name: str) -> HttpResponse:
    """The receipt, as the page to keep."""
    draft = _draft(request, _service(name))
    if draft is None or not draft.receipt:
        raise Http404
    return receipt_page.download(Receipt.decode(draft.receipt.encode()))
