"""Each rule on its own: what it lets pass, and the code of its refusal."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from habeas import tlog
from habeas.protocol import CUSTODIAN, Entry, Kind, Purpose, sign_entry
from habeas.protocol.details import ClosedDetails, SealedDetails
from habeas.protocol.parties import Quotas
from habeas.protocol.stream import slot, stream_key, tag
from habeas.tlog import NoteSigner
from habeas.trustee import Refusal, Settings, rules
from habeas.trustee.facts import Facts, Shown
from habeas.trustee.photos import Place
from tests.places import ROOT
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    OFFICE,
    SERVICE,
    TRUSTEES,
    Case,
    note_signer,
    random,
)

NOW = datetime(2027, 1, 15, 10, 0, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SALT = random("salt of a request")
SETTINGS = Settings(name="trustee-1.example", url="https://trustee-1.example")
CASE = Case()
PROMISE, CHAIN = CASE.promise, CASE.chain
OFFICER = OFFICERS[0]
CREDENTIAL = OFFICER.credential()
QUOTAS = Quotas(office=10, officer=5, purpose=20, delay_after=50, delay_seconds=900)


def entry_of(request, signer=CUSTODIAN_KEY, **changes):
    """The entry for a request; *changes* are its fields."""
    fields = {
        "service": SERVICE, "office": request.office, "purpose": request.purpose.value,
        "tag": CASE.tag(CUSTODIAN, request.number),
        "slot": slot(OFFICER.slot_key, request.day, request.nth), "day": request.day, **changes,
    }  # fmt: skip
    return sign_entry(signer, Kind.REQUESTED, fields.pop("day"), request, SALT, **fields)


def shown(entry=None, digest=None, signer=CUSTODIAN_KEY, shows=None, **changes):
    """A request as it is shown; *changes* are its fields, *shows* those of its entry."""
    request = CASE.request(CREDENTIAL.id, **changes)
    made = entry or entry_of(request, signer, **(shows or {}))
    membership = object()
    return Shown(
        digest=digest or PROMISE.digest(), content=made.encode(), entry=made, request=request,
        salt=SALT, proof="", assertion=OFFICER.assertion(request), credential=CREDENTIAL,
        newest=membership, aged=membership,
    )  # fmt: skip


GOOD = shown()
PLACE = Place(7, GOOD.leaf, "requested", DAY, SECONDS)
FACTS = Facts(
    now=NOW, promise=PROMISE, stream_key=CASE.custodian_stream_key(), passed=2,
    place=PLACE, withdrawn=False, closed=False,
    same_day=0, slot_position=7, before={}, key_owner=None,
)  # fmt: skip


def code(rule, *arguments):
    with pytest.raises(Refusal) as refusal:
        rule(*arguments)
    assert refusal.value.cause
    assert refusal.value.remedy
    assert refusal.value.status == 403
    return refusal.value.code


def checked(quorum_time=0, newest=0, origin=PROMISE.origin, *, witnessed=True):
    root = tlog.Frontier().extend([GOOD.leaf]).root()
    seen = (tlog.Cosignature("w", SECONDS + newest),) if witnessed else ()
    return tlog.VerifiedCheckpoint(
        tlog.Checkpoint(origin, 1, root), seen, SECONDS + quorum_time if witnessed else None
    )


PROOF = tlog.TlogProof(0, (), "a note").format()
PROVEN = replace(GOOD, proof=PROOF)


def test_a_good_request_passes_every_rule():
    verified = checked()
    assert rules.prove(PROVEN, PROMISE, CHAIN, lambda _: verified, NOW, SETTINGS) == verified
    rules.decide(GOOD, FACTS, QUOTAS, SETTINGS)


def test_known_purpose():
    for purpose in Purpose:
        rules.known_purpose({"purpose": purpose.value})
    for purpose in ("face-recognition", "identification", "bulk", "", None, ["appeal"], {}):
        assert code(rules.known_purpose, {"purpose": purpose}) == "purpose-unknown"
    assert code(rules.known_purpose, {}) == "purpose-unknown"


def test_is_request():
    rules.is_request(GOOD)
    for kind, details in (
        (Kind.SEALED, SealedDetails(promise=CASE.digest)),
        (Kind.CLOSED, ClosedDetails(promise=CASE.digest, because="ended")),
    ):
        other = sign_entry(
            CUSTODIAN_KEY, kind, DAY, details, SALT, service=SERVICE, tag=CASE.tag(0, 1)
        )
        assert code(rules.is_request, shown(other)) == "not-a-request"


def test_signed_by_custodian():
    rules.signed_by_custodian(GOOD, PROMISE, CHAIN)
    stranger = NoteSigner.generate("portal.example/custodian")
    for signer in (TRUSTEES[0].statement, note_signer("licensing-office.example/root"), stranger):
        other = shown(signer=signer)
        assert code(rules.signed_by_custodian, other, PROMISE, CHAIN) == "entry-signature"


def test_an_entry_that_was_changed_after_it_was_signed():
    fields = {**GOOD.entry.fields(), "day": "2027-01-16"}
    changed = Entry.read(fields)
    other = replace(GOOD, content=changed.encode(), entry=changed)
    assert code(rules.signed_by_custodian, other, PROMISE, CHAIN) == "entry-signature"


def test_commits():
    rules.commits(GOOD)
    assert code(rules.commits, replace(GOOD, salt=bytes(32))) == "commitment"
    assert code(rules.commits, replace(GOOD, salt=b"")) == "commitment"
    other = CASE.request(CREDENTIAL.id, reason="another")
    assert code(rules.commits, replace(GOOD, request=other)) == "commitment"


@pytest.mark.parametrize(
    "shows",
    [{"office": "police"}, {"purpose": "applicant-copy"}, {"service": "dog-licence"},
     {"day": "2027-01-16"}],
)  # fmt: skip
def test_entry_agrees(shows):
    rules.entry_agrees(GOOD, PROMISE)
    assert code(rules.entry_agrees, shown(shows=shows), PROMISE) == "entry-differs"


def test_logged():
    assert rules.logged(PROVEN, lambda _: checked()) == checked()
    assert code(rules.logged, GOOD, lambda _: checked()) == "not-on-the-log"
    other = replace(shown(reason="another"), proof=PROOF)
    assert code(rules.logged, other, lambda _: checked()) == "not-on-the-log"

    def fail(error):
        def verify(_):
            raise error("no")

        return verify

    assert code(rules.logged, PROVEN, fail(tlog.QuorumError)) == "no-quorum"
    assert code(rules.logged, PROVEN, fail(tlog.SignatureError)) == "log-signature"
    assert code(rules.logged, PROVEN, fail(tlog.FormatError)) == "not-on-the-log"


def test_the_note_that_is_verified_is_that_of_the_proof():
    seen = []
    rules.logged(PROVEN, lambda note: seen.append(note) or checked())
    assert seen == [tlog.TlogProof.parse(PROOF).checkpoint]


def test_of_this_log():
    rules.of_this_log(checked(), PROMISE)
    assert code(rules.of_this_log, checked(origin="other.test"), PROMISE) == "another-log"


def test_fresh():
    for quorum_time, newest in ((0, 0), (-600, 0), (0, 120)):
        rules.fresh(checked(quorum_time, newest), NOW, SETTINGS)
    assert code(rules.fresh, checked(-601), NOW, SETTINGS) == "stale-checkpoint"
    assert code(rules.fresh, checked(0, 121), NOW, SETTINGS) == "clock-skew"
    assert code(rules.fresh, checked(witnessed=False), NOW, SETTINGS) == "stale-checkpoint"


def test_the_newest_clock_counts():
    """One witness that runs ahead is enough to be noticed, whoever comes first."""
    both = checked()
    for times in ((0, 121), (121, 0)):
        seen = tuple(tlog.Cosignature("w", SECONDS + time) for time in times)
        assert code(rules.fresh, replace(both, cosignatures=seen), NOW, SETTINGS) == "clock-skew"


def test_this_photo():
    rules.this_photo(GOOD, PROMISE)
    for other in (shown(promise="00" * 32), shown(seal_id="00" * 16), shown(digest=bytes(32))):
        assert code(rules.this_photo, other, PROMISE) == "another-photo"


def test_recipient():
    rules.recipient(GOOD, PROMISE)
    assert code(rules.recipient, shown(office="police"), PROMISE) == "recipient"


def test_purpose():
    rules.purpose(GOOD, PROMISE)
    rules.purpose(shown(purpose="applicant-copy"), PROMISE)
    assert code(rules.purpose, shown(purpose="appeal"), PROMISE) == "purpose"


def test_not_expired():
    rules.not_expired(replace(FACTS, now=datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)))
    late = replace(FACTS, now=datetime(2027, 6, 1, tzinfo=UTC))
    assert code(rules.not_expired, late) == "expired"


def test_asked_lately():
    behind = timedelta(seconds=600 + 900 + 120)
    for now in (NOW, NOW + behind, NOW - timedelta(seconds=120)):
        rules.asked_lately(GOOD, replace(FACTS, now=now), QUOTAS, SETTINGS)
    for now in (NOW + behind + timedelta(seconds=1), NOW - timedelta(seconds=121)):
        facts = replace(FACTS, now=now)
        assert code(rules.asked_lately, GOOD, facts, QUOTAS, SETTINGS) == "request-time"


def test_not_withdrawn_and_not_closed():
    rules.not_withdrawn(FACTS)
    rules.not_closed(FACTS)
    assert code(rules.not_withdrawn, replace(FACTS, withdrawn=True)) == "withdrawn"
    assert code(rules.not_closed, replace(FACTS, closed=True)) == "closed"


def test_in_view():
    rules.in_view(GOOD, FACTS)
    assert code(rules.in_view, GOOD, replace(FACTS, place=None)) == "not-in-view"
    other = replace(FACTS, place=replace(PLACE, leaf=bytes(32)))
    assert code(rules.in_view, GOOD, other) == "tag-reused"


def test_numbered():
    rules.numbered(GOOD, FACTS)
    rules.numbered(shown(number=PROMISE.openings_max), FACTS)
    beyond = shown(number=PROMISE.openings_max + 1)
    assert code(rules.numbered, beyond, FACTS) == "number"
    for foreign in (
        shown(shows={"tag": CASE.tag(CUSTODIAN, 2)}),
        shown(shows={"tag": CASE.tag(1, 1)}),
        shown(shows={"tag": tag(stream_key(bytes(32), CUSTODIAN), 1)}),
    ):
        assert code(rules.numbered, foreign, FACTS) == "tag-foreign"


def test_no_gap():
    rules.no_gap(GOOD, FACTS)
    rules.no_gap(GOOD, replace(FACTS, passed=40))
    assert code(rules.no_gap, GOOD, replace(FACTS, passed=1)) == "tag-gap"
    assert code(rules.no_gap, shown(number=2), FACTS) == "tag-gap"


def test_key_unused():
    rules.key_unused(GOOD, FACTS)
    rules.key_unused(GOOD, replace(FACTS, key_owner=GOOD.leaf))
    assert code(rules.key_unused, GOOD, replace(FACTS, key_owner=bytes(32))) == "one-time-key"


NONE_BUT = {
    "is_request": (shown(sign_entry(
        CUSTODIAN_KEY, Kind.SEALED, DAY, SealedDetails(promise=CASE.digest), SALT,
        service=SERVICE, tag=CASE.tag(0, 0))), "not-a-request"),
    "signed_by_custodian": (shown(signer=TRUSTEES[0].statement), "entry-signature"),
    "this_photo": (shown(seal_id="00" * 16), "another-photo"),
    "entry_agrees": (shown(shows={"service": "dog-licence"}), "entry-differs"),
    "commits": (replace(GOOD, salt=bytes(32)), "commitment"),
}  # fmt: skip


@pytest.mark.parametrize("name", NONE_BUT)
def test_a_request_is_proven_by_all_rules_together(name):
    """Each rule is really asked: what it alone refuses is refused."""
    request, expected = NONE_BUT[name]
    root = tlog.Frontier().extend([request.leaf]).root()
    verified = replace(checked(), checkpoint=tlog.Checkpoint(PROMISE.origin, 1, root))
    arguments = (
        replace(request, proof=PROOF), PROMISE, CHAIN, lambda _: verified, NOW, SETTINGS,
    )  # fmt: skip
    assert code(rules.prove, *arguments) == expected


def test_it_fits_the_promise():
    rules.fits(GOOD, PROMISE)
    assert code(rules.fits, shown(office="police"), PROMISE) == "recipient"
    assert code(rules.fits, shown(purpose="appeal"), PROMISE) == "purpose"


def test_the_log_is_asked_too():
    for verified, expected in (
        (checked(origin="other.test"), "another-log"),
        (checked(-601), "stale-checkpoint"),
    ):
        arguments = (PROVEN, PROMISE, CHAIN, lambda _, v=verified: v, NOW, SETTINGS)
        assert code(rules.prove, *arguments) == expected
    unlogged = (GOOD, PROMISE, CHAIN, lambda _: checked(), NOW, SETTINGS)
    assert code(rules.prove, *unlogged) == "not-on-the-log"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"key_owner": bytes(32)}, "one-time-key"),
        ({"now": datetime(2027, 6, 1, tzinfo=UTC)}, "expired"),
        ({"now": NOW + timedelta(hours=1)}, "request-time"),
        ({"withdrawn": True}, "withdrawn"),
        ({"closed": True}, "closed"),
        ({"place": None}, "not-in-view"),
        ({"stream_key": bytes(32)}, "tag-foreign"),
        ({"passed": 1}, "tag-gap"),
        ({"same_day": 3}, "openings-a-day"),
        ({"slot_position": 1}, "slot"),
        ({"before": {"office": 10}}, "quota-office"),
        ({"before": {"purpose": 20}}, "quota-purpose"),
    ],
)
def test_all_of_the_state_decides(facts, expected):
    assert code(rules.decide, GOOD, replace(FACTS, **facts), QUOTAS, SETTINGS) == expected


def test_what_leads_to_a_holder_shows_in_no_print():
    assert repr(FACTS.stream_key)[2:-1] not in repr(FACTS)


def test_every_code_is_documented():
    """A refusal's code is public: the protocol document lists all of them."""
    text = (ROOT / "docs" / "protocol" / "trustee.md").read_text()
    folder = ROOT / "packages" / "habeas-trustee" / "src" / "habeas" / "trustee"
    sources = [
        (folder / name).read_text()
        for name in (
            "rules.py",
            "quota_rules.py",
            "officer_rules.py",
            "following.py",
            "releases.py",
            "standing.py",
        )
    ]
    codes = {c for s in sources for c in re.findall(r'Refusal\(\s*"([a-z-]+)"', s)}
    assert len(codes) > 30
    for each in codes | {"quota-office", "quota-purpose", "withdrawn", "expired", "orphaned"}:
        assert f"`{each}`" in text, each


def test_what_is_hashed_is_what_is_sent():
    """The name of a request is the leaf hash of its entry (RFC 6962)."""
    expected = hashlib.sha256(b"\x00" + GOOD.content).digest()
    assert GOOD.leaf == expected
    assert shown(reason="something else").leaf != expected


def test_a_request_says_which_office():
    assert GOOD.entry.office == OFFICE
