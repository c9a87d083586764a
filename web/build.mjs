// Builds what is served: the portal's scripts and styles, the photo step that applicants' devices
// run, and the officers' desk, which is static and belongs to the offices; and with each what its
// answers carry. The results are committed, so that running Habeas needs no node; a test builds
// them again in another folder and compares the bytes.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { build } from "esbuild";
import { NodePackageImporter, compile } from "sass";

import { verifyInstalled } from "./installed.mjs";
import { logical } from "./logical.mjs";
import { pruned } from "./pruned.mjs";

const root = import.meta.dirname;
verifyInstalled(root);
const rooms = process.env.HABEAS_BUILT ?? join(root, "../packages/habeas/src/habeas");
const portal = join(rooms, "portal/static");
const photo = join(portal, "photo");
const desk = join(rooms, "office/desk");

const { css: sided } = compile(join(root, "pages/page.scss"), {
  importers: [new NodePackageImporter(root)],
  style: "compressed",
  quietDeps: true,
});

const css = logical(sided);

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

const how = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: "es2022",
  // Only node needs these; the packages ask for them where there is no WebCrypto.
  external: ["node:crypto", "crypto"],
  legalComments: "inline",
  logLevel: "warning",
};

async function bundle(outdir, entryPoints, plugins = [formatsApart]) {
  mkdirSync(outdir, { recursive: true });
  await build({ ...how, entryPoints, outdir, plugins, format: "esm" });
}

/** Parts that come later, and what they share with the page: named by their content. */
const PART = /\.[0-9A-Z]{8}\.js$/;

/**
 * The photo step: what it begins with, and parts that it imports when they are needed.
 *
 * Gives the names of the parts that it cannot begin without, and all that its scripts say.
 */
async function inParts(define) {
  const { metafile, outputFiles } = await build({
    ...how,
    define,
    entryPoints: { photo: "photo/device/main.ts" },
    outdir: photo,
    splitting: true,
    chunkNames: "[name].[hash]",
    // Half as long as with each Cyrillic letter spelt out.
    charset: "utf8",
    format: "esm",
    metafile: true,
    write: false,
  });
  for (const old of readdirSync(photo)) if (PART.test(old)) rmSync(join(photo, old));
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const [main] = Object.keys(metafile.outputs).filter((path) => path.endsWith("/photo.js"));
  /** What a script imports, each after all that it imports itself. */
  const imported = (path) =>
    metafile.outputs[path].imports
      .filter(({ kind }) => kind === "import-statement")
      .flatMap((each) => [...imported(each.path), each.path]);
  return {
    shared: [...new Set(imported(main))].map((path) => path.slice(path.lastIndexOf("/") + 1)),
    said: outputFiles.map(({ text }) => text).join("\n"),
  };
}

/** The workers alone may run WebAssembly, and nothing else that is loaded. */
const WORKERS_POLICY =
  "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/** What Emscripten packs: scripts that end with ways to be found by other kinds of modules. */
const PACKED = {
  ModuleFactory: /litert_wasm_compat_internal\.js$/,
  libheif: /libheif-wasm\/libheif\.js$/,
};

/** Makes modules of such scripts; their programs are loaded by hash. */
const packedInside = {
  name: "packed-inside",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@litertjs\/wasm-utils$/ }, () => ({
      path: join(root, "photo/checks/litert.ts"),
    }));
    for (const [name, filter] of Object.entries(PACKED)) {
      onLoad({ filter }, ({ path }) => ({
        contents: `${readFileSync(path, "utf8").replace(/(if \()?typeof exports ?==[^]*$/, "")}
export default ${name};`,
      }));
    }
  },
};

/**
 * A worker's script and the program (WebAssembly) that it runs, named by their hashes so that
 * browsers keep them for good. Gives the name of the script.
 */
