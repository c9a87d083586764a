// All that the photo step says in Polish: loaded by whoever reads it.

import said from "../../../portrait/words/pl.json";
import { pl as promise } from "../../../promise/pl.js";
import { pl as app } from "../pl.js";
import type { Texts } from "./en.js";

export const texts: Texts = { app, promise, said };
