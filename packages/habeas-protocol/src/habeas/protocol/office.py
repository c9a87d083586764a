"""Formats, *The office reads its own cases*: its documents, and its wrapped key.

What leads from an application to its photo, and the applicant's answers, are sealed to the
office's X-Wing key on the applicant's device. The portal keeps sealed and wrapped forms only.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from pydantic import Field, StringConstraints, model_validator

from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import (
    Document,
    Hex16,
    Hex32,
    Reference,
    Slug,
    base64_of,
    digest,
    unbase64,
)
from habeas.protocol.sealing import OpeningError, open_, pad, seal, unpad
from habeas.protocol.terms import MAX_OPENINGS, Promise, case_hash

#: OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA256.
ITERATIONS = 600_000
MOST_ITERATIONS = 10_000_000
_SALT_BYTES, _NONCE_BYTES = 32, 12
_WRAPPED = b"habeas/v2/wrapped-key"


class Pointer(Document):
    """What leads an office from a case to its photo.

    Attributes:
        promise: digest.
        stream_key: of stream 0, from which the tags of its requests follow.
        reference, salt: of the case; they give the promise's `case`.
    """

    v: Literal[2] = 2
    kind: Literal["pointer"] = "pointer"
    promise: Hex32
    seal_id: Hex16
    stream_key: Hex32
    reference: Reference
    salt: Hex32
    openings_max: Annotated[int, Field(ge=1, le=MAX_OPENINGS)]


class Answers(Document):
    """What an applicant answered, by the names of the form's questions."""

    v: Literal[2] = 2
    kind: Literal["answers"] = "answers"
    reference: Reference
    service: Slug
    answers: dict[str, Any]


