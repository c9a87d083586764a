"""Circles: which are safe, who has signed, what follows what, and whose word counts."""

import itertools

import pytest

from habeas import tlog
from habeas.protocol import Chain, Circle, MalformedError, Pins
from habeas.protocol.chain import (
    CircleOrderError,
    CircleUnknownError,
    NotPinnedError,
    writers_of,
)
from habeas.protocol.circle import CircleUnsafeError, verify_circle, verify_safe, verify_terms
from habeas.protocol.keys import Role
from tests.unit.protocol.vectors.circles import NEWCOMER, chain, second_fields, second_note
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    NAMES,
    OFFICE,
    RECORDER_KEY,
    ROOT_KEY,
    TIME,
    TRUSTEES,
    Case,
    Party,
    circle_fields,
    circle_note,
    note_of,
    note_signer,
)

DAY = 86_400


@pytest.fixture(scope="module")
def case():
    return Case()


def quorums(n_witnesses):
    courts = [Party(f"court-{n}.example") for n in range(n_witnesses)]
    witnesses = [
        {"name": c.name, "url": f"https://{c.name}", "vkey": c.witness.vkey} for c in courts
    ]
    n = 4 + n_witnesses
    for k, q, r in itertools.product(range(n + 2), repeat=3):
        circle = Circle.read(circle_fields(k=k, q=q, r=r, witnesses=witnesses))
        yield circle, n, k, q, r


@pytest.mark.parametrize("witnesses", [0, 2])
def test_safe_is_what_no_k_minus_1_can_fork(witnesses):
    """Held against the meaning: any acting and any reading quorum share an honest member."""
    for circle, n, k, q, r in quorums(witnesses):
        possible = 2 <= k <= 4 and k <= q <= n and k <= r <= n
        # The least that two sets of q and r of n members have in common.
        shared = max(0, q + r - n)
        if possible and shared >= k:
            verify_safe(circle)
        else:
            with pytest.raises(CircleUnsafeError):
                verify_safe(circle)


def test_the_policies_are_q_and_r_of_all(case):
    circle = Circle.read(circle_fields(q=2, r=4))
    note = case.log.checkpoint(TRUSTEES[:2])
    assert circle.acting_policy().verify(note).quorum_time == TIME
    with pytest.raises(tlog.QuorumError):
        circle.reading_policy().verify(note)
    with pytest.raises(tlog.QuorumError):
        circle.acting_policy().verify(case.log.checkpoint(TRUSTEES[:1]))
    circle.reading_policy().verify(case.log.checkpoint())


def test_a_further_witness_counts(case):
    court = Party("court.example")
    witness = {"name": court.name, "url": "https://court.example", "vkey": court.witness.vkey}
    policy = Circle.read(circle_fields(witnesses=[witness], r=4)).acting_policy()
    policy.verify(case.log.checkpoint([*TRUSTEES[:2], court]))


def test_terms_of_another_circle(case):
    verify_terms(case.circle, case.promise)
    fields = case.promise.fields()
    keys = fields["trustees"]["keys"]
    for changes in (
        {"circle": "0" * 64},
        {"origin": "other.example/log"},
        {"recipients": ["licensing-office", "police"]},
        {"trustees": {"k": 3, "keys": keys}},
        {"trustees": {"k": 2, "keys": keys[::-1]}},
        {"trustees": {"k": 2, "keys": keys[:3]}, "shares": fields["shares"][:3]},
    ):
        with pytest.raises(MalformedError):
            verify_terms(case.circle, type(case.promise).read({**fields, **changes}))


def test_a_chain_grows_and_takes_effect(case):
    start = Chain.start(case.note, 1000)
    assert start.in_force(1000 + DAY - 1) is None
    assert start.in_force(1000 + DAY).circle == case.circle
    assert start.depositable(1000) == ()
    longer = start.extend(second_note(case.circle), 5000)
    assert longer.in_force(5000 + DAY - 1).circle == case.circle
    assert longer.in_force(5000 + DAY) == longer.newest
    assert longer.depositable(1000 + DAY) == longer.links[:1]
    assert longer.depositable(5000 + DAY) == longer.links
    assert longer.depositable(5000 + 2 * DAY - 1) == longer.links
    assert longer.depositable(5000 + 2 * DAY) == longer.links[1:]
    assert longer.extend(case.note, 9000) is longer


def test_a_circle_waits_as_long_as_the_one_before_says(case):
    hasty = second_note(case.circle, delays={"circle_seconds": 0, "roster_seconds": 0})
    assert Chain.start(case.note, 0).extend(hasty, 5000).newest.effective == 5000 + DAY


def test_a_circle_never_overtakes_the_one_before():
    slow = circle_note(delays={"circle_seconds": 0, "roster_seconds": 0})
    assert (
        Chain.start(slow, 9000).extend(second_note(verify_circle(slow)), 10).newest.effective
        == 9000
    )


def test_k_of_the_circle_before_suffice(case):
    fields = second_fields(case.circle)
    signers = [TRUSTEES[0], TRUSTEES[1], Party("a.example"), Party("b.example")]
    fields["trustees"] = [party.identity() for party in signers]
    note = note_of(Circle.read(fields), [party.statement for party in signers])
    assert len(Chain.start(case.note, 0).extend(note, 0).links) == 2


