"""Each rule on its own: what it lets pass, and the code of its refusal."""

import base64
import hashlib
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from habeas import protocol, tlog
from habeas.protocol import CUSTODIAN, Entry, Kind, Promise, Purpose, RequestDetails, sealing
from habeas.trustee import Refusal, Settings, rules
from habeas.trustee.rules import Facts, Place, Request
from habeas.trustee.settings import Quotas
from tests.places import ROOT

NOW = datetime(2027, 5, 4, 12, 0, 0, tzinfo=UTC)
TRACK_KEY = b"t" * 32
ONE_TIME_KEY = sealing.public_key(b"o" * 32)
SALT = b"s" * 32
SETTINGS = Settings(
    name="trustee.test", url="http://127.0.0.1:1", log_url="http://127.0.0.1:2",
    origin="log.test", quotas=Quotas(office=10, officer=5, purpose=20, delay_after=0.5),
)  # fmt: skip
SEALED = Promise.read(
    {
        "v": 1, "suite": "habeas-1", "origin": "log.test", "seal_id": "ab" * 16,
        "service": "hunting-licence", "recipients": ["licensing-office"],
        "purposes": ["applicant-copy", "decide-application"], "opens_until": "2027-05-31",
        "trustees": {"k": 2, "keys": [
            {"trustee": f"trustee-{n}.test", "month": "2027-05", "key": f"{n}{n}" * 32}
            for n in (1, 2)
        ]},
        "withdraw_hash": "00" * 32, "sealed_by": "server",
        "photo": {"type": "image/jpeg", "size": 1, "sha256": "00" * 32},
        "shares": ["00" * 32] * 2, "key_commitment": "00" * 32,
    }
)  # fmt: skip


def request_with(entry=None, salt=SALT, counter=1, digest=None, **details):
    fields = {
        "v": 1, "seal_id": SEALED.seal_id, "promise": SEALED.digest().hex(),
        "office": "licensing-office", "officer": "officer", "purpose": "decide-application",
        "reason": "why", "one_time_key": base64.b64encode(ONE_TIME_KEY).decode(),
        "at": "2027-05-04T12:00:00Z", **details,
    }  # fmt: skip
    read = RequestDetails.read(fields)
    made = Entry(
        kind=Kind.REQUESTED, service="hunting-licence", office="licensing-office",
        purpose=Purpose.DECIDE_APPLICATION, day="2027-05-04",
        tag=protocol.tag(TRACK_KEY, CUSTODIAN, counter),
        commit=protocol.commitment(SALT, read.fields()),
    )  # fmt: skip
    made = Entry.read({**made.fields(), **(entry or {})})
    return Request(digest or SEALED.digest(), made.encode(), made, read, salt, "")


REQUEST = request_with()
FACTS = Facts(
    now=NOW, sealed=SEALED, track_key=TRACK_KEY, next_counter=2,
    place=Place(REQUEST.leaf, int(NOW.timestamp())), withdrawn=False, erased_elsewhere=0,
    key_owner=None, used={},
)  # fmt: skip


def code(rule, *arguments):
    with pytest.raises(Refusal) as refusal:
        rule(*arguments)
    assert refusal.value.cause
    assert refusal.value.remedy
    return refusal.value.code


def test_a_good_request_passes_every_rule():
    verified = checked()
    rules.prove(replace(REQUEST, proof=PROOF), SEALED, lambda _: verified, NOW, SETTINGS)
    rules.decide(REQUEST, FACTS, SETTINGS)


def checked(quorum_time=0.0, newest=0.0, origin="log.test", witnessed=True):
    root = tlog.Frontier().extend([REQUEST.leaf]).root()
    stamp = int(NOW.timestamp())
    cosignatures = (tlog.Cosignature("w", int(stamp + newest)),) if witnessed else ()
    return tlog.VerifiedCheckpoint(
        tlog.Checkpoint(origin, 1, root), cosignatures, int(stamp + quorum_time)
    )


PROOF = tlog.TlogProof(0, (), "a note").format()


