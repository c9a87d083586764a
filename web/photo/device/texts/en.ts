// All that the photo step says in English, and what another language says of it.

import said from "../../../portrait/words/en.json";
import type { Said } from "../../../portrait/words.js";
import { type PromiseWords, en as promise } from "../../../promise/en.js";
import { type Word, en as app } from "../words.js";

export interface Texts {
  readonly app: Readonly<Record<Word, string>>;
  readonly promise: PromiseWords;
  /** Of a photo. */
  readonly said: Said;
}

export const texts: Texts = { app, promise, said };
