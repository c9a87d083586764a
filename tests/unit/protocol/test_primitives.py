"""The primitives that a library gives us, held to what others have published.

No test of our own formats would notice a library that has become wrong in the same way on
both sides. These are Wycheproof's answers (C2SP), the draws of RFC 9180's authors, and
Go's.
"""

import json

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tests.places import VECTORS


def cases(name):
    """(group, case) of a file of Wycheproof's, all of them."""
    content = json.loads((VECTORS / "wycheproof" / f"{name}_test.json").read_text())
    found = [(group, case) for group in content["testGroups"] for case in group["tests"]]
    assert len(found) == content["numberOfTests"]
    return found


def of(content, *names):
    return [bytes.fromhex(content[name]) for name in names]


def test_aes_gcm():
    for group, case in cases("aes_gcm"):
        key, nonce, aad, message, ciphertext, tag = of(case, "key", "iv", "aad", "msg", "ct", "tag")
        if not 64 <= group["ivSize"] <= 1024:
            # The library takes no such nonces at all; ours have 96 bits.
            with pytest.raises(ValueError, match=r"[Nn]once"):
                AESGCM(key).decrypt(nonce, ciphertext + tag, aad)
        elif case["result"] == "valid":
            assert AESGCM(key).encrypt(nonce, message, aad) == ciphertext + tag, case["tcId"]
            assert AESGCM(key).decrypt(nonce, ciphertext + tag, aad) == message, case["tcId"]
        else:
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(nonce, ciphertext + tag, aad)


def test_x25519():
    for _, case in cases("x25519"):
        private, public, shared = of(case, "private", "public", "shared")
        ours = X25519PrivateKey.from_private_bytes(private)
        theirs = X25519PublicKey.from_public_bytes(public)
        if "ZeroSharedSecret" in case["flags"]:
            with pytest.raises(ValueError, match="shared key"):
                ours.exchange(theirs)
        else:
            assert ours.exchange(theirs) == shared, case["tcId"]


def test_ecdh_p256():
    """The curve that authenticators and tokens use."""
    for _, case in cases("ecdh_secp256r1"):

        def shared(case=case):
            (public,), private = of(case, "public"), int(case["private"], 16)
            theirs = serialization.load_der_public_key(public)
            assert isinstance(theirs, ec.EllipticCurvePublicKey)
            return ec.derive_private_key(private, ec.SECP256R1()).exchange(ec.ECDH(), theirs)

        if case["result"] == "valid":
            assert shared().hex() == case["shared"], case["tcId"]
        elif case["result"] == "invalid":
            with pytest.raises((ValueError, UnsupportedAlgorithm)):
                shared()


def test_ml_kem_768():
    for _, case in cases("mlkem_768"):
        seed, ciphertext = of(case, "seed", "c")
        if case["result"] == "valid":
            key = MLKEM768PrivateKey.from_seed_bytes(seed)
            assert key.public_key().public_bytes_raw().hex() == case["ek"], case["tcId"]
            assert key.decapsulate(ciphertext).hex() == case["K"], case["tcId"]
        else:
            with pytest.raises(ValueError, match=r"(seed|ciphertext|length)"):
                MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(ciphertext)


def test_ml_dsa_44_verifies():
    for group, case in cases("mldsa_44_verify"):
        message, signature = of(case, "msg", "sig")
        context = bytes.fromhex(case.get("ctx", ""))

        def verify(group=group, message=message, signature=signature, context=context):
            key = MLDSA44PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]))
            key.verify(signature, message, context)

        if case["result"] == "valid":
            verify()
        else:
            with pytest.raises((InvalidSignature, ValueError)):
                verify()


def test_ml_dsa_44_keys_of_seeds():
    made = 0
    for group, case in cases("mldsa_44_sign_seed"):
        if case["result"] != "valid" or "publicKey" not in group:
            continue
        key = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(group["privateSeed"]))
        assert key.public_key().public_bytes_raw().hex() == group["publicKey"]
        if "msg" in case:
            message, signature = of(case, "msg", "sig")
            key.public_key().verify(signature, message, bytes.fromhex(case.get("ctx", "")))
        made += 1
    assert made > 50


AEADS = {1: AEAD.AES_128_GCM, 2: AEAD.AES_256_GCM, 3: AEAD.CHACHA20_POLY1305}
X25519, HKDF_SHA256 = 0x20, 1


@pytest.mark.parametrize("name", ["rfc9180.json", "rfc9180-base-x25519-p256-sha256.json"])
def test_hpke_of_the_rfc(name):
    """The first message of each draw: later ones take a context that we do not use."""
    opened = 0
    for draw in json.loads((VECTORS / "hpke" / name).read_text()):
        suite = (draw["kem_id"], draw["kdf_id"])
        if suite != (X25519, HKDF_SHA256) or draw["aead_id"] not in AEADS:
            continue
        private, public, enc, info = of(draw, "skRm", "pkRm", "enc", "info")
        key = X25519PrivateKey.from_private_bytes(private)
        assert key.public_key().public_bytes_raw() == public
        if "encryptions" not in draw:
            continue  # this file says digests of many messages only
        aad, ciphertext, message = of(draw["encryptions"][0], "aad", "ct", "pt")
        made = Suite(KEM.X25519, KDF.HKDF_SHA256, AEADS[draw["aead_id"]])
        sealed = enc + ciphertext
        assert openssl.hpke._decrypt_with_aad(made, sealed, key, info, aad) == message
        opened += 1
    assert opened == (3 if "p256" in name else 0)