class WrappedKey(Document):
    """An office's private key (32-byte seed), wrapped for one credential.

    Attributes:
        credential: its id.
        with_: what the wrapping key comes from; ``with`` in the document.
        salt: 32 random bytes.
        iterations: of PBKDF2; for a passphrase only.
        nonce: 12 random bytes, base64; with `ciphertext` (48 bytes), AES-256-GCM.
    """

    LIMIT = 4096

    v: Literal[2] = 2
    kind: Literal["wrapped-key"] = "wrapped-key"
    office: Slug
    credential: Hex32
    with_: Annotated[Literal["passphrase", "prf", "file"], Field(alias="with")]
    salt: Hex32
    iterations: Annotated[int, Field(ge=ITERATIONS, le=MOST_ITERATIONS)] | None = None
    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16}$")]
    ciphertext: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{64}$")]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.with_ == "passphrase") != (self.iterations is not None):
            raise ValueError("iterations are those of a passphrase")
        return self

    def fields(self) -> dict[str, Any]:
        """The JSON object, without fields that are not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def pointer_info(reference: str) -> bytes:
    """HPKE info: "habeas/v2/pointer" ‖ 00 ‖ H("reference", reference).

    Whoever keeps a pointer does not know its promise: else the case would lead to the photo.
    """
    return b"habeas/v2/pointer\0" + digest("reference", reference.encode())


def answers_info(reference: str) -> bytes:
    """HPKE info: "habeas/v2/answers" ‖ 00 ‖ H("reference", reference)."""
    return b"habeas/v2/answers\0" + digest("reference", reference.encode())


def seal_pointer(office_key: bytes, pointer: Pointer) -> bytes:
    """Seal *pointer* to the office's X-Wing key (1,216 bytes).

    Raises:
        KeyFormatError: *office_key* is none.
    """
    return seal(office_key, pointer_info(pointer.reference), pointer.encode())


def open_pointer(seed: bytes, sealed: bytes, reference: str) -> Pointer:
    """The pointer of case *reference*. Compare it with the promise: `verify_pointer`.

    Args:
        seed: the office's private key, 32 bytes.
        sealed: as the portal gave it.
        reference: of the case on the officer's screen.

    Raises:
        OpeningError: it is for another case, or was changed.
        MalformedError: it holds no pointer.
    """
    pointer = Pointer.decode(open_(seed, pointer_info(reference), sealed))
    if pointer.reference != reference:
        raise OpeningError("This photo belongs to another case.")
    return pointer


def verify_pointer(pointer: Pointer, promise: Promise) -> None:
    """Raise unless *promise* is that of the pointer's photo, sealed for the pointer's case.

    Raises:
        OpeningError: it is another one's: somebody put another photo under the case.
    """
    case = case_hash(pointer.reference, bytes.fromhex(pointer.salt))
    expected = (promise.digest().hex(), promise.seal_id, promise.openings_max)
    said = (pointer.promise, pointer.seal_id, pointer.openings_max)
    if said != expected or not hmac.compare_digest(case, promise.case):
        raise OpeningError("This photo belongs to another case.")


def seal_answers(office_key: bytes, answers: Answers) -> bytes:
    """Seal *answers* to the office's X-Wing key (1,216 bytes); their length hardly shows.

    Raises:
        KeyFormatError: *office_key* is none.
    """
    return seal(office_key, answers_info(answers.reference), pad(answers.encode()))


def open_answers(seed: bytes, sealed: bytes, reference: str) -> Answers:
    """The answers of case *reference*.

    Raises:
        OpeningError: they are of another case, or were changed.
        MalformedError: it holds no answers.
    """
    answers = Answers.decode(unpad(open_(seed, answers_info(reference), sealed)))
    if answers.reference != reference:
        raise OpeningError("These answers belong to another case.")
    return answers


def wrap_key(
    seed: bytes,
    secret: str | bytes,
    *,
    office: str,
    credential: str,
    with_: Literal["passphrase", "prf", "file"],
    random: Callable[[int], bytes],
    salt: bytes | None = None,
) -> WrappedKey:
    """Wrap an office's private key.

    Args:
        seed: the private key, 32 bytes.
        secret: the passphrase; or, as bytes, the output of WebAuthn's PRF over the salt, or
            the private value in the key file.
        office: its slug.
        credential: the id of the officer's credential.
        with_: what the secret is.
        random: gives that many random bytes.
        salt: 32 bytes; for ``prf`` those that the PRF was evaluated on.
    """
    salt = random(_SALT_BYTES) if salt is None else salt
    iterations = ITERATIONS if with_ == "passphrase" else None
    key = _wrapping_key(secret, salt, iterations)
    nonce = random(_NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, seed, _aad(office, credential))
    return WrappedKey.read(
        {
            "v": 2, "kind": "wrapped-key", "office": office, "credential": credential,
            "with": with_, "salt": salt.hex(), "nonce": base64_of(nonce),
            "ciphertext": base64_of(ciphertext),
            **({} if iterations is None else {"iterations": iterations}),
        }
    )  # fmt: skip


def unwrap_key(wrapped: WrappedKey, secret: str | bytes) -> bytes:
    """The office's private key; 32 bytes.

    Raises:
        OpeningError: another passphrase, key or credential, or it was changed.
    """
    key = _wrapping_key(secret, bytes.fromhex(wrapped.salt), wrapped.iterations)
    try:
        return AESGCM(key).decrypt(
            unbase64(wrapped.nonce),
            unbase64(wrapped.ciphertext),
            _aad(wrapped.office, wrapped.credential),
        )
    except (InvalidTag, ValueError) as error:
        raise OpeningError("The office's key does not open with this passphrase or key.") from error


def _aad(office: str, credential: str) -> bytes:
    return _WRAPPED + b"\0" + office.encode() + b"\0" + bytes.fromhex(credential)


def _wrapping_key(secret: str | bytes, salt: bytes, iterations: int | None) -> bytes:
    if isinstance(secret, str) and iterations is not None:
        normal = unicodedata.normalize("NFC", secret).encode(errors="surrogatepass")
        return PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(normal)
    if isinstance(secret, bytes) and iterations is None:
        return HKDF(SHA256(), 32, salt, _WRAPPED).derive(secret)
    raise MalformedError("A passphrase is a text, and any other secret is bytes.")
