"""The log service over HTTP, with real witnesses, from files on a disk."""

import contextlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from habeas import tlog
from habeas.foundation import problem
from habeas.foundation.database import Database
from habeas.foundation.problem import Problem
from habeas.tlog.client import LogClient
from habeas.tlog.server import FileStorage, LogLockedError, init_log, make_app
from habeas.tlog.view import LogView
from habeas.tlog.witness import Witness
from tests.service.tlog.running import listening, policy_of, served, witness_app
from tests.service.tlog.servers import free_ports
from tests.waiting import until

ORIGIN = "log.example/test"


def database(path=None):
    return Database(path)


def _appended(log, entry):
    """Where the entry stands, or nothing while the log cannot take it."""
    with contextlib.suppress(tlog.LogUnavailableError):
        return log.append(entry)
    return None


@pytest.fixture
def folder(tmp_path):
    init_log(tmp_path / "log", ORIGIN, anybody=True)
    return tmp_path / "log"


def test_entries_come_back_with_proofs_and_follow_across_restarts(folder):
    policy = policy_of(folder)
    view = None
    entries = [secrets.token_bytes(40) for _ in range(300)]
    seen = {}
    for part in (entries[:3], entries[3:290], entries[290:]):
        with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
            with ThreadPoolExecutor(32) as pool:
                answers = dict(zip(part, pool.map(log.append, part), strict=True))
            for entry, answer in answers.items():
                proof = tlog.TlogProof.parse(answer.proof)
                assert proof.index == answer.index
                proof.verify(entry, policy)
            connection = view._database if view else database()
            view = LogView(connection, log, policy, lambda i, e: seen.update({i: e}))
            view.catch_up()
            assert log.append(part[0]).index == answers[part[0]].index
    assert view.size == 300
    assert sorted(seen.values()) == sorted(entries)


def test_witnesses_cosign_and_a_missing_quorum_is_said(folder, tmp_path):
    signers = [tlog.CosignatureSigner.generate(f"witness-{n}.example") for n in range(2)]
    log_key = policy_of(folder).logs[0]
    with contextlib.ExitStack() as stack:
        lines = [f"log {log_key.vkey}"]
        for n, signer in enumerate(signers):
            app = witness_app(Witness(database(), signer, [log_key]))
            url = stack.enter_context(served(app))
            lines.append(f"witness w{n} {signer.vkey} {url}")
        lines.append(f"witness down {tlog.CosignatureSigner.generate('d').vkey} http://127.0.0.1:9")
        two = [*lines, "group g 2 w0 w1 down", "quorum g"]
        (folder / "policy.txt").write_text("\n".join(two))
        with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
            before = int(time.time())  # noqa: TID251 - bounds of what it wrote
            for n in range(3):
                answer = log.append(b"entry %d" % n)
                verified = tlog.TlogProof.parse(answer.proof).verify(
                    b"entry %d" % n, policy_of(folder)
                )
                assert {each.name for each in verified.cosignatures} == {"w0", "w1"}
                assert before <= verified.quorum_time <= time.time()  # noqa: TID251 - the same
        (folder / "policy.txt").write_text(
            "\n".join([*lines, "group g all w0 w1 down", "quorum g"])
        )
        with (
            served(make_app(folder, interval=0.01, patience=0.5)) as url,
            LogClient(url) as log,
            pytest.raises(tlog.LogUnavailableError, match="witnesses"),
        ):
            log.append(b"not acknowledged")


def test_two_writers_are_refused(folder):
    with FileStorage(folder), pytest.raises(LogLockedError):
        FileStorage(folder)
    FileStorage(folder).close()


