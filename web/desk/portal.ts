// The portal's API behind the desk (docs/protocol/desk.md). What it answers is hostile until
// it has been read here; what it answers about a photo is compared with the promise elsewhere.

import * as v from "valibot";

import { type Bytes, type SignIn, readPromise } from "../formats/index.js";
import type { SealedPhoto, SignedRequest } from "./asking.js";
import { Problem } from "./problem.js";

const Listed = v.object({
  reference: v.string(),
  service: v.string(),
  day: v.string(),
  state: v.string(),
  photo: v.boolean(),
});
const Cases = v.object({ cases: v.array(Listed), more: v.boolean() });
const Photo = v.object({ promise: v.unknown(), number: v.number() });
const Case = v.object({
  reference: v.string(),
  service: v.string(),
  day: v.string(),
  state: v.string(),
  answers: v.string(),
  pointer: v.nullable(v.string()),
});
const Opened = v.object({
  index: v.number(),
  entry: v.string(),
  shares: v.array(v.object({ trustee: v.string(), index: v.number(), release: v.string() })),
});

export type ListedCase = v.InferOutput<typeof Listed>;
export type OpenedShares = v.InferOutput<typeof Opened>;
/** A case as the portal keeps it: answers and pointer are sealed to the office, base64. */
export type CaseFile = v.InferOutput<typeof Case>;

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

  /** Open cases after this one, oldest first. */
  async cases(after?: string): Promise<v.InferOutput<typeof Cases>> {
    const more = after === undefined ? "" : `&after=${encodeURIComponent(after)}`;
    return v.parse(Cases, await this.json("GET", `/api/cases?state=open${more}`));
  }

  async case(reference: string): Promise<CaseFile> {
    return v.parse(Case, await this.json("GET", `/api/cases/${encodeURIComponent(reference)}`));
  }

  /** The photo of this seal id; the portal does not know whose case it is. */
  async photo(sealId: string): Promise<SealedPhoto> {
    const { promise, number } = v.parse(Photo, await this.json("GET", `/api/photos/${sealId}`));
    return { promise: readPromise(promise), number };
  }

  /** How many of these slots, from the first on, stand on the log. */
  async usedSlots(slots: readonly string[]): Promise<number> {
    const answer = await this.post("/api/officers/slots", { slots });
    return v.parse(v.object({ used: v.number() }), answer).used;
  }

  /** Puts a signed request on the log and gives the trustees' shares. */
  async open(signed: SignedRequest): Promise<OpenedShares> {
    const path = `/api/photos/${signed.request.seal_id}/openings`;
    return v.parse(Opened, await this.post(path, signed));
  }

  async ciphertext(sealId: string): Promise<Bytes> {
    const response = await this.call("GET", `/api/photos/${sealId}/ciphertext`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Decides a case; the office says which photo is closed with it. */
  async decide(reference: string, decision: string, sealId?: string): Promise<void> {
    const path = `/api/cases/${encodeURIComponent(reference)}/decision`;
    await this.post(path, { decision, ...(sealId !== undefined && { seal_id: sealId }) });
  }

  /** The photo that request `index` opened cannot be shown: the applicant is asked again. */
  async unreadable(reference: string, index: number, sealId: string): Promise<void> {
    const path = `/api/cases/${encodeURIComponent(reference)}/unreadable`;
    await this.post(path, { index, seal_id: sealId });
  }

  private post(path: string, body: unknown): Promise<unknown> {
    return this.json("POST", path, body);
  }

  private async json(method: string, path: string, body?: unknown): Promise<unknown> {
    return (await this.call(method, path, body)).json();
  }

  private async call(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      headers: {
        Accept: "application/json",
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
