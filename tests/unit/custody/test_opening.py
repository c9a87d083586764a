"""Requests: what an officer has signed goes on the log before any trustee is asked."""

import pytest

from habeas.custody import BlobMissingError, RefusedError, TooFewTrusteesError, UnknownPhotoError
from habeas.custody.context import blob_name
from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Entry, MalformedError, commitment, stream
from habeas.tlog import Checkpoint, TlogProof, leaf_hash, verify_inclusion
from tests.unit.parties import PHOTO
from tests.unit.protocol import world
from tests.unit.protocol.officers import OFFICERS

REASON = "Is this the applicant?"


@pytest.fixture
def receipt(custodian):
    return custodian.seal()


def test_the_request_stands_on_the_log_before_a_trustee_is_asked(custodian, receipt):
    asked = [each.asked for each in custodian.panel.clients]
    seen = []
    custodian.log.before = lambda: seen.append(sum(each.count("release") for each in asked))
    opening = custodian.request(receipt)
    assert seen == [0]
    assert custodian.log.log.leaves[opening.index] == opening.entry
    entry = Entry.decode(opening.entry)
    assert (entry.office, entry.purpose) == (world.OFFICE, "decide-application")
    assert entry.tag == stream.tag(receipt.stream_key(CUSTODIAN), 1)
    assert entry.slot == stream.slot(OFFICERS[0].slot_key, world.DAY, 1)
    assert REASON.encode() not in opening.entry
    assert OFFICERS[0].credential().id.encode() not in opening.entry


def test_each_trustee_is_shown_where_the_request_stands_on_the_log(custodian, receipt):
    opening = custodian.request(receipt)
    bodies = [body for each in custodian.panel.clients for body in each.shown]
    assert len(bodies) == 4
    for body in bodies:
        proof = TlogProof.parse(body.proof)
        tree = Checkpoint.parse(proof.checkpoint.partition("\n\n")[0] + "\n")
        leaf = leaf_hash(body.entry.encode())
        verify_inclusion(proof.index, tree.size, leaf, proof.path, tree.root)
        assert proof.index == opening.index == 1


def test_a_sweep_that_writes_the_line_first_takes_nothing_from_the_request(
    custodian, receipt, monkeypatch
):
    owed_lines = custodian.ledger.owed_lines

    def after_a_sweep(*arguments):
        monkeypatch.setattr(custodian.ledger, "owed_lines", owed_lines)
        assert custodian.custody.sweep().written == 1
        return owed_lines(*arguments)

    monkeypatch.setattr(custodian.ledger, "owed_lines", after_a_sweep)
    opening = custodian.request(receipt)
    assert custodian.log.kinds() == ["sealed", "requested"]
    assert (opening.index, opening.entry) == (1, custodian.log.log.leaves[1])


def test_who_asked_for_what_is_known_to_the_receipt_alone(custodian, receipt):
    custodian.request(receipt)
    ((entry, salt, details),) = custodian.custody.details(receipt)
    assert (details["office"], details["reason"]) == (world.OFFICE, REASON)
    assert details["credential"] == OFFICERS[0].credential().id
    assert Entry.decode(entry).commit == commitment(salt, details)
    stored = b"".join(each.locked for each in custodian.ledger.tables.lines)
    assert REASON.encode() not in stored
    assert details["credential"].encode() not in stored


def test_requests_are_numbered_and_each_number_counts_once(custodian, receipt):
    first = custodian.signed(receipt)
    custodian.custody.request(first)
    with pytest.raises(MalformedError, match="number 1; the next one is 2"):
        custodian.custody.request(first)
    custodian.request(receipt)
    tags = [each.tag for each in custodian.log.decoded()]
    key = receipt.stream_key(CUSTODIAN)
    assert tags == [stream.tag(key, number) for number in range(3)]


def test_no_more_requests_than_were_promised(custodian, receipt):
    for _ in range(receipt.promise.openings_max):
        custodian.request(receipt)
    with pytest.raises(RefusedError, match="6 requests") as refused:
        custodian.custody.request(custodian.signed(receipt, number=7))
    assert refused.value.code == "number"
    assert custodian.log.kinds().count("requested") == 6


@pytest.mark.parametrize(
    "changed",
    [{"promise": "ab" * 32}, {"number": 2}, {"at": "2027-01-16T00:00:00Z"}],
    ids=["another photo", "a number too far", "another day"],
)
def test_what_would_use_up_a_number_in_vain_is_not_logged(custodian, receipt, changed):
    with pytest.raises(MalformedError):
        custodian.request(receipt, **changed)
    assert custodian.log.kinds() == ["sealed"]


