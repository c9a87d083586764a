"""Asking to open a photo: for one case, for one purpose, by an officer who signed in anew.

What cannot even be asked is refused here, and logged; everything else goes to the
trustees, who decide for themselves.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Never

from habeas.custody import Ask, Handle, Opening, RefusedError
from habeas.foundation.errors import HabeasError
from habeas.portal.cases.models import Case
from habeas.portal.cases.pointers import open_pointer
from habeas.portal.officers.models import Officer
from habeas.portal.vault.custodian import custody
from habeas.protocol import Purpose
from habeas.protocol.terms import asks_for_recognition


class RequestError(HabeasError):
    """A request to open that lacks something."""

    code = "request"
    status = 400
    remedy = "Say for which purpose and why you need to see the photo."


@dataclass(frozen=True)
class Opened:
    """An opening and the ciphertext it is for."""

    opening: Opening
    ciphertext: bytes

    def as_json(self) -> dict[str, Any]:
        """What an officer's client gets."""
        return {
            "index": self.opening.index,
            "promise": self.opening.promise.decode(),
            "entry": self.opening.entry.decode(),
            "shares": [
                {
                    "trustee": share.trustee,
                    "index": share.index,
                    "release": base64.b64encode(share.release).decode(),
                }
                for share in self.opening.shares
            ],
            "missing": self.opening.missing,
            "ciphertext": base64.b64encode(self.ciphertext).decode(),
        }


def ask_to_open(officer: Officer, case: Case, body: dict[str, Any]) -> Opened:
    """Log the request, collect the shares, fetch the ciphertext.

    Args:
        officer: who asks.
        case: which application.
        body: ``purpose``, ``reason``, ``one_time_key`` (base64 of 1,216 bytes).

    Raises:
        RequestError: something is missing.
        RefusedError, TooFewTrusteesError, UnknownPhotoError: as custody says.
    """
    purpose, reason = str(body.get("purpose", "")), str(body.get("reason", "")).strip()
    if not reason:
        raise RequestError("A reason is missing.")
    handle = None
    if case.pointer is not None:
        handle = open_pointer(case.office, case.reference, bytes(case.pointer))
    if purpose not in list(Purpose):
        _refuse_purpose(officer, purpose, reason, handle)
    if handle is None:
        raise custody().refuse(
            code="no-photo",
            cause="There is no photo in this case, or the case is closed.",
            remedy="Only the applicant's receipt leads to a photo once a case is decided.",
            office=officer.office, officer=officer.name, purpose=purpose, reason=reason,
        )  # fmt: skip
    key = _one_time_key(body)
    ask = Ask(officer.office, officer.name, Purpose(purpose), reason[:500], key)
    opening = custody().request(handle, ask)
    return Opened(opening, custody().ciphertext(handle.seal_id))


def _one_time_key(body: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(body.get("one_time_key", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError("The one-time key is not base64.") from error


def _refuse_purpose(officer: Officer, purpose: str, reason: str, handle: Handle | None) -> Never:
    if asks_for_recognition(purpose):
        code = "recognition-never"
        cause = "Faces are never recognised, matched or searched for here, for nobody."
        remedy = "There is no way to ask for it: the photos are sealed for single openings."
    else:
        code = "purpose-unknown"
        cause = "There is no such purpose."
        remedy = f"The purposes are: {', '.join(Purpose)}."
    raise custody().refuse(
        code=code, cause=cause, remedy=remedy, office=officer.office, officer=officer.name,
        purpose=purpose, reason=reason, handle=handle,
    )  # fmt: skip


def refuse_bulk(officer: Officer, body: dict[str, Any]) -> RefusedError:
    """Log the refusal of a request for several photos at once."""
    cases = body.get("cases")
    count = len(cases) if isinstance(cases, list) else 0
    return custody().refuse(
        code="bulk-never",
        cause="Photos are opened one at a time, each with its own reason; never in bulk.",
        remedy="Open the photo of one case, from that case.",
        office=officer.office,
        officer=officer.name,
        purpose=str(body.get("purpose", "")),
        reason=f"{count} cases: {body.get('reason', '')}",
    )