def test_known_purpose():
    rules.known_purpose({"purpose": "appeal"})
    for purpose in ("face-recognition", "identification", "bulk", "", None, ["appeal"], {}):
        assert code(rules.known_purpose, {"purpose": purpose}) == "purpose-unknown"
    assert code(rules.known_purpose, {}) == "purpose-unknown"


def test_is_request():
    rules.is_request(REQUEST)
    for kind in (Kind.SEALED, Kind.RELEASED, Kind.WITHDRAWN, Kind.ERASED):
        assert code(rules.is_request, request_with(entry={"kind": kind.value})) == "not-a-request"


def test_logged():
    request = replace(REQUEST, proof=PROOF)
    assert rules.logged(request, lambda _: checked()) == checked()
    assert code(rules.logged, REQUEST, lambda _: checked()) == "not-on-the-log"
    other = replace(request_with(reason="another"), proof=PROOF)
    assert code(rules.logged, other, lambda _: checked()) == "not-on-the-log"

    def fail(error):
        def verify(_):
            raise error("no")

        return verify

    assert code(rules.logged, request, fail(tlog.QuorumError)) == "no-quorum"
    assert code(rules.logged, request, fail(tlog.SignatureError)) == "log-signature"
    assert code(rules.logged, request, fail(tlog.FormatError)) == "not-on-the-log"


def test_of_this_log():
    rules.of_this_log(checked(), SEALED)
    assert code(rules.of_this_log, checked(origin="other.test"), SEALED) == "another-log"


def test_fresh():
    for quorum_time, newest in ((0, 0), (-600, 0), (0, 120)):
        rules.fresh(checked(quorum_time, newest), NOW, SETTINGS)
    assert code(rules.fresh, checked(-601), NOW, SETTINGS) == "stale-checkpoint"
    assert code(rules.fresh, checked(0, 121), NOW, SETTINGS) == "clock-skew"
    rules.fresh(checked(-(10**6), witnessed=False), NOW, SETTINGS)


def test_commits():
    rules.commits(REQUEST)
    assert code(rules.commits, replace(REQUEST, salt=bytes(32))) == "commitment"
    assert code(rules.commits, replace(REQUEST, salt=b"")) == "commitment"
    other = request_with(reason="another")
    assert code(rules.commits, replace(REQUEST, details=other.details)) == "commitment"


def test_this_photo():
    rules.this_photo(REQUEST, SEALED)
    for other in (
        request_with(promise="00" * 32),
        request_with(seal_id="00" * 16),
        request_with(digest=bytes(32)),
    ):
        assert code(rules.this_photo, other, SEALED) == "another-photo"


def test_entry_agrees():
    rules.entry_agrees(REQUEST, SEALED)
    for entry in (
        {"office": "police"},
        {"purpose": "appeal"},
        {"service": "dog-licence"},
        {"day": "2027-05-05"},
    ):
        assert code(rules.entry_agrees, request_with(entry=entry), SEALED) == "entry-differs"


def test_recipient():
    rules.recipient(REQUEST, SEALED)
    assert code(rules.recipient, request_with(office="police"), SEALED) == "recipient"


def test_purpose():
    rules.purpose(REQUEST, SEALED)
    rules.purpose(request_with(purpose="applicant-copy"), SEALED)
    assert code(rules.purpose, request_with(purpose="appeal"), SEALED) == "purpose"


def test_not_expired():
    rules.not_expired(replace(FACTS, now=datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)))
    late = replace(FACTS, now=datetime(2027, 6, 1, tzinfo=UTC))
    assert code(rules.not_expired, late) == "expired"


def test_asked_lately():
    behind = timedelta(seconds=600 + 900 + 120)
    for now in (NOW, NOW + behind, NOW - timedelta(seconds=120)):
        rules.asked_lately(REQUEST, replace(FACTS, now=now), SETTINGS)
    for now in (NOW + behind + timedelta(seconds=1), NOW - timedelta(seconds=121)):
        assert code(rules.asked_lately, REQUEST, replace(FACTS, now=now), SETTINGS) == (
            "request-time"
        )
    never = request_with(at="2027-02-30T12:00:00Z")
    assert code(rules.asked_lately, never, FACTS, SETTINGS) == "request-time"


