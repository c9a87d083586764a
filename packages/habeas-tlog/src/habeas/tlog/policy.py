"""C2SP tlog-policy (draft): which log keys and witnesses make a checkpoint count.

log <vkey> [<url>]
witness <name> <vkey> [<url>]
group <name> <k|any|all> <member>...
quorum <name|none>

Lines of one log (one origin) that name keys of different types ask for a signature of each
type; keys of one type are alternatives, as while a log changes its key.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from habeas.tlog.checkpoint import Checkpoint, parse_decimal
from habeas.tlog.cosignature import (
    Cosigner,
    LogKey,
    parse_cosigner,
    parse_log_key,
    timestamp_of,
)
from habeas.tlog.errors import FormatError, QuorumError, SignatureError
from habeas.tlog.note import Verifier, open_note

_MAX_LINES = 1000
#: Seconds by which a witness's clock may be ahead of the reader's.
CLOCK_SKEW = 300
#: The last second of the year 9999: later times are none, whoever's clock it is.
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True)
class PolicyWitness:
    """A witness of a policy: its name there, its key, and where it takes checkpoints."""

    name: str
    verifier: Cosigner
    url: str | None = None


@dataclass(frozen=True)
class Cosignature:
    """A verified cosignature: the witness's name in the policy, and POSIX seconds."""

    name: str
    timestamp: int


@dataclass(frozen=True)
class VerifiedCheckpoint:
    """A checkpoint that satisfies a policy.

    Attributes:
        checkpoint: origin, size, root.
        cosignatures: those of the policy's witnesses that verified.
        quorum_time: the latest time (POSIX seconds) by which a quorum had cosigned at or
            after it: how fresh the checkpoint is, whatever a minority claims. 0 when the
            policy asks for no witnesses.
    """

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]
    quorum_time: int


@dataclass(frozen=True)
class Policy:
    """Which logs are accepted, and which witnesses must have cosigned."""

    logs: tuple[LogKey, ...]
    witnesses: Mapping[str, PolicyWitness] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"
    #: Where the logs can be read, as far as the policy says.
    urls: tuple[str, ...] = ()

    @classmethod
    def parse(cls, content: str | bytes) -> Policy:
        """Read a policy file.

        Args:
            content: the file. Octets above 0x7F may be anything, and names are compared
                octet by octet.

        Raises:
            FormatError: a line that is none of the format's, or names something unknown.
        """
        text = content if isinstance(content, str) else content.decode(errors="surrogateescape")
        reader = _Reader()
        if any(ord(char) < 0x20 and char not in "\t\n" for char in text) or "\x7f" in text:
            raise FormatError("The policy holds control characters.")
        lines = text.split("\n")
        if len(lines) > _MAX_LINES:
            raise FormatError("The policy has too many lines.")
        for number, line in enumerate(lines, start=1):
            # Space and tab only: other white space may stand in names.
            words = [word for word in line.replace("\t", " ").split(" ") if word]
            if not words or words[0].startswith("#"):
                continue
            try:
                reader.line(words)
            except FormatError as error:
                raise FormatError(f"Line {number} of the policy: {error.cause}") from error
        return reader.policy()

    def verify(self, note: str, now: float | None = None) -> VerifiedCheckpoint:
        """Verify a checkpoint's note: the log's signatures, and a quorum of witnesses.

        A cosignature whose time cannot be (0, after the year 9999, or later than *now* by more
        than `CLOCK_SKEW`) does not count.

        Args:
            note: the checkpoint with its signatures.
            now: POSIX seconds of the reader; None where it has no clock.

        Raises:
            FormatError: no note, or no checkpoint.
            SignatureError: no log of this policy has signed, or a known key's fails.
            QuorumError: too few witnesses have cosigned.
        """
        by_key = {(w.verifier.name, w.verifier.key_id): w for w in self.witnesses.values()}
        verifiers: list[Verifier] = [*self.logs, *(w.verifier for w in self.witnesses.values())]
        opened = open_note(note, verifiers)
        signers = {(signature.name, signature.key_id) for signature in opened.verified}
        checkpoint = Checkpoint.parse(opened.text)
        self._verify_log(checkpoint.origin, signers)
        latest = _LAST_SECOND if now is None else int(now) + CLOCK_SKEW
        times = {
            by_key[signature.name, signature.key_id].name: timestamp_of(signature.value)
            for signature in opened.verified
            if (signature.name, signature.key_id) in by_key
        }
        times = {name: time for name, time in times.items() if 0 < time <= latest}
        if not self.satisfied(set(times)):
            raise QuorumError(
                f"The checkpoint carries {len(times)} cosignatures of the policy's witnesses; "
                f"they do not make the quorum {self.quorum}."
            )
        cosignatures = tuple(Cosignature(name, time) for name, time in times.items())
        return VerifiedCheckpoint(checkpoint, cosignatures, self._quorum_time(times))

    def _verify_log(self, origin: str, signers: Container[tuple[str, int]]) -> None:
        if not any((log.name, log.key_id) in signers for log in self.logs):
            raise SignatureError("No log of the policy has signed the checkpoint.")
        keys = [log for log in self.logs if log.name == origin]
        signed = {log.CALLED for log in keys if (log.name, log.key_id) in signers}
        if not signed:
            raise SignatureError("The checkpoint's origin is not the log that signed it.")
        for missing in {log.CALLED for log in keys} - signed:
            raise SignatureError(
                f"The log's {missing} key, which the policy names, has not signed."
            )

    def satisfied(self, witnesses: set[str]) -> bool:
        """Whether cosignatures of these witnesses (names in the policy) make the quorum."""
        return self.quorum == "none" or self._holds(self.quorum, witnesses)

    def _holds(self, name: str, witnesses: set[str]) -> bool:
        if name in self.witnesses:
            return name in witnesses
        k, members = self.groups[name]
        return sum(self._holds(member, witnesses) for member in members) >= k

    def _quorum_time(self, times: Mapping[str, int]) -> int:
        if self.quorum == "none":
            return 0
        return max(
            time
            for time in times.values()
            if self.satisfied({name for name, seen in times.items() if seen >= time})
        )


