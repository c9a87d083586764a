// RFC 8785 (JSON Canonicalization Scheme): one meaning, one sequence of bytes.
//
// Everything that is hashed or signed goes through here. Bytes that are not already in
// canonical form are refused, so that no duplicate key hides behind another.

import canonicalize from "canonicalize";
import * as v from "valibot";

import { type Bytes, fromUtf8, same, utf8 } from "./bytes.js";
import { FormatError, causeOf } from "./errors.js";

/** No document of these formats comes near this; a larger one is somebody's attack. */
export const MAX_DOCUMENT_BYTES = 64 * 1024;

/** The canonical bytes of a document (RFC 8785 section 3.2). */
export function encode(document: unknown): Bytes {
  let text: string | undefined;
  try {
    text = canonicalize(document);
  } catch (error) {
    throw new FormatError("malformed", `This cannot be canonical JSON: ${causeOf(error)}.`);
  }
  if (text === undefined) throw new FormatError("malformed", "There is nothing to write as JSON.");
  return utf8(text);
}

/** The JSON object that canonical bytes hold; raises for anything else. */
export function decode(content: Bytes): Record<string, unknown> {
  if (content.length > MAX_DOCUMENT_BYTES) {
    throw new FormatError("malformed", `The document has ${String(content.length)} bytes.`);
  }
  let document: unknown;
  try {
    document = JSON.parse(fromUtf8(content));
  } catch {
    throw new FormatError("malformed", "The document is not JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new FormatError("malformed", "The document is not a JSON object.");
  }
  if (!same(encode(document), content)) {
    throw new FormatError("malformed", "The document is not in canonical form (RFC 8785).");
  }
  return document as Record<string, unknown>;
}

/** A document with the fields that `schema` gives it, and no others. */
export function read<Schema extends v.GenericSchema>(
  schema: Schema,
  document: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, document, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw new FormatError("malformed", where ? `${where}: ${issue.message}.` : `${issue.message}.`);
}
