// A file of its own, and so a process of its own: what memory the gate takes to refuse a file.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { concat, utf8 } from "../../formats/bytes.js";
import { readJpeg } from "../../gate/jpeg.js";
import { LIMITS } from "../../gate/limits.js";
import { code } from "../vectors.js";

const FOLDER = "test/gate/pictures";
/** What refusing may take at its height, beyond the files themselves; kilobytes. */
const MOST_KB = 64 * 1024;
const picture = (name: string) => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const kept = picture("good-kept.jpg");
/** Where the frame header begins: its sides are five bytes behind. */
const frame = kept.findIndex((byte, at) => byte === 0xff && kept[at + 1] === 0xc0);

function sized(height: number, width: number): Uint8Array {
  const file = kept.slice();
  file.set([height >> 8, height & 255, width >> 8, width & 255], frame + 5);
  return file;
}

test("bombs, polyglots, cuts and other kinds of files are refused in little memory", () => {
  const page = utf8("<html><script>alert(1)</script></html>");
  const noise = new Uint8Array(LIMITS.bytes).map((_, at) => (at * 2_654_435_761) >>> 24);
  noise.set(kept.subarray(0, -2));
  const files: Record<string, Uint8Array> = {
    "the largest sides that a header can claim": sized(65_535, 65_535),
    "the largest sides that are taken": sized(LIMITS.side, LIMITS.side),
    "as many bytes as may be, of noise": noise,
    "one byte more": concat(noise, Uint8Array.of(0)),
    "as many bytes as may be, of fill bytes": new Uint8Array(LIMITS.bytes)
      .fill(0xff)
      .map((byte, at) => (at === 1 ? 0xd8 : byte)),
    "a page behind": concat(kept, page),
    "a page before": concat(page, kept),
    "a picture behind": concat(kept, kept),
    "an archive behind": concat(kept, utf8("PK\u0003\u0004")),
    nothing: new Uint8Array(),
  };
  for (const name of readdirSync(FOLDER)) if (name.startsWith("bad-")) files[name] = picture(name);
  for (let end = 1; end < kept.length; end += 97) {
    files[`cut after ${String(end)}`] = kept.slice(0, end);
  }
  // What the reader itself needs is there before it is measured.
  readJpeg(kept);
  const before = process.resourceUsage().maxRSS;
  for (const [name, file] of Object.entries(files)) {
    assert.throws(() => readJpeg(file), code("unreadable"), name);
  }
  const took = process.resourceUsage().maxRSS - before;
  assert.ok(took < MOST_KB, `${String(took)} kB`);
});
