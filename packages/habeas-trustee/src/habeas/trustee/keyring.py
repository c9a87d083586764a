"""Keys at rest: signing keys, month seeds and track keys, encrypted under one master key.

AES-256-GCM (NIST SP 800-38D). The master key is random, and itself encrypted under a key
that a token has (`wrapping`), that is derived by scrypt (RFC 7914) from a passphrase or from what
an external command prints (a TPM or a secret store), or that lies beside it in a file of its own
(for demonstrations: it protects a copied database, not a copied folder). The signing keys may lie
on the token themselves; then keys.json has a line in their place that says which they are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from habeas.foundation import durable
from habeas.foundation.token_uri import NoSuchKindError, TokenError
from habeas.protocol import Identity
from habeas.tlog import CosignatureSigner, NoteSigner, key_line
from habeas.trustee import wrapping as wrapping_
from habeas.trustee.errors import KeyringError, SetupError
from habeas.trustee.settings import Settings

#: Where the passphrase is found.
PASSPHRASE_VARIABLE = "HABEAS_TRUSTEE_PASSPHRASE"  # noqa: S105 - a name, not a secret
_SCRYPT = {"n": 1 << 17, "r": 8, "p": 1, "maxmem": 1 << 28}
_NONCE = 12

#: Names the token on this machine, where that is another address than keys.json has.
ADDRESS_VARIABLE = "HABEAS_TRUSTEE_TOKEN"

Protection = Literal["file", "passphrase", "command", "token"]


class Locker:
    """Encrypts what lies on the disk. Each ciphertext is bound to what it is for.

    Args:
        master: 32 bytes.
    """

    def __init__(self, master: bytes) -> None:
        self._cipher = AESGCM(master)
        self._marks = hmac.digest(master, b"habeas/v2/trustee-marks", "sha256")

    def mark(self, what: bytes, content: bytes) -> bytes:
        """What tells *content* again, and says nothing of it to who lacks the keys; 32 bytes.

        HMAC-SHA256 under a key that follows from the master key. *what* names the purpose.
        """
        return hmac.digest(self._marks, len(what).to_bytes(4, "big") + what + content, "sha256")

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

    def identity(self, settings: Settings) -> Identity:
        """The trustee as everybody pins it."""
        return Identity(
            name=settings.name,
            url=settings.url,
            statement_vkey=self.statement.vkey,
            witness_vkey=self.witness.vkey,
        )


def create(
    folder: Path,
    settings: Settings,
    protection: Protection = "file",
    secret: str | None = None,
    *,
    token: str = "",
    signing: bool = False,
) -> Keyring:
    """Make the keys of a new trustee and store them encrypted.

    Args:
        folder: of the trustee.
        settings: its name, and the key command if there is one.
        protection: what encrypts the master key.
        secret: the passphrase, instead of the one in the environment.
        token: address of the token (RFC 7512) that unlocks the keys, by the protection "token".
        signing: whether the signing keys are made on the token, too, and never leave it.

    Raises:
        SetupError: the folder has keys already.
        KeyringError: the passphrase is missing.
        TokenError: the token is not there, or makes no such key.
    """
    if (folder / "keys.json").exists():
        raise SetupError(f"{folder} holds a trustee's keys already.", "Choose another folder.")
    master = secrets.token_bytes(32)
    locker = Locker(master)
    place = token if signing else ""
    try:
        statement, first = key_line.make(NoteSigner, f"{settings.name}/statements", place)
        witness, second = key_line.make(CosignatureSigner, f"{settings.name}/witness", place)
    except NoSuchKindError as error:
        raise TokenError(
            error.cause,
            "Leave the signing keys in keys.json, which the token unlocks: --signing-in-file; or "
            "take another token.",
        ) from error
    locked = {
        "statement": _b64(locker.lock(b"statement", first.encode())),
        "witness": _b64(locker.lock(b"witness", second.encode())),
    }
    _store(folder, settings, protection, token or secret, master, locked)
    return Keyring(locker, statement, witness)


def load(folder: Path, settings: Settings) -> Keyring:
    """Unlock the keys of a trustee.

    Raises:
        SetupError: there are none, or the file is not what it must be.
        KeyringError: they do not unlock.
        TokenError: they lie on a token, or it unlocks them, and it is not there.
    """
    master, locked = _read(folder, settings)
    locker = Locker(master)
    statement, witness = (
        locker.unlock(name.encode(), base64.b64decode(locked[name])).decode()
        for name in ("statement", "witness")
    )
    address = os.environ.get(ADDRESS_VARIABLE, "")
    return Keyring(
        locker,
        key_line.read(statement, NoteSigner, address),
        key_line.read(witness, CosignatureSigner, address),
    )


def protect(
    folder: Path, settings: Settings, protection: Protection, secret: str | None = None
) -> None:
    """Protect the keys in another way, or with another passphrase; one file changes, at once.

    The service may go on running. Destroy old copies of ``keys.json``: they still open
    with what protected them.

    Args:
        folder: of the trustee.
        settings: its name, and the key command if there is one.
        protection: what encrypts the master key from now on.
        secret: the passphrase, instead of the one in the environment; or the token's address.

    Raises:
        KeyringError: the keys do not unlock, or the new passphrase is missing.
        TokenError: the token is not there, or makes no such key; nothing has changed.
    """
    master, locked = _read(folder, settings)
    _store(folder, settings, protection, secret, master, locked)
    if protection != "file":
        (folder / "master.key").unlink(missing_ok=True)


def missing(folder: Path) -> dict[str, str]:
    """Files without which a trustee that runs would not start again: the cause, by code."""
    files = {"keys": "keys.json", "circle": "circle.txt", "settings": "trustee.toml"}
    found = {}
    keys = folder / "keys.json"
    if keys.is_file():
        try:
            if json.loads(keys.read_text())["protection"] == "file":
                files["master-key"] = "master.key"
        except (OSError, ValueError, KeyError, TypeError):
            found["keys-damaged"] = f"{keys} cannot be read. Restore it before a restart."
    for code, name in files.items():
        if not (folder / name).is_file():
            found[f"{code}-missing"] = f"{folder / name} is gone. Restore it before a restart."
    return found


def _store(
    folder: Path,
    settings: Settings,
    protection: Protection,
    secret: str | None,
    master: bytes,
    locked: dict[str, str],
) -> None:
    salt = secrets.token_bytes(16)
    if protection == "file" and not (folder / "master.key").exists():
        text = secrets.token_hex(32) + "\n"
        durable.write(folder / "master.key", text.encode(), private=True)
    wrapping: dict[str, Any] = {}
    if protection == "token":
        key, wrapping["wrapping"] = wrapping_.wrap(secret or "", settings.name, salt)
        outer = Locker(key)
    else:
        outer = Locker(_outer(folder, settings, protection, salt, secret))
    document = {
        "v": 1,
        "protection": protection,
        "salt": salt.hex(),
        **wrapping,
        "master": _b64(outer.lock(b"master", master)),
        **locked,
    }
    text = json.dumps(document, indent=1) + "\n"
    durable.write(folder / "keys.json", text.encode(), private=True)


def _read(folder: Path, settings: Settings) -> tuple[bytes, dict[str, str]]:
    """The master key, and the signing keys that it encrypts (base64)."""
    path = folder / "keys.json"
    try:
        document = json.loads(path.read_text())
        salt = bytes.fromhex(document["salt"])
        master = base64.b64decode(document["master"])
        locked = {name: str(document[name]) for name in ("statement", "witness")}
        protection = document["protection"]
    except FileNotFoundError as error:
        raise SetupError(f"{path} does not exist.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is not a trustee's key file.") from error
    if protection == "token":
        address = os.environ.get(ADDRESS_VARIABLE, "")
        outer = Locker(wrapping_.unwrap(document.get("wrapping"), salt, address))
    else:
        outer = Locker(_outer(folder, settings, protection, salt))
    return outer.unlock(b"master", master), locked


def _outer(
    folder: Path, settings: Settings, protection: str, salt: bytes, secret: str | None = None
) -> bytes:
    """The key that encrypts the master key."""
    if protection == "file":
        try:
            return bytes.fromhex((folder / "master.key").read_text().strip())
        except (OSError, ValueError) as error:
            raise KeyringError("The trustee's master.key cannot be read.") from error
    if secret is not None:
        phrase = secret.encode()
    elif protection == "command":
        phrase = _ask(settings.command)
    else:
        phrase = os.environ.get(PASSPHRASE_VARIABLE, "").encode()
    if not phrase:
        raise KeyringError(f"The passphrase is empty; it is read from {PASSPHRASE_VARIABLE}.")
    return hashlib.scrypt(phrase, salt=salt, dklen=32, **_SCRYPT)


def _ask(command: tuple[str, ...]) -> bytes:
    if not command:
        raise KeyringError("The keys need a command, and trustee.toml names none.")
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise KeyringError(f"The key command {command[0]} failed: {error}") from error
    return done.stdout.strip()


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
