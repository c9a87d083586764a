// Which release this page is: a trustee's address may still have the one before, while the portal
// serves the next. The browser has compared each script and style with the hash at its element
// before it used it (W3C Subresource Integrity); a release is this page's own if it has the same.

import { type AppRelease, decodeRelease, fromBase64, toHex, utf8 } from "../../formats/index.js";
import { Problem } from "../../desk/problem.js";
import { mapped } from "./later.js";

const STATIC = "/static/";
const INTEGRITY = "sha256-";

/** A file that the page has loaded: its address, and the hash that the browser compared. */
interface Loaded {
  readonly address: string;
  readonly integrity: string;
}

/** What a document loads by itself, and may come to load. */
export function loadedBy(page: Document): Loaded[] {
  const scripts = [...page.querySelectorAll<HTMLScriptElement>("script[src]")];
  const styles = [...page.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")];
  const later = Object.entries(mapped(page)).map(([path, integrity]) => ({
    address: new URL(path, page.baseURI).href,
    integrity,
  }));
  return [
    ...later,
    ...scripts.map(({ src, integrity }) => ({ address: src, integrity })),
    ...styles.map(({ href, integrity }) => ({ address: href, integrity })),
  ];
}

function has({ manifest }: AppRelease, { address, integrity }: Loaded): boolean {
  const { pathname } = new URL(address);
  if (!pathname.startsWith(STATIC) || !integrity.startsWith(INTEGRITY)) return false;
  const hash = toHex(fromBase64(integrity.slice(INTEGRITY.length)));
  return manifest.portal.files[pathname.slice(STATIC.length)] === hash;
}

/**
 * The release that a page is, of those that may be served today (canonical texts).
 *
 * Throws where it is none of them: then nobody has vouched for what runs here.
 */
export function ownRelease(texts: readonly string[], loaded: readonly Loaded[]): AppRelease {
  for (const text of texts) {
    const release = decodeRelease(utf8(text));
    if (loaded.length > 0 && loaded.every((each) => has(release, each))) return release;
  }
  throw Problem.odd("app-other");
}
