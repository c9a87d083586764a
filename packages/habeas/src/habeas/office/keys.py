"""Docs/protocol section 5: an office's root key and encryption key, at rest.

Both lie under the office's passphrase. The root key may lie on a token instead (`token`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.foundation.token_uri import TokenError
from habeas.office.credentials import HardwareKey
from habeas.protocol import sealing
from habeas.protocol.credential import PublicKey, credential_id
from habeas.protocol.document import base64_of
from habeas.protocol.keys import Signer
from habeas.protocol.office import WrappedKey, unwrap_key, wrap_key
from habeas.tlog import NoteSigner, NoteVerifier
from habeas.tlog.keys import decode_private, encode_private

_FILE = "keys.json"
#: What the two seeds are wrapped for, in place of an officer's credential.
_USES = {name: credential_id(name.encode()) for name in ("root", "encryption")}


class OfficeError(HabeasError):
    """An office's folder that is not as it must be."""

    code = "office"
    remedy = "See `habeas office --help`."


def _held(name: str, key: HardwareKey) -> NoteSigner:
    """A root key on a token, under *name* in notes.

    Raises:
        TokenError: it is of another algorithm.
    """
    if not isinstance(key.public_key, Ed25519PublicKey):
        raise TokenError(
            "The key on the token is not of Ed25519, which root keys must be.",
            "Take a token that has CKM_EDDSA, or keep the root key in an encrypted file.",
        )
    return NoteSigner.held(name, key.public_key.public_bytes_raw(), key)


@dataclass(frozen=True, repr=False)
class OfficeKeys:
    """An office's keys, unlocked.

    Attributes:
        root: signs rosters.
        seed: of the encryption key, 32 bytes: what leads to the office's cases opens with it.
    """

    root: Signer
    seed: bytes

    @property
    def encryption_key(self) -> str:
        """The public half (X-Wing), base64, as circles have it."""
        return base64_of(sealing.public_key(self.seed))


def verify_passphrase(passphrase: str) -> None:
    """Raise unless keys may lie under *passphrase*.

    Raises:
        OfficeError: it has fewer than 12 characters.
    """
    if len(passphrase) < 12:
        raise OfficeError("The passphrase has fewer than 12 characters.", "Choose a longer one.")


def create(
    folder: Path,
    office: str,
    passphrase: str,
    random: Callable[[int], bytes],
    token: HardwareKey | None = None,
) -> OfficeKeys:
    """Make an office's keys and store them encrypted.

    Args:
        folder: the office's.
        office: its slug.
        passphrase: at least 12 characters.
        random: gives that many random bytes.
        token: has the root key, where it is not to be made and stored here.

    Raises:
        OfficeError: the folder has keys already, or the passphrase is too short.
        TokenError: the token's key cannot be a root key.
    """
    verify_passphrase(passphrase)
    seeds = {"encryption": random(32)}
    root: Signer
    if token is None:
        root = made = NoteSigner.generate(f"{office}/root")
        seeds["root"] = decode_private(made.private, NoteSigner.KIND)[1]
    else:
        root = _held(f"{office}/root", token)
    keys = OfficeKeys(root, seeds["encryption"])
    wrapped: dict[str, Any] = {
        name: wrap_key(
            seed, passphrase, office=office, credential=_USES[name], with_="passphrase",
            random=random,
        ).fields()
        for name, seed in seeds.items()
    }  # fmt: skip
    wrapped["root_vkey"] = root.verifier.vkey
    try:
        durable.create(folder / _FILE, json.dumps(wrapped, indent=1).encode(), private=True)
    except FileExistsError as error:
        raise OfficeError(
            f"{folder} holds an office's keys already.", "Choose another folder."
        ) from error
    return keys


def load(
    folder: Path,
    office: str,
    passphrase: str,
    token: Callable[[PublicKey], HardwareKey] | None = None,
) -> OfficeKeys:
    """Unlock an office's keys.

    Args:
        folder: the office's.
        office: its slug.
        passphrase: the office's.
        token: finds the private key of a public one on the token, where the root key lies there.

    Raises:
        OfficeError: there are none, or the file is not what it must be.
        OpeningError: another passphrase.
        TokenError: the token is not there, or does not have the root key.
    """
    try:
        kept = json.loads((folder / _FILE).read_bytes())
        wrapped = {name: WrappedKey.read(kept[name]) for name in _USES if name in kept}
        root = NoteVerifier.parse(kept["root_vkey"])
        wrapped["encryption"]
    except (OSError, ValueError, KeyError, TypeError, HabeasError) as error:
        raise OfficeError(f"{folder / _FILE} cannot be read.") from error
    seeds = {name: unwrap_key(each, passphrase) for name, each in wrapped.items()}
    name = f"{office}/root"
    if "root" not in seeds:
        if token is None:
            raise OfficeError(
                "The office's root key lies on a token, and it is not said which.",
                "Put it in, and give --root-token pkcs11:...",
            )
        public_key = Ed25519PublicKey.from_public_bytes(root.public_key)
        return OfficeKeys(_held(name, token(public_key)), seeds["encryption"])
    public = NoteSigner.parse(
        encode_private(name, NoteSigner.KIND, _public(seeds["root"]), seeds["root"])
    )
    return OfficeKeys(public, seeds["encryption"])


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
