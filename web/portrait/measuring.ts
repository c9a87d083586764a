// All measures of one portrait, from its pixels and landmarks.

import { type Eye, eyesOf } from "./eyes.js";
import { areaOf, distance, eyeDistance, eyeMidpoint, faceHeight, meshPoint } from "./face.js";
import type { Found } from "./find.js";
import { type Framing, inside, touching } from "./framing.js";
import {
  type Aligned,
  FOREHEAD,
  LEFT_SIDE,
  LIT,
  RIGHT_SIDE,
  align,
  cheekZones,
  patch,
  poseOf,
} from "./geometry.js";
import * as ofiq from "./ofiq.js";
import type { Measure } from "./ofiq.js";
import * as own from "./own.js";
import { crop, grey, reduce } from "./picture.js";
import { screen } from "./spectrum.js";
import type { Surroundings } from "./surroundings.js";
import * as texture from "./texture.js";
import { PORTRAIT as TUNING } from "./tuning.js";
import { ycbcr } from "./ycbcr.js";

export type Measures = Readonly<Record<string, Measure>>;
type Lit = Readonly<Record<keyof typeof LIT, own.Part>>;

/** What is known of the file that a picture came out of. */
export interface Origin {
  /** Pixels of the original for one pixel of the picture. */
  readonly scale: number;
  readonly grid: texture.Grid;
}

/** Every measure by name. */
export async function measure(
  origin: Origin,
  found: Found,
  framing: Framing,
  around: Surroundings,
): Promise<Measures> {
  const aligned = align(found.picture, found.landmarks);
  const both = eyesOf(found.picture, found.landmarks);
  const lit = litOf(aligned, found);
  return {
    ...ofGeometry(origin, found),
    ...(await ofFraming(found, framing, around)),
    ...ofFace(aligned, found),
    ...ofLight(found, both, ofiq.quantile(within(aligned, aligned.hull), 0.98) / 255, lit),
    ...ofEyesAndMouth(found, both, lit),
    plain_background: await around.plainBackground(),
    blockiness: texture.blockiness(origin.grid),
    ...ofSurface(found),
  };
}

function ofGeometry({ scale }: Origin, { picture, landmarks, face, others }: Found): Measures {
  const [t, ied] = [faceHeight(landmarks), eyeDistance(landmarks)];
  const pose = poseOf(landmarks);
  const [, middle] = eyeMidpoint(landmarks);
  const [a, b] = [meshPoint(landmarks, 33)[0], meshPoint(landmarks, 263)[0]];
  const second = others[0] ? areaOf(others[0].box) : 0;
  return {
    single_face: ofiq.singleFace(areaOf(face.box), second),
    inter_eye_distance: ofiq.interEyeDistance(ied * scale, pose.yaw),
    head_size: ofiq.headSize(t, picture.height),
    left_crop: ofiq.cropMargin(Math.min(a, b), ied),
    right_crop: ofiq.cropMargin(picture.width - Math.max(a, b), ied),
    margin_above: ofiq.marginAbove(middle, t),
    margin_below: ofiq.marginBelow(picture.height - middle, t),
    yaw: ofiq.angle(pose.yaw),
    pitch: ofiq.angle(pose.pitch),
    roll: ofiq.angle(pose.roll),
  };
}

async function ofFraming(
  { picture, landmarks }: Found,
  framing: Framing,
  around: Surroundings,
): Promise<Measures> {
  const touches = async (): Promise<number> =>
    touching(landmarks, await around.person(), around.box);
  return {
    head_inside: own.headInside(await inside(landmarks, picture, touches)),
    room: own.fit(framing.room),
    room_above: own.fit(framing.above),
    room_below: own.fit(framing.below),
    room_aside: own.fit(framing.aside),
  };
}

/** Luminance within a hull; of all, where a face is too far outside to have one. */
function within({ luminance }: Aligned, hull: texture.Mask): Float32Array {
  const inside = luminance.filter((_, at) => hull.data[at] === 1);
  return inside.length ? inside : luminance;
}

