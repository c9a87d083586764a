"""Drafts: the answers and the photo so far, readable only with the browser's cookie.

The row's id and its key are both derived from a secret in an HttpOnly cookie, so the
database alone leads from no name to no photo, and a draft that is given up can be read
by nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from habeas.foundation.errors import HabeasError
from habeas.portal.apply.models import EncryptedDraft

#: Begins the name of each cookie; the service ends it: two tabs hold two applications.
COOKIE = "application-"
KEEP_HOURS = 24


@dataclass
class Draft:
    """One application on its way."""

    service: str
    fields: dict[str, str] = field(default_factory=dict)
    #: The two pictures a check gives (JPEG), and which one the applicant uses.
    upright: bytes = b""
    cropped: bytes = b""
    use_crop: bool = True
    advice: list[str] = field(default_factory=list)
    #: The applicant has decided about the photo, with or without one.
    photo_decided: bool = False
    #: The reference of an application that was sent, whose office asks for another photo.
    again: str = ""
    #: Once sent: the reference, and the receipt's text where there was a photo.
    reference: str = ""
    receipt: str = ""
    #: What this browser's device was given to seal under: reference, day, salt, seal id.
    order: dict[str, str] = field(default_factory=dict)
    #: What was typed does not answer the questions yet; code of what is wrong with a picture.
    faulty: bool = False
    trouble: str = ""
    #: Once sent: the device has sealed the photo, and has the receipt alone.
    device: bool = False
    #: A device that could seal leaves it to the server, by the applicant's own choice.
    chosen: bool = False
    secret: bytes = field(default=b"", repr=False)

    @property
    def photo(self) -> bytes:
        """The picture to be sealed; empty for none."""
        return self.cropped if self.use_crop and self.cropped else self.upright

    @property
    def stays(self) -> bool:
        """Whether it is not given up by beginning on a device.

        Another photo for a case that stands, and a receipt that is nowhere else.
        """
        return bool(self.again or self.receipt)

    def forget_photo(self) -> None:
        """Drop the pictures and what was said about them."""
        self.upright = self.cropped = b""
        self.advice, self.use_crop, self.photo_decided = [], True, False


def _hour() -> int:
    return int(time.time()) // 3600


def _row_id(secret: bytes) -> str:
    return hashlib.sha256(b"habeas/v1/draft-id\0" + secret).hexdigest()


def _cipher(secret: bytes) -> AESGCM:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"habeas/v1/draft-key")
    return AESGCM(hkdf.derive(secret))


def _encode(draft: Draft) -> bytes:
    fields: dict[str, Any] = asdict(draft)
    del fields["secret"]
    pictures = [fields.pop("upright"), fields.pop("cropped")]
    head = json.dumps({**fields, "sizes": [len(each) for each in pictures]}).encode()
    return len(head).to_bytes(4, "big") + head + b"".join(pictures)


def _decode(content: bytes, secret: bytes) -> Draft:
    end = 4 + int.from_bytes(content[:4], "big")
    fields = json.loads(content[4:end])
    upright, cropped = fields.pop("sizes")
    pictures = content[end:]
    return Draft(
        **fields,
        upright=pictures[:upright],
        cropped=pictures[upright : upright + cropped],
        secret=secret,
    )


def load(request: HttpRequest, service: str) -> Draft | None:
    """The draft of this browser for a service, if it has one."""
    try:
        secret = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE + service, ""))
    except (binascii.Error, ValueError):
        return None
    return of_secret(secret, service)


def of_secret(secret: bytes, service: str) -> Draft | None:
    """The draft for a service that a secret opens, if there is one."""
    if len(secret) != 32:
        return None
    row = EncryptedDraft.objects.filter(
        pk=_row_id(secret), touched__gte=_hour() - KEEP_HOURS
    ).first()
    if row is None:
        return None
    content = bytes(row.content)
    try:
        draft = _decode(_cipher(secret).decrypt(content[:12], content[12:], None), secret)
    except InvalidTag:
        return None
    return draft if draft.service == service else None


def begin(service: str) -> Draft:
    """A new draft; `save` gives the browser its cookie."""
    return Draft(service, secret=secrets.token_bytes(32))


def begin_on_device(service: str) -> Draft:
    """A new draft whose questions a device asks: the server's own way would begin with them."""
    return Draft(service, faulty=True, secret=secrets.token_bytes(32))


def store(draft: Draft) -> None:
    """Store *draft*, durably."""
    nonce = secrets.token_bytes(12)
    content = nonce + _cipher(draft.secret).encrypt(nonce, _encode(draft), None)
    row = EncryptedDraft(pk=_row_id(draft.secret), content=content, touched=_hour())
    # One statement, where a look before it and a savepoint around it would be three more.
    EncryptedDraft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["content", "touched"]
    )


def save(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Store *draft* and let the browser keep its secret."""
    store(draft)
    response.set_cookie(
        COOKIE + draft.service,
        base64.urlsafe_b64encode(draft.secret).decode(),
        max_age=KEEP_HOURS * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def lock(draft: Draft) -> Draft | None:
    """The draft as it is now, locked until the transaction ends."""
    row = EncryptedDraft.objects.select_for_update().filter(pk=_row_id(draft.secret)).first()
    if row is None:
        return None
    content = bytes(row.content)
    return _decode(_cipher(draft.secret).decrypt(content[:12], content[12:], None), draft.secret)


class AlreadySentError(HabeasError):
    """A draft that a second click sends once more."""

    code = "already-sent"
    status = 409


def close(draft: Draft, reference: str, receipt: str, *, device: bool = False) -> None:
    """Keep of a draft that was sent its reference and receipt alone.

    Called in the transaction that makes the case.

    Raises:
        AlreadySentError: it was sent already, or is gone.
    """
    now = lock(draft)
    if now is None or now.reference:
        raise AlreadySentError("This application was sent already.")
    draft.reference, draft.receipt, draft.device = reference, receipt, device
    draft.order, draft.fields = {}, {}
    draft.upright = draft.cropped = b""
    store(draft)


def forget(request: HttpRequest, service: str) -> None:
    """Delete this browser's draft for a service."""
    draft = load(request, service)
    if draft is not None:
        drop(draft)


def drop(draft: Draft) -> None:
    """Delete a draft."""
    EncryptedDraft.objects.filter(pk=_row_id(draft.secret)).delete()


def sweep() -> int:
    """Delete drafts that were given up; returns how many."""
    return EncryptedDraft.objects.filter(touched__lt=_hour() - KEEP_HOURS).delete()[0]
