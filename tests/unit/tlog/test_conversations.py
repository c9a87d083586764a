"""Conversations of feeders in the field with our witness, made again from tlog-witness.

Each is what one kind of client says, in order, and the exact answer that it goes on from:
status, media type, and the form of the body.
"""

import base64

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import SIZE_TYPE, TEXT_TYPE
from tests.unit.tlog.test_witness import LOG, node, tree

W = tlog.MldsaCosignatureSigner("w.example", bytes(range(7, 39)))
OTHER = tlog.CosignatureSigner("other.example", bytes(range(9, 41)))


def say(old, size, *, note=None, proof=None):
    proof = tlog.consistency_path(old, size, node) if proof is None else proof
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return ("\n".join(lines) + "\n\n" + (note or tree(size)[1])).encode()


def cosigned_by_others(size):
    """As omniwitness passes a checkpoint on: with the cosignatures that it has collected."""
    text, note = tree(size)[0].text(), tree(size)[1]
    return note + OTHER.cosign(text, 1_700_000_000).line()


OK: tuple = (200, TEXT_TYPE)
SIZE: tuple = (409, SIZE_TYPE)
CONVERSATIONS: dict[str, list[tuple[bytes, tuple]]] = {
    # Asks with 0 to learn the size, as clients without a memory do.
    "a feeder that has forgotten": [
        (say(0, 5), OK),
        (say(0, 9), (*SIZE, "5\n")),
        (say(5, 9), OK),
    ],
    # Sends the newest checkpoint again and again, for a fresh time.
    "a feeder of a quiet log": [(say(0, 7), OK), (say(7, 7), OK), (say(7, 7), OK)],
    # Two feeders of one log: the second one is behind, learns the size, and is in time.
    "a feeder that was overtaken": [
        (say(0, 5), OK),
        (say(5, 12), OK),
        (say(5, 9), (*SIZE, "12\n")),
        (say(12, 12), OK),
    ],
    "a feeder that passes on others' cosignatures": [
        (say(0, 5, note=cosigned_by_others(5)), OK),
        (say(5, 9, note=cosigned_by_others(9)), OK),
    ],
    # Sends hashes from size 0, which RFC 6962 has no proof for.
    "a feeder that proves from nothing": [
        (say(0, 5, proof=[bytes(32)]), (422, TEXT_TYPE)),
        (say(0, 5), OK),
    ],
    "a log that begins empty": [(say(0, 0), OK), (say(0, 0), OK), (say(0, 3), OK)],
    "a log that forks": [
        (say(0, 5), OK),
        (say(5, 5, note=tree(5, leaves=[bytes(32)] * 5)[1], proof=[]), (422, TEXT_TYPE)),
        (say(5, 9, proof=[bytes(32)]), (422, TEXT_TYPE)),
        (say(5, 9), OK),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_it_is_answered(name):
    witness = Witness(Database(), W, [LOG.verifier])
    for said, (status, media_type, *body) in CONVERSATIONS[name]:
        answer = witness.add_checkpoint(said, 1_700_000_000)
        assert (answer.status, answer.headers["Content-Type"]) == (status, media_type), said[:40]
        assert [answer.body] == body or not body
        if status == 200:
            # The client puts the answer below its checkpoint, and opens the note.
            note = said.decode().split("\n\n", 1)[1]
            assert tlog.open_note(note + answer.body, [LOG.verifier, W.verifier]).verified
