// Words and codes on paper give back the seed, and nothing else does.
import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeQR } from "qr/decode.js";
import { encodeQR } from "qr";

import { fromHex, toHex } from "../../formats/bytes.js";
import { lockReceipt, unlockReceipt } from "../../formats/locked.js";
import { documentIn, pageOf } from "../../formats/receiptfile.js";
import { type Receipt, readReceipt } from "../../formats/receipt.js";
import { secureRandom } from "../../formats/shares.js";
import { WordsError, codeOf, codeText, seedOf, wordsOf } from "../../paper/seed.js";
import { vectors } from "../vectors.js";

const SEED = fromHex("7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f");
const REFERENCE = "HL-7K2M-9QXT";
/** Of the published vectors of BIP-39 (trezor/python-mnemonic, vectors.json). */
const WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow";

test("words are those of BIP-39, however they are typed", () => {
  assert.equal(wordsOf(SEED).join(" "), WORDS);
  const numbered = WORDS.split(" ").map((word, at) => `${String(at + 1)}. ${word.toUpperCase()}\n`);
  const short = WORDS.split(" ").map((word) => word.slice(0, 4));
  for (const typed of [WORDS, numbered.join(""), short.join(", ")]) {
    assert.deepEqual(seedOf(typed), SEED);
  }
});

test("other words are told apart from wrong ones", () => {
  const code = (typed: string) => {
    try {
      return toHex(seedOf(typed));
    } catch (error) {
      assert.ok(error instanceof WordsError);
      return [error.code, ...error.unknown].join(" ");
    }
  };
  assert.equal(code(`${WORDS} legal`), "words-count");
  assert.equal(code(WORDS.replace("sausage", "sossige")), "words-unknown sossige");
  assert.equal(code(WORDS.replace("sausage", "wave")), "words-checksum");
  assert.equal(code(""), "words-count");
});

test("a camera reads the code", () => {
  const text = codeText("https://portal.example", SEED, REFERENCE);
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 4, scale: 4 });
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  const data = Uint8Array.from(
    rows.flatMap((row) => row.flatMap((dark) => (dark ? [0, 0, 0] : [255, 255, 255]))),
  );
  assert.equal(decodeQR({ height, width, data }), text);
  assert.deepEqual(codeOf(new URL(text).hash), { seed: SEED, reference: REFERENCE });
  for (const hash of ["", "#", "#main-content", "#7f.HL", `#${toHex(SEED)}`, "#7f7f.%E0%A4"]) {
    assert.equal(codeOf(hash), undefined);
  }
});

const receipt = (): Receipt => {
  const { good } = vectors<{ good: { receipt: unknown }[] }>("receipt");
  return readReceipt(good[0]?.receipt);
};

test("a passphrase opens what it has locked, and nothing else does", async () => {
  const locked = await lockReceipt(receipt(), "верный конь", secureRandom);
  assert.deepEqual(await unlockReceipt(locked, "верный конь".normalize("NFD")), receipt());
  const code = (error: { code?: string }) => error.code === "does-not-open";
  await assert.rejects(unlockReceipt(locked, "верный кот"), code);
  await assert.rejects(unlockReceipt({ ...locked, iterations: 1 }, "верный конь"));
  const nonce = `A${locked.nonce.slice(1)}`;
  await assert.rejects(unlockReceipt({ ...locked, nonce, salt: "0".repeat(64) }, "верный конь"));
});

test("a file reads the same after any editor", () => {
  const blank = '<script type="application/json" id="habeas-receipt"></script><p>text</p>';
  const json = JSON.stringify(receipt(), null, 2);
  const page = pageOf(blank, json);
  const saved = [
    page,
    `\ufeff${page}`,
    page.replaceAll("\n", "\r\n"),
    page.replace('id="habeas-receipt"', "id=habeas-receipt data-x"),
    page.replace("</script>", "\n</SCRIPT >"),
    json,
    `\n${json}\n`,
  ];
  for (const file of saved) assert.deepEqual(readReceipt(documentIn(file)), receipt());
  for (const file of [
    "",
    "<p>",
    blank,
    "{",
    page.slice(0, 500),
    page.replace("}</script>", "</script>"),
  ]) {
    assert.throws(() => readReceipt(documentIn(file)));
  }
});
