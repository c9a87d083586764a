// <habeas-photo>: the portal's photo step in a page of somebody else, in two lines of HTML.
//
//     <script type="module" src="https://PORTAL/static/embed.js"></script>
//     <habeas-photo service="hunting-licence" name="photo_reference"></habeas-photo>
//
// A form-associated custom element (HTML Living Standard, sections 4.13.3 and 4.13.7) around a
// frame. What it learns of the photo is its reference and how the step stands, by messages that
// come from that very frame and from the portal's origin; all else is ignored. Its field has the
// reference once the photo is added. The page's own content of the element is shown where the
// step cannot be.

import { type StepState, hello, isReference, readTold } from "./messages.js";
import { wordsFor } from "./words.js";

/** Where this script comes from, the photo step stands, too. */
const PORTAL = new URL(import.meta.url).origin;
/** For how long a frame that has loaded may be silent before it is said to be missing, ms. */
const SILENCE = 15_000;
/** Height until the frame says what it needs, CSS pixels. */
const FIRST_HEIGHT = 640;
const STYLE = `
  :host { display: block; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; border: 0; }
  iframe[hidden], div[hidden] { display: none; }
`;

export class HabeasPhoto extends HTMLElement {
  static readonly formAssociated = true;
  static readonly observedAttributes = ["service", "lang"];

  readonly #internals = this.attachInternals();
  readonly #frame = document.createElement("iframe");
  readonly #instead = document.createElement("div");
  #state: StepState = "choosing";
  #reference = "";
  #silence: number | undefined;
  #address = "";

  constructor() {
    super();
    const root = this.attachShadow({ mode: "closed", delegatesFocus: true });
    const style = document.createElement("style");
    style.textContent = STYLE;
    this.#frame.allow = `camera ${PORTAL}`;
    this.#frame.height = String(FIRST_HEIGHT);
    this.#frame.addEventListener("load", () => {
      this.#greet();
    });
    this.#instead.setAttribute("role", "status");
    this.#instead.hidden = true;
    root.append(style, this.#frame, this.#instead);
  }

  /** How the step stands. */
  get state(): StepState {
    return this.#state;
  }

  /** The application's reference; empty while there is none. */
  get value(): string {
    return this.#reference;
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  connectedCallback(): void {
    window.addEventListener("message", this.#hear);
    // A form that came back with a mistake brings the reference that it was sent with.
    const given = this.getAttribute("value");
    this.#set(isReference(given) ? given : this.#reference);
    this.#load();
  }

  disconnectedCallback(): void {
    window.removeEventListener("message", this.#hear);
    window.clearTimeout(this.#silence);
    this.#address = "";
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#load();
  }

  formResetCallback(): void {
    this.#set("");
    this.#address = "";
    this.#load();
  }

  /** The language of the page where the element stands. */
  get #language(): string {
    return this.closest<HTMLElement>("[lang]")?.lang ?? navigator.language;
  }

  #load(): void {
    const service = this.getAttribute("service") ?? "";
    if (!/^[a-z0-9-]+$/.test(service)) {
      this.#stand("unavailable");
      return;
    }
    const address = new URL(`/apply/${service}/embedded/seal/`, PORTAL);
    address.searchParams.set("language", this.#language);
    // The part behind # stays in the browser.
    address.hash = this.#reference;
    this.#frame.title = wordsFor(this.#language).title;
    if (address.href === this.#address) return;
    this.#address = address.href;
    this.#frame.src = address.href;
  }

  /** Says to the frame who holds it; only the portal's own page can hear it. */
  #greet(): void {
    this.#frame.contentWindow?.postMessage(hello(), PORTAL);
    window.clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => {
      this.#frame.hidden = true;
      this.#stand("unavailable");
    }, SILENCE);
  }

  readonly #hear = (event: MessageEvent<unknown>): void => {
    if (event.origin !== PORTAL || event.source !== this.#frame.contentWindow) return;
    const said = readTold(event.data);
    if (!said) return;
    window.clearTimeout(this.#silence);
    this.#frame.hidden = false;
    this.#frame.height = String(Math.ceil(said.height));
    const changed = said.state !== this.#state || said.reference !== this.#reference;
    if (said.state === "added") this.#set(said.reference);
    else if (said.state === "without") this.#set("");
    this.#stand(said.state, changed);
  };

  #set(reference: string): void {
    this.#reference = reference;
    this.#internals.setFormValue(reference);
  }

  #stand(state: StepState, changed = state !== this.#state): void {
    this.#state = state;
    const words = wordsFor(this.#language);
    // Nobody means to leave a photo behind that is sealed already.
    if (state === "sealed")
      this.#internals.setValidity({ customError: true }, words.finish, this.#frame);
    else this.#internals.setValidity({});
    const missing = state === "unavailable";
    if (missing && this.#instead.hidden) {
      const text = document.createElement("p");
      text.textContent = words.unavailable;
      this.#instead.replaceChildren(text, document.createElement("slot"));
    }
    this.#instead.hidden = !missing;
    if (!changed) return;
    const detail = { state, reference: this.#reference };
    this.dispatchEvent(new CustomEvent("habeas-photo", { bubbles: true, detail }));
  }
}

if (!customElements.get("habeas-photo")) customElements.define("habeas-photo", HabeasPhoto);
