"""A log and trustees in memory: real keys, shares and signatures, no network and no rules.

What a trustee decides is tested where trustees are; here they do what they are asked to, are
away, or refuse.
"""

# ruff: noqa: ARG002 - the arguments are those of the real parties
from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from habeas import protocol, tlog
from habeas.protocol import TrusteeIdentity, sealing
from habeas.protocol.client import (
    Released,
    TrusteeRefusedError,
    TrusteeUnreachableError,
)

ORIGIN = "log.test"
PHOTO = b"\xff\xd8\xff a picture \xff\xd9" * 20


@dataclass(frozen=True)
class Appended:
    index: int
    proof: str


@dataclass
class MemoryLog:
    """A log of one signature, whose checkpoints and proofs are real."""

    signer: tlog.NoteSigner = field(default_factory=lambda: tlog.NoteSigner.generate(ORIGIN))
    content: list[bytes] = field(default_factory=list)
    down: bool = False

    @property
    def policy(self) -> str:
        return f"log {self.signer.vkey}\nquorum none\n"

    def _answering(self) -> None:
        if self.down:
            raise tlog.LogUnavailableError("The log does not answer.")

    def _node(self, level, at):
        hashes = [tlog.leaf_hash(each) for each in self.content]
        return tlog.Frontier().extend(hashes[at << level : (at + 1) << level]).root()

    def checkpoint(self) -> str:
        self._answering()
        size = len(self.content)
        root = tlog.root_hash(size, self._node) if size else hashlib.sha256(b"").digest()
        return self.signer.sign(tlog.Checkpoint(ORIGIN, size, root).text())

    def entries(self, begin: int, end: int) -> list[bytes]:
        self._answering()
        return self.content[begin:end]

    def append(self, entry: bytes) -> Appended:
        self._answering()
        if entry not in self.content:
            self.content.append(entry)
        index = self.content.index(entry)
        path = tuple(tlog.inclusion_path(index, len(self.content), self._node))
        return Appended(index, tlog.TlogProof(index, path, self.checkpoint()).format())

    def kinds(self) -> list[str]:
        return [protocol.Entry.decode(each).kind.value for each in self.content]


class MemoryTrustee:
    """One trustee that holds shares, and gives them to whoever asks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.away = False
        self.refusing = ""
        self.held: dict[bytes, tuple[protocol.Promise, int, bytes]] = {}
        self.asked_to_erase: list[tuple[bytes, bytes]] = []
        self._seed = hashlib.sha256(name.encode()).digest()
        self.identity = TrusteeIdentity(
            name=name,
            url=f"http://{name}",
            statement_vkey=tlog.NoteSigner.generate(name).vkey,
            witness_vkey=tlog.NoteSigner.generate(name).vkey,
        )

    def _answering(self) -> None:
        if self.away:
            raise TrusteeUnreachableError(f"The trustee {self.name} does not answer.")
        if self.refusing:
            raise TrusteeRefusedError("The rule forbids it.", "Do not ask.", self.refusing, 403)

    def answers(self) -> str:
        self._answering()
        return self.name

    def key(self, month):
        self._answering()
        public = base64.b64encode(sealing.public_key(self._seed)).decode()
        return protocol.KeyStatement(trustee=self.name, month=month, public_key=public)

    def deposit(self, promise, index, deposit):
        self._answering()
        key_id = bytes.fromhex(promise.trustees.keys[index].key)
        info = sealing.deposit_info(promise.digest(), key_id, index)
        opened = sealing.open_deposit(
            self._seed, info, deposit, bytes.fromhex(promise.shares[index])
        )
        self.held[promise.digest()] = (promise, index, opened.share)
        return f"{self.name} holds share {index}"

    def release(self, digest, entry, details, salt, proof):
        self._answering()
        _, index, share = self.held[digest]
        info = sealing.release_info(digest, tlog.leaf_hash(entry), index)
        wrapped = sealing.seal_release(base64.b64decode(details["one_time_key"]), info, share)
        return Released(self.name, index, wrapped, "")

    def withdraw(self, digest, secret):
        self._answering()
        self.asked_to_erase.append((digest, secret))
        self.held.pop(digest, None)
        return f"{self.name} has erased"

    def history(self, digest, track_key):
        self._answering()
        return []


class MemoryPanel:
    """Trustees, asked one after the other."""

    def __init__(self, *names: str, k: int = 2) -> None:
        self.k = k
        self.clients = [MemoryTrustee(name) for name in names]

    @property
    def identities(self):
        return tuple(each.identity for each in self.clients)

    def __getitem__(self, name: str) -> MemoryTrustee:
        return next(each for each in self.clients if each.name == name)

    def ask(self, names, question, *, enough=None, grace=1.0):
        answers, errors = {}, {}
        for index, name in enumerate(names):
            try:
                answers[name] = question(self[name], index)
            except (TrusteeUnreachableError, TrusteeRefusedError) as error:
                errors[name] = error
        return answers, errors
