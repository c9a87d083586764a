import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const html = readFileSync("desk/index.html", "utf8");
const views = readdirSync("desk/views").map((name) => readFileSync(`desk/views/${name}`, "utf8"));
const scripts = [...views, readFileSync("desk/page.ts", "utf8")].join("\n");
const main = readFileSync("desk/main.ts", "utf8");

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? "").sort();

test("every view has its template, and every template its view", () => {
  const shown = all(scripts, /copyOf\("([\w-]+)"\)/g);
  assert.ok(shown.length > 7);
  assert.deepEqual([...new Set(shown)], all(html, /<template id="([\w-]+)">/g));
});

test("what the page leads to is an address that the desk knows", () => {
  const known = all(main, /room === "([\w-]+)"/g);
  const led = all(html, /href="#\/(\w+)"/g).filter((each) => each !== "cases");
  assert.ok(led.length > 2);
  assert.deepEqual(
    led.filter((each) => !known.includes(each)),
    [],
  );
  assert.deepEqual(
    known.filter((each) => !led.includes(each)),
    [],
  );
});
