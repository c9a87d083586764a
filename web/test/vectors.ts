// The vectors that Python writes, and that both languages are held to.

import assert from "node:assert/strict";
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

/** What must be refused, with its code. */
export type Bad<T> = T & { name: string; code: string };

/** Runs a reader over bad cases: each has to be refused, with its code. */
export async function refusesAll<T>(
  bad: readonly Bad<T>[],
  read: (given: T) => unknown,
): Promise<void> {
  assert.ok(bad.length > 0);
  for (const given of bad) {
    const reading = async () => {
      await read(given);
    };
    await assert.rejects(reading, (error: unknown) => {
      const { code: found = "none", message } = error as { code?: string; message: string };
      assert.equal(found, given.code, `${given.name}: ${message}`);
      return true;
    });
  }
}
