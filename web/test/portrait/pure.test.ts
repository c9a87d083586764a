// What needs no model and no picture is held to Python exactly: advice from measures, ways up
// from detections, facts of JPEG files, rules, and every tuned number.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PROFILES, advise } from "../../portrait/advise.js";
import type { Face } from "../../portrait/face.js";
import { steps } from "../../portrait/find.js";
import { isJpeg, jpegFacts } from "../../portrait/jpegfile.js";
import { FACES, PORTRAIT } from "../../portrait/tuning.js";
import { type Looks, waysUp } from "../../portrait/upright.js";
import { type Said, wordsOf } from "../../portrait/words.js";
import { LANGUAGES, type Language } from "../../promise/language.js";
import en from "../../portrait/words/en.json";
import pl from "../../portrait/words/pl.json";
import ru from "../../portrait/words/ru.json";
import { PURE } from "./vectors.js";

const SAID: Record<Language, Said> = { en, pl, ru };

test("advice from measures", () => {
  assert.ok(PURE.advise.length > 50);
  for (const { below_100: low, profile, child, advice } of PURE.advise) {
    const measures = Object.fromEntries(
      Object.entries(low).map(([name, score]) => [name, { native: 0, score }]),
    );
    assert.deepEqual(advise(measures, profile, child), advice);
  }
});

test("ways up from detections", () => {
  for (const { looks, ways_up: expected } of PURE.ways_up) {
    const seen = Object.fromEntries(
      Object.entries(looks).map(([turn, rows]) => [
        turn,
        rows.map(([left = 0, top = 0, right = 0, bottom = 0, score = 0, ...eyes]): Face => {
          const [ax = 0, ay = 0, bx = 0, by = 0] = eyes;
          return {
            box: { left, top, right, bottom },
            score,
            points: [
              [ax, ay],
              [bx, by],
            ],
          };
        }),
      ]),
    ) as Looks;
    assert.deepEqual(waysUp(seen), expected);
  }
});

test("which way up a JPEG was taken, and whether its end is there", () => {
  const files = PURE.containers.map((each) => ({
    ...each,
    bytes: Buffer.from(each.file, "base64"),
  }));
  const jpegs = files.filter(({ bytes }) => isJpeg(bytes));
  assert.equal(jpegs.length, 4);
  for (const { bytes, orientation, whole } of jpegs) {
    const facts = jpegFacts(bytes);
    assert.equal(facts.orientation, orientation);
    assert.equal(facts.whole, whole);
    // Pillow's own quality.
    assert.ok(facts.quality !== undefined && Math.abs(facts.quality - 75) < 1);
    // Cut anywhere, it is read to its end and no further.
    for (let end = 2; end < bytes.length - 2; end += 7) {
      assert.equal(jpegFacts(bytes.subarray(0, end)).whole, false);
    }
  }
});

test("the tuned numbers are Python's", () => {
  for (const [name, value] of Object.entries(FACES)) {
    assert.equal(PURE.tuning.faces[name], value, name);
  }
  for (const [name, value] of Object.entries(PORTRAIT)) {
    assert.equal(PURE.tuning.portrait[name], value, name);
  }
});

test("the rules of each profile are Python's", () => {
  for (const profile of ["default", "icao"] as const) {
    const mine = PROFILES[profile].map((rule) => ({ also: null, ...rule }));
    assert.deepEqual(mine, PURE.rules[profile]);
  }
});

test("every code that is advised has words in each language", () => {
  for (const { code } of PROFILES.icao) {
    for (const language of Object.keys(LANGUAGES) as Language[]) {
      const [cause, remedy] = wordsOf(code, SAID[language]);
      assert.ok(cause.length > 10 && remedy.length > 10 && cause !== code, code);
    }
  }
});

test("parts of a large picture cover it, and overlap", () => {
  for (const length of [100, 480, 481, 800, 2000]) {
    const begun = steps(length, 480);
    assert.equal(begun[0], 0);
    if (length > 480) assert.equal((begun.at(-1) ?? 0) + 480, length);
    begun.slice(1).forEach((each, at) => {
      assert.ok(each - (begun[at] ?? 0) <= 320);
    });
  }
});
