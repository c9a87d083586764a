// The photo: from the camera, from a file, or none; looked at and cut on this device.

import { need } from "../../pages/dom.js";
import type { Taken } from "../../portrait/check.js";
import { looked, prepareChecks } from "./checking.js";
import { showCutting } from "./cutting.js";
import { showWithout } from "./elsewhere.js";
import { inside } from "./embedded.js";
import { prepareLive } from "./live.js";
import { busy, progress, say, show, textOf, word } from "./page.js";
import { keptOf, takenFrom } from "./picture.js";
import { leaveToServer, now, offered } from "./state.js";
import { backTo, go, view } from "./steps.js";

/** Shows the ways to a photo; `retake` opens the camera at once. */
export function showChoice(retake = false): void {
  const order = offered();
  if (!order) return;
  // What the checks need comes while people choose, or look for light.
  prepareChecks();
  show("choose", (page) => {
    need(page, "[data-service]", HTMLElement).textContent = textOf(order.service);
    const file = need(page, "#photo", HTMLInputElement);
    const read = (taken: () => Promise<Taken>): void => {
      void busy(file, "reading", async (stays) => {
        const start = performance.now();
        await lookAt(await taken(), stays);
        performance.measure("photo-looked", { start });
      });
    };
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) read(() => takenFrom(chosen));
      // Nothing is said of a file that is chosen once more, unless none was chosen meanwhile.
      file.value = "";
    });
    need(page, "[data-without]", HTMLButtonElement).addEventListener("click", () => {
      if (inside) {
        view(showWithout);
        return;
      }
      now.without = true;
      now.picture = now.pending = undefined;
      go("check");
    });
    need(page, "[data-server]", HTMLButtonElement).addEventListener("click", () => {
      void leaveToServer();
    });
    const camera = {
      taken: (picture: Taken) => {
        now.byCamera = true;
        read(() => Promise.resolve(picture));
      },
      unavailable: () => {
        say(word("noCamera"));
        file.focus();
      },
    };
    prepareLive(need(page, "#camera", HTMLElement), camera, retake);
  });
  backTo("details");
}

/** Looks at a photo on this device, and shows what is said of it to whoever still waits. */
async function lookAt(taken: Taken, stays: () => boolean): Promise<void> {
  if (!stays()) return;
  say(word("checking"));
  const rules = offered()?.check ?? { profile: "default" as const, child: false };
  const photo = await looked(taken, rules, (part) => {
    if (stays()) progress(part);
  });
  if (!stays()) return;
  now.photo = photo;
  view(showCut);
}

function showCut(): void {
  if (!now.photo) return;
  const shown = now.photo;
  showCutting(shown, now.byCamera, {
    another: () => {
      const retake = now.byCamera;
      now.byCamera = false;
      view(() => {
        showChoice(retake);
      });
    },
    use: (place, button) => {
      void busy(button, "reading", () => {
        now.picture = keptOf(shown.picture, place, shown.leaning);
        now.without = false;
        // What was sealed before is of another picture; nobody keeps its receipt.
        now.pending = undefined;
        go("check");
        return Promise.resolve();
      });
    },
  });
  backTo("photo");
}
