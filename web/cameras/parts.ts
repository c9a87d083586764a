// The parts of one viewing on one time line: which part shows a moment, which are to be had next,
// and where the next frame is. Pure: seconds in, seconds and numbers out.

/** Seconds that are loaded ahead of what is played, at usual speed. */
export const AHEAD = 14;
/** Parts that are kept: five minutes, some tens of megabytes. */
export const KEPT = 50;
/** Where frames begin, less than any frame lasts: seeking to the very start may round down. */
const WITHIN = 0.002;

/** The part that shows second `at`, or last began before it; the first one before all. */
export function partAt(starts: readonly number[], at: number): number {
  let found = 0;
  for (const [number, start] of starts.entries()) if (start <= at + WITHIN) found = number;
  return found;
}

/** The next part to load for playing from second `at`; undefined where all that is needed is there. */
export function nextToLoad(
  starts: readonly number[],
  loaded: ReadonlySet<number>,
  at: number,
  speed: number,
): number | undefined {
  const first = partAt(starts, at);
  const until = at + AHEAD * Math.max(1, speed);
  for (let part = first; part < starts.length; part++) {
    // The next one always: where nothing was recorded it may be far ahead.
    if (part > first + 1 && (starts[part] ?? 0) > until) return undefined;
    if (!loaded.has(part)) return part;
  }
  return undefined;
}

/** Of the loaded parts, the one to let go of: the farthest from the part that is shown. */
export function farthest(loaded: ReadonlySet<number>, shown: number): number | undefined {
  if (loaded.size <= KEPT) return undefined;
  const far = [...loaded].sort((one, other) => Math.abs(other - shown) - Math.abs(one - shown));
  return far[0];
}

/** The time of the frame after (`by` 1) or before (`by` -1) what is shown at second `at`. */
export function step(times: readonly number[], at: number, by: 1 | -1): number | undefined {
  const shown = times.findLastIndex((each) => each <= at + WITHIN / 2);
  const wanted = shown + by;
  const found = times[wanted];
  return wanted < 0 || found === undefined ? undefined : found + WITHIN;
}

/** Speeds, in order. */
export const SPEEDS = [0.5, 1, 2, 4, 8] as const;

/** The speed after (`by` 1) or before (`by` -1) `speed`. */
export function speedBeside(speed: number, by: 1 | -1): number {
  const at = SPEEDS.findIndex((each) => each >= speed);
  return SPEEDS[Math.min(Math.max(at + by, 0), SPEEDS.length - 1)] ?? 1;
}

/** What a key does. */
export type KeyAct =
  | { readonly does: "toggle" | "help" }
  | { readonly does: "move"; readonly by: number }
  | { readonly does: "step"; readonly by: 1 | -1 }
  | { readonly does: "speed"; readonly by: 1 | -1 };

const KEYS: Readonly<Record<string, KeyAct>> = {
  " ": { does: "toggle" },
  "?": { does: "help" },
  ArrowLeft: { does: "move", by: -5 },
  ArrowRight: { does: "move", by: 5 },
  ArrowDown: { does: "move", by: -60 },
  ArrowUp: { does: "move", by: 60 },
  ",": { does: "step", by: -1 },
  ".": { does: "step", by: 1 },
  "[": { does: "speed", by: -1 },
  "]": { does: "speed", by: 1 },
};

/** What this key does, where it does anything. */
export const actOf = (key: string): KeyAct | undefined =>
  Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
