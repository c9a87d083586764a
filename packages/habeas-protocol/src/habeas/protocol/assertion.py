"""Formats, *Officers*, signing: an officer's signature of a request.

For an authenticator, the challenge is the hash of the request; keys in files, on tokens and
in software sign the request itself.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from habeas.foundation.errors import HabeasError
from habeas.protocol import canonical
from habeas.protocol.credential import Credential
from habeas.protocol.document import Document, Signature64, unbase64
from habeas.protocol.webauthn import (
    GET,
    RelyingParty,
    WebAuthnError,
    read_authenticator_data,
    read_client_data,
)

#: RFC 3279: an ECDSA signature of P-256 in DER.
_MOST_DER = 72


class OfficerSignatureError(HabeasError):
    """A request that its officer has not signed, or not as it must be signed."""

    code = "officer-signature"
    remedy = "Sign the request again, at the office's own address."


class KeyAssertion(Document):
    """The signature of a key in a file, on a token, or in software: ES256 as r ‖ s, or EdDSA."""

    type: Literal["key", "software"]
    signature: Signature64


class WebAuthnAssertion(Document):
    """What an authenticator gave, base64 (WebAuthn, AuthenticatorAssertionResponse)."""

    type: Literal["webauthn"]
    authenticator_data: Annotated[str, StringConstraints(max_length=5500)]
    client_data: Annotated[str, StringConstraints(max_length=5500)]
    signature: Annotated[str, StringConstraints(max_length=96)]


Assertion = KeyAssertion | WebAuthnAssertion
_ADAPTER: TypeAdapter[Assertion] = TypeAdapter(
    Annotated[KeyAssertion | WebAuthnAssertion, Field(discriminator="type")]
)


class Signable(Protocol):
    """What an officer signs: a `Request`, or a `SignIn`."""

    @property
    def office(self) -> str:
        """The officer's office."""

    @property
    def credential(self) -> str:
        """Id of the credential that signs."""

    def message(self) -> bytes:
        """The bytes that are signed."""


def read_assertion(fields: object) -> Assertion:
    """The assertion with these fields.

    Raises:
        MalformedError: it is none.
    """
    try:
        return _ADAPTER.validate_json(canonical.encode(fields))
    except ValidationError as error:
        raise canonical.MalformedError("This is no signature of an officer.") from error


def challenge(request: Signable) -> bytes:
    """SHA-256 of the request's message; 32 bytes."""
    return hashlib.sha256(request.message()).digest()


def verify_assertion(
    assertion: Assertion, request: Signable, credential: Credential, office: RelyingParty
) -> None:
    """Raise unless the officer with *credential* has signed *request*.

    Args:
        assertion: as shown.
        request: what must have been signed.
        credential: a member of the office's roster.
        office: of the circle: its relying party and origins.

    Raises:
        OfficerSignatureError: not signed, or not in the way of the credential's type, or for
            another request, page or office.
    """
    if (assertion.type, request.credential) != (credential.type, credential.id):
        raise OfficerSignatureError("The request is signed with another credential than it names.")
    if not request.office == credential.office == office.office:
        raise OfficerSignatureError("The credential is of another office than the request.")
    try:
        if isinstance(assertion, WebAuthnAssertion):
            client = read_client_data(assertion.client_data, GET, challenge(request), office)
            data = read_authenticator_data(assertion.authenticator_data, office)
            signed = bytes(data) + hashlib.sha256(client).digest()
            signature = unbase64(assertion.signature, least=8, most=_MOST_DER)
        else:
            signed, signature = request.message(), unbase64(assertion.signature)
        _verify(credential, signed, signature, raw=isinstance(assertion, KeyAssertion))
    except WebAuthnError as error:
        raise OfficerSignatureError(error.cause) from error
    except (InvalidSignature, ValueError, canonical.MalformedError) as error:
        raise OfficerSignatureError("The officer's signature does not verify.") from error


def _verify(credential: Credential, signed: bytes, signature: bytes, *, raw: bool) -> None:
    key = credential.key()
    if isinstance(key, EllipticCurvePublicKey):
        if raw:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            signature = encode_dss_signature(r, s)
        key.verify(signature, signed, ECDSA(SHA256()))
    else:
        key.verify(signature, signed)
