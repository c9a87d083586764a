"""The monitor's rules: an honest log is no finding; what no honest log shows is one."""

import pytest

from habeas.foundation.database import Database
from habeas.protocol import CUSTODIAN, Kind, sign_entry, writer_id
from habeas.protocol.credential import roster_of
from habeas.protocol.details import (
    CircleDetails,
    ErasedDetails,
    KeyDetails,
    RecoveryDetails,
    ReleasedDetails,
    SealedDetails,
    SuspendedDetails,
)
from habeas.protocol.statements import KeyDestroyedStatement, sign_statement
from habeas.protocol.stream import stream_key, tag
from habeas.register.monitor import CircleRules, rules
from habeas.tlog.monitor import Monitor
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    MONTH,
    NAMES,
    OFFICE,
    ROOT_KEY,
    SERVICE,
    TRUSTEES,
    Case,
    circle_fields,
    note_of,
    random,
)
from tests.unit.tlog.memory import POLICY, MemoryLog

CASE = Case()
CHAIN = CASE.chain
RECEIPT = CASE.receipt()
DAY = "2027-03-01"
NOBODY = "00" * 32


class Acts:
    """Entries about a photo, as their writers would make them."""

    def __init__(self, key=CASE.secrets.track_key):
        self.key = key
        self.numbers = {}
        self.made = 0

    def __call__(self, kind, stream=CUSTODIAN, day=DAY, skip=0, **fields):
        number = self.numbers.get(stream, 0) + skip
        self.numbers[stream] = number + 1
        self.made += 1
        about = {"service": SERVICE, "tag": tag(stream_key(self.key, stream), number)}
        if kind in (Kind.REQUESTED, Kind.RELEASED):
            about |= {"office": OFFICE, "purpose": "decide-application"}
        if kind is Kind.REQUESTED:
            about["slot"] = random(f"slot {self.made} {self.key.hex()}", 16).hex()
        details = {
            Kind.SEALED: SealedDetails(promise=NOBODY),
            Kind.REQUESTED: CASE.request(),
            Kind.RELEASED: ReleasedDetails(promise=NOBODY, request=NOBODY),
            Kind.ERASED: ErasedDetails(promise=NOBODY, because="withdrawn"),
        }[kind]
        signer = CUSTODIAN_KEY if stream == CUSTODIAN else TRUSTEES[stream - 1].statement
        salt = random(f"salt {self.made} {stream}")
        return sign_entry(signer, kind, day, details, salt, **{**about, **fields}).encode()


def said(signer, kind, details, day=DAY, **fields):
    """An act of an institution."""
    return sign_entry(signer, kind, day, details, random("salt"), **fields).encode()


def findings(*entries, receipts=(RECEIPT,), most_a_day=200, chain=CHAIN):
    log = MemoryLog(*entries)
    watched = rules(chain, receipts, most_a_day=most_a_day)
    seen = Monitor(Database(None), log, POLICY, watched).look()
    assert seen.failure is None
    assert seen.size == len(entries)
    return seen.findings


def codes(*entries, **options):
    return [each.code for each in findings(*entries, **options)]


def honest(acts):
    return [
        acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.RELEASED, 1), acts(Kind.RELEASED, 2),
        acts(Kind.REQUESTED), acts(Kind.RELEASED, 2), acts(Kind.ERASED, 1), acts(Kind.ERASED, 2),
    ]  # fmt: skip


def test_an_honest_life_of_a_photo_is_told_to_its_holder_alone():
    assert codes(*honest(Acts())) == ["opened"] * 3
    assert codes(*honest(Acts()), receipts=()) == []


def test_a_release_without_its_request():
    acts = Acts()
    found = codes(acts(Kind.SEALED), acts(Kind.RELEASED, 1))
    assert found.count("release-without-request") == 2, "in the public's eyes, and the holder's"
    # Without the receipt, counting still shows it.
    acts = Acts()
    entries = [acts(Kind.REQUESTED), acts(Kind.RELEASED, 1), acts(Kind.RELEASED, 1)]
    assert codes(*entries, receipts=()) == ["release-without-request"]


def test_another_photos_request_does_not_hide_a_release_from_the_receipt():
    acts, other = Acts(), Acts(bytes(32))
    entries = [acts(Kind.SEALED), other(Kind.REQUESTED), acts(Kind.RELEASED, 1)]
    assert codes(*entries, receipts=()) == []
    assert codes(*entries) == ["release-without-request", "opened"]


def test_each_trustee_is_counted_by_itself():
    acts = Acts()
    entries = [acts(Kind.REQUESTED), *(acts(Kind.RELEASED, stream) for stream in (1, 2, 3, 4))]
    assert codes(*entries, receipts=()) == []


