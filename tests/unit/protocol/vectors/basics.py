"""Canonical JSON, keys, streams, shares, the photo's cipher."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.protocol import sealing, stream
from habeas.protocol.document import base64_of, digest
from habeas.protocol.exchange import NoticeBody
from habeas.protocol.keys import writer_id
from habeas.protocol.sealing.padding import PHOTO_STEP_BYTES
from habeas.protocol.terms import trustee_key_id
from tests.unit.protocol.vectors.files import Case, bad, document
from tests.unit.protocol.world import DAY, NAMES, TRUSTEES, random
from tests.unit.protocol.world import Case as Photo

_GOOD: tuple[dict[str, Any], ...] = (
    {},
    {"b": 1, "a": [True, False, None, 0, -1, 2**53 - 1, -(2**53) + 1], "A": {}},
    {"é": '\u20ac$\u000f\nA\'B"\\\\"/', "a": "\u0085\U0001f600", "": "\u007f"},
    {"\U0001f600": 1, "\ufb33": 2, "\u20ac": 3},
    {"a": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]},
)
_BAD = {
    "empty": b"",
    "no object": b"[]",
    "text": b'"a"',
    "not JSON": b"{",
    "white space within": b'{"a": 1}',
    "white space after": b'{"a":1}\n',
    "byte order mark": b"\xef\xbb\xbf{}",
    "order of keys": b'{"b":1,"a":2}',
    "order of keys beyond ASCII": '{"\ufb33":1,"\U0001f600":2}'.encode(),
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, other value": b'{"a":1,"a":2}',
    "fraction": b'{"a":1.5}',
    "whole number as fraction": b'{"a":1.0}',
    "exponent": b'{"a":1e3}',
    "minus zero": b'{"a":-0}',
    "leading zero": b'{"a":01}',
    "2^53": b'{"a":9007199254740992}',
    "-2^53": b'{"a":-9007199254740992}',
    "a number of 5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "escaped letter": b'{"a":"\\u0041"}',
    "escaped letter beyond ASCII": b'{"a":"\\u00e9"}',
    "escaped slash": b'{"a":"\\/"}',
    "capital hex digits": b'{"a":"\\u001F"}',
    "half a character": b'{"a":"\\ud800"}',
    "half a character in a key": b'{"\\udfff":1}',
    "half a character, raw": b'{"a":"\xed\xa0\x80"}',
    "not UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\xaf"}',
    "control character": b'{"a":"\x01"}',
    "17 levels": b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
    "20,000 levels": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "65,537 bytes": b'{"a":"' + b"x" * (65_537 - 8) + b'"}',
}


def canonical(_: Photo) -> Any:
    return {
        "good": [document(fields) for fields in _GOOD],
        "bad": [bad(name, base64=base64_of(content)) for name, content in _BAD.items()],
    }


def keys(photo: Photo) -> Any:
    return {
        "digests": [
            {"label": label, "content": content.hex(), "digest": digest(label, content).hex()}
            for label, content in (("writer", b""), ("track", bytes(32)), ("case", b"a\0b"))
        ],
        "writers": [
            {"vkey": writer.verifier.vkey, "id": writer_id(writer.verifier.public_key),
             "role": writer.role.value, "name": writer.name, "cameras": sorted(writer.cameras)}
            for writer in photo.chain.writers.values()
        ],
        "trustee_keys": [
            {"seed": party.month_seed.hex(), "public_key": party.key().public_key,
             "key_id": trustee_key_id(party.key().key())}
            for party in TRUSTEES
        ],
    }  # fmt: skip


def _wishes() -> list[NoticeBody]:
    """What a receipt's holder may ask of a trustee's mails; the MAC is not part of it."""
    common = {"promise": random("promise").hex(), "mac": "00" * 32}
    wishes = [
        {"act": "tell", "address": "anna@applicant.test", "language": "ru"},
        {"act": "look"},
        {"act": "stop"},
    ]
    return [NoticeBody.read({**common, **each}) for each in wishes]


def streams(photo: Photo) -> Any:
    track_key = photo.secrets.track_key
    streams: list[Case] = []
    for writer in (0, 1, 4, 255):
        key = stream.stream_key(track_key, writer)
        streams.append(
            {
                "writer": writer,
                "key": key.hex(),
                "tags": {str(n): stream.tag(key, n) for n in (0, 1, 255, 2**32, 2**53 - 1)},
                "closing": stream.closing_tag(key),
                "details_keys": {str(n): stream.details_key(key, n).hex() for n in (0, 1)},
                "reader_macs": {name: stream.reader_mac(key, name) for name in NAMES},
                "notices": [
                    {"asked": each.fields(), "trustee": name, "mac": each.mac_of(key, name)}
                    for name in NAMES[:1]
                    for each in _wishes()
                ],
            }
        )
    slot_key = random("slot key")
    slots = [
        {"day": day, "nth": nth, "slot": stream.slot(slot_key, day, nth)}
        for day, nth in ((DAY, 1), (DAY, 2), ("2027-01-16", 1), (DAY, 65_536))
    ]
    return {
        "track_key": track_key.hex(),
        "streams": streams,
        "slot_key": slot_key.hex(),
        "slots": slots,
    }


def shares(_: Photo) -> Any:
    good = []
    for secret, k, n in (
        (random("secret"), 2, 3), (random("secret"), 2, 4), (random("secret"), 3, 5),
        (bytes(32), 2, 2), (b"\xff", 5, 8),
    ):  # fmt: skip
        coefficients = random(f"c{k}{n}", len(secret) * (k - 1))
        made = sealing.split(secret, k, n, lambda _, drawn=coefficients: drawn)
        good.append(
            {"secret": secret.hex(), "k": k, "n": n, "coefficients": coefficients.hex(),
             "shares": [share.hex() for share in made]}
        )  # fmt: skip
    one, two = (bytes([7, 9, 1]).hex(), bytes([1, 2, 2]).hex())
    return {
        "good": good,
        "bad": [
            bad("one alone", "shares", shares=[one]),
            bad("one twice", "shares", shares=[one, one]),
            bad("lengths differ", "shares", shares=[one, two[2:]]),
            bad("coordinate zero", "shares", shares=[one, bytes([1, 2, 0]).hex()]),
            bad("no value", "shares", shares=["01", "02"]),
        ],
    }


def _unpadded(data_key: bytes, terms_digest: bytes, plain: bytes) -> bytes:
    label = b"habeas/v2/encryption-key"
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(data_key)
    return AESGCM(key).encrypt(bytes(12), plain, terms_digest)


def photo(photo: Photo) -> Any:
    data_key, terms_digest = photo.secrets.data_key, photo.terms.digest()
    ciphertext = photo.sealed.ciphertext
    parts = {
        "data_key": data_key.hex(),
        "terms_digest": terms_digest.hex(),
        "key_commitment": sealing.key_commitment(data_key).hex(),
        "ciphertext": ciphertext.hex(),
    }
    plain = sealing.decrypt(data_key, sealing.key_commitment(data_key), terms_digest, ciphertext)
    other = hashlib.sha256(b"other").hexdigest()
    changes: dict[str, dict[str, str]] = {
        "other data key": {"data_key": other},
        "other data key and its commitment": {
            "data_key": other,
            "key_commitment": sealing.key_commitment(bytes.fromhex(other)).hex(),
        },
        "other commitment": {"key_commitment": other},
        "other terms": {"terms_digest": other},
        "changed ciphertext": {"ciphertext": (ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])).hex()},
        "cut ciphertext": {"ciphertext": ciphertext[:-1].hex()},
        "no ciphertext": {"ciphertext": ""},
        "padded to another length": {
            "ciphertext": _unpadded(
                data_key, terms_digest, (plain + b"\x80").ljust(2 * PHOTO_STEP_BYTES, b"\0")
            ).hex()
        },
    }
    return {
        "good": [
            {**parts, "photo": plain.hex(), "sealed": "padded"},
            # As a release before sealed it.
            {
                **parts,
                "ciphertext": _unpadded(data_key, terms_digest, plain).hex(),
                "photo": plain.hex(),
                "sealed": "unpadded",
            },
        ],
        "bad": [bad(n, "does-not-open", **{**parts, **each}) for n, each in changes.items()],
    }
