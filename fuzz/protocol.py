"""Targets for what parties read of each other: every reader ends in a document or a refusal.

A finding is an error that is none of ours, a reading that mends what it reads, or something
that was taken although nobody signed it. The seeds are the vectors of the protocol.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzz.documents import DocumentMutator
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Foreign, Promise, Receipt, Request, canonical, read_entry
from habeas.protocol.app import AppRebuilt
from habeas.protocol.assertion import read_assertion, verify_assertion
from habeas.protocol.chain import writers_of
from habeas.protocol.circle import verify_circle
from habeas.protocol.credential import Credential, Membership, Roster, verify_membership
from habeas.protocol.document import Document
from habeas.protocol.keys import sign, writer_id
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import (
    Acknowledgement,
    ErasedStatement,
    KeyDestroyedStatement,
    KeyStatement,
    Order,
    RefusedStatement,
    ReleasedStatement,
    StreamEndStatement,
    read_statement,
)
from habeas.tlog import NoteSigner, NoteVerifier, TlogProof

_VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "protocol"
_STATEMENTS: tuple[type[Document], ...] = (
    KeyStatement, KeyDestroyedStatement, Order, Acknowledgement, ReleasedStatement,
    RefusedStatement, ErasedStatement, StreamEndStatement, AppRebuilt,
)  # fmt: skip
#: What a target says of what it took: bytes that name the thing itself.
Taken = bytes


def _vectors(name: str) -> Any:
    return json.loads((_VECTORS / f"{name}.json").read_text())


def _text(fields: Any) -> bytes:
    return canonical.encode(fields)


def _opened(case: Any) -> bytes:
    return _text({name: case[name] for name in ("credential", "request", "assertion")})


#: Whole good ones, by format: the file, and how each of its good cases becomes bytes.
_SEEDS: dict[str, tuple[str, Callable[[Any], bytes]]] = {
    "entry": ("entries", lambda case: case["entry"].encode()),
    "promise": ("opening", lambda case: case["promise"].encode()),
    "receipt": ("receipt", lambda case: _text(case["receipt"])),
    "statement": ("statements", lambda case: case["note"].encode()),
    "checkpoint": ("receipt", lambda case: case["receipt"]["proof"].encode()),
    "circle": ("circle", lambda case: case["note"].encode()),
    "roster": ("credentials", _text),
    "webauthn": ("assertions", _opened),
}
FORMATS = tuple(_SEEDS)


def seeds(kind: str) -> list[bytes]:
    """Whole good ones."""
    file, make = _SEEDS[kind]
    return [make(case) for case in _vectors(file)["chain" if kind == "circle" else "good"]]


class Target:
    """One reader.

    Args:
        kind: the format.
    """

    memory = 0

    def __init__(self, kind: str) -> None:
        self._read: Callable[[bytes], Taken] = getattr(self, f"read_{kind}")
        notes = [link["note"] for link in _vectors("circle")["chain"]]
        self._chain = Chain.start(notes[0], 0)
        for note in notes[1:]:
            self._chain = self._chain.extend(note, 0)
        self._first = self._chain.links[0].circle
        self._verifiers = [
            NoteVerifier.parse(vkey)
            for vkey in {each["vkey"] for each in _vectors("statements")["good"]}
        ]
        self._keys = {
            writer_id(key.verifier.public_key): key
            for case in _vectors("entries")["good"]
            for key in (NoteSigner.parse(case["private_key"]),)
        }
        #: What was signed by those who must, and is taken; None where we sign ourselves.
        self._known = None if kind in ("entry", "promise") else self._all(seeds(kind))

    def _all(self, contents: list[bytes]) -> set[Taken]:
        return {self._read(content) for content in contents}

    def mutator(self, corpus: list[bytes], number: int) -> DocumentMutator:
        """The mutations of this format."""
        return DocumentMutator(corpus, number, self._resigned)

    def close(self) -> None:
        """Nothing is held."""

    def __call__(self, content: bytes) -> str:
        """What became of *content*."""
        try:
            taken = self._read(content)
        except HabeasError as error:
            return error.code
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return f"!{type(error).__name__}"
        if self._known is not None and taken not in self._known:
            return "!taken unsigned"
        return "taken"

    def _resigned(self, fields: dict[str, Any]) -> bytes:
        """An entry signed again, so that more than its signature is looked at."""
        signer = self._keys.get(str(fields.get("writer")))
        unsigned = {name: value for name, value in fields.items() if name != "signature"}
        try:
            content = canonical.encode(unsigned)
            if signer is None or "signature" not in fields:
                return canonical.encode(fields)
            return canonical.encode({**unsigned, "signature": sign(signer, content)})
        except HabeasError:
            return json.dumps(fields).encode()

    def read_entry(self, content: bytes) -> Taken:
        """A leaf of the log."""
        entry = read_entry(content, self._chain)
        if isinstance(entry, Foreign):
            error = HabeasError(entry.cause)
            error.code = entry.code
            raise error
        if entry.encode() != content:
            raise RuntimeError
        return content

    def read_promise(self, content: bytes) -> Taken:
        """A promise."""
        promise = Promise.decode(content)
        promise.terms()
        if promise.encode() != content:
            raise RuntimeError
        return content

    def read_receipt(self, content: bytes) -> Taken:
        """A receipt, with all its parts."""
        receipt = Receipt.decode(content)
        verify_parts(receipt)
        return receipt.promise.digest() + receipt.entry.encode()

    def read_statement(self, content: bytes) -> Taken:
        """A statement, whichever it is."""
        note = content.decode(errors="surrogateescape")
        last: HabeasError | None = None
        for kind in _STATEMENTS:
            for signer in ("trustee-1.example", "the custodian"):
                try:
                    return read_statement(note, signer, self._verifiers, kind).encode()
                except HabeasError as error:
                    last = error
        raise last or HabeasError("No statement.")

    def read_checkpoint(self, content: bytes) -> Taken:
        """A tlog-proof, and the checkpoint in it."""
        proof = TlogProof.parse(content.decode(errors="surrogateescape"))
        verified = self._first.acting_policy().verify(proof.checkpoint)
        return verified.checkpoint.text().encode()

    def read_roster(self, content: bytes) -> Taken:
        """A credential's membership in a roster."""
        fields = canonical.decode(content)
        roster = Roster.read(fields.get("roster"))
        credential = Credential.read(fields.get("credential"))
        verify_membership(roster, credential, Membership.read(fields.get("membership")))
        return bytes.fromhex(roster.root) + credential.encode()

    def read_webauthn(self, content: bytes) -> Taken:
        """An officer's signature."""
        fields = canonical.decode(content)
        request = Request.read(fields.get("request"))
        credential = Credential.read(fields.get("credential"))
        assertion = read_assertion(fields.get("assertion"))
        verify_assertion(assertion, request, credential, self._first.offices[0])
        return request.encode() + credential.public_key.encode()

    def read_circle(self, content: bytes) -> Taken:
        """A circle's note."""
        circle = verify_circle(content.decode(errors="surrogateescape"))
        writers_of(circle)
        circle.reading_policy()
        return circle.encode()
