"""The edges of what the formats allow: one more is refused, by its own name."""

import pytest

from habeas import tlog
from habeas.tlog.note import MAX_NOTE, split
from habeas.tlog.retry import PASSING
from habeas.tlog.tiles import split_tile


def text_of(origin):
    return tlog.Checkpoint(origin, 1, bytes(32)).text()


@pytest.mark.parametrize("length", [1, 255])
def test_names_that_an_ml_dsa_cosignature_holds(length):
    signer = tlog.MldsaCosignatureSigner.generate("w" * length)
    text = text_of("o" * length)
    signer.verifier.verify(text, signer.cosign(text, 1).value)


@pytest.mark.parametrize(("cosigner", "origin"), [("w" * 256, "o"), ("w", "o" * 256)])
def test_names_that_it_does_not_hold(cosigner, origin):
    signer = tlog.MldsaCosignatureSigner.generate(cosigner)
    with pytest.raises(tlog.FormatError, match="too long to be cosigned"):
        signer.cosign(text_of(origin), 1)


def test_the_last_time_that_a_cosignature_may_carry():
    """C2SP tlog-cosignature: a POSIX time, as a signed number of 64 bits."""
    signer, text = tlog.MldsaCosignatureSigner.generate("w"), text_of("o")
    last = signer.cosign(text, (1 << 63) - 1)
    signer.verifier.verify(text, last.value)
    beyond = signer.cosign(text, 1 << 63)
    with pytest.raises(tlog.SignatureError, match="no possible time"):
        signer.verifier.verify(text, beyond.value)


def test_the_longest_note():
    signature = "\n\n— name AAAAAAA=\n"
    longest = "x" * (MAX_NOTE - len(signature)) + signature
    assert split(longest)[0] == longest.partition("\n\n")[0] + "\n"
    with pytest.raises(tlog.FormatError, match="too long"):
        split("x" + longest)


def test_the_hashes_of_a_tile():
    hashes = [bytes([number]) * 32 for number in range(5)]
    assert split_tile(b"".join(hashes), 5) == hashes
    assert split_tile(b"", 0) == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_answers_that_may_be_another_one_in_a_moment(status):
    assert status in PASSING


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 410, 413, 501, 505])
def test_answers_that_stay(status):
    assert status not in PASSING
