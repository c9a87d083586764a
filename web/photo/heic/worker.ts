// HEIC pictures, which most browsers cannot decode (ISO/IEC 23008-12): libheif in WebAssembly,
// loaded only when somebody has chosen such a file. It gets a file and gives pixels.

import factory from "libheif-js/libheif-wasm/libheif.js";

import { GoneFileError, fetchResource } from "../checks/files.js";
import type { Answer, Decoded } from "./heic.js";

const PROGRAM = {
  path: `libheif.${LIBHEIF_SHA256.slice(0, 16)}.wasm`,
  sha256: LIBHEIF_SHA256,
};

async function decode(wasmBinary: Uint8Array, file: Uint8Array): Promise<Decoded> {
  const libheif = factory({ wasmBinary });
  const [image] = new libheif.HeifDecoder().decode(file);
  if (!image) throw new Error("There is no picture in it.");
  const [width, height] = [image.get_width(), image.get_height()];
  const data = new Uint8ClampedArray(4 * width * height);
  await new Promise<void>((resolve, reject) => {
    image.display({ data, width, height }, (shown) => {
      if (shown) resolve();
      else reject(new Error("The picture does not decode."));
    });
  });
  return { width, height, data };
}

async function answerTo(file: Uint8Array): Promise<Answer> {
  let program: Uint8Array;
  try {
    program = await fetchResource(PROGRAM, location.href);
  } catch (error) {
    return { failed: error instanceof GoneFileError ? "gone" : "lost" };
  }
  try {
    return await decode(program, file);
  } catch {
    return { failed: "unreadable" };
  }
}

addEventListener("message", ({ data }: MessageEvent<Uint8Array>) => {
  void answerTo(data).then((answer) => {
    postMessage(answer, { transfer: "data" in answer ? [answer.data.buffer] : [] });
  });
});
