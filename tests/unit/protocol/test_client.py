"""A trustee's client: typed errors for whatever is answered, and nothing believed unsigned."""

import base64
import gzip
import itertools
import json
import threading
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.protocol import Chain, wire
from habeas.protocol.chain import CircleUnknownError
from habeas.protocol.client import (
    TrusteeAnswerError,
    TrusteeClient,
    TrusteeRefusedError,
    TrusteeUnreachableError,
)
from habeas.protocol.document import base64_of
from habeas.protocol.exchange import (
    DepositBody,
    Memberships,
    OwnEntry,
    ReleaseBody,
    StreamEndBody,
    WithdrawalBody,
)
from habeas.protocol.panel import Panel
from habeas.protocol.statements import (
    ErasedStatement,
    Order,
    ReleasedStatement,
    StreamEndStatement,
    sign_statement,
)
from habeas.protocol.stream import reader_mac, stream_key
from habeas.tlog import leaf_hash
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.vectors.circles import second_note
from tests.unit.protocol.vectors.files import load
from tests.unit.protocol.vectors.offices import listed, rosters
from tests.unit.protocol.world import CUSTODIAN_KEY, DAY, MONTH, NAMES, TRUSTEES, Case, random
from tests.waiting import until

SIGNER = TRUSTEES[0].statement


@pytest.fixture(scope="module")
def case():
    return Case()


class Stream(httpx.SyncByteStream):
    """A body as it comes over the wire."""

    def __init__(self, chunks):
        self._chunks = chunks

    def __iter__(self):
        yield from self._chunks


def client_of(case, answer, index=0):
    """A client of trustee *index*, to which *answer* (of method, path, body) answers."""

    def handle(request):
        body = json.loads(request.content) if request.content else None
        made = answer(request.method, request.url.path, body)
        status, content = made if isinstance(made, tuple) else (200, json.dumps(made).encode())
        headers = {"Location": "https://elsewhere.example"} if status == 302 else {}
        return httpx.Response(status, headers=headers, stream=Stream([content]))

    return TrusteeClient(case.circle.trustees[index], transport=httpx.MockTransport(handle))


def always(case, answer):
    return client_of(case, lambda *_: answer)


def release_body(case):
    officer = OFFICERS[0]
    request = case.request(officer.credential().id)
    entry = case.requested(request, random("salt"), officer.slot_key, append=False)
    from habeas.protocol.credential import membership

    return ReleaseBody(
        promise=case.digest, entry=entry.encode().decode(), request=request,
        salt=random("salt").hex(), proof=case.log.proof(0),
        assertion=officer.assertion(request), credential=officer.credential(),
        membership=Memberships(newest=membership(rosters()[0], listed(), officer.credential())),
    )  # fmt: skip


def test_what_is_sent_is_what_the_trustee_reads(case):
    """The bodies, as they arrive, are the documents that the server side reads."""
    seen = {}

    def answer(method, path, body):
        seen[path] = (method, body)
        return {}

    client = client_of(case, answer)
    body = release_body(case)
    order = sign_statement(CUSTODIAN_KEY, Order(promise=case.digest, day=DAY))
    key = stream_key(case.secrets.track_key, 1)
    for ask in (
        client.answers, client.circle, client.checkpoint, lambda: client.key(MONTH),
        lambda: client.deposit(case.promise, 0, case.sealed.deposits[0], order),
        lambda: client.release(body),
        lambda: client.withdraw(case.promise.digest(), case.secrets.withdraw_secret),
        lambda: client.stream_end(case.promise.digest(), key, random("nonce")),
    ):  # fmt: skip
        with pytest.raises(TrusteeAnswerError):
            ask()
    assert {path: method for path, (method, _) in seen.items()} == {
        "/v2/identity": "GET", "/v2/circle": "GET", "/v2/checkpoint": "GET",
        f"/v2/keys/{MONTH}": "GET", "/v2/deposits": "POST", "/v2/releases": "POST",
        "/v2/withdrawals": "POST", "/v2/stream-end": "POST",
    }  # fmt: skip
    deposit = DepositBody.read(seen["/v2/deposits"][1])
    assert base64.b64decode(deposit.deposit) == case.sealed.deposits[0]
    assert (deposit.promise, deposit.order) == (case.promise, order)
    assert ReleaseBody.read(seen["/v2/releases"][1]) == body
    assert WithdrawalBody.read(seen["/v2/withdrawals"][1]).promise == case.digest
    asked = StreamEndBody.read(seen["/v2/stream-end"][1])
    assert (asked.mac, asked.nonce) == (reader_mac(key, NAMES[0]), random("nonce").hex())


