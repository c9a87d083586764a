// Protocol 2, conventions: canonical JSON (RFC 8785) of integers, one meaning in one way of
// bytes. Reading is total: any bytes end in the object that they hold, or in a FormatError.
//
// Bytes that are not already in canonical form are refused, so that no two documents share a
// meaning and differ in digest, and no duplicate key hides behind another.

import canonicalize from "canonicalize";
import * as v from "valibot";

import { type Bytes, fromUtf8, same, utf8 } from "./bytes.js";
import { FormatError, causeOf } from "./errors.js";

/** No document of these formats comes near this; a larger one is somebody's attack. */
export const MAX_DOCUMENT_BYTES = 64 * 1024;
/** The outermost object is at depth 1. */
const MAX_DEPTH = 16;

/** Raises unless a value holds only what these formats carry, in at most 16 levels. */
function check(value: unknown, depth: number): void {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new FormatError("malformed", "A number is no integer within 2^53 - 1.");
  }
  if (typeof value !== "object" || value === null) return;
  if (depth === 0) throw new FormatError("malformed", "The document has more than 16 levels.");
  for (const each of Object.values(value)) check(each, depth - 1);
}

/** The canonical bytes of a document (RFC 8785 section 3.2). */
export function encode(document: unknown): Bytes {
  check(document, MAX_DEPTH);
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
export function decode(content: Bytes, limit = MAX_DOCUMENT_BYTES): Record<string, unknown> {
  if (content.length > limit) {
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
