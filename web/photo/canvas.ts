// Whether this browser's canvas gives back what was drawn on it.
//
// Browsers that resist fingerprinting (Tor's, LibreWolf, Firefox's setting, Brave) give noise
// instead, or a slightly changed picture. Their canvas is of no use for a photo: the file is
// sent as it is.

/** Side of the pattern in pixels; smaller ones are left alone by some browsers. */
export const SIDE = 64;

/** A pattern with many colours, opaque: RGBA, row by row. */
export function pattern(): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    // Odd factors walk through all 256 values, each at another pace.
    pixels.set([(at * 7) & 255, (at * 31) & 255, (at * 101 + (at >> 6)) & 255, 255], at * 4);
  }
  return pixels;
}

/** Whether these are the pattern's pixels, all of them. */
export function isPattern(pixels: ArrayLike<number>): boolean {
  const expected = pattern();
  return pixels.length === expected.length && expected.every((value, at) => value === pixels[at]);
}

function blank(): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context ? { canvas, context } : undefined;
}

async function givesBack(): Promise<boolean> {
  const [first, second] = [blank(), blank()];
  if (!first || !second) return false;
  first.context.putImageData(new ImageData(pattern(), SIDE), 0, 0);
  if (!isPattern(first.context.getImageData(0, 0, SIDE, SIDE).data)) return false;
  // What is sent is what toBlob gives; it is changed separately, so it is looked at too.
  const blob = await new Promise<Blob | null>((done) => {
    first.canvas.toBlob(done, "image/png");
  });
  if (!blob) return false;
  const picture = await createImageBitmap(blob);
  second.context.drawImage(picture, 0, 0);
  const back = isPattern(second.context.getImageData(0, 0, SIDE, SIDE).data);
  picture.close();
  return back;
}

/** Whether a canvas can be trusted here. Asked anew for each photo: settings change. */
export async function canvasIsTrue(): Promise<boolean> {
  try {
    return await givesBack();
  } catch {
    return false;
  }
}
