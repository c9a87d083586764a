// The page's side of the decoder of HEIC: a worker for one file, which ends with it.

import { startWorker } from "../../pages/trusted.js";
import { RenewedError } from "../device/later.js";
import { PictureError } from "../device/unusable.js";

export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Opaque RGBA. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** What the worker answers: pixels, or why there are none. */
export type Answer =
  | Decoded
  /** The file shows no picture; the program is gone from the site; it did not come. */
  | { readonly failed: "unreadable" | "gone" | "lost" };

/** Why a script has not started: it is gone from the site, the line is, or it cannot run here. */
async function causeOf(script: URL): Promise<Error> {
  const answer = await fetch(script, { redirect: "error" });
  return answer.ok ? new PictureError("unreadable") : new RenewedError(script.href);
}

function errorOf(failed: "unreadable" | "gone" | "lost"): Error {
  switch (failed) {
    case "unreadable":
      return new PictureError("unreadable");
    case "gone":
      return new RenewedError(HEIC_SCRIPT);
    case "lost":
      return new Error("The decoder's program did not come.");
  }
}

/**
 * The pixels of a HEIC file, turned as it says. Raises `PictureError` where it does not decode,
 * `RenewedError` where the decoder is gone since there was a release, and another error where it
 * did not come.
 */
export async function decodeHeic(file: Uint8Array): Promise<Decoded> {
  const script = new URL(HEIC_SCRIPT, import.meta.url);
  const worker = startWorker(script);
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
        if ("failed" in data) reject(errorOf(data.failed));
        else resolve(data);
      });
      worker.addEventListener("error", () => {
        causeOf(script).then(reject, reject);
      });
      worker.postMessage(file);
    });
  } finally {
    worker.terminate();
  }
}
