"""Circles, good and unsafe, alone and in a chain."""

from __future__ import annotations

from typing import Any

from habeas.protocol import Chain, Circle
from habeas.protocol.circle import CircleUnsafeError
from habeas.protocol.document import base64_of
from tests.unit.protocol.vectors.files import Case, bad
from tests.unit.protocol.world import (
    LOG_KEY,
    TIME,
    TRUSTEES,
    Party,
    circle_fields,
    circle_note,
    note_of,
    note_signer,
)
from tests.unit.protocol.world import Case as Photo

NEWCOMER = Party("trustee-5.example")
_WEEK = 7 * 86_400


def second_fields(first: Circle, **changes: Any) -> dict[str, Any]:
    """Circle number 2: trustee 4 gives its seat to trustee 5."""
    seats = [*TRUSTEES[:3], NEWCOMER]
    trustees = [party.identity() for party in seats]
    own = {"number": 2, "previous": first.digest().hex(), "trustees": trustees}
    return circle_fields(**{**own, **changes})


def second_note(first: Circle, **changes: Any) -> str:
    """Its note, signed by its trustees, three of whom are of the circle before."""
    signers = [party.statement for party in (*TRUSTEES[:3], NEWCOMER)]
    return note_of(Circle.read(second_fields(first, **changes)), signers)


def chain(photo: Photo) -> Chain:
    """Both circles, a week apart."""
    return Chain.start(photo.note, TIME - 2 * _WEEK).extend(second_note(photo.circle), TIME - _WEEK)


def circle(photo: Photo) -> Any:
    links = chain(photo).links
    return {
        "chain": [
            {
                "note": link.note,
                "digest": link.digest,
                "seen": seen,
                "effective": link.effective,
                "acting_policy": link.circle.policy_text("quorum:acting", link.circle.q),
                "reading_policy": link.circle.policy_text("quorum:reading", link.circle.r),
            }
            for link, seen in zip(links, (TIME - 2 * _WEEK, TIME - _WEEK), strict=True)
        ],
        "bad": [*_alone(photo), *_successors(photo)],
    }


def _alone(photo: Photo) -> list[Case]:
    signers = [party.statement for party in TRUSTEES]
    fields = circle_fields()

    def raw(**changes: Any) -> str:
        """A note whose circle no model would make."""
        good = circle_note()
        text = good.split("\n", 1)[0]
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        text += "\n"
        return f"{text}\n" + "".join(signer.signature(text).line() for signer in signers)

    unsafe = {
        "r + q < n + k": {"q": 2},
        "q below k": {"q": 1, "r": 4},
        "q above n": {"q": 5},
        "r above n": {"r": 5},
        "k of one": {"k": 1},
        "k above the trustees": {"k": 5, "q": 5, "r": 5},
        "a further witness makes it unsafe": {
            "witnesses": [
                {"name": "court.example", "url": "https://court.example",
                 "vkey": Party("court.example").witness.vkey}
            ]
        },
        "an office's key that is none": {
            "offices": [{**fields["offices"][0], "encryption_key": base64_of(b"\xff" * 1216)}]
        },
    }  # fmt: skip
    malformed = {
        "a name stands twice": {"trustee-4.example": "trustee-3.example"},
        "unknown field": {'"k":2': '"j":1,"k":2'},
        "null": {'"k":2': '"k":2,"proof_of_work":null'},
        "without its kind": {'"kind":"circle",': ""},
        "number of the first": {'"number":1': '"number":2'},
        "a statement key named by another": {
            TRUSTEES[0].statement.vkey: note_signer("other.example/statements").vkey
        },
        "one key for two parties": {
            TRUSTEES[0].witness.vkey: TRUSTEES[1].witness.vkey,
        },
        "a log's key of another name": {LOG_KEY.vkey: note_signer("other.example/log").vkey},
    }
    text, _, lines = photo.note.partition("\n\n")
    _, *others = lines.splitlines(keepends=True)
    return [
        *(bad(name, CircleUnsafeError.code, note=circle_note(**changes))
          for name, changes in unsafe.items()),
        *(bad(name, note=raw(**changes)) for name, changes in malformed.items()),
        bad("no note", note=text),
        bad("one trustee has not signed", "circle-signatures", note=f"{text}\n\n{''.join(others)}"),
        bad("a signature of other text", "circle-signatures",
            note=circle_note(k=2, r=4).split("\n\n", 1)[0] + "\n\n" + lines),
        bad("signed by nobody known", "circle-signatures",
            note=note_of(photo.circle, [note_signer("stranger.example/statements")])),
    ]  # fmt: skip


def _successors(photo: Photo) -> list[Case]:
    first = photo.circle
    other = Circle.read(circle_fields(r=4))
    strangers = [Party(f"stranger-{number}.example") for number in range(1, 4)]
    own = [*strangers, TRUSTEES[0]]
    coup = Circle.read(second_fields(first, trustees=[each.identity() for each in own]))
    key_moved = second_fields(first)
    key_moved["offices"] = [
        {**key_moved["offices"][0], "root_vkey": key_moved["custodian"]["vkey"]}
    ]
    key_moved["custodian"] = {
        **key_moved["custodian"], "vkey": note_signer("portal.example/next").vkey
    }  # fmt: skip
    signers = [party.statement for party in (*TRUSTEES[:3], NEWCOMER)]
    return [
        bad("it names another circle before", "circle-order", previous=photo.note,
            note=second_note(other)),
        bad("it leaves a number out", "circle-order", previous=photo.note,
            note=second_note(first, number=3)),
        bad("signed by one of the circle before", "circle-signatures", previous=photo.note,
            note=note_of(coup, [each.statement for each in own])),
        bad("another log", "circle-order", previous=photo.note,
            note=second_note(first, log={
                "origin": "log-2.example", "url": "https://log-2.example",
                "vkeys": [note_signer("log-2.example").vkey]})),
        bad("a key of one party stands for another", "circle-order", previous=photo.note,
            note=note_of(Circle.read(key_moved), signers)),
    ]  # fmt: skip
