"""Notes, checkpoints, cosignatures, proofs and policies, against other people's vectors."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from habeas import tlog
from habeas.tlog import sodium
from habeas.tlog.note import split, verify_ed25519
from habeas.tlog.verifying import Folder, verify_log
from tests.places import VECTORS

LOG = tlog.NoteSigner("log.example/a", bytes(range(32)))
ED = tlog.CosignatureSigner("w.example/ed", bytes(range(1, 33)))
PQ = tlog.MldsaCosignatureSigner("w.example/pq", bytes(range(2, 34)))


def checkpoint(size=7, root=bytes(32), origin=LOG.name):
    return tlog.Checkpoint(origin, size, root).text()


def test_the_example_of_the_specification_opens():
    note = (VECTORS / "c2sp/signed-note-example.txt").read_text()
    verifier = tlog.NoteVerifier.parse((VECTORS / "c2sp/signed-note-example.vkey").read_text())
    assert tlog.open_note(note, [verifier]).text == "This is an example message.\n"
    with pytest.raises(tlog.SignatureError):
        tlog.open_note(note.replace("example", "exemple", 1), [verifier])


def test_checkpoints_and_tiles_of_tessera_verify(tmp_path):
    place = VECTORS / "tessera-log"
    policy = tlog.Policy.parse(f"log {(place / 'vkey').read_text().strip()}\nquorum none\n")
    for size in range(16):
        note = (place / "log" / f"checkpoint.{size}").read_text()
        assert policy.verify(note).checkpoint.size == size
    assert verify_log(Folder(place / "log"), policy).checkpoint.size == 15


def test_keys_have_the_text_form_of_gos_note_package():
    for signer in (LOG, ED, PQ):
        assert type(signer).parse(signer.private).vkey == signer.vkey
        assert signer.private.startswith(f"PRIVATE+KEY+{signer.name}+")
        with pytest.raises(tlog.FormatError):
            type(signer).parse(signer.private[:-4])
    with pytest.raises(tlog.FormatError):
        tlog.NoteVerifier.parse(ED.vkey)


@pytest.mark.parametrize("witness", [ED, PQ], ids=["ed25519", "ml-dsa-44"])
def test_a_cosignature_binds_text_and_time(witness):
    text = checkpoint()
    signature = witness.cosign(text, 1_700_000_000)
    verifier = tlog.parse_cosigner(witness.vkey)
    verifier.verify(text, signature.value)
    with pytest.raises(tlog.SignatureError):
        verifier.verify(checkpoint(8), signature.value)
    later = (1_700_000_001).to_bytes(8, "big") + signature.value[8:]
    with pytest.raises(tlog.SignatureError):
        verifier.verify(text, later)
    for at in (0, 8, len(signature.value) - 1):
        flipped = bytearray(signature.value)
        flipped[at] ^= 0x80
        with pytest.raises(tlog.SignatureError):
            verifier.verify(text, bytes(flipped))


def test_only_the_mldsa_form_commits_to_the_cosigners_name():
    text = checkpoint()
    other = tlog.MldsaCosignatureVerifier("w.example/other", PQ.verifier.public_key)
    with pytest.raises(tlog.SignatureError):
        other.verify(text, PQ.cosign(text, 5).value)


def test_the_mldsa_message_is_the_structure_of_the_specification():
    """Assembled here by hand: label, name, time, origin, start, end, hash."""
    text = checkpoint(42, b"\xab" * 32)
    value = PQ.cosign(text, 1_700_000_000).value
    message = (
        bytes.fromhex("737562747265652f76310a00")
        + b"\x0cw.example/pq"
        + (1_700_000_000).to_bytes(8, "big")
        + b"\x0dlog.example/a"
        + bytes(8)
        + (42).to_bytes(8, "big")
        + b"\xab" * 32
    )
    key = MLDSA44PublicKey.from_public_bytes(PQ.verifier.public_key)
    key.verify(value[8:], message)


@pytest.mark.parametrize("verify", [verify_ed25519, sodium.verify_ed25519])
def test_wycheproof_ed25519(verify):
    groups = json.loads((VECTORS / "wycheproof/ed25519_test.json").read_text())["testGroups"]
    count = 0
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            count += 1
            arguments = ("w", key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if test["result"] == "valid":
                verify(*arguments)
            else:
                with pytest.raises(tlog.SignatureError):
                    verify(*arguments)
    assert count > 100


def takes(verify, case):
    arguments = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode()
    try:
        verify("w", *arguments)
    except tlog.SignatureError:
        return False
    return True


def test_cctv_ed25519_never_crashes():
    """Edge cases on which libraries differ: what an admission takes, every reader takes."""
    cases = json.loads((VECTORS / "cctv/ed25519vectors.json").read_text())
    by_sodium = [case for case in cases if takes(sodium.verify_ed25519, case)]
    assert 0 < len(by_sodium) < len(cases)
    assert all(takes(verify_ed25519, case) for case in by_sodium)


def test_wycheproof_mldsa44_seeds():
    """Our text form keeps the seed: the key that it makes must be the vectors' key."""
    groups = json.loads((VECTORS / "wycheproof/mldsa_44_sign_seed_test.json").read_text())
    seen = 0
    for group in groups["testGroups"]:
        if len(group["privateSeed"]) != 64 or not group["publicKey"]:
            continue
        signer = tlog.MldsaCosignatureSigner("w", bytes.fromhex(group["privateSeed"]))
        assert signer.verifier.public_key.hex() == group["publicKey"]
        seen += 1
    assert seen > 3


