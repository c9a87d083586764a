"""What the length of what is sealed leaves to see."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.protocol import MalformedError, canonical
from habeas.protocol.office import Answers, open_answers, seal_answers
from habeas.protocol.sealing import (
    encrypt,
    pad,
    padded_bytes,
    padded_photo_bytes,
    public_key,
    unpad,
)
from habeas.protocol.sealing.padding import LEAST_BYTES, PHOTO_STEP_BYTES, padme
from tests.unit.protocol.world import OFFICE_SEED, REFERENCE, SERVICE

#: Of an HPKE message: the encapsulated key and the tag, bytes.
OVER = 1120 + 16
given_answers = st.dictionaries(
    st.sampled_from(["full_name", "date_of_birth", "address", "email"]), st.text(max_size=100)
)


#: How long what is padded becomes, by what it is.
LENGTHS = pytest.mark.parametrize("length", [padded_bytes, padded_photo_bytes])


@LENGTHS
@given(content=st.binary(max_size=5000))
def test_what_was_padded_is_had_again(length, content):
    padded = pad(content, length)
    assert unpad(padded, length) == content
    assert len(padded) == length(len(content))


@LENGTHS
@given(padded=st.binary(max_size=3000))
def test_whatever_is_taken_has_one_spelling(length, padded):
    try:
        content = unpad(padded, length)
    except MalformedError:
        return
    assert pad(content, length) == padded


@pytest.mark.parametrize("content", [b"", b"\x80", bytes(PHOTO_STEP_BYTES - 1), b"\x80" * 16_384])
def test_a_photo_has_whole_steps_and_what_it_ends_with_stays(content):
    padded = pad(content, padded_photo_bytes)
    assert unpad(padded, padded_photo_bytes) == content
    assert len(padded) == (len(content) // PHOTO_STEP_BYTES + 1) * PHOTO_STEP_BYTES
    for other in (padded + bytes(PHOTO_STEP_BYTES), padded[:-1], padded + b"\0"):
        with pytest.raises(MalformedError):
            unpad(other, padded_photo_bytes)


@given(st.integers(1, PHOTO_STEP_BYTES - 1), st.integers(1, PHOTO_STEP_BYTES - 1))
def test_photos_of_one_step_have_one_length(one, other):
    lengths = {len(encrypt(bytes(32), bytes(32), bytes(each))) for each in (one, other)}
    assert lengths == {PHOTO_STEP_BYTES + 16}


@settings(max_examples=40, deadline=None)
@given(given_answers, given_answers)
def test_the_answers_of_a_form_all_have_one_length(one, other):
    key = public_key(OFFICE_SEED)
    sealed = [
        seal_answers(key, Answers(reference=REFERENCE, service=SERVICE, answers=each))
        for each in (one, other)
    ]
    assert [len(each) for each in sealed] == [OVER + LEAST_BYTES] * 2
    assert open_answers(OFFICE_SEED, sealed[0], REFERENCE).answers == one


@given(st.integers(1, canonical.MAX_BYTES), st.integers(1, canonical.MAX_BYTES))
def test_longer_ones_are_no_shorter_and_cost_little(one, other):
    short, long = sorted((one, other))
    assert padded_bytes(short) <= padded_bytes(long)
    assert long < padded_bytes(long) <= max(LEAST_BYTES, 1.12 * (long + 1))


def test_few_lengths_are_left_to_tell_apart():
    """Of the 65,537 lengths that a document can have: log2 of what is left is under 7 bits."""
    left = {padded_bytes(each) for each in range(canonical.MAX_BYTES + 1)}
    assert len(left) < 100


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 0), (1, 1), (2, 2), (8, 8), (9, 10), (2049, 2176), (65_537, 67_584)]
)
def test_padme_is_that_of_its_paper(length, padded):
    assert padme(length) == padded
