"""Sealing in two steps, opening, the office's own documents, the receipt."""

import dataclasses
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.protocol import MalformedError, Promise, Purpose, Receipt, sealing
from habeas.protocol.document import base64_of
from habeas.protocol.office import (
    ITERATIONS,
    Answers,
    WrappedKey,
    answers_info,
    open_answers,
    open_pointer,
    pointer_info,
    seal_answers,
    seal_pointer,
    unwrap_key,
    verify_pointer,
    wrap_key,
)
from habeas.protocol.opening import TooFewSharesError, WrappedShare, open_photo
from habeas.protocol.receipt import ReceiptError, SignedAcknowledgement, verify_parts
from habeas.protocol.recovery import binding
from habeas.protocol.seal import (
    Secrets,
    assemble_receipt,
    build_terms,
    complete_receipt,
    custodian_tags,
    pointer_of,
    seal,
)
from habeas.protocol.sealing.padding import pad
from habeas.protocol.seed import Seeded
from habeas.protocol.statements import Order, StatementError, read_order, sign_statement
from habeas.protocol.stream import closing_tag, stream_key, tag
from tests.unit.protocol.vectors.photos import requested, shares_of
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    NAMES,
    OFFICE_SEED,
    PHOTO,
    REFERENCE,
    TRUSTEES,
    WISHES,
    Case,
    random,
    stream_of,
)


@pytest.fixture(scope="module")
def case():
    return Case()


def test_secrets_are_drawn_apart():
    drawn = Secrets.draw(stream_of("draw"))
    values = [getattr(drawn, field.name) for field in dataclasses.fields(drawn)]
    assert [len(value) for value in values] == [16, 32, 32, 32, 32, 16]
    assert len(set(values)) == 6
    assert all(value.hex() not in repr(drawn) for value in values)


def test_a_seed_gives_all_but_the_data_key():
    drawn, other = Secrets.draw(stream_of("draw")), Secrets.draw(stream_of("other"))
    own = vars(Seeded.of(drawn.seed))
    assert own == {name: getattr(drawn, name) for name in own}
    assert not set(own.values()) & set(vars(Seeded.of(other.seed)).values())
    assert drawn.data_key not in own.values()


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": ()}, {"recipients": ("police",)}, {"recipients": ()},
        {"opens_until": "2027-06-01"}, {"openings_max": 0}, {"openings_a_day": 7},
        {"closed_days": -1}, {"service": "Hunting"}, {"purposes": ("matching",)},
        {"purposes": (Purpose.APPEAL, Purpose.APPEAL)},
    ],
)  # fmt: skip
def test_wishes_that_no_terms_allow(case, changes):
    with pytest.raises(MalformedError):
        build_terms(case.circle, case.keys, dataclasses.replace(WISHES, **changes), case.secrets)


def test_terms_name_all_trustees_in_their_order(case):
    for keys in (case.keys[:3], case.keys[::-1], [*case.keys[:3], case.keys[0]]):
        with pytest.raises(MalformedError):
            build_terms(case.circle, keys, WISHES, case.secrets)


def test_a_photo_is_sealed_under_its_own_terms_alone(case):
    other = dataclasses.replace(case.secrets, track_key=random("another track key"))
    for keys, secrets in ((case.keys[::-1], case.secrets), (case.keys, other)):
        with pytest.raises(MalformedError):
            seal(PHOTO, case.terms, keys, secrets, stream_of("x"))
    with pytest.raises(MalformedError):
        seal(bytes(16 * 1024 * 1024), case.terms, case.keys, case.secrets, stream_of("x"))


def test_the_custodian_gets_tags_and_no_key(case):
    tags = custodian_tags(case.secrets.track_key, 6)
    key = stream_key(case.secrets.track_key, 0)
    assert (tags.sealed, *tags.requested) == tuple(tag(key, number) for number in range(7))
    assert tags.closed == closing_tag(key)
    assert key.hex() not in repr(tags)


