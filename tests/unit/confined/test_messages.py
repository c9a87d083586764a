"""Messages are bounded plain data; anything else is refused."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.confined.messages import (
    MAX_BLOBS,
    MAX_BYTES,
    MAX_HEAD,
    Message,
    MessageError,
    decode,
    encode,
)


def reading(content):
    stream = io.BytesIO(content)

    def read(count):
        part = stream.read(count)
        if len(part) != count:
            raise EOFError
        return part

    return read


@given(
    st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
    st.lists(st.binary(), max_size=MAX_BLOBS),
)
def test_what_is_written_is_read(head, blobs):
    message = decode(reading(encode(Message(head, blobs))))
    assert message.head == head
    assert list(message.blobs) == blobs


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(content):
    try:
        message = decode(reading(content))
    except (MessageError, EOFError):
        return
    assert isinstance(message.head, dict)


@pytest.mark.parametrize(
    "content",
    [
        struct.pack(">II", MAX_HEAD + 1, 0),
        struct.pack(">II", 2, MAX_BLOBS + 1) + b"{}",
        struct.pack(">II", 2, 1) + b"{}" + struct.pack(">I", MAX_BYTES + 1),
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"{]",
        struct.pack(">II", 200_000, 0) + b"[" * 200_000,
    ],
    ids=["head", "blobs", "bytes", "no object", "no JSON", "nested"],
)
def test_what_is_no_message_is_refused_before_it_takes_memory(content):
    with pytest.raises(MessageError):
        decode(reading(content))
