"""Every answer of every endpoint over HTTP, status and headers included (C2SP tlog-tiles)."""

import hashlib

import httpx
import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.foundation.problem import MEDIA_TYPE, Problem
from habeas.tlog.admission import AdmitAnything, AdmitSigned
from habeas.tlog.client import LogClient
from habeas.tlog.server import (
    FileStorage,
    Sequencer,
    Submitters,
    init_log,
    make_app,
    read_signer,
)
from habeas.tlog.server.app import LogApp
from habeas.tlog.tiles import encode_bundle
from habeas.tlog.witness import Witness
from tests.service.tlog.running import policy_of, served, witness_app

WRITER = tlog.NoteSigner("writer.example", bytes(range(32)))


@pytest.fixture
def folder(tmp_path):
    init_log(tmp_path / "log", "log.example/wire")
    return tmp_path / "log"


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["access-control-allow-origin"] == "*"
    said = Problem.decode(answer.content, status)
    assert said.code == code
    assert said.remedy
    return said


def test_a_new_log_is_closed(folder):
    with served(make_app(folder, interval=0.01)) as url:
        problem(httpx.post(f"{url}/append", content=b"entry"), 403, "log-closed")
        bundle = encode_bundle([b"entry"])
        problem(httpx.post(f"{url}/append-bundle", content=bundle), 403, "log-closed")
        assert httpx.get(f"{url}/checkpoint").text.startswith("log.example/wire\n0\n")
        with LogClient(url) as log, pytest.raises(tlog.NotAdmittedError) as caught:
            log.append(b"entry")
        assert caught.value.code == "log-closed"


def test_those_who_are_named_may_append(folder):
    tokens = {name: Submitters.allow(folder, name) for name in ("one", "two")}
    with served(make_app(folder, interval=0.01)) as url:
        for n, token in enumerate(tokens.values()):
            headers = {"authorization": f"Bearer {token}"}
            answer = httpx.post(f"{url}/append", content=b"entry %d" % n, headers=headers)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/json"
            assert answer.json()["index"] == n
        for wrong in ({}, {"authorization": "Bearer x"}, {"authorization": tokens["one"][:-1]}):
            problem(httpx.post(f"{url}/append", content=b"x", headers=wrong), 401, "token-unknown")
    assert tokens["one"] not in (folder / "submitters.json").read_text()
    assert (folder / "submitters.json").stat().st_mode & 0o777 == 0o600


def test_an_application_says_what_may_be_appended(folder):
    good = [WRITER.sign(f"{n}\n").encode() for n in range(3)]
    with served(make_app(folder, AdmitSigned([WRITER.verifier]), interval=0.01)) as url:
        assert httpx.post(f"{url}/append", content=good[0]).json()["index"] == 0
        problem(httpx.post(f"{url}/append", content=b"no note"), 400, "not-admitted")
        other = tlog.NoteSigner.generate("writer.example").sign("x\n").encode()
        problem(httpx.post(f"{url}/append", content=other), 403, "not-admitted")
        mixed = encode_bundle([good[1], b"no note", good[2]])
        problem(httpx.post(f"{url}/append-bundle", content=mixed), 400, "not-admitted")
        # All or none: nothing of the bundle was kept.
        assert httpx.post(f"{url}/append", content=good[2]).json()["index"] == 1
        both = encode_bundle([good[1], good[2]])
        assert httpx.post(f"{url}/append-bundle", content=both).json() == {"indices": [2, 1]}


def test_what_is_on_the_log_may_be_sent_again_whoever_is_admitted_by_now(folder):
    entry = WRITER.sign("1\n").encode()
    with served(make_app(folder, AdmitSigned([WRITER.verifier]), interval=0.01)) as url:
        assert httpx.post(f"{url}/append", content=entry).json()["index"] == 0
    with served(make_app(folder, AdmitSigned([]), interval=0.01)) as url:
        assert httpx.post(f"{url}/append", content=entry).json()["index"] == 0
        problem(httpx.post(f"{url}/append", content=entry + b" "), 400, "not-admitted")