def policy_text(quorum="g", group="group g 2 ed pq"):
    lines = [f"log {LOG.vkey}", f"witness ed {ED.vkey}", f"witness\tpq   {PQ.vkey}  # "]
    lines[2] = lines[2].removesuffix("  # ")
    return "\n".join(["# a policy", "", *lines, group, f"quorum {quorum}", ""])


def cosigned(text, *witnesses, at=1_700_000_000):
    return LOG.sign(text) + "".join(
        each.cosign(text, at + n).line() for n, each in enumerate(witnesses)
    )


def test_quorums():
    text = checkpoint()
    both = tlog.Policy.parse(policy_text())
    verified = both.verify(cosigned(text, ED, PQ))
    assert {each.name for each in verified.cosignatures} == {"ed", "pq"}
    # The older of the two: at the newer one, only one had cosigned.
    assert verified.quorum_time == 1_700_000_000
    with pytest.raises(tlog.QuorumError):
        both.verify(cosigned(text, ED))
    with pytest.raises(tlog.QuorumError):
        both.verify(cosigned(text, ED, ED))
    either = tlog.Policy.parse(policy_text(group="group g any ed pq"))
    assert either.verify(cosigned(text, ED, PQ)).quorum_time == 1_700_000_001
    nested = "group pair all ed pq\ngroup g 1 pair"
    with pytest.raises(tlog.QuorumError):
        tlog.Policy.parse(policy_text(group=nested)).verify(cosigned(text, PQ))
    assert tlog.Policy.parse(policy_text("none")).verify(LOG.sign(text)).quorum_time == 0


def test_a_policy_wants_the_logs_own_signature_and_origin():
    policy = tlog.Policy.parse(policy_text("none"))
    text = checkpoint()
    with pytest.raises(tlog.SignatureError):
        policy.verify(text + "\n" + ED.cosign(text, 1).line())
    with pytest.raises(tlog.SignatureError):
        policy.verify(LOG.sign(checkpoint(origin="log.example/b")))
    stranger = tlog.NoteSigner.generate("stranger.example")
    policy.verify(LOG.sign(text) + stranger.signature(text).line())
    bad = tlog.Signature(ED.name, ED.verifier.key_id, bytes(72))
    with pytest.raises(tlog.SignatureError):
        policy.verify(LOG.sign(text) + bad.line())


