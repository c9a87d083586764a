// The files that a check needs beside its own code, each by its hash: nothing else is run.

import type { ModelName } from "../../portrait/models.js";

/** A file beside the photo step's scripts. */
export interface Resource {
  readonly path: string;
  /** SHA-256, hex; the name begins with it, so that browsers may keep the file for good. */
  readonly sha256: string;
}

const model = (name: string, sha256: string): Resource => ({
  path: `models/${name}.${sha256.slice(0, 16)}.tflite`,
  sha256,
});

/** MediaPipe's model files, the same that habeas.faces runs (`ASSETS`). */
export const MODEL_FILES: Readonly<Record<ModelName, Resource>> = {
  short: model(
    "face_detection_short_range",
    "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
  ),
  full: model(
    "face_detection_full_range_sparse",
    "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
  ),
  mesh: model("face_landmark", "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"),
  iris: model("iris_landmark", "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f"),
  person: model(
    "selfie_segmentation",
    "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
  ),
};

/** A file that is not the one that is meant. */
export class ForeignFileError extends Error {
  constructor(path: string) {
    super(`${path} is another file than this application was built with.`);
  }
}

/** A file that the site does not have any more, or never had: there was a release. */
export class GoneFileError extends Error {
  constructor(path: string, status: number) {
    super(`${path}: ${String(status)}`);
  }
}

/** The bytes of a file, once they are seen to be the ones that are meant. */
export async function fetchResource(
  { path, sha256 }: Resource,
  base: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(new URL(path, base), { redirect: "error" });
  if (!answer.ok) throw new GoneFileError(path, answer.status);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== sha256) throw new ForeignFileError(path);
  return bytes;
}
