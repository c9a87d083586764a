// Shows a camera live: asks for one picture after another, each of which the portal judges anew.
// What is shown ends when it does not give any more, or when the time is over; leaving the page
// ends it too.

import { need } from "../pages/dom.js";
import { type LivePicture, next } from "./pictures.js";

/** Milliseconds until the next try where no picture came. */
const PAUSE = 500;

const view = need(document, "#live", HTMLElement);
const canvas = need(view, "canvas", HTMLCanvasElement);
const delay = need(view, "[data-delay]", HTMLElement);
const problem = need(view, "[data-problem]", HTMLElement);
const sign = need(document, "[data-live]", HTMLElement);
const form = need(document, "[data-end]", HTMLFormElement);
let over = false;
// What is drawn: WebKit draws later than it is told to, and finds nothing in what was closed.
let drawn: ImageBitmap | undefined;

function end(): void {
  over = true;
  drawn?.close();
  drawn = undefined;
  sign.hidden = true;
  delay.textContent = "";
  problem.textContent = view.dataset["ended"] ?? "";
  canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
}

/** Shows a picture; one that is none is passed over. */
async function draw(shown: LivePicture): Promise<void> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(shown.picture);
  } catch (error) {
    if (error instanceof DOMException) return;
    throw error;
  }
  // It may have ended while this one was on its way.
  if (over) {
    picture.close();
    return;
  }
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  drawn?.close();
  drawn = picture;
  problem.textContent = "";
  delay.textContent = `${shown.delay.toFixed(1)} ${view.dataset["delay"] ?? ""}`;
}

async function watch(after: number): Promise<void> {
  if (over) return;
  const found = await next(view.dataset["pictures"] ?? "", after, fetch);
  if (found === "over") {
    end();
    return;
  }
  if (found === "none") {
    problem.textContent = view.dataset["waiting"] ?? "";
    // What stands there gets older with every moment.
    delay.textContent = "";
    setTimeout(() => void watch(after), PAUSE);
    return;
  }
  await draw(found);
  void watch(found.number);
}

setTimeout(end, Number(view.dataset["left"]) * 1000);
canvas.addEventListener("contextmenu", (event) => {
  event.preventDefault();
});
form.addEventListener("submit", () => {
  over = true;
});
addEventListener("pagehide", () => {
  // A page that comes back from the browser's memory would show what has ended.
  if (!over) navigator.sendBeacon(form.action, new FormData(form));
  end();
});
void watch(0);