@pytest.mark.parametrize(
    "text",
    [
        "quorum none",
        f"log {LOG.vkey}",
        f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none",
        f"log {ED.vkey}\nquorum none",
        f"log {LOG.vkey}\nwitness a {LOG.vkey}\nquorum a",
        f"log {LOG.vkey}\nwitness none {ED.vkey}\nquorum none",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\nwitness b {ED.vkey}\nquorum a",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\ngroup g 2 a\nquorum g",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\ngroup g 0 a\nquorum g",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\ngroup g 1 a a\nquorum g",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\ngroup g 1 a\ngroup h 1 a\nquorum g",
        f"log {LOG.vkey}\nquorum a\nwitness a {ED.vkey}",
        f"log {LOG.vkey}\nwitness a {ED.vkey}\ngroup g any\nquorum a",
        f"log {LOG.vkey}\nquorum none\nquorum none",
        f"log {LOG.vkey}\rquorum none",
        f"log {LOG.vkey}\nfrobnicate\nquorum none",
    ],
)
def test_policies_that_are_none(text):
    with pytest.raises(tlog.FormatError):
        tlog.Policy.parse(text)


def test_one_key_is_one_witness_whatever_it_is_called():
    twin = tlog.CosignatureVerifier("w.example/twin", ED.verifier.public_key)
    with pytest.raises(tlog.FormatError, match="twice"):
        tlog.Policy.parse(f"log {LOG.vkey}\nwitness a {ED.vkey}\nwitness b {twin.vkey}\nquorum a\n")


def test_proofs_go_through_text():
    entries = [b"a", b"b", b"c"]
    leaves = [tlog.leaf_hash(each) for each in entries]
    root = tlog.Frontier().extend(leaves).root()
    note = cosigned(checkpoint(3, root), ED, PQ)
    path = (leaves[0], leaves[2])
    proof = tlog.TlogProof(1, path, note, extra=b"not authenticated")
    assert tlog.TlogProof.parse(proof.format()) == proof
    policy = tlog.Policy.parse(policy_text())
    assert proof.verify(b"b", policy).checkpoint.size == 3
    with pytest.raises(tlog.RootMismatchError):
        proof.verify(b"x", policy)
    with pytest.raises(tlog.QuorumError):
        tlog.TlogProof(1, path, LOG.sign(checkpoint(3, root))).verify(b"b", policy)


def _b64(size):
    return base64.b64encode(bytes(size)).decode()


GOOD_PROOF = tlog.TlogProof(0, (bytes(32),), LOG.sign(checkpoint())).format()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 0", "index -1"),
        ("index 0", "index 00"),
        ("index 0", f"extra !\nindex 0"),  # noqa: F541
        ("index 0\n", ""),
        (_b64(32), _b64(31)),
        (_b64(32), _b64(32)[:-2] + "B="),
        (_b64(32) + "\n", (_b64(32) + "\n") * 64),
        ("\n\n", "\n"),
    ],
)
def test_texts_that_are_no_proof(old, new):
    assert tlog.TlogProof.parse(GOOD_PROOF).index == 0
    changed = GOOD_PROOF.replace(old, new) if old == "\n\n" else GOOD_PROOF.replace(old, new, 1)
    with pytest.raises(tlog.FormatError):
        tlog.TlogProof.parse(changed)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n—  AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAAAAA\n",
        "te\rxt\n\n— name AAAAAAAA\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n" + "— name AAAAAAAA\n" * 101,
    ],
)
def test_texts_that_are_no_note(note):
    with pytest.raises(tlog.FormatError):
        tlog.open_note(note, [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"\n1\n{_b64(32)}\n",
        f"o\n01\n{_b64(32)}\n",
        f"o\n+1\n{_b64(32)}\n",
        f"o\n1\n{_b64(33)}\n",
        f"o\n1\n{_b64(32)}\n\n",
        f"o\n1\n{_b64(32)}\nextension\n\nmore\n",
        f"o\n1\n{_b64(32)}\nextension",
        f"o\n{2**63}\n{_b64(32)}\n",
        f"o\n\u0661\n{_b64(32)}\n",
    ],
)
def test_texts_that_are_no_checkpoint(text):
    with pytest.raises(tlog.FormatError):
        tlog.Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (-1, 0, 8, "tile/entries/000.p/8"),
        (63, 999, 255, "tile/63/999.p/255"),
        (1, 1000, 256, "tile/1/x001/000"),
    ],
)
def test_paths_of_tiles(level, index, width, path):
    assert tlog.Tile(level, index, width).path() == path
    assert tlog.Tile.parse(path) == tlog.Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        *("tile/64/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256"),
        *("tile/00/000", "tile/0/000.p/01", "tile/0/000/", "tile/../000", "tile/0/x1/000"),
    ],
)
def test_paths_that_name_no_tile(path):
    with pytest.raises(tlog.FormatError):
        tlog.Tile.parse(path)


