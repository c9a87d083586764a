"""C2SP tlog-checkpoint, "Signatures": a log signs with Ed25519 and with ML-DSA-44.

The first is what every client reads; the second holds against quantum computers. A policy
that names both keys asks for both.
"""

from __future__ import annotations

from habeas.tlog.cosignature import LogKey, MldsaCosignatureSigner
from habeas.tlog.errors import FormatError
from habeas.tlog.note import NoteSigner


class LogSigner:
    """The keys of one log.

    Args:
        ed25519: its name is the log's origin.
        mldsa: of the same name; None for a log that was made without.

    Raises:
        FormatError: the two have different names.
    """

    def __init__(self, ed25519: NoteSigner, mldsa: MldsaCosignatureSigner | None = None) -> None:
        if mldsa is not None and mldsa.name != ed25519.name:
            raise FormatError("The two keys of a log have one name, its origin.")
        self.name = ed25519.name
        self._ed25519 = ed25519
        self._mldsa = mldsa

    @property
    def verifiers(self) -> tuple[LogKey, ...]:
        """The public keys."""
        if self._mldsa is None:
            return (self._ed25519.verifier,)
        return (self._ed25519.verifier, self._mldsa.verifier)

    @property
    def vkey(self) -> str:
        """The Ed25519 verifier key as text."""
        return self._ed25519.vkey

    @property
    def policy_lines(self) -> str:
        """The ``log`` lines of a policy that asks for all of these keys."""
        return "".join(f"log {each.vkey}\n" for each in self.verifiers)

    def sign(self, text: str, now: int = 0) -> str:
        """The note of a checkpoint, with a signature of each key.

        Args:
            text: the checkpoint's.
            now: POSIX seconds; 0 to say nothing of when.

        Raises:
            FormatError: *text* is no checkpoint.
        """
        note = self._ed25519.sign(text)
        return note if self._mldsa is None else note + self._mldsa.cosign(text, now).line()
