"""Draws of X-Wing HPKE made by other implementations (Go's crypto/hpke, pyca).

They have no draw of our exact suite, so the key expansion and the KEM are held to
theirs under ChaCha20-Poly1305; our AEAD has vectors of its own in the library.
"""

import json

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    Suite,
)

from habeas.protocol.sealing import hpke
from tests.places import VECTORS

X_WING, HKDF_SHA256, CHACHA = 0x647A, 1, 3


@pytest.mark.parametrize("name", ["hpke/hpke-pq.json", "hpke/hpke-pq-pyca.json"])
def test_draws_of_others_open_with_our_keys(name):
    draws = [
        draw
        for draw in json.loads((VECTORS / name).read_text())
        if (draw["kem_id"], draw["kdf_id"], draw["aead_id"]) == (X_WING, HKDF_SHA256, CHACHA)
    ]
    assert draws
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    for draw in draws:
        seed = bytes.fromhex(draw["skRm"])
        assert hpke.public_key(seed) == bytes.fromhex(draw["pkRm"])
        first = draw["encryptions"][0]
        opened = openssl.hpke._decrypt_with_aad(
            suite,
            bytes.fromhex(draw["enc"]) + bytes.fromhex(first["ct"]),
            MLKEM768X25519PrivateKey(*hpke._expand(seed)),
            bytes.fromhex(draw["info"]),
            bytes.fromhex(first["aad"]),
        )
        assert opened == bytes.fromhex(first["pt"])
