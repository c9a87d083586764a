// Plays one viewing: every second of it, by frame, at several speeds, with the keyboard.

import { all, need } from "../pages/dom.js";
import { clockAt } from "./clock.js";
import { PartedFilm, plays } from "./film.js";
import { actOf, speedBeside, step, type KeyAct } from "./parts.js";

watch(need(document, "#viewing", HTMLElement));

function watch(view: HTMLElement): void {
  const video = need(view, "video", HTMLVideoElement);
  const range = need(view, "#moment", HTMLInputElement);
  const toggle = need(view, "[data-act=toggle]", HTMLButtonElement);
  const speed = need(view, "#speed", HTMLSelectElement);
  const clock = need(view, "[data-clock]", HTMLElement);
  const problem = need(view, "[data-problem]", HTMLElement);
  const help = need(view, "details", HTMLDetailsElement);
  const said = (name: string): string => view.dataset[name] ?? "";
  const seconds = (name: string): number => Number(said(name));

  const epochs = said("starts").split(",").map(Number);
  // A film's frames are decoded a little before they are shown, and no time may be negative.
  const [zero, begin, end] = [(epochs[0] ?? 0) - 1, seconds("begin"), seconds("end")];
  const [first, last] = [Math.max(0, begin - zero), end - zero];
  let playing = false;

  if (!plays()) {
    problem.textContent = said("cannot");
    return;
  }
  const film = new PartedFilm(
    video,
    epochs.map((each) => each - zero),
    last,
    (part) => `${said("parts")}${String(part)}.mp4`,
    (what) => {
      problem.textContent = said(what);
      if (what === "over") {
        pause();
        video.removeAttribute("src");
        video.load();
      }
    },
  );

  function tell(): void {
    clock.textContent = clockAt(zero, video.currentTime);
    range.value = String(Math.round((video.currentTime - first) * 10) / 10);
    range.setAttribute("aria-valuetext", clock.textContent);
  }

  function move(to: number): void {
    problem.textContent = "";
    video.currentTime = Math.min(Math.max(to, first), Math.max(first, last - 0.1));
    film.load();
  }

  function set(on: boolean): void {
    playing = on;
    toggle.textContent = said(on ? "pause" : "play");
  }

  function pause(): void {
    set(false);
    video.pause();
  }

  function play(): void {
    problem.textContent = "";
    if (ended()) move(first);
    set(true);
    video.play().catch((error: unknown) => {
      // Moving while it begins to play interrupts it; nothing is wrong then.
      if (!(error instanceof DOMException && error.name === "AbortError")) set(false);
    });
  }

  const ended = (): boolean => video.currentTime >= last - 0.15 || film.settle();

  function go(): void {
    tell();
    film.load();
    if (ended() && playing) pause();
  }

  function pace(wanted: number): void {
    video.playbackRate = wanted;
    speed.value = String(wanted);
    film.load();
  }

  function act(what: KeyAct): void {
    switch (what.does) {
      case "toggle":
        (playing ? pause : play)();
        break;
      case "help":
        help.open = !help.open;
        break;
      case "move":
        move(video.currentTime + what.by);
        break;
      case "speed":
        pace(speedBeside(video.playbackRate, what.by));
        break;
      case "step":
        walk(what.by);
    }
  }

  function walk(by: 1 | -1): void {
    pause();
    const to = step(film.times, video.currentTime, by);
    if (to !== undefined) move(to);
  }

  // WCAG 2.1.4: keys count only while the player has the focus.
  view.addEventListener("keydown", (event) => {
    const wanted = actOf(event.key);
    if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLSelectElement) return;
    const presses = target instanceof HTMLButtonElement || (target as Element).matches("summary");
    if (event.key === " " && presses) return;
    event.preventDefault();
    act(wanted);
  });
  for (const button of all(view, "[data-act]", HTMLButtonElement)) {
    button.addEventListener("click", () => {
      const wanted = actOf(button.dataset["key"] ?? "");
      if (wanted) act(wanted);
    });
  }
  for (const name of ["timeupdate", "seeked", "waiting", "loadedmetadata"]) {
    video.addEventListener(name, go);
  }
  video.addEventListener("contextmenu", (event) => {
    event.preventDefault();
  });
  range.addEventListener("input", () => {
    move(first + Number(range.value));
  });
  speed.addEventListener("change", () => {
    pace(Number(speed.value));
  });
  need(view, "[data-controls]", HTMLElement).hidden = false;
  video.addEventListener(
    "loadedmetadata",
    () => {
      if (first > 0) video.currentTime = first;
    },
    { once: true },
  );
  tell();
}