def test_identity(case):
    identity = case.circle.trustees[0]
    assert always(case, identity.fields()).answers() == identity
    with pytest.raises(TrusteeAnswerError):
        always(case, case.circle.trustees[1].fields()).answers()


def test_circle_and_checkpoint(case):
    assert always(case, {"circle": case.note}).circle() == case.note
    assert always(case, {"checkpoint": "text"}).checkpoint() == "text"
    for wrong in ("", case.note.split("\n")[0], 7, "\ud800"):
        with pytest.raises(TrusteeAnswerError):
            always(case, {"circle": wrong}).circle()


def test_keys(case):
    note = sign_statement(SIGNER, TRUSTEES[0].key())
    assert always(case, {"statement": note}).key(MONTH) == TRUSTEES[0].key()
    for client, month in (
        (always(case, {"statement": note}), "2027-06"),
        (always(case, {"statement": sign_statement(SIGNER, TRUSTEES[1].key())}), MONTH),
        (always(case, {"statement": sign_statement(TRUSTEES[1].statement, TRUSTEES[0].key())}),
         MONTH),
        (always(case, {"statement": case.acknowledgement(0)}), MONTH),
    ):  # fmt: skip
        with pytest.raises(TrusteeAnswerError):
            client.key(month)


def test_a_later_key_of_the_same_name_counts(case):
    later = type(SIGNER)(SIGNER.name, random("later key"))
    note = sign_statement(later, TRUSTEES[0].key())
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, stream=Stream([json.dumps({"statement": note}).encode()]))
    )
    identity = case.circle.trustees[0]
    both = (later.verifier, SIGNER.verifier)
    assert TrusteeClient(identity, both, transport=transport).key(MONTH).trustee == NAMES[0]
    with pytest.raises(TrusteeAnswerError):
        TrusteeClient(identity, transport=transport).key(MONTH)


def test_deposits(case):
    deposit = case.sealed.deposits[0]

    def ask(note, index=0):
        return always(case, {"acknowledgement": note}).deposit(case.promise, index, deposit, "")

    assert ask(case.acknowledgement(0)) == case.acknowledgement(0)
    for changes in ({"promise": "0" * 64}, {"index": 1}, {"key": "0" * 64}, {"circle": "0" * 64}):
        with pytest.raises(TrusteeAnswerError):
            ask(case.acknowledgement(0, changes))
    with pytest.raises(TrusteeAnswerError):
        ask(case.acknowledgement(0), index=1)


def test_releases(case):
    body = release_body(case)
    leaf = leaf_hash(body.entry.encode()).hex()
    said = ReleasedStatement(trustee=NAMES[0], promise=case.digest, request=leaf, day=DAY)
    answer = {"statement": sign_statement(SIGNER, said), "index": 0, "release": base64_of(b"x")}
    released = always(case, answer).release(body)
    assert (released.trustee, released.index, released.release) == (NAMES[0], 0, b"x")
    other = said.model_copy(update={"request": "0" * 64})
    for changes in (
        {"statement": sign_statement(SIGNER, other)}, {"index": -1}, {"index": 32},
        {"index": "0"}, {"release": "x"}, {"release": "é"}, {"release": None},
    ):  # fmt: skip
        with pytest.raises(TrusteeAnswerError):
            always(case, {**answer, **changes}).release(body)


def test_withdrawals(case):
    def ask(answer):
        return always(case, answer).withdraw(case.promise.digest(), case.secrets.withdraw_secret)

    said = ErasedStatement(trustee=NAMES[0], promise=case.digest, because="withdrawn", day=DAY)
    note = sign_statement(SIGNER, said)
    erased = ask({"statement": note})
    assert (erased.statement, erased.note) == (said, note)
    assert ask((202, b'{"state": "owed"}')) is None
    other = sign_statement(SIGNER, said.model_copy(update={"promise": "0" * 64}))
    for wrong in ({"statement": other}, {"state": "done"}, {}):
        with pytest.raises(TrusteeAnswerError):
            ask(wrong)


def stream_end(case, nonce, **changes):
    said = StreamEndStatement.read(
        {
            "v": 2, "kind": "stream-end", "trustee": NAMES[0], "promise": case.digest,
            "nonce": nonce.hex(), "next": 1, "owed": 0, "held": True,
            "origin": case.promise.origin, "size": 1, "root": "0" * 64, "day": DAY, **changes,
        }
    )  # fmt: skip
    own = [case_ for case_ in load("entries")["good"] if case_["name"] == "released"]
    return {
        "statement": sign_statement(SIGNER, said), "checkpoint": case.log.checkpoint(),
        "own": [{"entry": each["entry"], "index": 3, "details": each["details"],
                 "salt": each["salt"]} for each in own],
        "custodian": [0, 2],
    }  # fmt: skip


