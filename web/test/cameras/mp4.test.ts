import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FilmError, readFilm } from "../../cameras/mp4.js";

const FOLDER = "../vectors/footage";
const file = readFileSync(`${FOLDER}/segment.mp4`);
const segment = (): ArrayBuffer => new Uint8Array(file).buffer;
const said = JSON.parse(readFileSync(`${FOLDER}/segment.json`, "utf8")) as {
  codec: string;
  times: number[];
};

test("a segment says its codec, and when each of its frames is shown", () => {
  const { codec, times } = readFilm(segment());
  assert.equal(codec, said.codec);
  assert.deepEqual(
    times.map((each) => each.toFixed(4)),
    said.times.map((each) => each.toFixed(4)),
  );
});

test("what is cut off or changed anywhere ends in a film or in an error, never elsewhere", () => {
  for (let end = 0; end < file.length; end += 7) {
    try {
      readFilm(segment().slice(0, end));
    } catch (error) {
      assert.ok(error instanceof FilmError, String(error));
    }
  }
  for (let at = 0; at < file.length; at += 3) {
    for (const byte of [0, 0x7f, 0xff]) {
      const changed = segment();
      new Uint8Array(changed)[at] = byte;
      try {
        readFilm(changed);
      } catch (error) {
        assert.ok(error instanceof FilmError, String(error));
      }
    }
  }
});

test("no film is none", () => {
  assert.throws(() => readFilm(new ArrayBuffer(0)), FilmError);
  assert.throws(() => readFilm(new TextEncoder().encode("<html>").buffer), FilmError);
});
