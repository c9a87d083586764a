// The confined worker: takes one sealed file apart, decodes it, and gives back its pixels.
//
// It has no page to reach, and its own policy (default-src 'none', from the server's header)
// leaves it no network. It serves one picture; its maker then ends it.

import { UnreadableError } from "./errors.js";
import { readJpeg } from "./jpeg.js";
import { LIMITS } from "./limits.js";

/** What the worker answers: the picture, or why there is none. */
export type DecoderAnswer = { readonly picture: ImageBitmap } | { readonly refused: string };

/** What it tells before: that it has begun, or goes on. */
export interface GoesOn {
  readonly goesOn: true;
}

const goesOn = (): void => {
  postMessage({ goesOn: true } satisfies GoesOn);
};

async function decode(file: Uint8Array<ArrayBuffer>): Promise<DecoderAnswer> {
  try {
    const { width, height } = readJpeg(file, LIMITS, goesOn);
    goesOn();
    const picture = await createImageBitmap(new Blob([file], { type: "image/jpeg" }));
    if (picture.width === width && picture.height === height) return { picture };
    return { refused: "It was decoded to another size than it has." };
  } catch (error) {
    if (error instanceof UnreadableError) return { refused: error.message };
    return { refused: "The browser cannot decode it." };
  }
}

addEventListener("message", (event: MessageEvent<Uint8Array<ArrayBuffer>>) => {
  void decode(event.data).then((decoded) => {
    postMessage(decoded, { transfer: "picture" in decoded ? [decoded.picture] : [] });
  });
});
