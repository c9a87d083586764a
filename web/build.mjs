// Builds what the portal serves. The result is committed, so that running Habeas needs no
// node; a test builds it again in two folders and compares the bytes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";
import { NodePackageImporter, compile } from "sass";

const root = import.meta.dirname;
const out = process.env.HABEAS_STATIC ?? join(root, "../packages/habeas/src/habeas/portal/static");
mkdirSync(out, { recursive: true });

const css = compile(join(root, "pages/page.scss"), {
  importers: [new NodePackageImporter(root)],
  style: "compressed",
  quietDeps: true,
});
writeFileSync(join(out, "page.css"), css.css + "\n");

/** Leaves the formats in a file of their own, which every page that needs them shares. */
const formatsApart = {
  name: "formats-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/formats\/index\.js$/ }, () => ({
      path: "./formats.js",
      external: true,
    }));
  },
};

await build({
  absWorkingDir: root,
  entryPoints: {
    decoder: "gate/worker.ts",
    desk: "desk/open.ts",
    formats: "formats/index.ts",
    page: "pages/page.ts",
    photo: "photo/step.ts",
    viewing: "cameras/viewing.ts",
  },
  outdir: out,
  plugins: [formatsApart],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // Only node needs these; the packages ask for them where there is no WebCrypto.
  external: ["node:crypto", "crypto"],
  legalComments: "inline",
  logLevel: "warning",
});
