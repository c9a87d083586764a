import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { asked, pruned } from "../pruned.mjs";

test("rules of classes that nobody names go, and all others stay", () => {
  const css =
    '@charset "UTF-8";:root{--a:1}.a,.b .a,.a:not(.b,.c),a[href]{x:1}.b{x:2}' +
    "@media print{.b{x:3}}@media print{.b{x:4}.a{x:5}}@keyframes k{from{x:0}to{x:1}}.m-\\!-1{x:6}.c{x:7}";
  assert.equal(
    pruned(css, 'class="a m-!-1"'),
    '@charset "UTF-8";:root{--a:1}.a,.a:not(.b,.c),a[href]{x:1}' +
      "@media print{.a{x:5}}@keyframes k{from{x:0}to{x:1}}.m-\\!-1{x:6}",
  );
  assert.equal(pruned(css, "a b c m-!-1"), css);
});

test("what is served for the photo step has each class of its document that all pages style", () => {
  const folder = "../packages/habeas/src/habeas/portal/static";
  const read = (name: string) => readFileSync(`${folder}/${name}`, "utf8");
  const style = (below: string) =>
    read(
      below +
        readdirSync(`${folder}/${below}`)
          .filter((name) => name.endsWith(".css"))
          .join(),
    );
  const [all, own] = [style(""), style("photo/")];
  const named = [...read("photo/index.html").matchAll(/class="([^"]+)"/g)];
  const classes = new Set(named.flatMap(([, names]) => (names ?? "").split(/\s+/)));
  assert.ok(classes.size > 50);
  // By its name alone: others apply only beside a class that the document does not have.
  const rule = (name: string) => new RegExp(`[},{]\\.${name.replace("!", "\\\\\\\\!")}(?=[{,:])`);
  const styled = [...classes].filter((each) => rule(each).test(all));
  assert.ok(styled.length > 40);
  for (const each of styled) assert.match(own, rule(each));
  assert.ok(own.length < all.length / 3);
});

test("custom properties that nothing asks for are left out, and rules that are empty then", () => {
  const css =
    ":root{--a: 1px;--b: 2px}:root{--c: 3px}.x--b:hover{margin:var(--a, 0) var(--d, 1px)}";
  assert.equal(asked(css, ""), ":root{--a: 1px;}.x--b:hover{margin:var(--a) var(--d, 1px)}");
  assert.equal(
    asked(css, "style.getPropertyValue('--c')"),
    ":root{--a: 1px;}:root{--c: 3px}.x--b:hover{margin:var(--a) var(--d, 1px)}",
  );
});
