// Runs the unit tests in node: each is bundled by the same tool that builds the pages.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const root = import.meta.dirname;
const out = join(root, "node_modules/.tests");

const tests = readdirSync(join(root, "test"), { recursive: true })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join("test", name));
rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: tests,
  outdir: out,
  outbase: "test",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  logLevel: "warning",
});

const built = readdirSync(out, { recursive: true })
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => join(out, name));
const run = spawnSync(
  process.execPath,
  ["--enable-source-maps", "--test", "--test-reporter=spec", ...built],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exit(run.status ?? 1);
