"""The edges of what the formats allow: one more is refused, by its own name."""

import base64

import pytest

from habeas import tlog
from habeas.tlog.cosignature import timestamp_of
from habeas.tlog.note import MAX_NOTE, split
from habeas.tlog.retry import PASSING
from habeas.tlog.subtree import verify_subtree_inclusion
from habeas.tlog.tiles import bundles_of, decode_bundle, encode_bundle, split_tile
from habeas.tlog.witness_bodies import AddCheckpoint, SignSubtree


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
    assert MAX_NOTE == 1_000_000
    longest = "x" * (MAX_NOTE - len(signature)) + signature
    assert split(longest)[0] == longest.partition("\n\n")[0] + "\n"
    with pytest.raises(tlog.FormatError, match="too long"):
        split("x" + longest)


def test_the_hashes_of_a_tile():
    hashes = [bytes([number]) * 32 for number in range(5)]
    assert split_tile(b"".join(hashes), 5) == hashes
    assert split_tile(b"", 0) == []


ENTRIES = [b"a", b"", b"b" * 0xFFFF]


def test_the_entries_of_a_bundle():
    bundle = encode_bundle(ENTRIES)
    assert decode_bundle(bundle) == decode_bundle(bundle, 3) == ENTRIES
    assert decode_bundle(b"") == decode_bundle(b"", 0) == []
    with pytest.raises(tlog.FormatError, match="65536 bytes; 65535 are allowed"):
        encode_bundle([b"b" * 0x10000])


@pytest.mark.parametrize("count", [0, 2, 4])
def test_a_bundle_of_another_number_of_entries(count):
    with pytest.raises(tlog.FormatError, match=f"holds 3 entries, not {count}"):
        decode_bundle(encode_bundle(ENTRIES), count)


@pytest.mark.parametrize("cut", [b"\0", b"\0\1", b"\0\2c", b"\1\0" + bytes(255)])
@pytest.mark.parametrize("width", [None, 1, 2])
def test_a_bundle_that_ends_within_an_entry_or_its_length(cut, width):
    with pytest.raises(tlog.FormatError, match="middle of an entry"):
        decode_bundle(encode_bundle([b"a"]) + cut, width)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_answers_that_may_be_another_one_in_a_moment(status):
    assert status in PASSING


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 410, 413, 501, 505])
def test_answers_that_stay(status):
    assert status not in PASSING


def test_the_longest_policy():
    vkey = tlog.NoteSigner("log.example/edge", bytes(32)).vkey
    longest = f"log {vkey}\nquorum none" + "\n" * 998
    assert tlog.Policy.parse(longest).quorum == "none"
    with pytest.raises(tlog.FormatError, match="too many lines"):
        tlog.Policy.parse(longest + "\n")


@pytest.mark.parametrize("stray", ["!", "\n", " ", "-", "é"])
def test_a_verifier_key_is_base64_alone(stray):
    """Decoders that pass over other characters read the same key from many texts."""
    name, id_, blob = tlog.NoteSigner("log.example/edge", bytes(32)).vkey.split("+", 2)
    with pytest.raises(tlog.FormatError, match="malformed"):
        tlog.NoteVerifier.parse(f"{name}+{id_}+{blob[:9]}{stray}{blob[9:]}")


@pytest.mark.parametrize(("start", "end"), [(1, 3), (2, 5), (3, 3), (4, 3)])
def test_no_inclusion_in_what_is_no_subtree(start, end):
    leaf = tlog.leaf_hash(b"x")
    with pytest.raises(tlog.ProofError, match="entries"):
        verify_subtree_inclusion(start, start, end, leaf, [], leaf)


@pytest.mark.parametrize("body", [b"old 3", b"3\n\nnote", b"old", b"", b"\n\nnote"])
def test_no_add_checkpoint(body):
    with pytest.raises(tlog.FormatError, match="begin with the old size"):
        AddCheckpoint.parse(body)


HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "head",
    ["subtree 0", "subtree 0 1 2", "tree 0 1", "subtree  0 1", "subtree 0 1\n\nnote", "\n\nnote"],
)
def test_no_sign_subtree(head):
    body = head if "\n\n" in head else f"{head}\n{HASH}\n\nnote"
    with pytest.raises(tlog.FormatError, match="begin with the subtree"):
        SignSubtree.parse(body.encode())


