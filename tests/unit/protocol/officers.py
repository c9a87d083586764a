"""Officers who sign: keys of every type and algorithm, and an authenticator's answer.

ECDSA is deterministic here (RFC 6979), so that vectors are the same on every run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.utils import websafe_encode

from habeas.protocol.assertion import Assertion, Signable, challenge, read_assertion
from habeas.protocol.credential import EDDSA, ES256, Credential, credential_id
from habeas.protocol.document import base64_of
from tests.unit.protocol.world import DAY, OFFICE, random

RP_ID, WEB_ORIGIN = "desk.example", "https://desk.example"
UP, UV = 0x01, 0x04


@dataclass(frozen=True)
class Officer:
    """One officer's key."""

    number: int
    type: str = "software"
    algorithm: int = ES256

    @property
    def key(self) -> ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
        seed = random(f"officer {self.number}")
        if self.algorithm == EDDSA:
            return ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        return ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def raw_id(self) -> bytes:
        """WebAuthn's credential id."""
        return random(f"raw id {self.number}", 20)

    @property
    def slot_key(self) -> bytes:
        return random(f"slot {self.number}")

    def credential(self, **changes: Any) -> Credential:
        named = self.raw_id if self.type == "webauthn" else self.spki
        return Credential.read(
            {
                "v": 2, "kind": "credential", "office": OFFICE, "id": credential_id(named),
                "algorithm": self.algorithm, "public_key": base64_of(self.spki),
                "type": self.type, "slot_key": self.slot_key.hex(),
                "label": f"Officer {self.number}", "added": DAY, **changes,
            }
        )  # fmt: skip

    def sign(self, message: bytes, *, raw: bool) -> bytes:
        key = self.key
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(message)
        signature = key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
        if not raw:
            return signature
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def assertion(self, request: Signable) -> Assertion:
        if self.type == "webauthn":
            return webauthn(self, request)
        signature = base64_of(self.sign(request.message(), raw=True))
        return read_assertion({"type": self.type, "signature": signature})


def client_data(request: Signable, **changes: Any) -> bytes:
    """The bytes that a browser makes (WebAuthn, section 5.8.1.1); None takes a field away."""
    fields = {
        "type": "webauthn.get", "challenge": websafe_encode(challenge(request)),
        "origin": WEB_ORIGIN, "crossOrigin": False, **changes,
    }  # fmt: skip
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(kept, separators=(",", ":")).encode()


def authenticator_data(rp_id: str = RP_ID, flags: int = UP | UV, counter: int = 7) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")


def webauthn(
    officer: Officer,
    request: Signable,
    client: bytes | None = None,
    data: bytes | None = None,
) -> Assertion:
    client = client_data(request) if client is None else client
    data = authenticator_data() if data is None else data
    signature = officer.sign(data + hashlib.sha256(client).digest(), raw=False)
    return read_assertion(
        {
            "type": "webauthn", "authenticator_data": base64_of(data),
            "client_data": base64_of(client), "signature": base64_of(signature),
        }
    )  # fmt: skip


OFFICERS = (
    Officer(1),
    Officer(2, "key", EDDSA),
    Officer(3, "webauthn"),
    Officer(4, "webauthn", EDDSA),
    Officer(5, "key"),
)
