// An opened photo on the officer's screen: on a canvas, under a watermark, for a minute.

import { need } from "../pages/dom.js";
import { onKeys } from "./keyboard.js";
import { count } from "./page.js";
import { watermark } from "./watermark.js";

/** Seconds that a photo stays on the screen. */
const SHOWN_FOR = 60;
/** A small picture is drawn larger, to this width in pixels, so that its watermark can be read. */
const LEAST_WIDTH = 560;
const LARGEST_SCALE = 4;

export class View {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private end: () => void = () => undefined;
  private picture: ImageBitmap | undefined;

  constructor(readonly root: HTMLElement) {
    this.canvas = need(root, "canvas", HTMLCanvasElement);
    const context = this.canvas.getContext("2d");
    if (!context) throw new Error("This browser gives no canvas to draw on.");
    this.context = context;
    this.canvas.addEventListener("contextmenu", (event) => {
      event.preventDefault();
    });
  }

  /**
   * Draws the picture with `mark` over it, and keeps it until the view is closed: WebKit draws later
   * than it is told to, and draws black for a picture that was closed meanwhile.
   */
  draw(picture: ImageBitmap, mark: string): void {
    this.picture = picture;
    const scale = Math.max(1, Math.min(LARGEST_SCALE, LEAST_WIDTH / picture.width));
    this.canvas.width = Math.round(picture.width * scale);
    this.canvas.height = Math.round(picture.height * scale);
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    watermark(this.context, mark);
  }

  /** Closes the picture, if it is shown. */
  close(): void {
    this.end();
  }

  /** Shows the picture until time is up, the button is pressed or the tab is left. */
  show(closed: () => void): void {
    const left = need(this.root, "[data-left]", HTMLElement);
    const button = need(this.root, "button", HTMLButtonElement);
    const end = Date.now() + SHOWN_FOR * 1000;
    const ending = new AbortController();
    const close = (): void => {
      this.end = () => undefined;
      clearInterval(timer);
      ending.abort();
      this.forget();
      closed();
    };
    this.end = close;
    const tick = (): void => {
      const rest = Math.ceil((end - Date.now()) / 1000);
      left.textContent = count("closesIn", Math.max(0, rest));
      if (rest <= 0) close();
    };
    const timer = setInterval(tick, 250);
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.hidden) close();
      },
      ending,
    );
    button.addEventListener("click", close, ending);
    window.addEventListener("hashchange", close, ending);
    onKeys({ escape: close });
    this.root.hidden = false;
    this.root.focus();
    tick();
  }

  private forget(): void {
    this.picture?.close();
    this.picture = undefined;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.width = this.canvas.height = 1;
    this.root.hidden = true;
  }
}
