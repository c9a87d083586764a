"""Who may append over HTTP: names with the SHA-256 of their bearer tokens (RFC 6750).

Only hashes are kept, so that whoever reads the log's folder can append nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from habeas.foundation import durable
from habeas.tlog.errors import FormatError

_FILE = "submitters.json"
#: What stands in the file instead of names, where everybody may append.
_ANYBODY = "anybody"
_DIGEST = re.compile(r"\A[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Submitters:
    """Those who may append.

    Attributes:
        digests: name -> SHA-256, in hex, of the bearer token.
        anybody: whether no token is asked for.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    anybody: bool = False

    def may_append(self, authorization: str) -> bool:
        """Whether an Authorization header carries one of the tokens."""
        if self.anybody:
            return True
        digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
        # Every submitter is compared, so that time tells nothing of which one matched.
        matches = [hmac.compare_digest(digest, known) for known in self.digests.values()]
        return any(matches)

    @classmethod
    def load(cls, folder: Path) -> Submitters | None:
        """Read those of the log in *folder*; None where nobody was ever named.

        Raises:
            FormatError: the file is none of ours.
        """
        file = folder / _FILE
        if not file.exists():
            return None
        try:
            kept = json.loads(file.read_text())
        except ValueError as error:
            raise _malformed(file) from error
        if kept == _ANYBODY:
            return cls(anybody=True)
        if not isinstance(kept, dict) or not all(
            isinstance(each, str) and _DIGEST.match(each) for each in kept.values()
        ):
            raise _malformed(file)
        return cls(kept)

    @classmethod
    def allow(cls, folder: Path, name: str) -> str:
        """Name somebody who may append; a name that is there already gets another token.

        Returns:
            The bearer token. It is kept nowhere.
        """
        token = secrets.token_hex(32)  # none begins like an option of a command
        known = cls.load(folder)
        digests = dict(known.digests) if known is not None else {}
        digests[name] = hashlib.sha256(token.encode()).hexdigest()
        _write(folder, digests)
        return token

    @classmethod
    def open_to_all(cls, folder: Path) -> None:
        """Let everybody who reaches the log append."""
        _write(folder, _ANYBODY)


def _write(folder: Path, content: object) -> None:
    durable.write(folder / _FILE, json.dumps(content, indent=1).encode() + b"\n", private=True)


def _malformed(file: Path) -> FormatError:
    return FormatError(
        f"{file} does not say who may append.", "Write it with `habeas-tlog allow NAME`."
    )
