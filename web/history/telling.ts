// "Tell me when it is opened": the holder of a receipt chooses a trustee that writes a mail when
// something is done with the photo. The address goes to that trustee alone, from here; no portal
// learns of it (docs/adr/0121).

import { filled } from "../promise/lines.js";
import type { Language } from "../promise/language.js";
import { SilentError } from "./net.js";
import { type NoticeCounts, Trustees } from "./trustees.js";
import type { ClassNames } from "./classes.js";
import { TELLING_WORDS, type TellingWord } from "./words.js";

/** Offered or not: by each trustee that answers, and how many addresses it tells already. */
type Offers = ReadonlyMap<string, NoticeCounts>;

/** Not asked for; the trustees are asked; the form; a wish on its way; done. */
type TellingStep = "closed" | "looking" | "choosing" | "sending" | "asked" | "stopped";

/** An address with its domain in ASCII (RFC 5890), as mail servers and trustees take it. */
export function asciiAddress(typed: string): string | undefined {
  const text = typed.trim();
  const at = text.lastIndexOf("@");
  if (at < 1 || !URL.canParse(`https://${text.slice(at + 1)}`)) return undefined;
  const { hostname } = new URL(`https://${text.slice(at + 1)}`);
  const address = `${text.slice(0, at)}@${hostname}`;
  return /^[!-?A-~]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/.test(address)
    ? address
    : undefined;
}

/** What went wrong, and the field that it is about. */
interface FieldProblem {
  readonly word: TellingWord;
  readonly field: "trustee" | "address";
}

/** Texts of what a trustee answers by code. */
const ANSWERS: Record<string, TellingWord> = {
  "too-many-notices": "tooMany",
  "no-notices": "noMore",
  erased: "over",
  malformed: "noAddress",
};

export class Telling {
  readonly section = document.createElement("section");
  #step: TellingStep = "closed";
  #offers: Offers = new Map();
  #chosen = "";
  #typed = "";
  #wrong: FieldProblem | undefined;
  #trustees: Trustees | undefined;

  constructor(
    private readonly find: () => Promise<Trustees>,
    private readonly classes: ClassNames,
    private language: Language,
  ) {
    this.section.className = "telling noprint";
    this.#show();
  }

  /** Says everything in another language; what was typed stays. */
  speak(language: Language): void {
    this.language = language;
    this.#show();
  }

