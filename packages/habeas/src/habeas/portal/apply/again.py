"""Another photo for the same application, where the office could not read the first.

Who may send it is shown by the first photo's receipt: there is no account that could.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from habeas.foundation.errors import HabeasError
from habeas.portal.apply.drafts import Draft
from habeas.portal.apply.sending import Sent, wishes_of
from habeas.portal.cases.models import Case
from habeas.portal.catalogue.declaration import Service
from habeas.portal.vault.custodian import custody


def again(name: str, draft: Draft | None) -> HttpResponseRedirect:
    """Back to the questions, saying so where what was typed is not there any more."""
    target = redirect("apply:details", name)
    if draft is None:
        target["Location"] += "?lost"
    return target


class NotAskedError(HabeasError):
    """Another photo that nobody has asked for."""

    code = "not-asked"
    status = 409
    remedy = "The case may be decided, or another photo was sent already."


@contextmanager
def sending_again(service: Service, reference: str, photo: bytes) -> Iterator[Sent]:
    """Send another photo, or say that there will be none. See `sending`.

    Raises:
        NotAskedError: nobody asks for one (any more).
        SealingError: the photo could not be sealed. Nothing was sent.
    """
    rules = service.photo
    if not photo or rules is None:
        with transaction.atomic():
            _settle(reference, None)
            yield Sent(reference)
        return
    today = datetime.now(UTC).date()
    with custody().sealing(photo, wishes_of(service, rules, reference, today)) as sealed:
        _settle(reference, sealed.pointers.get(service.office))
        yield Sent(reference, sealed.receipt)


def _settle(reference: str, pointer: bytes | None) -> None:
    """The case has its answer; a second one loses."""
    asked = Case.objects.filter(reference=reference, state=Case.State.OPEN, photo_wanted=True)
    if not asked.update(photo_wanted=False, pointer=pointer):
        raise NotAskedError("The office asks for no other photo.")
