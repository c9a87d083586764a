// The camera with live guidance: an oval, one thing to do at a time in words, spoken politely,
// and the shutter by itself where somebody wants that. Nothing of it leaves the device.

import { all, need } from "../../pages/dom.js";
import type { Taken } from "../../portrait/check.js";
import type { Hint } from "../../portrait/guide.js";
import { pictureOf } from "../../portrait/picture.js";
import { Announcer } from "./announcer.js";
import { checksNow } from "./checking.js";
import { say, word } from "./page.js";
import { frameOfVideo, pixelsOf } from "./picture.js";

const WANTED: MediaStreamConstraints = {
  video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1440 } },
};
/** Longest side of what is looked at, pixels: the models see less. */
const LOOKED_AT = 480;
/** Milliseconds between looks at least: ten in a second are enough, and phones stay cool. */
const PAUSE = 100;
/** Good looks one after another before the shutter goes by itself: about a second. */
const STILL = 10;

const HINTS = {
  nobody: "hintNobody",
  alone: "hintAlone",
  nearer: "hintNearer",
  farther: "hintFarther",
  middle: "hintMiddle",
  level: "hintLevel",
  straight: "hintStraight",
  upright: "hintUpright",
  light: "hintLight",
  good: "hintGood",
} as const satisfies Record<Hint, string>;

export interface LiveEvents {
  /** A picture was taken; the camera is off again. */
  readonly taken: (picture: Taken) => void;
  /** The camera cannot be used, or was not allowed. */
  readonly unavailable: () => void;
}

/** Shows the camera's part of the page, if there can be a camera; `open` starts it at once. */
export function prepareLive(box: HTMLElement, events: LiveEvents, open: boolean): void {
  // Outside secure contexts the property is absent, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const [begin, shoot] = all(box, "button", HTMLButtonElement);
  if (!devices || !begin || !shoot) return;
  const video = need(box, "video", HTMLVideoElement);
  const auto = need(box, "#auto", HTMLInputElement);
  const shown = need(box, "[data-hint]", HTMLElement);
  const announcer = new Announcer();
  let stream: MediaStream | undefined;

  const stop = (): void => {
    stream?.getTracks().forEach((track) => {
      track.stop();
    });
    stream = undefined;
  };

  async function start(): Promise<void> {
    try {
      stream = await devices?.getUserMedia(WANTED);
      video.srcObject = stream ?? null;
      await video.play();
    } catch {
      stop();
      if (box.isConnected) events.unavailable();
      return;
    }
    if (!box.isConnected) {
      // The page has gone on while somebody was asked for the camera.
      stop();
      return;
    }
    performance.mark("photo-camera");
    need(box, "[data-live]", HTMLElement).hidden = false;
    if (begin) begin.hidden = true;
    if (shoot) {
      shoot.hidden = false;
      shoot.focus();
    }
    void guide();
  }

  function take(): void {
    if (!stream) return;
    try {
      const picture = frameOfVideo(video);
      stop();
      events.taken(picture);
    } catch {
      stop();
      events.unavailable();
    }
  }

  /** Looks at the live picture again and again, until the camera is off or the page is left. */
  async function guide(): Promise<void> {
    while (stream && box.isConnected) {
      const checks = checksNow();
      const begun = performance.now();
      if (checks?.part === 1 && video.videoWidth) {
        try {
          hear(await checks.look(lookedAt(video)));
          performance.measure("photo-look", { start: begun });
        } catch {
          // Without guidance the camera still works.
        }
      }
      const rest = Math.max(0, PAUSE - (performance.now() - begun));
      await new Promise((done) => setTimeout(done, rest));
    }
    stop();
  }

  function hear(hint: Hint): void {
    if (!stream || !box.isConnected) return;
    const text = word(HINTS[hint]);
    shown.textContent = text;
    box.dataset["hint"] = hint;
    if (announcer.hear(hint, performance.now())) say(text);
    if (hint === "good" && auto.checked && announcer.times >= STILL) take();
  }

  box.hidden = false;
  begin.addEventListener("click", () => void start());
  shoot.addEventListener("click", take);
  window.addEventListener("pagehide", stop);
  if (open) void start();
}

function lookedAt(video: HTMLVideoElement) {
  const scale = Math.min(1, LOOKED_AT / Math.max(video.videoWidth, video.videoHeight));
  const width = Math.max(1, Math.round(video.videoWidth * scale));
  const height = Math.max(1, Math.round(video.videoHeight * scale));
  return pictureOf(pixelsOf(video, width, height).data, width, height);
}
