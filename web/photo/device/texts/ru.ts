// All that the photo step says in Russian: loaded by whoever reads it.

import said from "../../../portrait/words/ru.json";
import { ru as promise } from "../../../promise/ru.js";
import { ru as app } from "../ru.js";
import type { Texts } from "./en.js";

export const texts: Texts = { app, promise, said };