@given(st.sets(st.integers(0, 3)))
@settings(max_examples=16)
def test_any_k_shares_open_and_fewer_do_not(chosen):
    case = Case()
    seed = random("one-time seed")
    entry = requested(case).encode()
    shares = [wrapped(case, index) for index in sorted(chosen)]
    if len(chosen) >= 2:
        opened = open_photo(seed, case.promise, entry, shares, case.sealed.ciphertext)
        assert (opened.photo, opened.bad) == (PHOTO, {})
    else:
        with pytest.raises(TooFewSharesError):
            open_photo(seed, case.promise, entry, shares, case.sealed.ciphertext)


def wrapped(case, index, *, share=None, trustee=None):
    from habeas.tlog import leaf_hash

    info = sealing.release_info(case.promise.digest(), leaf_hash(requested(case).encode()), index)
    key = sealing.public_key(random("one-time seed"))
    release = sealing.seal_release(key, info, shares_of(case)[index] if share is None else share)
    return WrappedShare(trustee or NAMES[index], index, release)


def test_a_wrong_share_is_laid_at_its_trustees_door(case):
    shares = [
        wrapped(case, 0, share=bytes(33)), wrapped(case, 1, trustee=NAMES[3]),
        wrapped(case, 2), wrapped(case, 3),
    ]  # fmt: skip
    entry, ciphertext = requested(case).encode(), case.sealed.ciphertext
    opened = open_photo(random("one-time seed"), case.promise, entry, shares, ciphertext)
    assert opened.photo == PHOTO
    assert set(opened.bad) == {NAMES[0], NAMES[3]}
    with pytest.raises(TooFewSharesError) as caught:
        open_photo(random("one-time seed"), case.promise, entry, shares[:3], ciphertext)
    assert set(caught.value.bad) == {NAMES[0], NAMES[3]}
    assert caught.value.cause == "1 good shares of 2 needed."
    with pytest.raises(sealing.OpeningError, match="not the one that was promised"):
        open_photo(random("one-time seed"), case.promise, entry, shares, ciphertext + b"x")


def test_a_promise_changed_in_any_field_opens_nothing(case):
    """C2: shares, deposits and ciphertext hang on the promise's digest, or the terms'."""
    fields = case.promise.fields()
    for changes in (
        {"openings_max": 7}, {"openings_a_day": 4}, {"closed_days": 31}, {"case": "0" * 64},
        {"circle": "0" * 64}, {"track_hash": "0" * 64}, {"purposes": ["appeal"]},
        {"opens_until": "2027-05-30"}, {"sealed_by": "server"}, {"withdraw_hash": "0" * 64},
        {"app": {**fields["app"], "manifest": "0" * 64}},
    ):  # fmt: skip
        changed = {**fields, **changes}
        if changed["sealed_by"] == "server":
            del changed["app"]
        wider = Promise.read(changed)
        assert wider.terms().digest() != case.terms.digest()
        key_id = bytes.fromhex(wider.trustees.keys[0].key)
        info = sealing.deposit_info(wider.digest(), key_id, 0)
        with pytest.raises(sealing.OpeningError):
            sealing.open_deposit(
                TRUSTEES[0].month_seed, info, case.sealed.deposits[0],
                bytes.fromhex(wider.shares[0]),
            )  # fmt: skip
        with pytest.raises(sealing.OpeningError):
            sealing.decrypt(
                case.secrets.data_key, bytes.fromhex(wider.key_commitment),
                wider.terms().digest(), case.sealed.ciphertext,
            )  # fmt: skip