  #word(name: TellingWord): string {
    return TELLING_WORDS[this.language][name];
  }

  #turn(step: TellingStep, focus: string): void {
    this.#step = step;
    this.#show();
    this.section.querySelector<HTMLElement>(focus)?.focus();
  }

  async #look(): Promise<void> {
    this.#turn("looking", "h2");
    const trustees = (this.#trustees ??= await this.find());
    const offers = await Promise.all(
      trustees.names.map(async (name) => {
        try {
          if (!(await trustees.sendsMails(name))) return [];
          return [[name, await trustees.notices(name, { act: "look" })] as const];
        } catch (error) {
          if (error instanceof SilentError) return [];
          throw error;
        }
      }),
    );
    this.#offers = new Map(offers.flat());
    const [first] = this.#offers.keys();
    if (!this.#offers.has(this.#chosen)) this.#chosen = "";
    if (this.#offers.size === 1 && first !== undefined) this.#chosen = first;
    this.#turn("choosing", "h2");
  }

  async #send(): Promise<void> {
    const address = asciiAddress(this.#typed);
    if (!this.#chosen) this.#wrong = { word: "noTrustee", field: "trustee" };
    else if (address === undefined) this.#wrong = { word: "noAddress", field: "address" };
    else this.#wrong = undefined;
    if (this.#wrong || address === undefined || !this.#trustees) {
      this.#turn("choosing", `[name=${this.#wrong?.field ?? "address"}]`);
      return;
    }
    this.#turn("sending", "h2");
    try {
      const wish = { act: "tell", address, language: this.language } as const;
      await this.#trustees.notices(this.#chosen, wish);
    } catch (error) {
      if (!(error instanceof SilentError)) throw error;
      this.#wrong = { word: ANSWERS[error.code] ?? "silent", field: "address" };
      this.#turn("choosing", "[name=address]");
      return;
    }
    this.#turn("asked", "h2");
  }

  async #stop(name: string): Promise<void> {
    this.#turn("sending", "h2");
    try {
      await this.#trustees?.notices(name, { act: "stop" });
    } catch (error) {
      if (!(error instanceof SilentError)) throw error;
      this.#wrong = { word: ANSWERS[error.code] ?? "silent", field: "address" };
      this.#turn("choosing", "h2");
      return;
    }
    this.#chosen = name;
    this.#turn("stopped", "h2");
  }

  #make<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    text: string,
    className = "",
  ): HTMLElementTagNameMap[Name] {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  }

  #text(name: TellingWord, values: Record<string, string | number> = {}): HTMLElement {
    return this.#make("p", filled(this.#word(name), values), this.classes.text);
  }

  #button(name: TellingWord, act: () => void): HTMLButtonElement {
    const made = this.#make("button", this.#word(name), this.classes.secondary);
    made.type = "button";
    made.dataset["telling"] = name;
    made.addEventListener("click", act);
    return made;
  }

  #show(): void {
    const heading = this.#make("h2", this.#word("tell"), this.classes.heading);
    heading.tabIndex = -1;
    this.section.dataset["step"] = this.#step;
    const again = () => {
      void this.#look();
    };
    const status = (name: TellingWord, values: Record<string, string | number> = {}) => {
      const made = this.#text(name, values);
      made.setAttribute("role", "status");
      return made;
    };
    const parts: Record<TellingStep, () => HTMLElement[]> = {
      closed: () => [this.#text("tellNote"), this.#button("choose", again)],
      looking: () => [status("looking")],
      choosing: () =>
        this.#offers.size === 0 ? [status("none"), this.#button("retry", again)] : [this.#form()],
      sending: () => [status("sending")],
      asked: () => [
        status("asked", { address: this.#typed.trim(), trustee: this.#chosen }),
        this.#text("askedNote"),
        this.#button("another", again),
      ],
      stopped: () => [status("stopped", { trustee: this.#chosen }), this.#button("another", again)],
    };
    this.section.replaceChildren(heading, ...parts[this.#step]());
  }

  #form(): HTMLElement {
    const form = document.createElement("form");
    form.noValidate = true;
    form.append(this.#text("addressNote"), this.#seats(), ...this.#address());
    const send = this.#make("button", this.#word("send"), this.classes.button);
    send.type = "submit";
    form.append(send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    return form;
  }

  #mistake(field: FieldProblem["field"]): HTMLElement[] {
    if (this.#wrong?.field !== field) return [];
    const made = this.#make("p", this.#word(this.#wrong.word), this.classes.error);
    made.id = `telling-${field}-error`;
    made.setAttribute("role", "alert");
    return [made];
  }

  #seats(): HTMLElement {
    const group = document.createElement("fieldset");
    group.append(this.#make("legend", this.#word("who"), this.classes.label));
    group.append(...this.#mistake("trustee"));
    for (const [name, counts] of this.#offers) {
      const label = this.#make("label", "", "choice");
      const input = document.createElement("input");
      input.type = "radio";
      input.name = "trustee";
      input.value = name;
      input.checked = name === this.#chosen;
      input.addEventListener("change", () => {
        this.#chosen = name;
      });
      label.append(input, this.#make("span", name));
      group.append(label);
      if (counts.told + counts.waiting === 0) continue;
      const already = this.#make("p", filled(this.#word("already"), { ...counts }), "already");
      const stop = this.#button("stop", () => {
        void this.#stop(name);
      });
      stop.setAttribute("aria-label", `${this.#word("stop")}: ${name}`);
      group.append(already, stop);
    }
    return group;
  }

  #address(): HTMLElement[] {
    const label = this.#make("label", this.#word("address"), this.classes.label);
    const input = this.#make("input", "", this.classes.input);
    input.id = label.htmlFor = "telling-address";
    Object.assign(input, { type: "email", name: "address", value: this.#typed });
    input.autocomplete = "email";
    input.addEventListener("input", () => {
      this.#typed = input.value;
    });
    const mistake = this.#mistake("address");
    if (mistake.length > 0) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", "telling-address-error");
    }
    return [label, ...mistake, input];
  }
}
