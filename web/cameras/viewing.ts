// Plays the parts of one viewing one after another. Two players take turns: while one part
// is seen, the next is loaded.

import { all, need } from "../pages/dom.js";
import { clockAt } from "./clock.js";

play(need(document, "#viewing", HTMLElement));

function play(view: HTMLElement): void {
  const players = all(view, "video", HTMLVideoElement);
  const range = need(view, "input", HTMLInputElement);
  const toggle = need(view, "[data-toggle]", HTMLButtonElement);
  const clock = need(view, "[data-clock]", HTMLElement);
  const problem = need(view, "[data-problem]", HTMLElement);
  const starts = (view.dataset["starts"] ?? "").split(",").map(Number);
  let at = 0;
  let playing = false;

  function player(part: number): HTMLVideoElement {
    const found = players[part % players.length];
    if (!found) throw new Error("The page has no video.");
    return found;
  }

  function load(part: number): void {
    const source = `${view.dataset["parts"] ?? ""}${String(part)}.mp4`;
    if (part < starts.length && player(part).getAttribute("src") !== source) {
      player(part).src = source;
    }
  }

  function run(): void {
    player(at).play().catch(failed);
  }

  function show(part: number): void {
    player(at).pause();
    at = part;
    load(part);
    const front = player(part);
    front.currentTime = 0;
    for (const each of players) {
      each.classList.toggle("app-viewing__front", each === front);
      each.ariaHidden = each === front ? null : "true";
    }
    range.value = String(part);
    tell();
    load(part + 1);
    if (playing) run();
  }

  function tell(): void {
    clock.textContent = clockAt(starts[at] ?? 0, player(at).currentTime);
    range.setAttribute("aria-valuetext", clock.textContent);
  }

  function failed(error: unknown): void {
    // Moving on while a part begins to play interrupts it; nothing is wrong then.
    if (error instanceof DOMException && error.name === "AbortError") return;
    set(false);
    problem.textContent = view.dataset["over"] ?? "";
  }

  function set(on: boolean): void {
    playing = on;
    toggle.textContent = (on ? view.dataset["pause"] : view.dataset["play"]) ?? "";
  }

  function ended(): void {
    if (at + 1 < starts.length) show(at + 1);
    else set(false);
  }

  function toggled(): void {
    problem.textContent = "";
    set(!playing);
    if (!playing) player(at).pause();
    else if (at === starts.length - 1 && player(at).ended) show(0);
    else run();
  }

  for (const each of players) {
    const inFront = (act: () => void) => (): void => {
      if (each === player(at)) act();
    };
    each.addEventListener("contextmenu", (event) => {
      event.preventDefault();
    });
    each.addEventListener("timeupdate", inFront(tell));
    each.addEventListener("ended", inFront(ended));
    each.addEventListener(
      "error",
      inFront(() => {
        failed(each.error);
      }),
    );
  }
  range.addEventListener("input", () => {
    show(Number(range.value));
  });
  toggle.hidden = false;
  toggle.addEventListener("click", toggled);
  show(0);
}