def test_stream_ends(case):
    key, nonce = stream_key(case.secrets.track_key, 1), random("nonce")

    def ask(answer):
        return always(case, answer).stream_end(case.promise.digest(), key, nonce)

    end = ask(stream_end(case, nonce))
    assert (end.statement.next, end.answer.custodian) == (1, (0, 2))
    entry, details = end.answer.own[0].verify()
    assert (entry.kind, details.promise) == ("released", case.digest)
    # An answer to yesterday's question is none.
    for wrong in (stream_end(case, random("yesterday")), stream_end(case, nonce, promise="0" * 64)):
        with pytest.raises(TrusteeAnswerError):
            ask(wrong)


def test_details_of_a_trustees_entries_are_those_it_committed_to(case):
    for name in ("released", "refused", "erased", "sealed", "closed"):
        good = next(each for each in load("entries")["good"] if each["name"] == name)
        shown = OwnEntry(entry=good["entry"], details=good["details"], salt=good["salt"])
        if name in ("sealed", "closed"):
            with pytest.raises(HabeasError):
                shown.verify()
            continue
        assert shown.verify()[1].fields() == good["details"]
        for changes in ({"salt": "0" * 64}, {"details": {}}, {"entry": "{}"}):
            with pytest.raises(HabeasError):
                shown.model_copy(update=changes).verify()


def test_a_refusal_keeps_its_code_and_statement(case):
    problem = Problem(403, "quota-office", "Enough\x1b[2J for today.", "Wait.", {"statement": "s"})
    client = always(case, (403, problem.encode()))
    with pytest.raises(TrusteeRefusedError) as caught:
        client.checkpoint()
    refused = caught.value
    assert (refused.code, refused.status, refused.statement) == ("quota-office", 403, "s")
    assert refused.cause == "Enough [2J for today."
    odd = Problem(403, "Not A Code", "No.", "", {"statement": 7})
    with pytest.raises(TrusteeRefusedError) as caught:
        always(case, (403, odd.encode())).checkpoint()
    assert (caught.value.code, caught.value.statement) == ("refused", None)
    assert caught.value.remedy == TrusteeRefusedError.remedy


@pytest.mark.parametrize(
    "response",
    [
        (503, Problem(503, "busy", "Busy.").encode()), (500, b"<html>"), (404, b"not found"),
        (200, b"not json"), (200, b"[1]"), (200, b"[" * 100_000), (200, b"\xff"), (204, b""),
        (302, b""),
    ],
)  # fmt: skip
def test_what_is_no_answer(case, response):
    with pytest.raises(TrusteeUnreachableError):
        always(case, response).checkpoint()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, TrusteeRefusedError), (499, TrusteeRefusedError), (500, TrusteeUnreachableError)],
)
def test_whose_fault_it_is_follows_from_the_status(case, status, kind):
    problem = Problem(status, "a-code", "No.").encode()
    with pytest.raises(kind) as caught:
        always(case, (status, problem)).checkpoint()
    assert "No." in caught.value.cause


def test_half_a_character_is_no_text(case):
    with pytest.raises(TrusteeAnswerError, match="half a character"):
        always(case, (200, b'{"checkpoint": "\\ud800"}')).checkpoint()


def test_an_answer_that_comes_in_drops_for_ever_is_given_up(case, monkeypatch):
    clock = itertools.count(0, 7)
    monkeypatch.setattr(wire, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    drops = Stream(b"x" for _ in itertools.count())
    with pytest.raises(TrusteeUnreachableError, match="does not finish"):
        over_the_wire(case, httpx.Response(200, stream=drops)).checkpoint()


def over_the_wire(case, response):
    transport = httpx.MockTransport(lambda _: response)
    return TrusteeClient(case.circle.trustees[0], transport=transport)


def test_an_answer_without_end_is_cut_off(case):
    endless = Stream(b"x" * 65_536 for _ in itertools.count())
    with pytest.raises(TrusteeAnswerError):
        over_the_wire(case, httpx.Response(200, stream=endless)).checkpoint()


def test_a_packed_answer_is_not_unpacked(case):
    packed = Stream([gzip.compress(b'{"checkpoint": "x"}')])
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=packed)
    with pytest.raises(TrusteeUnreachableError):
        over_the_wire(case, response).checkpoint()


def test_who_does_not_answer(case):
    def fail(*_):
        raise httpx.ConnectError("refused")

    with pytest.raises(TrusteeUnreachableError):
        client_of(case, fail).checkpoint()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["statement", "checkpoint", "own", "custodian", "circle", "release",
                         "index", "acknowledgement", "name", "state"]), inner, max_size=5),
    max_leaves=8,
)  # fmt: skip


