// Brightness and colour of a picture apart, as Pillow's `convert` gives them, to the bit.

import type { Picture } from "./picture.js";

const share = (weight: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, value) => Math.round(weight * 64 * value));
const [Y_RED, Y_GREEN, Y_BLUE] = [share(0.299), share(0.587), share(0.114)];
const [CB_RED, CB_GREEN, CB_BLUE] = [share(-0.16874), share(-0.33126), share(0.5)];
const [CR_RED, CR_GREEN, CR_BLUE] = [share(0.5), share(-0.41869), share(-0.08131)];

/** Y, Cb and Cr (JFIF), 0 to 255: three planes of one value a pixel. */
export function ycbcr({ data }: Picture): readonly [Uint8Array, Uint8Array, Uint8Array] {
  const count = data.length / 3;
  const [luma, blueness, redness] = [0, 1, 2].map(() => new Uint8Array(count)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  for (let to = 0, at = 0; to < count; to += 1, at += 3) {
    const red = data[at] ?? 0;
    const green = data[at + 1] ?? 0;
    const blue = data[at + 2] ?? 0;
    luma[to] = ((Y_RED[red] ?? 0) + (Y_GREEN[green] ?? 0) + (Y_BLUE[blue] ?? 0)) >> 6;
    blueness[to] =
      (((CB_RED[red] ?? 0) + (CB_GREEN[green] ?? 0) + (CB_BLUE[blue] ?? 0)) >> 6) + 128;
    redness[to] = (((CR_RED[red] ?? 0) + (CR_GREEN[green] ?? 0) + (CR_BLUE[blue] ?? 0)) >> 6) + 128;
  }
  return [luma, blueness, redness];
}
