import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { UnreadableError } from "../../gate/errors.js";
import { codesOf } from "../../gate/huffman.js";
import { readJpeg } from "../../gate/jpeg.js";
import { LIMITS } from "../../gate/limits.js";
import { concat, utf8 } from "../../formats/bytes.js";
import { code } from "../vectors.js";

const FOLDER = "test/gate/pictures";
const picture = (name: string) => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const named = (start: string) => readdirSync(FOLDER).filter((name) => name.startsWith(start));
const unreadable = code("unreadable");
const kept = picture("good-kept.jpg");

/** Where segments of this kind begin, and their bytes with marker and length. */
function segments(file: Uint8Array): { marker: number; bytes: Uint8Array }[] {
  const found = [];
  for (let at = 2; ;) {
    const marker = file[at + 1] ?? 0;
    const length = 2 + (file[at + 2] ?? 0) * 256 + (file[at + 3] ?? 0);
    const last = marker === 0xda;
    found.push({ marker, bytes: file.slice(at, last ? file.length : at + length) });
    if (last) return found;
    at += length;
  }
}

/** The kept picture with the segments of one kind changed. */
function changed(kind: number, change: (bytes: Uint8Array) => Uint8Array[]): Uint8Array {
  const parts = segments(kept).flatMap(({ marker, bytes }) =>
    marker === kind ? change(bytes.slice()) : [bytes],
  );
  return concat(kept.slice(0, 2), ...parts);
}

const set = (kind: number, at: number, ...values: number[]) =>
  changed(kind, (bytes) => {
    bytes.set(values, at);
    return [bytes];
  });

/** The picture with its AC tables of codes in another class. */
const ofClass = (which: number) =>
  changed(DHT, (bytes) => {
    const head = bytes[4] ?? 0;
    if (head >> 4 === 1) bytes[4] = (which << 4) | (head & 15);
    return [bytes];
  });

const SOF = 0xc0;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const APP0 = 0xe0;

test("pictures as they are kept pass, with their size", () => {
  for (const name of named("good-")) {
    const colours = name.includes("grey") ? 1 : 3;
    assert.deepEqual(readJpeg(picture(name)), { width: 53, height: 37, colours }, name);
  }
});

test("every other picture is refused", () => {
  assert.ok(named("bad-").length === 12);
  for (const name of named("bad-")) {
    assert.throws(() => readJpeg(picture(name)), unreadable, name);
  }
});

test("a picture is whole: cut anywhere, it is refused", () => {
  for (let length = 0; length < kept.length; length += 1) {
    assert.throws(() => readJpeg(kept.slice(0, length)), unreadable);
    // The same with an end put behind it, as a decoder would accept it.
    const ended = concat(kept.slice(0, length), Uint8Array.of(0xff, 0xd9));
    if (length !== kept.length - 2) assert.throws(() => readJpeg(ended), unreadable);
  }
});

test("nothing may follow, precede or stand between", () => {
  const html = utf8("<html><script>alert(1)</script></html>");
  for (const file of [
    concat(kept, html),
    concat(kept, kept),
    concat(kept, Uint8Array.of(0)),
    concat(Uint8Array.of(0xff), kept),
    concat(utf8("GIF89a"), kept),
    changed(SOS, (bytes) => [Uint8Array.of(0xff), bytes]),
    changed(SOS, (bytes) => [Uint8Array.of(0xff, 0xfe, 0, 3, 0), bytes]),
    changed(SOS, (bytes) => [bytes.slice(0, -2), bytes]),
    changed(SOF, (bytes) => [bytes, bytes]),
    changed(DQT, (bytes) => [bytes, bytes]),
    changed(DHT, (bytes) => [bytes, bytes]),
    changed(APP0, (bytes) => [bytes, bytes]),
    changed(APP0, (bytes) => [...Array<Uint8Array>(20).fill(bytes)]),
  ]) {
    assert.throws(() => readJpeg(file), unreadable);
  }
});

test("a header that says something else is refused, for that reason", () => {
  const lies: [string, RegExp, Uint8Array][] = [
    ["a height of 65,535", /pixels/, set(SOF, 5, 0xff, 0xff)],
    ["a width of 65,535", /pixels/, set(SOF, 7, 0xff, 0xff)],
    ["a height that comes later", /pixels/, set(SOF, 5, 0, 0)],
    ["one row more of units", /codes|cut/, set(SOF, 5, 0, 49)],
    ["one row less of units", /end/, set(SOF, 5, 0, 32)],
    ["twelve bits", /colours/, set(SOF, 4, 12)],
    ["two components", /colours/, set(SOF, 9, 2)],
    ["sampling of none", /components/, set(SOF, 11, 0)],
    ["sampling of four", /components/, set(SOF, 11, 0x44)],
    ["one component twice", /components/, set(SOF, 13, 1)],
    ["tables that are absent", /tables/, set(SOF, 12, 3)],
    ["progressive", /kind c2/, set(SOF, 1, 0xc2)],
    ["arithmetic coding", /kind c9/, set(SOF, 1, 0xc9)],
    ["16-bit tables", /quantization/, set(DQT, 4, 0x10)],
    ["a step of none", /quantization/, set(DQT, 5, 0)],
    ["codes of a third class", /codes is none/, ofClass(2)],
    ["a third table of codes", /codes is none/, set(DHT, 4, 0x02)],
    ["more codes than there are", /more codes/, set(DHT, 5, 2, 1, 3)],
    ["a symbol twice", /codes is none/, set(DHT, 21, 1, 1)],
    ["spectral selection", /sequential/, set(SOS, 12, 5)],
    ["approximation", /sequential/, set(SOS, 13, 0x10)],
    ["codes that are absent", /tables/, set(SOS, 6, 0x22)],
    ["a thumbnail", /application/, set(APP0, 16, 1, 1)],
    ["other application data", /application/, set(APP0, 4, 0x45)],
    ["no quantization tables", /tables/, changed(DQT, () => [])],
    ["no codes", /tables/, changed(DHT, () => [])],
    ["no frame", /frame/, changed(SOF, () => [])],
    ["no scan", /cut/, changed(SOS, () => [])],
    ["a segment of no length", /cut/, set(APP0, 2, 0, 0)],
    ["a segment beyond the file", /cut/, set(SOS, 2, 0xff, 0xff)],
  ];
  for (const [lie, cause, file] of lies) {
    assert.throws(() => readJpeg(file), { code: "unreadable", message: cause }, lie);
  }
});

