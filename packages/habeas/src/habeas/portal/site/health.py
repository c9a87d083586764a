"""Whether the portal lives, and whether it can serve: Kubernetes' words for the two probes.

`/livez` answers while the process does: nothing that a restart would not mend makes it fail.
`/readyz` is judged by what really happened: halts that stand, and for each of the worker's
loops the age of its last success. It tells causes, and nothing of people or photos.
"""

from __future__ import annotations

import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health
from habeas.foundation.metrics import MEDIA_TYPE, exposition
from habeas.portal.cameras import anchoring
from habeas.portal.register.log import log_copy
from habeas.portal.standing import beats, halts, installation
from habeas.portal.vault.custodian import custody
from habeas.portal.vault.ledger import waiting

#: Seconds since this machine's copy of the log was followed to its end.
_COPY_LATE = 120


@require_safe
def livez(_: HttpRequest) -> HttpResponse:
    """200 while this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_: HttpRequest) -> HttpResponse:
    """200 where all that the portal needs works now; else 503, with the causes."""
    found, figures = judge()
    return JsonResponse(found.fields(**figures), status=found.status)


@require_safe
def metrics(_: HttpRequest) -> HttpResponse:
    """The same for Prometheus."""
    found, figures = judge()
    return HttpResponse(exposition("portal", found.fields(**figures)), content_type=MEDIA_TYPE)


def judge() -> tuple[Health, dict[str, int]]:
    """How the portal fares, and its figures."""
    now = time.time()
    try:
        problems = _problems(now)
        ages = {name: now - each.at for name, each in beats.beats().items() if each.at}
        figures = waiting()
    except DatabaseError:
        return Health({"database": "The database does not answer."}), {}
    return Health(problems, ages), figures | {"log_size": log_copy().size}


def _problems(now: float) -> dict[str, str]:
    found = {each.code: f"{each.cause} {each.remedy}" for each in halts.standing()}
    try:
        installation.verify()
    except HabeasError as error:
        found[error.code] = str(error)
    found |= beats.late(now)
    copy = log_copy()
    age = now - copy.followed_at
    if not -_COPY_LATE <= age <= _COPY_LATE:
        found.setdefault("follow", "This machine's copy of the log is not followed.")
    if copy.followed_at:
        try:
            copy.verify_recent()
        except HabeasError as error:
            found[error.code] = str(error)
    try:
        anchoring.verify_lately()
    except HabeasError as error:
        found[error.code] = str(error)
    try:
        keyless = custody().keyless()
    except HabeasError as error:
        found[error.code] = str(error)
        return found
    if keyless:
        found["keys"] = f"Not all keys of the coming months are known of {', '.join(keyless)}."
    return found
