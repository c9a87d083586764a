// When a hint is spoken to who hears the page: once it lasts, and not one over another.

import type { Hint } from "../../portrait/guide.js";

/** Looks one after another that say the same, before it is spoken. */
const STEADY = 4;
/** Milliseconds between two spoken remarks at least: readers of the screen must finish one. */
const SPOKEN = 2500;
/** What is shown at once and spoken slowly, of hints that come ten times a second. */
export class Announcer {
  #hint: Hint | undefined;
  #times = 0;
  #spoken: Hint | undefined;
  #at = -Infinity;

  /** How often the last hint came in a row. */
  get times(): number {
    return this.#times;
  }

  /** Takes a hint at a time in milliseconds; true where it is to be spoken now. */
  hear(hint: Hint, now: number): boolean {
    this.#times = hint === this.#hint ? this.#times + 1 : 1;
    this.#hint = hint;
    if (this.#times < STEADY || hint === this.#spoken || now - this.#at < SPOKEN) return false;
    this.#spoken = hint;
    this.#at = now;
    return true;
  }
}
