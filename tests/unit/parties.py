"""A log and trustees in memory: real keys, shares and signatures, no network and no rules.

What a trustee decides is tested where trustees are; here they do what they are asked to, are
away, or refuse.
"""

# ruff: noqa: ARG002 - the arguments are those of the real parties
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.protocol import Chain, Entry, Promise, sealing
from habeas.protocol.client import (
    Erased,
    Released,
    TrusteeRefusedError,
    TrusteeUnreachableError,
)
from habeas.protocol.document import unbase64
from habeas.protocol.exchange import ReleaseBody
from habeas.protocol.parties import Identity
from habeas.protocol.statements import (
    Acknowledgement,
    ErasedStatement,
    KeyStatement,
    sign_statement,
)
from habeas.tlog.client import Appended
from tests.unit.protocol import world

PHOTO = b"\xff\xd8\xff a picture \xff\xd9" * 20


@dataclass
class MemoryLog:
    """A log whose checkpoints, cosignatures and proofs are real."""

    log: world.Log = field(default_factory=world.Log)
    down: bool = False
    #: When its witnesses look at it.
    clock: Callable[[], float] = lambda: world.TIME
    #: Entries that the log will not have.
    refuses: Callable[[bytes], bool] = lambda _: False
    #: Called before the next append, once.
    before: Callable[[], object] | None = None

    def _answering(self) -> None:
        if self.down:
            raise tlog.LogUnavailableError("The log does not answer.")

    def append(self, entry: bytes) -> Appended:
        before, self.before = self.before, None
        if before is not None:
            before()
        self._answering()
        if self.refuses(entry):
            raise tlog.NotAdmittedError("The entry is not admitted.")
        if entry not in self.log.leaves:
            self.log.leaves.append(entry)
        index = self.log.leaves.index(entry)
        return Appended(index, self.log.proof(index))

    def checkpoint(self) -> str:
        self._answering()
        return self.log.checkpoint(at=int(self.clock()))

    def entries(self, begin: int = 0, end: int | None = None) -> list[bytes]:
        self._answering()
        return self.log.leaves[begin:end]

    def proof(self, index: int) -> str:
        self._answering()
        return self.log.proof(index)

    def decoded(self) -> list[Entry]:
        return [Entry.decode(each) for each in self.log.leaves]

    def kinds(self) -> list[str]:
        return [each.kind.value for each in self.decoded()]


class MemoryTrustee:
    """One trustee that holds shares, and gives them to whoever asks."""

    def __init__(self, party: world.Party) -> None:
        self.party, self.name = party, party.name
        self.identity = Identity.read(party.identity())
        self.away = False
        self.refusing = ""
        #: The secret is taken, and its entry does not stand on the log yet.
        self.slow = False
        self.held: dict[str, tuple[Promise, int, bytes]] = {}
        self.orders: list[str] = []
        self.secrets: list[tuple[bytes, bytes]] = []
        self.asked: list[str] = []
        self.shown: list[ReleaseBody] = []

    def _answering(self) -> None:
        if self.away:
            raise TrusteeUnreachableError(f"The trustee {self.name} does not answer.")
        if self.refusing:
            raise TrusteeRefusedError(
                Problem(403, self.refusing, "The rule forbids it.", "Do not ask.", {})
            )

    def answers(self) -> Identity:
        self._answering()
        return self.identity

    def key(self, month: str) -> KeyStatement:
        self.asked.append(f"key {month}")
        self._answering()
        said = self.party.key()
        return KeyStatement(trustee=self.name, month=month, public_key=said.public_key)

    def announced(self, month: str) -> tuple[KeyStatement, str]:
        said = self.key(month)
        return said, sign_statement(self.party.statement, said)

    def deposit(self, promise: Promise, index: int, deposit: bytes, order: str) -> str:
        self._answering()
        key = promise.trustees.keys[index].key
        info = sealing.deposit_info(promise.digest(), bytes.fromhex(key), index)
        hashed = bytes.fromhex(promise.shares[index])
        opened = sealing.open_deposit(self.party.month_seed, info, deposit, hashed)
        digest = promise.digest().hex()
        self.held[digest] = (promise, index, opened.share)
        self.orders.append(order)
        said = Acknowledgement(
            trustee=self.name, promise=digest, index=index, key=key, circle=promise.circle,
            day=world.DAY,
        )  # fmt: skip
        return sign_statement(self.party.statement, said)

    def release(self, body: ReleaseBody) -> Released:
        self.asked.append("release")
        self._answering()
        self.shown.append(body)
        _, index, share = self.held[body.promise]
        leaf = tlog.leaf_hash(body.entry.encode())
        info = sealing.release_info(bytes.fromhex(body.promise), leaf, index)
        wrapped = sealing.seal_release(unbase64(body.request.one_time_key), info, share)
        return Released(self.name, index, wrapped, "")

    def withdraw(self, digest: bytes, secret: bytes) -> Erased | None:
        self._answering()
        self.secrets.append((digest, secret))
        self.held.pop(digest.hex(), None)
        if self.slow:
            return None
        said = ErasedStatement(
            trustee=self.name, promise=digest.hex(), because="withdrawn", day=world.DAY
        )
        return Erased(said, sign_statement(self.party.statement, said))


class MemoryPanel:
    """The sample circle's trustees, asked one after the other."""

    def __init__(self) -> None:
        self.clients = [MemoryTrustee(party) for party in world.TRUSTEES]

    def __getitem__(self, name: str) -> MemoryTrustee:
        return next(each for each in self.clients if each.name == name)

    def close(self) -> None:
        """Nothing is open."""

    def ask(
        self,
        names: Sequence[str],
        question: Callable[[Any, int], Any],
        *,
        enough: int | None = None,
        grace: float = 1.0,
        patience: float = 60.0,
    ) -> tuple[dict[str, Any], dict[str, HabeasError]]:
        answers: dict[str, Any] = {}
        errors: dict[str, HabeasError] = {}
        for index, name in enumerate(names):
            try:
                answers[name] = question(self[name], index)
            except HabeasError as error:
                errors[name] = error
        return answers, errors


def chain() -> Chain:
    """The chain of the sample circle alone."""
    return Chain.start(world.circle_note(), 0)
