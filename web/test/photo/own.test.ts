import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { encode, fromUtf8 } from "../../formats/index.js";
import { mapped } from "../../photo/device/later.js";
import { loadedBy, ownRelease } from "../../photo/device/own.js";

const hash = (text: string, as: "hex" | "base64") => createHash("sha256").update(text).digest(as);

/** A release whose page has that script, as canonical text. */
function release(number: number, script: string): string {
  const part = (files: Record<string, string>) => ({
    csp: "default-src 'none'",
    policies: {},
    headers: {},
    files,
    data: {},
    wasm: [],
  });
  const files = { "photo/photo.js": hash(script, "hex"), "photo/photo.css": hash("css", "hex") };
  const manifest = {
    v: 2,
    kind: "app",
    number,
    version: "0.1",
    circle: "ab".repeat(32),
    portal: part(files),
    desk: part({}),
  };
  const origins = [{ origin: "https://portal.example", part: "portal", pages: {} }];
  return fromUtf8(encode({ v: 2, manifest, origins, signatures: [] }));
}

const loaded = (script: string) => [
  {
    address: "https://trustee.example/static/photo/photo.js",
    integrity: `sha256-${hash(script, "base64")}`,
  },
  {
    address: "https://trustee.example/static/photo/photo.css",
    integrity: `sha256-${hash("css", "base64")}`,
  },
];

test("a page is the release that has its scripts, and not the one that the portal serves", () => {
  const texts = [release(2, "new"), release(1, "old")];
  assert.equal(ownRelease(texts, loaded("old")).manifest.number, 1);
  assert.equal(ownRelease(texts, loaded("new")).manifest.number, 2);
});

test("a page that is none of them names none", () => {
  const texts = [release(2, "new"), release(1, "old")];
  const [script, style] = loaded("new");
  assert.ok(script && style);
  for (const page of [
    loaded("another"),
    [],
    [{ ...script, integrity: "" }, style],
    [{ ...script, address: "https://trustee.example/photo/photo.js" }, style],
    [script, { ...style, address: "https://trustee.example/static/photo/more.css" }],
  ]) {
    assert.throws(() => ownRelease(texts, page), { code: "app-other" });
  }
  assert.throws(() => ownRelease([], loaded("new")), { code: "app-other" });
});

test("what a page may come to load counts as well", () => {
  const integrity = { "/static/photo/sending.ABCDEFGH.js": "sha256-AAAA" };
  const page = {
    baseURI: "https://portal.example/apply/x/seal/",
    querySelector: () => ({ textContent: JSON.stringify({ integrity }) }),
    querySelectorAll: () => [],
  } as unknown as Document;
  assert.deepEqual(mapped(page), integrity);
  assert.deepEqual(loadedBy(page), [
    {
      address: "https://portal.example/static/photo/sending.ABCDEFGH.js",
      integrity: "sha256-AAAA",
    },
  ]);
  assert.throws(() => ownRelease([release(1, "old")], [...loaded("old"), ...loadedBy(page)]), {
    code: "app-other",
  });
});
