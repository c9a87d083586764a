// The photo step's pure parts: sizes read from headers, the frame, and sampling anew.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { START, frameOf, keptSize, moved } from "../../photo/device/frame.js";
import { resample } from "../../photo/device/resample.js";
import { sizeOf } from "../../photo/device/size.js";
import { WORDS } from "../../photo/device/words.js";

const picture = (width: number, height: number, colour: (x: number, y: number) => number[]) => {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < width * height; at += 1) {
    data.set([...colour(at % width, Math.floor(at / width)), 255], 4 * at);
  }
  return { width, height, data };
};

test("the size of a JPEG and a PNG is read before they are decoded", () => {
  const jpeg = readFileSync("../vectors/portrait/large.jpg");
  const size = sizeOf(jpeg);
  assert.ok(size && size.width > 100 && size.height > 100);
  // Cut anywhere before its frame, there is none.
  for (let end = 0; end < 20; end += 1) assert.equal(sizeOf(jpeg.subarray(0, end)), undefined);
  const png = Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d494844520000ea600000ea60", "hex"),
    deflateSync(Buffer.alloc(10)),
  ]);
  assert.deepEqual(sizeOf(png), { width: 60_000, height: 60_000 });
});

test("the size of each kind of WebP, and of an AVIF's largest item", () => {
  const webp = (kind: string, rest: string) =>
    Buffer.concat([
      Buffer.from("RIFF....WEBP" + kind, "latin1"),
      Buffer.from("00000000" + rest, "hex"),
    ]);
  assert.deepEqual(sizeOf(webp("VP8X", "00000000" + "7f0200" + "df0100")), {
    width: 640,
    height: 480,
  });
  assert.deepEqual(sizeOf(webp("VP8 ", "000000" + "9d012a" + "8002" + "e001")), {
    width: 640,
    height: 480,
  });
  // 14 bits each, less one.
  const bits = (639 | (479 << 14)) >>> 0;
  const lossless = Buffer.alloc(4);
  lossless.writeUInt32LE(bits);
  assert.deepEqual(sizeOf(webp("VP8L", "2f" + lossless.toString("hex"))), {
    width: 640,
    height: 480,
  });
  const ispe = (side: number) =>
    "69737065" + "00000000" + side.toString(16).padStart(8, "0").repeat(2);
  const avif = Buffer.concat([
    Buffer.from("....ftypavif", "latin1"),
    Buffer.from(ispe(64) + ispe(4000) + ispe(512), "hex"),
  ]);
  assert.deepEqual(sizeOf(avif), { width: 4000, height: 4000 });
});

test("drawings, texts and nothing are no pictures", () => {
  for (const file of ["<svg xmlns='http://www.w3.org/2000/svg'/>", "GIF89a", "", "no picture"]) {
    assert.equal(sizeOf(new TextEncoder().encode(file)), undefined);
  }
});

test("the frame has its shape, stays inside, and moves by what it is moved", () => {
  for (const [width, height] of [
    [1000, 500],
    [500, 1000],
    [35, 45],
  ] as const) {
    for (const size of [0.3, 0.75, 1]) {
      for (const at of [-1, 0, 0.4, 1, 2]) {
        const box = frameOf({ width, height }, { size, across: at, down: at });
        assert.ok(Math.abs(box.width / box.height - 35 / 45) < 1e-9);
        assert.ok(box.left >= -1e-9 && box.top >= -1e-9);
        assert.ok(box.left + box.width <= width + 1e-9 && box.top + box.height <= height + 1e-9);
      }
    }
  }
  const size = { width: 1000, height: 1000 };
  const place = { ...START, size: 0.5 };
  const [before, after] = [frameOf(size, place), frameOf(size, moved(size, place, 30, -20))];
  assert.ok(Math.abs(after.left - before.left - 30) < 1e-9);
  assert.ok(Math.abs(after.top - before.top + 20) < 1e-9);
});

test("what is kept is never larger than it was, nor than a document needs", () => {
  const box = { left: 0, top: 0, width: 3500, height: 4500 };
  assert.deepEqual(keptSize(box, true), { width: 900, height: 1157 });
  assert.deepEqual(keptSize(box, false), { width: 1244, height: 1600 });
  assert.deepEqual(keptSize({ ...box, width: 35, height: 45 }, true), { width: 35, height: 45 });
});

test("sampling anew keeps flat colours, mirrors, and a picture at its own size", () => {
  const flat = picture(40, 30, () => [10, 120, 250]);
  for (const [width, height] of [
    [7, 5],
    [1, 1],
    [80, 61],
  ] as const) {
    const small = resample(flat, { left: 3, top: 2, width: 30, height: 20 }, width, height);
    for (let at = 0; at < small.data.length; at += 4) {
      assert.deepEqual([...small.data.subarray(at, at + 4)], [10, 120, 250, 255]);
    }
  }
  const noise = picture(20, 20, (x, y) => [(x * 37 + y * 101) & 255, (x * y) & 255, (x + y) & 255]);
  const whole = { left: 0, top: 0, width: 20, height: 20 };
  assert.deepEqual(resample(noise, whole, 20, 20).data, noise.data);
  const mirrored = picture(20, 20, (x, y) => [
    ...noise.data.subarray(4 * (20 * y + 19 - x), 4 * (20 * y + 19 - x) + 3),
  ]);
  const [a, b] = [resample(noise, whole, 9, 9), resample(mirrored, whole, 9, 9)];
  for (let y = 0; y < 9; y += 1) {
    for (let x = 0; x < 9; x += 1) {
      const there = b.data[4 * (9 * y + 8 - x)] ?? 0;
      assert.ok(Math.abs((a.data[4 * (9 * y + x)] ?? 0) - there) <= 1);
    }
  }
});

test("each language says everything", () => {
  assert.deepEqual(Object.keys(WORDS.ru), Object.keys(WORDS.en));
  for (const text of Object.values(WORDS.ru)) assert.match(text, /[А-Яа-яЁё]/);
});
