// Parts of the app that a page begins without. Each is fetched, and compared with its hash, which
// stands in the document's import map (HTML, section 8.1.6.2, `integrity`): what did not come can be
// asked for again, where browsers would remember that an import failed. Then it is a script element
// with that hash (W3C Subresource Integrity), and what is imported is what that element loaded:
// WebKit holds to `Integrity-Policy`, knows no hashes of import maps, and would import nothing.

import { fromUtf8, toBase64 } from "../../formats/bytes.js";
import { loadModule } from "../../pages/trusted.js";

/** The site has other files than this page was made for: there was a release meanwhile. */
export class RenewedError extends Error {}

/** The hash of each script that the document may come to load, by address. */
export function mapped(page: Document): Readonly<Record<string, string>> {
  const text = page.querySelector("script[type=importmap]")?.textContent ?? "{}";
  return (JSON.parse(text) as { integrity?: Record<string, string> }).integrity ?? {};
}

/**
 * A file of this release, whole; raises where it does not come, or is another.
 *
 * Its hash is looked at here: a browser that does it says of a file that is gone what it says of a
 * line that is, and nobody would learn that there was a release.
 */
export async function fetched(address: string, integrity: string): Promise<string> {
  const answer = await fetch(address, { redirect: "error" });
  if (!answer.ok) throw new RenewedError(address);
  const content = new Uint8Array(await answer.arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  if (`sha256-${toBase64(hash)}` !== integrity) throw new Error(`${address} is another file.`);
  return fromUtf8(content);
}

/** Asks once for what comes later, and again only if it did not come. */
export function once<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let asked: Promise<Part> | undefined;
  return () => {
    asked ??= load().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

/** A part whose script has that name before its hash; `load` imports it. */
export function later<Part>(name: string, load: () => Promise<Part>): () => Promise<Part> {
  return once(async () => {
    // What parts have in common comes with the first of them; browsers have it from then on.
    const files = Object.entries(mapped(document)).filter(([address]) =>
      [`/${name}.`, "/chunk."].some((begin) => address.includes(begin)),
    );
    await Promise.all(files.map(([address, integrity]) => fetched(address, integrity)));
    // All elements at once: whichever runs first finds those that it imports on their way.
    await Promise.all(files.map(([address, integrity]) => loadModule(address, integrity)));
    return load();
  });
}
