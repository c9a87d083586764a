// The device's own camera, where the browser has one.

import { all, need } from "../pages/dom.js";
import { canvasIsTrue } from "./canvas.js";
import { jpegOf } from "./smaller.js";

const WANTED: MediaStreamConstraints = {
  video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
};
const QUALITY = 0.95;

export interface CameraEvents {
  /** A picture was taken; the camera is off again. */
  readonly taken: (picture: File) => void;
  /** The camera cannot be used, or was not allowed. */
  readonly unavailable: () => void;
}

/** Shows the camera's part of the page, if there can be a camera at all. */
export function prepareCamera(box: HTMLElement, events: CameraEvents): void {
  // Outside secure contexts the property is absent, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const [open, shoot] = all(box, "button", HTMLButtonElement);
  if (!devices || !open || !shoot) return;
  const video = need(box, "video", HTMLVideoElement);
  let stream: MediaStream | undefined;

  const stop = (): void => {
    stream?.getTracks().forEach((track) => {
      track.stop();
    });
  };

  async function start(): Promise<void> {
    try {
      if (!(await canvasIsTrue())) throw new Error("The canvas changes pictures.");
      stream = await devices?.getUserMedia(WANTED);
      video.srcObject = stream ?? null;
      await video.play();
    } catch {
      stop();
      events.unavailable();
      return;
    }
    need(box, "[data-live]", HTMLElement).hidden = false;
    if (open) open.hidden = true;
    if (shoot) {
      shoot.hidden = false;
      shoot.focus();
    }
  }

  async function take(): Promise<void> {
    const blob = await jpegOf(video, video.videoWidth, video.videoHeight, QUALITY);
    stop();
    if (blob) events.taken(new File([blob], "camera.jpg", { type: "image/jpeg" }));
    else events.unavailable();
  }

  box.hidden = false;
  open.addEventListener("click", () => void start());
  shoot.addEventListener("click", () => void take());
  window.addEventListener("pagehide", stop);
}
