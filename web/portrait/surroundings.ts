// What is around a face: the person, and the background that is kept with them.
//
// Backgrounds are judged where the product's frame is. Where they are by geometry alone, beside
// and above a head, is looked at first; only if something is there has the person to be told
// from it, which costs a model.

import { type Landmarks, eyeMidpoint, faceHeight } from "./face.js";
import { type Run, SIDES, inputOf } from "./models.js";
import type { Measure } from "./ofiq.js";
import { type Edges, type Picture, type Plane, crop, grey, reduce } from "./picture.js";
import { BILINEAR, BOX, resize } from "./resize.js";
import { type Mask, plainBackground } from "./texture.js";
import { PORTRAIT as TUNING } from "./tuning.js";

export class Surroundings {
  /** Pixels of the picture: the frame, and more aside. */
  readonly box: Edges;
  readonly #part: Picture;
  /** Pixels of the part for one T. */
  readonly #t: number;
  #person: Promise<Plane<Uint8Array>> | undefined;

  constructor(
    private readonly run: Run,
    picture: Picture,
    private readonly landmarks: Landmarks,
  ) {
    const t = faceHeight(landmarks);
    const [x, y] = eyeMidpoint(landmarks);
    const left = Math.max(0, Math.trunc(x - TUNING.around_aside * t));
    const top = Math.max(0, Math.trunc(y - TUNING.around_above * t));
    const right = Math.min(picture.width, Math.trunc(x + TUNING.around_aside * t) + 1);
    const bottom = Math.min(picture.height, Math.trunc(y + TUNING.around_below * t) + 1);
    this.box = [left, top, Math.max(right, left + 1), Math.max(bottom, top + 1)];
    const wanted = Math.max(1, Math.trunc(t / TUNING.around_pixels));
    const times = Math.min(wanted, this.box[2] - left, this.box[3] - top);
    this.#part = times > 1 ? reduce(picture, times, this.box) : crop(picture, this.box);
    this.#t = t / times;
  }

  /** Where the person is: 256 × 256 over `box`, 0 to 255. */
  person(): Promise<Plane<Uint8Array>> {
    this.#person ??= this.#findPerson();
    return this.#person;
  }

  async #findPerson(): Promise<Plane<Uint8Array>> {
    const side = SIDES.person;
    const square = resize(this.#part, [side, side], BILINEAR, undefined, 2);
    const [mask = new Float32Array()] = await this.run("person", inputOf(square.data));
    const data = new Uint8Array(mask.length);
    for (let at = 0; at < data.length; at += 1) data[at] = (mask[at] ?? 0) * 255;
    return { width: side, height: side, data };
  }

  /** See `texture.plainBackground`. */
  async plainBackground(): Promise<Measure> {
    const plane = this.#grey();
    const beside = this.#surelyBackground(plane);
    if (shareOf(beside) >= TUNING.least_background) {
      const first = plainBackground(plane, beside);
      if (first.score >= TUNING.surely_plain) return first;
    }
    return plainBackground(plane, await this.#background(plane));
  }

  #grey(): Plane<Uint8Array> {
    const step = TUNING.background_pixels / this.#t;
    const width = Math.max(8, Math.round(this.#part.width * step));
    const height = Math.max(8, Math.round(this.#part.height * step));
    return grey(resize(this.#part, [width, height], BOX, undefined, 1));
  }

  /** Beside and above the room that heads and shoulders take. */
  #surelyBackground({ width, height }: Plane): Mask {
    const t = faceHeight(this.landmarks);
    const [x, y] = eyeMidpoint(this.landmarks);
    const [left, top, right, bottom] = this.box;
    const data = new Uint8Array(width * height);
    for (let at = 0; at < data.length; at += 1) {
      const [column, row] = [at % width, Math.floor(at / width)];
      const across = (left + ((right - left) * column) / (width - 1) - x) / t;
      const down = (top + ((bottom - top) * row) / (height - 1) - y) / t;
      const aside = Math.abs(across) > TUNING.surely_aside && down < TUNING.surely_below;
      data[at] = aside || down < -TUNING.surely_above ? 1 : 0;
    }
    return { width, height, data };
  }

  /** Where the part surely does not show the person; nowhere if little is left. */
  async #background({ width, height }: Plane): Promise<Mask> {
    const person = await this.person();
    const seen = new Uint8Array(3 * person.data.length);
    person.data.forEach((value, at) => {
      if (value >= TUNING.person * 255) seen.fill(255, 3 * at, 3 * at + 3);
    });
    const square = { width: person.width, height: person.height, data: seen };
    // Hair reaches a little further than the mask, and its edges are not the background's.
    const wide = blurred(grey(resize(square, [width, height], BOX)));
    const background = { width, height, data: wide.map((value) => (value === 0 ? 1 : 0)) };
    if (shareOf(background) > TUNING.least_background) return background;
    return { width, height, data: new Uint8Array(width * height) };
  }
}

const shareOf = ({ data }: Mask): number =>
  data.reduce((sum, value) => sum + value, 0) / data.length;

/** The means of 3 × 3 values, along rows and then along columns, each rounded. */
function blurred({ width, height, data }: Plane<Uint8Array>): Uint8Array {
  const rows = data.map((value, at) => {
    const column = at % width;
    const before = column > 0 ? (data[at - 1] ?? 0) : value;
    const after = column < width - 1 ? (data[at + 1] ?? 0) : value;
    return Math.round((before + value + after) / 3);
  });
  return rows.map((value, at) => {
    const row = Math.floor(at / width);
    const before = row > 0 ? (rows[at - width] ?? 0) : value;
    const after = row < height - 1 ? (rows[at + width] ?? 0) : value;
    return Math.round((before + value + after) / 3);
  });
}