def test_extension_lines_go_through_text():
    text = f"o\n1\n{_b64(32)}\nTimestamp: 1733\nother\n"
    checkpoint = tlog.Checkpoint.parse(text)
    assert checkpoint.extensions == ("Timestamp: 1733", "other")
    assert checkpoint.text() == text


def test_mldsa44_signatures_of_wycheproof():
    """The verifying half, with the context that C2SP leaves empty."""
    groups = json.loads((VECTORS / "wycheproof/mldsa_44_verify_test.json").read_text())
    seen = {"valid": 0, "invalid": 0}
    for group in groups["testGroups"]:
        for test in group["tests"]:
            if test.get("ctx"):
                continue
            try:
                key = MLDSA44PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]))
                key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
                result = "valid"
            except (InvalidSignature, ValueError):
                result = "invalid"
            assert result == test["result"], test["comment"]
            seen[result] += 1
    assert min(seen.values()) > 10


BOTH = tlog.LogSigner(LOG, tlog.MldsaCosignatureSigner(LOG.name, bytes(range(5, 37))))


def test_a_log_signs_with_both_keys_and_a_policy_asks_for_both():
    text = checkpoint()
    policy = tlog.Policy.parse(BOTH.policy_lines + "quorum none\n")
    assert len(policy.logs) == 2
    policy.verify(BOTH.sign(text, 1_700_000_000))
    policy.verify(BOTH.sign(text))
    mldsa_line = BOTH.sign(text).splitlines(keepends=True)[-1]
    for note, missing in ((LOG.sign(text), "ML-DSA-44"), (text + "\n" + mldsa_line, "Ed25519")):
        with pytest.raises(tlog.SignatureError, match=missing):
            policy.verify(note)
    with pytest.raises(tlog.SignatureError, match="does not verify"):
        policy.verify(LOG.sign(text) + BOTH.sign(checkpoint(8)).splitlines(keepends=True)[-1])
    # Who knows only one of the keys reads the same note.
    tlog.Policy.parse(f"log {LOG.vkey}\nquorum none\n").verify(BOTH.sign(text))


def test_keys_of_one_type_are_alternatives_while_a_log_changes_them():
    new = tlog.NoteSigner.generate(LOG.name)
    policy = tlog.Policy.parse(f"log {LOG.vkey}\nlog {new.vkey}\nquorum none\n")
    policy.verify(LOG.sign(checkpoint()))
    policy.verify(new.sign(checkpoint()))


def test_the_two_keys_of_a_log_have_one_name():
    with pytest.raises(tlog.FormatError):
        tlog.LogSigner(LOG, PQ)


