// Pictures as the checks see them: RGB, 8 bits, row by row, and what is done to whole pixels.
//
// The sums are those of Pillow (`Image.reduce`, `convert`), to the bit, so that the measures of
// habeas.portrait hold here too.

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** RGB pixels, 0 to 255, three bytes each. */
export interface Picture extends Size {
  readonly data: Uint8Array;
}

/** One value a pixel. */
export interface Plane<Values extends ArrayLike<number> = ArrayLike<number>> extends Size {
  readonly data: Values;
}

/** Left, top, right and bottom, pixels. */
export type Edges = readonly [number, number, number, number];

/** A quarter turn, degrees counter-clockwise. */
export type Turn = 0 | 90 | 180 | 270;

export const wholeOf = ({ width, height }: { width: number; height: number }): Edges => [
  0,
  0,
  width,
  height,
];

/** RGB of opaque RGBA pixels. */
export function pictureOf(rgba: ArrayLike<number>, width: number, height: number): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let at = 0, from = 0; at < data.length; at += 3, from += 4) {
    data[at] = rgba[from] ?? 0;
    data[at + 1] = rgba[from + 1] ?? 0;
    data[at + 2] = rgba[from + 2] ?? 0;
  }
  return { width, height, data };
}

/** The part within edges of whole pixels, which lie within the picture. */
export function crop(picture: Picture, [left, top, right, bottom]: Edges): Picture {
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row += 1) {
    const from = 3 * ((top + row) * picture.width + left);
    data.set(picture.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { width, height, data };
}

/** The picture after a quarter turn. */
export function turned(picture: Picture, turn: Turn): Picture {
  if (turn === 0) return picture;
  const { width, height, data } = picture;
  const across = turn === 180 ? width : height;
  const down = turn === 180 ? height : width;
  // Where the first pixel comes to lie, and how far from it its neighbours to the right and below.
  const [first, aside, below] =
    turn === 90
      ? [(width - 1) * across, -across, 1]
      : turn === 180
        ? [width * height - 1, -1, -width]
        : [height - 1, across, -1];
  const result = new Uint8Array(data.length);
  for (let y = 0, from = 0; y < height; y += 1) {
    let to = 3 * (first + y * below);
    for (let x = 0; x < width; x += 1, from += 3, to += 3 * aside) {
      result[to] = data[from] ?? 0;
      result[to + 1] = data[from + 1] ?? 0;
      result[to + 2] = data[from + 2] ?? 0;
    }
  }
  return { width: across, height: down, data: result };
}

/** Adds up blocks of pixels, of `step` bytes each, and gives their rounded means. */
function means(
  source: ArrayLike<number>,
  sourceWidth: number,
  step: number,
  [left, top, right, bottom]: Edges,
  [across, down]: readonly [number, number],
): Picture {
  const width = Math.ceil((right - left) / across);
  const height = Math.ceil((bottom - top) / down);
  const data = new Uint8Array(3 * width * height);
  const line = step * sourceWidth;
  for (let row = 0, to = 0; row < height; row += 1) {
    const first = top + row * down;
    const rows = Math.min(down, bottom - first);
    for (let column = 0; column < width; column += 1, to += 3) {
      const begin = left + column * across;
      const columns = Math.min(across, right - begin);
      // Whole numbers, and nothing that is made anew for each block: there are many.
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let y = 0, start = first * line + begin * step; y < rows; y += 1, start += line) {
        const end = start + step * columns;
        for (let at = start; at < end; at += step) {
          red = (red + (source[at] ?? 0)) | 0;
          green = (green + (source[at + 1] ?? 0)) | 0;
          blue = (blue + (source[at + 2] ?? 0)) | 0;
        }
      }
      put(data, to, red, green, blue, rows * columns);
    }
  }
  return { width, height, data };
}

/** Puts the means of sums over `count` pixels. */
function put(
  data: Uint8Array,
  to: number,
  red: number,
  green: number,
  blue: number,
  count: number,
): void {
  // Pillow divides by multiplying with 2^24 / count.
  const share = Math.floor(0x1000000 / count);
  const half = count >> 1;
  data[to] = ((red + half) * share) / 0x1000000;
  data[to + 1] = ((green + half) * share) / 0x1000000;
  data[to + 2] = ((blue + half) * share) / 0x1000000;
}

/**
 * The same of whole RGB pictures whose rows are of whole words, four by four: what the models see of
 * a phone's picture. Three words are four pixels, whose every second byte is added up at once.
 */
