// Builds what the portal serves into packages/habeas/src/habeas/portal/static/. The result is committed, so
// that running Habeas needs no node.
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { NodePackageImporter, compile } from "sass";

const out = process.env.HABEAS_STATIC ?? "../packages/habeas/src/habeas/portal/static";

const css = compile("src/page.scss", {
  importers: [new NodePackageImporter()],
  style: "compressed",
  quietDeps: true,
});
writeFileSync(`${out}/page.css`, css.css + "\n");

await build({
  entryPoints: ["src/page.js", "src/photo.js", "src/desk.js", "src/formats.js", "src/viewing.js"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["node:crypto", "crypto"],
  legalComments: "inline",
});
