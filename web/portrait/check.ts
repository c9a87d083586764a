// The check itself: find, measure, frame, advise. What habeas.portrait says of one photo, said
// on the applicant's own device.

import { type Profile, advise } from "./advise.js";
import type { Point } from "./face.js";
import { find } from "./find.js";
import { type Crop, frame } from "./framing.js";
import { type Measures, type Origin, measure } from "./measuring.js";
import type { Run } from "./models.js";
import type { Picture, Turn } from "./picture.js";
import { StopError } from "./stop.js";
import { Surroundings } from "./surroundings.js";

/** A picture as it came out of its file, upright as the file says. */
export interface Taken extends Origin {
  readonly picture: Picture;
  /** False where the file breaks off; what is missing below is cut off then. */
  readonly whole: boolean;
}

/** A photo that shows a face. Lengths are in pixels of the original. */
export interface Assessment {
  readonly verdict: "good" | "advice";
  readonly measures: Measures;
  /** At most three, the most useful first. */
  readonly advice: readonly string[];
  /** What was done to the photo, and is to be said. */
  readonly notes: readonly string[];
  readonly faces: number;
  /** Quarter turn that made it upright, degrees counter-clockwise. */
  readonly turned: Turn;
  /** The person's right and left pupil. */
  readonly pupils: readonly [Point, Point];
  readonly crop: Crop | undefined;
}

/** Checks one photo; raises `StopError` only where there is no face to speak of. */
export async function check(
  run: Run,
  taken: Taken,
  profile: Profile,
  child: boolean,
): Promise<Assessment> {
  const found = await find(run, taken.picture);
  if (!found) throw new StopError(taken.whole ? "no-face" : "broken");
  const framing = frame(found.landmarks, found.picture);
  const around = new Surroundings(run, found.picture, found.landmarks);
  const measures = await measure(taken, found, framing, around);
  // The end that is missing is the face's.
  if (!taken.whole && (measures["head_inside"]?.score ?? 100) < 50) throw new StopError("broken");
  const advice = advise(measures, profile, child);
  const larger = ([x, y]: Point): Point => [x * taken.scale, y * taken.scale];
  const { crop } = framing;
  return {
    verdict: advice.length ? "advice" : "good",
    measures,
    advice,
    notes: [...(found.turned ? ["turned-upright"] : []), ...(taken.whole ? [] : ["end-missing"])],
    faces: 1 + found.others.length,
    turned: found.turned,
    pupils: [larger(found.landmarks.pupils[0]), larger(found.landmarks.pupils[1])],
    crop: crop && {
      x: crop.x * taken.scale,
      y: crop.y * taken.scale,
      width: crop.width * taken.scale,
      height: crop.height * taken.scale,
      roll: crop.roll,
    },
  };
}
