// Formats, *Receipt*, *As a page*: the file that an applicant keeps, read by its JSON's meaning,
// in whatever layout a browser or an editor has saved it.

import { FormatError } from "./errors.js";

const BEGIN = /id=["']?habeas-receipt["']?[^<>]{0,200}>/;

const fileError = (cause: string) => new FormatError("receipt-file", cause);

/** The document in a file: a page, or the JSON alone. It is not read as a receipt yet. */
export function documentIn(file: string): unknown {
  const text = file.replace(/^\ufeff/, "");
  let inside = text;
  if (!text.trimStart().startsWith("{")) {
    const begin = BEGIN.exec(text);
    const after = begin ? text.slice(begin.index + begin[0].length) : "";
    const end = after.search(/<\/script/i);
    if (end < 0) throw fileError("The file holds no receipt.");
    inside = after.slice(0, end);
  }
  try {
    return JSON.parse(inside);
  } catch {
    throw fileError("The file holds no receipt.");
  }
}

/** The page of a document (JSON text), from the page without one. */
export function pageOf(blank: string, json: string): string {
  const begin = BEGIN.exec(blank);
  if (!begin) throw new Error("The receipt's page has no place for it.");
  const at = begin.index + begin[0].length;
  // Nothing in the JSON can end its element.
  return blank.slice(0, at) + json.replaceAll("<", "\\u003c") + blank.slice(at);
}
