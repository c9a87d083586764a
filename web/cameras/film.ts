// Several parts as one film: Media Source Extensions (W3C), each part put where it belongs on one
// time line. Where nothing was recorded, nothing is.

import { readFilm, type Film } from "./mp4.js";
import { farthest, nextToLoad, partAt } from "./parts.js";

/** What went wrong with the viewing: it is over, or one part of it cannot be had. */
export type Trouble = "over" | "part";

/** Safari on phones has it under another name. */
function sourceType(): typeof MediaSource | undefined {
  const all = globalThis as { ManagedMediaSource?: typeof MediaSource };
  return all.ManagedMediaSource ?? ("MediaSource" in globalThis ? MediaSource : undefined);
}

/** Whether this browser can put parts together. */
export const plays = (): boolean => sourceType() !== undefined;

const settled = (buffer: SourceBuffer): Promise<void> =>
  new Promise((resolve, reject) => {
    buffer.addEventListener(
      "updateend",
      () => {
        resolve();
      },
      { once: true },
    );
    buffer.addEventListener(
      "error",
      () => {
        reject(new Error("The part cannot be played."));
      },
      { once: true },
    );
  });

export class PartedFilm {
  /** When each frame that is there is shown, rising. */
  times: readonly number[] = [];
  readonly #loaded = new Set<number>();
  readonly #frames = new Map<number, readonly number[]>();
  #buffer: SourceBuffer | undefined;
  #codec = "";
  #busy = false;
  #over = false;

  /**
   * Args:
   *   video: plays it.
   *   starts: of the parts, seconds; the first comes after a second.
   *   length: of all of it, seconds.
   *   address: of a part.
   *   trouble: told what cannot be had; after "over" nothing is asked for any more.
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly starts: readonly number[],
    length: number,
    private readonly address: (part: number) => string,
    private readonly trouble: (what: Trouble) => void,
  ) {
    const Source = sourceType();
    if (!Source) throw new Error("This browser cannot put parts together.");
    const source = new Source();
    source.addEventListener(
      "sourceopen",
      () => {
        URL.revokeObjectURL(video.src);
        source.duration = length;
        this.#open = (codec): SourceBuffer => source.addSourceBuffer(codec);
        this.load();
      },
      { once: true },
    );
    video.src = URL.createObjectURL(source);
  }

  #open: ((codec: string) => SourceBuffer) | undefined;

  /** Have what is needed next; call it whenever time or speed have changed. */
  load(): void {
    if (this.#busy || this.#over || !this.#open) return;
    const { currentTime, playbackRate } = this.video;
    const next = nextToLoad(this.starts, this.#loaded, currentTime, playbackRate);
    if (next === undefined) return;
    this.#busy = true;
    this.#take(next)
      .catch(() => {
        this.trouble("part");
      })
      .finally(() => {
        this.#loaded.add(next);
        this.#busy = false;
        this.settle();
        this.load();
      });
  }

  /** Leap over time of which there is nothing; tells whether all is over. */
  settle(): boolean {
    const at = this.video.currentTime;
    if (this.#within(at)) return false;
    const part = partAt(this.starts, at);
    if (!this.#loaded.has(part)) return false;
    const start = this.starts[part] ?? 0;
    const next = this.starts[part + 1];
    // The first part may begin a moment after the time line does.
    if (at < start) this.video.currentTime = start + 0.01;
    else if (next === undefined) return true;
    else if (this.#loaded.has(part + 1)) this.video.currentTime = next + 0.01;
    return false;
  }

  #within(at: number): boolean {
    const { buffered, paused, readyState } = this.video;
    // Who plays stops at the last frame, a moment before the part ends.
    const stopped = !paused && readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    const margin = stopped ? 0.5 : 0.02;
    for (let range = 0; range < buffered.length; range++) {
      if (buffered.start(range) - 0.05 <= at && at < buffered.end(range) - margin) return true;
    }
    return false;
  }

  async #take(part: number): Promise<void> {
    const answer = await fetch(this.address(part), { cache: "no-store" });
    if (answer.status === 403 || answer.redirected) {
      this.#over = true;
      this.trouble("over");
      return;
    }
    if (!answer.ok) {
      this.trouble("part");
      return;
    }
    const bytes = await answer.arrayBuffer();
    await this.#append(part, bytes, readFilm(bytes));
  }

  async #append(part: number, bytes: ArrayBuffer, { codec, times }: Film): Promise<void> {
    const kind = `video/mp4; codecs="${codec}"`;
    const buffer = (this.#buffer ??= this.#open?.(kind));
    if (!buffer) return;
    if (this.#codec && this.#codec !== kind) buffer.changeType(kind);
    this.#codec = kind;
    const offset = (this.starts[part] ?? 0) - (times[0] ?? 0);
    buffer.timestampOffset = offset;
    const done = settled(buffer);
    buffer.appendBuffer(bytes);
    await done;
    this.#know(
      part,
      times.map((each) => each + offset),
    );
    await this.#makeRoom(buffer);
  }

  #know(part: number, times: readonly number[] | undefined): void {
    if (times) this.#frames.set(part, times);
    else this.#frames.delete(part);
    this.times = [...this.#frames.values()].flat().sort((one, other) => one - other);
  }

  async #makeRoom(buffer: SourceBuffer): Promise<void> {
    const far = farthest(this.#loaded, partAt(this.starts, this.video.currentTime));
    if (far === undefined) return;
    const start = this.starts[far] ?? 0;
    const done = settled(buffer);
    buffer.remove(start, this.starts[far + 1] ?? Infinity);
    await done;
    this.#loaded.delete(far);
    this.#know(far, undefined);
  }
}
