"""Protocol 2, section 5, *Signing*: an officer's signature of a request.

WebAuthn Level 3, section 7.2, for what a trustee has to know: the challenge is the hash of
the request, the origin and the relying party are the office's own, and the officer was
there and proved it. Keys in files, on tokens and in software sign the request itself.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticatorData, CollectedClientData
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from habeas.foundation.errors import HabeasError
from habeas.protocol import canonical
from habeas.protocol.credential import Credential
from habeas.protocol.document import Document, Signature64, unbase64
from habeas.protocol.parties import Office
from habeas.protocol.request import Request

_MOST_CLIENT_DATA = 4096
_MOST_AUTHENTICATOR_DATA = 4096
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


class RelyingParty(Protocol):
    """What of an office binds its officers' signatures; `habeas.protocol.circle.Office` is one."""

    @property
    def rp_id(self) -> str:
        """Host name."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of its pages."""


def read_assertion(fields: object) -> Assertion:
    """The assertion with these fields.

    Raises:
        MalformedError: it is none.
    """
    try:
        return _ADAPTER.validate_json(canonical.encode(fields))
    except ValidationError as error:
        raise canonical.MalformedError("This is no signature of an officer.") from error


def challenge(request: Request) -> bytes:
    """SHA-256 of the request's message; 32 bytes."""
    return hashlib.sha256(request.message()).digest()


def verify_assertion(
    assertion: Assertion, request: Request, credential: Credential, office: Office | RelyingParty
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
    if request.office != credential.office:
        raise OfficerSignatureError("The credential is of another office than the request.")
    try:
        if isinstance(assertion, WebAuthnAssertion):
            signed = _webauthn(assertion, challenge(request), office)
            signature = unbase64(assertion.signature, least=8, most=_MOST_DER)
        else:
            signed, signature = request.message(), unbase64(assertion.signature)
        _verify(credential, signed, signature, raw=isinstance(assertion, KeyAssertion))
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


def _webauthn(
    assertion: WebAuthnAssertion, expected: bytes, office: Office | RelyingParty
) -> bytes:
    """What the authenticator signed, if it is about *expected* and for *office*."""
    client, data = _parse(assertion)
    fields = client._data  # noqa: SLF001
    if client.type != CollectedClientData.TYPE.GET:
        raise OfficerSignatureError("The authenticator was not asked for a signature.")
    if fields["challenge"] != websafe_encode(expected):
        raise OfficerSignatureError("The authenticator signed another request.")
    if client.origin not in office.origins:
        raise OfficerSignatureError("The officer signed at an address that is not the office's.")
    if fields.get("crossOrigin", False) is not False or "topOrigin" in fields:
        raise OfficerSignatureError("The officer signed within another party's page.")
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(office.rp_id.encode()).digest()):
        raise OfficerSignatureError("The authenticator signed for another office.")
    if not (data.is_user_present() and data.is_user_verified()):
        raise OfficerSignatureError("The officer was not there, or did not prove it.")
    return bytes(data) + hashlib.sha256(client).digest()


def _parse(assertion: WebAuthnAssertion) -> tuple[CollectedClientData, AuthenticatorData]:
    try:
        client = CollectedClientData(unbase64(assertion.client_data, most=_MOST_CLIENT_DATA))
        data = AuthenticatorData(
            unbase64(assertion.authenticator_data, least=37, most=_MOST_AUTHENTICATOR_DATA)
        )
    except Exception as error:
        # The library raises whatever its parts raise; none of it may pass through.
        raise OfficerSignatureError("What the authenticator gave cannot be read.") from error
    return client, data
