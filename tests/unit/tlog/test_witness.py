"""C2SP tlog-witness, the server's side: the table of answers."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.witness import Witness

LOG = tlog.NoteSigner("log.example/w", bytes(32))
LEAVES = [tlog.leaf_hash(b"%d" % n) for n in range(40)]
KINDS = [tlog.CosignatureSigner, tlog.MldsaCosignatureSigner]


def node(level, index):
    part = LEAVES[index << level : (index + 1) << level]
    return tlog.Frontier().extend(part).root()


def tree(size, signer=LOG, leaves=LEAVES):
    root = tlog.Frontier().extend(leaves[:size]).root()
    checkpoint = tlog.Checkpoint(signer.name, size, root)
    return checkpoint, signer.sign(checkpoint.text())


def body(old, size, note=None, proof=None):
    if proof is None:
        proof = tlog.consistency_path(old, size, node) if old <= size else []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return ("\n".join(lines) + "\n\n" + (note or tree(size)[1])).encode()


def database(path=None):
    return Database(path)


@pytest.fixture(params=KINDS, ids=["ed25519", "ml-dsa-44"])
def witness(request):
    return Witness(database(), request.param.generate("w.example"), [LOG.verifier])


def cosigned(witness, answer, size):
    assert answer.status == 200
    verifier = tlog.parse_cosigner(witness._signer.vkey)
    tlog.open_note(tree(size)[0].text() + "\n" + answer.body, [verifier])


def test_a_growing_log_is_cosigned(witness):
    old = 0
    for size in (0, 1, 1, 2, 7, 32, 40):
        cosigned(witness, witness.add_checkpoint(body(old, size), 1_700_000_000), size)
        old = size
    assert witness.latest(LOG.name).startswith(tree(40)[1])


def test_the_table_of_answers(witness):
    fork = [*LEAVES[:3], *LEAVES[4:]]
    stranger = tlog.NoteSigner.generate("other.example")
    impostor = tlog.NoteSigner.generate(LOG.name)
    assert witness.add_checkpoint(body(0, 10), 1).status == 200
    answers = {
        b"": 400,
        b"\xff": 400,
        b"old -1\n\n" + tree(12)[1].encode(): 400,
        b"old 10\n!\n\n" + tree(12)[1].encode(): 400,
        body(10, 12, proof=[bytes(32)] * 64): 400,
        b"old 10\n\nno note": 400,
        body(13, 12): 400,
        body(10, 12, note=tree(12, stranger)[1]): 404,
        body(10, 12, note=tree(12, impostor)[1]): 403,
        body(9, 12): 409,
        body(0, 12): 409,
        body(10, 12, proof=[]): 422,
        body(10, 12, note=tree(12, leaves=fork)[1]): 422,
        body(10, 10, note=tree(10, leaves=fork)[1]): 422,
        body(10, 10, proof=[bytes(32)]): 422,
        body(10, 10): 200,
    }
    for request, status in answers.items():
        answer = witness.add_checkpoint(request, 1)
        assert answer.status == status, request[:80]
        if status == 409:
            assert (answer.body, answer.media_type) == ("10\n", "text/x.tlog.size")
    fresh = Witness(database(), tlog.CosignatureSigner.generate("x"), [LOG.verifier])
    assert fresh.add_checkpoint(body(0, 3, proof=[bytes(32)]), 1).status == 422


def test_of_two_trees_at_once_one_is_cosigned(tmp_path):
    """Compare-and-store is one step, also between processes that share the database."""
    signer = tlog.CosignatureSigner.generate("w.example")
    witnesses = [Witness(database(tmp_path / "w"), signer, [LOG.verifier]) for _ in range(2)]
    fork = [*LEAVES[:5], *LEAVES[6:]]
    assert witnesses[0].add_checkpoint(body(0, 5), 1).status == 200
    begin = threading.Barrier(2)

    def ask(which):
        leaves = fork if which else LEAVES

        def fork_node(level, index):
            return tlog.Frontier().extend(leaves[index << level : (index + 1) << level]).root()

        proof = tlog.consistency_path(5, 9, fork_node)
        request = body(5, 9, note=tree(9, leaves=leaves)[1], proof=proof)
        begin.wait()
        return witnesses[which].add_checkpoint(request, 2).status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [200, 409]
