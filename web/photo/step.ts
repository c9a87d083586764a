// The photo step where the server seals: the camera where there is one, and smaller uploads on
// slow lines. Without this script the page is a plain form with a file field.

import { need } from "../pages/dom.js";
import { showPage } from "../pages/swap.js";
import { prepareCamera } from "./camera.js";
import { smaller } from "./smaller.js";
import { uploadForPage } from "./upload.js";

start();

function start(): void {
  const form = need(document, "#photo-form", HTMLFormElement);
  const file = need(form, "#photo", HTMLInputElement);
  const said = need(form, "#photo-status", HTMLElement);
  const bar = need(form, "#photo-progress", HTMLProgressElement);
  const say = (text: string | undefined): void => {
    said.textContent = text ?? "";
  };

  async function send(chosen: File): Promise<void> {
    bar.hidden = false;
    say(form.dataset["sending"]);
    try {
      const body = new FormData(form);
      body.set("photo", await smaller(chosen), "photo.jpg");
      const answer = await uploadForPage(form.action, body, (part) => {
        bar.value = part;
      });
      if (new URL(answer.url).pathname !== location.pathname) {
        location.assign(answer.url);
        return;
      }
      // The same page came back, with an error on it.
      showPage(answer.page);
      if (document.querySelector("#photo-form")) start();
    } catch {
      bar.hidden = true;
      say(form.dataset["failed"]);
    }
  }

  file.addEventListener("change", () => {
    say(file.files?.[0]?.name);
  });
  form.addEventListener("submit", (event) => {
    const without =
      event.submitter instanceof HTMLButtonElement && event.submitter.name === "without";
    const chosen = file.files?.[0];
    if (without || !chosen) return;
    event.preventDefault();
    void send(chosen);
  });
  prepareCamera(need(form, "#camera", HTMLElement), {
    taken: (picture) => void send(picture),
    unavailable: () => {
      say(form.dataset["nocamera"]);
      file.focus();
    },
  });
}