def test_acts_after_an_erasure():
    acts = Acts()
    start = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.ERASED, 1)]
    assert codes(*start, acts(Kind.REQUESTED)) == ["request-after-erasure"]
    acts = Acts()
    start = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.ERASED, 1)]
    assert codes(*start, acts(Kind.RELEASED, 1)) == ["release-after-erasure", "opened"]


def test_a_gap_in_the_numbers_of_a_held_receipt():
    acts = Acts()
    assert codes(acts(Kind.SEALED), acts(Kind.REQUESTED, skip=1)) == ["number-gap"]


def test_a_tag_counts_in_entries_of_its_own_writer_alone():
    """A trustee that writes under another's tag neither makes nor hides an act of it."""
    acts, thief = Acts(), Acts()
    stolen = thief(Kind.ERASED, 2, tag=tag(stream_key(acts.key, 1), 0))
    entries = [acts(Kind.SEALED), acts(Kind.REQUESTED), stolen, acts(Kind.RELEASED, 1)]
    assert codes(*entries) == ["opened"]


def test_bulk():
    acts = Acts()
    entries = [acts(Kind.REQUESTED) for _ in range(12)]
    assert codes(*entries, receipts=(), most_a_day=10) == ["bulk-requests"]
    acts = Acts()
    usual = [acts(Kind.REQUESTED, day=f"2027-03-0{day}") for day in range(1, 8)]
    burst = [acts(Kind.REQUESTED, day="2027-03-08") for _ in range(30)]
    assert codes(*usual, *burst, receipts=()) == ["bulk-requests"]


def test_two_hundred_a_day_do_not_go_unremarked_and_quotas_are_the_circles():
    acts = Acts()
    entries = [acts(Kind.REQUESTED) for _ in range(201)]
    assert codes(*entries[:200], receipts=()) == []
    assert codes(*entries, receipts=()) == ["bulk-requests"]
    quotas = {**CHAIN.links[0].circle.quotas.fields(), "office": 5, "purpose": 8}
    small = Case(note_of_circle(quotas=quotas)).chain
    assert codes(*entries[:9], receipts=(), chain=small) == ["over-quota", "over-quota"]


def note_of_circle(signers=TRUSTEES, **changes):
    circle = type(CHAIN.links[0].circle).read(circle_fields(**changes))
    return note_of(circle, [each.statement for each in signers])


def test_foreign_entries_are_told_without_a_flood():
    acts = Acts()
    sealed = acts(Kind.SEALED)
    assert codes(b"{}", sealed, sealed + b" ") == ["foreign-entry"]
    many = [b"anything %d" % number for number in range(120)]
    assert codes(*many) == ["foreign-entry"] * 3


@pytest.mark.parametrize("day", ["9999-12-31", "2027-02-30", "0000-00-00", ""])
def test_days_that_there_are_not_end_nothing(day):
    acts = Acts()
    good = acts(Kind.SEALED)
    impossible = good.replace(f'"day":"{DAY}"'.encode(), f'"day":"{day}"'.encode())
    assert codes(impossible, good) == ["foreign-entry"]


def test_days_out_of_order():
    acts, other = Acts(), Acts(bytes(32))
    entries = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.RELEASED, 1)]
    assert codes(*entries, other(Kind.SEALED, day="2027-02-01"), receipts=()) == ["day-behind"]
    # What a trustee owed during an outage arrives late, and its writer's days are in order.
    late = other(Kind.ERASED, 2, day="2027-02-01")
    assert codes(*entries, late, receipts=()) == []


def test_one_wrong_clock_is_one_finding():
    acts = Acts()
    before = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.RELEASED, 1)]
    far = [acts(Kind.RELEASED, 2, day="2199-12-31"), acts(Kind.RELEASED, 2, day="2199-12-31")]
    after = [acts(Kind.REQUESTED), acts(Kind.RELEASED, 1), acts(Kind.RELEASED, 3)]
    found = codes(*before, *far, *after, receipts=())
    assert [code for code in found if code.startswith("day")] == ["day-ahead"]


def test_a_log_that_was_silent_goes_on_with_few_words():
    acts = Acts()
    before = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.RELEASED, 1)]
    writers = (CUSTODIAN, 1, 2, 3)
    after = [acts(Kind.ERASED, w, day="2027-03-20") for w in writers[1:]]
    after += [acts(Kind.REQUESTED, day="2027-03-20") for _ in range(5)]
    assert codes(*before, *after, receipts=()).count("day-ahead") <= 2


def test_a_number_is_used_once():
    first, second = Acts(), Acts()
    assert codes(first(Kind.SEALED), second(Kind.SEALED, day="2027-03-02"), receipts=()) == [
        "tag-repeated"
    ]


