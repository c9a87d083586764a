// The view in which a photo is looked at and cut: what the checks say of it, a frame that
// sliders and a finger move, and what is kept.

import { wordsOf } from "../../portrait/words.js";
import { need } from "../../pages/dom.js";
import type { Looked } from "./checking.js";
import { type FramePlace, frameOf, moved } from "./frame.js";
import { show, textsNow, word } from "./page.js";

const DIMMED = "rgb(11 12 12 / 60%)";

export interface CutEvents {
  /** The frame's place; undefined for the whole picture. */
  readonly use: (place: FramePlace | undefined, button: HTMLButtonElement) => void;
  readonly another: () => void;
}

/** Says what was found: nothing to better, or a cause and a remedy for each thing. */
function tell(view: HTMLElement, said: Looked["said"]): void {
  need(view, "[data-unchecked]", HTMLElement).hidden = said !== undefined;
  need(view, "[data-good]", HTMLElement).hidden = said?.advice.length !== 0;
  const list = need(view, "[data-advice]", HTMLElement);
  const codes = [...(said?.advice ?? []), ...(said?.notes ?? [])];
  list.hidden = codes.length === 0;
  list.replaceChildren(
    ...codes.map((code) => {
      const [cause, remedy] = wordsOf(code, textsNow().said);
      const [item, strong] = [document.createElement("li"), document.createElement("strong")];
      item.dataset["code"] = code;
      strong.textContent = cause;
      item.append(strong, ` ${remedy}`);
      return item;
    }),
  );
  if (said?.advice.length) {
    need(view, "[data-use]", HTMLButtonElement).textContent = word("useAnyway");
  }
}

export function showCutting(looked: Looked, byCamera: boolean, events: CutEvents): void {
  const { preview } = looked;
  let { place } = looked;
  show("cut", (view) => {
    tell(view, looked.said);
    const canvas = need(view, "canvas", HTMLCanvasElement);
    const whole = need(view, "#whole", HTMLInputElement);
    const sliders = {
      size: need(view, "#size", HTMLInputElement),
      across: need(view, "#across", HTMLInputElement),
      down: need(view, "#down", HTMLInputElement),
    };
    canvas.width = preview.width;
    canvas.height = preview.height;

    function draw(): void {
      const context = canvas.getContext("2d");
      if (!context) return;
      context.drawImage(preview, 0, 0);
      need(view, "[data-sliders]", HTMLElement).hidden = whole.checked;
      for (const name of ["size", "across", "down"] as const) {
        sliders[name].value = String(place[name]);
      }
      if (whole.checked) return;
      const [left, top, right, bottom] = frameOf(canvas, place);
      context.fillStyle = DIMMED;
      context.beginPath();
      context.rect(0, 0, canvas.width, canvas.height);
      context.rect(left, top, right - left, bottom - top);
      context.fill("evenodd");
      context.lineWidth = 3;
      context.strokeStyle = "#fff";
      context.strokeRect(left, top, right - left, bottom - top);
    }

    for (const name of ["size", "across", "down"] as const) {
      sliders[name].addEventListener("input", () => {
        place = { ...place, [name]: Number(sliders[name].value) };
        draw();
      });
    }
    whole.addEventListener("change", draw);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId) || whole.checked) return;
      const scale = canvas.width / canvas.clientWidth;
      place = moved(canvas, place, event.movementX * scale, event.movementY * scale);
      draw();
    });
    const use = need(view, "[data-use]", HTMLButtonElement);
    use.addEventListener("click", () => {
      events.use(whole.checked ? undefined : place, use);
    });
    const another = need(view, "[data-another]", HTMLButtonElement);
    if (byCamera) another.textContent = word("retake");
    another.addEventListener("click", events.another);
    draw();
  });
}
