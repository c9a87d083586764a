// A photo that was taken, looked at on this device: turned the right way up, and what is said of
// it. Where the device cannot look, that is said, and the photo can be used as it is.

import type { Assessment, Taken } from "../../portrait/check.js";
import { type Leaning, isLeaning } from "../../portrait/kept.js";
import { type Picture, turned } from "../../portrait/picture.js";
import { Checker, NoCheckError, canCheck } from "../checks/checker.js";
import { type FramePlace, START, placeOf } from "./frame.js";
import type { Offered } from "./portal.js";
import { nearOf, previewOf } from "./preview.js";

/** A photo as it is shown, and cut. */
export interface Looked {
  readonly picture: Picture;
  readonly preview: HTMLCanvasElement;
  readonly place: FramePlace;
  /** How the head leans, where it does. */
  readonly leaning: Leaning | undefined;
  /** Codes of what is said; undefined where nobody has looked. */
  readonly said: Pick<Assessment, "advice" | "notes"> | undefined;
}

let checker: Checker | undefined;
let progress: (part: number | undefined) => void = () => undefined;

/** Begins to load what the checks need, once. */
export function prepareChecks(): void {
  if (!canCheck() || (checker && !checker.failed)) return;
  try {
    checker = new Checker((part) => {
      progress(part);
    });
  } catch {
    // A browser may refuse workers: then nobody looks.
  }
}

/** The checks, where they can be had. */
export const checksNow = (): Checker | undefined => (checker?.failed ? undefined : checker);

/** Ends the checks: nothing of a picture stays in their memory. */
export function endChecks(): void {
  checker?.close();
  checker = undefined;
  performance.clearMeasures();
}

const unseen = ({ picture }: Taken, near = nearOf(picture)): Looked => ({
  picture,
  preview: previewOf(near, picture, undefined),
  place: START,
  leaning: undefined,
  said: undefined,
});

/**
 * Looks at a photo; raises `StopError` where it shows no face.
 *
 * @param loading gets the part of the checks' files that is there, while they are waited for.
 */
export async function looked(
  taken: Taken,
  rules: NonNullable<Offered["check"]>,
  loading: (part: number | undefined) => void,
): Promise<Looked> {
  prepareChecks();
  if (!checker) return unseen(taken);
  if (checker.part < 1) loading(checker.part);
  progress = loading;
  const start = performance.now();
  const checking = checker.check(taken, rules.profile, rules.child);
  // Made while the worker checks.
  const near = nearOf(taken.picture);
  try {
    const assessment = await checking;
    performance.measure("photo-check", { start, detail: assessment });
    return shown(taken, near, assessment);
  } catch (error) {
    if (error instanceof NoCheckError) return unseen(taken, near);
    throw error;
  } finally {
    progress = () => undefined;
  }
}

function shown(taken: Taken, near: HTMLCanvasElement, assessment: Assessment): Looked {
  const { advice, notes, crop, pupils, turned: turn } = assessment;
  const picture = turned(taken.picture, turn);
  const upright = turn === 0 ? near : nearOf(picture);
  const said = { advice, notes };
  if (!crop) {
    const preview = previewOf(upright, picture, undefined);
    return { picture, preview, place: START, leaning: undefined, said };
  }
  const share = 1 / taken.scale;
  const leaning: Leaning = {
    degrees: crop.roll,
    about: [
      ((pupils[0][0] + pupils[1][0]) / 2) * share,
      ((pupils[0][1] + pupils[1][1]) / 2) * share,
    ],
  };
  const box = {
    x: crop.x * share,
    y: crop.y * share,
    width: crop.width * share,
    height: crop.height * share,
  };
  const leans = isLeaning(leaning) ? leaning : undefined;
  const preview = previewOf(upright, picture, leans);
  return { picture, preview, place: placeOf(picture, box), leaning: leans, said };
}
