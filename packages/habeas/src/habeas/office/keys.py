"""Docs/protocol section 5: an office's root key and encryption key, at rest under a passphrase."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import sealing
from habeas.protocol.credential import credential_id
from habeas.protocol.document import base64_of
from habeas.protocol.office import WrappedKey, unwrap_key, wrap_key
from habeas.tlog import NoteSigner
from habeas.tlog.keys import decode_private, encode_private

_FILE = "keys.json"
#: What the two seeds are wrapped for, in place of an officer's credential.
_USES = {name: credential_id(name.encode()) for name in ("root", "encryption")}


class OfficeError(HabeasError):
    """An office's folder that is not as it must be."""

    code = "office"
    remedy = "See `habeas office --help`."


@dataclass(frozen=True, repr=False)
class OfficeKeys:
    """An office's keys, unlocked.

    Attributes:
        root: signs rosters.
        seed: of the encryption key, 32 bytes: what leads to the office's cases opens with it.
    """

    root: NoteSigner
    seed: bytes

    @property
    def encryption_key(self) -> str:
        """The public half (X-Wing), base64, as circles have it."""
        return base64_of(sealing.public_key(self.seed))


def create(
    folder: Path, office: str, passphrase: str, random: Callable[[int], bytes]
) -> OfficeKeys:
    """Make an office's keys and store them encrypted.

    Raises:
        OfficeError: the folder has keys already, or the passphrase is too short.
    """
    if len(passphrase) < 12:
        raise OfficeError("The passphrase has fewer than 12 characters.", "Choose a longer one.")
    root = NoteSigner.generate(f"{office}/root")
    keys = OfficeKeys(root, random(32))
    seeds = {"root": decode_private(root.private, NoteSigner.KIND)[1], "encryption": keys.seed}
    wrapped: dict[str, Any] = {
        name: wrap_key(
            seed, passphrase, office=office, credential=_USES[name], with_="passphrase",
            random=random,
        ).fields()
        for name, seed in seeds.items()
    }  # fmt: skip
    wrapped["root_vkey"] = root.vkey
    try:
        durable.create(folder / _FILE, json.dumps(wrapped, indent=1).encode(), private=True)
    except FileExistsError as error:
        raise OfficeError(
            f"{folder} holds an office's keys already.", "Choose another folder."
        ) from error
    return keys


def load(folder: Path, office: str, passphrase: str) -> OfficeKeys:
    """Unlock an office's keys.

    Raises:
        OfficeError: there are none, or the file is not what it must be.
        OpeningError: another passphrase.
    """
    try:
        kept = json.loads((folder / _FILE).read_bytes())
        wrapped = {name: WrappedKey.read(kept[name]) for name in _USES}
    except (OSError, ValueError, KeyError, TypeError, HabeasError) as error:
        raise OfficeError(f"{folder / _FILE} cannot be read.") from error
    seeds = {name: unwrap_key(each, passphrase) for name, each in wrapped.items()}
    name = f"{office}/root"
    public = NoteSigner.parse(
        encode_private(name, NoteSigner.KIND, _public(seeds["root"]), seeds["root"])
    )
    return OfficeKeys(public, seeds["encryption"])


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
