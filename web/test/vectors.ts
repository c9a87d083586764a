// The vectors that Python writes, and that both languages are held to.

import { readFileSync } from "node:fs";

/** Relative to the folder of package.json, where the tests run. */
const FOLDER = "../vectors/protocol";

/** The content of one file, in the shape that its test says. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the file
export const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")) as T;

/** Matches a FormatError with this code. */
export const code = (expected: string) => (error: unknown) =>
  error instanceof Error && (error as { code?: unknown }).code === expected;
