// HEIC pictures, which most browsers cannot decode (ISO/IEC 23008-12): libheif in WebAssembly,
// loaded only when somebody has chosen such a file. It gets a file and gives pixels.

import factory from "libheif-js/libheif-wasm/libheif.js";

import { fetchResource } from "../checks/files.js";
import type { Decoded } from "./heic.js";

async function decode(file: Uint8Array): Promise<Decoded> {
  const program = {
    path: `libheif.${LIBHEIF_SHA256.slice(0, 16)}.wasm`,
    sha256: LIBHEIF_SHA256,
  };
  const libheif = factory({ wasmBinary: await fetchResource(program, location.href) });
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

addEventListener("message", ({ data }: MessageEvent<Uint8Array>) => {
  decode(data).then(
    (decoded) => {
      postMessage(decoded, { transfer: [decoded.data.buffer] });
    },
    (error: unknown) => {
      postMessage(String(error));
    },
  );
});
