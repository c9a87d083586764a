// Builds what is served: the portal's scripts and styles, the photo step that applicants' devices
// run, and the officers' desk, which is static and belongs to the offices. The results are committed, so that running Habeas needs
// no node; a test builds them again in another folder and compares the bytes.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";
import { NodePackageImporter, compile } from "sass";

const root = import.meta.dirname;
const rooms = process.env.HABEAS_BUILT ?? join(root, "../packages/habeas/src/habeas");
const portal = join(rooms, "portal/static");
const photo = join(portal, "photo");
const desk = join(rooms, "office/desk");

const { css } = compile(join(root, "pages/page.scss"), {
  importers: [new NodePackageImporter(root)],
  style: "compressed",
  quietDeps: true,
});

/** Leaves the formats in a file of their own, which every script beside it shares. */
const formatsApart = {
  name: "formats-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+formats\/index\.js$/ }, () => ({
      path: "./formats.js",
      external: true,
    }));
  },
};

async function bundle(outdir, entryPoints, plugins = [formatsApart]) {
  mkdirSync(outdir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    plugins,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    // Only node needs these; the packages ask for them where there is no WebCrypto.
    external: ["node:crypto", "crypto"],
    legalComments: "inline",
    logLevel: "warning",
  });
}

await bundle(portal, {
  page: "pages/page.ts",
  photo: "photo/step.ts",
  viewing: "cameras/viewing.ts",
});
// The photo step stands alone: all that it runs is in its own folder, in one file.
await bundle(photo, { photo: "photo/device/main.ts" }, []);
await bundle(desk, {
  decoder: "gate/worker.ts",
  desk: "desk/main.ts",
  formats: "formats/index.ts",
});
writeFileSync(join(portal, "page.css"), css + "\n");
writeFileSync(join(photo, "photo.css"), css + "\n");
writeFileSync(join(desk, "desk.css"), css + "\n");
for (const folder of [portal, photo, desk])
  copyFileSync(join(root, "pages/icon.svg"), join(folder, "icon.svg"));
copyFileSync(join(root, "photo/device/index.html"), join(photo, "index.html"));
copyFileSync(join(root, "desk/index.html"), join(desk, "index.html"));
