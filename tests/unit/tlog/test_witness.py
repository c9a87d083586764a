"""C2SP tlog-witness, the server's side: the table of answers."""

import base64
import hashlib
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


@pytest.fixture(params=[KINDS[:1], KINDS[1:], KINDS], ids=["ed25519", "ml-dsa-44", "both"])
def witness(request):
    signers = [kind.generate("w.example") for kind in request.param]
    return Witness(database(), signers, [LOG.verifier])


def cosigned(witness, answer, size):
    assert answer.status == 200
    verifiers = [signer.verifier for signer in witness._signers]
    opened = tlog.open_note(tree(size)[0].text() + "\n" + answer.body, verifiers)
    assert len(opened.verified) == len(verifiers)


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


def test_the_empty_tree_has_one_root(witness):
    wrong = LOG.sign(tlog.Checkpoint(LOG.name, 0, bytes(32)).text())
    assert witness.add_checkpoint(body(0, 0, note=wrong), 1).status == 422
    assert witness.latest(LOG.name) is None
    assert witness.add_checkpoint(body(0, 0), 1).status == 200
    assert witness.add_checkpoint(body(0, 0, note=wrong), 1).status == 422


def test_a_log_may_have_several_keys():
    """While it changes its key, or beside each other: each of them suffices, none may fail."""
    second = tlog.NoteSigner.generate(LOG.name)
    mldsa = tlog.MldsaCosignatureSigner.generate(LOG.name)
    keys = [LOG.verifier, second.verifier, mldsa.verifier]
    witness = Witness(database(), tlog.CosignatureSigner.generate("w.example"), keys)
    text = tree(3)[0].text()
    for n, note in enumerate(
        [
            LOG.sign(text),
            second.sign(text),
            text + "\n" + mldsa.cosign(text, 0).line(),
            LOG.sign(text) + mldsa.cosign(text, 5).line() + second.signature(text).line(),
        ]
    ):
        request = body(3 if n else 0, 3, note=note, proof=[])
        assert witness.add_checkpoint(request, 1).status == 200
    forged = tlog.Signature(LOG.name, second.verifier.key_id, bytes(64)).line()
    request = body(3, 3, note=LOG.sign(text) + forged, proof=[])
    assert witness.add_checkpoint(request, 1).status == 403


def test_its_time_is_never_0_and_never_goes_back(witness):
    def times(answer):
        signatures = [tlog.Signature.parse(line) for line in answer.body.splitlines()]
        return {int.from_bytes(each.value[:8], "big") for each in signatures}

    assert times(witness.add_checkpoint(body(0, 1), 0)) == {1}
    assert times(witness.add_checkpoint(body(1, 2), 1_700_000_000)) == {1_700_000_000}
    assert times(witness.add_checkpoint(body(2, 2), 1_600_000_000)) == {1_700_000_000}
    assert times(witness.add_checkpoint(body(2, 3), -5)) == {1_700_000_000}


def test_monitors_see_what_was_cosigned_last(witness):
    name = hashlib.sha256(LOG.name.encode()).hexdigest()
    assert witness.monitor(name).status == 404
    answer = witness.add_checkpoint(body(0, 7), 5)
    shown = witness.monitor(name)
    assert (shown.status, shown.body) == (200, tree(7)[1] + answer.body)
    assert shown.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert witness.monitor(name.upper()).status == 404
    assert witness.monitor(hashlib.sha256(b"another").hexdigest()).status == 404


def test_extension_lines_are_read_and_signed_where_the_format_signs_them(witness):
    checkpoint = tlog.Checkpoint(LOG.name, 7, tree(7)[0].root, ("Timestamp: 1", "other"))
    note = LOG.sign(checkpoint.text())
    answer = witness.add_checkpoint(body(0, 7, note=note, proof=[]), 5)
    assert answer.status == 200
    verifiers = [signer.verifier for signer in witness._signers]
    tlog.open_note(checkpoint.text() + "\n" + answer.body, verifiers)


