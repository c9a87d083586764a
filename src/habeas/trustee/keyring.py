"""Keys at rest: signing keys, month seeds and track keys, encrypted under one master key.

AES-256-GCM (NIST SP 800-38D) under a master key that is derived by scrypt (RFC 7914)
from a passphrase, or from what an external command prints (a TPM or a secret store), or
that lies beside the keys in a file of its own (for demonstrations: it protects a copied
database, not a copied folder).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from habeas.promise import TrusteeIdentity
from habeas.tlog import CosignatureSigner, NoteSigner
from habeas.trustee.errors import KeyringError, SetupError
from habeas.trustee.settings import Settings, write_private

#: Where `protection = "passphrase"` finds it.
PASSPHRASE_VARIABLE = "HABEAS_TRUSTEE_PASSPHRASE"  # noqa: S105 - a name, not a secret
_SCRYPT = {"n": 1 << 17, "r": 8, "p": 1, "maxmem": 1 << 28}
_NONCE = 12


class Locker:
    """Encrypts what lies on the disk. Each ciphertext is bound to what it is for.

    Args:
        master: 32 bytes.
    """

    def __init__(self, master: bytes) -> None:
        self._cipher = AESGCM(master)

    def lock(self, what: bytes, content: bytes) -> bytes:
        """Encrypt *content*; *what* names it and must be given again to unlock."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, what)

    def unlock(self, what: bytes, locked: bytes) -> bytes:
        """Decrypt.

        Raises:
            KeyringError: another master key, another purpose, or changed bytes.
        """
        try:
            return self._cipher.decrypt(locked[:_NONCE], locked[_NONCE:], what)
        except (InvalidTag, ValueError) as error:
            raise KeyringError("A key of this trustee does not unlock.") from error


@dataclass(frozen=True)
class Keyring:
    """The keys of one trustee, unlocked."""

    locker: Locker
    statement: NoteSigner
    witness: CosignatureSigner

    def identity(self, settings: Settings) -> TrusteeIdentity:
        """The trustee as everybody pins it."""
        return TrusteeIdentity(
            name=settings.name,
            url=settings.url,
            statement_vkey=self.statement.vkey,
            witness_vkey=self.witness.vkey,
        )


def create(folder: Path, settings: Settings) -> Keyring:
    """Make the keys of a new trustee and store them encrypted.

    Raises:
        SetupError: the folder has keys already.
        KeyringError: the passphrase is missing.
    """
    if (folder / "keys.json").exists():
        raise SetupError(f"{folder} holds a trustee's keys already.", "Choose another folder.")
    if settings.protection == "file":
        write_private(folder / "master.key", secrets.token_hex(32) + "\n")
    statement = NoteSigner.generate(f"{settings.name}/statements")
    witness = CosignatureSigner.generate(f"{settings.name}/witness")
    return _store(folder, settings, statement, witness)


def _store(
    folder: Path, settings: Settings, statement: NoteSigner, witness: CosignatureSigner
) -> Keyring:
    salt = secrets.token_bytes(16)
    locker = Locker(_master(folder, settings, salt))
    document = {
        "v": 1,
        "salt": salt.hex(),
        "statement": _b64(locker.lock(b"statement", statement.private.encode())),
        "witness": _b64(locker.lock(b"witness", witness.private.encode())),
    }
    write_private(folder / "keys.json", json.dumps(document, indent=1) + "\n")
    return Keyring(locker, statement, witness)


def load(folder: Path, settings: Settings) -> Keyring:
    """Unlock the keys of a trustee.

    Raises:
        SetupError: there are none, or the file is not what it must be.
        KeyringError: they do not unlock.
    """
    path = folder / "keys.json"
    try:
        document = json.loads(path.read_text())
        salt = bytes.fromhex(document["salt"])
        locked = {name: base64.b64decode(document[name]) for name in ("statement", "witness")}
    except FileNotFoundError as error:
        raise SetupError(f"{path} does not exist.") from error
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise SetupError(f"{path} is not a trustee's key file.") from error
    locker = Locker(_master(folder, settings, salt))
    keys = {name: locker.unlock(name.encode(), each).decode() for name, each in locked.items()}
    return Keyring(
        locker, NoteSigner.parse(keys["statement"]), CosignatureSigner.parse(keys["witness"])
    )


def _master(folder: Path, settings: Settings, salt: bytes) -> bytes:
    if settings.protection == "file":
        try:
            return bytes.fromhex((folder / "master.key").read_text().strip())
        except (OSError, ValueError) as error:
            raise KeyringError("The trustee's master.key cannot be read.") from error
    if settings.protection == "command":
        secret = _ask(settings.command)
    else:
        secret = os.environ.get(PASSPHRASE_VARIABLE, "").encode()
    if not secret:
        raise KeyringError(f"The passphrase is empty; it is read from {PASSPHRASE_VARIABLE}.")
    return hashlib.scrypt(secret, salt=salt, dklen=32, **_SCRYPT)


def _ask(command: tuple[str, ...]) -> bytes:
    if not command:
        raise KeyringError('protection = "command", but no command is set in trustee.toml.')
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise KeyringError(f"The key command {command[0]} failed: {error}") from error
    return done.stdout.strip()


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