test("a file larger than any kept picture is not looked at", () => {
  const large = new Uint8Array(LIMITS.bytes + 1);
  large.set(kept);
  assert.throws(() => readJpeg(large), { code: "unreadable", message: /bytes/ });
});

/**
 * A grey picture of 8 × 8 pixels with a scan of these bits, filled up with ones. Its codes
 * are 00 for a brightness like the one before; 00 for the block's end, 01 for sixteen
 * zeros, 10 for a value of one bit, 110 for a value of ten.
 */
function tiny(scan: string): Uint8Array {
  const bits = scan.padEnd(Math.ceil(scan.length / 8) * 8, "1");
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
  const zeros = (count: number) => Array<number>(count).fill(0);
  return Uint8Array.from([
    ...[0xff, 0xd8, 0xff, DQT, 0, 67, 0, ...Array<number>(64).fill(1)],
    ...[0xff, SOF, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0],
    ...[0xff, DHT, 0, 20, 0x00, 0, 1, ...zeros(14), 0],
    ...[0xff, DHT, 0, 23, 0x10, 0, 3, 1, ...zeros(13), 0x00, 0xf0, 0x01, 0x0a],
    ...[0xff, SOS, 0, 8, 1, 1, 0x00, 0, 63, 0],
    ...bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])),
    ...[0xff, 0xd9],
  ]);
}

test("a scan holds its blocks and nothing more, to the bit", () => {
  const values = "101".repeat(62);
  const [whole, cut, over] = ["110" + "0".repeat(10), "110" + "0".repeat(9), "01"];
  for (const scan of ["0000", "00010101" + "00", "00" + values + "00", "00" + values + whole]) {
    assert.deepEqual(readJpeg(tiny(scan)), { width: 8, height: 8, colours: 1 }, scan);
  }
  const bad: [RegExp, string][] = [
    [/end/, "00000000"],
    [/end/, "0000" + "1".repeat(12)],
    [/end/, "0000" + "1".repeat(28)],
    [/end/, "00" + values + whole + "1".repeat(15)],
    [/codes/, "11"],
    [/codes/, "00111"],
    [/cut/, "00" + values + cut],
    [/64/, "00" + "01".repeat(4)],
    [/64/, "00" + values + over],
  ];
  for (const [cause, scan] of bad) {
    assert.throws(() => readJpeg(tiny(scan)), { code: "unreadable", message: cause }, scan);
  }
});

test("codes are laid out by their bits; a full table, or none, is refused", () => {
  const counts = (...first: number[]) => Uint8Array.from({ length: 16 }, (_, at) => first[at] ?? 0);
  const layout = codesOf(counts(1, 1), Uint8Array.of(7, 9));
  assert.deepEqual(
    [0, 0x7fff, 0x8000, 0xbfff, 0xc000].map((bits) => layout[bits]),
    [256 + 7, 256 + 7, 512 + 9, 512 + 9, 0],
  );
  assert.throws(() => codesOf(counts(2), Uint8Array.of(7, 9)), unreadable);
  assert.throws(() => codesOf(counts(), Uint8Array.of()), unreadable);
});

test("mutated pictures pass whole or are refused, within the limits", () => {
  let state = 20_270_531;
  const random = (below: number) => {
    // xorshift32 (Marsaglia 2003): the same pictures in every run.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const sources = [...named("good-"), ...named("bad-")].map(picture).filter((s) => s.length < 9000);
  let passed = 0;
  for (let round = 0; round < 4000; round += 1) {
    const file = (sources[random(sources.length)] ?? kept).slice();
    const other = sources[random(sources.length)] ?? kept;
    for (let change = random(4); change >= 0; change -= 1) file[random(file.length)] = random(256);
    const mutated =
      random(4) === 0
        ? concat(file.slice(0, random(file.length)), other.slice(random(other.length)))
        : file;
    try {
      const { width, height } = readJpeg(mutated);
      assert.ok(width > 0 && width <= LIMITS.side && height > 0 && height <= LIMITS.side);
      passed += 1;
    } catch (error) {
      assert.ok(error instanceof UnreadableError, String(error));
    }
  }
  assert.ok(passed > 0, "the mutations reach the scan");
});
