"""RFC 8785: one meaning, one sequence of bytes."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from habeas.protocol import MalformedError, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
numbers = plain | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


def documents_of(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )


@given(documents_of(numbers))
def test_the_same_bytes_as_the_reference(document):
    assert canonical.encode(document) == rfc8785.dumps(document)


@pytest.mark.parametrize(
    "document", [2**53, -(2**53), float("nan"), "\ud800", {1: 2}, {"\ud800": 1}]
)
def test_what_cannot_be_written(document):
    with pytest.raises(MalformedError):
        canonical.encode(document)


@given(st.dictionaries(texts, documents_of(plain), max_size=4))
def test_what_is_written_is_read(document):
    assert canonical.decode(canonical.encode(document)) == document


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1.0}', b"[]", b"", b"{", b"\xff",
     b'{"a":"\\u0041"}', b'{"a":1}\n', b"[" * 30_000],
)  # fmt: skip
def test_other_ways_to_write_it_are_refused(content):
    with pytest.raises(MalformedError):
        canonical.decode(content)
