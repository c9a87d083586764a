"""RFC 9110: entity tags, conditions, ranges and compression of what a log shows."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.tlog.server.resources import Resource, answer

CONTENT = bytes(range(256)) * 4
PLAIN = Resource(CONTENT, "application/octet-stream", "public, max-age=31536000, immutable")
BUNDLE = Resource(CONTENT, "application/octet-stream", "public, max-age=1", compressible=True)


def test_all_of_it():
    given_ = answer(PLAIN, {})
    assert (given_.status, given_.body) == (200, CONTENT)
    assert given_.headers["Content-Type"] == "application/octet-stream"
    assert given_.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in given_.headers["Cache-Control"]
    assert "Vary" not in given_.headers


def test_what_the_reader_has_already():
    tag = answer(PLAIN, {}).headers["ETag"]
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        same = answer(PLAIN, {"if-none-match": asked})
        assert (same.status, same.body) == (304, b"")
        assert same.headers["ETag"] == tag
        assert same.headers["Cache-Control"] == PLAIN.cache
    for asked in ('"another"', tag.strip('"'), ""):
        assert answer(PLAIN, {"if-none-match": asked}).status == 200
    other = Resource(CONTENT + b"x", PLAIN.media_type, PLAIN.cache)
    assert answer(other, {"if-none-match": tag}).status == 200


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-1023", 0, 1023),
        ("bytes=10-", 10, 1023),
        ("bytes=-5", 1019, 1023),
        ("bytes=-5000", 0, 1023),
        ("bytes=1000-99999", 1000, 1023),
        ("bytes= 3 - 7", 3, 7),
    ],
)
def test_a_part(asked, begin, end):
    part = answer(PLAIN, {"range": asked})
    assert part.status == 206
    assert part.headers["Content-Range"] == f"bytes {begin}-{end}/1024"
    assert part.body == CONTENT[begin : end + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_beyond_the_end(asked):
    beyond = answer(PLAIN, {"range": asked})
    assert (beyond.status, beyond.body) == (416, b"")
    assert beyond.headers["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,4-5", "entries=0-1", "bytes=x-y", "٣"]
)
def test_what_is_no_part_is_all_of_it(asked):
    assert answer(PLAIN, {"range": asked}).status == 200


def test_a_part_of_what_it_was_before_is_all_of_what_it_is():
    tag = answer(PLAIN, {}).headers["ETag"]
    assert answer(PLAIN, {"range": "bytes=0-1", "if-range": tag}).status == 206
    assert answer(PLAIN, {"range": "bytes=0-1", "if-range": '"old"'}).status == 200


def test_bundles_are_compressed_for_those_who_take_it():
    for asked in ("gzip", "br, gzip;q=0.5", "*", "deflate, GZIP"):
        packed = answer(BUNDLE, {"accept-encoding": asked})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(packed.body) == CONTENT
        assert len(packed.body) < len(CONTENT)
        again = answer(BUNDLE, {"accept-encoding": asked, "if-none-match": packed.headers["ETag"]})
        assert again.status == 304
    for asked in ("", "identity", "gzip;q=0", "br"):
        plain = answer(BUNDLE, {"accept-encoding": asked})
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert plain.body == CONTENT
    # Tags name bytes: those of the two forms differ, and a part is one of the plain form.
    assert plain.headers["ETag"] != packed.headers["ETag"]
    part = answer(BUNDLE, {"accept-encoding": "gzip", "range": "bytes=0-3"})
    assert (part.status, part.body) == (206, CONTENT[:4])
    assert answer(PLAIN, {"accept-encoding": "gzip"}).body == CONTENT


@given(st.dictionaries(st.sampled_from(["range", "if-range", "if-none-match", "accept-encoding"]),
                       st.text()))  # fmt: skip
def test_whatever_is_asked_there_is_an_answer(asked):
    assert answer(BUNDLE, asked).status in (200, 206, 304, 416)
