"""Docs/protocol section 5: officers' keys that need no authenticator: in a file, or on a token.

A private key in software lies encrypted under the officer's passphrase (PBKDF2-HMAC-SHA256,
AES-256-GCM), in a form that browsers' WebCrypto opens too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Annotated, Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from pydantic import Field, StringConstraints

from habeas.protocol.assertion import KeyAssertion, Signable
from habeas.protocol.credential import ES256, Credential, PublicKey, credential_id
from habeas.protocol.document import Document, Hex32, base64_of, unbase64
from habeas.protocol.office import ITERATIONS
from habeas.protocol.sealing import OpeningError

_LABEL = b"habeas/v2/software-key\0"
#: Signs a message with an officer's key; 64 bytes: EdDSA, or r ‖ s of ES256.
Sign = Callable[[bytes], bytes]


class HardwareKey(Protocol):
    """A private key that lies elsewhere; `habeas.foundation.token.TokenKey` is one."""

    @property
    def public_key(self) -> PublicKey:
        """Its public half."""

    @property
    def algorithm(self) -> Literal[-7, -8]:
        """`ES256` or `EDDSA`."""

    def sign(self, message: bytes) -> bytes:
        """Sign *message*; 64 bytes: EdDSA, or r ‖ s of ES256."""


class SoftwareKey(Document):
    """An officer's private key (PKCS #8), encrypted under their passphrase.

    Attributes:
        credential: its id.
        nonce: 12 bytes, base64.
    """

    LIMIT = 4096

    v: Literal[2] = 2
    kind: Literal["software-key"] = "software-key"
    credential: Hex32
    salt: Hex32
    iterations: Annotated[int, Field(ge=ITERATIONS, le=10_000_000)]
    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16}$")]
    ciphertext: Annotated[str, StringConstraints(max_length=512)]


def make(
    office: str,
    label: str,
    passphrase: str,
    day: str,
    random: Callable[[int], bytes],
    kind: Literal["software", "key"] = "software",
) -> tuple[Credential, SoftwareKey]:
    """A new credential of an officer, and its private key.

    Args:
        office: the slug of the office.
        label: for the office's own list: a staff number, say.
        passphrase: the officer's.
        day: YYYY-MM-DD.
        random: gives that many random bytes.
        kind: ``software`` is used in a browser, ``key`` in a program.
    """
    private = generate_private_key(SECP256R1())
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    credential = Credential(
        office=office, id=credential_id(spki), algorithm=ES256, public_key=base64_of(spki),
        type=kind, slot_key=random(32).hex(), label=label, added=day,
    )  # fmt: skip
    content = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, nonce = random(32), random(12)
    key = _derive(passphrase, salt, ITERATIONS)
    ciphertext = AESGCM(key).encrypt(nonce, content, _aad(credential.id))
    return credential, SoftwareKey(
        credential=credential.id, salt=salt.hex(), iterations=ITERATIONS,
        nonce=base64_of(nonce), ciphertext=base64_of(ciphertext),
    )  # fmt: skip


def unlock(kept: SoftwareKey, passphrase: str) -> EllipticCurvePrivateKey:
    """The private key.

    Raises:
        OpeningError: another passphrase, or it was changed.
    """
    key = _derive(passphrase, bytes.fromhex(kept.salt), kept.iterations)
    try:
        content = AESGCM(key).decrypt(
            unbase64(kept.nonce), unbase64(kept.ciphertext), _aad(kept.credential)
        )
        private = load_der_private_key(content, None)
    except (InvalidTag, ValueError) as error:
        raise OpeningError("The officer's key does not open with this passphrase.") from error
    if not isinstance(private, EllipticCurvePrivateKey):
        raise OpeningError("The officer's key is of another kind.")
    return private


def signing(private: EllipticCurvePrivateKey) -> Sign:
    """What signs with *private*: ES256, r ‖ s."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def of_token(
    office: str, label: str, key: HardwareKey, day: str, random: Callable[[int], bytes]
) -> Credential:
    """A new credential of an officer whose private key lies on a token. See `make`."""
    spki = key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Credential(
        office=office, id=credential_id(spki), algorithm=key.algorithm,
        public_key=base64_of(spki), type="key", slot_key=random(32).hex(), label=label, added=day,
    )  # fmt: skip


def sign(by: Sign, credential: Credential, what: Signable) -> KeyAssertion:
    """Sign a request or a sign-in with the key of *credential*."""
    signature = base64_of(by(what.message()))
    return KeyAssertion.read({"type": credential.type, "signature": signature})


def _derive(passphrase: str, salt: bytes, iterations: int) -> bytes:
    # One passphrase, however it was typed: as browsers do it, and as office keys are wrapped.
    normal = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
    return PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(normal)


def _aad(credential: str) -> bytes:
    return _LABEL + bytes.fromhex(credential)