def test_rosters():
    credentials = [each.credential() for each in OFFICERS]
    first = roster_of(OFFICE, credentials[:1])
    second = roster_of(OFFICE, credentials[:2], first)
    other = roster_of(OFFICE, credentials[:3], first)
    third = roster_of(OFFICE, credentials[:3], second)

    def entry(roster):
        return said(ROOT_KEY, Kind.ROSTER, roster, office=OFFICE)

    assert codes(entry(first), entry(second), entry(first)) == ["roster-changed"] * 2
    assert codes(entry(first), entry(second), entry(other)) == [
        "roster-changed", "roster-changed", "office-forked",
    ]  # fmt: skip
    assert codes(entry(first), entry(third)) == ["roster-changed", "roster-gap", "roster-changed"]


def key_entry(party, seed_of, kind=Kind.KEY, day=DAY):
    key = seed_of.key()
    statement = key.model_copy(update={"trustee": party.name})
    note = sign_statement(party.statement, statement)
    if kind is Kind.KEY_DESTROYED:
        destroyed = KeyDestroyedStatement(
            trustee=party.name, month=MONTH, key=key.key_id(), day=day
        )
        note = sign_statement(party.statement, destroyed)
    details = KeyDetails(trustee=party.name, month=MONTH, key=key.key_id(), statement=note)
    return said(party.statement, kind, details, day=day)


def test_keys():
    one, two = TRUSTEES[:2]
    announced = key_entry(one, one)
    assert codes(announced, announced) == []
    assert codes(announced, key_entry(one, two)) == ["key-replaced"]
    destroyed = key_entry(one, one, Kind.KEY_DESTROYED, day="2027-06-01")
    early = key_entry(one, one, Kind.KEY_DESTROYED, day="2027-05-31")
    assert codes(announced, destroyed) == []
    assert codes(announced, early) == ["key-destroyed-early"]
    assert codes(destroyed) == ["key-unknown"]


def test_a_forged_destruction_is_foreign():
    """One trustee says that another has destroyed its key."""
    key = TRUSTEES[0].key()
    forged = KeyDestroyedStatement(
        trustee=NAMES[0], month=MONTH, key=key.key_id(), day="2027-06-01"
    )
    note = sign_statement(TRUSTEES[1].statement, forged)
    for trustee in NAMES[:2]:
        details = KeyDetails(trustee=trustee, month=MONTH, key=key.key_id(), statement=note)
        entry = said(TRUSTEES[1].statement, Kind.KEY_DESTROYED, details)
        assert codes(entry) == ["foreign-entry"]


def test_circles():
    changes = {"number": 2, "previous": CHAIN.newest.digest, "k": 3, "q": 4}
    good = CircleDetails(circle=note_of_circle(**changes))
    signer = TRUSTEES[0].statement
    found = findings(said(signer, Kind.CIRCLE, good))
    assert [each.code for each in found] == ["circle-changed"]
    assert "k = 3" in found[0].words
    unsigned = CircleDetails(circle=note_of_circle(TRUSTEES[:3], **changes))
    unsafe = CircleDetails(circle=note_of_circle(**{**changes, "q": 3}))
    for details in (unsigned, unsafe):
        assert codes(said(signer, Kind.CIRCLE, details)) == ["foreign-entry"]


def test_suspensions_and_recoveries_are_told():
    root = writer_id(ROOT_KEY.verifier.public_key)
    for lifted in (False, True):
        details = SuspendedDetails(office=OFFICE, root=root, lifted=lifted)
        entry = said(TRUSTEES[0].statement, Kind.SUSPENDED, details, office=OFFICE)
        (found,) = findings(entry)
        assert found.code == "office-suspended"
        assert ("lifts" in found.words) is lifted
    details = RecoveryDetails(trustee=NAMES[0], newcomer=NOBODY, helpers=NAMES[:2], photos=4)
    (found,) = findings(said(TRUSTEES[0].statement, Kind.RECOVERY, details))
    assert found.code == "recovery"
    assert NAMES[1] in found.words


def test_what_it_knows_of_circles_outlives_it():
    """A watcher that begins anew reads later entries under the circles that it saw."""
    circle = type(CHAIN.links[0].circle).read(circle_fields(number=2, previous=CHAIN.newest.digest))
    note = note_of(circle, [each.statement for each in TRUSTEES])
    log = MemoryLog(said(TRUSTEES[0].statement, Kind.CIRCLE, CircleDetails(circle=note)))
    database = Database(None)
    Monitor(database, log, POLICY, rules(CHAIN)).look()
    again = rules(CHAIN)
    Monitor(database, log, POLICY, again)
    first = again[0]
    assert isinstance(first, CircleRules)
    assert first._chain.newest.circle.number == 2
