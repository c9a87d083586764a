// When a measure becomes advice, for each profile: the rules of habeas.portrait.advise, where
// each limit has its reason. Pure.

import type { Measures } from "./measuring.js";
import { PORTRAIT as TUNING } from "./tuning.js";

export type Profile = "default" | "icao";

/** Below `limit` of `measure`, advise `code`. */
interface Rule {
  readonly measure: string;
  readonly limit: number;
  readonly code: string;
  /** Holds for small children too. */
  readonly child: boolean;
  /** Codes beside which it is not said. */
  readonly unless: readonly string[];
  /** A further measure, and the score that it has to be below. */
  readonly also?: readonly [string, number];
  /** Score below which another rule speaks instead. */
  readonly least: number;
}

type Options = Partial<Pick<Rule, "child" | "unless" | "also" | "least">>;

const rule = (measure: string, limit: number, code: string, options: Options = {}): Rule => ({
  measure,
  limit,
  code,
  child: true,
  unless: [],
  least: -1,
  ...options,
});

/** What cannot be told of a face that is small, blurred, dark or turned. */
const UNCLEAR = ["too-small", "blurred", "too-dark", "backlit", "turned", "several-faces"];
/** A shadow's edge is a coarse shape, beside which fine detail looks little. */
const SHADED = ["uneven-light", "shadow", "backlit", "too-dark"];
const FRAMED = ["cut-off", "too-close", "several-faces"];
const DARK = ["too-dark", "backlit"];

/** In the order in which they are told: the most useful first. */
const DEFAULT: readonly Rule[] = [
  rule("single_face", 75, "several-faces"),
  rule("inter_eye_distance", 25, "too-small", { unless: ["several-faces"] }),
  rule("head_inside", 50, "cut-off", { unless: ["several-faces"] }),
  rule("room", 50, "too-close", { unless: ["cut-off", "several-faces"] }),
  rule("room_above", 50, "little-above", { unless: FRAMED }),
  rule("room_below", 50, "little-below", { unless: FRAMED }),
  rule("room_aside", 50, "off-side", { unless: FRAMED }),
  rule("face_light", 50, "backlit", { also: ["backlight", 50] }),
  rule("face_light", 50, "too-dark", { unless: ["backlit"] }),
  rule("over_exposure", 24, "too-bright"),
  rule("detail", 30, "blurred", { unless: ["drawing", "turned", "too-small", ...SHADED] }),
  rule("light_balance", 50, "uneven-light", { unless: ["turned"] }),
  rule("shade", 50, "shadow", { unless: ["uneven-light", "too-dark", "backlit", "turned"] }),
  rule("hues", 50, "black-and-white", { also: ["tint", 50], unless: DARK }),
  rule("hues", 50, "tinted", { unless: ["black-and-white", ...DARK] }),
  rule("skin_colour", 60, "odd-colours", { unless: ["black-and-white", "tinted"] }),
  rule("yaw", 82, "turned", { child: false }),
  rule("pitch", 82, "tilted", { child: false }),
  rule("roll", 93, "sideways", { child: false }),
  rule("eye_openness", 50, "eyes-closed", { child: false, unless: [...UNCLEAR, "drawing"] }),
  rule("mouth_closed", 72, "mouth-open", { child: false }),
  rule("screen", 50, "screen", { unless: ["compressed"] }),
  rule("drawing", 50, "drawing", { unless: ["compressed"] }),
  rule("single_face", 95, "small-face", { least: 75 }),
  rule("plain_background", 50, "busy-background"),
  rule("blockiness", 40, "compressed"),
];

/** `icao` asks for more pixels, straighter heads and a neutral expression (ICAO Doc 9303-3). */
const STRICTER: Readonly<Record<string, number>> = {
  inter_eye_distance: 70,
  yaw: 96,
  pitch: 93,
  roll: 98,
};

export const PROFILES: Readonly<Record<Profile, readonly Rule[]>> = {
  default: DEFAULT,
  icao: [
    ...DEFAULT.map((each) => ({ ...each, limit: STRICTER[each.measure] ?? each.limit })),
    rule("smile", 50, "smiling", { child: false, unless: ["mouth-open"] }),
  ],
};

/** Codes of what would make a photo better, at most three, the most useful first. */
export function advise(measures: Measures, profile: Profile, child: boolean): string[] {
  const score = (name: string): number => measures[name]?.score ?? 100;
  const broken = PROFILES[profile].filter(
    ({ measure, limit, least, also, child: alsoForChildren }) =>
      (alsoForChildren || !child) &&
      least <= score(measure) &&
      score(measure) < limit &&
      (also === undefined || score(also[0]) < also[1]),
  );
  const codes = new Set(broken.map(({ code }) => code));
  const said = broken.filter(({ unless }) => !unless.some((code) => codes.has(code)));
  return [...new Set(said.map(({ code }) => code))].slice(0, TUNING.advice);
}