function quartered({ width, height, data: source }: Picture): Picture {
  const words = new Uint32Array(source.buffer, source.byteOffset, source.length / 4);
  const [across, down, line] = [width / 4, height / 4, (3 * width) / 4];
  const data = new Uint8Array(3 * across * down);
  for (let row = 0, to = 0; row < down; row += 1) {
    for (let start = 4 * row * line, column = 0; column < across; column += 1, to += 3) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      for (let y = 0, at = start + 3 * column; y < 4; y += 1, at += line) {
        // From the lowest byte on: red green blue red, green blue red green, blue red green blue.
        const one = words[at] ?? 0;
        const two = words[at + 1] ?? 0;
        const three = words[at + 2] ?? 0;
        a += one & 0xff00ff;
        b += (one >>> 8) & 0xff00ff;
        c += two & 0xff00ff;
        d += (two >>> 8) & 0xff00ff;
        e += three & 0xff00ff;
        f += (three >>> 8) & 0xff00ff;
      }
      const red = (a & 0xffff) + (b >>> 16) + (c >>> 16) + (f & 0xffff);
      const green = (b & 0xffff) + (c & 0xffff) + (d >>> 16) + (e >>> 16);
      const blue = (a >>> 16) + (d & 0xffff) + (e & 0xffff) + (f >>> 16);
      put(data, to, red, green, blue, 16);
    }
  }
  return { width: across, height: down, data };
}

/** The means of `across` × `down` pixels within edges; blocks at the far sides may be smaller. */
export function reduce(
  picture: Picture,
  times: number | readonly [number, number],
  within: Edges = wholeOf(picture),
): Picture {
  const { width, height, data } = picture;
  const [across, down] = typeof times === "number" ? [times, times] : times;
  const whole = within[2] - within[0] === width && within[3] - within[1] === height;
  const even = width % 4 === 0 && height % 4 === 0 && data.byteOffset % 4 === 0;
  if (whole && even && across === 4 && down === 4) return quartered(picture);
  return means(picture.data, picture.width, 3, within, [across, down]);
}

/**
 * The means of two by two opaque RGBA pixels, of even width and height: what a phone's picture
 * needs. A word is a pixel; its red and blue are added up in one sum, 16 bits apart. With a sign,
 * words of opaque pixels are small numbers, which engines hold without a place of their own.
 */
function halved(words: Int32Array, width: number, height: number): Picture {
  const across = width / 2;
  const down = height / 2;
  const data = new Uint8Array(3 * across * down);
  let to = 0;
  for (let row = 0; row < down; row += 1) {
    let upper = 2 * row * width;
    for (let column = 0; column < across; column += 1, upper += 2, to += 3) {
      const lower = upper + width;
      const a = words[upper] ?? 0;
      const b = words[upper + 1] ?? 0;
      const c = words[lower] ?? 0;
      const d = words[lower + 1] ?? 0;
      const ends = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      const green = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00);
      data[to] = ((ends & 0xffff) + 2) >> 2;
      data[to + 1] = (green + 0x200) >> 10;
      data[to + 2] = ((ends >>> 16) + 2) >> 2;
    }
  }
  return { width: across, height: down, data };
}

/** Opaque RGBA pixels that are read some rows at a time: all of a phone's picture are many. */
export interface Rows {
  readonly width: number;
  readonly height: number;
  /** The pixels of `count` rows from `top` on. */
  readonly read: (top: number, count: number) => Uint8ClampedArray<ArrayBuffer>;
}

/** About how many rows are read at a time: they stay in a processor's cache. */
export const ROWS_READ = 128;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Rows of pixels that are all there. */
export const rowsOf = ({ width, height, data }: Pixels): Rows => ({
  width,
  height,
  read: (top, count) => data.subarray(4 * width * top, 4 * width * (top + count)),
});

/** The same as `reduce` of opaque RGBA pixels. */
export function reducedOf({ width, height, read }: Rows, times: number): Picture {
  const [across, down] = [Math.ceil(width / times), Math.ceil(height / times)];
  const data = new Uint8Array(3 * across * down);
  const step = times * Math.max(1, Math.floor(ROWS_READ / times));
  for (let top = 0; top < height; top += step) {
    const count = Math.min(step, height - top);
    data.set(partOf(read(top, count), width, count, times), (3 * across * top) / times);
  }
  return { width: across, height: down, data };
}

function partOf(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  times: number,
): Uint8Array {
  if (times === 1) return pictureOf(rgba, width, height).data;
  if (times === 2 && width % 2 === 0 && height % 2 === 0) {
    const words = new Int32Array(rgba.buffer, rgba.byteOffset, width * height);
    return halved(words, width, height).data;
  }
  return means(rgba, width, 4, [0, 0, width, height], [times, times]).data;
}

/** Every value taken from a table. */
export function mapped(picture: Picture, table: Uint8Array): Picture {
  return { ...picture, data: picture.data.map((value) => table[value] ?? 0) };
}

/** Luma (ITU-R BT.601), 0 to 255. */
export function grey({ width, height, data }: Picture): Plane<Uint8Array> {
  const result = new Uint8Array(width * height);
  for (let to = 0, at = 0; to < result.length; to += 1, at += 3) {
    result[to] =
      ((data[at] ?? 0) * 19595 +
        (data[at + 1] ?? 0) * 38470 +
        (data[at + 2] ?? 0) * 7471 +
        0x8000) >>
      16;
  }
  return { width, height, data: result };
}
