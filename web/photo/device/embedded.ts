// The photo step in a frame of another page (<habeas-photo>): what stands in for cookies, which
// such a frame does not get, and what the page around is told.
//
// The draft is opened by a token that this frame alone has. It is kept for the tab where browsers
// keep anything for a frame, apart for each page around it (partitioned); else it ends with the
// page. The page around has no say: of its messages only a greeting is read, and only where the
// service names its origin.

import * as v from "valibot";

import { type StepState, isHello, isReference, told } from "../../embed/messages.js";
import { Problem } from "../../desk/problem.js";

/** The document says that it is the one for frames. */
export const inside = document.documentElement.hasAttribute("data-embedded");

const Begun = v.object({ token: v.string(), parents: v.array(v.string()) });
const KEY = `habeas-photo ${location.pathname}`;

let token = "";
let parents: readonly string[] = [];
let state: StepState = "choosing";
let reference = "";
/** The origin that has greeted, and whether it may be answered. */
let holder = "";

/** The language that the page around asks for. */
export const askedLanguage = (): string | undefined =>
  inside
    ? (new URLSearchParams(location.search).get("language") ?? undefined)?.slice(0, 2)
    : undefined;

/** What each call to the portal carries here. */
export function headers(): Readonly<Record<string, string>> {
  return {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    "accept-language": document.documentElement.lang,
  };
}

function remembered(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(text: string): void {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // A browser that keeps nothing for frames: the step works, and cannot be resumed.
  }
}

/** Begins or resumes this frame's application; one that was sent only where the page names it. */
export async function begin(): Promise<void> {
  if (!inside) return;
  token ||= remembered();
  const named = decodeURIComponent(location.hash.slice(1));
  const answer = await fetch(new URL("../begin/", location.href), {
    method: "POST",
    headers: { ...headers(), accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ reference: isReference(named) ? named : "" }),
    redirect: "error",
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw Problem.of(body, answer.status);
  const found = v.safeParse(Begun, body);
  if (!found.success) throw Problem.odd("portal");
  ({ token, parents } = found.output);
  remember(token);
  tell();
}

/** Tells the page around how the step stands, if it is one that may hold it. */
function tell(): void {
  if (!inside || !parents.includes(holder)) return;
  const place = document.getElementById("main-content")?.parentElement;
  const height = Math.ceil((place?.getBoundingClientRect().bottom ?? 0) + window.scrollY);
  window.parent.postMessage(told({ state, reference, height }), holder);
}

const SHOWN: Readonly<Record<string, StepState>> = {
  keep: "sealed",
  sent: "added",
  without: "without",
  cannot: "unavailable",
};

/** Follows the views: each template stands for a state of the step. */
export function follow(template: string, view: HTMLElement): void {
  if (!inside || template === "cleared") return;
  state = SHOWN[template] ?? "choosing";
  reference = state === "added" ? (view.querySelector("#reference")?.textContent ?? "") : "";
  tell();
}

if (inside) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !isHello(event.data)) return;
    holder = event.origin;
    tell();
  });
  const place = document.getElementById("main-content")?.parentElement;
  if (place) new ResizeObserver(tell).observe(place);
}