async function worker(name, entry, program, called, hash) {
  const content = readFileSync(join(root, "node_modules", program));
  const { outputFiles } = await build({
    ...how,
    entryPoints: [join(root, entry)],
    // The loaders ask for these only where there is no browser.
    external: ["node:*", "crypto", "fs", "module", "path", "url", "worker_threads"],
    define: { [hash]: JSON.stringify(sha256(content)) },
    plugins: [packedInside],
    format: "iife",
    write: false,
  });
  const [{ contents }] = outputFiles;
  const script = `${name}.${sha256(contents).slice(0, 16)}.js`;
  // What was built before goes only once there is what takes its place.
  for (const old of readdirSync(photo)) {
    if (new RegExp(`^(${name}|${called})\\.[0-9a-f]{16}\\.`).test(old)) rmSync(join(photo, old));
  }
  const file = join(photo, `${called}.${sha256(content).slice(0, 16)}.wasm`);
  writeFileSync(file, content);
  writeFileSync(`${file}.br`, brotliCompressSync(content));
  writeFileSync(join(photo, script), contents);
  return script;
}

/** W3C Subresource Integrity: the hash of a file, as pages and policies name it. */
const integrity = (content) => `sha256-${createHash("sha256").update(content).digest("base64")}`;

/**
 * Gives a document the hashes of all that it loads, at its place among the built files.
 *
 * Scripts that it comes to load later have theirs in an import map, for which the document's own
 * policy gets leave, by hash. Returns that policy.
 */
function withIntegrity(file, folder, root, policy) {
  const hashes = readdirSync(folder, { recursive: true })
    .filter((name) => /\.(m?js|css)$/.test(name))
    .sort()
    .map((name) => [name, integrity(readFileSync(join(folder, name)))]);
  let page = readFileSync(file, "utf8");
  for (const [name, hash] of hashes) {
    for (const attribute of ["src", "href"]) {
      for (const address of [root + name, name]) {
        const loads = `${attribute}="${address}"`;
        page = page.replace(loads, () => `${loads} integrity="${hash}"`);
      }
    }
  }
  // Workers are no modules: their names say their hashes.
  const later = hashes.filter(
    ([name]) =>
      /(?<!\.[0-9a-f]{16})\.m?js$/.test(name) &&
      ![root + name, name].some((address) => page.includes(`src="${address}"`)),
  );
  if (later.length > 0) {
    const named = Object.fromEntries(later.map(([name, hash]) => [root + name, hash]));
    const map = JSON.stringify({ integrity: named });
    page = page.replace("<link", () => `<script type="importmap">${map}</script>\n    <link`);
    policy = policy.replace("script-src", () => `script-src '${integrity(map)}'`);
  }
  writeFileSync(file, page);
  return policy;
}

/**
 * Writes what a part's answers carry beside its files, with the policies of its documents, and the
 * hashes of files that its code reads and no source holds.
 */
function writeServed(name, documents, policies = {}, data = undefined) {
  const served = JSON.parse(readFileSync(join(root, "served", `${name}.json`), "utf8"));
  if (data !== undefined) served.data = data;
  Object.assign(served.policies, policies);
  for (const [path, file, folder, address] of documents) {
    const policy = withIntegrity(file, folder, address, served.policies[path] ?? served.csp);
    if (policy !== served.csp) served.policies[path] = policy;
  }
  writeFileSync(join(rooms, name, "served.json"), JSON.stringify(served, null, 2) + "\n");
}

/** Hash (SHA-256, hex) of each model file that the checks read, by its path. */
async function models() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "photo/checks/files.ts")],
    bundle: true,
    format: "esm",
    write: false,
  });
  const [{ contents }] = outputFiles;
  const { MODEL_FILES } = await import(
    `data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`
  );
  return Object.fromEntries(
    Object.values(MODEL_FILES).map(({ path, sha256: hash }) => [`photo/${path}`, hash]),
  );
}

