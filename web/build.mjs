// Builds what is served: the portal's scripts and styles, the photo step that applicants' devices
// run, and the officers' desk, which is static and belongs to the offices; and with each what its
// answers carry. The results are committed, so that running Habeas needs no node; a test builds
// them again in another folder and compares the bytes.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { build } from "esbuild";
import { NodePackageImporter, compile } from "sass";

import { verifyInstalled } from "./installed.mjs";
import { logical } from "./logical.mjs";
import { asked, pruned } from "./pruned.mjs";

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

/** What the bundler names by its content. */
const HASHED = /\.[0-9A-Z]{8}\.js$/;

/** Writes scripts that are named by their content, in place of those that were built before. */
function put(folder, outputFiles) {
  for (const old of readdirSync(folder)) if (HASHED.test(old)) rmSync(join(folder, old));
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}

/** Scripts of pages that name them by their content, each in one file. */
async function scripts(outdir, entryPoints, define) {
  const { outputFiles } = await build({
    ...how,
    define,
    entryPoints,
    outdir,
    entryNames: "[name].[hash]",
    format: "esm",
    write: false,
  });
  put(outdir, outputFiles);
}

/**
 * The photo step: what it begins with, and parts that it imports when they are needed.
 *
 * Gives the name of its script, those of the parts that it cannot begin without, and all that its
 * scripts say.
 */
async function inParts(define) {
  const { metafile, outputFiles } = await build({
    ...how,
    define,
    entryPoints: { photo: "photo/device/main.ts" },
    outdir: photo,
    splitting: true,
    entryNames: "[name].[hash]",
    chunkNames: "[name].[hash]",
    // Half as long as with each Cyrillic letter spelt out.
    charset: "utf8",
    format: "esm",
    metafile: true,
    write: false,
  });
  put(photo, outputFiles);
  const [main] = Object.keys(metafile.outputs).filter((path) => /\/photo\.\w+\.js$/.test(path));
  /** What a script imports, each after all that it imports itself. */
  const imported = (path) =>
    metafile.outputs[path].imports
      .filter(({ kind }) => kind === "import-statement")
      .flatMap((each) => [...imported(each.path), each.path]);
  return {
    main: basename(main),
    shared: [...new Set(imported(main))].map((path) => basename(path)),
    said: outputFiles.map(({ text }) => text).join("\n"),
  };
}

/** The workers alone may run WebAssembly, and nothing else that is loaded. */
const WORKERS_POLICY =
  "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/**
 * Writes a file whose name says its hash, so that browsers keep it for good; gives the name.
 *
 * What was built before goes only once there is what takes its place.
 */
function named(folder, name, content) {
  const [stem, ending] = name.split(".");
  const own = `${stem}.${sha256(content).slice(0, 16)}.${ending}`;
  writeFileSync(join(folder, own), content);
  const before = new RegExp(`^${stem}\\.[0-9a-f]{16}\\.${ending}(\\.br)?$`);
  for (const old of readdirSync(folder))
    if (before.test(old) && !old.startsWith(own)) rmSync(join(folder, old));
  return own;
}

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

/** A worker's script and the program (WebAssembly) that it runs. Gives the name of the script. */
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
  const file = named(photo, `${called}.wasm`, content);
  writeFileSync(join(photo, `${file}.br`), brotliCompressSync(content));
  return named(photo, `${name}.js`, contents);
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
    const hashOf = Object.fromEntries(later.map(([name, hash]) => [root + name, hash]));
    const map = JSON.stringify({ integrity: hashOf });
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

for (const folder of [portal, photo]) mkdirSync(folder, { recursive: true });
// What others name at their own sites keeps its name, and is asked for anew.
await bundle(portal, { embed: "embed/element.ts" }, []);
// Which page receipts are put into, and its hash, stand in the scripts that load it.
const blank = await pageInOne("receipt");
const receipt = {
  RECEIPT_PAGE: JSON.stringify(named(photo, "receipt.html", blank)),
  RECEIPT_INTEGRITY: JSON.stringify(integrity(blank)),
};
await scripts(
  portal,
  {
    page: "pages/page.ts",
    entry: "photo/entry.ts",
    photo: "photo/step.ts",
    viewing: "cameras/viewing.ts",
    live: "cameras/live.ts",
    passkey: "officers/passkey.ts",
    moment: "pages/moment.ts",
    receipts: "receipts/main.ts",
  },
  receipt,
);
// The photo step stands alone: all that it runs is in its own folder.
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
const started = Object.entries(workers).map(([name, script]) => [name, JSON.stringify(script)]);
const { main, shared, said } = await inParts({ ...Object.fromEntries(started), ...receipt });
await bundle(desk, {
  decoder: "gate/worker.ts",
  desk: "desk/main.ts",
  formats: "formats/index.ts",
});
named(portal, "page.css", css + "\n");
writeFileSync(join(desk, "desk.css"), css + "\n");
copyFileSync(join(root, "pages/icon.svg"), join(desk, "icon.svg"));
const icon = readFileSync(join(root, "pages/icon.svg"));
named(portal, "icon.svg", icon);
const step = readFileSync(join(root, "photo/device/index.html"), "utf8");
/** What the document loads, by the name that its source has for it. */
const loaded = {
  "icon.svg": named(photo, "icon.svg", icon),
  "photo.css": named(photo, "photo.css", asked(pruned(css, step + said), step + said) + "\n"),
  "photo.js": main,
};
// What the page's script shares with its parts is asked for with it, by elements with hashes.
const before = shared.map(
  (name) => `<script type="module" src="/static/photo/${name}"></script>\n    `,
);
writeFileSync(
  join(photo, "index.html"),
  Object.entries(loaded)
    .reduce(
      (page, [name, own]) => page.replace(`/static/photo/${name}`, () => `/static/photo/${own}`),
      step,
    )
    .replace("<script type=", () => `${before.join("")}<script type=`),
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
