"""Canonical JSON: one meaning, one sequence of bytes, whatever the bytes are."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from habeas.protocol import MalformedError, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(documents)
def test_the_same_bytes_as_the_reference(document):
    assert canonical.encode(document) == rfc8785.dumps(document)


@given(st.dictionaries(texts, documents, max_size=4))
def test_what_is_written_is_read(document):
    assert canonical.decode(canonical.encode(document)) == document


@pytest.mark.parametrize(
    "document",
    [2**53, -(2**53), 0.5, 1.0, float("nan"), "\ud800", {1: 2}, {"\ud800": 1}, {"a": {1}}, b"a",
     {"é": 0.5}, [{"é": 1}, 2**53], {"é": "\ud800"}],
)  # fmt: skip
def test_what_cannot_be_written(document):
    with pytest.raises(MalformedError):
        canonical.encode(document)


def _nested(levels):
    document = []
    for _ in range(levels - 1):
        document = [document]
    return document


def test_sixteen_levels_and_no_more():
    assert canonical.encode(_nested(16))
    with pytest.raises(MalformedError):
        canonical.encode(_nested(17))
    content = json.dumps({"a": _nested(15), "é": 1}, ensure_ascii=False, separators=(",", ":"))
    assert canonical.decode(content.encode())
    with pytest.raises(MalformedError):
        canonical.decode(content.replace("[]", "[[]]").encode())


def test_many_brackets_side_by_side_are_no_depth():
    document = {"a": [[], {}] * 100}
    assert canonical.decode(canonical.encode(document)) == document


def test_the_limit_is_the_callers():
    content = canonical.encode({"a": "x" * 100})
    assert canonical.decode(content, limit=len(content))
    with pytest.raises(MalformedError):
        canonical.decode(content, limit=len(content) - 1)


@given(st.binary(max_size=200) | texts.map(str.encode))
def test_any_bytes_end_in_an_object_or_an_error(content):
    try:
        document = canonical.decode(content)
    except MalformedError:
        return
    assert canonical.encode(document) == content


near_json = st.lists(
    st.sampled_from(['{"a":', "{", "}", "[", "]", ",", '"', "\\ud800", "\\u0061", "1", "-", "0",
                     "e9", ".5", "NaN", "true", "null", ":", '"a"', "é", "9" * 20]),
    max_size=20,
).map("".join)  # fmt: skip


@given(near_json)
def test_what_looks_like_json_ends_so_too(text):
    try:
        document = canonical.decode(text.encode())
    except MalformedError:
        return
    assert canonical.encode(document) == text.encode()
