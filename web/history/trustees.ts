// The trustees of a receipt's photo, at their newest addresses: a trustee may have moved, or
// another may sit in its seat. Each circle is signed by k trustees of the one before.

import type { StreamEndAnswer } from "../formats/answers.js";
import { readStreamEndAnswer } from "../formats/answers.js";
import { fromHex, toHex } from "../formats/bytes.js";
import { Chain } from "../formats/chain.js";
import { type Circle, statementKey } from "../formats/circle.js";
import { FormatError } from "../formats/errors.js";
import type { Identity } from "../formats/parties.js";
import type { Receipt } from "../formats/receipt.js";
import { secureRandom } from "../formats/shares.js";
import { type Statement, readStatement } from "../formats/statements.js";
import { type NoticeAsked, noticeMac, readerMac, streamKey } from "../formats/stream.js";
import { digestOf } from "../formats/terms.js";
import { SilentError, getJson, postJson } from "./net.js";

/** A circle every month for twenty years; whoever shows more has made them up. */
const MOST_CIRCLES = 240;

/** What one trustee has said, for this question only. */
export interface StreamEnd {
  readonly said: Statement<"stream-end">;
  readonly note: string;
  readonly answer: StreamEndAnswer;
}

/** How many addresses a trustee tells of the photo, and how many it has asked to confirm. */
export interface NoticeCounts {
  readonly told: number;
  readonly waiting: number;
}

const settled = async <T>(asked: readonly Promise<T>[]): Promise<T[]> =>
  (await Promise.allSettled(asked)).flatMap((each) =>
    each.status === "fulfilled" ? [each.value] : [],
  );

/** A photo's trustees, as the circles say who and where they are now. */
export class Trustees {
  private constructor(
    private readonly receipt: Receipt,
    readonly chain: Chain,
    /** The newest circle that k trustees show: of those, one at least is honest. */
    readonly inForce: Circle,
  ) {}

  /** Follows the circles from the receipt's on, as the trustees themselves show them. */
  static async find(receipt: Receipt): Promise<Trustees> {
    let chain = await Chain.start(receipt.circle, 0);
    const shownBy = new Map<number, number>();
    while (chain.links.length < MOST_CIRCLES) {
      const known = chain;
      const number = known.newest.circle.number + 1;
      const notes = await settled(
        Trustees.#seats(known, receipt).map((seat) => Trustees.#circle(seat, number)),
      );
      const longer = (await settled(notes.map((note) => known.extend(note, 0)))).filter(
        (each) => each !== known,
      );
      const [first] = longer;
      if (!first) break;
      // Two of one number can both be signed by k; the one that most trustees show is taken.
      const count = (one: Chain) =>
        longer.filter((each) => each.newest.digest === one.newest.digest).length;
      chain = longer.reduce((best, each) => (count(each) > count(best) ? each : best), first);
      shownBy.set(number, count(chain));
    }
    const { k } = (chain.links[0] as { circle: Circle }).circle;
    const forced = chain.links.findLast(
      ({ circle }, at) => at === 0 || (shownBy.get(circle.number) ?? 0) >= k,
    );
    return new Trustees(receipt, chain, (forced ?? chain.links[0]).circle);
  }

  static #seats(chain: Chain, receipt: Receipt): Identity[] {
    return receipt.promise.trustees.keys.flatMap(({ trustee }) =>
      chain.seat(receipt.promise.circle, trustee).slice(-1),
    );
  }

  static async #circle(seat: Identity, number: number): Promise<string> {
    const { circle } = (await getJson(`${seat.url}/v2/circles/${String(number)}`)) as {
      circle?: unknown;
    };
    if (typeof circle !== "string") throw new SilentError("answer");
    return circle;
  }

  /** What each of them answers at a path, as far as they do. */
  askAll(path: string): Promise<unknown[]> {
    const seats = Trustees.#seats(this.chain, this.receipt);
    return settled(seats.map(({ url }) => getJson(`${url}${path}`)));
  }

  /** The notes of a circle that they show; nothing of them is verified. */
  circles(number: number): Promise<string[]> {
    const seats = Trustees.#seats(this.chain, this.receipt);
    return settled(seats.map((seat) => Trustees.#circle(seat, number)));
  }

  get names(): readonly string[] {
    return this.receipt.promise.trustees.keys.map(({ trustee }) => trustee);
  }

  #seat(name: string): Identity {
    const seat = this.chain.seat(this.receipt.promise.circle, name).at(-1);
    if (!seat) throw new SilentError("unreachable");
    return seat;
  }

  async #statement<Kind extends "stream-end" | "erased">(
    note: string,
    name: string,
    kind: Kind,
  ): Promise<Statement<Kind>> {
    const keys = this.chain.seat(this.receipt.promise.circle, name).map(statementKey);
    return readStatement(note, name, await Promise.all(keys), kind);
  }

  /** What one of them has said about the photo up to now, to a fresh nonce. */
  async streamEnd(name: string): Promise<StreamEnd> {
    const { promise, track_key } = this.receipt;
    const stream = this.names.indexOf(name) + 1;
    const key = await streamKey(fromHex(track_key), stream);
    const asked = {
      promise: toHex(await digestOf(promise)),
      nonce: toHex(secureRandom(32)),
      mac: await readerMac(key, name),
    };
    const body = await postJson(`${this.#seat(name).url}/v2/stream-end`, asked);
    const answer = this.#understood(() => readStreamEndAnswer(body));
    const said = await this.#statement(answer.statement, name, "stream-end").catch(() => {
      throw new SilentError("answer");
    });
    if (said.promise !== asked.promise || said.nonce !== asked.nonce) {
      throw new SilentError("answer");
    }
    return { said, note: answer.statement, answer };
  }

  /**
   * Has one of them destroy its share. Gives its signed statement once its entry stands on the
   * log; undefined while that is owed.
   */
  async withdraw(name: string): Promise<string | undefined> {
    const promise = toHex(await digestOf(this.receipt.promise));
    const asked = { promise, secret: this.receipt.withdraw_secret };
    const body = (await postJson(`${this.#seat(name).url}/v2/withdrawals`, asked)) as {
      state?: unknown;
      statement?: unknown;
    };
    if (body.state === "owed") return undefined;
    if (typeof body.statement !== "string") throw new SilentError("answer");
    const said = await this.#statement(body.statement, name, "erased").catch(() => {
      throw new SilentError("answer");
    });
    if (said.promise !== promise) throw new SilentError("answer");
    return body.statement;
  }

  /** Whether one of them writes mails to receipts' holders. */
  async sendsMails(name: string): Promise<boolean> {
    const said = (await getJson(`${this.#seat(name).url}/v2/notices`)) as { offered?: unknown };
    return said.offered === true;
  }

  /** Has one of them tell an address of the photo; or tell nobody; or say how many it tells. */
  async notices(name: string, wish: Omit<NoticeAsked, "promise">): Promise<NoticeCounts> {
    const { promise, track_key } = this.receipt;
    const key = await streamKey(fromHex(track_key), this.names.indexOf(name) + 1);
    const asked = { promise: toHex(await digestOf(promise)), ...wish };
    const mac = await noticeMac(key, name, asked);
    const body = await postJson(`${this.#seat(name).url}/v2/notices`, { ...asked, mac });
    const { told, waiting } = body as Partial<NoticeCounts>;
    if (!Number.isSafeInteger(told) || !Number.isSafeInteger(waiting)) {
      throw new SilentError("answer");
    }
    return { told: told ?? 0, waiting: waiting ?? 0 };
  }

  #understood<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof FormatError) throw new SilentError("answer");
      throw error;
    }
  }
}
