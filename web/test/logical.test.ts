import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { logical } from "../logical.mjs";

test("sides become starts and ends", () => {
  assert.equal(
    logical("a{margin-left:1px;left:0;float:left;text-align:right;margin-left:auto}"),
    "a{margin-inline-start:1px;inset-inline-start:0;float:left;float:inline-start;text-align:end;margin-inline-start:auto}",
  );
  assert.equal(
    logical("a{padding:1px 2px 3px 4px;border-left-width:0}"),
    "a{padding-block:1px 3px;padding-inline:4px 2px;border-inline-start-width:0}",
  );
  for (const sideless of ["a{margin:0 auto;top:1px}", "a{margin:0;b:c}d{e:f g h i;padding:1px}"]) {
    assert.equal(logical(sideless), sideless);
  }
});

test("what is served names no side", () => {
  const folder = "../packages/habeas/src/habeas/portal/static";
  const [page = ""] = readdirSync(folder).filter((name) => name.endsWith(".css"));
  const css = readFileSync(`${folder}/${page}`, "utf8");
  const left =
    /[{;](?:(?:margin|padding|border)-(?:left|right)|left|right|text-align:(?:left|right))[:;-]/;
  assert.doesNotMatch(css, left);
});
