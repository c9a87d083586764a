// JFIF 1.02 (ITU-T T.871): brightness and colour of a picture's pixels, the colour at half the
// resolution, in whole numbers.

/** Samples of one component, row by row. */
export interface ComponentPlane {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
}

/** T.871 section 7, with 16 fractional bits. */
const Y_RED = 19595;
const Y_GREEN = 38470;
const Y_BLUE = 7471;
const CB_RED = 11059;
const CB_GREEN = 21709;
const HALF = 32768;
const CR_GREEN = 27439;
const CR_BLUE = 5329;
/** 128, and a half less the least, so that 255.5 is not reached. */
const MIDDLE = (128 << 16) + HALF - 1;

/** Y, Cb and Cr of opaque RGBA pixels, each at full resolution. */
export function planesOf(rgba: ArrayLike<number>, width: number, height: number): ComponentPlane[] {
  const count = width * height;
  const [y, cb, cr] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  for (let at = 0; at < count; at += 1) {
    const red = rgba[4 * at] ?? 0;
    const green = rgba[4 * at + 1] ?? 0;
    const blue = rgba[4 * at + 2] ?? 0;
    y[at] = (Y_RED * red + Y_GREEN * green + Y_BLUE * blue + HALF) >> 16;
    cb[at] = (HALF * blue - CB_RED * red - CB_GREEN * green + MIDDLE) >> 16;
    cr[at] = (HALF * red - CR_GREEN * green - CR_BLUE * blue + MIDDLE) >> 16;
  }
  return [y, cb, cr].map((samples) => ({ width, height, samples }));
}

/**
 * A plane at half the resolution: the mean of two by two samples. Halves are rounded down and up
 * in turn, so that nothing drifts. It is a whole number of blocks wide.
 */
export function halved({ width, height, samples }: ComponentPlane): ComponentPlane {
  const across = 8 * Math.ceil(Math.ceil(width / 2) / 8);
  const down = Math.ceil(height / 2);
  const half = new Uint8Array(across * down);
  for (let y = 0; y < down; y += 1) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < across; x += 1) {
      const left = Math.min(2 * x, width - 1);
      const right = Math.min(2 * x + 1, width - 1);
      const sum =
        (samples[upper + left] ?? 0) +
        (samples[upper + right] ?? 0) +
        (samples[lower + left] ?? 0) +
        (samples[lower + right] ?? 0);
      half[y * across + x] = (sum + 1 + (x & 1)) >> 2;
    }
  }
  return { width: across, height: down, samples: half };
}