def test_not_withdrawn():
    rules.not_withdrawn(FACTS)
    assert code(rules.not_withdrawn, replace(FACTS, withdrawn=True)) == "withdrawn"


def test_not_erased_elsewhere():
    rules.not_erased_elsewhere(FACTS)
    assert code(rules.not_erased_elsewhere, replace(FACTS, erased_elsewhere=1)) == (
        "erased-elsewhere"
    )


def test_in_view():
    rules.in_view(REQUEST, FACTS)
    assert code(rules.in_view, REQUEST, replace(FACTS, place=None)) == "not-in-view"
    other = replace(FACTS, place=Place(bytes(32), 0))
    assert code(rules.in_view, REQUEST, other) == "tag-reused"


def test_tag_in_sequence():
    rules.tag_in_sequence(REQUEST, FACTS)
    rules.tag_in_sequence(REQUEST, replace(FACTS, next_counter=40))
    gap = request_with(counter=2)
    assert code(rules.tag_in_sequence, gap, FACTS) == "tag-gap"
    for foreign in (request_with(counter=0), request_with(counter=1000)):
        assert code(rules.tag_in_sequence, foreign, FACTS) == "tag-foreign"
    trustee = protocol.tag(TRACK_KEY, 1, 1)
    assert code(rules.tag_in_sequence, request_with(entry={"tag": trustee}), FACTS) == (
        "tag-foreign"
    )


def test_key_unused():
    rules.key_unused(REQUEST, FACTS)
    rules.key_unused(REQUEST, replace(FACTS, key_owner=REQUEST.leaf))
    assert code(rules.key_unused, REQUEST, replace(FACTS, key_owner=bytes(32))) == "one-time-key"


@pytest.mark.parametrize(
    ("rule", "name", "limit"),
    [
        (rules.quota_office, "licensing-office", 10),
        (rules.quota_officer, "licensing-office/officer", 5),
        (rules.quota_purpose, "decide-application", 20),
    ],
)
def test_quotas(rule, name, limit):
    what = rule.__name__.removeprefix("quota_")

    def used(count, waited=0, **facts):
        place = Place(REQUEST.leaf, int(NOW.timestamp()) - waited)
        return replace(FACTS, used={(what, name): count}, place=place, **facts)

    rule(REQUEST, used(0), SETTINGS)
    rule(REQUEST, used(-(-limit // 2) - 1), SETTINGS)
    assert code(rule, REQUEST, used(-(-limit // 2)), SETTINGS) == "quota-delay"
    assert code(rule, REQUEST, used(limit - 1, waited=899), SETTINGS) == "quota-delay"
    rule(REQUEST, used(limit - 1, waited=900), SETTINGS)
    assert code(rule, REQUEST, used(limit, waited=10**6), SETTINGS) == f"quota-{what}"
    rule(REQUEST, used(limit, key_owner=REQUEST.leaf), SETTINGS)


def test_every_code_is_documented():
    """A refusal's code is public: the protocol document lists all of them."""
    text = (ROOT / "docs" / "protocol" / "trustee.md").read_text()
    sources = [
        (ROOT / "packages" / "habeas-trustee" / "src" / "habeas" / "trustee" / name).read_text()
        for name in ("rules.py", "following.py", "releases.py")
    ]
    codes = {c for s in sources for c in re.findall(r'Refusal\(\s*"([a-z-]+)"', s)}
    assert len(codes) > 20
    for each in codes | {"quota-office", "quota-officer", "quota-purpose"}:
        assert f"`{each}`" in text, each


def test_what_is_hashed_is_what_is_sent():
    """The name of a request is the leaf hash of its entry (RFC 6962)."""
    expected = hashlib.sha256(b"\x00" + REQUEST.entry_bytes).digest()
    assert REQUEST.leaf == expected
    assert request_with(reason=secrets.token_hex(4)).leaf != expected
