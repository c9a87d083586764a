"""The log's HTTP interface: what readers, writers and caches are told."""

import hashlib
import json
import shutil

import pytest

from habeas import tlog
from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.tlog.server import FileStorage, LogLockedError, Submitters, make_app, read_signer
from habeas.tlog.server.app import LATE
from tests.unit.tlog.serving import ORIGIN, answering, app_of, new_log, policy_of, served


@pytest.fixture
def folder(tmp_path):
    return new_log(tmp_path / "log")


def test_entries_come_back_with_proofs(folder):
    policy = policy_of(folder)
    for part in ([b"one", b"two"], [b"three"]):
        with served(app_of(folder)) as log:
            for entry in part:
                appended = log.append(entry)
                proof = tlog.TlogProof.parse(appended.proof)
                assert proof.index == appended.index
                proof.verify(entry, policy)
            assert log.append(b"one").index == 0
    with served(app_of(folder)) as log:
        assert log.append_many([b"four", b"two", b"five"]) == [3, 1, 4]
        assert list(log.entries(0, 5)) == [b"one", b"two", b"three", b"four", b"five"]
        tlog.TlogProof.parse(log.proof(4)).verify(b"five", policy)


def test_what_no_log_takes(folder):
    with served(app_of(folder)) as log:
        for entry in (b"", bytes(65_536)):
            with pytest.raises(tlog.FormatError):
                log.append(entry)
        for entries in ([], [b"x"] * 257, [b"x", b""], [bytes(65_000)] * 20):
            with pytest.raises(tlog.FormatError):
                log.append_many(entries)
        assert log.append(bytes(65_535)).index == 0
        assert log.append_many([b"%d" % n for n in range(256)]) == list(range(1, 257))


def test_only_those_who_are_named_append(tmp_path):
    folder = new_log(tmp_path / "log", anybody=False)
    with served(app_of(folder)) as log, pytest.raises(tlog.NotAdmittedError) as caught:
        log.append(b"entry")
    assert caught.value.code == "log-closed"
    token = Submitters.allow(folder, "me")
    with answering(app_of(folder)) as client:
        for path in ("/append", "/append-bundle"):
            for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": token[1:]}):
                answer = client.post(path, content=b"\0\1x", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "token-unknown")
    with served(app_of(folder), token) as log:
        assert log.append(b"entry").index == 0
    again = Submitters.allow(folder, "me")
    Submitters.allow(folder, "you")
    known = Submitters.load(folder)
    assert known.digests["me"] == hashlib.sha256(again.encode()).hexdigest()
    assert known.may_append(f"Bearer {again}")
    assert not known.may_append(f"Bearer {token}")


def test_an_admission_is_asked(folder):
    class Short:
        def admit(self, entry):
            if len(entry) > 3:
                raise tlog.NotAdmittedError("Too long.", "Shorten it.", code="long", status=422)

    with served(app_of(folder, admission=Short())) as log:
        assert log.append_many([b"one", b"two"]) == [0, 1]
        for call, given in ((log.append, b"three"), (log.append_many, [b"3", b"three"])):
            with pytest.raises(tlog.NotAdmittedError) as caught:
                call(given)
            assert (caught.value.code, caught.value.status) == ("long", 422)
        assert log.append(b"four"[:3]).index == 2
    # What stands there already may be sent again, whatever is admitted by now.
    with served(app_of(folder)) as log:
        assert log.append(b"three").index == 3
    with served(app_of(folder, admission=Short())) as log:
        assert log.append(b"three").index == 3


def test_answers_carry_the_headers_that_readers_and_caches_need(folder):
    with answering(app_of(folder)) as client:
        assert client.post("/append", content=b"entry").json()["index"] == 0
        note = client.get("/checkpoint")
        assert note.headers["content-type"] == "text/plain; charset=utf-8"
        assert note.headers["cache-control"] == "public, max-age=1"
        for path in ("/tile/0/000.p/1", "/tile/entries/000.p/1"):
            tile = client.get(path)
            assert tile.headers["content-type"] == "application/octet-stream"
            assert "immutable" in tile.headers["cache-control"]
            assert tile.headers["access-control-allow-origin"] == "*"
        for path in (
            "/tile/0/000",
            "/tile/0/000.p/2",
            "/tile/1/000.p/1",
            "/tile/0/x",
            "/tile/0/-1",
        ):
            missing = client.get(path)
            assert (missing.status_code, missing.json()["code"]) == (404, "tlog-format")
            assert missing.headers["cache-control"] == "no-store"
            assert missing.headers["content-type"] == problem.MEDIA_TYPE
        health = client.get("/readyz").json()
        assert health.pop("ages")["checkpoint"] >= 0
        assert health == {
            "ok": True, "state": "ok", "problems": {}, "size": 1, "waiting": 0, "failures": 0,
                "mirrors": {},
        }  # fmt: skip
        assert client.get("/livez").text == "ok\n"
        assert "# TYPE habeas_log_size gauge\nhabeas_log_size 1\n" in client.get("/metrics").text


def test_every_page_may_ask(folder):
    with answering(app_of(folder)) as client:
        before = client.options("/append", headers={"Origin": "https://reader.example"})
        assert before.status_code == 204
        assert "POST" in before.headers["access-control-allow-methods"]
        assert "Authorization" in before.headers["access-control-allow-headers"]
        assert before.headers["access-control-allow-origin"] == "*"
        assert "ETag" in client.get("/checkpoint").headers["access-control-expose-headers"]