def test_an_office_reads_its_own_cases(case):
    public = sealing.public_key(OFFICE_SEED)
    pointer = pointer_of(case.promise, REFERENCE, case.secrets)
    sealed = seal_pointer(public, pointer)
    assert open_pointer(OFFICE_SEED, sealed, REFERENCE) == pointer
    assert bytes.fromhex(pointer.stream_key) == case.custodian_stream_key()
    verify_pointer(pointer, case.promise)
    swapped = sealing.seal(public, pointer_info("HL-2027-000002"), pointer.encode())
    for wrong, reference in ((sealed, "HL-2027-000002"), (sealed[:-1], REFERENCE),
                             (swapped, "HL-2027-000002")):  # fmt: skip
        with pytest.raises(sealing.OpeningError):
            open_pointer(OFFICE_SEED, wrong, reference)
    fields = case.promise.fields()
    # Another person's photo under this case: whoever made the pointer, its promise names
    # another case.
    others = Promise.read({**fields, "case": "0" * 64})
    moved = pointer_of(others, REFERENCE, case.secrets)
    salted = pointer.model_copy(update={"salt": "0" * 64})
    for said, promise in (
        (pointer, others), (moved, others), (salted, case.promise),
        (pointer.model_copy(update={"seal_id": "0" * 32}), case.promise),
        (pointer.model_copy(update={"openings_max": 7}), case.promise),
    ):  # fmt: skip
        with pytest.raises(sealing.OpeningError):
            verify_pointer(said, promise)
    answers = Answers(reference=REFERENCE, service="hunting-licence", answers={"name": "Иван"})
    sealed = seal_answers(public, answers)
    assert open_answers(OFFICE_SEED, sealed, REFERENCE) == answers
    with pytest.raises(sealing.OpeningError):
        open_answers(OFFICE_SEED, sealed, "HL-2027-000002")
    swapped = sealing.seal(public, answers_info("HL-2027-000002"), pad(answers.encode()))
    with pytest.raises(sealing.OpeningError):
        open_answers(OFFICE_SEED, swapped, "HL-2027-000002")


def test_a_passphrase_is_one_however_it_is_typed():
    wrapped_key = wrap_key(
        OFFICE_SEED, "pass\u00e9", office="a", credential="0" * 64, with_="passphrase",
        random=stream_of("wrap"),
    )  # fmt: skip
    assert wrapped_key.iterations == ITERATIONS
    assert WrappedKey.decode(wrapped_key.encode()) == wrapped_key
    assert b'"with":"passphrase"' in wrapped_key.encode()
    assert unwrap_key(wrapped_key, "passe\u0301") == OFFICE_SEED
    for wrong in ("pass", "\ud800", ""):
        with pytest.raises(sealing.OpeningError):
            unwrap_key(wrapped_key, wrong)
    with pytest.raises(MalformedError):
        unwrap_key(wrapped_key, b"pass")
    fields = wrapped_key.fields()
    without = {name: value for name, value in fields.items() if name != "iterations"}
    WrappedKey.read({**without, "with": "prf"})
    for wrong in (without, {**fields, "with": "prf"}, {**fields, "with": "file"}):
        with pytest.raises(MalformedError):
            WrappedKey.read(wrong)


def test_a_passphrase_goes_through_as_many_iterations_as_are_said():
    salt, more = random("salt"), ITERATIONS + 1
    key = hashlib.pbkdf2_hmac("sha256", b"pass", salt, more)
    bound = b"habeas/v2/wrapped-key\0a\0" + bytes(32)
    made = WrappedKey.read(
        {"v": 2, "kind": "wrapped-key", "office": "a", "credential": "0" * 64,
         "with": "passphrase", "iterations": more, "salt": salt.hex(), "nonce": "A" * 16,
         "ciphertext": base64_of(AESGCM(key).encrypt(bytes(12), OFFICE_SEED, bound))}
    )  # fmt: skip
    assert unwrap_key(made, "pass") == OFFICE_SEED


def test_the_prf_is_evaluated_on_the_salt_that_is_kept():
    salt = random("prf salt")
    made = wrap_key(
        OFFICE_SEED, random("prf output"), office="a", credential="0" * 64, with_="prf",
        random=stream_of("wrap"), salt=salt,
    )  # fmt: skip
    assert (made.salt, made.iterations) == (salt.hex(), None)
    assert unwrap_key(made, random("prf output")) == OFFICE_SEED
    with pytest.raises(MalformedError):
        unwrap_key(made, "prf output")


def test_a_receipt_is_completed_when_the_absent_trustee_is_back(case):
    receipt = case.receipt([0, 1, 3])
    assert receipt.pending == (NAMES[2],)
    late = SignedAcknowledgement(trustee=NAMES[2], note=case.acknowledgement(2))
    whole = complete_receipt(receipt, [late])
    assert whole == case.receipt()
    for wrong in (
        SignedAcknowledgement(trustee=NAMES[2], note=case.acknowledgement(1)),
        SignedAcknowledgement(trustee="stranger.example", note=case.acknowledgement(2)),
    ):
        with pytest.raises(MalformedError):
            complete_receipt(receipt, [wrong])


