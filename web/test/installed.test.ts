import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { verifyInstalled } from "../installed.mjs";

function put(root: string, path: string, fields: object): void {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, "package.json"), JSON.stringify(fields));
}

test("a package that is missing, or another version, is named before anything is built", () => {
  const root = mkdtempSync(join(tmpdir(), "installed-"));
  put(root, "", { dependencies: { "@some/engine": "2.5.3" }, devDependencies: { tool: "1.0.0" } });
  put(root, "node_modules/tool", { version: "1.0.0" });
  assert.throws(() => {
    verifyInstalled(root);
  }, /@some\/engine 2\.5\.3\. Nothing was built/);
  put(root, "node_modules/@some/engine", { version: "2.5.2" });
  assert.throws(() => {
    verifyInstalled(root);
  }, /@some\/engine 2\.5\.3/);
  put(root, "node_modules/@some/engine", { version: "2.5.3" });
  verifyInstalled(root);
  rmSync(root, { recursive: true });
});

test("the front end's own packages are as it pins them", () => {
  verifyInstalled(".");
});
