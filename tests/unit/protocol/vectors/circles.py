"""Circles, good and unsafe, alone and in a chain."""

from __future__ import annotations

from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Circle, canonical
from habeas.protocol.circle import CircleUnsafeError
from habeas.protocol.document import base64_of
from habeas.tlog import Signature
from habeas.tlog.note import split
from tests.unit.protocol.vectors.files import Case, bad, load
from tests.unit.protocol.world import (
    HOURS_LOG,
    LOG_KEY,
    MLDSA_LOG_KEY,
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
    """Circle number 2: trustee 4 gives its seat to trustee 5, and hours get a log of their own."""
    seats = [*TRUSTEES[:3], NEWCOMER]
    trustees = [party.identity() for party in seats]
    own = {
        "number": 2, "previous": first.digest().hex(), "trustees": trustees, "hours": HOURS_LOG
    }  # fmt: skip
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


def checkpoints(photo: Photo) -> Case:
    """Checkpoints of a log with keys of both types, for the acting policy of its circle."""
    ed25519 = photo.log.checkpoint(()).split("\n\n")[1]
    text = photo.log.checkpoint(()).split("\n\n")[0] + "\n"
    cosigned = "".join(each.witness.cosign(text, TIME).line() for each in TRUSTEES)
    mldsa = _signed_by_mldsa(text)
    log = circle_fields()["log"]
    both = circle_note(log={**log, "vkeys": [LOG_KEY.vkey, MLDSA_LOG_KEY.vkey]})
    changed = Signature.parse(mldsa[:-1])
    other = Signature(changed.name, changed.key_id, changed.value[:-1] + b"\0").line()

    def note(*lines: str) -> str:
        return f"{text}\n{''.join(lines)}"

    return {
        "circle": both,
        "good": [
            {"note": note(ed25519, mldsa, cosigned), "size": len(photo.log.leaves), "time": TIME}
        ],
        "bad": [
            bad("without the ML-DSA-44 key", "tlog-signature", note=note(ed25519, cosigned)),
            bad("without the Ed25519 key", "tlog-signature", note=note(mldsa, cosigned)),
            bad("another ML-DSA-44 signature", "tlog-signature",
                note=note(ed25519, other, cosigned)),
            bad("too few cosignatures", "tlog-quorum",
                note=note(ed25519, mldsa, *cosigned.splitlines(keepends=True)[:2])),
        ],
    }  # fmt: skip


def _signed_by_mldsa(text: str) -> str:
    """The line of a signature that is drawn anew each time; the one that stands, if it holds."""
    try:
        note = load("checkpoints")["good"][0]["note"]
        (line,) = [
            each
            for each in split(note)[1]
            if (each.name, each.key_id) == (MLDSA_LOG_KEY.name, MLDSA_LOG_KEY.verifier.key_id)
        ]
        MLDSA_LOG_KEY.verifier.verify(text, line.value)
    except (OSError, KeyError, IndexError, ValueError, HabeasError):
        return MLDSA_LOG_KEY.cosign(text, TIME).line()
    return line.line()


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
        "null": {'"q":3': '"previous":null,"q":3'},
        "without its kind": {'"kind":"circle",': ""},
        "number of the first": {'"number":1': '"number":2'},
        "a statement key named by another": {
            TRUSTEES[0].statement.vkey: note_signer("other.example/statements").vkey
        },
        "one key for two parties": {
            TRUSTEES[0].witness.vkey: TRUSTEES[1].witness.vkey,
        },
        "a key of the log's that stands twice": {
            f'"{LOG_KEY.vkey}"': f'"{LOG_KEY.vkey}","{LOG_KEY.vkey}"'
        },
        "a log's key of another name": {LOG_KEY.vkey: note_signer("other.example/log").vkey},
    }
    other = note_signer("other.example/hours").vkey
    of_hours = {
        "a log of hours of the log's own name": {**HOURS_LOG, "origin": fields["log"]["origin"],
                                                 "vkeys": fields["log"]["vkeys"]},
        "a log of hours by the log's key": {**HOURS_LOG, "vkeys": fields["log"]["vkeys"]},
        "a log of hours whose key has another name": {**HOURS_LOG, "vkeys": [other]},
        "a log of hours without a key": {**HOURS_LOG, "vkeys": []},
    }  # fmt: skip
    malformed |= {
        name: {'"k":2': f'"hours":{canonical.encode(log).decode()},"k":2'}
        for name, log in of_hours.items()
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
    hours = circle_note(hours=HOURS_LOG)
    with_hours = Circle.read(circle_fields(hours=HOURS_LOG))
    given_up = {
        name: value for name, value in second_fields(with_hours).items() if name != "hours"
    }  # fmt: skip
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
        bad("it gives up the log of hours", "circle-order", previous=hours,
            note=note_of(Circle.read(given_up), signers)),
        bad("another log of hours", "circle-order", previous=hours,
            note=second_note(with_hours, hours={
                **HOURS_LOG, "origin": "hours-2.example",
                "vkeys": [note_signer("hours-2.example").vkey]})),
        bad("a key of one party stands for another", "circle-order", previous=photo.note,
            note=note_of(Circle.read(key_moved), signers)),
    ]  # fmt: skip
