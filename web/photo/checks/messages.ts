// What the page and the worker of the checks say to each other.

import type { Profile } from "../../portrait/advise.js";
import type { Assessment, Taken } from "../../portrait/check.js";
import type { Hint } from "../../portrait/guide.js";
import type { Picture } from "../../portrait/picture.js";

export type CheckerCall =
  | {
      readonly act: "check";
      readonly id: number;
      readonly taken: Taken;
      readonly profile: Profile;
      readonly child: boolean;
    }
  | { readonly act: "look"; readonly id: number; readonly picture: Picture };

export type CheckerAnswer =
  | { readonly act: "loaded"; readonly part: number }
  | { readonly act: "failed"; readonly why: string }
  | { readonly act: "checked"; readonly id: number; readonly assessment: Assessment }
  | { readonly act: "stopped"; readonly id: number; readonly code: "no-face" | "broken" }
  | { readonly act: "seen"; readonly id: number; readonly hint: Hint }
  | { readonly act: "lost"; readonly id: number; readonly why: string };
