"""The sealing formats in a real browser, against Python. The vectors run in node (web/test)."""

import base64
import hashlib
import json
import secrets

import pytest

from habeas.protocol import sealing
from tests import places

pytestmark = pytest.mark.browser
VECTORS = places.VECTORS / "protocol"


def _opening():
    given = json.loads((VECTORS / "opening.json").read_text())
    answer = {name: given[name] for name in ("promise", "entry", "shares", "ciphertext")}
    return given, {"one_time_seed": given["one_time_seed"], "answer": answer}


def test_a_whole_opening(page):
    given, case = _opening()
    opened = page.evaluate(
        """async v => { const { photo, bad } = await f.openPhoto(v.answer,
            await f.privateKeyOf(f.fromHex(v.one_time_seed)));
            return [f.toHex(photo), bad]; }""",
        case,
    )
    assert opened == [base64.b64decode(given["photo"]).hex(), []]


def test_no_changed_opening_opens(page):
    _, case = _opening()
    for share in case["answer"]["shares"]:
        share["release"] = "AAAA" + share["release"][4:]
    refused = page.evaluate(
        """async v => f.openPhoto(v.answer, await f.privateKeyOf(f.fromHex(v.one_time_seed)))
            .then(() => "opened", error => error.code)""",
        case,
    )
    assert refused == "too-few-shares"


def test_python_opens_what_the_browser_seals(page):
    seed = secrets.token_bytes(32)
    sealed = page.evaluate(
        """async key => {
            const dataKey = f.secureRandom(32);
            const terms = await f.sha256(f.utf8("terms"));
            const shares = f.split(dataKey, 2, 3, f.secureRandom);
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