def test_a_view_refuses_a_fork(folder, tmp_path):
    other = tmp_path / "fork"
    init_log(other, ORIGIN, anybody=True)
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        (other / name).write_text((folder / name).read_text())
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append(b"one")
        log.append(b"two")
        view = LogView(database(), log, policy_of(folder))
        view.catch_up()
    with served(make_app(other, interval=0.01)) as url, LogClient(url) as fork:
        fork.append(b"one")
        fork.append(b"zwei")
        forked = LogView(view._database, fork, policy_of(folder))
        with pytest.raises(tlog.ForkedViewError):
            forked.catch_up()
        fork.append(b"three")
        with pytest.raises(tlog.ForkedViewError):
            forked.catch_up()
        assert forked.size == 2


def test_only_submitters_append(folder):
    import hashlib
    import json

    digest = hashlib.sha256(b"secret").hexdigest()
    (folder / "submitters.json").write_text(json.dumps({"portal": digest}))
    with served(make_app(folder, interval=0.01)) as url:
        with LogClient(url) as log, pytest.raises(tlog.NotAdmittedError, match="token"):
            log.append(b"entry")
        with LogClient(url, "secret") as log:
            assert log.append(b"entry").index == 0
            with pytest.raises(tlog.FormatError):
                log.append(b"")
            with pytest.raises(tlog.FormatError):
                log.append(bytes(65536))


def test_answers_carry_the_headers_that_readers_and_caches_need(folder):
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append(b"entry")
        note = httpx.get(f"{url}/checkpoint")
        assert note.headers["content-type"] == "text/plain; charset=utf-8"
        assert "max-age=1" in note.headers["cache-control"]
        for path in ("tile/0/000.p/1", "tile/entries/000.p/1"):
            tile = httpx.get(f"{url}/{path}")
            assert tile.headers["content-type"] == "application/octet-stream"
            assert "immutable" in tile.headers["cache-control"]
            assert tile.headers["access-control-allow-origin"] == "*"
        for path in ("tile/0/000", "tile/0/000.p/2", "tile/1/000.p/1", "tile/0/%2e%2e/log.key"):
            missing = httpx.get(f"{url}/{path}")
            assert missing.status_code == 404
            assert missing.json()["code"] == "tlog-format"
        assert httpx.get(f"{url}/readyz").json()["size"] == 1
        assert "habeas_log_size 1" in httpx.get(f"{url}/metrics").text


def test_a_quorum_that_comes_late_is_waited_for(folder):
    """The log may start before its witnesses, and recovers by itself."""
    signer = tlog.CosignatureSigner.generate("late.example")
    key = policy_of(folder).logs[0]
    (port,) = free_ports(1)
    (folder / "policy.txt").write_text(
        f"log {key.vkey}\nwitness w {signer.vkey} http://127.0.0.1:{port}\nquorum w\n"
    )
    with served(make_app(folder, interval=0.01, patience=0.3)) as url, LogClient(url) as log:
        answer = httpx.post(f"{url}/append", content=b"entry")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.headers["content-type"] == problem.MEDIA_TYPE
        assert Problem.decode(answer.content, 503).code == "log-unavailable"
        assert httpx.get(f"{url}/readyz").status_code == 503
        with served(witness_app(Witness(database(), signer, [key])), listening(port)):
            assert until(lambda: _appended(log, b"entry"), "the quorum").index == 0
            assert httpx.get(f"{url}/readyz").status_code == 200


def test_proofs_made_from_tiles_and_entries_sent_together(folder):
    policy = policy_of(folder)
    entries = [b"%d" % n for n in range(256)]
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        answers = log.append_many(entries)
        assert answers == list(range(256))
        assert log.append_many(entries[5:9]) == [5, 6, 7, 8]
        for entry, index in list(zip(entries, answers, strict=True))[::37]:
            proof = tlog.TlogProof.parse(log.proof(index))
            assert proof.verify(entry, policy).checkpoint.size == 256
        with pytest.raises(tlog.ProofError):
            log.proof(256)
        for wrong in ([], [b"x"] * 257, [b"x", b""], [bytes(65_000)] * 20):
            with pytest.raises(tlog.FormatError):
                log.append_many(wrong)
