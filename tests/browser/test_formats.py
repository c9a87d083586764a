"""The sealing formats in a real browser, against Python. The vectors run in node (web/test)."""

import base64
import hashlib
import json
import secrets

import pytest

from habeas.protocol import Promise, office, sealing
from habeas.protocol.seal import custodian_tags
from habeas.protocol.terms import track_hash
from tests import places
from tests.browser.seen import computed
from tests.unit.protocol import world

pytestmark = pytest.mark.browser


def vectors(name):
    return json.loads((places.VECTORS / "protocol" / f"{name}.json").read_text())


OPEN = """async v => {
    const opening = {
        promise: f.decodePromise(f.utf8(v.promise)), entry: f.utf8(v.entry),
        key: await f.privateKeyOf(f.fromHex(v.one_time_seed)),
    };
    return f.openPhoto(opening, v.shares, f.fromBase64(v.ciphertext)).then(
        ({ photo, bad }) => [f.toBase64(photo), bad.map(each => each.trustee)],
        error => error.code);
}"""


def test_a_whole_opening(page):
    for case in vectors("opening")["good"]:
        assert computed(page, OPEN, case) == [case["photo"], case["bad"]]


def test_no_changed_opening_opens(page):
    for case in vectors("opening")["bad"]:
        assert computed(page, OPEN, case) == case["code"], case["name"]


def test_circles_entries_and_receipts_verify_in_a_browser_too(page):
    """What needs the browser's own Ed25519."""
    found = computed(
        page,
        """async ({ entries, receipt }) => {
            let chain;
            for (const note of entries.chain)
                chain = chain ? await chain.extend(note, 0) : await f.Chain.start(note, 0);
            const kinds = [];
            for (const { entry } of entries.good)
                kinds.push((await f.readEntry(f.utf8(entry), chain)).kind ?? "foreign");
            const foreign = [];
            for (const { entry } of entries.bad)
                foreign.push((await f.readEntry(f.utf8(entry), chain)).code);
            const { index } = await f.verifyReceipt(f.readReceipt(receipt.good[0].receipt));
            return { kinds, foreign, index };
        }""",
        {"entries": vectors("entries"), "receipt": vectors("receipt")},
    )
    assert "foreign" not in found["kinds"]
    assert found["foreign"] == [case["code"] for case in vectors("entries")["bad"]]
    assert found["index"] == 0


def test_python_opens_what_the_browser_seals(page):
    seed = secrets.token_bytes(32)
    sealed = computed(
        page,
        """async key => {
            const dataKey = f.secureRandom(32);
            const terms = await f.sha256(f.utf8("terms"));
            const shares = f.split(dataKey, 2, 3, f.secureRandom);
            const info = f.depositInfo(new Uint8Array(32), new Uint8Array(32), 0);
            const track = new Uint8Array(32).fill(7);
            const begun = await f.hpkeBegin(f.fromHex(key));
            return {
              ciphertext: f.toHex(await f.encryptPhoto(dataKey, terms, f.utf8("picture"))),
              commitment: f.toHex(await f.keyCommitment(dataKey)),
              shares: shares.map(f.toHex),
              deposit: f.toHex(await f.sealDeposit(begun, info, shares[0], track)),
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


SEAL = """async v => {
    const circle = await f.verifyCircle(v.circle);
    const keys = await f.readMonthKeys(circle, v.keys);
    const secrets = await f.drawSecrets(f.secureRandom);
    const terms = await f.buildTerms(circle, keys, v.wishes, secrets);
    const photo = f.fromBase64(v.photo);
    const { promise, ciphertext, deposits } =
        await f.sealPhoto(photo, terms, keys, secrets, f.secureRandom);
    const { reference } = v.wishes;
    const office = f.fromBase64(circle.offices[0].encryption_key);
    const pointer = await f.sealPointer(office, await f.pointerOf(promise, reference, secrets));
    return {
        promise: f.fromUtf8(f.encode(promise)), ciphertext: f.toHex(ciphertext),
        deposits: deposits.map(f.toHex), tags: await f.custodianTags(secrets.trackKey),
        pointer: f.toHex(pointer),
    };
}"""


def test_python_opens_a_photo_that_the_browser_sealed(page):
    """With keys drawn in the browser: deposits, picture, and the pointer for the office."""
    (case,) = vectors("sealing")["good"]
    made = computed(page, SEAL, case)
    promise = Promise.decode(made["promise"].encode())
    assert promise.sealed_by == "browser"
    opened = [
        sealing.open_deposit(
            bytes.fromhex(seed),
            sealing.deposit_info(promise.digest(), bytes.fromhex(key.key), index),
            bytes.fromhex(deposit),
            bytes.fromhex(promise.shares[index]),
        )
        for index, (seed, key, deposit) in enumerate(
            zip(case["month_seeds"], promise.trustees.keys, made["deposits"], strict=True)
        )
    ]
    (track_key,) = {each.track_key for each in opened}
    assert track_hash(track_key) == promise.track_hash
    tags = custodian_tags(track_key, promise.openings_max)
    assert made["tags"] == {"sealed": tags.sealed, "closed": tags.closed}
    data_key = sealing.combine([opened[3].share, opened[1].share])
    picture = sealing.decrypt(
        data_key, bytes.fromhex(promise.key_commitment), promise.terms().digest(),
        bytes.fromhex(made["ciphertext"]),
    )  # fmt: skip
    assert picture == base64.b64decode(case["photo"])
    reference = case["wishes"]["reference"]
    pointer = office.open_pointer(world.OFFICE_SEED, bytes.fromhex(made["pointer"]), reference)
    office.verify_pointer(pointer, promise)
