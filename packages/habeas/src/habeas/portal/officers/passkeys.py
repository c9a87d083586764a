"""Passkeys (WebAuthn Level 3): an officer's own authenticator, which asks them who they are.

The authenticator has to verify its person (a PIN, a finger): what it signs is two factors in one,
and is bound to this portal's address, so that no other page can ask for it. fido2 checks what
the authenticator says; attestation is not asked for, as no make is preferred.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from habeas.foundation.errors import HabeasError
from habeas.portal.officers.models import Enrolment, Officer, Passkey

#: Hours for which an invitation counts.
INVITED_HOURS = 24
#: Passkeys of one officer: a laptop's, a phone's, and a few spare ones.
_MOST = 10
_VERIFIED = UserVerificationRequirement.REQUIRED
#: What fido2 and the readers under it raise for bytes that are not what they should be.
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, UnsupportedAlgorithm)


class PasskeyError(HabeasError):
    """A passkey that is not taken.

    Attributes:
        because: hyphenated, for the audit log.
    """

    code = "passkey"
    status = 403

    def __init__(
        self, cause: str, remedy: str | None = None, *, because: str, officer: Officer | None = None
    ) -> None:
        again = _("Try again, or ask whoever runs the portal for a new invitation.")
        super().__init__(cause, remedy or again)
        self.because, self.officer = because, officer


def invite(officer: Officer, hours: int = INVITED_HOURS) -> str:
    """The path of a page on which *officer*, once, makes a passkey. Older invitations end.

    The token is its fragment, which no browser sends: it is in no server's records (ASVS 14.2.1).
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Enrolment.objects.filter(officer=officer).delete()
        Enrolment.objects.create(
            officer=officer, token_hash=_hash(token), ends=timezone.now() + timedelta(hours=hours)
        )
    return f"/desk/sign-in/passkey/new/#{token}"


def invited(token: str) -> Officer:
    """Whom an invitation is for.

    Raises:
        PasskeyError: it was used, has ended, or is none.
    """
    found = (
        Enrolment.objects.select_related("officer")
        .filter(token_hash=_hash(token), ends__gt=timezone.now(), officer__is_active=True)
        .first()
    )
    if found is None:
        raise PasskeyError(
            _("This invitation was used already, or has ended."),
            _("Ask whoever runs the portal for a new one."),
            because="invitation-unknown",
        )
    return found.officer


def creation(officer: Officer) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a browser is asked to make, and what has to be remembered until it answers."""
    user = PublicKeyCredentialUserEntity(
        # An authenticator shows no name to pages; the handle says nothing of a person.
        id=hashlib.sha256(f"habeas/officer/{officer.pk}".encode()).digest(),
        name=officer.name,
        display_name=officer.name,
    )
    options, state = _server().register_begin(
        user,
        [_data(each) for each in officer.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_VERIFIED,
    )
    return dict(options)["publicKey"], dict(state)


def keep(token: str, state: Mapping[str, Any], said: Mapping[str, Any]) -> Officer:
    """Keep the passkey that a browser has made; the invitation is used up.

    Raises:
        PasskeyError: it is none, is known already, or the invitation has ended.
    """
    officer = invited(token)
    try:
        made = _server().register_complete(state, said).credential_data
    except _UNREADABLE as error:
        raise PasskeyError(
            _("What the browser has made is no passkey for this portal."),
            because="passkey-unreadable", officer=officer,
        ) from error  # fmt: skip
    if made is None or officer.passkeys.count() >= _MOST:
        raise PasskeyError(
            _("You have as many passkeys as there can be."),
            _("Ask whoever runs the portal to have those removed that are not used."),
            because="too-many-passkeys", officer=officer,
        )  # fmt: skip
    try:
        with transaction.atomic():
            # Whoever comes second with the same invitation finds it gone.
            if not Enrolment.objects.filter(token_hash=_hash(token)).delete()[0]:
                raise PasskeyError(
                    _("This invitation was used already."), because="invitation-unknown"
                )
            Passkey.objects.create(
                officer=officer, credential_id=websafe_encode(made.credential_id),
                data=base64.b64encode(made).decode(),
            )  # fmt: skip
    except IntegrityError as error:
        raise PasskeyError(
            _("This passkey is known already."), _("Sign in with it."),
            because="passkey-known", officer=officer,
        ) from error  # fmt: skip
    return officer


def request() -> tuple[dict[str, Any], dict[str, Any]]:
    """What a browser is asked to sign, and what has to be remembered until it answers."""
    options, state = _server().authenticate_begin(user_verification=_VERIFIED)
    return dict(options)["publicKey"], dict(state)


def verify(state: Mapping[str, Any], said: Mapping[str, Any]) -> Officer:
    """Who has signed.

    Raises:
        PasskeyError: nobody whom this portal lets in.
    """
    refusal = _("This passkey does not open this portal.")
    try:
        response = AuthenticationResponse.from_dict(said)
        name = websafe_encode(response.raw_id)
    except _UNREADABLE as error:
        raise PasskeyError(refusal, because="passkey-unreadable") from error
    known = Passkey.objects.select_related("officer").filter(credential_id=name).first()
    if known is None:
        raise PasskeyError(refusal, because="passkey-unknown")
    officer = known.officer
    try:
        _server().authenticate_complete(state, [_data(known)], response)
    except _UNREADABLE as error:
        raise PasskeyError(refusal, because="passkey-signature", officer=officer) from error
    count = response.response.authenticator_data.counter
    if not officer.is_active:
        raise PasskeyError(refusal, because="disabled", officer=officer)
    # Section 6.1.1: a counter that does not grow is that of a copy.
    if (count or known.count) and not Passkey.objects.filter(pk=known.pk, count__lt=count).update(
        count=count
    ):
        raise PasskeyError(refusal, because="passkey-copied", officer=officer)
    return officer


def _server() -> Fido2Server:
    host = urlsplit(settings.SITE.portal).hostname or ""
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name=host),
        verify_origin=lambda origin: origin == settings.SITE.origins[0],
    )


def _data(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(passkey.data))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
