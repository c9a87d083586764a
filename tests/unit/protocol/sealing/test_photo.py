import secrets

import pytest

from habeas.protocol import sealing
from habeas.protocol.seal import Secrets

TERMS = bytes(32)


def test_a_photo_opens_with_its_key_and_terms():
    key = secrets.token_bytes(32)
    sealed = sealing.encrypt(key, TERMS, b"picture")
    commitment = sealing.key_commitment(key)
    assert sealing.decrypt(key, commitment, TERMS, sealed) == b"picture"
    with pytest.raises(sealing.OpeningError, match="terms"):
        sealing.decrypt(key, commitment, b"\x01" * 32, sealed)
    with pytest.raises(sealing.OpeningError, match="terms"):
        sealing.decrypt(key, commitment, TERMS, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_another_key_is_refused_by_the_commitment():
    key = secrets.token_bytes(32)
    sealed = sealing.encrypt(key, TERMS, b"picture")
    with pytest.raises(sealing.OpeningError, match="commits"):
        sealing.decrypt(secrets.token_bytes(32), sealing.key_commitment(key), TERMS, sealed)


def test_key_and_commitment_tell_nothing_of_each_other():
    key = secrets.token_bytes(32)
    assert sealing.key_commitment(key) != key
    assert sealing.encrypt(key, TERMS, bytes(32))[:32] != sealing.key_commitment(key)


def test_a_data_key_is_one_of_aes_256():
    assert len(Secrets.draw(secrets.token_bytes).data_key) == 32
