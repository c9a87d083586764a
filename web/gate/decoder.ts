// The page's side of the confined worker. A sealed file was made by a stranger; the page
// never decodes it itself, and gets pixels or a refusal in bounded time.

import { SlowError, UnreadableError } from "./errors.js";
import { LIMITS } from "./limits.js";
import type { DecoderAnswer, GoesOn } from "./worker.js";

/** Built beside the page's own script. */
const WORKER = "./decoder.js";

/**
 * The picture of a sealed file. The file's memory goes to the worker and is empty afterwards;
 * `start` starts that, as the page's policy lets it.
 *
 * Raises UnreadableError for anything but one whole baseline JPEG of bounded size, and SlowError
 * where nothing was heard of it for too long: that says something of the machine.
 */
export async function decodePhoto(
  file: Uint8Array<ArrayBuffer>,
  start: (address: URL) => Worker,
): Promise<ImageBitmap> {
  const worker = start(new URL(WORKER, import.meta.url));
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const decoded = await new Promise<DecoderAnswer>((resolve, reject) => {
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          reject(new SlowError("It takes too long to decode."));
        }, LIMITS.patience);
      };
      worker.onmessage = ({ data }: MessageEvent<DecoderAnswer | GoesOn>) => {
        if ("goesOn" in data) wait();
        else resolve(data);
      };
      worker.onerror = () => {
        reject(new Error("The worker that decodes photos did not start or ended."));
      };
      wait();
      worker.postMessage(file, [file.buffer]);
    });
    if ("picture" in decoded && decoded.picture instanceof ImageBitmap) return decoded.picture;
    throw new UnreadableError("refused" in decoded ? decoded.refused : "No picture came.");
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
