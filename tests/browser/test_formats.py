"""The sealing formats in the browser, held to the vectors that Python is held to."""

import base64
import hashlib
import json
import secrets
from pathlib import Path

import pytest

from habeas.protocol import sealing

pytestmark = pytest.mark.browser
VECTORS = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors"


def vectors(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def test_canonical_json(page):
    for case in vectors("canonical"):
        encoded = page.evaluate(
            "document => new TextDecoder().decode(f.canonical(document))", case["document"]
        )
        assert encoded == case["canonical"]


def test_terms_and_promise_digests(page):
    given = vectors("promise")
    digest = "async d => f.toHex(await f.sha256(f.canonical(d)))"
    assert page.evaluate(digest, given["terms"]["document"]) == given["terms"]["sha256"]
    promise = given["promise"]["document"]
    assert page.evaluate(digest, promise) == given["promise"]["sha256"]
    terms = page.evaluate("p => f.termsOf(p)", promise)
    assert terms == given["terms"]["document"]


def test_shares_combine(page):
    for case in vectors("shares"):
        shares = case["shares"][-case["k"] :]
        combined = page.evaluate(
            "async s => f.toHex(await f.combineShares(s.map(f.fromHex)))", shares
        )
        assert combined == case["secret"]


def test_the_photo_cipher(page):
    given = vectors("photo")
    sealed = page.evaluate(
        """async v => f.toHex(await f.encryptPhoto(
            f.fromHex(v.data_key), f.fromHex(v.terms_digest), f.fromHex(v.photo)))""",
        given,
    )
    assert sealed == given["ciphertext"]
    opened = page.evaluate(
        """async v => f.toHex(await f.decryptPhoto(f.fromHex(v.data_key),
            f.fromHex(v.key_commitment), f.fromHex(v.terms_digest), f.fromHex(v.ciphertext)))""",
        given,
    )
    assert opened == given["photo"]
    other = {**given, "key_commitment": "00" * 32}
    refused = page.evaluate(
        """v => f.decryptPhoto(f.fromHex(v.data_key), f.fromHex(v.key_commitment),
            f.fromHex(v.terms_digest), f.fromHex(v.ciphertext)).catch(error => error.code)""",
        other,
    )
    assert refused == "key-commitment"


def test_deposits_open(page):
    for case in vectors("deposits"):
        opened = page.evaluate(
            """async v => f.toHex(await f.hpkeOpen(await f.importSeed(f.fromHex(v.seed)),
                f.fromHex(v.info), f.fromBase64(v.deposit)))""",
            case,
        )
        assert opened == case["share"] + case["track_key"]


def test_a_whole_opening(page):
    given = vectors("opening")
    photo = base64.b64decode(given["photo"]).hex()
    opened = page.evaluate(
        """async v => { const { photo, bad } = await f.openPhoto(v.answer,
            await f.importSeed(f.fromHex(v.one_time_seed)));
            return [f.toHex(photo), bad]; }""",
        _answer(given),
    )
    assert opened == [photo, []]


@pytest.mark.parametrize("change", ["promise", "entry", "ciphertext", "share", "too-few"])
def test_no_changed_opening_opens(page, change):
    case = _answer(vectors("opening"))
    answer = case["answer"]
    if change == "promise":
        answer["promise"] = answer["promise"].replace("decide-application", "produce-document")
    elif change == "entry":
        answer["entry"] = answer["entry"].replace("requested", "released")
    elif change == "ciphertext":
        answer["ciphertext"] = "AAAA" + answer["ciphertext"][4:]
    elif change == "share":
        for share in answer["shares"]:
            share["release"] = "AAAA" + share["release"][4:]
    else:
        answer["shares"] = answer["shares"][:1]
    refused = page.evaluate(
        """async v => f.openPhoto(v.answer, await f.importSeed(f.fromHex(v.one_time_seed)))
            .then(() => "opened", error => error.code)""",
        case,
    )
    assert refused in {"too-few-shares", "ciphertext"}


def _answer(given):
    answer = {name: given[name] for name in ("promise", "entry", "shares", "ciphertext")}
    return {"one_time_seed": given["one_time_seed"], "answer": answer}


def test_python_opens_what_the_browser_seals(page):
    seed = secrets.token_bytes(32)
    sealed = page.evaluate(
        """async key => {
            const dataKey = crypto.getRandomValues(new Uint8Array(32));
            const terms = await f.sha256(f.utf8("terms"));
            const shares = await f.splitKey(dataKey, 2, 3);
            const info = f.depositInfo(new Uint8Array(32), new Uint8Array(32), 0);
            const track = new Uint8Array(32).fill(7);
            return {
              ciphertext: f.toHex(await f.encryptPhoto(dataKey, terms, f.utf8("picture"))),
              commitment: f.toHex(await f.keyCommitment(dataKey)),
              shares: shares.map(f.toHex),
              deposit: f.toHex(await f.sealDeposit(f.fromHex(key), info, shares[0], track)),
            };
        }""",
        sealing.public_key(seed).hex(),
    )
    shares = [bytes.fromhex(share) for share in sealed["shares"]]
    deposit = sealing.open_deposit(
        seed,
        sealing.deposit_info(bytes(32), bytes(32), 0),
        bytes.fromhex(sealed["deposit"]),
        hashlib.sha256(shares[0]).digest(),
    )
    assert deposit == sealing.Deposit(shares[0], bytes([7]) * 32)
    data_key = sealing.combine([deposit.share, shares[2]])
    terms = hashlib.sha256(b"terms").digest()
    commitment = bytes.fromhex(sealed["commitment"])
    ciphertext = bytes.fromhex(sealed["ciphertext"])
    assert sealing.decrypt(data_key, commitment, terms, ciphertext) == b"picture"
