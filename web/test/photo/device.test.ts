// The photo step's pure parts: sizes read from headers, the frame, and sampling anew.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { START, frameOf, moved, placeOf } from "../../photo/device/frame.js";
import { Announcer } from "../../photo/device/announcer.js";
import { sizeOf } from "../../photo/device/size.js";
import { framed, whole } from "../../portrait/kept.js";
import type { Hint } from "../../portrait/guide.js";
import type { Picture } from "../../portrait/picture.js";
import { en } from "../../photo/device/words.js";
import { ru } from "../../photo/device/ru.js";

const picture = (width: number, height: number, colour: (x: number, y: number) => number[]) => {
  const data = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at += 1) {
    data.set(colour(at % width, Math.floor(at / width)), 3 * at);
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
        const [left, top, right, bottom] = box;
        assert.ok(Math.abs((right - left) / (bottom - top) - 35 / 45) < 1e-9);
        assert.ok(left >= -1e-9 && top >= -1e-9);
        assert.ok(right <= width + 1e-9 && bottom <= height + 1e-9);
      }
    }
  }
  const size = { width: 1000, height: 1000 };
  const place = { ...START, size: 0.5 };
  const [before, after] = [frameOf(size, place), frameOf(size, moved(size, place, 30, -20))];
  assert.ok(Math.abs(after[0] - before[0] - 30) < 1e-9);
  assert.ok(Math.abs(after[1] - before[1] + 20) < 1e-9);
  // A frame that the checks have found is where they have found it.
  const found = { x: 100, y: 220, width: 350, height: 450 };
  const [left, top, right, bottom] = frameOf(size, placeOf(size, found));
  for (const [one, other] of [
    [left, 100],
    [top, 220],
    [right, 450],
    [bottom, 670],
  ] as const) {
    assert.ok(Math.abs(one - other) < 1e-9);
  }
});

test("what is kept is never larger than it was, nor than a document needs", () => {
  const size = ({ width, height }: Picture): number[] => [width, height];
  const large = picture(1750, 2250, () => [10, 120, 250]);
  assert.deepEqual(size(framed(large, [0, 0, 1750, 2250])), [900, 1157]);
  assert.deepEqual(size(whole(large)), [1244, 1600]);
  const small = picture(70, 90, (x, y) => [x, y, 0]);
  assert.equal(whole(small), small);
  // As it is, at the nearest pixel.
  const cut = framed(small, [10.4, 20.6, 45.4, 65.6]);
  assert.deepEqual(size(cut), [35, 45]);
  assert.deepEqual([...cut.data.subarray(0, 3)], [10, 21, 0]);
});

test("a head that leans is turned upright about its eyes, on white", () => {
  const side = picture(100, 100, (x) => (x < 50 ? [0, 0, 0] : [200, 200, 200]));
  const about = [50, 50] as const;
  const upright = framed(side, [0, 0, 70, 90], { degrees: 3.9, about });
  assert.deepEqual(upright.data.subarray(0, 3), side.data.subarray(0, 3));
  const turned = framed(side, [15, 5, 85, 95], { degrees: 90, about });
  // The edge that stood upright lies now: below it is what was on the left.
  const at = (x: number, y: number): number => turned.data[3 * (turned.width * y + x)] ?? -1;
  assert.equal(at(35, 5), 200);
  assert.equal(at(35, 85), 0);
  assert.equal(framed(side, [0, 0, 70, 90], { degrees: 45, about }).data[0], 255);
});

test("hints are spoken once they last, and not one over another", () => {
  const announcer = new Announcer();
  let now = 0;
  const spoken = (hint: Hint, times: number): number =>
    Array.from({ length: times }, () => announcer.hear(hint, (now += 100))).filter(Boolean).length;
  assert.equal(spoken("nearer", 3), 0);
  assert.equal(spoken("nearer", 20), 1);
  // It flickers: nothing is said.
  for (let time = 0; time < 20; time += 1) {
    assert.equal(spoken(time % 2 ? "middle" : "nearer", 3), 0);
  }
  assert.equal(spoken("good", 10), 1);
  assert.equal(announcer.times, 10);
  assert.equal(spoken("light", 10), 0);
  assert.equal(spoken("light", 30), 1);
});

test("each language says everything", () => {
  assert.deepEqual(Object.keys(ru), Object.keys(en));
  for (const text of Object.values(ru)) assert.match(text, /[А-Яа-яЁё]/);
});
