// What the holder of a receipt can find out and do, on a page: what happened to the photo, asked
// of trustees and log from here; and having it destroyed. No portal is asked for either.

import type { Circle } from "../formats/circle.js";
import type { Receipt } from "../formats/receipt.js";
import { filled } from "../promise/lines.js";
import type { Language } from "../promise/language.js";
import type { ClassNames } from "./classes.js";
import { type SignedReason, fetchSigned } from "./details.js";
import { showHistory } from "./show.js";
import { Telling } from "./telling.js";
import { Trustees } from "./trustees.js";
import type { History } from "./found.js";
import { nobodyAsked, verifyHistory } from "./verify.js";
import { type Withdrawal, withdraw } from "./withdrawing.js";
import { HISTORY_WORDS, PANEL_WORDS, type PanelWord, causeInWords } from "./words.js";

/** Where a withdrawal stands: not asked for, asked once more, under way, or done. */
type WithdrawalStep = "none" | "confirm" | "asking" | "done";

export class Panel {
  #language: Language;
  #answered: number | undefined;
  #found: { history: History; signed: ReadonlyMap<string, SignedReason> } | undefined;
  #step: WithdrawalStep = "none";
  #withdrawal: Withdrawal | undefined;
  #trustees: Trustees | undefined;
  /** What was asked last: an older answer that comes later is shown no more. */
  #asked = 0;
  readonly #status = document.createElement("p");
  readonly #told = document.createElement("div");
  readonly #ending = document.createElement("section");
  readonly #telling: Telling;

  constructor(
    private readonly place: HTMLElement,
    private readonly receipt: Receipt,
    private readonly circle: Circle,
    private readonly classes: ClassNames,
    language: Language,
  ) {
    this.#language = language;
    this.#telling = new Telling(() => this.#find(), classes, language);
    this.#status.setAttribute("role", "status");
    this.#status.className = classes.text;
    this.#told.className = "told";
    this.#ending.className = "ending";
    this.#show();
  }

  /** Says everything in another language, where it stands. */
  speak(language: Language): void {
    this.#language = language;
    this.#telling.speak(language);
    this.#show();
  }

  /** The trustees, at their newest addresses. */
  async #find(): Promise<Trustees> {
    return (this.#trustees ??= await Trustees.find(this.receipt));
  }

