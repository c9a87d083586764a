// The view in which a photo is cut: a frame that sliders and a finger move, and what is kept.

import { need } from "../../pages/dom.js";
import { type Place, START, frameOf, moved } from "./frame.js";
import { show } from "./page.js";
import type { Pixels } from "./resample.js";

/** Most pixels of the preview's longer side; the screen shows no more. */
const PREVIEW = 720;
const DIMMED = "rgb(11 12 12 / 60%)";

export interface CutEvents {
  /** The frame's place; undefined for the whole picture. */
  readonly use: (place: Place | undefined, button: HTMLButtonElement) => void;
  readonly another: () => void;
}

/** The picture as it was read, small enough to be drawn at every move. */
function previewOf({ width, height, data }: Pixels): HTMLCanvasElement {
  const whole = document.createElement("canvas");
  whole.width = width;
  whole.height = height;
  whole.getContext("2d")?.putImageData(new ImageData(data, width), 0, 0);
  const scale = Math.min(1, PREVIEW / Math.max(width, height));
  const preview = document.createElement("canvas");
  preview.width = Math.max(1, Math.round(width * scale));
  preview.height = Math.max(1, Math.round(height * scale));
  preview.getContext("2d")?.drawImage(whole, 0, 0, preview.width, preview.height);
  whole.width = whole.height = 1;
  return preview;
}

export function showCutting(pixels: Pixels, events: CutEvents): void {
  let place = START;
  const preview = previewOf(pixels);
  show("cut", (view) => {
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
      const { left, top, width, height } = frameOf(canvas, place);
      context.fillStyle = DIMMED;
      context.beginPath();
      context.rect(0, 0, canvas.width, canvas.height);
      context.rect(left, top, width, height);
      context.fill("evenodd");
      context.lineWidth = 3;
      context.strokeStyle = "#fff";
      context.strokeRect(left, top, width, height);
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
    need(view, "[data-another]", HTMLButtonElement).addEventListener("click", events.another);
    draw();
  });
}
