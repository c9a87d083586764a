// The frame of a portrait (ICAO Doc 9303-3: 35 × 45 mm) in a picture, and how it moves.

import type { Crop } from "../../portrait/framing.js";
import type { Edges, Size } from "../../portrait/picture.js";

/** Width over height. */
const ASPECT = 35 / 45;

/** Where a frame lies: its height as a share of the largest one, and of the room left, 0 to 1. */
export interface FramePlace {
  readonly size: number;
  readonly across: number;
  readonly down: number;
}

/** As large as it can be, in the middle, a little above it: where faces are. */
export const START: FramePlace = { size: 1, across: 0.5, down: 0.3 };

const within = (value: number): number => Math.min(1, Math.max(0, value));
const largestIn = ({ width, height }: Size): number => Math.min(height, width / ASPECT);

/** The part of a picture that the frame at a place holds. */
export function frameOf(picture: Size, { size, across, down }: FramePlace): Edges {
  const tall = largestIn(picture) * size;
  const wide = tall * ASPECT;
  const left = (picture.width - wide) * within(across);
  const top = (picture.height - tall) * within(down);
  return [left, top, left + wide, top + tall];
}

/** The place of a frame that the checks have found. */
export function placeOf(picture: Size, { x, y, width, height }: Omit<Crop, "roll">): FramePlace {
  const share = (begin: number, room: number): number => (room > 0 ? within(begin / room) : 0.5);
  return {
    size: Math.min(1, height / largestIn(picture)),
    across: share(x, picture.width - width),
    down: share(y, picture.height - height),
  };
}

/** The same frame, moved by so many pixels of the picture; it stays inside. */
export function moved(picture: Size, place: FramePlace, right: number, down: number): FramePlace {
  const [left, top, end, bottom] = frameOf(picture, place);
  const room = { across: picture.width - (end - left), down: picture.height - (bottom - top) };
  return {
    size: place.size,
    across: room.across > 0 ? within((left + right) / room.across) : place.across,
    down: room.down > 0 ? within((top + down) / room.down) : place.down,
  };
}
