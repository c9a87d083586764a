"""A signing key's one line in a file: the key itself, or where on a token it lies.

    PRIVATE+KEY+name+hex key id+base64(type ‖ seed)
    <verifier key> pkcs11:token=LABEL;object=NAME?module-path=FILE&pin-source=file:/FILE

The first is Go's ``note`` package's, as `habeas.tlog.keys` has it. The second names the public half
(C2SP signed-note), so that no other key of the token is ever taken in its place, and the token by
RFC 7512. A service reads its token's PIN by itself, and so the address names the PIN's file.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from habeas.foundation.token_uri import TokenError, TokenUri
from habeas.tlog.cosignature import CosignatureSigner
from habeas.tlog.errors import FormatError
from habeas.tlog.keys import decode_vkey
from habeas.tlog.note import NoteSigner

if TYPE_CHECKING:
    from habeas.foundation.token import TokenKey
    from habeas.foundation.token_service import ServiceKey

#: Signed to see which key signs. No note ends so (C2SP signed-note), and no cosignature begins so.
_PROBE = b"habeas/v2/probe"
_Signer = TypeVar("_Signer", NoteSigner, CosignatureSigner)


def read(line: str, kind: type[_Signer], address: str = "") -> _Signer:
    """The key of a *line*.

    Args:
        line: as above.
        kind: of the key.
        address: of the token, where it is another one than the line says: a machine's own.

    Raises:
        FormatError: it is no such line.
        TokenError: the token is not there, does not have the key, or signs by another. Nothing is
            made instead.
    """
    vkey, space, said = line.strip().partition(" ")
    if not space:
        return kind.parse(vkey)
    name, type_, public_key = decode_vkey(vkey)
    if type_ != kind.KIND or len(public_key) != 32:
        raise FormatError(f"The key {name} is of another type.")
    from habeas.foundation.token_service import ServiceKey  # noqa: PLC0415 - an optional package

    uri = TokenUri.parse(address or said)
    known = Ed25519PublicKey.from_public_bytes(public_key)
    key = ServiceKey.find(uri, known)
    _verify_pair(key, known)
    return kind.held(name, public_key, key)


def make(kind: type[_Signer], name: str, address: str = "") -> tuple[_Signer, str]:
    """A new key, and its line for a file.

    Args:
        kind: of the key.
        name: key name; on a token its label too.
        address: of the token where it is made, or has been where the address names an object;
            without one it lies in the line.

    Raises:
        FormatError: *name* cannot name a key.
        TokenError: the token is not there, makes no key of Ed25519, or signs by another.
    """
    if not address:
        made = kind.generate(name)
        return made, made.private
    from habeas.foundation import token  # noqa: PLC0415 - an optional package

    uri = TokenUri.parse(address)
    pin = uri.service_pin()
    key = token.make(uri, pin, name, (token.KeyKind.ED25519,))
    if not isinstance(key.public_key, Ed25519PublicKey):
        key.close()
        raise TokenError(
            "The key on the token is not of Ed25519.", "Name another one, or none: one is made."
        )
    _verify_pair(key, key.public_key)
    signer = kind.held(name, key.public_key.public_bytes_raw(), key)
    # A key that is named by its id alone may have any label.
    named = dataclasses.replace(uri, object=uri.object or (None if uri.id else name))
    return signer, f"{signer.vkey} {named.text()}"


def _verify_pair(key: TokenKey | ServiceKey, public_key: Ed25519PublicKey) -> None:
    """Raise unless *key* signs for *public_key*: a token pairs the two by CKA_ID alone."""
    try:
        public_key.verify(key.sign(_PROBE), _PROBE)
    except InvalidSignature as error:
        key.close()
        raise TokenError(
            "The private key on the token is another one's.", "Give each pair an id of its own."
        ) from error
    except TokenError:
        key.close()
        raise