def test_k_shares_are_enough_and_who_gave_none_is_named(custodian, receipt):
    custodian.trustee(1).away = True
    custodian.trustee(4).refusing = "behind"
    opening = custodian.request(receipt)
    assert [each.index for each in opening.shares] == [1, 2]
    assert sorted(opening.missing) == ["trustee-1.example", "trustee-4.example"]
    shown = opening.as_json()
    assert [each["trustee"] for each in shown["shares"]] == [
        "trustee-2.example", "trustee-3.example"
    ]  # fmt: skip
    assert shown["missing"] == opening.missing


def test_with_too_few_it_says_who_and_that_the_request_stands(custodian, receipt):
    for number in (1, 2, 3):
        custodian.trustee(number).away = True
    with pytest.raises(TooFewTrusteesError, match="1 of the 2") as error:
        custodian.request(receipt)
    assert error.value.missing == tuple(f"trustee-{number}.example" for number in (1, 2, 3))
    assert error.value.index == 1
    assert custodian.log.kinds() == ["sealed", "requested"]


def test_where_too_many_refuse_the_refusal_is_passed_on(custodian, receipt):
    for number, why in ((1, "purpose"), (2, "expired"), (3, "expired")):
        custodian.trustee(number).refusing = why
    with pytest.raises(RefusedError, match="rule forbids") as error:
        custodian.request(receipt)
    assert (error.value.code, error.value.index) == ("purpose", 1)
    assert error.value.remedy == "Do not ask."


def test_refusals_beside_one_that_is_away_are_no_refusal(custodian, receipt):
    """The one that is away may still give its share."""
    for number in (1, 2):
        custodian.trustee(number).refusing = "purpose"
    custodian.trustee(3).away = True
    with pytest.raises(TooFewTrusteesError) as error:
        custodian.request(receipt)
    assert error.value.missing == ("trustee-3.example",)


def test_without_the_log_no_trustee_is_asked(custodian, receipt):
    custodian.log.down = True
    with pytest.raises(HabeasError, match="log does not answer"):
        custodian.request(receipt)
    for number in (1, 2, 3):
        custodian.trustee(number).away = True
    with pytest.raises(TooFewTrusteesError, match=r"missing: trustee-1\.example"):
        custodian.request(receipt)
    assert not [each for each in custodian.panel.clients if "release" in each.asked]
    custodian.log.down = False
    assert custodian.custody.sweep().written == 2
    assert custodian.log.kinds() == ["sealed", "requested", "requested"]


def test_a_number_never_stands_on_the_log_without_the_one_before_it(custodian, receipt):
    custodian.log.down = True
    with pytest.raises(HabeasError):
        custodian.request(receipt)
    custodian.log.down = False
    custodian.request(receipt)
    key = receipt.stream_key(CUSTODIAN)
    tags = [each.tag for each in custodian.log.decoded()]
    assert tags == [stream.tag(key, number) for number in range(3)]


def test_a_photo_that_never_was(custodian, receipt):
    signed = custodian.signed(receipt, seal_id="00" * 16)
    for act in (
        lambda: custodian.custody.request(signed),
        lambda: custodian.custody.ciphertext("00" * 16),
        lambda: custodian.custody.look("00" * 16),
        lambda: custodian.custody.next_number("00" * 16),
        lambda: custodian.custody.close("00" * 16, "decided"),
    ):
        with pytest.raises(UnknownPhotoError):
            act()


@pytest.mark.parametrize("code", ["withdrawn", "expired", "closed"])
def test_what_is_over_is_not_asked_for(custodian, receipt, code):
    seal_id = receipt.promise.seal_id
    signed = custodian.signed(receipt)
    if code == "withdrawn":
        custodian.custody.withdraw(seal_id, bytes.fromhex(receipt.withdraw_secret))
    elif code == "closed":
        custodian.custody.close(seal_id, "decided")
    else:
        custodian.later(days=200)
        assert custodian.custody.sweep().expired == 1
    for act in (
        lambda: custodian.custody.request(signed),
        lambda: custodian.custody.ciphertext(seal_id),
        lambda: custodian.custody.next_number(seal_id),
    ):
        with pytest.raises(RefusedError) as error:
            act()
        assert error.value.code == code
    assert "requested" not in custodian.log.kinds()
    assert custodian.custody.look(seal_id)[1] == code


def test_the_desk_sees_promise_state_and_number(custodian, receipt):
    assert custodian.custody.look(receipt.promise.seal_id) == (receipt.promise, "sealed", 1)
    assert custodian.open(receipt) == PHOTO
    assert custodian.custody.look(receipt.promise.seal_id) == (receipt.promise, "sealed", 2)
    assert custodian.custody.next_number(receipt.promise.seal_id) == 2


def test_a_ciphertext_that_is_lost_is_said(custodian, receipt):
    custodian.blobs.delete(blob_name(receipt.promise.seal_id))
    with pytest.raises(BlobMissingError, match="no longer"):
        custodian.custody.ciphertext(receipt.promise.seal_id)