def test_a_sign_subtree_without_a_note():
    with pytest.raises(tlog.FormatError, match="begin with the subtree"):
        SignSubtree.parse(f"subtree 0 1\n{HASH}\n".encode())
    assert SignSubtree.parse(f"subtree 0 1\n{HASH}\n\nnote".encode()).proof == ()


def test_private_keys_that_are_none():
    signer = tlog.NoteSigner("log.example/edge", bytes(32))
    assert tlog.NoteSigner.parse(f" {signer.private}\n").vkey == signer.vkey
    for wrong in ("", "PRIVATE+KEY+name+id", signer.private + "!", signer.vkey, "PRIVATE+KEY"):
        with pytest.raises(tlog.FormatError, match="no private key"):
            tlog.NoteSigner.parse(wrong)
    with pytest.raises(tlog.FormatError, match="another type"):
        tlog.CosignatureSigner.parse(signer.private)


def test_a_note_ends_in_a_newline():
    with pytest.raises(tlog.FormatError, match="newline"):
        tlog.NoteSigner("log.example/edge", bytes(32)).sign("text")


def test_a_cosignatures_time_takes_eight_bytes():
    assert timestamp_of(b"\0" * 7 + b"\5") == 5
    with pytest.raises(tlog.SignatureError, match="too short"):
        timestamp_of(bytes(7))


def test_without_a_clock_times_count_to_the_end_of_the_year_9999():
    log, witness = tlog.NoteSigner("o", bytes(32)), tlog.CosignatureSigner("w", bytes(32))
    policy = tlog.Policy.parse(f"log {log.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    text = text_of("o")
    last = 253_402_300_799
    verified = policy.verify(log.sign(text) + witness.cosign(text, last).line())
    assert verified.quorum_time == last
    with pytest.raises(tlog.QuorumError):
        policy.verify(log.sign(text) + witness.cosign(text, last + 1).line())


def test_the_first_time_that_counts_is_a_second_after_the_epoch():
    log, witness = tlog.NoteSigner("o", bytes(32)), tlog.CosignatureSigner("w", bytes(32))
    policy = tlog.Policy.parse(f"log {log.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    text = text_of("o")
    assert policy.verify(log.sign(text) + witness.cosign(text, 1).line()).quorum_time == 1
    with pytest.raises(tlog.QuorumError):
        policy.verify(log.sign(text) + witness.cosign(text, 0).line())


def test_where_no_witness_is_asked_for_no_time_is_told():
    log, witness = tlog.NoteSigner("o", bytes(32)), tlog.CosignatureSigner("w", bytes(32))
    policy = tlog.Policy.parse(f"log {log.vkey}\nwitness w {witness.vkey}\nquorum none\n")
    text = text_of("o")
    assert policy.verify(log.sign(text)).quorum_time == 0
    assert policy.verify(log.sign(text) + witness.cosign(text, 7).line()).quorum_time == 0


@pytest.mark.parametrize("line", ["log {log}", "witness w {witness}"])
def test_a_line_of_a_policy_has_one_url_at_most(line):
    keys = {
        "log": tlog.NoteSigner("o", bytes(32)).vkey,
        "witness": tlog.CosignatureSigner("w", bytes(32)).vkey,
    }
    other = "" if line.startswith("log") else f"log {keys['log']}\n"
    begin = other + line.format(**keys)
    for end in ("", " https://a.example"):
        assert tlog.Policy.parse(f"{begin}{end}\nquorum none\n")
    with pytest.raises(tlog.FormatError):
        tlog.Policy.parse(f"{begin} https://a.example https://b.example\nquorum none\n")


def test_the_bundles_that_are_new():
    assert list(bundles_of(300)) == [tlog.Tile(-1, 0, 256), tlog.Tile(-1, 1, 44)]
    assert list(bundles_of(300, 256)) == [tlog.Tile(-1, 1, 44)]
    assert list(bundles_of(300, 299)) == [tlog.Tile(-1, 1, 44)]
    assert list(bundles_of(300, 300)) == []
