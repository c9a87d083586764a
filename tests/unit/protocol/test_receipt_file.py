"""The file that an applicant keeps: a page, saved anew by whatever has opened it, or JSON."""

import base64
import contextlib
import hashlib
import json
import unicodedata

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from habeas.foundation.errors import HabeasError
from habeas.protocol import MalformedError
from habeas.protocol.locked import LockedError
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import MAX_BYTES, ReceiptFileError, read_receipt, receipt_page
from tests.places import built
from tests.unit.protocol.world import Case

BLANK = built("photo/receipt.html").read_text()


@pytest.fixture(scope="module")
def receipt():
    return Case().receipt()


@pytest.fixture(scope="module")
def page(receipt):
    return receipt_page(BLANK, receipt)


def test_the_page_holds_the_receipt(receipt, page):
    assert MAX_BYTES == 1_048_576, "docs/protocol/formats.md, *As a page*"
    assert read_receipt(page.encode()) == receipt
    assert read_receipt(receipt.encode()) == receipt


def test_what_stands_in_a_receipt_cannot_end_its_element(receipt):
    evil = receipt.model_copy(update={"entry": "</script><script>alert(1)</script>"})
    page = receipt_page(BLANK, evil)
    assert "alert(1)</script>" not in page
    assert page.count("</script") == BLANK.count("</script")
    assert read_receipt(page.encode()).entry == evil.entry


@pytest.mark.parametrize(
    "saved",
    [
        lambda page, _: page.replace("\n", "\r\n").encode(),
        lambda page, _: b"\xef\xbb\xbf" + page.encode(),
        lambda page, _: page.replace(
            '<script type="application/json" id="habeas-receipt">',
            "<SCRIPT id=habeas-receipt type=application/json>",
        ).replace("</script", "</SCRIPT").encode(),
        lambda page, _: page.replace("<body>", "<body><p>A note of mine</p>").encode(),
        lambda _, json_: json.dumps(json.loads(json_), indent=2).encode() + b"\r\n",
        lambda _, json_: b"\xef\xbb\xbf" + json_ + b"\n\n",
    ],
    ids=["line breaks", "BOM", "other quotes", "a note", "laid out", "BOM before JSON"],
)  # fmt: skip
def test_saved_anew_it_still_reads(receipt, page, saved):
    assert read_receipt(saved(page, receipt.encode())) == receipt


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html></html>", b"\xff\xfe", b"[]", b'{"v":2}', b"{" * 100_000,
        BLANK.encode(), b"<script id=habeas-receipt>{}", b"<script id=habeas-receipt>1</script>",
        b'<script id="habeas-receipt">' + b"[" * 100_000 + b"</script>",
        b" " * (MAX_BYTES + 1), b'<b id="habeas-receipt"' * 40_000,
    ],
)  # fmt: skip
def test_a_file_without_a_receipt(content):
    with pytest.raises(MalformedError) as refused:
        read_receipt(content)
    assert refused.value.remedy


@given(st.binary(max_size=200), st.integers(0, 3000))
def test_any_bytes_end_in_a_receipt_or_an_error(page, noise, at):
    content = page.encode()
    place = content.find(b"habeas-receipt") + at
    with contextlib.suppress(HabeasError):
        read_receipt(content[:place] + noise + content[place + len(noise) :])


def test_a_page_without_a_place_for_it(receipt):
    with pytest.raises(ValueError, match="no element"):
        receipt_page("<html></html>", receipt)
    with pytest.raises(ReceiptFileError, match="larger"):
        read_receipt(b"{" + b" " * MAX_BYTES)


def test_a_page_of_just_that_size(receipt, page):
    whole = page.encode().ljust(MAX_BYTES)
    assert read_receipt(whole) == receipt
    with pytest.raises(HabeasError):
        read_receipt(whole + b" ")


def locked(receipt, passphrase, **changes):
    """A receipt under a passphrase, made from what the formats say."""
    salt, nonce = b"s" * 32, b"n" * 12
    key = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, 600_000)
    ciphertext = AESGCM(key).encrypt(nonce, receipt.encode(), b"habeas/v2/locked-receipt\0")
    fields = {
        "v": 2, "kind": "habeas-receipt-locked", "salt": salt.hex(), "iterations": 600_000,
        "nonce": base64.b64encode(nonce).decode(),
        "ciphertext": base64.b64encode(ciphertext).decode(),
    }  # fmt: skip
    return json.dumps({**fields, **changes}).encode()


def test_under_a_passphrase(receipt):
    content = locked(receipt, "верный конь")
    assert read_receipt(content, lambda: unicodedata.normalize("NFD", "верный конь")) == receipt
    for ask in (None, lambda: "верный кот"):
        with pytest.raises(LockedError):
            read_receipt(content, ask)
    for changes in ({"iterations": 1}, {"salt": "0" * 64}, {"nonce": "AAAAAAAAAAAAAAAA"}, {"x": 1}):
        with pytest.raises(MalformedError):
            read_receipt(locked(receipt, "верный конь", **changes), lambda: "верный конь")


def test_every_field_is_bound(receipt):
    """Whatever is changed in a receipt, it does not hold any more: nothing in it is unchecked."""

    def leaves(value, path=()):
        if isinstance(value, dict):
            for name, each in value.items():
                yield from leaves(each, (*path, name))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from leaves(each, (*path, at))
        else:
            yield path, value

    def other(value):
        if isinstance(value, int):
            return value + 1
        # One cosignature more than the quorum may be lost from a proof; its index may not.
        at = value.index("index ") + 6 if "index " in value else len(value) // 2
        return value[:at] + ("a" if value[at] != "a" else "b") + value[at + 1 :]

    count = 0
    for path, value in leaves(receipt.fields()):
        changed = json.loads(receipt.encode())
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = other(value)
        with pytest.raises(HabeasError):
            verify_parts(read_receipt(json.dumps(changed).encode()))
        count += 1
    assert count > 40