def test_what_was_damaged_is_not_served(folder):
    with answering(app_of(folder)) as client:
        client.post("/append-bundle", content=b"".join(b"\0\3%03d" % n for n in range(256)))
        bundle = folder / "public/tile/entries/000"
        content = bundle.read_bytes()
        bundle.write_bytes(content[:-1])
        answer = client.get("/tile/entries/000")
        assert (answer.status_code, answer.json()["code"]) == (503, tlog.CorruptLogError.code)
        assert answer.headers["cache-control"] == "no-store"
        bundle.unlink()
        gone = client.get("/tile/entries/000")
        assert (gone.status_code, gone.json()["code"]) == (503, tlog.CorruptLogError.code)
        bundle.mkdir()
        answer = client.get("/tile/entries/000")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        bundle.rmdir()
        bundle.write_bytes(content)
        assert client.get("/tile/entries/000").status_code == 200


def test_without_its_quorum_a_log_says_so(folder):
    signer = tlog.CosignatureSigner.generate("w")
    keys = "".join(f"log {key.vkey}\n" for key in policy_of(folder).logs)
    (folder / "policy.txt").write_text(f"{keys}witness w {signer.vkey}\nquorum w\n")
    with answering(app_of(folder, patience=0.01)) as client:
        answer = client.post("/append", content=b"entry")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert Problem.decode(answer.content, 503).code == "log-unavailable"
        while (health := client.get("/readyz")).status_code == 200:
            pass
        assert health.json()["ok"] is False
        assert "quorum" in health.json()["problems"]["log-unavailable"]
        assert client.get("/checkpoint").status_code == 503


def test_one_writer_and_one_policy(folder):
    with FileStorage(folder), pytest.raises(LogLockedError):
        app_of(folder)
    (folder / "policy.txt").unlink()
    with pytest.raises(tlog.PlaceError, match="policy"):
        app_of(folder)


def test_a_folder_without_a_log(tmp_path):
    with pytest.raises(HabeasError, match="no log") as caught:
        read_signer(tmp_path)
    assert "init" in caught.value.remedy


def test_a_log_of_the_older_key_alone(folder):
    (folder / "log-mldsa44.key").unlink()
    assert read_signer(folder).policy_lines.count("log ") == 1
    before = (folder / "log.key").read_bytes()
    assert new_log(folder) == folder
    assert (folder / "log.key").read_bytes() == before


@pytest.mark.parametrize("content", ["", "3", '{"me": "x"}', '{"me": 3}', '"nobody"', "[]"])
def test_submitters_that_are_none(folder, content):
    (folder / "submitters.json").write_text(content)
    with pytest.raises(tlog.FormatError, match="who may append"):
        make_app(folder)


def test_nobody_was_ever_named(tmp_path):
    assert Submitters.load(tmp_path) is None
    assert not Submitters().may_append("Bearer x")
    Submitters.open_to_all(tmp_path)
    assert Submitters.load(tmp_path) == Submitters(anybody=True)
    assert json.loads((tmp_path / "submitters.json").read_text()) == "anybody"


def test_the_origin_is_the_name_of_the_key(folder):
    with answering(app_of(folder)) as client:
        while (answer := client.get("/checkpoint")).status_code == 503:
            pass
        assert answer.text.startswith(f"{ORIGIN}\n0\n")


class Steady:
    """A clock that never goes back, and that a test moves."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def time(self):
        return 1_800_000_000.0


def test_a_writer_that_publishes_no_more_is_told(folder, monkeypatch):
    clock = Steady()
    monkeypatch.setattr("habeas.tlog.server.publisher.time", clock)
    with answering(app_of(folder)) as client:
        client.post("/append", content=b"one")
        clock.now = LATE["checkpoint"]
        assert client.get("/readyz").json()["ok"]
        clock.now += 1
        red = client.get("/readyz")
        assert (red.status_code, red.json()["state"]) == (503, "checkpoint")
        assert red.json()["problems"] == {"checkpoint": "No success for 181 s."}
        assert client.get("/livez").status_code == 200
        client.post("/append", content=b"two")
        assert client.get("/readyz").json()["ages"] == {"checkpoint": 0.0}
        assert client.get("/readyz").status_code == 200


def test_a_disk_that_takes_nothing_is_told_and_what_it_took_again(folder):
    with answering(app_of(folder, patience=0.01)) as client:
        while client.post("/append", content=b"one").status_code != 200:
            pass  # the same entry is never logged twice
        checkpoint = folder / "public" / "checkpoint"
        note = checkpoint.read_bytes()
        checkpoint.unlink()
        (checkpoint / "something").mkdir(parents=True)  # no file can be put there
        assert client.post("/append", content=b"two").status_code == 503
        while (red := client.get("/readyz")).status_code == 200:
            pass
        assert red.json()["state"] == "log-unavailable"
        shutil.rmtree(checkpoint)
        checkpoint.write_bytes(note)
        while client.get("/readyz").status_code == 503:
            pass
        while (again := client.post("/append", content=b"two")).status_code != 200:
            pass
        assert again.json()["index"] == 1