def test_two_acknowledgements_are_no_seal(case):
    with pytest.raises(ReceiptError):
        case.receipt([0, 1])


def test_a_receipt_with_what_is_no_text_is_malformed(case):
    for changes in ({"proof": "x" * 50_000}, {"reference": "a b"}, {"salt": bytes(31)}):
        given_ = {"reference": REFERENCE, "salt": case.salt, "proof": case.log.proof(0), **changes}
        with pytest.raises(MalformedError):
            assemble_receipt(
                case.promise, secrets=case.secrets, circle_note=case.note, entry=case.entry,
                acknowledgements={}, **given_,
            )  # fmt: skip


def test_where_further_witnesses_are_many_all_trustees_suffice():
    from tests.unit.protocol.world import Party, circle_note

    courts = [Party(f"court-{n}.example") for n in range(3)]
    witnesses = [{"name": c.name, "url": f"https://{c.name}", "vkey": c.witness.vkey}
                 for c in courts]  # fmt: skip
    case = Case(circle_note(witnesses=witnesses, q=6, r=4))
    proof = case.log.proof(0, [*TRUSTEES, *courts])
    notes = {name: case.acknowledgement(index) for index, name in enumerate(NAMES)}
    receipt = assemble_receipt(
        case.promise, REFERENCE, case.secrets, case.note, case.entry, case.salt, proof, notes
    )
    assert verify_parts(receipt).index == 0
    with pytest.raises(ReceiptError):
        assemble_receipt(
            case.promise, REFERENCE, case.secrets, case.note, case.entry, case.salt, proof,
            {name: notes[name] for name in NAMES[:3]},
        )  # fmt: skip


def test_a_receipt_file_is_read_back(case):
    receipt = case.receipt()
    again = Receipt.decode(receipt.encode())
    assert again == receipt
    parts = verify_parts(again)
    assert (parts.circle, parts.entry) == (case.circle, case.entry)
    assert parts.checkpoint.checkpoint.size == 1


def test_recovery_with_other_helpers_has_other_masks(case):
    newcomer = case.circle.trustees[3]
    circle = case.circle.digest()
    bound = binding(circle, NAMES[:3], newcomer)
    assert binding(circle, NAMES[:3][::-1], newcomer) == bound
    others = [
        binding(circle, NAMES[:2], newcomer),
        binding(circle, [*NAMES[:2], NAMES[3]], newcomer),
        binding(circle, NAMES[:3], case.circle.trustees[2]),
        binding(bytes(32), NAMES[:3], newcomer),
    ]
    assert len({bound, *others}) == 5
    assert base64_of(bound)


def test_an_order_is_the_custodians_for_this_photo(case):
    order = Order(promise=case.digest, day=DAY)
    verifiers = [CUSTODIAN_KEY.verifier]
    assert read_order(sign_statement(CUSTODIAN_KEY, order), verifiers, case.promise) == order
    other = order.model_copy(update={"promise": "0" * 64})
    for signer, said in ((CUSTODIAN_KEY, other), (TRUSTEES[0].statement, order)):
        with pytest.raises(StatementError):
            read_order(sign_statement(signer, said), verifiers, case.promise)


def test_a_request_says_its_key_and_moment(case):
    request = case.request()
    assert request.public_key() == sealing.public_key(random("one-time seed"))
    assert request.moment() == datetime(2027, 1, 15, 10, tzinfo=UTC)
    assert request.day == DAY


def test_digests_have_32_bytes(case):
    for make in (sealing.deposit_info, sealing.release_info):
        for digest, other in ((bytes(31), bytes(32)), (bytes(32), bytes(33))):
            with pytest.raises(ValueError, match="32 bytes"):
                make(digest, other, 0)
    key = sealing.public_key(random("seed"))
    short = sealing.seal(key, b"info", bytes(64))
    with pytest.raises(sealing.OpeningError):
        sealing.open_deposit(random("seed"), b"info", short, bytes(32))