@given(json_values, st.sampled_from([200, 202, 400, 403, 410, 429, 500, 503]))
def test_whatever_is_answered(value, status):
    case = Case()
    content = json.dumps(value).encode()
    client = always(case, (status, content))
    key = stream_key(case.secrets.track_key, 1)
    for ask in (
        client.answers, client.circle, lambda: client.key(MONTH),
        lambda: client.deposit(case.promise, 0, case.sealed.deposits[0], ""),
        lambda: client.stream_end(case.promise.digest(), key, bytes(32)),
    ):  # fmt: skip
        with pytest.raises(HabeasError):
            ask()


def panel_of(case, answers):
    return Panel(client_of(case, answer, index) for index, answer in enumerate(answers))


def test_a_panel_asks_all_and_names_who_failed(case):
    def silent(*_):
        raise httpx.ConnectError("refused")

    answers = [lambda *_, n=name: {"checkpoint": n} for name in NAMES[:2]]
    with panel_of(case, [*answers, silent, lambda *_: {"checkpoint": 7}]) as panel:
        names = [*NAMES, "stranger.example"]
        good, errors = panel.ask(names, lambda client, index: (index, client.checkpoint()))
        assert good == {NAMES[0]: (0, NAMES[0]), NAMES[1]: (1, NAMES[1])}
        assert {name: error.code for name, error in errors.items()} == {
            NAMES[2]: "trustee-unreachable", NAMES[3]: "trustee-answer",
            "stranger.example": "trustee-unreachable",
        }  # fmt: skip


def test_a_slow_trustee_holds_nobody_up(case):
    gate = threading.Event()

    def slow(*_):
        gate.wait()
        return {"checkpoint": "late"}

    try:
        panel = panel_of(case, [lambda *_: {"checkpoint": "a"}, slow])
        good, errors = panel.ask(
            NAMES[:2], lambda client, _: client.checkpoint(), enough=1, grace=0
        )
        assert (set(good), set(errors)) == ({NAMES[0]}, {NAMES[1]})
    finally:
        gate.set()
    panel.close()


def test_who_hangs_is_waited_for_once_also_by_whoever_wants_all(case):
    gate = threading.Event()

    def hangs(*_):
        gate.wait()
        return {"checkpoint": "late"}

    def ask(panel, **options):
        return panel.ask(NAMES[:2], lambda client, _: client.checkpoint(), grace=0, **options)

    answers = [lambda *_: {"checkpoint": "a"}, hangs]
    panel, following = panel_of(case, answers), panel_of(case, answers)
    try:
        ask(panel, enough=1, patience=1e6)
        following.succeed(panel)
        # Whoever waited would wait for ever: the gate opens when all have had their answer.
        for each in (panel, panel, following, following):
            good, errors = ask(each, patience=1e6)
            assert (set(good), set(errors)) == ({NAMES[0]}, {NAMES[1]})
    finally:
        gate.set()
    panel.close()
    following.close()


def test_who_did_not_answer_last_time_is_waited_for_by_nobody(case):
    gate = threading.Event()
    reached = []

    def hangs(*_):
        reached.append(1)
        gate.wait()
        return {"checkpoint": "late"}

    def ask(panel, **options):
        return panel.ask(NAMES[:2], lambda client, _: client.checkpoint(), **options)

    panel = panel_of(case, [lambda *_: {"checkpoint": "a"}, hangs])
    try:
        ask(panel, enough=1, grace=0)
        # Whoever waited would wait for ever: the gate opens when all have had their answer.
        for _ in range(40):
            good, errors = ask(panel, enough=1, grace=1e6, patience=1e6)
            assert (set(good), set(errors)) == ({NAMES[0]}, {NAMES[1]})
        assert len(reached) <= 16, "each call that hangs would keep a thread"
    finally:
        gate.set()
    # It is asked all the same, and its first good answer makes it one of them again.
    until(lambda: NAMES[1] in ask(panel)[0], "it answers")
    good, _ = ask(panel, enough=1, grace=1e6, patience=1e6)
    assert set(good) == set(NAMES[:2])
    panel.close()


def test_a_panel_of_a_circle_has_newest_addresses_and_all_keys(case):
    chain = Chain.start(case.note, 0).extend(second_note(case.circle), 0)
    first = chain.links[0].digest
    with Panel.of(chain, first) as panel:
        assert [client.name for client in panel.clients] == list(NAMES)
        assert panel[NAMES[3]].identity == case.circle.trustees[3]
        with pytest.raises(TrusteeUnreachableError):
            panel["trustee-5.example"]
    with pytest.raises(CircleUnknownError):
        Panel.of(chain, "0" * 64)


def test_what_a_trustee_does_is_no_fault_of_whoever_asked():
    assert TrusteeUnreachableError("It is silent.").status == 503
    assert TrusteeAnswerError("It answers nonsense.").status == 502