@pytest.mark.parametrize("time", [0, 253_402_300_800, 1_700_000_301])
def test_a_cosignature_of_a_time_that_cannot_be_does_not_count(time):
    policy = tlog.Policy.parse(policy_text(group="group g any ed pq"))
    text = checkpoint()
    note = LOG.sign(text) + ED.cosign(text, time).line()
    with pytest.raises(tlog.QuorumError):
        policy.verify(note, 1_700_000_000)
    both = note + PQ.cosign(text, 1_700_000_300).line()
    verified = policy.verify(both, 1_700_000_000)
    assert [each.name for each in verified.cosignatures] == ["pq"]
    assert verified.quorum_time == 1_700_000_300
    if time < 1_800_000_000 and time:
        policy.verify(note)  # who has no clock cannot tell that it is ahead


def test_policies_are_octets():
    """Names are opaque; a Kelvin sign is no K, and Latin-1 is no error."""
    names = (b"K", "\u212a".encode(), b"caf\xe9", b"caf\xe8")
    keys = [tlog.CosignatureSigner.generate(f"w{n}.example") for n in range(4)]
    lines = [b"# caf\xe9", f"log {LOG.vkey} https://log.example/".encode() + b"\xe9"]
    lines += [
        b"witness %s %s" % (name, key.vkey.encode()) for name, key in zip(names, keys, strict=True)
    ]
    lines += [b"group g all " + b" ".join(names), b"quorum g", b""]
    policy = tlog.Policy.parse(b"\n".join(lines))
    assert len(policy.witnesses) == 4
    text = checkpoint()
    policy.verify(LOG.sign(text) + "".join(key.cosign(text, 5).line() for key in keys))
    assert len(policy.urls) == 1
    for control in (b"\r", b"\x00", b"\x7f", b"\x0b"):
        with pytest.raises(tlog.FormatError):
            tlog.Policy.parse(b"# " + control + b"\n" + b"\n".join(lines))
    with pytest.raises(tlog.FormatError):
        tlog.Policy.parse(b"log caf\xe9" + LOG.vkey.encode() + b"\nquorum none\n")


def test_a_policy_may_be_large():
    """The specification recommends at least 32 logs, witnesses and groups."""
    lines = [f"log {tlog.NoteSigner.generate(f'log{n}.example').vkey}" for n in range(32)]
    lines += [
        f"witness w{n} {tlog.CosignatureSigner.generate(f'w{n}.example').vkey}" for n in range(32)
    ]
    lines += [f"group g{n} 1 w{n}" for n in range(31)]
    lines += [f"group all all {' '.join(f'g{n}' for n in range(31))}", "quorum all"]
    policy = tlog.Policy.parse("\n".join(lines))
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)


def test_halves_of_characters_are_no_text():
    """JSON can bring them, and no signature is over them."""
    for half in ("\ud800", "\udfff"):
        with pytest.raises(tlog.FormatError):
            tlog.open_note(f"{half}\n\n— name AAAAAAAA\n", [LOG.verifier])
        with pytest.raises(tlog.FormatError):
            tlog.NoteVerifier.parse(f"{half}+00000000+AAAA")


def test_base64_of_other_letters():
    for vkey in ("name+00000000+é", "name+00000000+AA=A", "name+00000000+"):
        with pytest.raises(tlog.FormatError):
            tlog.NoteVerifier.parse(vkey)
    with pytest.raises(tlog.FormatError):
        tlog.TlogProof.parse(GOOD_PROOF.replace("index 0", "extra é\nindex 0", 1))


@pytest.mark.parametrize("code", [0x00, 0x09, 0x1F, 0xFFFD, 0xD800, 0xDFFF])
def test_characters_that_no_note_holds(code):
    with pytest.raises(tlog.FormatError, match="characters"):
        split(f"a{chr(code)}\n\n— a AAAAAAA=\n")


def test_a_note_may_carry_a_hundred_signatures():
    key = tlog.NoteSigner("log.example", bytes(32))
    signed = key.sign("text\n")
    text, _, line = signed.rpartition("\n\n")
    others = "".join(f"— other{n} AAAAAAAA\n" for n in range(99))
    note = tlog.open_note(f"{text}\n\n{line}{others}", [key.verifier])
    assert len(note.verified) == 1
