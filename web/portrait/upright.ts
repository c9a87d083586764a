// Which way up a picture is, by the faces in it: the turn counts in which the faces with level
// eyes are surest. A decision over detections alone.

import { type Face, areaOf, degrees, leanOf, overlap, pointOf } from "./face.js";
import type { Turn } from "./picture.js";
import { FACES } from "./tuning.js";

/** Quarter turns, degrees counter-clockwise, that make a picture upright. */
export const TURNS: readonly Turn[] = [0, 90, 180, 270];

/** What was found in a picture after each turn that was looked at. */
export type Looks = Partial<Record<Turn, readonly Face[]>>;

/** How far the line of the eyes leans, degrees clockwise. */
const lean = ({ points }: Face): number => degrees(leanOf(pointOf(points, 0), pointOf(points, 1)));

const isLevel = (face: Face): boolean => Math.abs(lean(face)) <= FACES.level;

/** Whether faces of a picture as it is leave no doubt that it is upright. */
export const isSure = (faces: readonly Face[]): boolean =>
  faces.some((face) => face.score >= FACES.sure_score && isLevel(face));

/** How much speaks for a turn in which these were found: scores of faces with level eyes. */
export function evidence(faces: readonly Face[]): number {
  const largest = Math.max(0, ...faces.map((face) => areaOf(face.box)));
  const counted: Face[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    const alone = counted.every((other) => overlap(face.box, other.box) === 0);
    if (isLevel(face) && alone) counted.push(face);
  }
  return counted.reduce((sum, { score, box }) => sum + score * Math.sqrt(areaOf(box) / largest), 0);
}

/** Turns, the likeliest to make the picture upright first; none where no face has level eyes. */
export function waysUp(looks: Looks): Turn[] {
  const told = TURNS.flatMap((turn) => {
    const faces = looks[turn];
    const speaks = faces ? evidence(faces) : 0;
    // The picture as it is comes before turns for which hardly more speaks.
    return speaks ? [{ turn, speaks: turn === 0 ? speaks + FACES.turn_margin : speaks }] : [];
  });
  return told.sort((a, b) => b.speaks - a.speaks).map(({ turn }) => turn);
}
