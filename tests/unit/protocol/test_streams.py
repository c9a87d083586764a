"""Streams: keys that say nothing of each other, tags, slots, writers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.protocol import stream
from habeas.protocol.keys import Role, Writer, writer_id
from habeas.tlog import NoteVerifier, SignatureError
from tests.unit.protocol.world import CUSTODIAN_KEY, RECORDER_KEY, random

keys = st.binary(min_size=32, max_size=32)


@given(keys, st.sets(st.tuples(st.integers(0, 255), st.integers(0, 2**64 - 1)), max_size=8))
def test_no_two_numbers_share_a_tag(track_key, places):
    made = {stream.tag(stream.stream_key(track_key, w), n) for w, n in places}
    assert len(made) == len(places)
    closing = {stream.closing_tag(stream.stream_key(track_key, w)) for w, _ in places}
    assert not made & closing


def test_a_slot_is_of_one_day_and_number():
    key = random("slot")
    assert (
        len({stream.slot(key, day, n) for day in ("2027-01-15", "2027-01-16") for n in (1, 2)}) == 4
    )
    assert stream.slot(key, "2027-01-15", 1) != stream.slot(random("other"), "2027-01-15", 1)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length):
    for make in (
        lambda key: stream.stream_key(key, 0), lambda key: stream.tag(key, 0),
        stream.closing_tag, lambda key: stream.slot(key, "2027-01-15", 1),
        lambda key: stream.reader_mac(key, "a"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="32 bytes"):
            make(bytes(length))


def test_a_reader_shows_its_key_to_one_trustee():
    assert stream.reader_mac(random("k"), "a.example") != stream.reader_mac(
        random("k"), "b.example"
    )


def test_a_writer_verifies_its_own_entries_only():
    writer = Writer(Role.CUSTODIAN, "", NoteVerifier.parse(CUSTODIAN_KEY.vkey))
    assert writer.id == writer_id(CUSTODIAN_KEY.verifier.public_key)
    message = b"habeas/v2/entry\0{}"
    writer.verify(b"{}", CUSTODIAN_KEY.signature(message.decode()).value)
    for signature in (
        CUSTODIAN_KEY.signature("{}").value,
        RECORDER_KEY.signature(message.decode()).value,
        bytes(64), b"",
    ):  # fmt: skip
        with pytest.raises(SignatureError):
            writer.verify(b"{}", signature)


def test_a_note_is_no_entry():
    """The same key signs both: a note that reads like an entry must not become one."""
    note = CUSTODIAN_KEY.sign('{"v":2}\n')
    signature = CUSTODIAN_KEY.signature('{"v":2}\n').value
    writer = Writer(Role.CUSTODIAN, "", NoteVerifier.parse(CUSTODIAN_KEY.vkey))
    with pytest.raises(SignatureError):
        writer.verify(note.split("\n\n")[0].encode() + b"\n", signature)
