"""WebAuthn Level 3, for what a trustee and an office have to know of an authenticator.

Sections 7.1 and 7.2: the client data is of the expected kind, challenge and origin, and not
from within another party's page; the authenticator data is for the office's relying party,
and its user was there and proved it. Attestation is not asked for: whom a key belongs to is
the office's word, in its roster.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256, CoseKey, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticatorData, CollectedClientData

from habeas.foundation.errors import HabeasError
from habeas.protocol.credential import Credential, credential_id
from habeas.protocol.document import base64_of, unbase64

MOST_CLIENT_DATA = 4096
MOST_AUTHENTICATOR_DATA = 4096
_LEAST_AUTHENTICATOR_DATA = 37
GET, CREATE = CollectedClientData.TYPE.GET, CollectedClientData.TYPE.CREATE


class WebAuthnError(HabeasError):
    """What an authenticator or browser gave is not what it must be."""

    code = "webauthn"
    remedy = "Do it again, at the office's own address, and confirm with finger, face or code."


class RelyingParty(Protocol):
    """What of an office binds its officers' signatures; `habeas.protocol.parties.Office` is one."""

    @property
    def office(self) -> str:
        """Its slug."""

    @property
    def rp_id(self) -> str:
        """Host name."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of its pages."""


def read_client_data(text: str, kind: str, challenge: bytes, office: RelyingParty) -> bytes:
    """The client data of base64 *text*, if it is about *challenge* and from the office's page.

    Args:
        text: as the browser gave it.
        kind: `GET` or `CREATE`.
        challenge: what must have been asked, any bytes.
        office: whose page it must be.

    Raises:
        WebAuthnError: it is not.
    """
    try:
        client = CollectedClientData(unbase64(text, most=MOST_CLIENT_DATA))
        fields = dict(client._data)  # noqa: SLF001
    except Exception as error:
        # The library raises whatever its parts raise; none of it may pass through.
        raise WebAuthnError("What the browser gave cannot be read.") from error
    if client.type != kind:
        raise WebAuthnError("The authenticator was asked for something else.")
    if fields["challenge"] != websafe_encode(challenge):
        raise WebAuthnError("The authenticator was asked about something else.")
    if client.origin not in office.origins:
        raise WebAuthnError("It was done at an address that is not the office's.")
    if fields.get("crossOrigin", False) is not False or "topOrigin" in fields:
        raise WebAuthnError("It was done within another party's page.")
    return bytes(client)


def read_authenticator_data(text: str, office: RelyingParty) -> AuthenticatorData:
    """The authenticator data of base64 *text*, if its user was there, for *office*.

    Raises:
        WebAuthnError: it is not.
    """
    try:
        content = unbase64(text, least=_LEAST_AUTHENTICATOR_DATA, most=MOST_AUTHENTICATOR_DATA)
        data = AuthenticatorData(content)
    except Exception as error:
        # As above: on bytes of a stranger's choice the library raises whatever its parts raise.
        raise WebAuthnError("What the authenticator gave cannot be read.") from error
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(office.rp_id.encode()).digest()):
        raise WebAuthnError("The authenticator answered another office.")
    if not (data.is_user_present() and data.is_user_verified()):
        raise WebAuthnError("The officer was not there, or did not prove it.")
    return data


def register(
    client_data: str,
    authenticator_data: str,
    challenge: bytes,
    office: RelyingParty,
    *,
    slot_key: bytes,
    label: str,
    added: str,
) -> Credential:
    """The credential that an authenticator has made for an officer, for the office's roster.

    Args:
        client_data: base64, of the registration.
        authenticator_data: base64 (``getAuthenticatorData()``), with the attested key.
        challenge: that the office drew for this registration.
        office: that the officer is of.
        slot_key: 32 random bytes.
        label: for the office's own list.
        added: the day, YYYY-MM-DD.

    Raises:
        WebAuthnError: made for something else, or a key of another algorithm.
        MalformedError: label or day are none.
    """
    read_client_data(client_data, CREATE, challenge, office)
    attested = read_authenticator_data(authenticator_data, office).credential_data
    if attested is None:
        raise WebAuthnError("The authenticator gave no key.")
    spki = _spki(attested.public_key)
    return Credential.read(
        {
            "v": 2, "kind": "credential", "office": office.office,
            "id": credential_id(attested.credential_id),
            "algorithm": attested.public_key.ALGORITHM, "public_key": base64_of(spki),
            "type": "webauthn", "slot_key": slot_key.hex(), "label": label, "added": added,
        }
    )  # fmt: skip


def _spki(key: CoseKey) -> bytes:
    """The SubjectPublicKeyInfo of a COSE key (RFC 9053 section 7)."""
    try:
        match key:
            case ES256():
                x, y = (int.from_bytes(key[name], "big") for name in (-2, -3))
                public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
                return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            case EdDSA():
                raw = Ed25519PublicKey.from_public_bytes(key[-2])
                return raw.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (KeyError, TypeError, ValueError) as error:
        raise WebAuthnError("The authenticator's key is none.") from error
    raise WebAuthnError("The authenticator's key is of another algorithm than ES256 or EdDSA.")
