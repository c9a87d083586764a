// The portal's API behind the desk (docs/protocol/desk.md). What it answers is hostile until
// it has been read here; what it answers about a photo is compared with the promise elsewhere.

import * as v from "valibot";

import { AskedQuestion } from "../answers/rules.js";
import { type Bytes, type SignIn, readPromise } from "../formats/index.js";
import type { SealedPhoto, SignedRequest } from "./asking.js";
import { languageNow, word } from "./page.js";
import { Problem } from "./problem.js";

const Decision = v.picklist(["approved", "declined"]);
const Days = v.record(v.string(), v.string());
const Listed = v.object({
  reference: v.string(),
  service: v.string(),
  day: v.string(),
  state: v.picklist(["open", "approved", "declined"]),
  photo: v.boolean(),
  proposal: v.union([Decision, v.literal("")]),
  holder: v.picklist(["", "me", "colleague"]),
});
const Cases = v.object({
  cases: v.array(Listed),
  more: v.boolean(),
  total: v.number(),
  services: v.record(v.string(), v.record(v.string(), v.string())),
});
const Photo = v.object({
  promise: v.unknown(),
  state: v.picklist(["sealed", "closed", "withdrawn", "expired"]),
  number: v.number(),
});
const Case = v.object({
  ...Listed.entries,
  answers: v.string(),
  questions: v.nullable(v.array(AskedQuestion)),
  pointer: v.nullable(v.string()),
  notes: v.array(v.string()),
  later: Days,
  would_leave: v.record(v.string(), Days),
  answers_until: v.nullable(v.string()),
  second_person: v.boolean(),
  proposed_by_me: v.boolean(),
});
const Own = v.object({
  openings: v.array(
    v.object({
      slot: v.string(),
      index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      day: v.string(),
      service: v.string(),
      purpose: v.string(),
    }),
  ),
});
const OpeningLine = v.union([
  v.object({ logged: v.number() }),
  v.object({ trustee: v.string(), outcome: v.string() }),
  v.object({ opened: v.unknown() }),
  v.object({ problem: v.unknown() }),
]);
const Opened = v.object({
  index: v.number(),
  entry: v.string(),
  shares: v.array(v.object({ trustee: v.string(), index: v.number(), release: v.string() })),
});

const Sessions = v.object({
  sessions: v.array(v.object({ name: v.string(), begun: v.number(), here: v.boolean() })),
  fresh: v.boolean(),
});

export type ListedCase = v.InferOutput<typeof Listed>;
export type ListOfCases = v.InferOutput<typeof Cases>;
export type OwnSessions = v.InferOutput<typeof Sessions>;
export type OwnOpening = v.InferOutput<typeof Own>["openings"][number];
export type DecisionName = v.InferOutput<typeof Decision>;
export type OpenedShares = v.InferOutput<typeof Opened>;
/** A case as the portal keeps it: answers and pointer are sealed to the office, base64. */
export type CaseFile = v.InferOutput<typeof Case>;

/** A sealed photo, and how it stands with the portal. */
export interface CasePhoto extends SealedPhoto {
  readonly state: v.InferOutput<typeof Photo>["state"];
}

/** What an officer decides, and what is kept of it for the office. */
export interface Decided {
  readonly decision: DecisionName;
  /** Purposes that the photo is kept for. */
  readonly later: readonly string[];
  readonly seal_id?: string;
  /** Sealed to the office, base64. */
  readonly note: string;
}

/** Told as an opening goes on: the entry first, then each trustee. */
export interface Listener {
  logged: (index: number) => void;
  answered: (trustee: string, outcome: string) => void;
}

/** What shows the portal who signs in. */
export interface Introduction {
  readonly sign_in: SignIn;
  readonly assertion: unknown;
  readonly credential: unknown;
  readonly membership: unknown;
}

/** One portal, for one officer once they have signed in. */
export class Portal {
  private token = "";
  private names: ListOfCases["services"] | undefined;

  constructor(readonly url: string) {}

  /** A challenge to sign, for an office: hex of 32 bytes. */
  async challenge(office: string): Promise<string> {
    const Challenge = v.object({ challenge: v.string() });
    return v.parse(Challenge, await this.post("/api/officers/challenge", { office })).challenge;
  }

  async signIn(who: Introduction): Promise<void> {
    const answer = await this.post("/api/officers/sessions", who);
    this.token = v.parse(v.object({ token: v.string() }), answer).token;
  }

  async signOut(): Promise<void> {
    await this.call("DELETE", "/api/officers/sessions");
    this.token = "";
  }

  /** The officer's sessions that go on; while this one is fresh, it may end others. */
  async sessions(): Promise<OwnSessions> {
    return v.parse(Sessions, await this.json("GET", "/api/officers/sessions/own"));
  }

