// The known answers of the portrait checks that need no model.

import { readFileSync } from "node:fs";

import type { Profile } from "../../portrait/advise.js";
import type { Edges, Turn } from "../../portrait/picture.js";
import type { Affine } from "../../portrait/transform.js";

type Size = readonly [number, number];
type Filter = "box" | "bilinear" | "bicubic";

interface Made {
  readonly from: Size;
  readonly sha256: string;
  readonly box?: Edges | null;
}

export type Sampling = Made &
  (
    | {
        readonly op: "resize";
        readonly to: Size;
        readonly filter: Filter;
        readonly gap: number | null;
      }
    | { readonly op: "reduce"; readonly times: number }
    | { readonly op: "transform"; readonly to: Size; readonly filter: Filter; readonly map: Affine }
    | { readonly op: "turn"; readonly turn: Turn }
    | { readonly op: "L" | "YCbCr" }
  );

interface Pure {
  readonly advise: readonly {
    readonly below_100: Readonly<Record<string, number>>;
    readonly profile: Profile;
    readonly child: boolean;
    readonly advice: readonly string[];
  }[];
  readonly ways_up: readonly {
    readonly looks: Readonly<Record<string, readonly (readonly number[])[]>>;
    readonly ways_up: readonly Turn[];
  }[];
  readonly containers: readonly {
    readonly file: string;
    readonly orientation: number;
    readonly whole: boolean;
  }[];
  readonly sampling: readonly Sampling[];
  readonly tuning: Readonly<Record<"faces" | "portrait", Readonly<Record<string, number>>>>;
  readonly rules: Readonly<Record<Profile, unknown>>;
}

export const PURE = JSON.parse(readFileSync("../vectors/portrait/pure.json", "utf8")) as Pure;
