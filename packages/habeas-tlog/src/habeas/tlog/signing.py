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
        before: keys that are being replaced by these, and sign beside them.

    Raises:
        FormatError: they have different names.
    """

    def __init__(
        self,
        ed25519: NoteSigner,
        mldsa: MldsaCosignatureSigner | None = None,
        *,
        before: LogSigner | None = None,
    ) -> None:
        others = [each.name for each in (mldsa, before) if each is not None]
        if any(name != ed25519.name for name in others):
            raise FormatError("All keys of a log have one name, its origin.")
        self.name: str = ed25519.name
        self.ed25519, self.mldsa, self.before = ed25519, mldsa, before

    @property
    def verifiers(self) -> tuple[LogKey, ...]:
        """The public keys, without those that are being replaced."""
        if self.mldsa is None:
            return (self.ed25519.verifier,)
        return (self.ed25519.verifier, self.mldsa.verifier)

    @property
    def vkey(self) -> str:
        """The Ed25519 verifier key as text."""
        return self.ed25519.vkey

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
        note = self.ed25519.sign(text) + self._also(text, now)
        if self.before is not None:
            before = self.before
            note += before.ed25519.signature(text).line() + before._also(text, now)  # noqa: SLF001
        return note

    def _also(self, text: str, now: int) -> str:
        return "" if self.mldsa is None else self.mldsa.cosign(text, now).line()