class _Reader:
    def __init__(self) -> None:
        self._logs: list[LogKey] = []
        self._urls: list[str] = []
        self._witnesses: dict[str, PolicyWitness] = {}
        self._groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._quorum: str | None = None

    def line(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                log = parse_log_key(vkey)
                if any(each.public_key == log.public_key for each in self._logs):
                    raise FormatError(f"The key of the log {log.name} is named twice.")
                self._logs.append(log)
                self._urls += url
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._fresh(name)
                verifier = parse_cosigner(vkey)
                # One key counts once, whatever name it goes by.
                if any(
                    each.verifier.public_key == verifier.public_key
                    for each in self._witnesses.values()
                ):
                    raise FormatError(f"The key of witness {name} is named twice.")
                self._witnesses[name] = PolicyWitness(name, verifier, url[0] if url else None)
            case ["group", name, threshold, *members] if members:
                self._fresh(name)
                self._group(name, threshold, members)
            case ["quorum", name]:
                if self._quorum is not None:
                    raise FormatError("A policy has one quorum.")
                if name != "none" and name not in self._witnesses and name not in self._groups:
                    raise FormatError(f"{name} is not defined above.")
                self._quorum = name
            case _:
                raise FormatError(f"{' '.join(words)[:80]!r} is none of a policy's lines.")

    def _fresh(self, name: str) -> None:
        if name == "none" or name in self._witnesses or name in self._groups:
            raise FormatError(f"The name {name} is taken.")

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if member not in self._witnesses and member not in self._groups:
                raise FormatError(f"{member} is not defined above.")
            if any(member in taken for _, taken in self._groups.values()):
                raise FormatError(f"{member} is in another group already.")
        if len(set(members)) != len(members):
            raise FormatError(f"The group {name} names a member twice.")
        k = {"any": 1, "all": len(members)}.get(threshold) or parse_decimal(threshold)
        if not 1 <= k <= len(members):
            raise FormatError(f"The group {name} cannot reach {threshold}.")
        self._groups[name] = (k, tuple(members))

    def policy(self) -> Policy:
        if not self._logs:
            raise FormatError("The policy names no log.")
        if self._quorum is None:
            raise FormatError("The policy names no quorum; `quorum none` asks for no witnesses.")
        return Policy(
            tuple(self._logs),
            self._witnesses,
            self._groups,
            self._quorum,
            tuple(dict.fromkeys(self._urls)),
        )
