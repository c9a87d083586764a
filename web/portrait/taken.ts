// From the pixels that a browser decoded to what the checks look at: as large as Python decodes
// it, without rows that are missing, and with the grid of its file's blocks.

import type { Taken } from "./check.js";
import { StopError } from "./stop.js";
import type { JpegFacts } from "./jpegfile.js";
import {
  type Edges,
  type Picture,
  type Rows,
  crop,
  grey,
  reduce,
  reducedOf,
  turned,
} from "./picture.js";
import type { Grid } from "./texture.js";
import { PORTRAIT as TUNING } from "./tuning.js";

/** How a decoder that reads JPEG at a half, a quarter or an eighth would read it. */
function draftOf({ width, height }: Rows): number {
  const ratio = TUNING.kept_side / Math.max(width, height);
  const side = (length: number): number =>
    Math.floor(length / Math.max(1, Math.trunc(length * ratio)));
  const scale = Math.min(side(width), side(height));
  return [8, 4, 2].find((times) => scale >= times) ?? 1;
}

/** How many times smaller a picture can be, for its longest side to be as long as what is kept. */
function timesOf({ width, height }: { width: number; height: number }): number {
  const longest = Math.max(width, height);
  return longest >= 2 * TUNING.kept_side ? Math.floor(longest / TUNING.kept_side) : 1;
}

/**
 * What the checks look at.
 *
 * @param rows of the picture, decoded whole, upright as its file says.
 * @param jpeg of the file, where it is one.
 */
export function takenOf(rows: Rows, jpeg: JpegFacts | undefined): Taken {
  const first = jpeg ? draftOf(rows) : timesOf(rows);
  let picture = reducedOf(rows, first);
  const orientation = jpeg?.orientation ?? 1;
  let whole = true;
  if (jpeg && !jpeg.whole) {
    const stored = standing(picture, inverseOf(orientation));
    const present = presentRows(stored);
    whole = present === undefined;
    if (present !== undefined) {
      picture = standing(crop(stored, [0, 0, stored.width, present]), orientation);
    }
  }
  const times = timesOf(picture);
  const draft = jpeg ? first : 1;
  // In a picture that others have made smaller, nothing tells blocks.
  const told = draft <= 2 && first === draft && times === 1;
  const grid: Grid = {
    grey: told ? gridOf(picture, orientation, 8 / draft) : undefined,
    block: 8 / draft,
    quality: jpeg?.quality,
  };
  const seen = reduce1(picture, times);
  // Of an odd number of columns, the last is half of one: as Python counts them.
  const scale = whole ? rows.width / seen.width : first * times;
  return { picture: seen, scale, grid, whole };
}

const reduce1 = (picture: Picture, times: number): Picture =>
  times > 1 ? reduce(picture, times) : picture;

/**
 * How many rows were read, where some never were: those are of one colour, down to the end.
 * Undefined where all of them are there.
 */
function presentRows({ width, height, data }: Picture): number | undefined {
  const last = 3 * (height - 1) * width;
  const isBlank = (row: number): boolean => {
    for (let at = 3 * row * width; at < 3 * (row + 1) * width; at += 1) {
      if (data[at] !== data[last + (at % 3)]) return false;
    }
    return true;
  };
  let rows = height;
  while (rows > 0 && isBlank(rows - 1)) rows -= 1;
  // The last row of blocks that was read may be half of one.
  if (rows < height) rows -= 8;
  if (rows < TUNING.least_rows) throw new StopError("broken");
  return rows === height ? undefined : rows;
}

/** The middle of the stored picture, cut on the grid of its blocks. */
function gridOf(picture: Picture, orientation: number, block: number) {
  const across = orientation >= 5;
  const [width, height] = across
    ? [picture.height, picture.width]
    : [picture.width, picture.height];
  const begin = (length: number): number =>
    Math.floor(Math.max(0, Math.trunc((length - TUNING.grid_side) / 2)) / block) * block;
  const [left, top] = [begin(width), begin(height)];
  const right = Math.min(width, left + TUNING.grid_side);
  const bottom = Math.min(height, top + TUNING.grid_side);
  const upright = edgesAfter([left, top, right, bottom], width, height, orientation);
  return grey(standing(crop(picture, upright), inverseOf(orientation)));
}

/** The orientation that undoes another. */
const inverseOf = (orientation: number): number =>
  orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;

/** Where a part of a picture of this size lies after it was turned by its orientation. */
function edgesAfter(
  [left, top, right, bottom]: Edges,
  width: number,
  height: number,
  orientation: number,
): Edges {
  const mirrored = (low: number, high: number, length: number): [number, number] => [
    length - high,
    length - low,
  ];
  // Orientations 5 to 8 swap rows and columns first.
  const [x, y] =
    orientation >= 5
      ? [[top, bottom] as const, [left, right] as const]
      : [[left, right] as const, [top, bottom] as const];
  const [across, down] = orientation >= 5 ? [height, width] : [width, height];
  const [l, r] = [2, 3, 6, 7].includes(orientation) ? mirrored(...x, across) : x;
  const [t, b] = [3, 4, 7, 8].includes(orientation) ? mirrored(...y, down) : y;
  return [l, t, r, b];
}

/** A picture turned and mirrored as an orientation asks (CIPA DC-008, table 6). */
export function standing(picture: Picture, orientation: number): Picture {
  switch (orientation) {
    case 2:
      return flipped(picture);
    case 3:
      return turned(picture, 180);
    case 4:
      return flipped(turned(picture, 180));
    case 5:
      return flipped(turned(picture, 270));
    case 6:
      return turned(picture, 270);
    case 7:
      return flipped(turned(picture, 90));
    case 8:
      return turned(picture, 90);
    default:
      return picture;
  }
}

/** The same, left for right. */
function flipped({ width, height, data }: Picture): Picture {
  const result = new Uint8Array(data.length);
  for (let at = 0; at < width * height; at += 1) {
    const column = at % width;
    const from = 3 * (at - column + (width - 1 - column));
    result.set(data.subarray(from, from + 3), 3 * at);
  }
  return { width, height, data: result };
}