function ofFace(aligned: Aligned, { landmarks }: Found): Measures {
  const y = within(aligned, aligned.ofiqHull);
  const [right, left] = cheekZones(aligned, landmarks);
  const light = grey(aligned.picture);
  const plane = { ...light, data: new Float32Array(light.data) };
  // A quarter of the size, so that the noise of compression is left out.
  const [luma, blueness, redness] = ycbcr(reduce(aligned.picture, 4));
  return {
    luminance_mean: ofiq.luminanceMean(y),
    luminance_variance: ofiq.luminanceVariance(y),
    dynamic_range: ofiq.dynamicRange(y),
    under_exposure: ofiq.underExposure(y),
    over_exposure: ofiq.overExposure(y),
    illumination_uniformity: ofiq.illuminationUniformity(
      ofiq.luminance(left),
      ofiq.luminance(right),
    ),
    natural_colour: ofiq.naturalColour(Uint8Array.from([...right, ...left])),
    hues: own.hues(luma, blueness, redness),
    tint: own.tint(blueness, redness),
    skin_colour: own.skinColour(
      [...Object.values(LIT), FOREHEAD].map((points) => patch(aligned, landmarks, points)),
    ),
    detail: texture.detail(plane, aligned.hull),
  };
}

/** The light on each part of the face. */
function litOf(aligned: Aligned, { landmarks }: Found): Lit {
  const part = (points: readonly number[]): own.Part => {
    const light = ofiq.luminance(patch(aligned, landmarks, points));
    const uneven = Math.sqrt(ofiq.varianceOf(light)) / (ofiq.meanOf(light) + 1);
    return { light: ofiq.medianOf(light), uneven };
  };
  return Object.fromEntries(
    Object.entries(LIT).map(([name, points]) => [name, part(points)]),
  ) as Lit;
}

function ofLight(
  { small }: Found,
  both: readonly [Eye, Eye],
  highlights: number,
  lit: Lit,
): Measures {
  const white = Math.max(both[0].white, both[1].white);
  const times = Math.floor(Math.max(small.width, small.height) / TUNING.picture_side);
  const picture = reduce(small, Math.max(1, times));
  const brightest = ofiq.quantile(ofiq.luminance(picture.data), 0.99) / 255;
  return {
    face_light: own.faceLight(white, highlights),
    backlight: own.backlight(Math.max(white, highlights), brightest),
    light_balance: own.lightBalance(
      RIGHT_SIDE.map((name) => lit[name]),
      LEFT_SIDE.map((name) => lit[name]),
    ),
    shade: own.shade(Object.values(lit)),
  };
}

function ofEyesAndMouth({ landmarks }: Found, both: readonly [Eye, Eye], lit: Lit): Measures {
  const t = faceHeight(landmarks);
  const apart = (one: number, other: number): number =>
    distance(meshPoint(landmarks, one), meshPoint(landmarks, other));
  const brightest = Math.max(...Object.values(lit).map(({ light }) => light));
  return {
    eyes_open: ofiq.eyesOpen(Math.min(both[0].gap, both[1].gap), t),
    eye_openness: own.eyeOpenness(
      both.map((eye) => eye.gap / eye.width),
      both.map((eye) => eye.contrast),
      (Math.max(both[0].around, both[1].around) + 1) / (brightest + 1),
    ),
    mouth_closed: ofiq.mouthClosed(apart(13, 14), t),
    smile: own.smile(apart(61, 291) / eyeDistance(landmarks)),
  };
}

/** The middle of the face as it was decoded: what it is made of. */
function ofSurface({ picture, landmarks }: Found): Measures {
  const [x, y] = meshPoint(landmarks, 4).map(Math.trunc) as [number, number];
  const side = Math.trunc(Math.min(TUNING.surface_side, 1.2 * faceHeight(landmarks)));
  const reach = Math.floor(side / 2);
  const [left, top] = [Math.max(0, x - reach), Math.max(0, y - reach)];
  const right = Math.min(picture.width, x + reach);
  const bottom = Math.min(picture.height, y + reach);
  if (Math.min(right - left, bottom - top) < 32) {
    return { screen: ofiq.scored(0, 100), drawing: ofiq.scored(0, 100) };
  }
  const plane = grey(crop(picture, [left, top, right, bottom]));
  return { screen: screen(plane), drawing: texture.drawing(plane) };
}
