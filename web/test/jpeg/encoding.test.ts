// Our encoder gives the bytes that Pillow gives (vectors/jpeg), and files that the gate takes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readJpeg } from "../../gate/jpeg.js";
import { encodeJpeg } from "../../jpeg/index.js";

interface Encoded {
  width: number;
  height: number;
  kind: "noise" | "slope";
  bytes: number;
  sha256: string;
}
const CASES = JSON.parse(readFileSync("../vectors/jpeg/encoded.json", "utf8")) as Encoded[];

function pixels({ width, height, kind }: Encoded): Uint8Array {
  const rgba = new Uint8Array(4 * width * height);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const value = (Math.imul(at, 2_654_435_761) + 12_345) >>> 0;
    const colours =
      kind === "noise" ? [value >>> 8, value >>> 16, value >>> 24] : [x * 5 + y, y * 3, 255 - x];
    rgba.set([...colours.map((each) => each & 255), 255], 4 * at);
  }
  return rgba;
}

test("each picture has the bytes that Pillow gives it", () => {
  assert.ok(CASES.length > 10);
  for (const each of CASES) {
    const file = encodeJpeg(pixels(each), each.width, each.height);
    const name = `${String(each.width)} × ${String(each.height)} ${each.kind}`;
    assert.equal(file.length, each.bytes, name);
    assert.equal(createHash("sha256").update(file).digest("hex"), each.sha256, name);
    const { width, height, colours } = readJpeg(file);
    assert.deepEqual([width, height, colours], [each.width, each.height, 3], name);
  }
});

test("pixels of another size are refused", () => {
  assert.throws(() => encodeJpeg(new Uint8Array(4), 2, 1), RangeError);
  assert.throws(() => encodeJpeg(new Uint8Array(0), 0, 1), RangeError);
  assert.throws(() => encodeJpeg(new Uint8Array(0), 65_536, 0), RangeError);
});
