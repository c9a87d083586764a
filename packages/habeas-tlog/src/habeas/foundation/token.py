"""PKCS #11 (OASIS, version 3.0): a key that lies on a token, and never leaves it.

A party's signing key, an office's root key, an officer's key, and what unlocks a trustee's keys
may lie on a smart card, a USB token or a hardware module. This module needs python-pkcs11, the
extra ``pkcs11`` of each distribution: import it where a token is asked, and nowhere else.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Where python-pkcs11 is missing, this says what to install.
from habeas.foundation.token_session import explain, explained, open_session, pkcs11
from habeas.foundation.token_uri import NoSuchKindError, TokenError, TokenUri

Attribute, KeyType, ObjectClass = pkcs11.Attribute, pkcs11.KeyType, pkcs11.ObjectClass

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey
#: COSE algorithms (RFC 9053).
_ES256: Literal[-7] = -7
_EDDSA: Literal[-8] = -8
#: The length of an uncompressed point of P-256 (SEC 1, section 2.3.3), and of an Ed25519 key.
_POINT_BYTES, _ED25519_BYTES = 65, 32


class KeyKind(Enum):
    """Kinds of keys: CKK, CKA_EC_PARAMS, and CKM that makes a pair.

    The parameters are the object identifiers id-Ed25519 (RFC 8410) and secp256r1 (RFC 5480), DER.
    """

    ED25519 = (
        KeyType.EC_EDWARDS,
        bytes.fromhex("06032b6570"),
        pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
    )
    P256 = (
        KeyType.EC,
        bytes.fromhex("06082a8648ce3d030107"),
        pkcs11.Mechanism.EC_KEY_PAIR_GEN,
    )


_CALLED = {KeyKind.ED25519: "Ed25519", KeyKind.P256: "P-256"}


@dataclass(frozen=True)
class TokenKey:
    """A private key on a token, in a session that is open.

    Attributes:
        public_key: its public half.
    """

    public_key: PublicKey
    _private: Any
    _session: Any
    # One session does one thing at a time (PKCS #11 3.0, section 2.6.5), and services have threads.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def algorithm(self) -> Literal[-7, -8]:
        """-8 (EdDSA) or -7 (ES256), as COSE numbers them."""
        return _EDDSA if isinstance(self.public_key, Ed25519PublicKey) else _ES256

    def sign(self, message: bytes) -> bytes:
        """Sign *message*; 64 bytes: EdDSA, or r ‖ s of ES256.

        Raises:
            TokenError: the token was taken out, or does not sign.
        """
        if self.algorithm == _EDDSA:
            content, mechanism = message, pkcs11.Mechanism.EDDSA
        else:
            # Tokens that hash by themselves are fewer than those that sign a hash.
            content, mechanism = hashlib.sha256(message).digest(), pkcs11.Mechanism.ECDSA
        with self._lock, explained("sign"):
            return bytes(self._private.sign(content, mechanism=mechanism))

    def agree(self, public_key: EllipticCurvePublicKey) -> bytes:
        """ECDH with *public_key* (SP 800-56A, 5.7.1.2): 32 bytes, the shared point's x.

        Raises:
            TokenError: this is no key of P-256, or the token does not agree on keys.
        """
        if self.algorithm == _EDDSA:
            raise TokenError("The key on the token is not of P-256, and agrees on no keys.")
        point = public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        template = {Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True}
        with self._lock, explained("agree on a key"):
            shared = self._private.derive_key(
                KeyType.GENERIC_SECRET, 256, template=template,
                mechanism_param=(pkcs11.KDF.NULL, None, point),
            )  # fmt: skip
            try:
                return bytes(shared[Attribute.VALUE])
            finally:
                shared.destroy()

    def close(self) -> None:
        """End the session: the token forgets that a PIN was shown."""
        with explained("end a session"):
            self._session.close()


def make(
    uri: TokenUri, pin: str, label: str, kinds: Sequence[KeyKind] = tuple(KeyKind)
) -> TokenKey:
    """The key that the URI names, or where there is none, a new one on the token.

    Args:
        uri: names the token, and perhaps the key.
        pin: of the token's user.
        label: of a new key, where the URI names none.
        kinds: that will do, the best first.

    Raises:
        TokenError: there is no such token, another PIN, or it can make no such key.
    """
    session = open_session(uri, pin, write=True)
    try:
        if uri.object is not None or uri.id is not None:
            found = _keys(session, uri)
            if len(found) > 1:
                raise TokenError(
                    "More than one key on the token fits.", "Name one by object and id."
                )
            if found:
                return found[0]
        named = uri.object or label
        identity = uri.id or hashlib.sha256(named.encode()).digest()[:8]
        if not uri.object and not uri.id and _keys(session, TokenUri(object=label)):
            raise TokenError(
                f"The token has a key {label} already.",
                f"Add ;object={label} to its address to use that key.",
            )
        for each in kinds:
            kind, parameters, mechanism = each.value
            try:
                domain = session.create_domain_parameters(
                    kind, {Attribute.EC_PARAMS: parameters}, local=True
                )
                public, private = domain.generate_keypair(
                    id=identity, label=named, store=True, mechanism=mechanism
                )
            except (pkcs11.MechanismInvalid, pkcs11.FunctionNotSupported):
                continue
            return TokenKey(_public_key(public), private, session)
        raise NoSuchKindError(
            f"The token can make no key of {' or '.join(_CALLED[each] for each in kinds)}.",
            "Take another token, or keep the key in a file.",
        )
    except pkcs11.PKCS11Error as error:
        session.close()
        raise explain(error, "make a key") from error
    except BaseException:
        session.close()
        raise


def find(uri: TokenUri, pin: str, public_key: PublicKey) -> TokenKey:
    """The private key of *public_key* on a token.

    Raises:
        TokenError: there is no such token, another PIN, or it has no such key.
    """
    session = open_session(uri, pin)
    try:
        with explained("say what keys it has"):
            for each in _keys(session, uri):
                if _spki(each.public_key) == _spki(public_key):
                    return each
    except BaseException:
        session.close()
        raise
    session.close()
    raise TokenError(
        "The token does not have the key that is asked for.",
        "Put in the token with which the key was made, or check object and id.",
    )


def verify(uri: TokenUri, pin: str) -> None:
    """Raise unless the token is there, takes the PIN, and has a key that fits the URI.

    Raises:
        TokenError: it is not so.
    """
    session = open_session(uri, pin)
    try:
        with explained("say what keys it has"):
            fitting = _keys(session, uri)
    finally:
        session.close()
    if not fitting:
        raise TokenError(
            "The token has no key that fits its address.",
            "Check object and id; `init` or `setup` of the party makes a key.",
        )


def _keys(session: Any, uri: TokenUri) -> list[TokenKey]:
    """Keys of the token that fit the URI and that Habeas can use."""
    wanted: dict[Any, Any] = {Attribute.CLASS: ObjectClass.PUBLIC_KEY}
    if uri.object is not None:
        wanted[Attribute.LABEL] = uri.object
    if uri.id is not None:
        wanted[Attribute.ID] = uri.id
    found = []
    for public in list(session.get_objects(wanted)):
        if public.key_type not in {KeyType.EC, KeyType.EC_EDWARDS}:
            continue
        try:
            key = _public_key(public)
        except ValueError:
            continue  # a curve of another use
        private = list(
            session.get_objects(
                {
                    Attribute.CLASS: ObjectClass.PRIVATE_KEY,
                    Attribute.KEY_TYPE: public.key_type,
                    Attribute.ID: public[Attribute.ID],
                }
            )
        )
        found += [TokenKey(key, each, session) for each in private[:1]]
    return found


def _public_key(public: Any) -> PublicKey:
    """The public key of an object. CKA_EC_POINT is an OCTET STRING; some tokens leave that out."""
    point = bytes(public[Attribute.EC_POINT])
    edwards = public.key_type == KeyType.EC_EDWARDS
    length = _ED25519_BYTES if edwards else _POINT_BYTES
    if point[:2] == bytes([0x04, length]) and len(point) == length + 2:
        point = point[2:]
    if edwards:
        return Ed25519PublicKey.from_public_bytes(point)
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
