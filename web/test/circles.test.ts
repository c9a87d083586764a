// No module needs one that needs it, neither its code nor its types, now or later: what two need
// stands in a third below them.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import ts from "typescript";

type Imports = ReadonlyMap<string, readonly string[]>;

/** The modules of this folder that a module names in its imports. */
function named(module: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(module, "utf8"));
  return importedFiles
    .map(({ fileName }) => join(dirname(module), fileName).replace(/\.js$/, ".ts"))
    .filter((file) => existsSync(file));
}

/** A way from a module back to itself, if there is one. */
function circle(module: string, imports: Imports): string[] | undefined {
  const seen = new Set<string>();
  const walk = (at: string, way: readonly string[]): string[] | undefined => {
    for (const next of imports.get(at) ?? []) {
      if (next === module) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(module, [module]);
}

test("no import leads back to where it came from", () => {
  const rooms = readdirSync(".", { withFileTypes: true }).filter(
    (each) => each.isDirectory() && each.name !== "node_modules",
  );
  const modules = rooms
    .flatMap(({ name }) =>
      readdirSync(name, { recursive: true, encoding: "utf8" }).map((file) => join(name, file)),
    )
    .filter((file) => /\.m?ts$/.test(file));
  const imports = new Map(modules.map((module) => [module, named(module)]));
  assert.ok([...imports.values()].flat().length > 500);
  assert.deepEqual(
    modules.map((module) => circle(module, imports)?.join(" → ")).filter(Boolean),
    [],
  );
});

test("a circle is found, and a module that two others need is none", () => {
  const imports = new Map([
    ["a", ["b", "c"]],
    ["b", ["c", "d"]],
    ["d", ["a"]],
  ]);
  assert.deepEqual(circle("a", imports), ["a", "b", "d", "a"]);
  assert.equal(circle("c", imports), undefined);
});