/** A page in one file, which loads nothing and runs nothing but what is in it. */
async function pageInOne(folder) {
  const inside = async (entry) => {
    const { outputFiles } = await build({
      ...how,
      entryPoints: [join(folder, entry)],
      format: "iife",
      write: false,
    });
    return outputFiles[0].text.trim();
  };
  const [script, style] = [await inside("main.ts"), await inside("receipt.css")];
  if (/<\/script|<!--/i.test(script)) throw new Error("The script would end its own element.");
  const source = (text) => `'${integrity(text)}'`;
  const policy = `default-src 'none'; script-src ${source(script)}; style-src ${source(style)}; connect-src http: https:; require-trusted-types-for 'script'; trusted-types 'none'`;
  return readFileSync(join(root, folder, "receipt.html"), "utf8")
    .replace("{{policy}}", () => policy)
    .replace("<style></style>", () => `<style>${style}</style>`)
    .replace("<script></script>", () => `<script>${script}</script>`);
}

await bundle(portal, {
  page: "pages/page.ts",
  entry: "photo/entry.ts",
  photo: "photo/step.ts",
  viewing: "cameras/viewing.ts",
  live: "cameras/live.ts",
  passkey: "officers/passkey.ts",
  moment: "pages/moment.ts",
});
await bundle(portal, { receipts: "receipts/main.ts", embed: "embed/element.ts" }, []);
// The photo step stands alone: all that it runs is in its own folder, in one file.
mkdirSync(photo, { recursive: true });
const workers = {
  CHECKS_SCRIPT: await worker(
    "checks",
    "photo/checks/worker.ts",
    "@litertjs/core/wasm/litert_wasm_compat_internal.wasm",
    "litert",
    "ENGINE_SHA256",
  ),
  HEIC_SCRIPT: await worker(
    "heic",
    "photo/heic/worker.ts",
    "libheif-js/libheif-wasm/libheif.wasm",
    "libheif",
    "LIBHEIF_SHA256",
  ),
};
// Whoever gets the decoder gets its licence, too (LGPL-3.0 section 4).
copyFileSync(
  join(root, "node_modules/libheif-js/libheif-wasm/LICENSE"),
  join(photo, "libheif.LICENSE.txt"),
);
const named = Object.entries(workers).map(([name, script]) => [name, JSON.stringify(script)]);
const { shared, said } = await inParts(Object.fromEntries(named));
await bundle(desk, {
  decoder: "gate/worker.ts",
  desk: "desk/main.ts",
  formats: "formats/index.ts",
});
writeFileSync(join(portal, "page.css"), css + "\n");
writeFileSync(join(desk, "desk.css"), css + "\n");
for (const folder of [portal, photo, desk])
  copyFileSync(join(root, "pages/icon.svg"), join(folder, "icon.svg"));
writeFileSync(join(photo, "receipt.html"), await pageInOne("receipt"));
const step = readFileSync(join(root, "photo/device/index.html"), "utf8");
writeFileSync(join(photo, "photo.css"), pruned(css, step + said) + "\n");
// What the page's script shares with its parts is asked for with it, by elements with hashes.
const before = shared.map(
  (name) => `<script type="module" src="/static/photo/${name}"></script>\n    `,
);
writeFileSync(
  join(photo, "index.html"),
  step.replace("<script type=", () => `${before.join("")}<script type=`),
);
// The same for frames of other pages. Its policy leaves open who may frame it: each portal says so.
writeFileSync(
  join(photo, "embedded.html"),
  readFileSync(join(photo, "index.html"), "utf8").replace("<html ", "<html data-embedded "),
);
copyFileSync(join(root, "desk/index.html"), join(desk, "index.html"));
writeServed(
  "portal",
  ["index", "embedded"].map((name) => [
    `photo/${name}.html`,
    join(photo, `${name}.html`),
    photo,
    "/static/photo/",
  ]),
  Object.fromEntries(Object.values(workers).map((script) => [`photo/${script}`, WORKERS_POLICY])),
  await models(),
);
writeServed("office", [["index.html", join(desk, "index.html"), desk, "/"]]);