  /** Ends the session of that name, or all but this one. */
  async endSessions(session?: string): Promise<OwnSessions> {
    const body = { ...(session !== undefined && { session }) };
    return v.parse(Sessions, await this.post("/api/officers/sessions/ending", body));
  }

  /** A page of the office's cases, oldest first; `query` chooses them. */
  async cases(query: URLSearchParams): Promise<ListOfCases> {
    const list = v.parse(Cases, await this.json("GET", `/api/cases?${query.toString()}`));
    this.names = list.services;
    return list;
  }

  /** What services are called, by id and language, as the last list has told it. */
  async services(): Promise<ListOfCases["services"]> {
    return this.names ?? (await this.cases(new URLSearchParams())).services;
  }

  async case(reference: string): Promise<CaseFile> {
    return v.parse(Case, await this.json("GET", `/api/cases/${encodeURIComponent(reference)}`));
  }

  /** The photo of this seal id; the portal does not know whose case it is. */
  async photo(sealId: string): Promise<CasePhoto> {
    const found = v.parse(Photo, await this.json("GET", `/api/photos/${sealId}`));
    return { ...found, promise: readPromise(found.promise) };
  }

  /** The requests on the log under these slots, newest first. */
  async openings(slots: readonly string[]): Promise<OwnOpening[]> {
    return v.parse(Own, await this.post("/api/officers/openings", { slots })).openings;
  }

  /** How many of these slots, from the first on, stand on the log. */
  async usedSlots(slots: readonly string[]): Promise<number> {
    const answer = await this.post("/api/officers/slots", { slots });
    return v.parse(v.object({ used: v.number() }), answer).used;
  }

  /** Puts a signed request on the log and gives the trustees' shares, telling how it goes. */
  async open(signed: SignedRequest, listener: Listener): Promise<OpenedShares> {
    const path = `/api/photos/${signed.request.seal_id}/openings`;
    const response = await this.call("POST", path, signed, "application/x-ndjson");
    for await (const line of linesOf(response)) {
      const told = v.parse(OpeningLine, JSON.parse(line));
      if ("logged" in told) listener.logged(told.logged);
      else if ("trustee" in told) listener.answered(told.trustee, told.outcome);
      else if ("problem" in told) throw Problem.of(told.problem, response.status);
      else return v.parse(Opened, told.opened);
    }
    throw Problem.odd("portal", "The portal's answer ended in the middle.");
  }

  async ciphertext(sealId: string): Promise<Bytes> {
    const response = await this.call("GET", `/api/photos/${sealId}/ciphertext`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Decides a case, or proposes it to a second officer. */
  decide(reference: string, decided: Decided): Promise<CaseFile> {
    return this.change(reference, "decision", decided);
  }

  /** Hands a case over: to the officer of that name (hex), or to nobody. */
  handOver(reference: string, holder: string | undefined, note: string): Promise<CaseFile> {
    return this.change(reference, "holder", { ...(holder !== undefined && { holder }), note });
  }

  /** Keeps a note, sealed to the office, with a case. */
  write(reference: string, note: string): Promise<CaseFile> {
    return this.change(reference, "notes", { note });
  }

  /** Nothing more will be asked about the photo of a decided case. */
  letGo(reference: string, sealId: string, note: string): Promise<CaseFile> {
    return this.change(reference, "closing", { seal_id: sealId, note });
  }

  /** The photo that request `index` opened cannot be shown: the applicant is asked again. */
  async unreadable(reference: string, index: number, sealId: string): Promise<void> {
    const path = `/api/cases/${encodeURIComponent(reference)}/unreadable`;
    await this.post(path, { index, seal_id: sealId });
  }

  private async change(reference: string, act: string, body: unknown): Promise<CaseFile> {
    const path = `/api/cases/${encodeURIComponent(reference)}/${act}`;
    return v.parse(Case, await this.post(path, body));
  }

  private post(path: string, body: unknown): Promise<unknown> {
    return this.json("POST", path, body);
  }

  private async json(method: string, path: string, body?: unknown): Promise<unknown> {
    return (await this.call(method, path, body)).json();
  }

  private async call(
    method: string,
    path: string,
    body?: unknown,
    accept = "application/json",
  ): Promise<Response> {
    const response = await reach(`${this.url}${path}`, {
      method,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      headers: {
        Accept: accept,
        "Accept-Language": languageNow(),
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const told: unknown = await response.json().catch(() => undefined);
    throw Problem.of(told, response.status);
  }
}

/** As `fetch`; that no answer comes is said in our words, and not in the browser's. */
async function reach(url: string, how: RequestInit): Promise<Response> {
  try {
    return await fetch(url, how);
  } catch {
    throw new Problem("portal-away", word("portalAway"), word("portalAwayRemedy"));
  }
}

/** The lines of an answer, each as soon as it is there. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter(Boolean);
  }
  if (rest) yield rest;
}
