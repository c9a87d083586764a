// The page's side of the checks: a worker that is started early, and asked when there is
// something to look at. Where it cannot run, that is said, and sealing goes on without it.

import { startWorker } from "../../pages/trusted.js";
import type { Profile } from "../../portrait/advise.js";
import type { Assessment, Taken } from "../../portrait/check.js";
import type { Hint } from "../../portrait/guide.js";
import type { Picture } from "../../portrait/picture.js";
import { StopError } from "../../portrait/stop.js";
import type { CheckerCall, CheckerAnswer } from "./messages.js";

/** `(v128.const)` in a function: what browsers without SIMD refuse (WebAssembly 2.0). */
// prettier-ignore
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
);

/** Whether this browser can run the checks at all. */
export function canCheck(): boolean {
  try {
    return typeof Worker === "function" && WebAssembly.validate(SIMD);
  } catch {
    // There is no WebAssembly: the name itself is unknown.
    return false;
  }
}

/** The checks cannot run here, or did not come. */
export class NoCheckError extends Error {}

interface Waiting {
  readonly resolve: (told: CheckerAnswer) => void;
  readonly reject: (error: Error) => void;
}
type NewCall = CheckerCall extends infer Each
  ? Each extends CheckerCall
    ? Omit<Each, "id">
    : never
  : never;

export class Checker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #failed: Error | undefined;
  /** The part of its files that is there, 0 to 1. */
  part = 0;

  constructor(private readonly loaded: (part: number) => void = () => undefined) {
    this.#worker = startWorker(new URL(CHECKS_SCRIPT, import.meta.url));
    this.#worker.addEventListener("message", ({ data }: MessageEvent<CheckerAnswer>) => {
      this.#hear(data);
    });
    this.#worker.addEventListener("error", () => {
      this.#fail("The checks' worker did not start.");
    });
  }

  #hear(told: CheckerAnswer): void {
    if (told.act === "loaded") {
      this.part = told.part;
      this.loaded(told.part);
    } else if (told.act === "failed") {
      this.#fail(told.why);
    } else {
      const waiting = this.#waiting.get(told.id);
      this.#waiting.delete(told.id);
      if (told.act === "stopped") waiting?.reject(new StopError(told.code));
      else if (told.act === "lost") waiting?.reject(new NoCheckError(told.why));
      else waiting?.resolve(told);
    }
  }

  #fail(why: string): void {
    this.#failed = new NoCheckError(why);
    for (const { reject } of this.#waiting.values()) reject(this.#failed);
    this.#waiting.clear();
  }

  async #ask(question: NewCall, given: Transferable[]): Promise<CheckerAnswer> {
    if (this.#failed) throw this.#failed;
    const id = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id }, given);
    });
  }

  /** Whether it has failed: nothing more can be asked. */
  get failed(): boolean {
    return this.#failed !== undefined;
  }

  /** Checks a photo; raises `StopError` where it shows no face, `NoCheckError` where it cannot. */
  async check(taken: Taken, profile: Profile, child: boolean): Promise<Assessment> {
    // A copy is given away: to be copied on the way, it would be copied twice.
    const data = taken.picture.data.slice();
    const given: Taken = { ...taken, picture: { ...taken.picture, data } };
    const told = await this.#ask({ act: "check", taken: given, profile, child }, [data.buffer]);
    if (told.act !== "checked") throw new NoCheckError("There was another answer.");
    return told.assessment;
  }

  /** What to say of a live picture, which is given away. */
  async look(picture: Picture): Promise<Hint> {
    const told = await this.#ask({ act: "look", picture }, [picture.data.buffer]);
    if (told.act !== "seen") throw new NoCheckError("There was another answer.");
    return told.hint;
  }

  /** Ends the worker: nothing of the picture stays in its memory. */
  close(): void {
    this.#worker.terminate();
    this.#fail("The checks have ended.");
  }
}
