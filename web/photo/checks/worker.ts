// The checks' worker: loads engine and models, and answers one question after another. It sees
// the picture; it asks for nothing but its own files, and tells nobody but the page.

import { check } from "../../portrait/check.js";
import { look } from "../../portrait/guide.js";
import type { Run } from "../../portrait/models.js";
import { StopError } from "../../portrait/stop.js";
import { startEngine } from "./engine.js";
import type { CheckerCall, CheckerAnswer } from "./messages.js";

const tell = (told: CheckerAnswer): void => {
  postMessage(told);
};

const starting = startEngine(location.href, (part) => {
  tell({ act: "loaded", part });
});
starting.catch((error: unknown) => {
  tell({ act: "failed", why: String(error) });
});

async function answer(run: Run, asked: CheckerCall): Promise<CheckerAnswer> {
  const { id } = asked;
  try {
    if (asked.act === "look") return { act: "seen", id, hint: await look(run, asked.picture) };
    const assessment = await check(run, asked.taken, asked.profile, asked.child);
    return { act: "checked", id, assessment };
  } catch (error) {
    if (error instanceof StopError) return { act: "stopped", id, code: error.code };
    return { act: "lost", id, why: String(error) };
  }
}

// One after another: the engine has one memory.
let last: Promise<unknown> = starting;
addEventListener("message", ({ data }: MessageEvent<CheckerCall>) => {
  last = last
    .then(async () => {
      tell(await answer(await starting, data));
    })
    .catch(() => undefined);
});