def test_pins(case):
    notes = [(case.note, 0), (second_note(case.circle), 0)]
    digests = [link.digest for link in chain(case).links]
    for pins in (
        Pins(circles=frozenset({digests[0]})),
        Pins(circles=frozenset({digests[1]})),
        Pins(trustees=frozenset({TRUSTEES[3].statement.vkey})),
        Pins(trustees=frozenset({NEWCOMER.statement.vkey})),
    ):
        assert Chain.reach(notes, pins).links[-1].digest == digests[1]
    for pins in (Pins(), Pins(circles=frozenset({"0" * 64})),
                 Pins(trustees=frozenset({TRUSTEES[0].witness.vkey}))):  # fmt: skip
        with pytest.raises(NotPinnedError):
            Chain.reach(notes, pins)
    with pytest.raises(NotPinnedError):
        Chain.reach([], Pins(circles=frozenset(digests)))
    with pytest.raises(CircleOrderError):
        Chain.reach(notes[::-1], Pins(circles=frozenset(digests)))


def test_a_stranger_with_the_same_names_is_not_pinned():
    own = [note_signer(f"{name}/statements") for name in NAMES]
    strangers = [type(key)(key.name, bytes([n]) * 32) for n, key in enumerate(own)]
    trustees = [{**party.identity(), "statement_vkey": key.vkey}
                for party, key in zip(TRUSTEES, strangers, strict=True)]  # fmt: skip
    note = note_of(Circle.read(circle_fields(trustees=trustees)), strangers)
    verify_circle(note)
    with pytest.raises(NotPinnedError):
        Chain.reach([(note, 0)], Pins(trustees=frozenset(key.vkey for key in own)))


def test_seats_keep_their_name_and_take_new_keys(case):
    moved = [party.identity() for party in TRUSTEES]
    moved[0] = {**moved[0], "url": "https://new.example",
                "statement_vkey": type(TRUSTEES[0].statement)(
                    f"{NAMES[0]}/statements", bytes(32)).vkey}  # fmt: skip
    fields = second_fields(case.circle, trustees=moved)
    signers = [type(TRUSTEES[0].statement)(f"{NAMES[0]}/statements", bytes(32)),
               *(party.statement for party in TRUSTEES[1:])]  # fmt: skip
    note = note_of(Circle.read(fields), signers)
    links = Chain.start(case.note, 0).extend(note, 0)
    first, second = (link.digest for link in links.links)
    assert [seat.url for seat in links.seat(first, NAMES[0])] == [
        f"https://{NAMES[0]}", "https://new.example"
    ]  # fmt: skip
    assert [v.vkey for v in links.verifiers(first, NAMES[0])] == [
        signers[0].vkey, TRUSTEES[0].statement.vkey
    ]  # fmt: skip
    # Under the later circle the old key says nothing.
    assert [v.vkey for v in links.verifiers(second, NAMES[0])] == [signers[0].vkey]
    old, new = (tlog_id(TRUSTEES[0].statement), tlog_id(signers[0]))
    assert links.writes(old, case.promise, 1)
    assert links.writes(new, case.promise, 1)
    later = type(case.promise).read({**case.promise.fields(), "circle": second})
    assert not links.writes(old, later, 1)
    assert links.writes(new, later, 1)


def tlog_id(signer):
    from habeas.protocol import writer_id

    return writer_id(signer.verifier.public_key)


def test_whose_stream_it_is(case):
    both = chain(case)
    custodian, first, fourth, fifth, root = (
        tlog_id(signer)
        for signer in (CUSTODIAN_KEY, TRUSTEES[0].statement, TRUSTEES[3].statement,
                       NEWCOMER.statement, ROOT_KEY)
    )  # fmt: skip
    counted = {(writer, stream) for writer in (custodian, first, fourth, fifth, root, "0" * 64)
               for stream in range(7) if both.writes(writer, case.promise, stream)}  # fmt: skip
    # A name that is gone from the circle keeps its keys for photos of before.
    assert counted == {(custodian, 0), (first, 1), (fourth, 4)}
    with pytest.raises(CircleUnknownError):
        both.writes(custodian, case.promise.model_copy(update={"circle": "0" * 64}), 0)
    with pytest.raises(CircleUnknownError):
        both.seat(both.newest.digest, NAMES[3])


def test_an_office_takes_its_keys_when_the_circle_takes_effect(case):
    new_root = note_signer("licensing-office.example/root-2")
    offices = [{**circle_fields()["offices"][0], "root_vkey": new_root.vkey}]
    both = Chain.start(case.note, 0).extend(second_note(case.circle, offices=offices), DAY)
    first = both.links[0].digest
    assert both.office(first, OFFICE, 2 * DAY - 1).root_vkey == ROOT_KEY.vkey
    assert both.office(first, OFFICE, 2 * DAY).root_vkey == new_root.vkey
    gone = Chain.start(case.note, 0).extend(second_note(case.circle, offices=[]), 0)
    assert gone.office(first, OFFICE, 9 * DAY).root_vkey == ROOT_KEY.vkey
    with pytest.raises(CircleUnknownError):
        gone.office(gone.newest.digest, OFFICE, 9 * DAY)
    with pytest.raises(CircleUnknownError):
        gone.office(first, "police", 0)


def test_writers(case):
    writers = {(w.role, w.name): w for w in writers_of(case.circle)}
    assert set(writers) == {
        (Role.CUSTODIAN, ""), (Role.OFFICE, OFFICE), (Role.RECORDER, ""),
        *((Role.TRUSTEE, name) for name in NAMES),
    }  # fmt: skip
    recorder = writers[Role.RECORDER, ""]
    assert recorder.cameras == {"bridge-north", "bridge-south"}
    more = second_note(case.circle, recorders=[{"camera": "harbour", "vkey": RECORDER_KEY.vkey}])
    both = Chain.start(case.note, 0).extend(more, 0)
    assert both.writers[recorder.id].cameras == {"bridge-north", "bridge-south", "harbour"}


def test_circles_that_are_not_in_the_chain(case):
    for asked in (case.chain.circle, case.chain.since):
        with pytest.raises(CircleUnknownError):
            asked("0" * 64)