  /** Asks everybody what happened. */
  async ask(): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    if (!navigator.onLine) {
      this.#found = { history: nobodyAsked(this.circle), signed: new Map() };
      this.#show();
      return;
    }
    this.#answered = 0;
    this.#show();
    const trustees = await Trustees.find(this.receipt);
    this.#trustees = trustees;
    const [history, signed] = await Promise.all([
      verifyHistory(this.receipt, trustees, Date.now() / 1000, (answered) => {
        if (turn !== this.#asked) return;
        this.#answered = answered;
        this.#showStatus();
      }),
      fetchSigned(this.circle.custodian.portal, this.receipt),
    ]);
    if (turn !== this.#asked) return;
    this.#found = { history, signed };
    this.#answered = undefined;
    this.#show();
  }

  async #withdraw(): Promise<void> {
    this.#step = "asking";
    this.#show();
    this.#withdrawal = await withdraw(this.receipt, await this.#find(), (so) => {
      this.#withdrawal = so;
      this.#show();
    });
    this.#step = "done";
    await this.ask();
    this.#ending.querySelector<HTMLElement>("h2")?.focus();
  }

  #word(name: PanelWord): string {
    return PANEL_WORDS[this.#language][name];
  }

  #make<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    text: string,
    className: string,
  ): HTMLElementTagNameMap[Name] {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  }

  #button(text: string, className: string, act: () => void): HTMLButtonElement {
    const made = this.#make("button", text, className);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  #showStatus(): void {
    const counted = { n: this.#answered ?? 0, all: this.circle.trustees.length };
    this.#status.hidden = this.#answered === undefined;
    this.#status.textContent = this.#status.hidden
      ? ""
      : filled(HISTORY_WORDS[this.#language].asking, counted);
  }

  #show(): void {
    // Who stands in what is drawn anew shall not be sent back to the page's beginning.
    const stood = this.#ending.contains(document.activeElement);
    const heading = this.#make("h2", HISTORY_WORDS[this.#language].heading, this.classes.heading);
    this.#showStatus();
    const parts: HTMLElement[] = [heading, this.#status];
    if (this.#found) {
      const shown = { receipt: this.receipt, circle: this.circle, ...this.#found };
      showHistory(this.#told, shown, this.#language);
      parts.push(this.#told);
    }
    if (this.#found && this.#answered === undefined) {
      const again = this.#button(
        HISTORY_WORDS[this.#language].again,
        this.classes.secondary,
        () => {
          void this.ask();
        },
      );
      again.dataset["again"] = "";
      parts.push(again);
    }
    if (this.#found && !this.#isGone() && navigator.onLine) parts.push(this.#telling.section);
    this.#showEnding();
    const within = this.#telling.section.contains(document.activeElement);
    const typing = within ? (document.activeElement as HTMLElement) : undefined;
    this.place.replaceChildren(...parts, this.#ending);
    typing?.focus();
    if (stood) this.#ending.querySelector<HTMLElement>("h2")?.focus();
  }

  /** Whether every trustee says that it has destroyed its part. */
  #isGone(): boolean {
    const verdicts = [...(this.#found?.history.verdicts.values() ?? [])];
    return verdicts.length > 0 && verdicts.every(({ held }) => held === false);
  }

  #showEnding(): void {
    if (this.#step === "none" && this.#isGone()) {
      this.#ending.replaceChildren();
      return;
    }
    const heading = (name: PanelWord) => {
      const made = this.#make("h2", this.#word(name), this.classes.heading);
      made.tabIndex = -1;
      return made;
    };
    const text = (name: PanelWord) => this.#make("p", this.#word(name), this.classes.text);
    if (this.#step === "none") {
      const begin = this.#button(this.#word("withdraw"), this.classes.warning, () => {
        this.#turn("confirm");
      });
      begin.dataset["withdraw"] = "";
      this.#ending.replaceChildren(heading("destroy"), text("destroyNote"), begin);
      return;
    }
    if (this.#step === "confirm") {
      const yes = this.#button(this.#word("yes"), this.classes.warning, () => {
        void this.#withdraw();
      });
      yes.dataset["yes"] = "";
      const no = this.#button(this.#word("no"), this.classes.secondary, () => {
        this.#turn("none");
      });
      no.dataset["no"] = "";
      const parts = [heading("sure"), text("sureNote"), text("goesOn"), yes, " ", no];
      this.#ending.replaceChildren(...parts);
      return;
    }
    this.#ending.replaceChildren(...this.#progress(heading, text));
  }

  #turn(step: WithdrawalStep): void {
    this.#step = step;
    this.#show();
    this.#ending.querySelector<HTMLElement>("h2")?.focus();
  }

  #progress(
    heading: (name: PanelWord) => HTMLElement,
    text: (name: PanelWord) => HTMLElement,
  ): HTMLElement[] {
    const done = this.#withdrawal;
    if (!done) return [heading("withdrawing"), text("withdrawingNote")];
    const parts: HTMLElement[] = [];
    const confirmed = done.statements.size + done.neverHeld.size;
    const left = this.circle.trustees.length - confirmed;
    if (left === 0) parts.push(heading("withdrawn"), text("withdrawnNote"));
    else if (left < this.circle.k) parts.push(heading("closed"), text("closedNote"));
    else parts.push(heading(this.#step === "done" ? "notYet" : "withdrawing"), text("notYetNote"));
    const list = this.#make("ul", "", "erased");
    for (const [name, note] of done.statements) {
      const item = this.#make("li", "", "");
      item.dataset["erased"] = name;
      const signed = this.#make("details", "", "");
      signed.append(
        this.#make("summary", this.#word("statement"), ""),
        this.#make("pre", note, "app-code"),
      );
      item.append(this.#make("strong", name, ""), ` ${this.#word("erased")}`, signed);
      list.append(item);
    }
    for (const name of done.neverHeld) {
      const item = this.#make("li", "", "");
      item.append(this.#make("strong", name, ""), ` ${this.#word("neverHeld")}`);
      list.append(item);
    }
    for (const [name, code] of done.owed) {
      const item = this.#make("li", "", "");
      const why = code === "owed" ? this.#word("owed") : causeInWords(code, this.#language);
      item.append(this.#make("strong", name, ""), ` ${why}`);
      list.append(item);
    }
    parts.push(list, text("attest"));
    if (this.#step === "done" && left > 0) {
      parts.push(
        this.#button(this.#word("askAgain"), this.classes.button, () => {
          void this.#withdraw();
        }),
      );
    }
    return parts;
  }
}
