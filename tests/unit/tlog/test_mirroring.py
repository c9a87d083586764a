"""C2SP tlog-mirror: the bytes of an upload, and of a mirror's answer."""

import random

import pytest

from habeas import tlog
from habeas.tlog.mirroring import (
    MirrorInfo,
    Package,
    Received,
    Upload,
    UploadReader,
    encode_package,
)


@pytest.mark.parametrize(
    ("begin", "end", "packages"),
    [
        (0, 0, []),
        (300, 300, []),
        (0, 1, [(0, 0, 1)]),
        (0, 256, [(0, 0, 256)]),
        (0, 257, [(0, 0, 256), (256, 256, 257)]),
        (300, 301, [(256, 300, 301)]),
        (255, 600, [(0, 255, 256), (256, 256, 512), (512, 512, 600)]),
    ],
)
def test_the_canonical_sequence(begin, end, packages):
    """Section "Request Body": packages end at multiples of 256."""
    assert [*Upload("o", begin, end).packages()] == [Package(*each) for each in packages]


def test_the_bytes_of_an_upload():
    upload = Upload("log.example", 1, 3, b"t")
    body = upload.encode() + encode_package([b"one", b""], [b"\x01" * 32])
    assert body == (
        b"\x00\x0blog.example" + bytes(7) + b"\x01" + bytes(7) + b"\x03" + b"\x00\x01t"
        b"\x00\x03one\x00\x00" + b"\x01" + b"\x01" * 32
    )


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_an_upload_is_read_in_whatever_pieces_it_comes(piece):
    upload = Upload("log.example", 250, 520, b"ticket")
    entries = [random.Random(n).randbytes(n % 40) for n in range(520)]
    body, wanted = upload.encode(), [upload]
    for package in upload.packages():
        proof = [bytes([n]) * 32 for n in range(package.end % 7)]
        body += encode_package(entries[package.begin : package.end], proof)
        wanted.append(Received(package, entries[package.begin : package.end], proof))
    reader, read = UploadReader(), []
    for at in range(0, len(body), piece):
        read += reader.feed(body[at : at + piece])
    assert read == wanted
    assert not list(reader.feed(b"what comes after the last package")), "is ignored"


@pytest.mark.parametrize(
    "body",
    [
        Upload("o", 2, 1).encode(),
        b"\x00\x02\xff\xfe" + bytes(18),
        Upload("o", 0, 1).encode() + b"\x00\x00" + b"\x40" + bytes(64 * 32),
    ],
    ids=["ends before it begins", "origin no text", "64 hashes"],
)
def test_what_is_no_upload(body):
    with pytest.raises(tlog.FormatError):
        list(UploadReader().feed(body))


def test_an_answer():
    for info in (MirrorInfo(0, 0), MirrorInfo(1 << 40, 7, b"\x00\xff")):
        assert MirrorInfo.parse(info.format()) == info
    assert MirrorInfo(5, 3, b"t").format() == "5\n3\ndA==\n"


@pytest.mark.parametrize(
    "text",
    ["", "5\n3\n", "5\n3\n\n\n", "5\n3\n!\n", "05\n3\n\n", "-1\n3\n\n", "5 \n3\n\n"],
)
def test_what_is_no_answer(text):
    with pytest.raises(tlog.FormatError):
        MirrorInfo.parse(text)


def test_an_upload_of_nothing_is_read():
    """Section "Request Body": a mirror that lacks nothing is told so by start = end."""
    assert [*UploadReader().feed(Upload("log.example", 7, 7).encode())] == [
        Upload("log.example", 7, 7)
    ]