class Asking:
    """Asks a witness for subtrees of a log that it has seen."""

    def __init__(self):
        self.signer = tlog.MldsaCosignatureSigner.generate("w.example")
        both = [tlog.CosignatureSigner.generate("w.example"), self.signer]
        self.witness = Witness(database(), both, [LOG.verifier], subtrees=True)
        self.cosigned = {}
        old = 0
        for size in (14, 40):
            answer = self.witness.add_checkpoint(body(old, size), 1_700_000_000)
            self.cosigned[size] = tree(size)[1] + answer.body
            old = size

    def request(self, start, end, size, *, note=None, hash_=None, proof=None, more=()):
        if proof is None:
            proof = tlog.subtree_consistency_path(start, end, size, node)
        hash_ = hash_ or tlog.Frontier().extend(LEAVES[start:end]).root()
        lines = [f"subtree {start} {end}", base64.b64encode(hash_).decode(), *more]
        lines += [base64.b64encode(each).decode() for each in proof]
        return ("\n".join(lines) + "\n\n" + (note or self.cosigned[size])).encode()

    def ask(self, *arguments, **options):
        return self.witness.sign_subtree(self.request(*arguments, **options))

    def subtree(self, start, end):
        return tlog.Subtree(LOG.name, start, end, tlog.Frontier().extend(LEAVES[start:end]).root())


@pytest.mark.parametrize(("start", "end", "size"), [(8, 13, 14), (0, 14, 14), (4, 6, 40)])
def test_subtrees_of_cosigned_trees_are_signed(start, end, size):
    asking = Asking()
    answer = asking.ask(start, end, size)
    assert answer.status == 200
    (line,) = answer.body.splitlines()
    signature = tlog.Signature.parse(line)
    assert signature.value[:8] == bytes(8)
    asking.signer.verifier.verify_subtree(asking.subtree(start, end), signature.value)
    with pytest.raises(tlog.SignatureError):
        asking.signer.verifier.verify_subtree(asking.subtree(start, end - 1), signature.value)
    # A cosignature of somebody else on the subtree may stand before the proof.
    other = tlog.MldsaCosignatureSigner.generate("other").cosign_subtree(asking.subtree(start, end))
    assert asking.ask(start, end, size, more=[other.line().rstrip()]).status == 200


def test_what_subtrees_are_not_signed():
    asking = Asking()
    bare = tree(40)[0].text()
    assert asking.ask(8, 13, 40, note=bare).status == 200, "the newest is known by itself"
    older = asking.ask(8, 13, 14, note=tree(14)[0].text())
    assert (older.status, older.body) == (409, asking.cosigned[40])
    fork = [*LEAVES[:5], *LEAVES[6:]]
    stranger = tlog.NoteSigner("other.example", bytes(32))
    forged = tlog.Signature(asking.signer.name, asking.signer.verifier.key_id, bytes(2428))
    answers = {
        b"": 400,
        b"subtree 0\n": 400,
        asking.request(8, 13, 14).replace(b"subtree 8", b"subtree 08"): 400,
        asking.request(8, 13, 14, more=["— a AAAAAAAA"] * 9): 400,
        asking.request(8, 13, 14, proof=[bytes(32)] * 64): 400,
        asking.request(13, 13, 14, proof=[], hash_=bytes(32)): 400,
        asking.request(8, 15, 14, proof=[]): 400,
        asking.request(9, 13, 14, proof=[]): 422,
        asking.request(8, 13, 14, proof=[]): 422,
        asking.request(8, 13, 14, hash_=bytes(32)): 422,
        asking.request(8, 13, 14, note=tree(14, stranger)[1]): 404,
        asking.request(8, 13, 14, note=tree(14, leaves=fork)[1]): 409,
        asking.request(8, 13, 14, note=tree(14)[1] + forged.line()): 403,
    }
    for request, status in answers.items():
        assert asking.witness.sign_subtree(request).status == status, request[:60]
    quiet = Witness(database(), asking.signer, [LOG.verifier])
    assert quiet.sign_subtree(asking.request(8, 13, 14)).status == 404
    fresh = Witness(database(), asking.signer, [LOG.verifier], subtrees=True)
    assert fresh.sign_subtree(asking.request(8, 13, 40, note=bare)).status == 403