def test_a_witness_answers_with_the_exact_media_types(folder):
    """Clients in the field compare the type of a 409 as a string: no charset may be added."""
    log = policy_of(folder).logs[0]
    signer = tlog.NoteSigner.parse((folder / "log.key").read_text())
    witness = Witness(Database(), tlog.CosignatureSigner.generate("w.example"), [log])
    shown = hashlib.sha256(log.name.encode()).hexdigest()
    leaf = tlog.leaf_hash(b"1")
    note = signer.sign(tlog.Checkpoint(log.name, 1, leaf).text())
    with served(witness_app(witness)) as url:
        assert httpx.get(f"{url}/{shown}/checkpoint").status_code == 404
        answer = httpx.post(f"{url}/add-checkpoint", content=f"old 0\n\n{note}")
        assert answer.status_code == 200
        assert answer.text.startswith("— w.example ")
        answer = httpx.post(f"{url}/add-checkpoint", content=f"old 0\n\n{note}")
        assert (answer.status_code, answer.text) == (409, "1\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
        answer = httpx.get(f"{url}/{shown}/checkpoint")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.text.startswith(note)
        assert httpx.get(f"{url}/{shown.upper()}/checkpoint").status_code == 404
        asked = httpx.options(f"{url}/add-checkpoint", headers={"origin": "https://page.example"})
        assert asked.status_code == 204
        assert "POST" in asked.headers["access-control-allow-methods"]
        answer = httpx.post(f"{url}/add-checkpoint", content=bytes(300_000))
        assert answer.status_code == 413


def test_what_readers_get(folder):
    Submitters.open_to_all(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append_many([b"entry %d" % n for n in range(256)])
        note = httpx.get(f"{url}/checkpoint")
        assert note.headers["content-type"] == "text/plain; charset=utf-8"
        assert "max-age=1" in note.headers["cache-control"].split(", ")
        same = {"if-none-match": note.headers["etag"]}
        assert httpx.get(f"{url}/checkpoint", headers=same).status_code == 304
        for path, content in (
            ("tile/0/000", b"".join(tlog.leaf_hash(b"entry %d" % n) for n in range(256))),
            ("tile/entries/000", encode_bundle([b"entry %d" % n for n in range(256)])),
        ):
            whole = httpx.get(f"{url}/{path}")
            assert whole.content == content
            assert whole.headers["content-type"] == "application/octet-stream"
            assert "immutable" in whole.headers["cache-control"]
            assert whole.headers["access-control-allow-origin"] == "*"
            assert "ETag" in whole.headers["access-control-expose-headers"]
            assert ("gzip" in whole.headers.get("content-encoding", "")) == ("entries" in path)
            part = httpx.get(f"{url}/{path}", headers={"range": "bytes=32-63"})
            assert (part.status_code, part.content) == (206, content[32:64])
            head = httpx.head(f"{url}/{path}", headers={"accept-encoding": "identity"})
            assert (head.status_code, head.content) == (200, b"")
            assert int(head.headers["content-length"]) == len(content)
        assert httpx.get(f"{url}/readyz").json()["ok"] is True
        assert "habeas_log_size 256" in httpx.get(f"{url}/metrics").text


def test_what_is_not_there_is_kept_by_no_cache(folder):
    Submitters.open_to_all(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append(b"entry")
        for path in ("tile/0/000", "tile/0/000.p/2", "tile/1/000.p/1", "tile/0/%2e%2e/log.key"):
            answer = httpx.get(f"{url}/{path}")
            problem(answer, 404, "tlog-format")
            assert answer.headers["cache-control"] == "no-store"


def test_every_path_is_open_to_pages_of_others(folder):
    with served(make_app(folder, interval=0.01)) as url:
        for path in ("checkpoint", "tile/0/000", "append", "append-bundle", "health", "nowhere"):
            asked = httpx.options(f"{url}/{path}", headers={"origin": "https://page.example"})
            assert asked.status_code == 204
            assert asked.headers["access-control-allow-origin"] == "*"
            assert "authorization" in asked.headers["access-control-allow-headers"].lower()
            assert httpx.get(f"{url}/{path}").headers["access-control-allow-origin"] == "*"


def test_a_part_of_an_object_is_not_served_for_the_whole(folder):
    """A store that lost bytes: nobody is told to keep the rest for ever."""
    Submitters.open_to_all(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append_many([b"entry %d" % n for n in range(256)])
        for path in ("tile/0/000", "tile/entries/000"):
            file = folder / "public" / path
            content = file.read_bytes()
            for damaged in (content[:-1], b"", content + b"\0"):
                file.write_bytes(damaged)
                answer = httpx.get(f"{url}/{path}")
                said = problem(answer, 503, "log-corrupt")
                assert path in said.detail
                assert answer.headers["cache-control"] == "no-store"
            file.write_bytes(content)
            assert httpx.get(f"{url}/{path}").status_code == 200


def test_a_turned_bit_is_not_served_and_health_names_it(folder):
    Submitters.open_to_all(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append_many([b"entry %d" % n for n in range(256)])
        log.append(b"one more")
        for path in ("tile/0/000", "tile/entries/000", "tile/entries/001.p/1"):
            file = folder / "public" / path
            content = file.read_bytes()
            file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            said = problem(httpx.get(f"{url}/{path}"), 503, "log-corrupt")
            assert path in said.detail
            health = httpx.get(f"{url}/readyz")
            assert health.status_code == 503
            said = health.json()["problems"]["log-damaged"]
            assert path in said
            assert "rebuild" in said
            file.unlink()
            problem(httpx.get(f"{url}/{path}"), 503, "log-corrupt")
            file.write_bytes(content)
            assert httpx.get(f"{url}/{path}").status_code == 200
            assert httpx.get(f"{url}/readyz").json()["ok"] is True


@pytest.fixture
def without_quorum(folder):
    """A log whose witness is away; it takes three entries at a time."""
    witness = tlog.CosignatureSigner.generate("away.example")
    policy = (folder / "policy.txt").read_text().replace("quorum none", "quorum w")
    line = f"witness w {witness.vkey} http://127.0.0.1:9"
    (folder / "policy.txt").write_text(policy.replace("quorum w", f"{line}\nquorum w"))
    storage = FileStorage(folder)
    sequencer = Sequencer(
        storage, read_signer(folder), policy_of(folder), AdmitAnything(), queue=3, patience=0.5
    )
    with served(LogApp(sequencer, Submitters(anybody=True)).asgi()) as url:
        yield url


def test_bundles_that_cannot_be_taken_now(without_quorum):
    url = without_quorum
    answer = httpx.post(f"{url}/append-bundle", content=encode_bundle([b"1", b"2"]))
    problem(answer, 503, "log-unavailable")
    assert answer.headers["retry-after"] == "1"
    answer = httpx.post(f"{url}/append-bundle", content=encode_bundle([b"1", b"2", b"3", b"4"]))
    problem(answer, 429, "log-busy")
    assert answer.headers["retry-after"] == "1"
    answer = httpx.get(f"{url}/checkpoint")
    problem(answer, 503, "log-unavailable")
    assert answer.headers["cache-control"] == "no-store"
