"""A log's keys, and giving it new ones under the same origin (C2SP tlog-checkpoint, *Signatures*).

Who reads the log knows its keys from a circle or a policy, and learns of new ones only when that
is replaced. So for a time the log signs with both: those before and the new ones. A reader who
knows the one ignores the other. When nobody is left who knows only the old keys, they are let go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog import key_line
from habeas.tlog.cosignature import MldsaCosignatureSigner
from habeas.tlog.errors import FormatError, PlaceError
from habeas.tlog.note import NoteSigner
from habeas.tlog.signing import LogSigner

ED25519, MLDSA = "log.key", "log-mldsa44.key"
_BEFORE = "before-"
_Key = TypeVar("_Key")


class RotationError(HabeasError):
    """Keys that cannot be replaced now."""

    code = "log-rotation"
    status = 409


@dataclass(frozen=True)
class Elsewhere:
    """Keys that do not lie in the log's folder.

    Attributes:
        ed25519: the first key's line (`habeas.tlog.key_line`), or empty where the folder has it.
        mldsa: the second key's text, or empty where the folder has it.
        address: of the token that has the first key, in place of what its line says.
    """

    ed25519: str = ""
    mldsa: str = ""
    address: str = ""


def read_signer(folder: Path, elsewhere: Elsewhere = Elsewhere()) -> LogSigner:
    """The log's keys; while they are being replaced, those before as well.

    Raises:
        HabeasError: there are none.
        TokenError: one lies on a token, which is not there or does not have it.
    """
    if not elsewhere.ed25519 and not (folder / ED25519).exists():
        raise HabeasError(f"There is no log in {folder}.", "Make one with `habeas-tlog init`.")
    before = _pair(folder, _BEFORE) if (folder / f"{_BEFORE}{ED25519}").exists() else None
    now = _pair(folder, "", elsewhere)
    if before is not None and before.vkey == now.vkey:
        return before  # it stopped between keeping the old keys and making the last new one
    return LogSigner(now.ed25519, now.mldsa, before=before)


def rotate(folder: Path, token: str = "") -> LogSigner:
    """Make new keys; the log signs with both from its next start.

    Args:
        folder: the log's.
        token: address of the token on which the new Ed25519 key is made; without one it lies in
            the folder. (No token makes keys of ML-DSA.)

    Raises:
        RotationError: it signs with two already; or one of its keys is not in the folder, or is the
            one on the token.
        TokenError: the token is not there, or makes no such key; nothing has changed.
    """
    signer = read_signer(folder)
    if signer.before is not None:
        raise RotationError(
            "This log signs with its keys from before and with new ones already.",
            "Let the old ones go first: habeas log rotate-key --finish",
        )
    _verify_whole(folder, signer)
    made, line = key_line.make(NoteSigner, signer.name, token)
    if made.vkey == signer.vkey:
        raise RotationError("The log signs with this key already.", "Name another: ;object=NAME")
    # Where this file is, a rotation was cut off, and both keys are kept already; the folder's own
    # key of ML-DSA may be a new one, with which nothing was ever signed.
    if not (folder / f"{_BEFORE}{ED25519}").exists():
        for name, key in ((MLDSA, signer.mldsa), (ED25519, signer.ed25519)):
            if key is not None:
                before = (folder / name).read_bytes()
                durable.write(folder / f"{_BEFORE}{name}", before, private=True)
    mldsa = MldsaCosignatureSigner.generate(signer.name)
    durable.write(folder / MLDSA, f"{mldsa.private}\n".encode(), private=True)
    # Last: while this one is the old one, nothing has changed.
    durable.write(folder / ED25519, f"{line}\n".encode(), private=True)
    return read_signer(folder)


def finish(folder: Path) -> LogSigner:
    """Let the keys from before go: the log signs with the new ones alone from its next start.

    Raises:
        RotationError: there are none.
    """
    signer = read_signer(folder)
    if signer.before is None:
        raise RotationError("This log signs with one pair of keys.", "Nothing has to be done.")
    # The log's own policy names its keys; witnesses and quorum stay as they are.
    file = folder / "policy.txt"
    rest = [line for line in file.read_text().splitlines() if line.split(" ", 1)[0] != "log"]
    durable.write(file, (signer.policy_lines + "\n".join(rest) + "\n").encode())
    for name in (ED25519, MLDSA):
        durable.remove(folder / f"{_BEFORE}{name}")
    return read_signer(folder)


def _verify_whole(folder: Path, signer: LogSigner) -> None:
    """Raise unless each key of the log's policy is among those that the folder has."""
    file = folder / "policy.txt"
    said = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    named = {words[1] for words in said if words[:1] == ["log"] and len(words) > 1}
    if not named <= {each.vkey for each in signer.verifiers}:
        raise RotationError(
            "A key of this log does not lie in its folder.", "Bring it there first."
        )


def _pair(folder: Path, prefix: str, elsewhere: Elsewhere = Elsewhere()) -> LogSigner:
    def first(line: str) -> NoteSigner:
        return key_line.read(line, NoteSigner, elsewhere.address)

    if elsewhere.ed25519:
        ed25519 = first(elsewhere.ed25519)
    else:
        ed25519 = _key(folder / f"{prefix}{ED25519}", first)
    if elsewhere.mldsa:
        return LogSigner(ed25519, MldsaCosignatureSigner.parse(elsewhere.mldsa))
    file = folder / f"{prefix}{MLDSA}"
    # A log that was made without the second key may have got one since, and signed with none yet.
    mldsa = _key(file, MldsaCosignatureSigner.parse) if file.exists() else None
    return LogSigner(ed25519, mldsa)


def _key(file: Path, parse: Callable[[str], _Key]) -> _Key:
    try:
        return parse(file.read_bytes().decode())
    except OSError as error:
        raise PlaceError(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, FormatError) as error:
        raise FormatError(
            f"{file} is no key of a log.", "Bring it back from a backup: no other key will do."
        ) from error
