// Single keys, for people who work here all day (WCAG 2.1.4: they can be turned off).

const KEPT = "single-keys";

/** What the view that stands does for a key; a view takes what the one before it had. */
let acts: Readonly<Record<string, () => void>> = {};

export const usesKeys = (): boolean => localStorage.getItem(KEPT) !== "off";

export function useKeys(on: boolean): void {
  localStorage.setItem(KEPT, on ? "on" : "off");
}

/** Says what keys do from now on: `j`, `k`, `o`, `escape`. */
export function onKeys(next: Readonly<Record<string, () => void>>): void {
  acts = next;
}

const WRITES = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  // Esc is no character: it counts everywhere, and where people write it is the browser's.
  const writes = event.target instanceof Element && event.target.matches(WRITES);
  if (writes || (key !== "escape" && !usesKeys())) return;
  const act = acts[key];
  if (!act) return;
  event.preventDefault();
  act();
});
