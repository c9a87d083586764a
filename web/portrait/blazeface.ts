// BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047): faces and six points each, by two
// models: short range for faces above about a tenth of the picture's side, full range for
// faces down to a twentieth.

import { type Box, type Face, type Point, areaOf, overlap, widthOf } from "./face.js";
import { type Run, SIDES, sigmoid } from "./models.js";
import type { Picture } from "./picture.js";
import { BILINEAR, resize } from "./resize.js";
import { FACES } from "./tuning.js";

/** Values of one candidate: its box's middle and size, and six points. */
const VALUES = 16;

interface Detector {
  readonly model: "short" | "full";
  /** Stride, and anchors in each cell, of its feature maps. */
  readonly layers: readonly (readonly [number, number])[];
  readonly threshold: number;
}

const SHORT: Detector = {
  model: "short",
  layers: [
    [8, 2],
    [16, 6],
  ],
  threshold: FACES.short_score,
};
const FULL: Detector = { model: "full", layers: [[4, 1]], threshold: FACES.full_score };

/** Centres of the anchors, 0 to 1. */
function anchorsOf({ model, layers }: Detector): readonly Point[] {
  return layers.flatMap(([stride, count]) => {
    const cells = Math.floor(SIDES[model] / stride);
    return Array.from({ length: cells * cells * count }, (_, at): Point => {
      const cell = Math.floor(at / count);
      return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
    });
  });
}

const ANCHORS = { short: anchorsOf(SHORT), full: anchorsOf(FULL) };

interface Letterbox {
  readonly tensor: Float32Array;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

function letterbox(picture: Picture, side: number): Letterbox {
  const scale = side / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = resize(picture, [width, height], BILINEAR, undefined, 1.5);
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  // Black is -1 to the models, and the bars are 0: grey.
  const tensor = new Float32Array(3 * side * side);
  for (let row = 0, from = 0; row < height; row += 1) {
    let to = 3 * ((top + row) * side + left);
    for (let x = 0; x < 3 * width; x += 1, from += 1, to += 1) {
      tensor[to] = (small.data[from] ?? 0) / 127.5 - 1;
    }
  }
  return { tensor, scale, left, top };
}

async function detect(run: Run, detector: Detector, picture: Picture): Promise<Face[]> {
  const side = SIDES[detector.model];
  const { tensor, scale, left, top } = letterbox(picture, side);
  const [values = new Float32Array(), logits = new Float32Array()] = await run(
    detector.model,
    tensor,
  );
  const found: Face[] = [];
  logits.forEach((logit, number) => {
    const score = sigmoid(logit);
    if (score < detector.threshold) return;
    const [x = 0, y = 0] = ANCHORS[detector.model][number] ?? [];
    const raw = [...values.subarray(VALUES * number, VALUES * (number + 1))];
    const placed = (off: number, at: number): Point => [
      ((raw[at] ?? 0) + x * side + off * (raw[2] ?? 0) - left) / scale,
      ((raw[at + 1] ?? 0) + y * side + off * (raw[3] ?? 0) - top) / scale,
    ];
    const [low, high] = [placed(-0.5, 0), placed(0.5, 0)];
    found.push({
      box: { left: low[0], top: low[1], right: high[0], bottom: high[1] },
      score,
      points: [4, 6, 8, 10, 12, 14].map((at) => placed(0, at)),
    });
  });
  return merged(found.sort((a, b) => b.score - a.score));
}

/** Overlapping candidates averaged by score, as BlazeFace does instead of suppression. */
function merged(candidates: readonly Face[]): Face[] {
  const faces: Face[] = [];
  let rest = candidates;
  for (let [best] = rest; best; [best] = rest) {
    const { box, score } = best;
    const near = rest.filter((face) => overlap(face.box, box) > FACES.merge_overlap);
    rest = rest.filter((face) => overlap(face.box, box) <= FACES.merge_overlap);
    const sum = near.reduce((total, face) => total + face.score, 0);
    const mean = (of: (face: Face) => number): number =>
      near.reduce((total, face) => total + (face.score / sum) * of(face), 0);
    const side = (name: keyof Box): number => mean((face) => face.box[name]);
    faces.push({
      box: { left: side("left"), top: side("top"), right: side("right"), bottom: side("bottom") },
      score,
      points: best.points.map((_, at) => [
        mean((face) => face.points[at]?.[0] ?? 0),
        mean((face) => face.points[at]?.[1] ?? 0),
      ]),
    });
  }
  return faces;
}

/** All large faces, surest first. */
export const findLarge = (run: Run, picture: Picture): Promise<Face[]> =>
  detect(run, SHORT, picture);

export const bySize = (a: Face, b: Face): number => areaOf(b.box) - areaOf(a.box);

/** All faces, largest first; `large` is what the short-range model has found, where known. */
export async function findFaces(run: Run, picture: Picture, large?: Face[]): Promise<Face[]> {
  const largest = FACES.short_side * Math.max(picture.width, picture.height);
  let faces = large ?? (await findLarge(run, picture));
  for (const face of await detect(run, FULL, picture)) {
    const same = faces.filter((known) => overlap(face.box, known.box) >= FACES.known_overlap);
    // Of a face that both find, each model places the points of those of its own size best.
    if (widthOf(face.box) < largest || same.length === 0) {
      faces = [...faces.filter((known) => !same.includes(known)), face];
    }
  }
  return [...faces].sort(bySize);
}
