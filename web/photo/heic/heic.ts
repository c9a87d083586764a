// The page's side of the decoder of HEIC: a worker for one file, which ends with it.

import { startWorker } from "../../pages/trusted.js";

export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Opaque RGBA. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The pixels of a HEIC file, turned as it says; raises where it does not decode. */
export async function decodeHeic(file: Uint8Array): Promise<Decoded> {
  const worker = startWorker(new URL(HEIC_SCRIPT, import.meta.url));
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<Decoded | string>) => {
        if (typeof data === "string") reject(new Error(data));
        else resolve(data);
      });
      worker.addEventListener("error", () => {
        reject(new Error("The decoder did not start."));
      });
      worker.postMessage(file);
    });
  } finally {
    worker.terminate();
  }
}
