// What is said while somebody looks into the camera: one thing at a time, until all is well.
//
// A live picture is small and one of many: the short-range model and the mesh are asked, not
// the irises. Only what people can change at once is spoken of.

import { findLarge } from "./blazeface.js";
import { type Face, type Landmarks, areaOf, eyeMidpoint, faceHeight, fits } from "./face.js";
import { lean, outline, poseOf } from "./geometry.js";
import { findMesh } from "./mesh.js";
import type { Run } from "./models.js";
import { backlight, faceLight } from "./own.js";
import { luminance, quantile } from "./ofiq.js";
import { type Picture, crop, reduce } from "./picture.js";
import { PORTRAIT } from "./tuning.js";

/** What is to be done; `good` when nothing is. */
export type Hint =
  | "nobody"
  | "alone"
  | "nearer"
  | "farther"
  | "middle"
  | "level"
  | "straight"
  | "upright"
  | "light"
  | "good";

/** Lengths are shares of the picture's height; T is the distance from the eyes to the chin. */
const GUIDE = {
  /** Area of a second face over the first's, from which it is somebody beside. */
  second: 0.25,
  /** Least T: the product's frame is then three quarters of the picture's height. */
  nearest: 0.25,
  /** Most T: the frame just fits. */
  farthest: 1 / (PORTRAIT.frame_height * PORTRAIT.least_frame),
  /** How far the eyes may be off the middle, share of the width. */
  aside: 0.12,
  /** Where the eyes may be, from above. */
  highest: 0.25,
  lowest: 0.6,
  /** Degrees: half of what is advised on. */
  turned: 15,
  leaning: 8,
} as const;

/** What to say of one live picture. */
export async function look(run: Run, picture: Picture): Promise<Hint> {
  const [face, ...others] = (await findLarge(run, picture)).sort(
    (a, b) => areaOf(b.box) - areaOf(a.box),
  );
  if (!face) return "nobody";
  if (others.some(({ box }) => areaOf(box) > GUIDE.second * areaOf(face.box))) return "alone";
  const landmarks = await findMesh(run, picture, face);
  if (!fits(landmarks)) return "nobody";
  return placeOf(landmarks, picture) ?? poseHint(landmarks) ?? lightOf(picture, face, landmarks);
}

/** Whether the face is where the oval is. */
export function placeOf(landmarks: Landmarks, { width, height }: Picture): Hint | undefined {
  const t = faceHeight(landmarks) / height;
  if (t < GUIDE.nearest) return "nearer";
  if (t > GUIDE.farthest) return "farther";
  const [x, y] = eyeMidpoint(landmarks);
  if (Math.abs(x / width - 0.5) > GUIDE.aside) return "middle";
  if (y / height < GUIDE.highest || y / height > GUIDE.lowest) return "level";
  return undefined;
}

export function poseHint(landmarks: Landmarks): Hint | undefined {
  if (Math.abs(poseOf(landmarks).yaw) > GUIDE.turned) return "straight";
  return Math.abs(lean(landmarks)) > GUIDE.leaning ? "upright" : undefined;
}

/** Whether the light is on the face, by the measures that advice rests on, without the eyes. */
function lightOf(picture: Picture, { box }: Face, landmarks: Landmarks): Hint {
  const points = outline(landmarks);
  const side = (axis: 0 | 1, most: number): [number, number] => {
    const values = points.map((point) => point[axis]);
    return [
      Math.max(0, Math.trunc(Math.min(...values))),
      Math.min(most, Math.ceil(Math.max(...values))),
    ];
  };
  const [left, right] = side(0, picture.width);
  const [top, bottom] = side(1, picture.height);
  if (right - left < 8 || bottom - top < 8 || areaOf(box) === 0) return "nobody";
  const skin = crop(picture, [left, top, right, bottom]);
  const highlights = quantile(luminance(skin.data), 0.98) / 255;
  const times = Math.max(1, Math.floor(Math.max(picture.width, picture.height) / 177));
  const brightest = quantile(luminance(reduce(picture, times).data), 0.99) / 255;
  const dark = faceLight(0, highlights).score < 50;
  return dark || backlight(highlights, brightest).score < 50 ? "light" : "good";
}
