// The frame of a portrait (ICAO Doc 9303-3: 35 × 45 mm) in a picture, and how it moves.

import type { Box, Pixels } from "./resample.js";

/** Width over height. */
const ASPECT = 35 / 45;
/** Longest side of a whole picture, and most of a cut one's height, pixels (habeas.portrait). */
const LONGEST = 1600;
const CUT_HEIGHT = 1157;

/** Where a frame lies: its height as a share of the largest one, and of the room left, 0 to 1. */
export interface Place {
  readonly size: number;
  readonly across: number;
  readonly down: number;
}

/** As large as it can be, in the middle, a little above it: where faces are. */
export const START: Place = { size: 1, across: 0.5, down: 0.3 };

type Size = Pick<Pixels, "width" | "height">;
const within = (value: number): number => Math.min(1, Math.max(0, value));

/** The part of a picture that the frame at a place holds. */
export function frameOf({ width, height }: Size, { size, across, down }: Place): Box {
  const largest = Math.min(height, width / ASPECT);
  const tall = largest * size;
  const wide = tall * ASPECT;
  return {
    left: (width - wide) * within(across),
    top: (height - tall) * within(down),
    width: wide,
    height: tall,
  };
}

/** The same frame, moved by so many pixels of the picture; it stays inside. */
export function moved(picture: Size, place: Place, right: number, down: number): Place {
  const box = frameOf(picture, place);
  const room = { across: picture.width - box.width, down: picture.height - box.height };
  return {
    size: place.size,
    across: room.across > 0 ? within((box.left + right) / room.across) : place.across,
    down: room.down > 0 ? within((box.top + down) / room.down) : place.down,
  };
}

/** The size in pixels of what is kept of a part of a picture: never larger than it is. */
export function keptSize({ width, height }: Box, cut: boolean): Size {
  const scale = cut
    ? Math.min(1, CUT_HEIGHT / height)
    : Math.min(1, LONGEST / Math.max(width, height));
  const whole = (side: number): number => Math.max(1, Math.round(side * scale));
  return { width: whole(width), height: whole(height) };
}
