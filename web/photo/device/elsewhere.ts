// Ways on that leave the photo step: without a photo, or where this device cannot seal.

import { need } from "../../pages/dom.js";
import { inside } from "./embedded.js";
import { show } from "./page.js";
import * as portal from "./portal.js";

/** Goes to the server's own way, which says that the server sees the photo; a frame has none. */
export function cannot(): void {
  if (inside) show("cannot", () => undefined);
  else location.replace(new URL("../photo/?cannot", location.href));
}

/** Goes on without a photo. */
export async function without(csrf: string): Promise<void> {
  if (!inside) {
    await portal.without(csrf);
    return;
  }
  show("without", (view) => {
    need(view, "[data-choose]", HTMLButtonElement).addEventListener("click", () => {
      location.reload();
    });
  });
}
